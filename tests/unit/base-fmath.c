/* base/fmath and base/rng: against long double, published values and pinned bits.
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

#include "base/fmath.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"

#define POINTS 100000

/* |got - want| in units of the last place of want. */
static double ulps(double got, long double want)
{
	double r = fabs((double)want);

	return (double)(fabsl((long double)got - want) / (nextafter(r, INFINITY) - r));
}

static void exp_and_log_are_within_one_ulp(void **state)
{
	double worst_exp = 0, worst_log = 0, worst_log1p = 0, u, x;
	struct rng r;

	(void)state;
	rng_init(&r, 1);
	for (int i = 0; i < 400000; i++) {
		uint64_t any = rng_next(&r) >> 1;

		x = (2 * rng_uniform(&r) - 1) * (i & 1 ? 708 : 1);
		u = ulps(fmath_exp(x), expl(x));
		worst_exp = u > worst_exp ? u : worst_exp;
		memcpy(&x, &any, sizeof(x));
		if (!isfinite(x) || i & 1)
			x = 0.3 + 2 * rng_uniform(&r);
		u = ulps(fmath_log(x), logl(x));
		worst_log = u > worst_log ? u : worst_log;
		x = 4 * rng_uniform(&r) - 0.999;
		if (i & 1)
			x *= exp(-40 * rng_uniform(&r));
		u = ulps(fmath_log1p(x), log1pl(x));
		worst_log1p = u > worst_log1p ? u : worst_log1p;
	}
	if (!(worst_exp < 1 && worst_log < 1 && worst_log1p < 1))
		fail_msg("exp %.3f, log %.3f, log1p %.3f ulp", worst_exp, worst_log, worst_log1p);
}

static void ends_of_the_range_are_exact(void **state)
{
	(void)state;
	assert_true(fmath_exp(0) == 1 && fmath_exp(-0.0) == 1);
	assert_true(fmath_exp(710) == INFINITY && fmath_exp(INFINITY) == INFINITY);
	assert_true(fmath_exp(-746) == 0 && fmath_exp(-INFINITY) == 0);
	assert_true(isnan(fmath_exp(NAN)) && isnan(fmath_log(NAN)) && isnan(fmath_log1p(NAN)));
	assert_true(ulps(fmath_exp(709.78), expl(709.78)) < 1);
	assert_true(isfinite(fmath_exp(0x1.62e42fefa39efp+9)));
	for (double x = -745; x < -708; x += 0.25) /* subnormal results */
		assert_true(fabsl(fmath_exp(x) - expl(x)) <= 5e-324L);
	assert_true(fmath_log(1) == 0 && fmath_log(0) == -INFINITY && fmath_log(-0.0) == -INFINITY);
	assert_true(isnan(fmath_log(-1)) && fmath_log(INFINITY) == INFINITY);
	assert_true(ulps(fmath_log(5e-324), logl(5e-324)) < 1);
	assert_true(fmath_log1p(0) == 0 && fmath_log1p(1e-300) == 1e-300);
	assert_true(fmath_log1p(-1) == -INFINITY && isnan(fmath_log1p(-1.5)));
	assert_true(fmath_log1p(INFINITY) == INFINITY);
	assert_true(ulps(fmath_log1p(1e300), log1pl(1e300L)) < 1);
}

static void sigmoid_and_log1pexp_never_overflow(void **state)
{
	(void)state;
	assert_true(fmath_sigmoid(0) == 0.5);
	assert_true(fmath_sigmoid(1000) == 1 && fmath_sigmoid(-1000) == 0);
	assert_true(fmath_log1pexp(1000) == 1000 && fmath_log1pexp(-1000) == 0);
	for (double x = -700; x < 700; x += 0.37) {
		assert_true(ulps(fmath_sigmoid(x), 1 / (1 + expl(-(long double)x))) < 3);
		assert_true(ulps(fmath_log1pexp(x), x > 0 ? x + log1pl(expl(-(long double)x))
							  : log1pl(expl((long double)x))) < 3);
	}
}

static void softmax_adds_up_to_one(void **state)
{
	double x[] = {1000, 1001, 999, -1000}, e = 2.718281828459045, total = 1 + e + 1 / e;

	(void)state;
	fmath_softmax(x, 4);
	assert_true(fabs(x[0] - 1 / total) < 1e-15 && fabs(x[1] - e / total) < 1e-15);
	assert_true(x[3] == 0);
	fmath_softmax(x, 1);
	assert_true(x[0] == 1);
}

static void a_sum_loses_next_to_nothing(void **state)
{
	size_t n = 1000003;
	double *x = mem_array(n, sizeof(*x)), size = 0;
	long double want = 0;
	struct rng r;

	(void)state;
	rng_init(&r, 2);
	for (size_t i = 0; i < n; i++) {
		x[i] = rng_normal(&r) * 1e6;
		want += x[i];
		size += fabs(x[i]);
	}
	assert_true(fabsl(fmath_sum(x, n) - want) <= 40 * 0x1p-53 * size);
	for (size_t k = 0; k <= 1000; k++) { /* every shape of the tree, exactly */
		double whole = 0;

		for (size_t i = 0; i < k; i++)
			whole += x[i] = (double)(i + 1);
		assert_true(fmath_sum(x, k) == whole);
	}
	free(x);
}

