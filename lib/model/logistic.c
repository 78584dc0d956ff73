/* logistic: L2-penalized logistic regression, binary and multinomial, by Newton's method.
 * SPDX-License-Identifier: MIT
 *
 * The unknowns are beta [sets, ld]; the last of each set is the intercept, whose column is 1.
 */
#include "model/logistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/kernel.h"
#include "model/solve.h"

#define STEPS_MAX 100 /* with a penalty: ten are the rule */
#define STEPS_FREE 30 /* without: whoever needs more is running away to infinity */
#define HALVINGS_MAX 40
#define ROUNDING 1e-13 /* of the objective, relative */
#define CLOSE 1e-16    /* squared decrement per weight from which on rounding may show */

struct newton {
	struct design *d;
	size_t positive, threads, sets, ld, n;
	double l2;
	double *beta, *trial, *step, *transposed; /* [n] */
	double *gradient, objective;		  /* at trial, after a pass */
	double *p, *v, *h;			  /* [limit, sets] twice, [limit] */
	double *zero;				  /* [sets] */
	struct blocks hessian, sums;		  /* [n, n]; [n] gradient and [1] loss */
};

/* ---- one pass: loss, gradient, Hessian at the trial point */

/* p holds x . b on the way in, probabilities afterwards; v = w (p - y), h = w p (1 - p). */
static double row_binary(struct newton *t, const struct design_chunk *c, size_t r)
{
	double z = t->p[r], p = fmath_sigmoid(z), q = fmath_sigmoid(-z), w = c->w[r];
	int hit = (size_t)c->label[r] == t->positive;

	t->v[r] = hit ? -w * q : w * p;
	t->h[r] = w * (p * q);
	return w * fmath_log1pexp(hit ? -z : z);
}

static double row_many(struct newton *t, const struct design_chunk *c, size_t r)
{
	double *p = t->p + r * t->sets, *v = t->v + r * t->sets, w = c->w[r];
	size_t label = (size_t)c->label[r];
	double top = p[0], sum = 0, own = p[label];

	for (size_t k = 1; k < t->sets; k++)
		top = p[k] > top ? p[k] : top;
	for (size_t k = 0; k < t->sets; k++)
		sum += p[k] = fmath_exp(p[k] - top);
	for (size_t k = 0; k < t->sets; k++)
		v[k] = w * (p[k] = p[k] / sum);
	v[label] = 0;
	for (size_t k = 0; k < t->sets; k++) /* w (p - 1) without cancellation */
		v[label] -= k == label ? 0 : w * p[k];
	return w * (top - own + fmath_log(sum));
}

/* The Hessian's block of sets a <= b: X' diag(w p_a (1 - p_a)) X, or X' diag(-w p_a p_b) X. */
static void add_block(struct newton *t, const struct design_chunk *c, size_t a, size_t b)
{
	for (size_t r = 0; r < c->rows && t->sets > 1; r++) {
		const double *p = t->p + r * t->sets;
		double others = 0;

		for (size_t k = 0; k < t->sets && a == b; k++)
			others += k == a ? 0 : p[k];
		t->h[r] = a == b ? c->w[r] * (p[a] * others) : -c->w[r] * (p[a] * p[b]);
	}
	kernel_syrk(t->hessian.part + a * t->ld * t->n + b * t->ld, t->n, c->x, t->ld, c->rows,
		t->ld, t->h, t->threads);
}

static void add_chunk(struct newton *t, const struct design_chunk *c)
{
	double loss = 0, lost = 0;

	kernel_gemm(t->p, c->x, t->ld, c->rows, t->ld, t->transposed, t->zero, t->sets);
	for (size_t r = 0; r < c->rows;
		r++) { /* Kahan's sum: the line search compares the losses */
		double term = (t->sets == 1 ? row_binary(t, c, r) : row_many(t, c, r)) - lost;
		double sum = loss + term;

		lost = sum - loss - term;
		loss = sum;
	}
	t->sums.part[t->n] += loss;
	kernel_gemm_t(t->sums.part, c->x, t->ld, c->rows, t->ld, t->v, t->sets);
	for (size_t a = 0; a < t->sets; a++)
		for (size_t b = a; b < t->sets; b++)
			add_block(t, c, a, b);
}

