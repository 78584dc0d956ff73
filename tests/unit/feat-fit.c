/* Tests of feat/fit, feat/transform and feat/apply: against scikit-learn
 * (tests/golden/features.py), and that neither batches nor a round trip through JSON change a bit.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "feat/apply.h"
#include "feat/fit.h"

static const char rules_text[] = "features:\n"
				 "  tail: [{clip: [0.05, 0.9]}, standardize]\n"
				 "  mean: [{impute: mean}, standardize]\n"
				 "  median: [{impute: median}, log1p, standardize]\n"
				 "  frequent: [{impute: most_frequent}]\n"
				 "  same: standardize\n"
				 "  asis:\n"
				 "  word: [onehot]\n"
				 "  filled: [{impute: b}, {onehot: {min_count: 9}}]\n"
				 "  common: [{impute: most_frequent}, {onehot: {min_count: 12}}]\n"
				 "drop: [unused]\n";
static const char *const numbers[] = {"mean", "median", "frequent", "tail", "same", "asis"};
static const char *const texts[] = {"word", "filled", "common"};

static json_t *golden(void)
{
	const char *source = getenv("PAWL_SOURCE");
	char *path = mem_printf("%s/tests/golden/features.json", source ? source : ".");
	struct err e = ERR_INIT;
	json_t *json = json_read(path, &e);

	free(path);
	if (!json)
		fail_msg("%s", e.text);
	return json;
}

/* Columns of the golden table, a key in front and an unused column behind. */
static void table_schema(struct schema *s)
{
	*s = (struct schema)SCHEMA_INIT;
	notes_set(&schema_add(s, "id", TYPE_INT64)->notes, "pawl.role", "key");
	for (size_t i = 0; i < 6; i++)
		schema_add(s, numbers[i], TYPE_FLOAT64);
	for (size_t i = 0; i < 3; i++)
		schema_add(s, texts[i], i ? TYPE_STRING : TYPE_CATEGORY);
	schema_add(s, "unused", TYPE_BINARY);
}

static void push_text(struct column *c, uint64_t row, const char *text)
{
	int32_t index;

	if (c->type == TYPE_STRING) {
		assert_int_equal(column_push_text(c, row, text, strlen(text)), 0);
		return;
	}
	if (!c->dict)
		c->dict = dict_new();
	index = (int32_t)map_add(&c->dict->values, text, strlen(text), NULL);
	if (*text)
		column_push_index(c, row, index);
	else
		column_push_null(c, row);
}

/* Rows from..to of a golden table. */
static void table_rows(
	const json_t *table, const struct schema *s, size_t from, size_t to, struct batch *b)
{
	batch_init(b, s);
	for (size_t row = from; row < to; row++) {
		column_push_int64(&b->cols[0], row - from, (int64_t)row);
		for (size_t i = 1; i + 1 < s->n; i++) {
			struct column *c = &b->cols[i];
			json_t *v = json_array_get(json_object_get(table, s->fields[i].name), row);

			if (json_is_string(v))
				push_text(c, row - from, json_string_value(v));
			else if (json_is_null(v))
				column_push_null(c, row - from);
			else
				column_push_float64(c, row - from, json_number_value(v));
		}
		column_push_null(&b->cols[s->n - 1], row - from);
		b->rows++;
	}
}

static struct rules *rules_of(const char *text)
{
	struct err e = ERR_INIT;
	struct rules *r = rules_parse(text, strlen(text), "features.yaml", &e);

	if (!r)
		fail_msg("%s", e.text);
	return r;
}

/* Fits a golden table that comes in batches of `step` rows. */
static struct fit *fit_table(
	const struct rules *r, const struct schema *s, const json_t *table, size_t n, size_t step)
{
	struct err e = ERR_INIT;
	struct fit *f = fit_new(r, s, NULL, &e);

	if (!f)
		fail_msg("%s", e.text);
	while (fit_more(f)) {
		for (size_t from = 0; from < n; from += step) {
			struct batch b;

			table_rows(table, s, from, from + step < n ? from + step : n, &b);
			if (fit_batch(f, &b, &e) < 0)
				fail_msg("%s", e.text);
			batch_release(&b);
		}
		if (fit_end(f, &e) < 0)
			fail_msg("%s", e.text);
	}
	return f;
}

