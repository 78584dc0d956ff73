/* model/compare: against the textbook's paired comparison.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "model/compare.h"

static int near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

/* Student's sleep data (1908): the paired difference is 1.58, its standard error 0.3890 in R's
 * t.test(extra ~ group, paired = TRUE), t = 4.0621. */
static void the_standard_error_is_that_of_the_paired_t_test(void **state)
{
	static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
	static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
	struct compare c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(compare_losses(second, first, NULL, 10, &c, &e), 0);
	assert_int_equal(c.rows, 10);
	assert_true(near(c.champion, 2.33) && near(c.challenger, 0.75) && near(c.difference, 1.58));
	assert_true(fabs(c.difference / c.error - 4.0621) < 5e-5);
	assert_true(near(c.high - c.difference, 1.959963984540054 * c.error));
	assert_true(near(c.difference - c.low, c.high - c.difference));
}

static void equal_weights_change_nothing_and_a_weight_of_0_takes_a_row_out(void **state)
{
	const double a[] = {1, 2, 4, 100}, b[] = {2, 2, 1, 7}, same[] = {3, 3, 3, 3},
		     less[] = {1, 1, 1, 0};
	struct compare plain, weighted, three;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(compare_losses(a, b, NULL, 4, &plain, &e), 0);
	assert_int_equal(compare_losses(a, b, same, 4, &weighted, &e), 0);
	assert_true(
		near(plain.difference, weighted.difference) && near(plain.error, weighted.error));
	assert_int_equal(compare_losses(a, b, less, 4, &weighted, &e), 0);
	assert_int_equal(compare_losses(a, b, NULL, 3, &three, &e), 0);
	assert_true(near(three.difference, weighted.difference));
}

static void the_interval_covers_the_truth_as_often_as_it_says(void **state)
{
	enum { ROWS = 200, TRIES = 2000 };
	double a[ROWS], b[ROWS];
	int covered = 0;
	struct rng r;

	(void)state;
	rng_init(&r, 7);
	for (int t = 0; t < TRIES; t++) {
		struct compare c;
		struct err e = ERR_INIT;

		for (int i = 0; i < ROWS; i++) {
			double hard = 3 * rng_normal(&r); /* rows differ more than models do */

			a[i] = hard + rng_normal(&r) + 0.1;
			b[i] = hard + rng_normal(&r);
		}
		assert_int_equal(compare_losses(a, b, NULL, ROWS, &c, &e), 0);
		covered += c.low <= 0.1 && 0.1 <= c.high;
	}
	assert_in_range(covered, (int)(0.935 * TRIES), (int)(0.965 * TRIES));
}

static void too_few_rows_give_no_answer(void **state)
{
	const double a[] = {1, 2}, none[] = {0, 0};
	struct compare c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(compare_losses(a, a, NULL, 1, &c, &e), -1);
	assert_int_equal(e.kind, ERR_FEW);
	assert_int_equal(compare_losses(a, a, none, 2, &c, &e), -1);
	assert_int_equal(e.kind, ERR_FEW);
	assert_int_equal(compare_losses(a, a, NULL, 2, &c, &e), 0);
	assert_true(c.difference == 0 && c.error == 0 && c.low == 0 && c.high == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standard_error_is_that_of_the_paired_t_test),
		cmocka_unit_test(equal_weights_change_nothing_and_a_weight_of_0_takes_a_row_out),
		cmocka_unit_test(the_interval_covers_the_truth_as_often_as_it_says),
		cmocka_unit_test(too_few_rows_give_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
