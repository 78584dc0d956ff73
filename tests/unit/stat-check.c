/* Tests of stat/check: each rule on a table made to break it, and the verdict.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "stat/check.h"

/* A table of ten rows: id 0..9, x = row / 2, text "a" and "b" in turn, when = row days. */
struct table {
	struct schema s;
	struct batch b;
};

static void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
	schema_add(&t->s, "id", TYPE_INT64);
	schema_add(&t->s, "x", TYPE_FLOAT64);
	schema_add(&t->s, "text", TYPE_STRING);
	schema_add(&t->s, "day", TYPE_DATE);
	batch_init(&t->b, &t->s);
	for (uint64_t i = 0; i < 10; i++) {
		column_push_int64(&t->b.cols[0], i, (int64_t)i);
		column_push_float64(&t->b.cols[1], i, (double)i / 2);
		column_push_text(&t->b.cols[2], i, i % 2 ? "b" : "a", 1);
		column_push_date(&t->b.cols[3], i, (int32_t)i);
		t->b.rows++;
	}
}

static void table_release(struct table *t)
{
	batch_release(&t->b);
	schema_release(&t->s);
}

/* The report on table t by the contract; t is given `times` times. */
static json_t *judge(struct table *t, const char *contract, int times, enum check_verdict *v)
{
	struct err e = ERR_INIT;
	struct contract *c = contract_parse(contract, strlen(contract), "s", &e);
	struct check *k;
	json_t *report, *lines;

	if (!c)
		fail_msg("%s", e.text);
	k = check_new(c);
	check_start(k, &t->s);
	for (int i = 0; i < times; i++)
		check_add(k, &t->b, NULL);
	check_end(k);
	report = check_json(k);
	assert_int_equal(check_read(report, "r", v, &lines, &e), 0);
	assert_int_equal(*v, check_verdict(k));
	assert_int_equal(json_array_size(lines), k->n);
	json_decref(lines);
	check_free(k);
	contract_free(c);
	return report;
}

/* The contract breaks exactly this rule, with this verdict, count and message. */
static void breaks(struct table *t, const char *contract, const char *rule, enum check_verdict want,
	int count, const char *message)
{
	enum check_verdict v;
	json_t *report = judge(t, contract, 1, &v);
	const json_t *list = json_object_get(report, "anomalies"), *a = json_array_get(list, 0);
	struct buf text = BUF_INIT;

	json_canonical(list, &text);
	if (json_array_size(list) != 1 || strcmp(json_str(a, "rule", ""), rule) ||
		json_int(a, "count", 0) != count || strcmp(json_str(a, "message", ""), message))
		fail_msg("wanted %s (%d), '%s': %s", rule, count, message, text.data);
	assert_int_equal(v, want);
	buf_release(&text);
	json_decref(report);
}

#define FINE "version: 1\ncolumns:\n  id: int64\n  x: float64\n  text: string\n  day: date\n"
#define BUT_X(rules) "version: 1\ncolumns:\n  id: int64\n  text: string\n  day: date\n  x: " rules
#define BUT_TEXT(rules)                                                                            \
	"version: 1\ncolumns:\n  id: int64\n  x: float64\n  day: date\n  text: " rules

static void a_table_that_keeps_its_contract_is_ok(void **state)
{
	struct table t;
	enum check_verdict v;
	json_t *report;

	(void)state;
	table_init(&t);
	report = judge(&t, FINE, 1, &v);
	assert_int_equal(v, CHECK_VERDICT_OK);
	assert_int_equal(json_int(report, "rows", 0), 10);
	json_decref(report);
	report = judge(&t,
		"version: 1\nkey: id\ntarget: text\nrows: {min: 10}\ncolumns:\n"
		"  id: {type: int64, min: 0, max: 9}\n  x: {type: float64, min: 0, max: 4.5}\n"
		"  text: {type: string, values: [a, b]}\n  gone: {type: int64, optional: true}\n"
		"  day: {type: date, min: 1970-01-01, max: 1970-01-10}\n",
		1, &v);
	assert_int_equal(v, CHECK_VERDICT_OK);
	json_decref(report);
	table_release(&t);
}

static void columns_that_differ_are_schema_skew(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	breaks(&t, FINE "  gone: int64\n", "column", CHECK_VERDICT_SCHEMA, 0,
		"column 'gone' is missing");
	breaks(&t, "version: 1\ncolumns: {id: int64, x: float64, text: string}\n", "unexpected",
		CHECK_VERDICT_SCHEMA, 0, "column 'day' (date) is not in the contract");
	breaks(&t, BUT_X("int64\n"), "type", CHECK_VERDICT_SCHEMA, 0,
		"column 'x' is float64, the contract says int64");
	notes_set(&t.s.fields[3].notes, "pawl.role", "row"); /* one that ingest made */
	breaks(&t, "version: 1\ncolumns: {id: string, x: float64, text: string}\n", "type",
		CHECK_VERDICT_SCHEMA, 0, "column 'id' is int64, the contract says string");
	table_release(&t);
}