static void check_frame(const struct schema *s, const struct batch *b, const json_t *expected)
{
	for (size_t i = 0; i < 6; i++) {
		const struct column *c = &b->cols[schema_find(s, numbers[i])];
		json_t *want = json_object_get(expected, numbers[i]);

		assert_int_equal(b->rows, json_array_size(want));
		assert_int_equal(c->nulls, 0);
		for (size_t row = 0; row < b->rows; row++) {
			double x = json_number_value(json_array_get(want, row));

			if (!(fabs(c->f64[row] - x) <= 1e-9 * (1 + fabs(x))))
				fail_msg("%s, row %zu: %.17g, not %.17g", numbers[i], row,
					c->f64[row], x);
		}
	}
	for (size_t i = 0; i < 3; i++) {
		const struct column *c = &b->cols[schema_find(s, texts[i])];
		json_t *want = json_object_get(expected, texts[i]);

		for (size_t row = 0; row < b->rows; row++) {
			const char *text = json_string_value(json_array_get(want, row)), *got;
			size_t len;

			assert_int_equal(column_valid(c, row), text != NULL);
			if (!text)
				continue;
			got = column_text(c, row, &len);
			if (len != strlen(text) || memcmp(got, text, len) != 0)
				fail_msg("%s, row %zu: not %s", texts[i], row, text);
		}
	}
}

static void features_are_those_of_scikit_learn(void **state)
{
	static const char *const parts[][2] = {{"train", "expected"}, {"new", "expected_new"}};
	struct rules *r = rules_of(rules_text);
	json_t *all = golden();
	struct schema s;
	struct fit *f;

	(void)state;
	table_schema(&s);
	f = fit_table(r, &s, json_object_get(all, "train"), 160, 160);
	for (size_t p = 0; p < 2; p++) {
		const json_t *table = json_object_get(all, parts[p][0]);
		size_t n = json_array_size(json_object_get(table, "mean"));
		struct err e = ERR_INIT;
		struct apply *a = apply_new(fit_transform(f), &s, &e);
		struct batch in, out;

		table_rows(table, &s, 0, n, &in);
		apply_init(a, &out);
		/* in two goes, so that the second one appends */
		if (apply_rows(a, &in, 0, 5, 0, &out, &e) < 0 ||
			apply_rows(a, &in, 5, n - 5, 5, &out, &e) < 0)
			fail_msg("%s", e.text);
		check_frame(apply_schema(a), &out, json_object_get(all, parts[p][1]));
		assert_int_equal(out.cols[0].i64[n - 1], (int64_t)n - 1);
		assert_string_equal(
			notes_get(&apply_schema(a)->fields[0].notes, "pawl.role"), "key");
		batch_release(&in);
		batch_release(&out);
		apply_free(a);
	}
	fit_free(f);
	schema_release(&s);
	json_decref(all);
	rules_free(r);
}

static char *canonical(const struct transform *t)
{
	struct buf text = BUF_INIT;
	json_t *json = transform_json(t);

	json_canonical(json, &text);
	json_decref(json);
	return buf_detach(&text);
}

static void batches_do_not_change_what_is_fitted(void **state)
{
	static const size_t steps[] = {1, 7, 159};
	struct rules *r = rules_of(rules_text);
	json_t *all = golden(), *table = json_object_get(all, "train");
	struct schema s;
	struct fit *whole;
	char *want;

	(void)state;
	table_schema(&s);
	whole = fit_table(r, &s, table, 160, 160);
	want = canonical(fit_transform(whole));
	for (size_t i = 0; i < 3; i++) {
		struct fit *f = fit_table(r, &s, table, 160, steps[i]);
		char *got = canonical(fit_transform(f));

		assert_string_equal(got, want);
		free(got);
		fit_free(f);
	}
	free(want);
	fit_free(whole);
	schema_release(&s);
	json_decref(all);
	rules_free(r);
}

