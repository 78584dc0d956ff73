/* pvalue: how likely a statistic at least as large is when nothing changed.
 * SPDX-License-Identifier: MIT
 *
 * On base/fmath: the same bits on every CPU.
 */
#ifndef STAT_PVALUE_H
#define STAT_PVALUE_H

#include <stddef.h>
#include <stdint.h>

/* Products of the sample sizes up to this are counted out exactly. */
#define PVALUE_KS_EXACT (1u << 20)

/* Of the two-sample Kolmogorov-Smirnov statistic d of n and m values (both > 0), two-sided. Where
 * n m <= PVALUE_KS_EXACT exact for values without ties (the share of lattice paths that leave the
 * band: Hodges 1958, "The significance probability of the Smirnov two-sample test", recursion as in
 * R's psmirnov2x); ties make the true value smaller, so that it errs on the side of no alarm. Else
 * Kolmogorov's limit with the correction of Stephens (1970): lambda = d (sqrt(k) + 0.12 +
 * 0.11 / sqrt(k)), k = nm / (n + m). */
double pvalue_ks(double d, uint64_t n, uint64_t m);

/* Of a chi-square statistic with df degrees of freedom: Q(df / 2, x / 2), the regularized upper
 * incomplete gamma function by its series or continued fraction (Abramowitz and Stegun 6.5.29,
 * 6.5.31; modified Lentz), within 1e-12. df = 0: 1. */
double pvalue_chi_square(double x, size_t df);

/* Of a difference of two shares, a of n and b of m, two-sided: z with the pooled share; the
 * chi-square test of the 2 x 2 table. 1 where n, m or the variance is 0. */
double pvalue_shares(uint64_t a, uint64_t n, uint64_t b, uint64_t m);

/* p[n] becomes the smallest false discovery rate at which each would be accepted (Benjamini and
 * Hochberg 1995; adjusted p-values). NaN stays NaN and does not count. */
void pvalue_adjust(double *p, size_t n);

#endif