static void integers_are_float64_enough(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	breaks(&t,
		"version: 1\ncolumns: {id: {type: float64, values: [0, 1, 2, 3, 4, 5, 6, 7, 8]}, "
		"x: float64, text: string, day: date}\n",
		"values", CHECK_VERDICT_VALUE, 1,
		"column 'id': 1 of 10 values is none of those listed, first '9' in row 9");
	table_release(&t);
}

static void values_beyond_are_value_skew(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	breaks(&t, BUT_X("{type: float64, min: 1}\n"), "min", CHECK_VERDICT_VALUE, 2,
		"column 'x': 2 of 10 values are below 1, first '0' in row 0");
	breaks(&t, BUT_X("{type: float64, max: 4.25}\n"), "max", CHECK_VERDICT_VALUE, 1,
		"column 'x': 1 of 10 values is above 4.25, first '4.5' in row 9");
	breaks(&t, BUT_TEXT("{type: string, values: [a]}\n"), "values", CHECK_VERDICT_VALUE, 5,
		"column 'text': 5 of 10 values are none of those listed, first 'b' in row 1");
	breaks(&t, BUT_TEXT("{type: string, unique: true}\n"), "unique", CHECK_VERDICT_VALUE, 8,
		"column 'text': 8 of 10 values are not unique, first 'a' in row 2");
	breaks(&t,
		"version: 1\ncolumns: {id: int64, x: float64, text: string, day: {type: date, "
		"max: 1970-01-09}}\n",
		"max", CHECK_VERDICT_VALUE, 1,
		"column 'day': 1 of 10 values is above 1970-01-09, first '1970-01-10' in row 9");
	t.b.cols[1].f64[4] = -INFINITY;
	breaks(&t, FINE, "infinite", CHECK_VERDICT_VALUE, 1,
		"column 'x': 1 of 10 values is infinite, first '-inf' in row 4");
	table_release(&t);
}

static void missing_values_count_as_null_nan_or_empty(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	t.b.cols[1].f64[3] = NAN;
	breaks(&t, FINE, "missing", CHECK_VERDICT_VALUE, 1,
		"column 'x': 1 of 10 values (10 %) is missing, none may be");
	t.b.cols[1].f64[5] = NAN;
	breaks(&t, BUT_X("{type: float64, missing: 0.1}\n"), "missing", CHECK_VERDICT_VALUE, 2,
		"column 'x': 2 of 10 values (20 %) are missing, more than 10 %");
	breaks(&t, BUT_X("{type: float64, missing: 0.2, max: 4}\n"), "max", CHECK_VERDICT_VALUE, 1,
		"column 'x': 1 of 8 values is above 4, first '4.5' in row 9");
	for (size_t i = 0; i < 10; i++)
		t.b.cols[1].f64[i] = NAN;
	breaks(&t, BUT_X("{type: float64, missing: 0.9}\n"), "empty", CHECK_VERDICT_SCHEMA, 10,
		"column 'x' has no value in any of 10 rows");
	breaks(&t, BUT_X("{type: float64, missing: 1}\n  gone: bool\n"), "column",
		CHECK_VERDICT_SCHEMA, 0, "column 'gone' is missing");
	table_release(&t);
}

static void key_and_target_are_judged_harder(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	breaks(&t,
		"version: 1\nkey: text\ncolumns: {id: int64, x: float64, text: string, day: "
		"date}\n",
		"unique", CHECK_VERDICT_SCHEMA, 8,
		"column 'text': 8 of 10 values are not unique, first 'a' in row 2");
	t.b.cols[1].f64[0] = NAN;
	breaks(&t,
		"version: 1\nkey: x\ncolumns: {id: int64, x: float64, text: string, day: date}\n",
		"missing", CHECK_VERDICT_SCHEMA, 1,
		"column 'x': 1 of 10 values (10 %) is missing, none may be");
	breaks(&t,
		"version: 1\ntarget: x\ncolumns: {id: int64, x: float64, text: string, day: "
		"date}\n",
		"missing", CHECK_VERDICT_SCHEMA, 1,
		"column 'x': 1 of 10 values (10 %) is missing, none may be");
	for (size_t i = 0; i < 10; i++)
		t.b.cols[1].f64[i] = 7;
	breaks(&t,
		"version: 1\ntarget: x\ncolumns: {id: int64, x: float64, text: string, day: "
		"date}\n",
		"constant", CHECK_VERDICT_SCHEMA, 0,
		"target 'x' has the same value in every row: there is nothing to learn");
	table_release(&t);
}

