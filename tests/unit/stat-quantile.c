/* Tests of stat/quantile and stat/sketch: against numpy's published rule and brute force.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "stat/quantile.h"
#include "stat/sketch.h"

static void quantiles_are_those_of_numpy(void **state)
{
	/* numpy.quantile([3, 1, 2, 10], [0, .25, .4, .5, .9, 1]) */
	const double x[] = {3, 1, 2, 10}, q[] = {0, 0.25, 0.4, 0.5, 0.9, 1};
	const double want[] = {1, 1.75, 2.2, 2.5, 7.9, 10};
	double out[6];

	(void)state;
	quantile_exact(x, 4, q, 6, out);
	for (size_t i = 0; i < 6; i++)
		assert_true(fabs(out[i] - want[i]) < 1e-14);
	quantile_exact(x, 1, q, 6, out);
	for (size_t i = 0; i < 6; i++)
		assert_true(out[i] == 3);
	assert_true(x[0] == 3); /* the values are not touched */
}

/* A value that spans signs and many magnitudes. */
static double draw(struct rng *r)
{
	double x = rng_normal(r);

	switch (rng_below(r, 4)) {
	case 0:
		return 0;
	case 1:
		return x * 1e9;
	case 2:
		return x * x * x * 1e-9;
	default:
		return x;
	}
}

static void a_sketch_is_within_its_stated_error(void **state)
{
	enum { N = 20000 };
	static double x[N];
	struct sketch s = SKETCH_INIT;
	struct rng r;

	(void)state;
	rng_init(&r, 3);
	for (size_t i = 0; i < N; i++)
		sketch_add(&s, x[i] = draw(&r));
	quantile_sort(x, N);
	for (int i = 0; i <= 1000; i++) {
		double exact = x[(size_t)(i / 1000.0 * (N - 1))];

		assert_true(fabs(sketch_quantile(&s, i / 1000.0) - exact) <=
			    fabs(exact) * SKETCH_ERROR);
	}
	sketch_release(&s);
}

static void a_merged_sketch_is_the_sketch_of_all(void **state)
{
	struct sketch all = SKETCH_INIT, a = SKETCH_INIT, b = SKETCH_INIT;
	struct rng r;

	(void)state;
	rng_init(&r, 4);
	for (size_t i = 0; i < 3000; i++) {
		double x = draw(&r);

		sketch_add(&all, x);
		sketch_add(i % 3 ? &a : &b, x);
	}
	sketch_merge(&a, &b);
	assert_true(a.n == all.n && a.zeros == all.zeros);
	for (int i = 0; i <= 100; i++)
		assert_true(sketch_quantile(&a, i / 100.0) == sketch_quantile(&all, i / 100.0));
	assert_memory_equal(a.positive.counts, all.positive.counts, all.positive.len * 8);
	sketch_release(&b);
	sketch_merge(&b, &a);
	assert_true(sketch_quantile(&b, 0.3) == sketch_quantile(&a, 0.3));
	sketch_release(&all);
	sketch_release(&a);
	sketch_release(&b);
}

static void extreme_doubles_fit_into_a_sketch(void **state)
{
	struct sketch s = SKETCH_INIT;
	uint64_t counts[4];

	(void)state;
	sketch_add(&s, DBL_MAX);
	sketch_add(&s, -DBL_MAX);
	sketch_add(&s, DBL_TRUE_MIN);
	sketch_add(&s, -0.0);
	assert_true(isfinite(sketch_quantile(&s, 0)) && isfinite(sketch_quantile(&s, 1)));
	assert_true(fabs(sketch_quantile(&s, 1) - DBL_MAX) <= DBL_MAX * SKETCH_ERROR);
	assert_true(sketch_quantile(&s, 0.34) == 0);
	sketch_histogram(&s, -DBL_MAX, DBL_MAX, 4, counts);
	assert_true(counts[0] == 1 && counts[1] == 0 && counts[2] == 2 && counts[3] == 1);
	sketch_release(&s);
}

static void a_histogram_counts_every_value_once(void **state)
{
	struct sketch s = SKETCH_INIT;
	uint64_t counts[10], sum = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		sketch_add(&s, i + 0.5);
	sketch_histogram(&s, 0, 100, 10, counts);
	for (size_t i = 0; i < 10; i++) {
		assert_true(counts[i] >= 9 && counts[i] <= 11);
		sum += counts[i];
	}
	assert_int_equal(sum, 100);
	sketch_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_numpy),
		cmocka_unit_test(a_sketch_is_within_its_stated_error),
		cmocka_unit_test(a_merged_sketch_is_the_sketch_of_all),
		cmocka_unit_test(extreme_doubles_fit_into_a_sketch),
		cmocka_unit_test(a_histogram_counts_every_value_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
