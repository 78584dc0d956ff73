/* Linear and logistic regression against scikit-learn and numpy (tests/golden/linear.py), and their
 * bytes against the framing of the input and the number of threads.
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
#include "model/linear.h"
#include "model/logistic.h"

#include "memory_source.h"

/* ---- the table */

static void table_columns(struct source *s, const char *const *names, enum type target)
{
	static const char onehot[] = "{\"categories\":3,\"kind\":\"onehot\"}";

	memset(s, 0, sizeof(*s));
	s->frame = 65536;
	schema_add(&s->schema, "y", target);
	notes_set(&schema_add(&s->schema, "w", TYPE_FLOAT64)->notes, "pawl.role", "weight");
	notes_set(&schema_add(&s->schema, "_row", TYPE_UINT64)->notes, "pawl.role", "row");
	for (; *names; names++)
		if (strcmp(*names, "cat") == 0)
			notes_set(&schema_add(&s->schema, "cat", TYPE_CATEGORY)->notes,
				"pawl.encoding", onehot);
		else
			schema_add(&s->schema, *names, TYPE_FLOAT64);
	batch_init(&s->all, &s->schema);
	for (size_t c = 0; c < s->all.n; c++)
		if (s->all.cols[c].type == TYPE_CATEGORY && !s->all.cols[c].dict) {
			s->all.cols[c].dict = dict_new();
			map_add(&s->all.cols[c].dict->values, "a", 1, NULL);
			map_add(&s->all.cols[c].dict->values, "b", 1, NULL);
			map_add(&s->all.cols[c].dict->values, "c", 1, NULL);
		}
}

static json_t *golden;

static double at(const json_t *row, size_t i)
{
	return json_number_value(json_array_get(row, i));
}

/* The golden rows; `task` picks the target and the columns: see linear.py. */
static void table_golden(struct source *s, const char *task)
{
	static const char *const all[] = {"x1", "x2", "x3", "cat", NULL};
	static const char *const redundant[] = {"x1", "x3", "sum", NULL};
	int two = !strncmp(task, "binary", 6), three = !strncmp(task, "three", 5);
	int shortest = !strcmp(task, "shortest");
	json_t *row;
	size_t r;

	table_columns(s, shortest ? redundant : all, two || three ? TYPE_INT64 : TYPE_FLOAT64);
	json_array_foreach(json_object_get(golden, "rows"), r, row)
	{
		struct column *c = s->all.cols;

		if (two || three)
			column_push_int64(&c[0], r, (int64_t)at(row, two ? 6 : 7));
		else
			column_push_float64(&c[0], r, at(row, 5));
		column_push_float64(&c[1], r, at(row, 4));
		column_push_uint64(&c[2], r, r);
		column_push_float64(&c[3], r, at(row, 0));
		if (shortest) {
			column_push_float64(&c[4], r, at(row, 2) / 1e5);
			column_push_float64(&c[5], r, 2 * (at(row, 0) + at(row, 2) / 1e5));
			continue;
		}
		column_push_float64(&c[4], r, two || three ? at(row, 1) - 1000 : at(row, 1));
		column_push_float64(&c[5], r, two || three ? at(row, 2) / 1e5 : at(row, 2));
		if (json_is_null(json_array_get(row, 3)))
			column_push_null(&c[6], r);
		else
			column_push_index(&c[6], r, (int32_t)at(row, 3));
	}
	s->all.rows = r;
}

static int fit_table(struct source *s, enum target_task task, double l2, size_t threads,
	struct fit *f, struct err *e)
{
	struct design_options o = {.target = "y", .task = task};
	struct design d = DESIGN_INIT;
	int rc = design_open(&d, s, &o, e);

	if (rc == 0)
		rc = design_scan(&d, e);
	if (rc == 0)
		rc = task == TARGET_CLASSIFICATION ? logistic_fit(f, &d, 1, l2, threads, e)
						   : linear_fit(f, &d, l2, threads, e);
	design_release(&d);
	s->at = 0;
	return rc;
}

/* ---- against scikit-learn */

