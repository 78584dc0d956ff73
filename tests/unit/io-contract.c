/* Tests of io/contract: what schema.yaml may say, and how what it may not say is refused.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/contract.h"

static const char example[] =
	"version: 1\n"
	"key: customerID\n"
	"target: Churn\n"
	"time: when\n"
	"weight: w\n"
	"nulls: [\"\", NA, \"-\"]\n"
	"rows: {min: 100}\n"
	"columns:\n"
	"  customerID: {type: string, unique: true}\n"
	"  gender: {type: string, values: [Female, Male, \"yes\"]}\n"
	"  tenure: {type: int64, min: 0, max: 100}\n"
	"  share: {type: float64, min: 0, max: 0.5, missing: 0.05}\n"
	"  level: {type: int64, values: [3, 1, 2]}\n"
	"  big: {type: uint64, max: 18446744073709551615}\n"
	"  born: {type: date, min: 1900-01-01}\n"
	"  when: {type: timestamp_utc, max: \"2026-11-21T05:06:07Z\"}\n"
	"  note: {type: string, missing: 1, optional: true, description: free "
	"text}\n"
	"  w: float64\n"
	"  Churn: category\n";

static struct contract *parse(const char *text)
{
	struct err e = ERR_INIT;
	struct contract *c = contract_parse(text, strlen(text), "schema.yaml", &e);

	if (!c)
		fail_msg("%s", e.text);
	return c;
}

static void every_field_is_read(void **state)
{
	struct contract *c = parse(example);
	const struct contract_column *col;

	(void)state;
	assert_string_equal(c->key, "customerID");
	assert_string_equal(c->target, "Churn");
	assert_string_equal(c->time, "when");
	assert_string_equal(c->weight, "w");
	assert_int_equal(c->min_rows, 100);
	assert_int_equal(c->nnulls, 3);
	assert_string_equal(c->nulls[0], "");
	assert_string_equal(c->nulls[1], "NA");
	assert_null(c->nulls[3]);
	assert_int_equal(c->n, 11);
	assert_true(contract_find(c, "customerID")->unique);
	col = contract_find(c, "gender");
	assert_int_equal(col->values.n, 3);
	assert_int_not_equal(map_find(&col->values, "yes", 3), MAP_NONE);
	col = contract_find(c, "tenure");
	assert_true(col->has_min && col->has_max && col->min.i64 == 0 && col->max.i64 == 100);
	col = contract_find(c, "share");
	assert_true(col->min.f64 == 0 && col->max.f64 == 0.5 && col->missing == 0.05);
	int64_t two = 2;
	assert_int_not_equal(
		map_find(&contract_find(c, "level")->values, (char *)&two, 8), MAP_NONE);
	assert_true(contract_find(c, "big")->max.u64 == UINT64_MAX);
	assert_int_equal(contract_find(c, "born")->min.i64, -25567);
	assert_int_equal(contract_find(c, "when")->max.i64, 1795237567000000);
	assert_true(contract_find(c, "note")->optional);
	assert_string_equal(contract_find(c, "note")->description, "free text");
	assert_int_equal(contract_find(c, "Churn")->type, TYPE_STRING);
	assert_int_equal(contract_find(c, "Churn")->line, 19);
	contract_free(c);
}

/* A bad contract, and what its message must say. */
static const struct {
	const char *text, *says;
} bad[] = {
	{"version: 1\ncolums: {a: int64}\n", "s:2: "},
	{"version: 1\n", "'columns' is missing"},
	{"version: 1\ncolumns: {}\n", "'columns' must be a map"},
	{"version: 1\ncolumns: [a]\n", "s:2: 'columns' must be a map"},
	{"columns: {a: int64}\n", "'version: 1' is missing"},
	{"version: 2\ncolumns: {a: int64}\n", "s:1: "},
	{"version: 1\ncolumns:\n  a: int\n", "s:3: column 'a': unknown type 'int' (types: bool"},
	{"version: 1\ncolumns:\n  a: null\n", "s:3: column 'a': a type or {type:"},
	{"version: 1\ncolumns:\n  a: {min: 1}\n", "s:3: column 'a' has no 'type'"},
	{"version: 1\ncolumns:\n  a: {type: int64, mim: 1}\n", "s:3: "},
	{"version: 1\ncolumns:\n  a: int64\n  a: int64\n", "s:4: "},
	{"version: 1\ncolumns:\n  a: {type: int64, min: 0.5}\n",
		"s:3: column 'a': 'min' of a int64 column must be an integer"},
	{"version: 1\ncolumns:\n  a: {type: uint64, min: -1}\n", "an integer of 0 or more"},
	{"version: 1\ncolumns:\n  a: {type: float64, max: .inf}\n", "must be a number"},
	{"version: 1\ncolumns:\n  a: {type: float64, max: \"1\"}\n", "must be a number"},
	{"version: 1\ncolumns:\n  a: {type: int64, min: 2, max: 1}\n",
		"s:3: column 'a': 'min' 2 is above 'max' 1"},
	{"version: 1\ncolumns:\n  a: {type: date, min: 2026-02-30}\n", "a date as 2026-11-21"},
	{"version: 1\ncolumns:\n  a: {type: timestamp, min: \"2026-02-03T00:00:00Z\"}\n",
		"a time without a zone"},
	{"version: 1\ncolumns:\n  a: {type: string, min: 1}\n", "a string column has no 'min'"},
	{"version: 1\ncolumns:\n  a: {type: date, values: [2026-02-03]}\n", "has no 'values'"},
	{"version: 1\ncolumns:\n  a: {type: string, values: []}\n", "at least one value"},
	{"version: 1\ncolumns:\n  a: {type: string, values: [x, x]}\n", "'x' is there twice"},
	{"version: 1\ncolumns:\n  a: {type: string, values: [\"\"]}\n", "means missing"},
	{"version: 1\ncolumns:\n  a: {type: int64, values: [x]}\n", "must be an integer"},
	{"version: 1\ncolumns:\n  a: {type: int64, missing: 5}\n", "a share from 0 (none) to 1"},
	{"version: 1\ncolumns:\n  a: {type: int64, missing: .nan}\n", "a share from 0"},
	{"version: 1\ncolumns:\n  a: {type: int64, unique: 3}\n", "s:3: "},
	{"version: 1\nkey: b\ncolumns:\n  a: int64\n", "s:2: key 'b' is not among the columns"},
	{"version: 1\nkey: a\ntarget: a\ncolumns:\n  a: int64\n", "cannot have two roles"},
	{"version: 1\nweight: a\ncolumns:\n  a: string\n", "weight 'a' must be a number"},
	{"version: 1\ntime: a\ncolumns:\n  a: string\n", "time 'a' must be a date"},
	{"version: 1\nrows: 5\ncolumns:\n  a: string\n", "'rows' must be a map"},
	{"version: 1\nrows: {min: 0}\ncolumns:\n  a: string\n", "s:2: "},
	{"version: 1\nrows: {max: 9}\ncolumns:\n  a: string\n", "s:2: "},
	{"version: 1\nnulls: NA\ncolumns:\n  a: string\n", "'nulls' must be a list"},
	{"[1]\n", "a map was expected"},
};