static void too_few_rows_come_between_schema_and_value_skew(void **state)
{
	struct table t;
	enum check_verdict v;

	(void)state;
	table_init(&t);
	breaks(&t,
		"version: 1\nrows: {min: 11}\ncolumns: {id: int64, x: float64, text: string, day: "
		"date}\n",
		"rows", CHECK_VERDICT_FEW, 0, "10 rows are too few, at least 11 are needed");
	json_decref(judge(&t,
		"version: 1\nrows: {min: 11}\ncolumns: {id: {type: int64, max: 1}, x: float64, "
		"text: string, day: date}\n",
		1, &v));
	assert_int_equal(v, CHECK_VERDICT_FEW);
	json_decref(judge(&t, "version: 1\nrows: {min: 11}\ncolumns: {id: int64}\n", 1, &v));
	assert_int_equal(v, CHECK_VERDICT_SCHEMA);
	json_decref(judge(&t, FINE, 0, &v)); /* no row is never enough */
	assert_int_equal(v, CHECK_VERDICT_FEW);
	table_release(&t);
}

static void offending_rows_are_named_by_their_place_in_the_table(void **state)
{
	struct table t;
	enum check_verdict v;
	json_t *report, *a;
	struct buf text = BUF_INIT;

	(void)state;
	table_init(&t);
	report = judge(&t, BUT_X("{type: float64, max: 3.5}\n"), 4, &v);
	a = json_array_get(json_object_get(report, "anomalies"), 0);
	assert_int_equal(json_int(a, "count", 0), 8);
	assert_true(json_dbl(a, "share", 0) == 0.2);
	json_canonical(json_object_get(a, "rows"), &text);
	assert_string_equal(text.data, "[8,9,18,19,28]");
	assert_null(json_object_get(a, "lines"));
	buf_release(&text);
	json_decref(report);
	table_release(&t);
}

static void rows_that_cannot_be_read_are_schema_skew(void **state)
{
	struct err e = ERR_INIT;
	const char *text = FINE;
	struct contract *c = contract_parse(text, strlen(text), "s", &e);
	struct check *k = check_new(c);
	struct table t;

	(void)state;
	table_init(&t);
	for (uint64_t line = 7; line < 20; line += 6) {
		const struct reject r = {
			.line = line, .reason = "column 'id': 'x' is not an int64"};

		assert_int_equal(check_reject(k, &r, &e), 0);
	}
	check_start(k, &t.s);
	check_add(k, &t.b, NULL);
	check_end(k);
	assert_int_equal(check_verdict(k), CHECK_VERDICT_SCHEMA);
	assert_int_equal(k->n, 1);
	assert_string_equal(k->anomalies[0].message,
		"3 of 13 rows cannot be read, first line 7: column 'id': 'x' is not an int64");
	check_free(k);
	contract_free(c);
	table_release(&t);
}

static void a_line_for_people_is_one_line_whatever_the_names(void **state)
{
	struct table t;
	struct err e = ERR_INIT;
	enum check_verdict v;
	json_t *report, *lines;

	(void)state;
	table_init(&t);
	report = judge(&t, FINE "  \"a\\nb\\e\": int64\n", 1, &v);
	assert_int_equal(check_read(report, "r", &v, &lines, &e), 0);
	assert_string_equal(json_string_value(json_array_get(lines, 0)),
		"column 'a?b?' is missing (schema skew)");
	json_decref(lines);
	json_decref(report);
	table_release(&t);
}

static void what_is_no_report_is_refused(void **state)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"verdict\":\"fine\",\"anomalies\":[]}", "{\"verdict\":\"ok\"}"};
	enum check_verdict v;
	json_t *lines;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct err e = ERR_INIT;
		json_t *j = json_parse(bad[i], strlen(bad[i]), "r", &e);

		assert_non_null(j);
		assert_int_equal(check_read(j, "r", &v, &lines, &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		json_decref(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_that_keeps_its_contract_is_ok),
		cmocka_unit_test(columns_that_differ_are_schema_skew),
		cmocka_unit_test(integers_are_float64_enough),
		cmocka_unit_test(values_beyond_are_value_skew),
		cmocka_unit_test(missing_values_count_as_null_nan_or_empty),
		cmocka_unit_test(key_and_target_are_judged_harder),
		cmocka_unit_test(too_few_rows_come_between_schema_and_value_skew),
		cmocka_unit_test(offending_rows_are_named_by_their_place_in_the_table),
		cmocka_unit_test(rows_that_cannot_be_read_are_schema_skew),
		cmocka_unit_test(a_line_for_people_is_one_line_whatever_the_names),
		cmocka_unit_test(what_is_no_report_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