static void agree(const char *name, enum target_task task, double l2, size_t rank)
{
	json_t *want = json_object_get(json_object_get(golden, "cases"), name), *row;
	struct source s;
	struct fit f = FIT_INIT;
	struct err e = ERR_INIT;
	size_t c;

	table_golden(&s, name);
	if (fit_table(&s, task, l2, 1, &f, &e) < 0)
		fail_msg("%s: %s", name, e.text);
	json_array_foreach(json_object_get(want, "coef"), c, row)
	{
		double b0 = at(json_object_get(want, "intercept"), c);

		for (size_t k = 0; k < f.width; k++) {
			double b = at(row, k), got = f.coef[c * f.width + k];

			if (!(fabs(got - b) <= 1e-8 * fabs(b)))
				fail_msg("%s: set %zu column %zu: %.17g, not %.17g", name, c, k,
					got, b);
		}
		if (!(fabs(f.intercept[c] - b0) <= 1e-8 * fabs(b0) + 1e-10))
			fail_msg(
				"%s: intercept %zu: %.17g, not %.17g", name, c, f.intercept[c], b0);
	}
	assert_int_equal(f.sets, c);
	assert_int_equal(f.rank, rank);
	assert_true(f.gradient < 1e-12);
	assert_true((f.dependent != NULL) == (rank < f.sets * (f.width + 1)));
	fit_release(&f);
	table_release(&s);
}

static void least_squares_agree_with_scikit_learn(void **state)
{
	(void)state;
	agree("ols", TARGET_REGRESSION, 0, 7);
	agree("ridge_2.5", TARGET_REGRESSION, 2.5, 7);
}

/* Longley (1967), whose columns are nearly dependent, with the certified coefficients of NIST's
 * Statistical Reference Datasets. */
