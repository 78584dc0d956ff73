/* Tests of feat/graph: the ONNX graph, evaluated by model/plan, gives the very bits that feat/apply
 * writes into the feature frame, on random data with every kind of step.
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

#include "base/mem.h"
#include "base/rng.h"
#include "feat/apply.h"
#include "feat/fit.h"
#include "feat/graph.h"
#include "model/plan.h"
#include "onnx/build.h"
#include "onnx/file.h"
#include "onnx/signature.h"

static const struct {
	const char *name;
	enum type type;
	const char *steps;
} columns[] = {
	{"plain", TYPE_FLOAT64, "[{impute: 0}]"},
	{"mean", TYPE_FLOAT64, "[{impute: mean}, standardize]"},
	{"all steps", TYPE_FLOAT64,
		"[{impute: median}, {clip: [0.02, 0.9]}, standardize, {clip: [0.1, 1]}]"},
	{"log", TYPE_INT64, "[{impute: most_frequent}, log1p, standardize]"},
	{"unsigned", TYPE_UINT64, "[{impute: mean}, log1p]"},
	{"flag", TYPE_BOOL, "[{impute: mean}]"},
	{"day", TYPE_DATE, "[{impute: median}, standardize]"},
	{"moment", TYPE_TIMESTAMP, "[{impute: median}]"},
	{"zone", TYPE_TIMESTAMP_UTC, "[{impute: median}, standardize]"},
	{"word", TYPE_CATEGORY, "[onehot]"},
	{"rare", TYPE_STRING, "[{onehot: {min_count: 20}}]"},
	{"filled", TYPE_CATEGORY, "[{impute: w3}, onehot]"},
	{"const_2", TYPE_STRING, "[{impute: most_frequent}, {onehot: {min_count: 40}}]"},
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static struct rules *random_rules(void)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct rules *r;

	buf_adds(&text, "features:\n");
	for (size_t i = 0; i < COLUMNS; i++)
		buf_addf(&text, "  \"%s\": %s\n", columns[i].name, columns[i].steps);
	r = rules_parse(text.data, text.len, "features.yaml", &e);
	if (!r)
		fail_msg("%s", e.text);
	buf_release(&text);
	return r;
}

static void push_random(struct column *c, uint64_t row, struct rng *rng, uint64_t words)
{
	char text[32];
	uint64_t word;

	if (rng_below(rng, 8) == 0) {
		column_push_null(c, row);
		return;
	}
	switch (c->type) {
	case TYPE_BOOL:
		column_push_bool(c, row, rng_below(rng, 3) == 0);
		return;
	case TYPE_FLOAT64:
		column_push_float64(c, row,
			rng_below(rng, 9) == 0
				? (double)NAN
				: rng_normal(rng) * pow(10, (double)rng_below(rng, 9)));
		return;
	case TYPE_DATE:
		column_push_date(c, row, (int32_t)rng_below(rng, 40000) - 20000);
		return;
	case TYPE_STRING:
	case TYPE_CATEGORY:
		/* small numbers are frequent, the largest are rare or unseen */
		word = rng_below(rng, words) * rng_below(rng, words) / words;
		snprintf(text, sizeof(text), "%s%llu", word ? "w" : "", (unsigned long long)word);
		if (word == 5)
			*text = 0;
		if (c->type == TYPE_STRING) {
			column_push_text(c, row, text, strlen(text));
			return;
		}
		if (!c->dict)
			c->dict = dict_new();
		column_push_index(
			c, row, (int32_t)map_add(&c->dict->values, text, strlen(text), NULL));
		return;
	default:
		column_push_int64(c, row, (int64_t)rng_below(rng, 1000000));
		return;
	}
}

static void random_rows(
	struct schema *s, struct batch *b, uint64_t rows, uint64_t seed, uint64_t words)
{
	struct rng rng;

	rng_init(&rng, seed);
	batch_init(b, s);
	for (; b->rows < rows; b->rows++)
		for (size_t i = 0; i < s->n; i++)
			push_random(&b->cols[i], b->rows, &rng, words);
}

/* The frame's values of one row, one-hot encoded, against the graph's. */
static size_t differences(const struct schema *frame, const struct batch *b,
	const struct transform *t, const double *x, size_t width)
{
	size_t bad = 0;

	for (uint64_t row = 0; row < b->rows; row++) {
		const double *got = x + row * width;

		for (size_t i = 0; i < frame->n; i++) {
			const struct column *c = &b->cols[i];
			size_t k = feature_width(&t->features[i]);

			for (size_t j = 0; j < k; j++, got++) {
				double want =
					c->type == TYPE_FLOAT64
						? c->f64[row]
						: column_valid(c, row) && c->i32[row] == (int32_t)j;

				bad += memcmp(got, &want, sizeof(want)) != 0;
			}
		}
	}
	return bad;
}

