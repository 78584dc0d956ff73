/* base/date: against the C library, and what is no date.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/rng.h"

static void every_day_of_ten_millennia_agrees_with_gmtime(void **state)
{
	char text[DATE_TEXT], want[DATE_TEXT];
	int32_t back;

	(void)state;
	for (int32_t day = -719162; day <= 2932896; day++) { /* 0001-01-01 to 9999-12-31 */
		size_t len = date_print(day, text);

		assert_int_equal(len, 10);
		if (date_parse(text, len, &back) < 0 || back != day)
			fail_msg("%s", text);
		if (day % 17 == 0) {
			time_t t = (time_t)day * 86400;
			struct tm tm;

			gmtime_r(&t, &tm);
			snprintf(want, sizeof(want), "%04d-%02d-%02d", tm.tm_year + 1900,
				tm.tm_mon + 1, tm.tm_mday);
			assert_string_equal(text, want);
		}
	}
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026", "2026-11", "2026-11-", "2026-11-1",
		"2026-11-31", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
		"0000-01-01", "26-11-21", "2026/11/21", "2026-11-21 ", " 2026-11-21", "2026-11-211",
		"20261121", "2026-1a-01", "-026-01-01", "2026-11-21T00:00"};
	int32_t d = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (date_parse(bad[i], strlen(bad[i]), &d) == 0 || d != 42)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(date_parse("2024-02-29", 10, &d), 0);
	assert_int_equal(date_parse("2000-02-29", 10, &d), 0);
}

static void times_have_many_forms(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{"1970-01-01T00:00:00", "1970-01-01T00:00:00"},
		{"1970-01-01 00:00", "1970-01-01T00:00:00"},
		{"2026-11-21T05:06:07.5Z", "2026-11-21T05:06:07.5Z"},
		{"2026-11-21T05:06:07.123456Z", "2026-11-21T05:06:07.123456Z"},
		{"2026-11-21T05:06:07.120000000Z", "2026-11-21T05:06:07.12Z"},
		{"2026-11-21T05:06+01:30", "2026-11-21T03:36:00Z"},
		{"2026-11-21T05:06-0800", "2026-11-21T13:06:00Z"},
		{"2026-11-21T23:30:00-01", "2026-11-22T00:30:00Z"},
		{"1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999"},
		{"0001-01-01T00:00:00", "0001-01-01T00:00:00"},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
	};
	char text[DATE_TEXT];
	enum time_zone zone;
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (time_parse(cases[i].text, strlen(cases[i].text), 0, &us, &zone) != 0)
			fail_msg("'%s' was refused", cases[i].text);
		assert_int_equal(time_print(us, zone, text), strlen(cases[i].printed));
		assert_string_equal(text, cases[i].printed);
	}
	time_parse("1970-01-02T00:00:01", 19, 0, &us, &zone);
	assert_true(us == 86401000000 && zone == TIME_NAIVE);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"2026-11-21", "2026-11-21T", "2026-11-21T05",
		"2026-11-21T05:", "2026-11-21T5:06", "2026-11-21T24:00", "2026-11-21T05:60",
		"2026-11-21T05:06:60", "2026-11-21T05:06:07.", "2026-11-21T05:06:07,5",
		"2026-11-21T05:06:07Z ", "2026-11-21T05:06:07+", "2026-11-21T05:06:07+1",
		"2026-11-21T05:06:07+01:", "2026-11-21T05:06:07+24:00", "2026-11-21T05:06:07+01:60",
		"2026-11-21T05:06:07ZZ", "2026-11-21t05:06", "2026-11-21_05:06", "2026-02-30T05:06",
		"0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-11-21T05:06:07 Z"};
	enum time_zone zone;
	int64_t us = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (time_parse(bad[i], strlen(bad[i]), 0, &us, &zone) != -1 || us != 42)
			fail_msg("'%s' was taken", bad[i]);
}

static void what_is_finer_than_a_microsecond_is_refused_unless_truncated(void **state)
{
	const char *text = "2026-11-21T05:06:07.1234567Z";
	enum time_zone zone;
	int64_t us;

	(void)state;
	assert_int_equal(time_parse(text, strlen(text), 0, &us, &zone), -2);
	assert_int_equal(time_parse(text, strlen(text), 1, &us, &zone), 0);
	assert_true(us % 1000000 == 123456);
}

static void random_times_read_back(void **state)
{
	char text[DATE_TEXT];
	struct rng r;

	(void)state;
	rng_init(&r, 3);
	for (int i = 0; i < 100000; i++) {
		int64_t us = -62135596800000000 + (int64_t)rng_below(&r, 315537897600000000), back;
		enum time_zone zone = i & 1 ? TIME_ZONED : TIME_NAIVE, found;
		size_t len = time_print(us, zone, text);

		if (time_parse(text, len, 0, &back, &found) != 0 || back != us || found != zone)
			fail_msg("%s", text);
	}
	/* Out of the years that can be read, but in those of Arrow. */
	assert_true(time_print(INT64_MIN, TIME_ZONED, text) < DATE_TEXT);
	assert_true(time_print(INT64_MAX, TIME_ZONED, text) < DATE_TEXT);
	assert_true(date_print(INT32_MIN, text) < DATE_TEXT);
	clock_print(86399999999, text);
	assert_string_equal(text, "23:59:59.999999");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_ten_millennia_agrees_with_gmtime),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(times_have_many_forms),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(what_is_finer_than_a_microsecond_is_refused_unless_truncated),
		cmocka_unit_test(random_times_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
