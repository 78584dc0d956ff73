/* solve: symmetric positive semi-definite systems, by the reference LAPACK.
 * SPDX-License-Identifier: MIT
 *
 * LAPACK's lower triangle of a column-major matrix is the upper triangle of a row-major one.
 */
#include "model/solve.h"

#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Entries of a unit vector below this are rounding, not a dependence. */
#define TAKES_PART 1e-6

/* Eigenvalues of a correlation matrix below this cannot be told from zero. */
static double tolerance(size_t n)
{
	return 4 * (double)n * DBL_EPSILON;
}

/* s->matrix = scale * a * scale with ones for variables that stay out. */
static void scaled(struct solve *s, const double *a, size_t lda, const double *floor)
{
	size_t n = s->n;

	for (size_t i = 0; i < n; i++)
		s->scale[i] =
			a[i * lda + i] > (floor ? floor[i] : 0) ? 1 / sqrt(a[i * lda + i]) : 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++)
			s->matrix[i * n + j] = a[i * lda + j] * s->scale[i] * s->scale[j];
		s->matrix[i * n + i] = 1;
	}
}

/* 1: factored, 0: singular to working precision, -1: failure. */
static int cholesky(struct solve *s, struct err *e)
{
	lapack_int n = (lapack_int)s->n, info;
	double rcond = 0, norm;

	norm = LAPACKE_dlansy(LAPACK_COL_MAJOR, '1', 'L', n, s->matrix, n);
	info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, s->matrix, n);
	if (info > 0)
		return 0;
	if (info < 0 || LAPACKE_dpocon(LAPACK_COL_MAJOR, 'L', n, s->matrix, n, norm, &rcond) < 0)
		return err_set(e, ERR_DATA, "the normal equations are not finite");
	return rcond > tolerance(s->n);
}

/* Orthonormalizes the rows of null [k, n], twice for accuracy (Giraud et al. 2005). */
static void orthonormalize(double *null, size_t k, size_t n)
{
	for (size_t i = 0; i < k; i++) {
		double *v = null + i * n, norm = 0;

		for (size_t pass = 0; pass < 2; pass++) {
			for (size_t j = 0; j < i; j++) {
				double dot = 0;

				for (size_t t = 0; t < n; t++)
					dot = fma(v[t], null[j * n + t], dot);
				for (size_t t = 0; t < n; t++)
					v[t] = fma(-dot, null[j * n + t], v[t]);
			}
			norm = 0;
			for (size_t t = 0; t < n; t++)
				norm = fma(v[t], v[t], norm);
			norm = sqrt(norm);
			for (size_t t = 0; t < n && norm > 0; t++)
				v[t] /= norm;
		}
	}
}

/* Eigenvectors of the scaled matrix; the null space in the units of the variables. */
static int eigen(struct solve *s, struct err *e)
{
	size_t n = s->n;
	double limit;

	s->values = mem_new(n, sizeof(*s->values));
	if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', (lapack_int)n, s->matrix, (lapack_int)n,
		    s->values) != 0)
		return err_set(
			e, ERR_DATA, "the eigenvalues of the normal equations are not found");
	limit = tolerance(n) * s->values[n - 1];
	while (s->nnull < n && s->values[s->nnull] <= limit)
		s->nnull++;
	s->null = mem_new(s->nnull + 1, n * sizeof(*s->null));
	for (size_t i = 0; i < s->nnull; i++)
		for (size_t j = 0; j < n; j++)
			s->null[i * n + j] = s->matrix[i * n + j] * s->scale[j];
	orthonormalize(s->null, s->nnull, n);
	return 0;
}

int solve_init(
	struct solve *s, const double *a, size_t lda, size_t n, const double *floor, struct err *e)
{
	int done;

	memset(s, 0, sizeof(*s));
	s->n = n;
	s->scale = mem_array(n, sizeof(*s->scale));
	s->matrix = mem_new(n * n, sizeof(*s->matrix));
	scaled(s, a, lda, floor);
	done = n ? cholesky(s, e) : 1;
	if (done == 0) {
		scaled(s, a, lda, floor);
		done = eigen(s, e);
	}
	if (done < 0) {
		solve_release(s);
		return -1;
	}
	s->rank = n - s->nnull;
	for (size_t i = 0; i < n; i++)
		s->rank -= s->scale[i] == 0;
	return 0;
}

void solve_release(struct solve *s)
{
	free(s->matrix);
	free(s->scale);
	free(s->values);
	free(s->null);
	memset(s, 0, sizeof(*s));
}

/* y = V diag(1 / values) V^T y over the eigenvectors outside of the null space. */
static void apply_eigen(const struct solve *s, double *y)
{
	size_t n = s->n;
	double *sum = mem_new(n, sizeof(*sum));

	for (size_t i = s->nnull; i < n; i++) {
		const double *v = s->matrix + i * n;
		double dot = 0;

		for (size_t j = 0; j < n; j++)
			dot = fma(v[j], y[j], dot);
		dot /= s->values[i];
		for (size_t j = 0; j < n; j++)
			sum[j] = fma(v[j], dot, sum[j]);
	}
	memcpy(y, sum, n * sizeof(*y));
	free(sum);
}

void solve_apply(const struct solve *s, const double *b, double *x)
{
	size_t n = s->n;
	lapack_int size = (lapack_int)n;

	for (size_t i = 0; i < n; i++)
		x[i] = s->scale[i] * b[i];
	if (s->values)
		apply_eigen(s, x);
	else if (n)
		LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', size, 1, s->matrix, size, x, size);
	for (size_t i = 0; i < n; i++)
		x[i] *= s->scale[i];
	for (size_t i = 0; i < s->nnull; i++) {
		const double *v = s->null + i * n;
		double dot = 0;

		for (size_t j = 0; j < n; j++)
			dot = fma(v[j], x[j], dot);
		for (size_t j = 0; j < n; j++)
			x[j] = fma(-dot, v[j], x[j]);
	}
}

int solve_dependent(const struct solve *s, size_t i)
{
	if (s->scale[i] == 0)
		return 1;
	for (size_t k = 0; k < s->nnull; k++)
		if (fabs(s->matrix[k * s->n + i]) > TAKES_PART)
			return 1;
	return 0;
}
