/* softfma: a fused multiply-add for CPUs without one: rounded once, as IEEE 754 defines it.
 * SPDX-License-Identifier: MIT
 *
 * glibc's own works through the floating-point environment and takes ten times as long. This is
 * algorithm 5 of Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved
 * algorithms using rounding to odd" (2008), which needs that nothing over- or underflows on the
 * way: other operands are left to fma().
 */
#ifndef MODEL_SOFTFMA_H
#define MODEL_SOFTFMA_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* *low = the rounding error of the sum that is returned (Knuth's two-sum). */
static inline double softfma_sum(double a, double b, double *low)
{
	double sum = a + b, part = sum - a;

	*low = (a - (sum - part)) + (b - part);
	return sum;
}

/* The same of the product (Dekker, with Veltkamp's splitting into 26 bits). */
static inline double softfma_product(double a, double b, double *low)
{
	double ca = 134217729.0 * a, cb = 134217729.0 * b, product = a * b;
	double ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh;

	*low = al * bl - (((product - ah * bh) - al * bh) - ah * bl);
	return product;
}

/* a + b rounded to odd: towards the neighbour whose last bit is 1, unless it is exact. */
static inline double softfma_odd(double a, double b)
{
	double low, sum = softfma_sum(a, b, &low);
	int64_t bits;

	memcpy(&bits, &sum, sizeof(bits));
	if (low != 0 && !(bits & 1))
		bits += (low > 0) == (sum > 0) ? 1 : -1;
	memcpy(&sum, &bits, sizeof(sum));
	return sum;
}

static inline double softfma(double a, double b, double c)
{
	double high, low, sum, rest, top, below;

	if (a == 0 || b == 0)
		return a * b + c;
	high = softfma_product(a, b, &low);
	if (!(fabs(a) < 0x1p500 && fabs(b) < 0x1p500 && fabs(c) < 0x1p1000 &&
		    fabs(high) > 0x1p-900))
		return fma(a, b, c);
	sum = softfma_sum(c, low, &rest);
	top = softfma_sum(high, sum, &below);
	return top + softfma_odd(below, rest);
}

#endif