static void what_is_wrong_is_refused_with_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;
		struct contract *c = contract_parse(bad[i].text, strlen(bad[i].text), "s", &e);

		if (c)
			fail_msg("accepted: %s", bad[i].text);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, bad[i].says) || !strstr(e.text, "s:"))
			fail_msg("'%s' lacks '%s'", e.text, bad[i].says);
	}
}

static char *canonical(json_t *value)
{
	struct buf out = BUF_INIT;

	json_canonical(value, &out);
	json_decref(value);
	return buf_detach(&out);
}

static void parameters_are_canonical_and_leave_descriptions_out(void **state)
{
	struct contract *a, *b;
	char *x, *y;

	(void)state;
	a = parse("version: 1\ncolumns:\n  a: {type: float64, min: 1, description: one}\n");
	b = parse("# comment\nversion: 1\ncolumns: {a: {description: two, min: 1.0, type: "
		  "float64}}\n");
	x = canonical(contract_rules_params(a));
	y = canonical(contract_rules_params(b));
	assert_string_equal(x, y);
	assert_string_equal(x, "{\"columns\":[{\"min\":1.0,\"name\":\"a\",\"type\":\"float64\"}],"
			       "\"nulls\":[\"\"],\"rows\":{\"min\":1}}");
	free(x);
	free(y);
	contract_free(b);
	b = parse("version: 1\ncolumns: {a: {type: float64, missing: 1}}\n");
	x = canonical(contract_types_params(a));
	y = canonical(contract_types_params(b));
	assert_string_equal(x, y); /* rules are not what ingest depends on */
	free(x);
	free(y);
	contract_free(a);
	contract_free(b);
}