static void normal_quantiles_agree_with_tables(void **state)
{
	(void)state;
	assert_true(fabs(fmath_normal_quantile(0.975) - 1.959963984540054) < 1e-13);
	assert_true(fabs(fmath_normal_quantile(0.5)) < 1e-13);
	assert_true(fabs(fmath_normal_quantile(0.01) + 2.3263478740408408) < 1e-13);
	assert_true(fabs(fmath_normal_quantile(1e-12) + 7.034483825301131) < 1e-11);
	assert_true(fmath_normal_quantile(0) == -INFINITY && fmath_normal_quantile(1) == INFINITY);
	assert_true(isnan(fmath_normal_quantile(-0.1)) && isnan(fmath_normal_quantile(1.1)));
	for (double z = -12; z < 6; z += 0.0013) {
		long double want = erfcl(-(long double)z / sqrtl(2)) / 2;
		double p = fmath_normal_cdf(z);

		assert_true(fabsl(p / want - 1) < 1e-11);
		if (z < 5)
			assert_true(fabs(fmath_normal_quantile(p) - z) < 1e-9);
	}
}

/* What an artifact's bits rest upon: this hash may never change, on no CPU, with no compiler. */
static void the_bits_are_those_of_every_other_machine(void **state)
{
	double *out = mem_array(POINTS * 4, sizeof(*out));
	struct rng r;

	(void)state;
	rng_init(&r, 3);
	for (size_t i = 0; i < POINTS; i++) {
		double x = (2 * rng_uniform(&r) - 1) * 50;

		out[4 * i] = fmath_exp(x);
		out[4 * i + 1] = fmath_log(fabs(x));
		out[4 * i + 2] = fmath_log1p(fmath_sigmoid(x) - 0.5);
		out[4 * i + 3] = fmath_log1pexp(x) + fmath_normal_quantile(rng_uniform(&r));
	}
	assert_true(hash64(out, POINTS * 4 * sizeof(*out), 0) == 0x6fea02a2a6056e01);
	assert_true(hash64(&(double){fmath_sum(out, POINTS * 4)}, 8, 0) == 0x6e8d94c45d1cb830);
	free(out);
}

/* xoshiro256** from the state 1 2 3 4, as the tests of the rand_xoshiro crate have it; splitmix64
 * from 1234567, as Rosetta Code has it. */
static void the_generators_give_their_published_values(void **state)
{
	static const uint64_t xoshiro[] = {11520, 0, 1509978240, 1215971899390074240,
		1216172134540287360, 607988272756665600, 16172922978634559625u, 8476171486693032832,
		10595114339597558777u, 2904607092377533576};
	static const uint64_t splitmix[] = {6457827717110365317, 3203168211198807973,
		9817491932198370423u, 4593380528125082431};
	struct rng r = {{1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < 10; i++)
		assert_true(rng_next(&r) == xoshiro[i]);
	rng_init(&r, 1234567);
	assert_memory_equal(r.s, splitmix, sizeof(splitmix));
}

static void numbers_below_n_come_equally_often(void **state)
{
	size_t counts[10] = {0};
	double chi2 = 0;
	struct rng r;

	(void)state;
	rng_init(&r, 4);
	for (int i = 0; i < 100000; i++)
		counts[rng_below(&r, 10)]++;
	for (size_t i = 0; i < 10; i++)
		chi2 += ((double)counts[i] - 1e4) * ((double)counts[i] - 1e4) / 1e4;
	assert_true(chi2 < 27.9); /* 0.999 of chi squared with 9 degrees of freedom */
	for (int i = 0; i < 1000; i++) {
		assert_true(rng_below(&r, 1) == 0);
		/* two thirds of the range: half of the draws would be biased without a second try
		 */
		assert_true(rng_below(&r, UINT64_MAX / 3 * 2) < UINT64_MAX / 3 * 2);
	}
}

static void normal_numbers_have_mean_0_and_variance_1(void **state)
{
	double sum = 0, squares = 0, fourth = 0, u, n = 200000;
	struct rng r;

	(void)state;
	rng_init(&r, 5);
	for (int i = 0; i < (int)n; i++) {
		double x = rng_normal(&r);

		sum += x;
		squares += x * x;
		fourth += x * x * x * x;
		u = rng_uniform(&r);
		assert_true(u >= 0 && u < 1);
	}
	assert_true(fabs(sum / n) < 5 / sqrt(n));
	assert_true(fabs(squares / n - 1) < 5 * sqrt(2 / n));
	assert_true(fabs(fourth / n - 3) < 5 * sqrt(96 / n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exp_and_log_are_within_one_ulp),
		cmocka_unit_test(ends_of_the_range_are_exact),
		cmocka_unit_test(sigmoid_and_log1pexp_never_overflow),
		cmocka_unit_test(softmax_adds_up_to_one),
		cmocka_unit_test(a_sum_loses_next_to_nothing),
		cmocka_unit_test(normal_quantiles_agree_with_tables),
		cmocka_unit_test(the_bits_are_those_of_every_other_machine),
		cmocka_unit_test(the_generators_give_their_published_values),
		cmocka_unit_test(numbers_below_n_come_equally_often),
		cmocka_unit_test(normal_numbers_have_mean_0_and_variance_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
