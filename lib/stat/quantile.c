/* quantile: exact quantiles by sorting.
 * SPDX-License-Identifier: MIT
 */
#include "stat/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int compare(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

void quantile_sort(double *x, size_t n)
{
	if (n) /* x may be NULL then, which qsort must not be given */
		qsort(x, n, sizeof(*x), compare);
}

double quantile_sorted(const double *sorted, size_t n, double q)
{
	double rank = (double)(n - 1) * q, low = floor(rank), t = rank - low, a, b;
	size_t i = (size_t)low;

	if (i + 1 >= n)
		return sorted[n - 1];
	a = sorted[i];
	b = sorted[i + 1];
	/* From the nearer end, as numpy does: monotonic in q, and exact at both ends. */
	return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

void quantile_exact(const double *x, size_t n, const double *q, size_t nq, double *out)
{
	double *sorted = mem_array(n, sizeof(*sorted));

	memcpy(sorted, x, n * sizeof(*sorted));
	quantile_sort(sorted, n);
	for (size_t i = 0; i < nq; i++)
		out[i] = quantile_sorted(sorted, n, q[i]);
	free(sorted);
}