/* The penalty's part, and what makes the softmax unique: the symmetric answer. */
static void finish(struct newton *t)
{
	double *h = t->hessian.total, squares = 0;
	size_t n = t->n, ld = t->ld;

	for (size_t a = 0; a < t->sets; a++) /* blocks off the diagonal are whole, not triangles */
		for (size_t b = a + 1; b < t->sets; b++)
			for (size_t i = 1; i < ld; i++)
				for (size_t j = 0; j < i; j++)
					h[(a * ld + i) * n + b * ld + j] =
						h[(a * ld + j) * n + b * ld + i];
	for (size_t j = 0; j < ld && t->sets > 1; j++) {
		double top = 0;

		if (t->l2 > 0 && j + 1 < ld)
			continue;
		for (size_t a = 0; a < t->sets; a++)
			top = fmax(top, h[(a * ld + j) * n + a * ld + j]);
		for (size_t a = 0; a < t->sets; a++)
			for (size_t b = a; b < t->sets; b++)
				h[(a * ld + j) * n + b * ld + j] += top / (double)t->sets;
	}
	for (size_t i = 0; i < n; i++) {
		double l2 = i % ld == ld - 1 ? 0 : t->l2;

		t->gradient[i] = t->sums.total[i] + l2 * t->trial[i];
		h[i * n + i] += l2;
		squares += l2 * t->trial[i] * t->trial[i];
	}
	t->objective = t->sums.total[n] + squares / 2;
}

static int pass(struct newton *t, struct err *e)
{
	struct design_chunk c = {0};
	int more = 0, rc = design_start(t->d, e);

	for (size_t a = 0; a < t->sets; a++)
		for (size_t j = 0; j < t->ld; j++)
			t->transposed[j * t->sets + a] = t->trial[a * t->ld + j];
	blocks_clear(&t->hessian);
	blocks_clear(&t->sums);
	while (rc == 0 && (more = design_next(t->d, &c, e)) > 0) {
		add_chunk(t, &c);
		if (c.block_ends) {
			blocks_end(&t->hessian);
			blocks_end(&t->sums);
		}
	}
	blocks_end(&t->hessian);
	blocks_end(&t->sums);
	finish(t);
	return rc < 0 || more < 0 ? -1 : 0;
}

/* ---- Newton's method */

/* The step from the point of the last pass; *decrement = g' H^-1 g, twice what the step gains. */
static int direction(struct newton *t, struct fit *f, double *decrement, struct err *e)
{
	struct solve s = SOLVE_INIT;
	double *floor = mem_new(t->n, sizeof(*floor));
	int rc;

	for (size_t i = 0; i < t->n && t->l2 == 0; i++)
		if (i % t->ld < t->d->width && design_constant(t->d, i % t->ld))
			floor[i] = INFINITY;
	rc = solve_init(&s, t->hessian.total, t->n, t->n, floor, e);
	free(floor);
	if (rc < 0)
		return -1;
	solve_apply(&s, t->gradient, t->step);
	*decrement = f->gradient = 0;
	for (size_t i = 0; i < t->n; i++) {
		double h = t->hessian.total[i * t->n + i] * t->d->target.total;

		*decrement = fma(t->gradient[i], t->step[i], *decrement);
		t->step[i] = -t->step[i];
		if (h > 0)
			f->gradient = fmax(f->gradient, fabs(t->gradient[i]) / sqrt(h));
	}
	f->rank = s.rank;
	free(f->dependent);
	f->dependent = s.rank == t->n ? NULL : mem_new(t->d->width, sizeof(*f->dependent));
	for (size_t i = 0; i < t->n && f->dependent; i++)
		if (i % t->ld < t->d->width && solve_dependent(&s, i))
			f->dependent[i % t->ld] = 1;
	solve_release(&s);
	return 0;
}

