/* model/metrics: against scikit-learn's values, tests/golden/metrics.json (made by metrics.py).
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

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/metrics.h"

static json_t *table;
static uint64_t bits; /* hash of all values of the table, in its order */

static int read_table(void **state)
{
	const char *source = getenv("PAWL_SOURCE");
	char *path = mem_printf("%s/tests/golden/metrics.json", source ? source : ".");
	struct err e = ERR_INIT;

	(void)state;
	table = json_read(path, &e);
	if (!table)
		print_error("%s\n", e.text);
	free(path);
	return table ? 0 : -1;
}

static int free_table(void **state)
{
	(void)state;
	json_decref(table);
	return 0;
}

/* A member that is a list (of lists) of numbers, flat; NULL where it is null. */
static double *doubles(const json_t *list, size_t *n)
{
	size_t at = 0, width = 0;
	double *out = NULL;

	*n = json_array_size(list);
	if (!json_is_array(list))
		return NULL;
	if (json_is_array(json_array_get(list, 0)))
		width = json_array_size(json_array_get(list, 0));
	out = mem_array(*n * (width ? width : 1), sizeof(*out));
	for (size_t i = 0; i < *n; i++) {
		const json_t *item = json_array_get(list, i);

		if (!width)
			out[at++] = json_number_value(item);
		for (size_t j = 0; j < width; j++)
			out[at++] = json_number_value(json_array_get(item, j));
	}
	return out;
}

static int32_t *integers(const json_t *list)
{
	size_t n = json_array_size(list);
	int32_t *out = mem_array(n, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = (int32_t)json_integer_value(json_array_get(list, i));
	return out;
}

static void agree(const json_t *sample, const struct metrics *m)
{
	json_t *expected = json_object_get(sample, "expected"), *value;
	const char *name;

	assert_int_equal(json_object_size(expected), m->n);
	json_object_foreach(expected, name, value)
	{
		const struct metric *got = metrics_get(m, name);
		double want = json_number_value(value), zero = 0;

		if (got)
			bits = hash64(got->reason ? &zero : &got->value, 8, bits);

		assert_non_null(got);
		if (json_is_null(value) ? !(isnan(got->value) && got->reason)
					: !(fabs(got->value - want) <= 1e-12 * (1 + fabs(want))))
			fail_msg("%s: %s is %.17g, not %.17g", json_str(sample, "name", ""), name,
				got->value, json_is_null(value) ? NAN : want);
	}
}

/* scikit-learn clips at 2^-52 and divides by the sum; where a row is certain and wrong that
 * differs by 2e-16 in relative terms. */
static void classification_agrees_with_scikit_learn(void **state)
{
	const json_t *list = json_object_get(table, "classes");

	(void)state;
	assert_true(json_array_size(list) >= 18);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *sample = json_array_get(list, i);
		size_t n, unused;
		double *p = doubles(json_object_get(sample, "probability"), &n);
		double *w = doubles(json_object_get(sample, "weight"), &unused);
		int32_t *label = integers(json_object_get(sample, "label"));
		int32_t *said = integers(json_object_get(sample, "predicted"));
		size_t k =
			json_array_size(json_array_get(json_object_get(sample, "probability"), 0));
		struct metrics_classes in = {n, k, label, said, p, k, w,
			k == 2 ? (size_t)json_int(sample, "positive", 1) : METRICS_MULTICLASS};
		struct metrics m = METRICS_INIT;

		metrics_of_classes(&in, &m);
		agree(sample, &m);
		free(p);
		free(w);
		free(label);
		free(said);
	}
}

static void regression_agrees_with_scikit_learn(void **state)
{
	const json_t *list = json_object_get(table, "numbers");

	(void)state;
	assert_true(json_array_size(list) >= 11);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *sample = json_array_get(list, i);
		size_t n, unused;
		double *y = doubles(json_object_get(sample, "target"), &n);
		double *p = doubles(json_object_get(sample, "predicted"), &unused);
		double *w = doubles(json_object_get(sample, "weight"), &unused);
		struct metrics_numbers in = {n, y, p, w};
		struct metrics m = METRICS_INIT;

		metrics_of_numbers(&in, &m);
		agree(sample, &m);
		free(y);
		free(p);
		free(w);
	}
}

/* When this fails and the values above are right: raise the result version of bin/evaluate.c, or
 * artifacts that were made before pass for up to date. */
static void the_bits_are_those_of_this_result_version(void **state)
{
	(void)state;
	assert_true(bits == 0xadcd6cb69f0a5b7e);
}

static void the_confusion_matrix_counts_weights_by_truth_and_prediction(void **state)
{
	const int32_t label[] = {0, 1, 2, 2, 1, 0}, said[] = {0, 2, 2, 2, 1, 1};
	const double weight[] = {1, 2, 4, 8, 16, 32};
	struct metrics_classes in = {.rows = 6, .classes = 3, .label = label, .predicted = said};
	double matrix[9];

	(void)state;
	metrics_confusion(&in, matrix);
	assert_memory_equal(matrix, ((double[]){1, 1, 0, 0, 1, 1, 0, 0, 2}), sizeof(matrix));
	in.weight = weight;
	metrics_confusion(&in, matrix);
	assert_memory_equal(matrix, ((double[]){1, 32, 0, 0, 16, 2, 0, 0, 12}), sizeof(matrix));
}

static void nothing_is_defined_without_weight(void **state)
{
	const int32_t label[] = {0, 1};
	const double p[] = {0.5, 0.5, 0.2, 0.8}, y[] = {1, 2}, w[] = {0, 0};
	struct metrics_classes classes = {2, 2, label, label, p, 2, w, 1};
	struct metrics_numbers numbers = {2, y, y, w};
	struct metrics m = METRICS_INIT;

	(void)state;
	for (int task = 0; task < 2; task++) {
		if (task)
			metrics_of_numbers(&numbers, &m);
		else
			metrics_of_classes(&classes, &m);
		assert_int_equal(m.n, task ? 6 : 10);
		for (size_t i = 0; i < m.n; i++) {
			assert_true(isnan(m.items[i].value));
			assert_string_equal(m.items[i].reason, "the weights add up to 0");
		}
	}
}

static void one_distribution_for_all_rows_is_one_row_repeated(void **state)
{
	const int32_t label[] = {0, 1, 1}, said[] = {1, 1, 1};
	const double one[] = {0.4, 0.6}, all[] = {0.4, 0.6, 0.4, 0.6, 0.4, 0.6};
	struct metrics_classes a = {3, 2, label, said, one, 0, NULL, 1};
	struct metrics_classes b = {3, 2, label, said, all, 2, NULL, 1};
	struct metrics x = METRICS_INIT, y = METRICS_INIT;

	(void)state;
	metrics_of_classes(&a, &x);
	metrics_of_classes(&b, &y);
	for (size_t i = 0; i < x.n; i++)
		assert_memory_equal(&x.items[i].value, &y.items[i].value, sizeof(double));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classification_agrees_with_scikit_learn),
		cmocka_unit_test(regression_agrees_with_scikit_learn),
		cmocka_unit_test(the_bits_are_those_of_this_result_version),
		cmocka_unit_test(the_confusion_matrix_counts_weights_by_truth_and_prediction),
		cmocka_unit_test(nothing_is_defined_without_weight),
		cmocka_unit_test(one_distribution_for_all_rows_is_one_row_repeated),
	};

	return cmocka_run_group_tests(tests, read_table, free_table);
}
