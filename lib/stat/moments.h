/* moments: count, mean, variance and range of a stream of numbers; a monoid under merge.
 * SPDX-License-Identifier: MIT
 *
 * Whatever reaches an artifact is added in blocks of BATCH_ROWS rows by position of the table,
 * one moments each, merged in block order: then neither batches nor threads change the bits.
 */
#ifndef STAT_MOMENTS_H
#define STAT_MOMENTS_H

#include <stdint.h>

struct moments {
	uint64_t n;
	double mean, m2; /* m2: sum of squared deviations from the mean */
	double min, max; /* undefined where n = 0 */
};

#define MOMENTS_INIT                                                                               \
	{                                                                                          \
		0, 0, 0, 0, 0                                                                      \
	}

/* Adds one finite value (Welford 1962: no cancellation, whatever the offset). */
static inline void moments_add(struct moments *m, double x)
{
	double delta = x - m->mean;

	if (m->n == 0 || x < m->min)
		m->min = x;
	if (m->n == 0 || x > m->max)
		m->max = x;
	m->n++;
	m->mean += delta / (double)m->n;
	m->m2 += delta * (x - m->mean);
}

/* a becomes the moments of both (Chan, Golub, LeVeque 1979, equations 2.1). */
void moments_merge(struct moments *a, const struct moments *b);

/* m2 / (n - ddof), and its root; NaN where n <= ddof. ddof 0: of a population, 1: of a sample. */
double moments_variance(const struct moments *m, unsigned ddof);
double moments_std(const struct moments *m, unsigned ddof);

#endif
