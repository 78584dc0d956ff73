/* The estimators behind a feature graph: what the evaluator makes of the model is what the
 * coefficients say, and the model says what it is. SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/export.h"
#include "model/linear.h"
#include "model/logistic.h"
#include "model/plan.h"
#include "onnx/build.h"
#include "onnx/file.h"
#include "onnx/signature.h"

#include "memory_source.h"

#define ROWS 40
#define CLASSES 3

/* Two features and a target that holds `values` different values. */
static void table(struct source *s, enum type type, int values)
{
	memset(s, 0, sizeof(*s));
	s->frame = 16;
	schema_add(&s->schema, "a", TYPE_FLOAT64);
	schema_add(&s->schema, "b", TYPE_FLOAT64);
	schema_add(&s->schema, "y", type);
	batch_init(&s->all, &s->schema);
	for (uint64_t r = 0; r < ROWS; r++) {
		static const char *const names[] = {"no", "so so", "yes"};
		int value = (int)(r * r * 7 % 11) % values;

		column_push_float64(&s->all.cols[0], r, (double)(r * 37 % 23) / 4 - 2);
		column_push_float64(&s->all.cols[1], r, (double)(r * 13 % 17));
		if (type == TYPE_STRING)
			column_push_text(&s->all.cols[2], r, names[value], strlen(names[value]));
		else if (type == TYPE_FLOAT64)
			column_push_float64(&s->all.cols[2], r, value + (double)(r % 5) / 8);
		else if (type == TYPE_BOOL)
			column_push_bool(&s->all.cols[2], r, value > 0);
		else
			column_push_int64(&s->all.cols[2], r, value - 1);
	}
	s->all.rows = ROWS;
}

/* features = [a, b] as they are. */
static struct onnx_model *graph(const char *second)
{
	struct onnx_model *m = onnx_model_new("features");
	struct signature s = SIGNATURE_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(onnx_build_input(m, "a", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_input(m, second, ONNX_DOUBLE, 1, &e), 0);
	onnx_build_op_int(m, "features", "Concat", "axis", 1, "a", second, NULL);
	assert_int_equal(onnx_build_output(m, "features", ONNX_DOUBLE, 2, &e), 0);
	signature_add_input(&s, "a", TYPE_FLOAT64, NULL);
	signature_add_input(&s, second, TYPE_FLOAT64, NULL);
	signature_add_feature(&s, "a", 1);
	signature_add_feature(&s, second, 1);
	signature_set(&s, m);
	signature_release(&s);
	return m;
}

struct trained {
	struct source source;
	struct onnx_model *model;
	struct fit fit;
	struct signature signature;
};

static void train(
	struct trained *t, enum type type, int values, enum target_task task, size_t positive)
{
	struct design_options o = {.target = "y", .task = task};
	struct design d = DESIGN_INIT;
	struct err e = ERR_INIT;
	int rc;

