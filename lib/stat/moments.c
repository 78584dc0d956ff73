/* moments: merge and what follows from the sums.
 * SPDX-License-Identifier: MIT
 */
#include "stat/moments.h"

#include <math.h>

void moments_merge(struct moments *a, const struct moments *b)
{
	double na = (double)a->n, nb = (double)b->n, n = na + nb, delta;

	if (b->n == 0)
		return;
	if (a->n == 0) {
		*a = *b;
		return;
	}
	delta = b->mean - a->mean;
	a->mean += delta * (nb / n);
	a->m2 += b->m2 + delta * delta * (na * nb / n);
	a->n += b->n;
	if (b->min < a->min)
		a->min = b->min;
	if (b->max > a->max)
		a->max = b->max;
}

double moments_variance(const struct moments *m, unsigned ddof)
{
	return m->n > ddof ? m->m2 / (double)(m->n - ddof) : (double)NAN;
}

double moments_std(const struct moments *m, unsigned ddof)
{
	return sqrt(moments_variance(m, ddof));
}