/* Along the step as far as the objective falls: 1: moved, 0: it does not fall, -1: failure. */
static int search(struct newton *t, double decrement, struct err *e)
{
	double before = t->objective, share = 1;

	for (size_t k = 0; k <= HALVINGS_MAX; k++, share /= 2) {
		for (size_t i = 0; i < t->n; i++)
			t->trial[i] = t->beta[i] + share * t->step[i];
		if (pass(t, e) < 0)
			return -1;
		if (t->objective <= before - 1e-4 * share * decrement + ROUNDING * before) {
			memcpy(t->beta, t->trial, t->n * sizeof(*t->beta));
			return 1;
		}
	}
	return 0;
}

static int no_answer(const struct newton *t, struct err *e)
{
	if (t->l2 == 0)
		return err_set(e, ERR_DATA,
			"the features separate the classes of '%s': without a penalty no finite "
			"coefficients are best: give --l2 a value above 0",
			t->d->target.name);
	return err_set(
		e, ERR_DATA, "no convergence after %d steps: standardize the features", STEPS_MAX);
}

static int minimize(struct newton *t, struct fit *f, struct err *e)
{
	double total = t->d->target.total, decrement = 0, before = INFINITY;
	size_t most = t->l2 > 0 ? STEPS_MAX : STEPS_FREE;
	int moved = 1;

	if (pass(t, e) < 0)
		return -1;
	for (;; f->iterations++, before = decrement) {
		if (direction(t, f, &decrement, e) < 0)
			return -1;
		if (!isfinite(decrement) || !isfinite(t->objective))
			return err_set(e, ERR_DATA,
				"the objective is not finite: the features are too large");
		/* Close to the minimum the decrement falls quadratically, until rounding stops it.
		 */
		if (decrement <= 0 || (before <= CLOSE * total && decrement >= before / 4))
			break;
		if (f->iterations == most)
			return no_answer(t, e);
		moved = search(t, decrement, e);
		if (moved < 0)
			return -1;
		if (!moved)
			break;
	}
	if (!moved && decrement > ROUNDING * t->objective)
		return no_answer(t, e);
	f->objective = t->objective;
	return 0;
}

static void newton_release(struct newton *t)
{
	free(t->beta);
	free(t->trial);
	free(t->step);
	free(t->transposed);
	free(t->gradient);
	free(t->p);
	free(t->v);
	free(t->h);
	free(t->zero);
	blocks_release(&t->hessian);
	blocks_release(&t->sums);
}

static void newton_init(struct newton *t)
{
	t->beta = mem_new(t->n, sizeof(*t->beta));
	t->trial = mem_new(t->n, sizeof(*t->trial));
	t->step = mem_new(t->n, sizeof(*t->step));
	t->transposed = mem_new(t->n, sizeof(*t->transposed));
	t->gradient = mem_new(t->n, sizeof(*t->gradient));
	t->p = mem_new(t->d->limit * t->sets, sizeof(*t->p));
	t->v = mem_new(t->d->limit * t->sets, sizeof(*t->v));
	t->h = mem_new(t->d->limit, sizeof(*t->h));
	t->zero = mem_new(t->sets, sizeof(*t->zero));
	blocks_init(&t->hessian, t->n * t->n);
	blocks_init(&t->sums, t->n + 1);
}

int logistic_fit(
	struct fit *f, struct design *d, size_t positive, double l2, size_t threads, struct err *e)
{
	size_t sets = d->target.nclasses == 2 ? 1 : d->target.nclasses;
	struct newton t = {.d = d, .positive = positive, .l2 = l2, .threads = threads};
	struct fit out = FIT_INIT;
	int rc;

	if (sets * d->ld > DESIGN_WIDTH_CAP + 1)
		return err_set(e, ERR_DATA,
			"%zu classes of %zu coefficients are more than %d unknowns, the most "
			"supported",
			sets, d->ld, DESIGN_WIDTH_CAP);
	fit_init(&out, d->width, sets);
	t.sets = sets;
	t.ld = d->ld;
	t.n = sets * d->ld;
	newton_init(&t);
	rc = minimize(&t, &out, e);
	if (rc == 0)
		rc = fit_uncentre(&out, t.beta, t.ld, d->mean, e);
	newton_release(&t);
	if (rc < 0)
		fit_release(&out);
	else
		*f = out;
	return rc;
}
