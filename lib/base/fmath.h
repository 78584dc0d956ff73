/* fmath: mathematics whose bits are the same on every CPU, for whatever reaches an artifact.
 * SPDX-License-Identifier: MIT
 *
 * libm chooses its variants of exp and log by CPU, and their last bits differ; these do not.
 * Compiled with -ffp-contract=off; where fma is meant, it says fma.
 */
#ifndef BASE_FMATH_H
#define BASE_FMATH_H

#include <stddef.h>

double fmath_exp(double x);	 /* < 1 ulp */
double fmath_log(double x);	 /* < 1 ulp; log(0) = -inf, log(<0) = nan */
double fmath_log1p(double x);	 /* accurate in relative terms near 0 */
double fmath_sigmoid(double x);	 /* 1 / (1 + exp(-x)), no overflow */
double fmath_log1pexp(double x); /* log(1 + exp(x)), no overflow */

/* In place: out[i] = exp(x[i]) over the row less its maximum, divided by their sum (k > 0). */
void fmath_softmax(double *x, size_t k);

/* Pairwise sum of n values (blocks of 128 below), Higham 1993. */
double fmath_sum(const double *x, size_t n);

/* Standard normal quantile and distribution function (for intervals), |error| < 1e-9. */
double fmath_normal_quantile(double p);
double fmath_normal_cdf(double z);

#endif
