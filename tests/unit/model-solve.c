/* Symmetric systems: regular, badly scaled, singular.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/solve.h"

static void a_badly_scaled_system_is_solved(void **state)
{
	/* A = S T S with T = [[2, 1], [1, 2]], S = diag(1e8, 1e-8); x = (1e-8, 2e8). */
	const double a[] = {2e16, 1, 0, 2e-16}, b[] = {4e8, 5e-8};
	struct err e = ERR_INIT;
	struct solve s;
	double x[2];

	(void)state;
	assert_int_equal(solve_init(&s, a, 2, 2, NULL, &e), 0);
	assert_int_equal(s.rank, 2);
	assert_null(s.values);
	solve_apply(&s, b, x);
	assert_true(fabs(x[0] - 1e-8) < 1e-22);
	assert_true(fabs(x[1] - 2e8) < 1e-6);
	assert_false(solve_dependent(&s, 0));
	solve_release(&s);
	solve_release(&s);
}

/* The third variable is the sum of the first two, of which it takes ten times the size. */
static void a_singular_system_gets_the_shortest_answer(void **state)
{
	static const double rows[3][4] = {{1, 2, 30, 7}, {0, 1, 10, 1}, {1, 1, 20, -3}};
	static const double b_of[4] = {1, 2, 0, 3};
	double a[16] = {0}, b[4] = {0}, x[4], length = 0;
	struct err e = ERR_INIT;
	struct solve s;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			for (size_t r = 0; r < 3; r++)
				a[i * 4 + j] += rows[r][i] * rows[r][j];
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			b[i] += a[i * 4 + j] * b_of[j];
	assert_int_equal(solve_init(&s, a, 4, 4, NULL, &e), 0);
	assert_int_equal(s.rank, 3);
	assert_int_equal(s.nnull, 1);
	assert_true(solve_dependent(&s, 0) && solve_dependent(&s, 1) && solve_dependent(&s, 2));
	assert_false(solve_dependent(&s, 3));
	solve_apply(&s, b, x);
	for (size_t i = 0; i < 4; i++) {
		double sum = 0;

		for (size_t j = 0; j < 4; j++)
			sum += a[i * 4 + j] * x[j];
		assert_true(fabs(sum - b[i]) < 1e-9 * fabs(b[i]));
	}
	/* The null vector is (10, 10, -1, 0): the shortest answer has nothing of it. */
	assert_true(fabs(10 * x[0] + 10 * x[1] - x[2]) < 1e-12);
	for (size_t j = 0; j < 4; j++)
		length += x[j] * x[j];
	assert_true(length < 14 && length > 9);
	solve_release(&s);
}

static void a_variable_without_variance_stays_out(void **state)
{
	const double a[] = {4, 0, 1, 0, 1e-20, 0, 0, 0, 9}, b[] = {4, 5, 9};
	const double floor[] = {0, 1e-18, 0};
	struct err e = ERR_INIT;
	struct solve s;
	double x[3];

	(void)state;
	assert_int_equal(solve_init(&s, a, 3, 3, floor, &e), 0);
	assert_int_equal(s.rank, 2);
	assert_true(solve_dependent(&s, 1));
	solve_apply(&s, b, x);
	assert_true(fabs(4 * x[0] + x[2] - 4) < 1e-14 && fabs(x[0] + 9 * x[2] - 9) < 1e-14);
	assert_true(x[1] == 0);
	solve_release(&s);
}

static void what_is_not_finite_is_refused(void **state)
{
	const double a[] = {1, NAN, 0, 1};
	struct err e = ERR_INIT;
	struct solve s;

	(void)state;
	assert_int_equal(solve_init(&s, a, 2, 2, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_badly_scaled_system_is_solved),
		cmocka_unit_test(a_singular_system_gets_the_shortest_answer),
		cmocka_unit_test(a_variable_without_variance_stays_out),
		cmocka_unit_test(what_is_not_finite_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
