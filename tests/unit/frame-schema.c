/* frame/schema and frame/types.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "frame/schema.h"

static void every_type_has_a_name_of_its_own(void **state)
{
	enum type found;

	(void)state;
	for (int i = 0; i < TYPE_COUNT; i++) {
		assert_int_equal(type_of_name(type_name((enum type)i), &found), 0);
		assert_int_equal(found, i);
	}
	assert_int_equal(type_of_name("int32", &found), -1);
	assert_int_equal(type_width(TYPE_FLOAT64), 8);
	assert_int_equal(type_width(TYPE_CATEGORY), 4);
	assert_int_equal(type_width(TYPE_STRING), 0);
	assert_true(type_is_number(TYPE_BOOL) && !type_is_number(TYPE_DATE));
	assert_true(type_is_text(TYPE_CATEGORY) && !type_is_text(TYPE_BINARY));
	assert_true(type_is_time(TYPE_TIMESTAMP_UTC) && !type_is_time(TYPE_TIME));
}

static void notes_are_set_replaced_and_removed(void **state)
{
	struct notes n = {0}, copy = {0};

	(void)state;
	notes_set(&n, "a", "1");
	notes_set(&n, "b", "2");
	notes_set(&n, "a", "3");
	notes_set(&n, "a", notes_get(&n, "a")); /* its own value */
	assert_int_equal(n.n, 2);
	assert_string_equal(notes_get(&n, "a"), "3");
	notes_copy(&copy, &n);
	notes_set(&n, "a", NULL);
	notes_set(&n, "none", NULL);
	assert_null(notes_get(&n, "a"));
	assert_string_equal(n.items[0].key, "b");
	assert_string_equal(notes_get(&copy, "a"), "3");
	notes_copy(&copy, &n);
	assert_int_equal(copy.n, 1);
	notes_release(&n);
	notes_release(&n);
	notes_release(&copy);
}

static void a_copy_of_a_schema_is_independent(void **state)
{
	struct schema s = SCHEMA_INIT, copy = SCHEMA_INIT;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "c%d", i);
		notes_set(&schema_add(&s, name, (enum type)(i % TYPE_COUNT))->notes, "i", name);
	}
	notes_set(&s.notes, "pawl.lineage", "{}");
	schema_copy(&copy, &s);
	schema_remove(&s, 0);
	schema_remove(&s, 98);
	assert_int_equal(s.n, 98);
	assert_string_equal(s.fields[0].name, "c1");
	assert_string_equal(s.fields[97].name, "c98");
	schema_release(&s);
	schema_release(&s);
	assert_int_equal(copy.n, 100);
	assert_string_equal(notes_get(&copy.fields[99].notes, "i"), "c99");
	assert_int_equal(copy.fields[99].type, 99 % TYPE_COUNT);
	assert_string_equal(notes_get(&copy.notes, "pawl.lineage"), "{}");
	schema_release(&copy);
}

static void columns_are_found_by_name_and_by_role(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct err e = ERR_INIT;
	size_t at = 42;

	(void)state;
	schema_add(&s, "customerID", TYPE_STRING);
	notes_set(&schema_add(&s, "Churn", TYPE_CATEGORY)->notes, "pawl.role", "target");
	schema_add(&s, "", TYPE_INT64);
	assert_int_equal(schema_find(&s, "Churn"), 1);
	assert_int_equal(schema_find(&s, "churn"), SCHEMA_NONE);
	assert_int_equal(schema_find(&s, ""), 2);
	assert_int_equal(schema_role(&s, "target"), 1);
	assert_int_equal(schema_role(&s, "key"), SCHEMA_NONE);
	assert_int_equal(schema_need(&s, "Churn", &at, &e), 0);
	assert_int_equal(at, 1);
	assert_int_equal(schema_need(&s, "customerId", &at, &e), -1);
	assert_int_equal(at, 1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_string_equal(e.text, "there is no column 'customerId': do you mean 'customerID'?");
	assert_int_equal(schema_need(&s, "wholly different", &at, &e), -1);
	assert_string_equal(e.text, "there is no column 'wholly different'");
	schema_release(&s);
}

static void a_name_that_stands_twice_is_an_error(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct err e = ERR_INIT;

	(void)state;
	schema_add(&s, "a", TYPE_INT64);
	schema_add(&s, "b", TYPE_INT64);
	assert_int_equal(schema_unique(&s, &e), 0);
	schema_add(&s, "a", TYPE_INT64);
	assert_int_equal(schema_unique(&s, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_string_equal(e.text, "columns 1 and 3 are both named 'a'");
	schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_a_name_of_its_own),
		cmocka_unit_test(notes_are_set_replaced_and_removed),
		cmocka_unit_test(a_copy_of_a_schema_is_independent),
		cmocka_unit_test(columns_are_found_by_name_and_by_role),
		cmocka_unit_test(a_name_that_stands_twice_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