static struct fit *fitted(struct schema *s, const struct batch *train)
{
	struct rules *r = random_rules();
	struct err e = ERR_INIT;
	struct fit *f = fit_new(r, s, NULL, &e);

	if (!f)
		fail_msg("%s", e.text);
	while (fit_more(f))
		if (fit_batch(f, train, &e) < 0 || fit_end(f, &e) < 0)
			fail_msg("%s", e.text);
	rules_free(r);
	return f;
}

static void the_graph_gives_the_bits_of_the_frame(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch train, test;
	struct err e = ERR_INIT;
	struct onnx_model *m;
	struct plan *p = NULL;
	struct fit *f;

	(void)state;
	for (size_t i = 0; i < COLUMNS; i++)
		schema_add(&s, columns[i].name, columns[i].type);
	random_rows(&s, &train, 3000, 1, 40);
	f = fitted(&s, &train);
	m = graph_build(fit_transform(f), &e);
	if (!m || onnx_build_check(m, &e) < 0 || !(p = plan_new(m, &e)) || plan_bind(p, &s, &e) < 0)
		fail_msg("%s", e.text);
	/* on the training rows, and on others with values never seen */
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct apply *a = apply_new(fit_transform(f), &s, &e);
		struct batch out;

		random_rows(&s, &test, seed == 1 ? 3000 : 700, seed, seed == 1 ? 40 : 60);
		apply_init(a, &out);
		if (apply_rows(a, &test, 0, test.rows, 0, &out, &e) < 0 ||
			plan_run(p, &test, &e) < 0)
			fail_msg("%s", e.text);
		assert_int_equal(plan_output_count(p), 1);
		assert_string_equal(plan_output_name(p, 0), "features");
		assert_int_equal(plan_output_width(p, 0), transform_width(fit_transform(f)));
		assert_int_equal(differences(apply_schema(a), &out, fit_transform(f),
					 plan_doubles(p, 0), plan_output_width(p, 0)),
			0);
		batch_release(&out);
		batch_release(&test);
		apply_free(a);
	}
	plan_free(p);
	onnx_model_free(m);
	fit_free(f);
	batch_release(&train);
	schema_release(&s);
}

static void a_graph_tells_its_transform_and_signature(void **state)
{
	struct transform t = TRANSFORM_INIT, back = TRANSFORM_INIT;
	struct signature sig = SIGNATURE_INIT;
	struct buf bytes = BUF_INIT;
	struct err e = ERR_INIT;
	struct onnx_model *m, *again;
	struct feature *f;

	(void)state;
	f = transform_add(&t, "a", TYPE_INT64);
	feature_add(f, TRANSFORM_STANDARDIZE, 0.1, 3);
	f = transform_add(&t, "b", TYPE_CATEGORY);
	map_add(&f->categories->values, "x", 1, NULL);
	map_add(&f->categories->values, "y", 1, NULL);
	transform_carry(&t, "k", TYPE_STRING, "key");
	transform_carry(&t, "y", TYPE_BOOL, "target");
	m = graph_build(&t, &e);
	assert_non_null(m);
	assert_int_equal(onnx_file_pack(m, NULL, &bytes, &e), 0);
	again = onnx_file_parse(bytes.data, bytes.len, "g.onnx", &e);
	assert_non_null(again);
	assert_int_equal(graph_transform(again, "g.onnx", &back, &e), 0);
	assert_int_equal(back.n, 2);
	assert_true(back.features[0].steps[0].a == 0.1);
	assert_int_equal(back.features[1].categories->values.n, 2);
	assert_int_equal(back.ncarried, 2);
	assert_int_equal(signature_get(&sig, again, &e), 0);
	assert_int_equal(sig.ninputs, 4);
	assert_int_equal(sig.inputs[1].type, TYPE_STRING);
	assert_null(sig.inputs[1].role);
	assert_string_equal(sig.inputs[2].role, "key");
	assert_int_equal(sig.nfeatures, 2);
	assert_int_equal(sig.features[1].width, 2);
	assert_string_equal(sig.target, "y");
	signature_release(&sig);
	transform_release(&back);
	transform_release(&t);
	onnx_model_free(again);
	onnx_model_free(m);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_graph_gives_the_bits_of_the_frame),
		cmocka_unit_test(a_graph_tells_its_transform_and_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
