/* linear: ordinary least squares and ridge regression, by the normal equations of centred columns.
 * SPDX-License-Identifier: MIT
 *
 * Minimizes sum_r w_r (y_r - b0 - x_r . b)^2 + l2 |b|^2; the intercept b0 is not penalized. l2 is
 * scikit-learn's alpha of Ridge. Cholesky of the Gram matrix X'WX + l2 I, then iterative refinement
 * with residuals computed from the data (Bjorck 1987), so that the squared condition of the normal
 * equations costs steps rather than digits. Without a unique answer (l2 = 0 and columns that depend
 * on each other) it is the shortest one.
 */
#ifndef MODEL_LINEAR_H
#define MODEL_LINEAR_H

#include <stddef.h>

#include "base/err.h"
#include "model/design.h"
#include "model/fit.h"

/* The design was scanned and is of a regression. Memory: two matrices of width x width doubles. */
int linear_fit(struct fit *f, struct design *d, double l2, size_t threads, struct err *e);

#endif