/* Blocks of 65,536 rows by place in the table: also where the batches cut across them. */
static void blocks_do_not_follow_the_batches(void **state)
{
	static const size_t steps[] = {200000, 65536, 1000, 70001};
	struct rules *r = rules_of("features: {x: [{impute: mean}, standardize]}");
	struct schema s = SCHEMA_INIT;
	char *want = NULL;

	(void)state;
	schema_add(&s, "x", TYPE_FLOAT64);
	for (size_t i = 0; i < 4; i++) {
		struct err e = ERR_INIT;
		struct fit *f = fit_new(r, &s, NULL, &e);
		char *got;

		while (fit_more(f)) {
			struct rng rng;

			rng_init(&rng, 7);
			for (size_t at = 0; at < 200000; at += steps[i]) {
				struct batch b;

				batch_init(&b, &s);
				for (; b.rows < steps[i] && at + b.rows < 200000; b.rows++) {
					double x = rng_normal(&rng) * 3 + 1e4;

					if (b.rows % 9 == 8 && i == 99)
						column_push_null(&b.cols[0], b.rows);
					else
						column_push_float64(&b.cols[0], b.rows, x);
				}
				assert_int_equal(fit_batch(f, &b, &e), 0);
				batch_release(&b);
			}
			assert_int_equal(fit_end(f, &e), 0);
		}
		got = canonical(fit_transform(f));
		if (want)
			assert_string_equal(got, want);
		free(want);
		want = got;
		fit_free(f);
	}
	free(want);
	schema_release(&s);
	rules_free(r);
}

static void a_transform_survives_json(void **state)
{
	struct rules *r = rules_of(rules_text);
	json_t *all = golden(), *json;
	struct transform back = TRANSFORM_INIT;
	struct err e = ERR_INIT;
	struct schema s;
	struct fit *f;
	char *want, *got;

	(void)state;
	table_schema(&s);
	f = fit_table(r, &s, json_object_get(all, "train"), 160, 160);
	want = canonical(fit_transform(f));
	json = json_parse(want, strlen(want), "model.onnx", &e);
	assert_int_equal(transform_parse(&back, json, "model.onnx", &e), 0);
	got = canonical(&back);
	assert_string_equal(got, want);
	assert_int_equal(transform_width(&back), transform_width(fit_transform(f)));
	transform_release(&back);
	json_decref(json);
	free(got);
	free(want);
	fit_free(f);
	schema_release(&s);
	json_decref(all);
	rules_free(r);
}

