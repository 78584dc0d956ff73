/* plan_linear: products of rows with constant matrices, and operators along the columns.
 * SPDX-License-Identifier: MIT
 */
#include "model/plan_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/kernel.h"

/* b is [k,n] row-major, bias [n]. */
struct product {
	size_t k, n;
	double *b, *bias;
	float *b32, *bias32; /* instead of them for float */
};

static void release_product(struct plan_step *s)
{
	struct product *p = s->own;

	if (!p)
		return;
	free(p->b);
	free(p->bias);
	free(p->b32);
	free(p->bias32);
	free(p);
	s->own = NULL;
}

/* The elements go through double, which holds every float. */
static void product_narrow(struct product *p)
{
	p->b32 = mem_array(p->k * p->n + 1, sizeof(*p->b32));
	p->bias32 = mem_array(p->n + 1, sizeof(*p->bias32));
	for (size_t i = 0; i < p->k * p->n; i++)
		p->b32[i] = (float)p->b[i];
	for (size_t i = 0; i < p->n; i++)
		p->bias32[i] = (float)p->bias[i];
}

/* Input 0 rows of width k, input 1 a constant [k,n] (or [n,k] when transposed; or [k]). */
static int product_new(struct plan_step *s, int transposed, double alpha, struct err *e)
{
	const struct plan_value *a = s->in[0], *b = s->in[1];
	const struct onnx_tensor *t = &b->tensor;
	struct product *p;

	if (plan_need_rows(s, 0, e) < 0 || plan_need_constant(s, 1, a->kind, e) < 0)
		return -1;
	if (a->kind != PLAN_DOUBLE && a->kind != PLAN_FLOAT)
		return err_set(
			e, ERR_DATA, "a product of %s is not supported", plan_kind_name(a->kind));
	if (a->rank < 2 || t->ndims < 1 || t->ndims > 2 ||
		(size_t)t->dims[transposed && t->ndims == 2] != a->width)
		return err_set(e, ERR_DATA, "rows of %zu columns do not fit the matrix", a->width);
	p = s->own = mem_new(1, sizeof(*p));
	p->k = a->width;
	p->n = t->ndims == 2 ? (size_t)t->dims[!transposed] : 1;
	if (p->n > PLAN_WIDTH_CAP)
		return err_set(e, ERR_DATA, "a matrix of %zu columns", p->n);
	p->b = mem_array(t->n + 1, sizeof(*p->b));
	p->bias = mem_new(p->n + 1, sizeof(*p->bias));
	for (size_t i = 0; i < p->k; i++)
		for (size_t j = 0; j < p->n; j++)
			p->b[i * p->n + j] =
				alpha * t->doubles[transposed ? j * p->k + i : i * p->n + j];
	return plan_out(s, 0, a->kind, a->rank - (t->ndims == 1), p->n, e);
}

static int compile_matmul(struct plan_step *s, struct err *e)
{
	if (product_new(s, 0, 1, e) < 0)
		return -1;
	if (s->in[0]->kind == PLAN_FLOAT)
		product_narrow(s->own);
	return 0;
}

/* alpha is folded into the matrix and beta into the bias, at which the chains start. */
static int compile_gemm(struct plan_step *s, struct err *e)
{
	const struct plan_value *c = s->nin > 2 ? s->in[2] : NULL;
	int64_t trans_a, trans_b;
	float alpha, beta;
	struct product *p;

	if (plan_attr_int(s, "transA", 0, &trans_a, e) < 0 ||
		plan_attr_int(s, "transB", 0, &trans_b, e) < 0 ||
		plan_attr_float(s, "alpha", 1, &alpha, e) < 0 ||
		plan_attr_float(s, "beta", 1, &beta, e) < 0)
		return -1;
	if (trans_a || s->in[0]->rank != 2 || s->in[1]->tensor.ndims != 2)
		return err_set(e, ERR_DATA, "input 1 must be rows, input 2 a matrix");
	if (product_new(s, trans_b != 0, (double)alpha, e) < 0)
		return -1;
	p = s->own;
	if (c) {
		if (plan_need_constant(s, 2, s->in[0]->kind, e) < 0)
			return -1;
		if (c->tensor.ndims > 2 || (c->tensor.n != 1 && c->tensor.n != p->n) ||
			(c->tensor.ndims == 2 && c->tensor.dims[0] != 1))
			return err_set(e, ERR_DATA, "input 3 does not fit beside rows");
		for (size_t j = 0; j < p->n; j++)
			p->bias[j] = (double)beta * c->tensor.doubles[c->tensor.n == 1 ? 0 : j];
	}
	if (s->in[0]->kind == PLAN_FLOAT)
		product_narrow(p);
	return 0;
}

