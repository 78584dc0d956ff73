/* distinct: Ertl's estimator.
 * SPDX-License-Identifier: MIT
 */
#include "stat/distinct.h"

#include <math.h>
#include <stddef.h>

#define RANKS (64 - DISTINCT_BITS + 1) /* the largest rank */

void distinct_merge(struct distinct *a, const struct distinct *b)
{
	for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
		if (b->registers[i] > a->registers[i])
			a->registers[i] = b->registers[i];
}

/* x + sum of x^(2^k) 2^(k-1), equation 13 */
static double sigma(double x)
{
	double y = 1, z = x, before;

	if (x >= 1)
		return (double)INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z > before);
	return z;
}

/* (1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3, equation 16 */
static double tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x <= 0 || x >= 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z < before);
	return z / 3;
}

double distinct_estimate(const struct distinct *d)
{
	const double m = DISTINCT_REGISTERS, alpha = 0.72134752044448170368; /* 1 / (2 ln 2) */
	double counts[RANKS + 1] = {0}, z;

	for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
		counts[d->registers[i]]++;
	if (counts[0] >= m)
		return 0;
	z = m * tau(1 - counts[RANKS] / m);
	for (size_t k = RANKS - 1; k > 0; k--)
		z = 0.5 * (z + counts[k]);
	z += m * sigma(counts[0] / m);
	return alpha * m * m / z;
}
