/* quantile: exact quantiles of values in memory. For streams see stat/sketch.h.
 * SPDX-License-Identifier: MIT
 */
#ifndef STAT_QUANTILE_H
#define STAT_QUANTILE_H

#include <stddef.h>

/* The quantile q (0..1) of n > 0 sorted values, as numpy's default: linear interpolation between
 * the values of rank (n-1)q below and above (Hyndman and Fan 1996, type 7). */
double quantile_sorted(const double *sorted, size_t n, double q);

/* nq quantiles at once of n > 0 values in any order, none NaN; a sorted copy is made and freed. */
void quantile_exact(const double *x, size_t n, const double *q, size_t nq, double *out);

/* Sorts n values, none NaN, upwards; -0 and 0 are equal. */
void quantile_sort(double *x, size_t n);

#endif
