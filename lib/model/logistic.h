/* logistic: L2-penalized logistic regression, binary and multinomial, by Newton's method.
 * SPDX-License-Identifier: MIT
 *
 * Minimizes sum_r w_r (-log p(class of r | x_r)) + l2/2 |b|^2; intercepts are not penalized. l2 is
 * 1/C of scikit-learn's LogisticRegression. Binary: p = 1 / (1 + exp(-(b0 + x.b))) of the positive
 * class. More classes: the symmetric softmax, one set of coefficients per class; as adding the same
 * vector to all sets changes nothing but the penalty, intercepts (and with l2 = 0 all coefficients)
 * add up to zero over the classes. Full Hessian, steps halved while the objective does not fall,
 * until rounding ends the progress.
 */
#ifndef MODEL_LOGISTIC_H
#define MODEL_LOGISTIC_H

#include <stddef.h>

#include "base/err.h"
#include "model/design.h"
#include "model/fit.h"

/* The design was scanned and is of a classification; positive: the class that the coefficients
 * speak of when there are two. Without a penalty, classes that the features separate have no finite
 * answer: ERR_DATA. Memory: three matrices of n x n doubles, n = sets * (width + 1), at most
 * DESIGN_WIDTH_CAP + 1. */
int logistic_fit(
	struct fit *f, struct design *d, size_t positive, double l2, size_t threads, struct err *e);

#endif
