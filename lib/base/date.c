/* date: ISO 8601 dates and times from and to text.
 * SPDX-License-Identifier: MIT
 *
 * Days to civil dates and back: Hinnant, "chrono-compatible low-level date algorithms".
 */
#include "base/date.h"

#include <stdio.h>

#define US_SECOND INT64_C(1000000)
#define US_DAY (86400 * US_SECOND)

static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, int64_t *year, int *month, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

/* Exactly n digits at *text within the end; -1 where there are none, else their value. */
static int digits(const char **text, const char *end, int n)
{
	int value = 0;

	if (end - *text < n)
		return -1;
	for (; n; n--, ++*text) {
		if (**text < '0' || **text > '9')
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

static int accept(const char **text, const char *end, char c)
{
	return *text < end && **text == c ? (++*text, 1) : 0;
}

static int take_date(const char **text, const char *end, int32_t *days)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y = digits(text, end, 4), m, d, leap;

	if (y < 1 || !accept(text, end, '-'))
		return -1;
	m = digits(text, end, 2);
	if (m < 1 || m > 12 || !accept(text, end, '-'))
		return -1;
	d = digits(text, end, 2);
	leap = m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	if (d < 1 || d > length[m - 1] + leap)
		return -1;
	*days = (int32_t)days_from_civil(y, m, d);
	return 0;
}

int date_parse(const char *text, size_t len, int32_t *days)
{
	const char *p = text, *end = text + len;
	int32_t value;

	if (take_date(&p, end, &value) < 0 || p != end)
		return -1;
	*days = value;
	return 0;
}

/* The digits behind the point, as microseconds; -1, or -2 where they are finer. */
static int take_fraction(const char **text, const char *end, int truncate, int64_t *us)
{
	int64_t unit = US_SECOND / 10;
	const char *start = *text;

	for (*us = 0; *text < end && **text >= '0' && **text <= '9'; ++*text, unit /= 10) {
		if (!unit && **text != '0' && !truncate)
			return -2;
		*us += (**text - '0') * unit;
	}
	return *text > start ? 0 : -1;
}

/* HH:MM[:SS[.fraction]] as microseconds since midnight. */
static int take_clock(const char **text, const char *end, int truncate, int64_t *us)
{
	int h = digits(text, end, 2), m, s = 0, bad;
	int64_t fraction = 0;

	if (h < 0 || h > 23 || !accept(text, end, ':'))
		return -1;
	m = digits(text, end, 2);
	if (m < 0 || m > 59)
		return -1;
	if (accept(text, end, ':')) {
		s = digits(text, end, 2);
		if (s < 0 || s > 59)
			return -1;
		if (accept(text, end, '.')) {
			bad = take_fraction(text, end, truncate, &fraction);
			if (bad)
				return bad;
		}
	}
	*us = ((int64_t)h * 3600 + m * 60 + s) * US_SECOND + fraction;
	return 0;
}

/* Nothing, Z, +HH, +HHMM or +HH:MM, up to the end. */
static int take_zone(const char **text, const char *end, enum time_zone *zone, int64_t *offset)
{
	int sign, h, m = 0;

	*zone = *text == end ? TIME_NAIVE : TIME_ZONED;
	*offset = 0;
	if (*text == end || accept(text, end, 'Z'))
		return *text == end ? 0 : -1;
	sign = **text == '-' ? -1 : 1;
	if (!accept(text, end, '+') && !accept(text, end, '-'))
		return -1;
	h = digits(text, end, 2);
	if (*text < end) {
		accept(text, end, ':');
		m = digits(text, end, 2);
	}
	if (h < 0 || h > 23 || m < 0 || m > 59 || *text != end)
		return -1;
	*offset = sign * ((int64_t)h * 60 + m) * 60 * US_SECOND;
	return 0;
}

int time_parse(const char *text, size_t len, int truncate, int64_t *us, enum time_zone *zone)
{
	const char *p = text, *end = text + len;
	enum time_zone found;
	int64_t clock, offset, value;
	int32_t days;
	int bad;

	if (take_date(&p, end, &days) < 0 || (!accept(&p, end, 'T') && !accept(&p, end, ' ')))
		return -1;
	bad = take_clock(&p, end, truncate, &clock);
	if (bad)
		return bad;
	if (take_zone(&p, end, &found, &offset) < 0)
		return -1;
	value = days * US_DAY + clock - offset;
	if (value < days_from_civil(1, 1, 1) * US_DAY ||
		value >= days_from_civil(10000, 1, 1) * US_DAY)
		return -1;
	*us = value;
	*zone = found;
	return 0;
}

size_t date_print(int32_t days, char text[DATE_TEXT])
{
	int64_t y;
	int m, d;

	civil_from_days(days, &y, &m, &d);
	return (size_t)snprintf(text, DATE_TEXT, "%04lld-%02d-%02d", (long long)y, m, d);
}

/* As clock_print, into what is left of a text. */
static size_t put_clock(int64_t us, char *text, size_t room)
{
	int s = (int)(us / US_SECOND % 86400), fraction = (int)(us % US_SECOND);
	size_t n = (size_t)snprintf(text, room, "%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);

	if (fraction) {
		n += (size_t)snprintf(text + n, room - n, ".%06d", fraction);
		while (text[n - 1] == '0')
			text[--n] = 0;
	}
	return n;
}

size_t clock_print(int64_t us, char text[DATE_TEXT])
{
	return put_clock(us, text, DATE_TEXT);
}

size_t time_print(int64_t us, enum time_zone zone, char text[DATE_TEXT])
{
	int64_t days = us / US_DAY - (us % US_DAY < 0), clock = us % US_DAY;
	size_t n = date_print((int32_t)days, text);

	text[n++] = 'T';
	n += put_clock(clock < 0 ? clock + US_DAY : clock, text + n, DATE_TEXT - n - 1);
	if (zone == TIME_ZONED)
		text[n++] = 'Z';
	text[n] = 0;
	return n;
}