static int run_product(struct plan_step *s, size_t rows, struct err *e)
{
	const struct product *p = s->own;
	const float *a = s->in[0]->data;
	float *out = s->out[0]->data;

	(void)e;
	if (s->in[0]->kind == PLAN_DOUBLE) {
		if (p->n)
			kernel_gemm(s->out[0]->data, s->in[0]->data, p->k, rows, p->k, p->b,
				p->bias, p->n);
		return 0;
	}
	for (size_t r = 0; r < rows; r++, a += p->k, out += p->n) {
		memcpy(out, p->bias32, p->n * sizeof(*out));
		for (size_t k = 0; k < p->k; k++)
			for (size_t j = 0; j < p->n; j++)
				out[j] = __builtin_fmaf(a[k], p->b32[k * p->n + j], out[j]);
	}
	return 0;
}

/* ---- along the columns */

static int compile_softmax(struct plan_step *s, struct err *e)
{
	int64_t axis;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "axis", -1, &axis, e) < 0 ||
		plan_need_columns(s, 0, axis, e) < 0)
		return -1;
	if (s->in[0]->kind != PLAN_DOUBLE && s->in[0]->kind != PLAN_FLOAT)
		return plan_need_kind(s, 0, PLAN_DOUBLE, e);
	if (!s->in[0]->width)
		return err_set(e, ERR_DATA, "no columns");
	s->own = mem_array(s->in[0]->width, sizeof(double));
	return plan_out(s, 0, s->in[0]->kind, s->in[0]->rank, s->in[0]->width, e);
}

static int run_softmax(struct plan_step *s, size_t rows, struct err *e)
{
	size_t k = s->out[0]->width;
	double *wide = s->own;

	(void)e;
	for (size_t r = 0; r < rows; r++) {
		if (s->out[0]->kind == PLAN_DOUBLE) {
			double *out = (double *)s->out[0]->data + r * k;

			memcpy(out, (const double *)s->in[0]->data + r * k, k * sizeof(*out));
			fmath_softmax(out, k);
			continue;
		}
		for (size_t j = 0; j < k; j++)
			wide[j] = (double)((const float *)s->in[0]->data)[r * k + j];
		fmath_softmax(wide, k);
		for (size_t j = 0; j < k; j++)
			((float *)s->out[0]->data)[r * k + j] = (float)wide[j];
	}
	return 0;
}

static void release_scratch(struct plan_step *s)
{
	free(s->own);
	s->own = NULL;
}

/* Of ArgMax and the reductions: axis given by attribute, keepdims. */
static int compile_reduction(struct plan_step *s, enum plan_kind kind, struct err *e)
{
	int64_t axis, keep;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "axis", 0, &axis, e) < 0 ||
		plan_attr_int(s, "keepdims", 1, &keep, e) < 0 ||
		plan_need_columns(s, 0, axis, e) < 0)
		return -1;
	if (s->in[0]->kind == PLAN_STRING || s->in[0]->kind == PLAN_BOOL)
		return plan_need_kind(s, 0, PLAN_DOUBLE, e);
	if (!s->in[0]->width)
		return err_set(e, ERR_DATA, "no columns");
	return plan_out(s, 0, kind, s->in[0]->rank - !keep, 1, e);
}

static int compile_argmax(struct plan_step *s, struct err *e)
{
	if (plan_attr_int(s, "select_last_index", 0, &s->n[0], e) < 0)
		return -1;
	return compile_reduction(s, PLAN_INT64, e);
}

#define ARGMAX_LOOP(C)                                                                             \
	do {                                                                                       \
		const C *x = s->in[0]->data;                                                       \
		for (size_t r = 0; r < rows; r++, x += k) {                                        \
			size_t best = 0;                                                           \
			for (size_t j = 1; j < k; j++)                                             \
				if (x[j] > x[best] || (s->n[0] && x[j] >= x[best]))                \
					best = j;                                                  \
			out[r] = (int64_t)best;                                                    \
		}                                                                                  \
	} while (0)

static int run_argmax(struct plan_step *s, size_t rows, struct err *e)
{
	size_t k = s->in[0]->width;
	int64_t *out = s->out[0]->data;

	(void)e;
	if (s->in[0]->kind == PLAN_DOUBLE)
		ARGMAX_LOOP(double);
	else if (s->in[0]->kind == PLAN_FLOAT)
		ARGMAX_LOOP(float);
	else
		ARGMAX_LOOP(int64_t);
	return 0;
}

const struct plan_op plan_ops_linear[] = {
	{"MatMul", 0, 2, 2, 1, compile_matmul, run_product, release_product},
	{"Gemm", 0, 2, 3, 1, compile_gemm, run_product, release_product},
	{"Softmax", 0, 1, 1, 1, compile_softmax, run_softmax, release_scratch},
	{"ArgMax", 0, 1, 1, 1, compile_argmax, run_argmax, NULL},
	{NULL, 0, 0, 0, 0, NULL, NULL, NULL},
};
