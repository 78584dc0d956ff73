/* io/intake: roles, row numbers and missing keys, whatever batches the rows come in.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "io/intake.h"
#include "memory_source.h"

#define ROWS 7

/* Columns id (text k0, k1, ...; row 4 null where `holes`) and x (int64). */
static void fill(struct source *s, const char *id, int holes)
{
	static const char keys[] = "k0k1k2k3k4k5k6";

	memset(s, 0, sizeof(*s));
	schema_add(&s->schema, id, TYPE_STRING);
	schema_add(&s->schema, "x", TYPE_INT64);
	batch_init(&s->all, &s->schema);
	for (uint64_t row = 0; row < ROWS; row++) {
		if (holes && row == 4)
			column_push_null(&s->all.cols[0], row);
		else
			column_push_text(&s->all.cols[0], row, keys + 2 * row, 2);
		column_push_int64(&s->all.cols[1], row, (int64_t)row * 10);
		s->all.rows++;
	}
}

static const char *role(const struct intake *in, const char *column)
{
	const struct schema *s = intake_schema(in);

	return notes_get(&s->fields[schema_find(s, column)].notes, "pawl.role");
}

static void rows_without_a_key_are_numbered_whatever_batches_they_come_in(void **state)
{
	(void)state;
	for (uint64_t frame = 1; frame <= ROWS + 1; frame++) {
		struct intake *in = intake_new(NULL, NULL, "x", NULL);
		const struct batch *b, *out;
		struct err e = ERR_INIT;
		struct source s;
		uint64_t at = 0;

		fill(&s, "id", 0);
		s.frame = frame;
		/* Twice: a source may begin again. */
		for (int i = 0; i < 2; i++) {
			at = 0;
			source_rewind(&s, &e);
			assert_int_equal(intake_start(in, &s, &e), 0);
			assert_int_equal(intake_schema(in)->n, 3);
			assert_string_equal(role(in, "_row"), "row");
			assert_string_equal(role(in, "x"), "target");
			while (source_next(&s, &b, &e) > 0) {
				assert_int_equal(intake_batch(in, b, &out, &e), 0);
				assert_int_equal(out->rows, b->rows);
				for (uint64_t r = 0; r < out->rows; r++, at++) {
					assert_int_equal(out->cols[1].i64[r], at * 10);
					assert_int_equal(out->cols[2].u64[r], at);
				}
			}
			assert_int_equal(at, ROWS);
		}
		intake_free(in);
		table_release(&s);
	}
}

static void a_missing_key_is_named_by_its_row(void **state)
{
	(void)state;
	for (uint64_t frame = 1; frame <= ROWS; frame++) {
		struct intake *in = intake_new(NULL, "id", NULL, NULL);
		const struct batch *b, *out;
		struct err e = ERR_INIT;
		struct source s;
		int rc = 0;

		fill(&s, "id", 1);
		s.frame = frame;
		assert_int_equal(intake_start(in, &s, &e), 0);
		assert_int_equal(intake_schema(in)->n, 2);
		assert_string_equal(role(in, "id"), "key");
		while (rc == 0 && source_next(&s, &b, &e) > 0)
			rc = intake_batch(in, b, &out, &e);
		assert_int_equal(rc, -1);
		assert_int_equal(e.kind, ERR_DATA);
		assert_string_equal(e.text, "memory: row 5: column 'id': the key is missing");
		intake_free(in);
		table_release(&s);
	}
}

/* Of a table with the columns id and x: the message of intake_start(), or "". */
static void starts(const char *contract, const char *key, const char *id, const char *message)
{
	struct err e = ERR_INIT;
	struct contract *c = NULL;
	struct intake *in;
	struct source s;

	if (contract) {
		c = contract_parse(contract, strlen(contract), "schema.yaml", &e);
		assert_non_null(c);
	}
	in = intake_new(c, key, NULL, NULL);
	fill(&s, id, 0);
	assert_int_equal(intake_start(in, &s, &e), *message ? -1 : 0);
	assert_string_equal(e.text, message);
	if (*message)
		assert_int_equal(e.kind, ERR_DATA);
	intake_free(in);
	contract_free(c);
	table_release(&s);
}

static void columns_must_be_those_of_the_contract(void **state)
{
	(void)state;
	starts("version: 1\nkey: id\ncolumns: {id: string, x: int64}\n", NULL, "id", "");
	starts("version: 1\ncolumns: {id: string, x: int64, y: {type: date, optional: true}}\n",
		NULL, "id", "");
	starts("version: 1\ncolumns: {id: string, x: int64, y: date}\n", NULL, "id",
		"memory: column 'y' is missing");
	starts("version: 1\ncolumns: {id: string, x: float64}\n", NULL, "id",
		"memory: column 'x' is int64, not float64 as in 'schema.yaml'");
	starts("version: 1\ncolumns: {id: string}\n", NULL, "id",
		"memory: column 'x' is not in 'schema.yaml': drop it from the data, or add 'x: "
		"{type: int64}' to the columns there");
}

static void a_column_called_as_the_row_number_is_refused_unless_it_is_the_key(void **state)
{
	(void)state;
	starts(NULL, NULL, "_row",
		"memory: a column is called '_row', as pawl calls the position of a row; --key "
		"_row makes it the key");
	starts(NULL, "_row", "_row", "");
	starts(NULL, "none", "id", "memory: there is no column 'none'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_without_a_key_are_numbered_whatever_batches_they_come_in),
		cmocka_unit_test(a_missing_key_is_named_by_its_row),
		cmocka_unit_test(columns_must_be_those_of_the_contract),
		cmocka_unit_test(a_column_called_as_the_row_number_is_refused_unless_it_is_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