static void nearly_dependent_columns_agree_with_the_certified_values(void **state)
{
	static const double data[][7] = {{60323, 83.0, 234289, 2356, 1590, 107608, 1947},
		{61122, 88.5, 259426, 2325, 1456, 108632, 1948},
		{60171, 88.2, 258054, 3682, 1616, 109773, 1949},
		{61187, 89.5, 284599, 3351, 1650, 110929, 1950},
		{63221, 96.2, 328975, 2099, 3099, 112075, 1951},
		{63639, 98.1, 346999, 1932, 3594, 113270, 1952},
		{64989, 99.0, 365385, 1870, 3547, 115094, 1953},
		{63761, 100.0, 363112, 3578, 3350, 116219, 1954},
		{66019, 101.2, 397469, 2904, 3048, 117388, 1955},
		{67857, 104.6, 419180, 2822, 2857, 118734, 1956},
		{68169, 108.4, 442769, 2936, 2798, 120445, 1957},
		{66513, 110.8, 444546, 4681, 2637, 121950, 1958},
		{68655, 112.6, 482704, 3813, 2552, 123366, 1959},
		{69564, 114.2, 502601, 3931, 2514, 125368, 1960},
		{69331, 115.7, 518173, 4806, 2572, 127852, 1961},
		{70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
	static const double certified[] = {15.0618722713733, -0.358191792925910e-01,
		-2.02022980381683, -1.03322686717359, -0.511041056535807e-01, 1829.15146461355};
	static const char *const names[] = {"x1", "x2", "x3", "x4", "x5", "x6", NULL};
	struct source s;
	struct fit f = FIT_INIT;
	struct err e = ERR_INIT;

	(void)state;
	table_columns(&s, names, TYPE_FLOAT64);
	for (s.all.rows = 0; s.all.rows < 16; s.all.rows++) {
		const double *row = data[s.all.rows];

		column_push_float64(&s.all.cols[0], s.all.rows, row[0]);
		column_push_float64(&s.all.cols[1], s.all.rows, 1);
		column_push_uint64(&s.all.cols[2], s.all.rows, s.all.rows);
		for (size_t k = 0; k < 6; k++)
			column_push_float64(&s.all.cols[3 + k], s.all.rows, row[1 + k]);
	}
	assert_int_equal(fit_table(&s, TARGET_REGRESSION, 0, 1, &f, &e), 0);
	for (size_t k = 0; k < 6; k++)
		if (fabs(f.coef[k] / certified[k] - 1) > 1e-12)
			fail_msg("%zu: %.17g, not %.17g", k, f.coef[k], certified[k]);
	assert_true(fabs(f.intercept[0] / -3482258.63459582 - 1) < 1e-12);
	fit_release(&f);
	table_release(&s);
}

static void dependent_columns_get_the_shortest_coefficients(void **state)
{
	(void)state;
	agree("shortest", TARGET_REGRESSION, 0, 3);
}

static void logistic_regression_agrees_with_scikit_learn(void **state)
{
	(void)state;
	agree("binary_1", TARGET_CLASSIFICATION, 1, 7);
	agree("binary_0.1", TARGET_CLASSIFICATION, 0.1, 7);
	agree("binary_0", TARGET_CLASSIFICATION, 0, 7);
}

static void multinomial_regression_agrees_with_scikit_learn(void **state)
{
	(void)state;
	agree("three_1", TARGET_CLASSIFICATION, 1, 21);
	agree("three_0", TARGET_CLASSIFICATION, 0, 21);
}

/* ---- against the definition: the gradient, summed plainly */

/* z[c] = b0 + x . b of a golden row, and x itself (6 columns). */
static void scores(const struct fit *f, const json_t *row, double *x, double *z)
{
	double k = json_is_null(json_array_get(row, 3)) ? -1 : at(row, 3);

	x[0] = at(row, 0), x[1] = at(row, 1) - 1000, x[2] = at(row, 2) / 1e5;
	for (size_t i = 0; i < 3; i++)
		x[3 + i] = k == (double)i;
	for (size_t c = 0; c < f->sets; c++) {
		z[c] = f->intercept[c];
		for (size_t i = 0; i < 6; i++)
			z[c] += x[i] * f->coef[c * 6 + i];
	}
}

static void the_gradient_at_the_answer_is_nothing(void **state)
{
	struct source s;
	struct fit f = FIT_INIT;
	struct err e = ERR_INIT;
	double gradient[3][7] = {{0}}, x[6], z[3], sum;
	json_t *row;
	size_t r;

	(void)state;
	table_golden(&s, "three");
	assert_int_equal(fit_table(&s, TARGET_CLASSIFICATION, 0.3, 1, &f, &e), 0);
	json_array_foreach(json_object_get(golden, "rows"), r, row)
	{
		scores(&f, row, x, z);
		sum = exp(z[0]) + exp(z[1]) + exp(z[2]);
		for (size_t c = 0; c < 3; c++) {
			double v = at(row, 4) * (exp(z[c]) / sum - (at(row, 7) == (double)c));

			for (size_t i = 0; i < 6; i++)
				gradient[c][i] += v * x[i];
			gradient[c][6] += v;
		}
	}
	for (size_t c = 0; c < 3; c++)
		for (size_t i = 0; i < 7; i++)
			assert_true(fabs(gradient[c][i] + (i < 6 ? 0.3 * f.coef[c * 6 + i] : 0)) <
				    1e-12);
	assert_true(fabs(f.intercept[0] + f.intercept[1] + f.intercept[2]) < 1e-13);
	fit_release(&f);
	table_release(&s);
}

/* ---- bytes */

static void table_long(struct source *s, size_t rows)
{
	static const char *const names[] = {"x1", "cat", "x2", NULL};
	uint64_t state = 88172645463325252u;

	table_columns(s, names, TYPE_BOOL);
	for (size_t r = 0; r < rows; r++) {
		double x[2];

		for (size_t k = 0; k < 2; k++) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			x[k] = (double)(state >> 11) * 0x1p-52 - 1;
		}
		column_push_bool(&s->all.cols[0], r, x[0] + x[1] * 0.5 + (double)(state % 5) > 2);
		column_push_float64(&s->all.cols[1], r, (double)(1 + state % 3) / 3);
		column_push_uint64(&s->all.cols[2], r, r);
		column_push_float64(&s->all.cols[3], r, x[0]);
		column_push_index(&s->all.cols[4], r, (int32_t)(state % 3));
		column_push_float64(&s->all.cols[5], r, 1e3 * x[1]);
	}
	s->all.rows = rows;
}

static void neither_framing_nor_threads_change_a_bit(void **state)
{
	static const struct {
		uint64_t frame;
		size_t threads;
	} ways[] = {{65536, 1}, {1000, 2}, {150000, 4}, {77, 1}};
	struct source s;
	struct err e = ERR_INIT;

	(void)state;
	table_long(&s, 140001);
	for (int task = TARGET_REGRESSION; task <= TARGET_CLASSIFICATION; task++) {
		struct fit first = FIT_INIT;

		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
			struct fit f = FIT_INIT;

			s.frame = ways[i].frame;
			assert_int_equal(
				fit_table(&s, (enum target_task)task, 1, ways[i].threads, &f, &e),
				0);
			if (!i) {
				first = f;
				continue;
			}
			assert_memory_equal(f.coef, first.coef, f.width * sizeof(*f.coef));
			assert_memory_equal(f.intercept, first.intercept, sizeof(*f.intercept));
			assert_true(f.objective == first.objective && f.gradient == first.gradient);
			fit_release(&f);
		}
		fit_release(&first);
	}
	table_release(&s);
}

/* ---- what is refused */

static void refused(
	struct source *s, enum target_task task, double l2, enum err_kind kind, const char *text)
{
	struct fit f = FIT_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(fit_table(s, task, l2, 1, &f, &e), -1);
	assert_string_equal(e.text, text);
	assert_int_equal(e.kind, kind);
}

