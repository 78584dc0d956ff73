/* Tests of stat/moments against NIST's StRD (univariate summary statistics) and plain sums.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "stat/moments.h"

/* NumAcc2 to 4: 1001 values, CENTRE then CENTRE -0.1, +0.1, ...; certified standard deviation 0.1.
 */
static void nist(double centre, double below, double above, double tolerance)
{
	struct moments m = MOMENTS_INIT;

	moments_add(&m, centre);
	for (int i = 0; i < 500; i++) {
		moments_add(&m, below);
		moments_add(&m, above);
	}
	assert_int_equal(m.n, 1001);
	assert_true(fabs(m.mean - centre) <= 1e-15 * centre);
	assert_true(fabs(moments_std(&m, 1) - 0.1) <= tolerance);
}

static void nist_reference_data_come_out_as_certified(void **state)
{
	struct moments m = MOMENTS_INIT;

	(void)state;
	moments_add(&m, 10000001);
	moments_add(&m, 10000003);
	moments_add(&m, 10000002);
	assert_true(m.mean == 10000002 && moments_std(&m, 1) == 1); /* NumAcc1 */
	nist(1.2, 1.1, 1.3, 1e-15);
	nist(1000000.2, 1000000.1, 1000000.3, 1e-9); /* the data are only 0.1 to 1e-10 */
	nist(10000000.2, 10000000.1, 10000000.3, 1e-8);
}

static void a_merge_equals_the_sum_over_all(void **state)
{
	static double x[5000];
	struct rng r;
	struct moments whole = MOMENTS_INIT;
	long double sum = 0, squares = 0;

	(void)state;
	rng_init(&r, 7);
	for (size_t i = 0; i < 5000; i++) {
		x[i] = rng_normal(&r) * 3 + 1e6;
		moments_add(&whole, x[i]);
		sum += x[i];
	}
	for (size_t i = 0; i < 5000; i++)
		squares += (x[i] - sum / 5000) * (x[i] - sum / 5000);
	for (size_t cut = 0; cut <= 5000; cut += 1250) {
		struct moments a = MOMENTS_INIT, b = MOMENTS_INIT;

		for (size_t i = 0; i < 5000; i++)
			moments_add(i < cut ? &a : &b, x[i]);
		moments_merge(&a, &b);
		assert_int_equal(a.n, 5000);
		assert_true(fabsl(a.mean - sum / 5000) < 1e-8L);
		assert_true(fabsl(a.m2 - squares) < 1e-9L * squares);
		assert_true(a.min == whole.min && a.max == whole.max);
	}
}

static void too_few_values_have_no_variance(void **state)
{
	struct moments m = MOMENTS_INIT, none = MOMENTS_INIT;

	(void)state;
	assert_true(isnan(moments_std(&m, 0)));
	moments_add(&m, -5);
	assert_true(moments_variance(&m, 0) == 0);
	assert_true(isnan(moments_variance(&m, 1)));
	assert_true(m.min == -5 && m.max == -5);
	moments_merge(&m, &none);
	moments_merge(&none, &m);
	assert_true(none.n == 1 && none.mean == -5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nist_reference_data_come_out_as_certified),
		cmocka_unit_test(a_merge_equals_the_sum_over_all),
		cmocka_unit_test(too_few_values_have_no_variance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