	memset(t, 0, sizeof(*t));
	table(&t->source, type, values);
	t->model = graph("b");
	assert_int_equal(design_open(&d, &t->source, &o, &e), 0);
	assert_int_equal(export_check(t->model, &d, &e), 0);
	assert_int_equal(design_scan(&d, &e), 0);
	rc = d.target.classify ? logistic_fit(&t->fit, &d, positive, 0.5, 1, &e)
			       : linear_fit(&t->fit, &d, 0.5, 1, &e);
	assert_int_equal(rc, 0);
	if (export_fit(t->model, &d, &t->fit, positive, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(signature_get(&t->signature, t->model, &e), 0);
	design_release(&d);
}

static void trained_release(struct trained *t)
{
	table_release(&t->source);
	onnx_model_free(t->model);
	fit_release(&t->fit);
	signature_release(&t->signature);
}

static double score(const struct trained *t, size_t set, uint64_t r)
{
	const double *b = t->fit.coef + 2 * set;

	return t->fit.intercept[set] + b[0] * t->source.all.cols[0].f64[r] +
	       b[1] * t->source.all.cols[1].f64[r];
}

static struct plan *evaluate(const struct trained *t)
{
	struct err e = ERR_INIT;
	struct plan *p = plan_new(t->model, &e);

	if (!p || plan_bind(p, &t->source.schema, &e) < 0 || plan_run(p, &t->source.all, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(plan_rows(p), ROWS);
	return p;
}

static void a_regression_predicts_numbers(void **state)
{
	struct trained t;
	struct plan *p;

	(void)state;
	train(&t, TYPE_FLOAT64, 3, TARGET_AUTO, SIZE_MAX);
	p = evaluate(&t);
	assert_int_equal(plan_output_count(p), 1);
	assert_string_equal(plan_output_name(p, 0), "prediction");
	for (uint64_t r = 0; r < ROWS; r++)
		assert_true(fabs(plan_doubles(p, 0)[r] - score(&t, 0, r)) < 1e-13);
	assert_int_equal(t.signature.task, TASK_REGRESSION);
	assert_string_equal(t.signature.target, "y");
	assert_int_equal(t.signature.nclasses, 0);
	assert_int_equal(json_integer_value(json_object_get(t.signature.training, "rows")), ROWS);
	plan_free(p);
	trained_release(&t);
}

/* The first class is the positive one: its probability is p, not 1 - p. */
static void two_classes_have_two_probabilities(void **state)
{
	struct trained t;
	struct plan *p;

	(void)state;
	for (size_t positive = 0; positive < 2; positive++) {
		train(&t, TYPE_STRING, 2, TARGET_AUTO, positive);
		p = evaluate(&t);
		assert_int_equal(plan_output_count(p), 3);
		assert_string_equal(plan_output_name(p, 0), "prediction");
		assert_string_equal(plan_output_name(p, 1), "probability_no");
		assert_string_equal(plan_output_name(p, 2), "probability_so so");
		assert_string_equal(t.signature.positive, t.signature.classes[positive]);
		for (uint64_t r = 0; r < ROWS; r++) {
			double q = 1 / (1 + exp(-score(&t, 0, r)));
			const char *best = (q > 0.5) == (positive == 1) ? "so so" : "no";
			struct onnx_text got = plan_texts(p, 0)[r];

			assert_true(fabs(plan_doubles(p, 1 + positive)[r] - q) < 1e-13);
			assert_true(fabs(plan_doubles(p, 2 - positive)[r] - (1 - q)) < 1e-13);
			assert_int_equal(got.len, strlen(best));
			assert_memory_equal(got.bytes, best, got.len);
		}
		plan_free(p);
		trained_release(&t);
	}
}

static void classes_that_are_numbers_are_predicted_as_numbers(void **state)
{
	static const char *const names[] = {"probability_-1", "probability_0", "probability_1"};
	struct trained t;
	struct plan *p;

	(void)state;
	train(&t, TYPE_INT64, 3, TARGET_CLASSIFICATION, SIZE_MAX);
	p = evaluate(&t);
	assert_int_equal(plan_output_count(p), 1 + CLASSES);
	assert_null(t.signature.positive);
	for (size_t c = 0; c < CLASSES; c++)
		assert_string_equal(plan_output_name(p, 1 + c), names[c]);
	for (uint64_t r = 0; r < ROWS; r++) {
		double sum = 0, q[CLASSES];
		size_t best = 0;

		for (size_t c = 0; c < CLASSES; c++)
			sum += q[c] = exp(score(&t, c, r));
		for (size_t c = 0; c < CLASSES; c++) {
			assert_true(fabs(plan_doubles(p, 1 + c)[r] - q[c] / sum) < 1e-13);
			best = q[c] > q[best] ? c : best;
		}
		assert_int_equal(plan_ints(p, 0)[r], (int64_t)best - 1);
	}
	plan_free(p);
	trained_release(&t);
}

static void a_bool_is_predicted_as_0_and_1(void **state)
{
	struct trained t;
	struct plan *p;

	(void)state;
	train(&t, TYPE_BOOL, 2, TARGET_AUTO, 1);
	p = evaluate(&t);
	assert_string_equal(plan_output_name(p, 1), "probability_0");
	assert_string_equal(t.signature.positive, "1");
	assert_int_equal(plan_output_kind(p, 0), PLAN_INT64);
	plan_free(p);
	trained_release(&t);
}

static void a_graph_of_other_features_is_refused(void **state)
{
	struct design_options o = {.target = "y"};
	struct design d = DESIGN_INIT;
	struct source s;
	struct onnx_model *m = graph("c");
	struct err e = ERR_INIT;

	(void)state;
	table(&s, TYPE_STRING, 2);
	assert_int_equal(design_open(&d, &s, &o, &e), 0);
	assert_int_equal(export_check(m, &d, &e), -1);
	assert_string_equal(e.text,
		"column 'b' of 'memory' is not what the graph makes: they come from "
		"different runs of featurize");
	assert_int_equal(e.kind, ERR_DATA);
	design_release(&d);
	table_release(&s);
	onnx_model_free(m);
}

/* Whoever changes the coefficients or the nodes on purpose raises the result version in
 * bin/train.c, so that models are not taken for up to date, and renews these. */
static void the_bytes_are_those_of_the_result_version(void **state)
{
	static const struct {
		enum type type;
		int classes;
		const char *payload;
	} golden[] = {
		{TYPE_FLOAT64, 3,
			"6ac8aef24ee25db68546e33b6adc6727fa41d8c80f1d7ebec3d4e96d3c2fcf0d"},
		{TYPE_STRING, 2,
			"37fb42c70fcb70c4aca3a25e7acbc79f7fa9c663402c66a23fc1e0cdeafe73fd"},
		{TYPE_INT64, 3, "2866189ec751797f39a2a68e6452a28ae6e39dad659949f7e6c127bcc0c4dfcd"},
	};

	(void)state;
#ifndef __x86_64__
	skip(); /* the reference LAPACK is compiled with other instructions elsewhere */
#endif
	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		char hex[SHA256_HEX];
		struct trained t;

		train(&t, golden[i].type, golden[i].classes,
			golden[i].type == TYPE_INT64 ? TARGET_CLASSIFICATION : TARGET_AUTO,
			golden[i].type == TYPE_STRING ? 1 : SIZE_MAX);
		onnx_payload(t.model, hex);
		assert_string_equal(hex, golden[i].payload);
		trained_release(&t);
	}
}

/* tests/unit/model-export FILE TYPE CLASSES writes such a model, for other runtimes to read. */
static int write_model(char **argv)
{
	enum type type;
	int classes = (int)strtol(argv[3], NULL, 10);
	struct trained t;
	struct err e = ERR_INIT;
	struct outfile o = OUTFILE_INIT;
	int rc = type_of_name(argv[2], &type);

	if (rc < 0)
		return 2;
	train(&t, type, classes, type == TYPE_INT64 ? TARGET_CLASSIFICATION : TARGET_AUTO,
		type != TYPE_FLOAT64 && classes == 2 ? 1 : SIZE_MAX);
	rc = outfile_open(&o, argv[1], &e);
	if (rc == 0)
		rc = onnx_file_write(&o, t.model, NULL, &e);
	if (rc == 0)
		rc = outfile_commit(&o, &e);
	trained_release(&t);
	return rc < 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_regression_predicts_numbers),
		cmocka_unit_test(two_classes_have_two_probabilities),
		cmocka_unit_test(classes_that_are_numbers_are_predicted_as_numbers),
		cmocka_unit_test(a_bool_is_predicted_as_0_and_1),
		cmocka_unit_test(a_graph_of_other_features_is_refused),
		cmocka_unit_test(the_bytes_are_those_of_the_result_version),
	};

	if (argc == 4)
		return write_model(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
