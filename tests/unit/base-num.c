/* base/num: against strtod and printf, and what is no number.
 * SPDX-License-Identifier: MIT
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/rng.h"

static double bits(uint64_t u)
{
	double d;

	memcpy(&d, &u, sizeof(d));
	return d;
}

static void doubles_are_read_as_strtod_reads_them(void **state)
{
	struct rng r;
	char text[80];

	(void)state;
	rng_init(&r, 1);
	for (int i = 0; i < 300000; i++) {
		double d = bits(rng_next(&r)), got, want;

		if (i % 3 == 0) /* money and the like */
			snprintf(text, sizeof(text), "%" PRId64 ".%02d",
				(int64_t)rng_below(&r, 1000000) - 500000, (int)rng_below(&r, 100));
		else if (i % 3 == 1) /* around the limits of the fast way */
			snprintf(text, sizeof(text), "%" PRIu64 "e%d",
				rng_next(&r) >> rng_below(&r, 40), (int)rng_below(&r, 60) - 30);
		else if (isfinite(d))
			snprintf(text, sizeof(text), "%.*g", (int)rng_below(&r, 25) + 1, d);
		want = strtod(text, NULL);
		if (isinf(want)) {
			assert_int_equal(num_double(text, strlen(text), &got), -1);
			continue;
		}
		if (num_double(text, strlen(text), &got) < 0 || memcmp(&got, &want, 8) != 0)
			fail_msg("%s: %.17g, not %.17g", text, got, want);
	}
}

static void doubles_take_many_forms(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {{"0", 0}, {"-0", -0.0}, {"+1", 1}, {"1.", 1}, {".5", 0.5}, {"-.5e1", -5},
		{"1E3", 1000}, {"1e+3", 1000}, {"1e-3", 0.001}, {"007", 7}, {"inf", INFINITY},
		{"-Infinity", -INFINITY}, {"+INF", INFINITY}, {"1e-400", 0},
		{"179769313486231570814527423731704356798070e267", DBL_MAX},
		{"0000000000000000000000000000000000000000000000001", 1},
		{"1000000000000000000000000000000", 1e30}, {"5e-324", 5e-324},
		{"0.000000000000000000000000000000000000000000000000000000000001", 1e-60},
		{"9007199254740993", 9007199254740992.0},
		{"9007199254740993.0000001", 9007199254740994.0}};
	double got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (num_double(cases[i].text, strlen(cases[i].text), &got) < 0 ||
			memcmp(&got, &cases[i].value, sizeof(got)) != 0)
			fail_msg("%s: %.17g, not %.17g", cases[i].text, got, cases[i].value);
	}
	assert_int_equal(num_double("NaN", 3, &got), 0);
	assert_true(isnan(got));
	assert_int_equal(num_double("12x", 2, &got), 0); /* the length counts, not a NUL */
	assert_true(got == 12);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+",
		"1 ", " 1", "1,5", "1_000", "0x10", "1.2.3", "1e5.0", "--1", "+-1", "infin",
		"nan(1)", "in", "1e999", "-1e999", "1d5", "1f", "-.inf", ".nan", "1inf"};
	double d = 42;
	int64_t i = 42;

	(void)state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
		if (num_double(bad[k], strlen(bad[k]), &d) == 0 || d != 42)
			fail_msg("'%s' was taken", bad[k]);
		assert_int_equal(num_int64(bad[k], strlen(bad[k]), &i), -1);
	}
	assert_int_equal(num_double("1\0002", 3, &d), -1);
	assert_int_equal(i, 42);
}

static void integers_know_their_bounds(void **state)
{
	int64_t i;
	uint64_t u;

	(void)state;
	assert_int_equal(num_int64("9223372036854775807", 19, &i), 0);
	assert_true(i == INT64_MAX);
	assert_int_equal(num_int64("-9223372036854775808", 20, &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(num_int64("9223372036854775808", 19, &i), -1);
	assert_int_equal(num_int64("-9223372036854775809", 20, &i), -1);
	assert_int_equal(num_int64("99999999999999999999", 20, &i), -1);
	assert_int_equal(num_int64("+5", 2, &i), 0);
	assert_int_equal(num_int64("1.0", 3, &i), -1);
	assert_int_equal(num_uint64("18446744073709551615", 20, &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(num_uint64("18446744073709551616", 20, &u), -1);
	assert_int_equal(num_uint64("-1", 2, &u), -1);
	assert_int_equal(num_uint64("-", 1, &u), -1);
}

/* Of the digits that printf needs to give the number back, as few. */
static void prints_like(double value)
{
	char text[NUM_TEXT], want[64];
	size_t len = num_print(value, text);
	double back;

	assert_int_equal(len, strlen(text));
	assert_true(len < NUM_TEXT);
	assert_int_equal(num_double(text, len, &back), 0);
	if (memcmp(&back, &value, sizeof(back)) != 0)
		fail_msg("%.17g printed as %s", value, text);
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(want, sizeof(want), "%.*g", digits, value);
		if (strtod(want, NULL) == value)
			break;
	}
	if (strlen(want) < len && fabs(value) > 9007199254740992.0)
		fail_msg("%s is longer than %s", text, want);
	if (value != nearbyint(value) && strcmp(text, want) != 0)
		fail_msg("%s is not %s", text, want);
}

static void doubles_are_printed_in_their_shortest_form(void **state)
{
	struct rng r;

	(void)state;
	rng_init(&r, 2);
	for (int i = 0; i < 100000; i++) {
		double d = bits(rng_next(&r));

		if (isfinite(d))
			prints_like(d);
		prints_like((double)((int64_t)rng_below(&r, 2000000000) - 1000000000) /
			    (double[]){10, 100, 1000, 1e6}[i & 3]);
		prints_like(bits(rng_next(&r) >> (12 + rng_below(&r, 52)))); /* subnormals */
		prints_like((double)(int64_t)(rng_next(&r) >> rng_below(&r, 63)));
	}
}

static void numbers_have_these_forms(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {{0.1, "0.1"}, {-0.0, "-0"}, {0, "0"}, {1e300, "1e+300"}, {1e-7, "1e-07"},
		{123456789012345680, "1.2345678901234568e+17"},
		{9007199254740992, "9007199254740992"}, {-42, "-42"}, {1e15, "1000000000000000"},
		{0.0001, "0.0001"}, {1234.5, "1234.5"}, {-1000.05, "-1000.05"}, {5e-324, "5e-324"},
		{INFINITY, "inf"}, {-INFINITY, "-inf"}, {1.0 / 3, "0.3333333333333333"},
		{DBL_MAX, "1.7976931348623157e+308"}};
	char text[NUM_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(num_print(cases[i].value, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
	num_print(NAN, text);
	assert_string_equal(text, "nan");
	num_print_int64(INT64_MIN, text);
	assert_string_equal(text, "-9223372036854775808");
	num_print_uint64(UINT64_MAX, text);
	assert_string_equal(text, "18446744073709551615");
	num_print_int64(0, text);
	assert_string_equal(text, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_are_read_as_strtod_reads_them),
		cmocka_unit_test(doubles_take_many_forms),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(integers_know_their_bounds),
		cmocka_unit_test(doubles_are_printed_in_their_shortest_form),
		cmocka_unit_test(numbers_have_these_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