static void what_is_written_reads_back_the_same(void **state)
{
	struct contract *a = parse(example), *b;
	struct buf text = BUF_INIT;
	char *x, *y;
	struct err e = ERR_INIT;

	(void)state;
	a->heading = mem_strdup("drafted\nin two lines");
	a->key_comment = mem_strdup("unique");
	for (size_t i = 0; i < a->n; i++)
		a->columns[i].comment = mem_strdup(i % 2 ? "a guess" : "a guess: of # two\nlines");
	struct contract_column *odd =
		contract_add(a, "a b: #c, which is longer than the others", TYPE_STRING);
	for (int i = 0; i < 60; i++) {
		char *v = mem_printf("va, lue-%d\n", i);
		map_add(&odd->values, v, strlen(v), NULL);
		free(v);
	}
	contract_write(a, &text);
	b = contract_parse(text.data, text.len, "written", &e);
	if (!b)
		fail_msg("%s\n%s", e.text, text.data);
	x = canonical(contract_rules_params(a));
	y = canonical(contract_rules_params(b));
	assert_string_equal(x, y);
	assert_non_null(strstr(text.data, "# drafted\n# in two lines\nversion: 1\n"));
	for (char *line = text.data; *line;) {
		size_t len = strcspn(line, "\n");
		assert_true(len <= 100);
		line += len + (line[len] == '\n');
	}
	free(x);
	free(y);
	buf_release(&text);
	contract_free(a);
	contract_free(b);
}

static void text_inputs_get_types_and_nulls(void **state)
{
	struct contract *c = parse(example);
	struct source_options o = SOURCE_OPTIONS_INIT;

	(void)state;
	contract_text_types(c, &o);
	assert_int_equal(o.ntypes, 11);
	assert_string_equal(o.types[2].name, "tenure");
	assert_int_equal(o.types[2].type, TYPE_INT64);
	assert_true(o.types[8].optional);
	assert_string_equal(o.nulls[2], "-");
	contract_free(c);
}

static void roles_become_notes_of_the_columns_there_are(void **state)
{
	struct contract *c = parse(example);
	struct schema s = SCHEMA_INIT;

	(void)state;
	schema_add(&s, "Churn", TYPE_STRING);
	schema_add(&s, "tenure", TYPE_INT64);
	schema_add(&s, "customerID", TYPE_STRING);
	contract_apply_roles(c, &s);
	assert_int_equal(schema_role(&s, "target"), 0);
	assert_int_equal(schema_role(&s, "key"), 2);
	assert_true(schema_role(&s, "time") == SCHEMA_NONE);
	assert_null(notes_get(&s.fields[1].notes, "pawl.role"));
	schema_release(&s);
	contract_free(c);
}

static void a_file_is_read_by_its_path(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(contract_read("no/such/schema.yaml", &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "no/such/schema.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(what_is_wrong_is_refused_with_file_and_line),
		cmocka_unit_test(parameters_are_canonical_and_leave_descriptions_out),
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(text_inputs_get_types_and_nulls),
		cmocka_unit_test(roles_become_notes_of_the_columns_there_are),
		cmocka_unit_test(a_file_is_read_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
