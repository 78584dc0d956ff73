/* solve: symmetric positive semi-definite systems, by the reference LAPACK.
 * SPDX-License-Identifier: MIT
 *
 * The matrix is scaled to a diagonal of ones (van der Sluis 1969: within a factor of n the best
 * condition that scaling can give) and factored by Cholesky. Where it is singular to working
 * precision, its eigenvectors tell the directions that nothing is known about, and the answer is
 * the shortest of all that solve the system.
 */
#ifndef MODEL_SOLVE_H
#define MODEL_SOLVE_H

#include <stddef.h>

#include "base/err.h"

struct solve {
	size_t n, rank;
	size_t nnull;	/* directions that nothing is known about: n = rank + nnull + left out */
	double *matrix; /* [n, n] Cholesky factor; or eigenvectors, one a row, nnull of the null
			   space first */
	double *scale;	/* [n] 1 / sqrt(a[i][i]), or 0 where the diagonal is nothing */
	double *values; /* [n] eigenvalues in ascending order; NULL: factored by Cholesky */
	double *null;	/* [nnull, n] orthonormal basis of the null space, unscaled, or NULL */
};

#define SOLVE_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* Factors a [n, n], whose rows are lda apart and of which the upper triangle is read; a diagonal
 * element that is not above floor[i] (NULL: 0) counts as zero: the variable stays out and gets the
 * value 0. Memory: another n x n. */
int solve_init(
	struct solve *s, const double *a, size_t lda, size_t n, const double *floor, struct err *e);
void solve_release(struct solve *s); /* harmless twice */

/* x [n] = the shortest x with a x = b; may be the same array as b. */
void solve_apply(const struct solve *s, const double *b, double *x);

/* Whether variable i takes part in a linear dependence (or stayed out). */
int solve_dependent(const struct solve *s, size_t i);

#endif
