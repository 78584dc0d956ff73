/* base/pool and base/near.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/near.h"
#include "base/pool.h"

#define TASKS 1000

static void add_one(void *arg, size_t i)
{
	((int *)arg)[i]++;
}

static void every_task_runs_exactly_once(void **state)
{
	static const size_t threads[] = {0, 1, 2, 3, 8, 64}, sizes[] = {0, 1, 2, 7, TASKS};

	(void)state;
	for (size_t t = 0; t < 6; t++) {
		for (size_t s = 0; s < 5; s++) {
			int counts[TASKS] = {0};

			pool_run(threads[t], sizes[s], add_one, counts);
			for (size_t i = 0; i < TASKS; i++)
				assert_int_equal(counts[i], i < sizes[s]);
		}
	}
}

static void sum_of_block(void *arg, size_t i)
{
	double *sums = arg;

	for (size_t k = 0; k < 1000; k++)
		sums[i] += 1 / (double)(i * 1000 + k + 1);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
	double want[64] = {0}, got[64];

	(void)state;
	pool_run(1, 64, sum_of_block, want);
	for (size_t threads = 2; threads <= 16; threads *= 2) {
		memset(got, 0, sizeof(got));
		pool_run(threads, 64, sum_of_block, got);
		assert_memory_equal(got, want, sizeof(got));
	}
}

static void there_is_at_least_one_processor(void **state)
{
	(void)state;
	assert_true(pool_cpus() >= 1);
}

static void edits_are_counted(void **state)
{
	(void)state;
	assert_int_equal(near_distance("kitten", "sitting", 9), 3);
	assert_int_equal(near_distance("", "abc", 9), 3);
	assert_int_equal(near_distance("abc", "", 9), 3);
	assert_int_equal(near_distance("ab", "ba", 9), 1);
	assert_int_equal(near_distance("Churn", "churn", 9), 0);
	assert_int_equal(near_distance("abcdef", "uvwxyz", 2), 3);
}

static void the_name_that_was_meant_is_found_or_none(void **state)
{
	static const char *const names[] = {"estimator", "l2", "target", "test"};

	(void)state;
	assert_string_equal(near_name("estimater", names, 4), "estimator");
	assert_string_equal(near_name("tset", names, 4), "test");
	assert_string_equal(near_name("L2", names, 4), "l2");
	assert_string_equal(near_name("l1", names, 4), "l2");
	assert_null(near_name("wholly", names, 4));
	assert_null(near_name("x", names, 0));
	assert_null(near_name(
		"a name that is longer than any that could be compared with others", names, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_task_runs_exactly_once),
		cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
		cmocka_unit_test(there_is_at_least_one_processor),
		cmocka_unit_test(edits_are_counted),
		cmocka_unit_test(the_name_that_was_meant_is_found_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