static void separated_classes_without_a_penalty_are_an_error(void **state)
{
	struct source s;
	struct fit f = FIT_INIT;
	struct err e = ERR_INIT;

	(void)state;
	table_golden(&s, "binary");
	for (uint64_t r = 0; r < s.all.rows; r++)
		s.all.cols[0].i64[r] = s.all.cols[3].f64[r] > 0.1;
	refused(&s, TARGET_CLASSIFICATION, 0, ERR_DATA,
		"the features separate the classes of 'y': without a penalty no finite "
		"coefficients "
		"are best: give --l2 a value above 0");
	/* Only one category settles the class: the rest has a best answer, that one has none. */
	table_release(&s);
	table_golden(&s, "binary");
	for (uint64_t r = 0; r < s.all.rows; r++)
		if (column_valid(&s.all.cols[6], r) && s.all.cols[6].i32[r] == 2)
			s.all.cols[0].i64[r] = 1;
	refused(&s, TARGET_CLASSIFICATION, 0, ERR_DATA,
		"the features separate the classes of 'y': without a penalty no finite "
		"coefficients "
		"are best: give --l2 a value above 0");
	assert_int_equal(fit_table(&s, TARGET_CLASSIFICATION, 1e-6, 1, &f, &e), 0);
	assert_true(f.gradient < 1e-12);
	fit_release(&f);
	table_release(&s);
}

static void values_that_cannot_be_learned_from_are_refused(void **state)
{
	struct source s;

	(void)state;
	table_golden(&s, "ols");
	s.all.cols[3].f64[4] = NAN;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA,
		"column 'x1': row 5 has no finite value: give it an impute or clip rule");
	s.all.cols[3].f64[4] = 1e200;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA,
		"column 'x1' reaches 9.96e+199 from its mean: standardize it");
	s.all.cols[3].f64[4] = 0;
	s.all.cols[1].f64[5] = -1;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA,
		"weight 'w': row 6 is not a finite number of at least 0");
	s.all.cols[1].f64[5] = 1;
	s.all.cols[0].f64[6] = s.all.cols[0].f64[7] = NAN;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA, "target 'y' is missing in 2 of 90 rows");
	for (uint64_t r = 0; r < s.all.rows; r++)
		s.all.cols[0].f64[r] = 0.5;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA, "target 'y' is constant: every row is 0.5");
	refused(&s, TARGET_CLASSIFICATION, 0, ERR_DATA,
		"target 'y': row 1: 0.5 is not a whole number: no class");
	for (uint64_t r = 0; r < s.all.rows; r++)
		s.all.cols[0].f64[r] = 3;
	refused(&s, TARGET_CLASSIFICATION, 0, ERR_DATA, "target 'y' is constant: every row is '3'");
	s.all.cols[6].i32[0] = 3;
	refused(&s, TARGET_REGRESSION, 0, ERR_DATA, "column 'cat': row 1 is category 3 of 3");
	s.all.cols[6].i32[0] = 0;
	s.all.rows = 1;
	refused(&s, TARGET_REGRESSION, 0, ERR_FEW, "1 rows are too few to learn from");
	table_release(&s);
}

static void labels_name_columns_and_their_categories(void **state)
{
	struct design_options o = {.target = "y", .task = TARGET_REGRESSION};
	struct design d = DESIGN_INIT;
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT;
	struct source s;

	(void)state;
	table_golden(&s, "ols");
	assert_int_equal(design_open(&d, &s, &o, &e), 0);
	assert_int_equal(design_scan(&d, &e), 0);
	for (size_t k = 0; k < d.width; k++) {
		design_label(&d, k, &text);
		buf_addc(&text, ' ');
	}
	assert_string_equal(text.data, "x1 x2 x3 cat=a cat=b cat=c ");
	buf_release(&text);
	design_release(&d);
	table_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_squares_agree_with_scikit_learn),
		cmocka_unit_test(nearly_dependent_columns_agree_with_the_certified_values),
		cmocka_unit_test(dependent_columns_get_the_shortest_coefficients),
		cmocka_unit_test(logistic_regression_agrees_with_scikit_learn),
		cmocka_unit_test(multinomial_regression_agrees_with_scikit_learn),
		cmocka_unit_test(the_gradient_at_the_answer_is_nothing),
		cmocka_unit_test(neither_framing_nor_threads_change_a_bit),
		cmocka_unit_test(separated_classes_without_a_penalty_are_an_error),
		cmocka_unit_test(values_that_cannot_be_learned_from_are_refused),
		cmocka_unit_test(labels_name_columns_and_their_categories),
	};
	const char *source = getenv("PAWL_SOURCE");
	char *path = mem_printf("%s/tests/golden/linear.json", source ? source : ".");
	struct err e = ERR_INIT;
	int rc;

	golden = json_read(path, &e);
	free(path);
	if (!golden)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(golden);
	return rc;
}
