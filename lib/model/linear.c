/* linear: ordinary least squares and ridge regression, by the normal equations of centred columns.
 * SPDX-License-Identifier: MIT
 */
#include "model/linear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kernel.h"
#include "model/solve.h"

#define STEPS_MAX 6 /* of refinement; one or two are the rule */

struct linear {
	struct design *d;
	double l2;
	size_t threads, width, ld;
	double *beta, *step;			/* [ld] coefficients, then the intercept */
	double *gradient;			/* [width] X'Wr - l2 b */
	double *length;				/* [width] of the centred columns: sqrt(x' W x) */
	double target_length, shift, objective; /* shift: mean residual */
	struct solve solve;
};

/* X'WX and X'Wy in one: the target stands behind the columns. */
static int gram(struct linear *l, struct blocks *b, struct err *e)
{
	struct design_chunk c = {0};
	int more, rc = design_start(l->d, e);

	while (rc == 0 && (more = design_next(l->d, &c, e)) != 0) {
		if (more < 0)
			return -1;
		kernel_syrk(b->part, l->ld, c.x, l->ld, c.rows, l->ld, c.w, l->threads);
		if (c.block_ends)
			blocks_end(b);
	}
	blocks_end(b);
	return rc;
}

/* Factors the normal equations and solves them a first time. */
static int first_answer(struct linear *l, struct err *e)
{
	struct blocks b = BLOCKS_INIT;
	double *floor = mem_new(l->width, sizeof(*floor));
	int rc;

	blocks_init(&b, l->ld * l->ld);
	rc = gram(l, &b, e);
	free(b.part);
	b.part = NULL;
	for (size_t k = 0; k < l->width; k++) {
		l->length[k] = sqrt(b.total[k * l->ld + k]);
		l->gradient[k] = b.total[k * l->ld + l->width];
		b.total[k * l->ld + k] += l->l2;
		if (l->l2 == 0 && design_constant(l->d, k))
			floor[k] = INFINITY;
	}
	l->target_length = sqrt(b.total[l->width * l->ld + l->width]);
	if (rc == 0)
		rc = solve_init(&l->solve, b.total, l->ld, l->width, floor, e);
	if (rc == 0)
		solve_apply(&l->solve, l->gradient, l->beta);
	blocks_release(&b);
	free(floor);
	return rc;
}

/* Residuals of the answer so far, from the data: gradient, shift, objective. */
static int residuals(struct linear *l, struct err *e)
{
	struct design_chunk c = {0};
	struct blocks b = BLOCKS_INIT;
	double *v = mem_array(l->d->limit, sizeof(*v)), squares;
	int more = 0, rc = design_start(l->d, e);

	blocks_init(&b, l->width + 2);
	while (rc == 0 && (more = design_next(l->d, &c, e)) > 0) {
		kernel_gemm(v, c.x, l->ld, c.rows, l->width, l->beta, l->beta + l->width, 1);
		for (size_t r = 0; r < c.rows; r++) {
			double residual = c.x[r * l->ld + l->width] - v[r];

			v[r] = c.w[r] * residual;
			b.part[l->width] += v[r];
			b.part[l->width + 1] += v[r] * residual;
		}
		kernel_gemm_t(b.part, c.x, l->ld, c.rows, l->width, v, 1);
		if (c.block_ends)
			blocks_end(&b);
	}
	blocks_end(&b);
	squares = 0;
	for (size_t k = 0; k < l->width; k++) {
		l->gradient[k] = b.total[k] - l->l2 * l->beta[k];
		squares += l->beta[k] * l->beta[k];
	}
	l->shift = b.total[l->width] / l->d->target.total;
	l->objective = b.total[l->width + 1] + l->l2 * squares;
	blocks_release(&b);
	free(v);
	return rc < 0 || more < 0 ? -1 : 0;
}

/* How much a change of the coefficients moves the predictions, at most, as a norm. */
static double reach(const struct linear *l, const double *b)
{
	double sum = 0;

	for (size_t k = 0; k < l->width; k++)
		sum += fabs(b[k]) * l->length[k];
	return sum + fabs(b[l->width]) * sqrt(l->d->target.total);
}

/* Steps as long as each is less than half of the one before. */
static int refine(struct linear *l, struct fit *f, struct err *e)
{
	double before = INFINITY, now;

	for (f->iterations = 1;; f->iterations++) {
		if (residuals(l, e) < 0)
			return -1;
		solve_apply(&l->solve, l->gradient, l->step);
		l->step[l->width] = l->shift;
		now = reach(l, l->step);
		if (f->iterations > STEPS_MAX || !(now < before / 2) ||
			now <= DBL_EPSILON / 4 * reach(l, l->beta))
			return 0;
		for (size_t k = 0; k < l->ld; k++)
			l->beta[k] += l->step[k];
		before = now;
	}
}

static void report(const struct linear *l, struct fit *f)
{
	f->objective = l->objective;
	f->rank = l->solve.rank + 1;
	for (size_t k = 0; k < l->width; k++)
		if (l->length[k] > 0)
			f->gradient = fmax(f->gradient,
				fabs(l->gradient[k]) / (l->length[k] * l->target_length));
	if (f->rank == l->ld)
		return;
	f->dependent = mem_new(l->width, sizeof(*f->dependent));
	for (size_t k = 0; k < l->width; k++)
		f->dependent[k] = (unsigned char)solve_dependent(&l->solve, k);
}

int linear_fit(struct fit *f, struct design *d, double l2, size_t threads, struct err *e)
{
	struct linear l = {.d = d, .l2 = l2, .threads = threads, .width = d->width, .ld = d->ld};
	struct fit out = FIT_INIT;
	int rc;

	fit_init(&out, d->width, 1);
	l.beta = mem_new(l.ld, sizeof(*l.beta));
	l.step = mem_new(l.ld, sizeof(*l.step));
	l.gradient = mem_new(l.width, sizeof(*l.gradient));
	l.length = mem_new(l.width, sizeof(*l.length));
	rc = first_answer(&l, e);
	if (rc == 0)
		rc = refine(&l, &out, e);
	if (rc == 0) {
		report(&l, &out);
		l.beta[l.width] += d->target.mean;
		rc = fit_uncentre(&out, l.beta, l.ld, d->mean, e);
	}
	solve_release(&l.solve);
	free(l.beta);
	free(l.step);
	free(l.gradient);
	free(l.length);
	if (rc < 0)
		fit_release(&out);
	else
		*f = out;
	return rc;
}