static void a_transform_that_is_not_ours_is_refused(void **state)
{
	static const char *const bad[] = {"{}", "{\"features\":[],\"carried\":[]}",
		"{\"features\":[{\"name\":\"a\",\"type\":\"int64\"}],\"carried\":[]}",
		"{\"features\":[{\"name\":\"a\",\"type\":\"binary\",\"steps\":[]}],\"carried\":[]}",
		"{\"features\":[{\"name\":\"a\",\"type\":\"int64\",\"steps\":[{\"sin\":1}]}],"
		"\"carried\":[]}",
		"{\"features\":[{\"name\":\"a\",\"type\":\"string\",\"categories\":[\"x\",\"x\"],"
		"\"missing\":0,\"unknown\":0}],\"carried\":[]}",
		"{\"features\":[{\"name\":\"a\",\"type\":\"string\",\"categories\":[\"x\"],"
		"\"missing\":1,\"unknown\":0}],\"carried\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct transform t = TRANSFORM_INIT;
		struct err e = ERR_INIT;
		json_t *json = json_parse(bad[i], strlen(bad[i]), "m", &e);

		assert_non_null(json);
		assert_int_equal(transform_parse(&t, json, "m", &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		assert_int_equal(t.n, 0);
		json_decref(json);
	}
}

/* One number column of one value in two rows, fitted and applied: the error, or "". */
static void one_value(const char *rule, double value, int null, char text[1024])
{
	char *yaml = mem_printf("features: {x: %s}", rule);
	struct rules *r = rules_of(yaml);
	struct schema s = SCHEMA_INIT;
	struct err e = ERR_INIT;
	struct batch b, out = BATCH_INIT;
	struct apply *a = NULL;
	struct fit *f;
	int rc = 0;

	schema_add(&s, "x", TYPE_FLOAT64);
	batch_init(&b, &s);
	for (; b.rows < 2; b.rows++) {
		if (null)
			column_push_null(&b.cols[0], b.rows);
		else
			column_push_float64(&b.cols[0], b.rows, value);
	}
	f = fit_new(r, &s, NULL, &e);
	assert_non_null(f);
	while (rc == 0 && fit_more(f)) {
		rc = fit_batch(f, &b, &e);
		rc = rc ? rc : fit_end(f, &e);
	}
	if (rc == 0) {
		a = apply_new(fit_transform(f), &s, &e);
		apply_init(a, &out);
		apply_rows(a, &b, 0, 2, 0, &out, &e);
	}
	memcpy(text, e.text, sizeof(e.text));
	assert_int_equal(e.kind, e.text[0] ? ERR_DATA : ERR_NONE);
	batch_release(&out);
	apply_free(a);
	fit_free(f);
	batch_release(&b);
	schema_release(&s);
	rules_free(r);
	free(yaml);
}

static void values_that_no_feature_can_have_are_named(void **state)
{
	char text[1024];

	(void)state;
	one_value("[log1p]", -1, 0, text);
	assert_string_equal(
		text, "column 'x': row 1: -1 has no log1p, which takes values above -1");
	one_value("[]", 0, 1, text);
	assert_string_equal(
		text, "column 'x': row 1 has no value: let its rule begin with {impute: median}");
	one_value("[{impute: mean}]", 0, 1, text);
	assert_string_equal(
		text, "column 'x' has no value in any row: drop it, or impute a constant");
	one_value("[]", (double)INFINITY, 0, text);
	assert_string_equal(text, "column 'x': row 1: inf is not a finite number");
	one_value("[standardize]", 0.1, 0, text);
	assert_string_equal(text, "");
	one_value("[{impute: -7}, log1p]", 3, 0, text);
	assert_string_equal(text, "");
	one_value("[{impute: -7}, log1p]", 3, 1, text);
	assert_string_equal(
		text, "column 'x': row 1: -7 has no log1p, which takes values above -1");
}

static void rules_must_account_for_every_column(void **state)
{
	static const struct {
		const char *yaml, *error;
	} cases[] = {
		{"features: {n: []}", "features.yaml:1: column 'w': neither"},
		{"features: {n: [], w: onehot}\ndrop: [x]", "features.yaml:2: "},
		{"features: {n: [], w: []}", "features.yaml:1: column 'w' is text: its last step "
					     "must be onehot, or drop it"},
		{"features:\n  n: []\n  w: [standardize, onehot]",
			"features.yaml:3: column 'w' is text: standardize takes numbers"},
		{"features:\n  n: []\n  w: [{impute: 3}, onehot]",
			"features.yaml:3: column 'w' is text: it can be imputed by most_frequent "
			"or a "
			"text in quotes"},
		{"features:\n  n: onehot\n  w: onehot", "features.yaml:2: column 'n' is of type "
							"int64: onehot takes text (type: string "
							"in schema.yaml)"},
		{"features:\n  n: [{impute: none}]\n  w: onehot",
			"features.yaml:2: column 'n' is of type int64: impute mean, median, "
			"most_frequent or a number, not 'none'"},
		{"features:\n  n: []\n  w: onehot\n  y: []",
			"features.yaml:4: column 'y' is the table's target and cannot be a "
			"feature"},
		{"features:\n  n: []\n  w: onehot\ndrop:\n  - y",
			"features.yaml:5: column 'y' is the table's target and cannot be dropped"},
		{"features: {n: []}\ndrop: [w, key]", NULL},
	};
	struct schema s = SCHEMA_INIT;

	(void)state;
	notes_set(&schema_add(&s, "key", TYPE_STRING)->notes, "pawl.role", "key");
	schema_add(&s, "n", TYPE_INT64);
	schema_add(&s, "w", TYPE_CATEGORY);
	schema_add(&s, "y", TYPE_BOOL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rules *r = rules_of(cases[i].yaml);
		struct err e = ERR_INIT;
		struct fit *f = fit_new(r, &s, "y", &e);

		if (!cases[i].error) {
			if (!f)
				fail_msg("%s", e.text);
		} else if (i < 2) {
			assert_null(f);
			assert_true(strncmp(e.text, cases[i].error, 16) == 0);
		} else {
			assert_null(f);
			assert_string_equal(e.text, cases[i].error);
		}
		assert_int_equal(e.kind, f ? ERR_NONE : ERR_USAGE);
		fit_free(f);
		rules_free(r);
	}
	schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features_are_those_of_scikit_learn),
		cmocka_unit_test(batches_do_not_change_what_is_fitted),
		cmocka_unit_test(blocks_do_not_follow_the_batches),
		cmocka_unit_test(a_transform_survives_json),
		cmocka_unit_test(a_transform_that_is_not_ours_is_refused),
		cmocka_unit_test(values_that_no_feature_can_have_are_named),
		cmocka_unit_test(rules_must_account_for_every_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
