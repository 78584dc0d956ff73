/* Tests of stat/distinct, stat/topk and stat/unique: against counting by brute force.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/rng.h"
#include "stat/distinct.h"
#include "stat/topk.h"
#include "stat/unique.h"

static void few_values_are_counted_to_the_unit(void **state)
{
	static struct distinct d;

	(void)state;
	assert_true(distinct_estimate(&d) == 0);
	for (uint64_t i = 0; i < 100; i++) {
		for (int again = 0; again < 3; again++)
			distinct_add(&d, hash64(&i, sizeof(i), 0));
		if (i < 40) /* few enough that no two share a register here */
			assert_true(lround(distinct_estimate(&d)) == (long)i + 1);
	}
	assert_true(fabs(distinct_estimate(&d) - 100) < 3);
}

static void many_values_are_estimated_within_three_standard_errors(void **state)
{
	(void)state;
	for (uint64_t n = 1000; n <= 1000000; n *= 10) {
		struct distinct d = {{0}};

		for (uint64_t i = 0; i < n; i++)
			distinct_add(&d, hash64(&i, sizeof(i), 0));
		assert_true(fabs(distinct_estimate(&d) / (double)n - 1) < 3 * 1.04 / 64);
	}
}

static void merged_sets_are_the_union(void **state)
{
	static struct distinct a, b, both;

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		uint64_t h = hash64(&i, sizeof(i), 0);

		if (i < 3000)
			distinct_add(&a, h);
		if (i >= 2000)
			distinct_add(&b, h);
		distinct_add(&both, h);
	}
	distinct_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
}

/* A draw from 0..9999 in which small numbers are frequent. */
static uint64_t skewed(struct rng *r)
{
	double u = rng_uniform(r);

	return (uint64_t)(u * u * u * u * 10000);
}

static void frequent_values_are_found_within_the_error(void **state)
{
	static uint64_t truth[10000];
	struct topk t = TOPK_INIT;
	struct topk_item top[20];
	struct rng r;
	char text[32];

	(void)state;
	rng_init(&r, 1);
	for (size_t i = 0; i < 200000; i++) {
		uint64_t v = skewed(&r);

		truth[v]++;
		topk_add(&t, text, (size_t)sprintf(text, "%d", (int)v));
	}
	assert_false(topk_exact(&t));
	assert_true(t.error <= 200000 / TOPK_KEEP);
	assert_true(t.counts.n < 2 * TOPK_KEEP);
	assert_int_equal(topk_list(&t, 20, top), 20);
	for (size_t i = 0; i < 20; i++) {
		uint64_t v = 0;

		for (size_t c = 0; c < top[i].len; c++)
			v = v * 10 + (uint64_t)(top[i].value[c] - '0');
		assert_true(top[i].count <= truth[v]);
		assert_true(top[i].count + t.error >= truth[v]);
		assert_true(i == 0 || top[i].count <= top[i - 1].count);
	}
	topk_release(&t);
}

static void few_values_are_counted_exactly_and_listed_in_order(void **state)
{
	struct topk t = TOPK_INIT, u = TOPK_INIT;
	struct topk_item top[8];

	(void)state;
	for (int i = 0; i < 6; i++)
		topk_add(&t, "b", 1);
	for (int i = 0; i < 9; i++)
		topk_add(&u, "a", 1);
	topk_add(&u, "b", 1);
	topk_add(&t, "bb", 2);
	topk_add(&t, "", 0);
	topk_merge(&t, &u);
	assert_true(topk_exact(&t));
	assert_int_equal(topk_list(&t, 8, top), 4);
	assert_true(top[0].count == 9 && top[0].value[0] == 'a');
	assert_true(top[1].count == 7 && top[1].len == 1);
	assert_true(top[2].count == 1 && top[2].len == 0); /* equals by bytes */
	assert_true(top[3].count == 1 && top[3].len == 2);
	topk_release(&t);
	topk_release(&u);
}

static void a_long_value_is_counted_but_not_kept(void **state)
{
	struct topk t = TOPK_INIT;
	char text[TOPK_TEXT + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	topk_add(&t, text, TOPK_TEXT);
	assert_true(topk_exact(&t));
	topk_add(&t, text, TOPK_TEXT + 1);
	assert_false(topk_exact(&t));
	assert_true(t.too_long == 1 && t.counts.n == 1);
	topk_release(&t);
}

static void repeated_values_are_found_exactly(void **state)
{
	struct unique u = UNIQUE_INIT;
	char text[32];

	(void)state;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < 20000; i++)
			assert_int_equal(
				unique_add_text(&u, text, (size_t)sprintf(text, "%d", i)), !pass);
	assert_int_equal(unique_add_text(&u, "", 0), 1);
	assert_int_equal(unique_add_text(&u, "", 0), 0);
	unique_release(&u);
	for (int pass = 0; pass < 2; pass++)
		for (uint64_t i = 0; i < 20000; i++)
			assert_int_equal(unique_add_bits(&u, i << 40), !pass);
	unique_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_values_are_counted_to_the_unit),
		cmocka_unit_test(many_values_are_estimated_within_three_standard_errors),
		cmocka_unit_test(merged_sets_are_the_union),
		cmocka_unit_test(frequent_values_are_found_within_the_error),
		cmocka_unit_test(few_values_are_counted_exactly_and_listed_in_order),
		cmocka_unit_test(a_long_value_is_counted_but_not_kept),
		cmocka_unit_test(repeated_values_are_found_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
