/* num: numbers from and to text.
 * SPDX-License-Identifier: MIT
 *
 * strtod and snprintf read and write a point because nobody calls setlocale (DESIGN section 7).
 */
#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Powers of ten that a double holds exactly. */
static const double power10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A token, taken apart: 0.MANTISSA digits are scaled by ten to `exp10`. */
struct decimal {
	uint64_t mantissa;
	int exp10;
	int dropped; /* digits beyond what the mantissa holds: take the slow way */
	int negative;
};

/* Digits from text[i]; returns the position behind them. */
static size_t take_digits(const char *text, size_t len, size_t i, struct decimal *d, int fraction)
{
	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		if (d->mantissa >= 1000000000000000000u) {
			d->dropped = 1;
			d->exp10 += !fraction;
			continue;
		}
		d->mantissa = d->mantissa * 10 + (uint64_t)(text[i] - '0');
		d->exp10 -= fraction;
	}
	return i;
}

/* The exponent behind an 'e'; 0 where there is no digit. */
static size_t take_exponent(const char *text, size_t len, size_t i, struct decimal *d)
{
	int negative = 0, value = 0;
	size_t start;

	if (i < len && (text[i] == '+' || text[i] == '-'))
		negative = text[i++] == '-';
	for (start = i; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		if (value < 100000)
			value = value * 10 + (text[i] - '0');
	d->exp10 += negative ? -value : value;
	return i > start ? i : 0;
}

static int take_word(const char *text, size_t len, int negative, double *out)
{
	if ((len == 3 && strncasecmp(text, "inf", 3) == 0) ||
		(len == 8 && strncasecmp(text, "infinity", 8) == 0))
		*out = negative ? -INFINITY : INFINITY;
	else if (len == 3 && strncasecmp(text, "nan", 3) == 0)
		*out = NAN;
	else
		return -1;
	return 0;
}

static int slow_double(const char *text, size_t len, double *out)
{
	char small[128], *copy = len < sizeof(small) ? small : mem_array(len + 1, 1);
	double value;

	memcpy(copy, text, len);
	copy[len] = 0;
	value = strtod(copy, NULL);
	if (copy != small)
		free(copy);
	if (isinf(value))
		return -1;
	*out = value;
	return 0;
}

int num_double(const char *text, size_t len, double *out)
{
	struct decimal d = {0};
	size_t i = 0, point, start;
	double value;

	if (len && (text[0] == '-' || text[0] == '+'))
		d.negative = text[i++] == '-';
	start = i;
	i = take_digits(text, len, i, &d, 0);
	point = i < len && text[i] == '.';
	if (point)
		i = take_digits(text, len, i + 1, &d, 1);
	if (i == start + point)
		return point ? -1 : take_word(text + i, len - i, d.negative, out);
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		i = take_exponent(text, len, i + 1, &d);
		if (!i)
			return -1;
	}
	if (i != len)
		return -1;
	/* Clinger 1990: both operands exact, so the one rounding is the right one. */
	if (d.dropped || d.mantissa > 1ull << 53 || d.exp10 < -22 || d.exp10 > 22)
		return slow_double(text, len, out);
	value = (double)d.mantissa;
	value = d.exp10 < 0 ? value / power10[-d.exp10] : value * power10[d.exp10];
	*out = d.negative ? -value : value;
	return 0;
}

/* The digits of text[i..len) as a number of at most `max`. */
static int take_integer(const char *text, size_t len, size_t i, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (i >= len)
		return -1;
	for (; i < len; i++) {
		uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';

		if (digit > 9 || value > (max - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

int num_int64(const char *text, size_t len, int64_t *out)
{
	int negative = len && text[0] == '-';
	uint64_t value;

	if (take_integer(text, len, negative || (len && text[0] == '+'),
		    (uint64_t)INT64_MAX + (uint64_t)negative, &value) < 0)
		return -1;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int num_uint64(const char *text, size_t len, uint64_t *out)
{
	return take_integer(text, len, len && text[0] == '+', UINT64_MAX, out);
}

/* The digits and a NUL; returns how many. */
static size_t put_digits(uint64_t value, char *text)
{
	char digits[20];
	size_t n = 0, len;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	len = n;
	for (size_t i = 0; i < len; i++)
		text[i] = digits[--n];
	text[len] = 0;
	return len;
}

size_t num_print_uint64(uint64_t value, char text[NUM_TEXT])
{
	return put_digits(value, text);
}

size_t num_print_int64(int64_t value, char text[NUM_TEXT])
{
	if (value >= 0)
		return put_digits((uint64_t)value, text);
	text[0] = '-';
	return 1 + put_digits(0 - (uint64_t)value, text + 1);
}

/* Few decimals, the usual case: when m / 10^k is the value for an m of at most 15 digits, then m
 * with its point is what %.15g would print, for k is the first that fits. 0: not this way. */
static size_t print_fixed(double value, char text[NUM_TEXT])
{
	double abs = fabs(value);
	size_t len, at = 0;

	if (!(abs >= 1e-4 && abs < 1e9))
		return 0;
	for (size_t k = 1; k <= 6; k++) {
		uint64_t m = (uint64_t)(abs * power10[k] + 0.5);

		if ((double)m / power10[k] != abs)
			continue;
		if (value < 0)
			text[at++] = '-';
		len = put_digits(m / (uint64_t)power10[k], text + at);
		at += len;
		text[at++] = '.';
		m = m % (uint64_t)power10[k] + (uint64_t)power10[k];
		put_digits(m, text + at - 1); /* its leading 1 keeps the zeros */
		text[at - 1] = '.';
		return at + k;
	}
	return 0;
}

size_t num_print(double value, char text[NUM_TEXT])
{
	size_t len;

	if (isnan(value))
		return (size_t)snprintf(text, NUM_TEXT, "nan");
	if (isinf(value))
		return (size_t)snprintf(text, NUM_TEXT, value < 0 ? "-inf" : "inf");
	if (value == 0)
		return (size_t)snprintf(text, NUM_TEXT, signbit(value) ? "-0" : "0");
	if (fabs(value) <= 0x1p53 && value == (double)(int64_t)value)
		return num_print_int64((int64_t)value, text);
	len = print_fixed(value, text);
	if (len)
		return len;
	/* Any 15 digits survive a normal double, so fewer need no try; subnormals hold less. */
	for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
		len = (size_t)snprintf(text, NUM_TEXT, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return len;
}
