/* fmath: mathematics whose bits are the same on every CPU.
 * SPDX-License-Identifier: MIT
 *
 * Only + - * / and comparisons, which IEEE 754 fixes to the bit: argument reduction in two parts
 * (Cody and Waite 1980), then the Taylor series, long enough that its remainder is far below half
 * an ulp. A minimax polynomial would save three multiplications, and need a derivation.
 */
#include "base/fmath.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts: the first has 32 bits, so that its product with any exponent is exact. */
static const double ln2_hi = 0x1.62e42feep-1, ln2_lo = 0x1.a39ef35793c76p-33;
static const double sqrt2 = 0x1.6a09e667f3bcdp+0;

static uint64_t bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static double double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* 2^k for -1022 <= k <= 1023. */
static double power2(int k)
{
	return double_of((uint64_t)(k + 1023) << 52);
}

/* x * 2^k with one rounding, for 1/2 < x < 2 and any k that comes up here. */
static double scale(double x, int k)
{
	if (k > 1023)
		return x * power2(k - 1) * 2;
	if (k < -1021)
		return x * power2(k + 200) * power2(-200);
	return x * power2(k);
}

/* exp(x) = 2^k exp(r), r = hi - lo, |r| <= ln(2) / 2, where the series behind r^14 / 14! is below
 * 2^-62. 1 + hi is kept with its rounding error (Dekker's fast two-sum). */
double fmath_exp(double x)
{
	static const double c[] = {1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040,
		1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600,
		1.0 / 6227020800, 1.0 / 87178291200};
	const double shift = 0x1.8p52; /* adding it rounds to an integer */
	double k, hi, lo, r, t, sum;

	if (x != x)
		return x;
	if (x > 0x1.62e42fefa39efp+9) /* ln of the largest double */
		return INFINITY;
	if (x < -746)
		return 0;
	k = x * 0x1.71547652b82fep+0 + shift - shift;
	hi = x - k * ln2_hi;
	lo = k * ln2_lo;
	r = hi - lo;
	t = c[12];
	for (int i = 11; i >= 0; i--)
		t = t * r + c[i];
	t = t * r * r;
	sum = 1 + hi;
	return scale(sum + ((hi - (sum - 1)) + (t - lo)), (int)k);
}

/* log(1 + f) + k ln 2 + add for sqrt(1/2) <= 1 + f < sqrt(2), by log(1 + f) = 2 atanh(f / (2 + f));
 * its term in f is taken out exactly, as f - f^2 / 2 + s (f^2 / 2 + ...). */
static double log_series(double f, int k, double add)
{
	double s = f / (2 + f), z = s * s, half = 0.5 * f * f, r = 2.0 / 25, rest;

	for (int i = 23; i >= 3; i -= 2)
		r = r * z + 2.0 / i;
	rest = s * (half + r * z);
	if (!k)
		return f - (half - (rest + add));
	return k * ln2_hi - ((half - (rest + (k * ln2_lo + add))) - f);
}

/* x = 2^k (1 + f), x finite, normal and above 0. */
static double split(double x, int *k)
{
	uint64_t bits = bits_of(x);
	double m = double_of((bits & 0xfffffffffffff) | (uint64_t)1023 << 52);

	*k = (int)(bits >> 52) - 1023;
	if (m > sqrt2) {
		m *= 0.5;
		++*k;
	}
	return m - 1;
}

double fmath_log(double x)
{
	int k, below = 0;
	double f;

	if (x != x || x == INFINITY)
		return x;
	if (x <= 0)
		return x == 0 ? -INFINITY : NAN;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		below = 54;
	}
	f = split(x, &k);
	return log_series(f, k - below, 0);
}

double fmath_log1p(double x)
{
	double u, f, lost;
	int k;

	if (x != x || x == INFINITY)
		return x;
	if (x <= -1)
		return x == -1 ? -INFINITY : NAN;
	if (x < 0x1p-54 && x > -0x1p-54)
		return x;
	if (x > -0.29 && x < 0.41)
		return log_series(x, 0, 0);
	u = 1 + x;
	/* What 1 + x lost in rounding, as a share of it: log(u + lost) = log(u) + lost / u. */
	lost = x >= 1 ? 1 - (u - x) : x - (u - 1);
	f = split(u, &k);
	return log_series(f, k, lost / u);
}

double fmath_sigmoid(double x)
{
	double e;

	if (x >= 0)
		return 1 / (1 + fmath_exp(-x));
	e = fmath_exp(x);
	return e / (1 + e);
}

double fmath_log1pexp(double x)
{
	return x > 0 ? x + fmath_log1p(fmath_exp(-x)) : fmath_log1p(fmath_exp(x));
}

void fmath_softmax(double *x, size_t k)
{
	double max = x[0], total;

	for (size_t i = 1; i < k; i++)
		if (x[i] > max)
			max = x[i];
	for (size_t i = 0; i < k; i++)
		x[i] = fmath_exp(x[i] - max);
	total = fmath_sum(x, k);
	for (size_t i = 0; i < k; i++)
		x[i] /= total;
}

/* The tree of additions as a binary counter: level i holds the sum of 2^i blocks. */
double fmath_sum(const double *x, size_t n)
{
	double level[64], sum;
	size_t levels = 0, count = 0;

	for (size_t at = 0; at < n || !count; at += 128) {
		size_t end = n - at < 128 ? n : at + 128;

		sum = 0;
		for (size_t i = at; i < end; i++)
			sum += x[i];
		for (size_t c = count++; c & 1; c >>= 1)
			sum = level[--levels] + sum;
		level[levels++] = sum;
	}
	sum = level[--levels];
	while (levels)
		sum = level[--levels] + sum;
	return sum;
}

/* 1 - cdf(z) for z >= 0: the series of the cdf near 0 (Marsaglia 2004), Laplace's continued
 * fraction of the tail beyond, from its far end. */
static double upper_tail(double z)
{
	double density = 0.3989422804014326779 * fmath_exp(-0.5 * z * z), sum, term;

	if (z < 3) {
		sum = term = z;
		for (int i = 3; term > sum * 1e-18; i += 2)
			sum += term *= z * z / i;
		return 0.5 - density * sum;
	}
	sum = z;
	for (int i = 120; i > 0; i--)
		sum = z + i / sum;
	return density / sum;
}

double fmath_normal_cdf(double z)
{
	if (z != z)
		return z;
	return z < 0 ? upper_tail(-z) : 1 - upper_tail(z);
}

/* A first guess within 4.5e-4 (Abramowitz and Stegun 26.2.23), then Newton's steps on log(tail),
 * which is nearly a parabola: each squares the error. */
double fmath_normal_quantile(double p)
{
	double q = p < 0.5 ? p : 1 - p, t, z, tail, density;

	if (!(p >= 0 && p <= 1))
		return NAN;
	if (q == 0)
		return p < 0.5 ? -INFINITY : INFINITY;
	t = sqrt(-2 * fmath_log(q));
	z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
	for (int i = 0; i < 3; i++) {
		tail = fmath_normal_cdf(-z); /* z may step a little below 0 */
		density = 0.3989422804014326779 * fmath_exp(-0.5 * z * z);
		z += tail / density * fmath_log(tail / q);
	}
	return p < 0.5 ? -z : z;
}
