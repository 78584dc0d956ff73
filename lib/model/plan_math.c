/* plan_math: elementwise operators: arithmetic, comparison, logic, choice.
 * SPDX-License-Identifier: MIT
 *
 * Inputs broadcast; NaN propagates through Min, Max and Clip, as in numpy. Integer arithmetic
 * wraps, and a division of an integer by zero gives 0, since nothing may trap.
 */
#include "model/plan_step.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"

static int math_same_kinds(const struct plan_step *s, struct err *e)
{
	for (size_t i = 1; i < s->nin; i++)
		if (s->in[i] && s->in[i]->kind != s->in[0]->kind)
			return err_set(e, ERR_DATA, "inputs of %s and %s do not fit",
				plan_kind_name(s->in[0]->kind), plan_kind_name(s->in[i]->kind));
	return 0;
}

static int math_numeric(const struct plan_step *s, size_t i, struct err *e)
{
	enum plan_kind k = s->in[i]->kind;

	if (k == PLAN_DOUBLE || k == PLAN_FLOAT || k == PLAN_INT64)
		return 0;
	return err_set(e, ERR_DATA, "input %zu is %s, not a number", i + 1, plan_kind_name(k));
}

/* Same numeric kind in and out. */
static int compile_arithmetic(struct plan_step *s, struct err *e)
{
	unsigned rank;
	size_t width;

	if (math_same_kinds(s, e) < 0 || math_numeric(s, 0, e) < 0 ||
		plan_broadcast(s, &rank, &width, e) < 0)
		return -1;
	return plan_out(s, 0, s->in[0]->kind, rank, width, e);
}

/* Floating point in and out. */
static int compile_real(struct plan_step *s, struct err *e)
{
	if (s->in[0]->kind == PLAN_INT64)
		return err_set(e, ERR_DATA, "input 1 is int64, not a floating point number");
	return compile_arithmetic(s, e);
}

static int compile_compare(struct plan_step *s, struct err *e)
{
	if (compile_arithmetic(s, e) < 0)
		return -1;
	s->out[0]->kind = PLAN_BOOL;
	return 0;
}

static int compile_equal(struct plan_step *s, struct err *e)
{
	unsigned rank;
	size_t width;

	if (s->in[0]->kind == PLAN_STRING)
		return err_set(e, ERR_DATA, "strings cannot be compared before operator set 19");
	if (math_same_kinds(s, e) < 0 || plan_broadcast(s, &rank, &width, e) < 0)
		return -1;
	return plan_out(s, 0, PLAN_BOOL, rank, width, e);
}

static int compile_logic(struct plan_step *s, struct err *e)
{
	if (math_same_kinds(s, e) < 0 || plan_need_kind(s, 0, PLAN_BOOL, e) < 0)
		return -1;
	return compile_equal(s, e);
}

static int compile_isnan(struct plan_step *s, struct err *e)
{
	if (compile_real(s, e) < 0)
		return -1;
	s->out[0]->kind = PLAN_BOOL;
	return 0;
}

static int compile_where(struct plan_step *s, struct err *e)
{
	unsigned rank;
	size_t width;

	if (plan_need_kind(s, 0, PLAN_BOOL, e) < 0)
		return -1;
	if (s->in[1]->kind != s->in[2]->kind)
		return err_set(e, ERR_DATA, "choices of %s and %s do not fit",
			plan_kind_name(s->in[1]->kind), plan_kind_name(s->in[2]->kind));
	if (plan_broadcast(s, &rank, &width, e) < 0)
		return -1;
	return plan_out(s, 0, s->in[1]->kind, rank, width, e);
}

/* Bounds are scalars, each may be left out. */
static int compile_clip(struct plan_step *s, struct err *e)
{
	for (size_t i = 1; i < s->nin; i++)
		if (s->in[i] && (!s->in[i]->constant || s->in[i]->tensor.n != 1))
			return err_set(e, ERR_DATA, "a bound must be a constant scalar");
	if (plan_need_rows(s, 0, e) < 0)
		return -1;
	return compile_arithmetic(s, e);
}

/* out[r][k] = EXPR of a and b, elements of the first two inputs. */
#define BINARY_LOOP(IN, OUT, EXPR)                                                                 \
	do {                                                                                       \
		struct plan_operand p = plan_operand_of(s->in[0]);                                 \
		struct plan_operand q = plan_operand_of(s->in[1]);                                 \
		const IN *x = p.data, *y = q.data;                                                 \
		OUT *out = s->out[0]->data;                                                        \
		size_t width = s->out[0]->width;                                                   \
		for (size_t r = 0; r < rows; r++)                                                  \
			for (size_t k = 0; k < width; k++) {                                       \
				IN a = x[r * p.row + k * p.col], b = y[r * q.row + k * q.col];     \
				out[r * width + k] = (OUT)(EXPR);                                  \
			}                                                                          \
	} while (0)

#define BINARY(NAME, REAL, INTEGER)                                                                \
	static int run_##NAME(struct plan_step *s, size_t rows, struct err *e)                     \
	{                                                                                          \
		(void)e;                                                                           \
		if (s->in[0]->kind == PLAN_DOUBLE)                                                 \
			BINARY_LOOP(double, double, REAL);                                         \
		else if (s->in[0]->kind == PLAN_FLOAT)                                             \
			BINARY_LOOP(float, float, REAL);                                           \
		else                                                                               \
			BINARY_LOOP(int64_t, int64_t, INTEGER);                                    \
		return 0;                                                                          \
	}

#define COMPARE(NAME, EXPR)                                                                        \
	static int run_##NAME(struct plan_step *s, size_t rows, struct err *e)                     \
	{                                                                                          \
		(void)e;                                                                           \
		if (s->in[0]->kind == PLAN_DOUBLE)                                                 \
			BINARY_LOOP(double, uint8_t, EXPR);                                        \
		else if (s->in[0]->kind == PLAN_FLOAT)                                             \
			BINARY_LOOP(float, uint8_t, EXPR);                                         \
		else if (s->in[0]->kind == PLAN_INT64)                                             \
			BINARY_LOOP(int64_t, uint8_t, EXPR);                                       \
		else                                                                               \
			BINARY_LOOP(uint8_t, uint8_t, EXPR);                                       \
		return 0;                                                                          \
	}

#define LOGIC(NAME, EXPR)                                                                          \
	static int run_##NAME(struct plan_step *s, size_t rows, struct err *e)                     \
	{                                                                                          \
		(void)e;                                                                           \
		BINARY_LOOP(uint8_t, uint8_t, EXPR);                                               \
		return 0;                                                                          \
	}

static int64_t math_divide(int64_t a, int64_t b)
{
	if (b == 0)
		return 0;
	return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

BINARY(add, a + b, (uint64_t)a + (uint64_t)b)
BINARY(sub, a - b, (uint64_t)a - (uint64_t)b)
BINARY(mul, (a) * (b), (uint64_t)a *(uint64_t)b)
BINARY(div, a / b, math_divide(a, b))
COMPARE(equal, a == b)
COMPARE(less, a < b)
COMPARE(less_or_equal, a <= b)
COMPARE(greater, a > b)
COMPARE(greater_or_equal, a >= b)
LOGIC(and, a &b)
LOGIC(or, a | b)
LOGIC(xor, a ^ b)

/* The first input copied over the result, broadcast; then the others are folded in. */
#define FOLD_LOOP(C, EXPR)                                                                         \
	do {                                                                                       \
		C *out = s->out[0]->data;                                                          \
		size_t width = s->out[0]->width;                                                   \
		for (size_t i = 0; i < s->nin; i++) {                                              \
			struct plan_operand p = plan_operand_of(s->in[i]);                         \
			const C *x = p.data;                                                       \
			for (size_t r = 0; r < rows; r++)                                          \
				for (size_t k = 0; k < width; k++) {                               \
					C a = out[r * width + k], b = x[r * p.row + k * p.col];    \
					out[r * width + k] = i == 0 ? b : (EXPR);                  \
				}                                                                  \
		}                                                                                  \
	} while (0)

/* For integers a == a always holds. */
#define FOLD(NAME, OP)                                                                             \
	static int run_##NAME(struct plan_step *s, size_t rows, struct err *e)                     \
	{                                                                                          \
		(void)e;                                                                           \
		if (s->in[0]->kind == PLAN_DOUBLE)                                                 \
			FOLD_LOOP(double, a != a || a OP b ? a : b);                               \
		else if (s->in[0]->kind == PLAN_FLOAT)                                             \
			FOLD_LOOP(float, a != a || a OP b ? a : b);                                \
		else                                                                               \
			FOLD_LOOP(int64_t, a OP b ? a : b);                                        \
		return 0;                                                                          \
	}

FOLD(min, <)
FOLD(max, >)

#define CLIP_LOOP(C)                                                                               \
	do {                                                                                       \
		const C *x = s->in[0]->data, *lo = NULL, *hi = NULL;                               \
		C *out = s->out[0]->data;                                                          \
		size_t n = rows * s->out[0]->width;                                                \
		if (s->nin > 1 && s->in[1])                                                        \
			lo = s->in[1]->data;                                                       \
		if (s->nin > 2 && s->in[2])                                                        \
			hi = s->in[2]->data;                                                       \
		for (size_t i = 0; i < n; i++) {                                                   \
			C v = x[i];                                                                \
			if (lo && v < *lo)                                                         \
				v = *lo;                                                           \
			if (hi && v > *hi)                                                         \
				v = *hi;                                                           \
			out[i] = v;                                                                \
		}                                                                                  \
	} while (0)

static int run_clip(struct plan_step *s, size_t rows, struct err *e)
{
	(void)e;
	if (s->in[0]->kind == PLAN_DOUBLE)
		CLIP_LOOP(double);
	else if (s->in[0]->kind == PLAN_FLOAT)
		CLIP_LOOP(float);
	else
		CLIP_LOOP(int64_t);
	return 0;
}

/* float goes through double: base/fmath is exact enough that rounding once more is right. */
#define UNARY_LOOP(C, EXPR)                                                                        \
	do {                                                                                       \
		const C *x = s->in[0]->data;                                                       \
		C *out = s->out[0]->data;                                                          \
		size_t n = rows * s->out[0]->width;                                                \
		for (size_t i = 0; i < n; i++) {                                                   \
			C a = x[i];                                                                \
			out[i] = (C)(EXPR);                                                        \
		}                                                                                  \
	} while (0)

#define UNARY(NAME, REAL, INTEGER)                                                                 \
	static int run_##NAME(struct plan_step *s, size_t rows, struct err *e)                     \
	{                                                                                          \
		(void)e;                                                                           \
		if (s->in[0]->kind == PLAN_DOUBLE)                                                 \
			UNARY_LOOP(double, REAL);                                                  \
		else if (s->in[0]->kind == PLAN_FLOAT)                                             \
			UNARY_LOOP(float, REAL);                                                   \
		else                                                                               \
			UNARY_LOOP(int64_t, INTEGER);                                              \
		return 0;                                                                          \
	}

UNARY(neg, -a, 0 - (uint64_t)a)
UNARY(abs, fabs((double)a), a < 0 ? 0 - (uint64_t)a : (uint64_t)a)
UNARY(exp, fmath_exp((double)a), a)
UNARY(log, fmath_log((double)a), a)
UNARY(sqrt, sqrt((double)a), a)
UNARY(floor, floor((double)a), a)
UNARY(ceil, ceil((double)a), a)
UNARY(reciprocal, 1 / a, a)
UNARY(sigmoid, fmath_sigmoid((double)a), a)

static int run_isnan(struct plan_step *s, size_t rows, struct err *e)
{
	uint8_t *out = s->out[0]->data;
	size_t n = rows * s->out[0]->width;

	(void)e;
	if (s->in[0]->kind == PLAN_DOUBLE)
		for (size_t i = 0; i < n; i++)
			out[i] = ((const double *)s->in[0]->data)[i] !=
				 ((const double *)s->in[0]->data)[i];
	else
		for (size_t i = 0; i < n; i++)
			out[i] = ((const float *)s->in[0]->data)[i] !=
				 ((const float *)s->in[0]->data)[i];
	return 0;
}

static int run_not(struct plan_step *s, size_t rows, struct err *e)
{
	const uint8_t *x = s->in[0]->data;
	uint8_t *out = s->out[0]->data;

	(void)e;
	for (size_t i = 0; i < rows * s->out[0]->width; i++)
		out[i] = !x[i];
	return 0;
}

#define WHERE_LOOP(C)                                                                              \
	do {                                                                                       \
		struct plan_operand o = plan_operand_of(s->in[0]);                                 \
		struct plan_operand p = plan_operand_of(s->in[1]);                                 \
		struct plan_operand q = plan_operand_of(s->in[2]);                                 \
		const uint8_t *c = o.data;                                                         \
		const C *x = p.data, *y = q.data;                                                  \
		C *out = s->out[0]->data;                                                          \
		size_t width = s->out[0]->width;                                                   \
		for (size_t r = 0; r < rows; r++)                                                  \
			for (size_t k = 0; k < width; k++)                                         \
				out[r * width + k] = c[r * o.row + k * o.col]                      \
							     ? x[r * p.row + k * p.col]            \
							     : y[r * q.row + k * q.col];           \
	} while (0)

static int run_where(struct plan_step *s, size_t rows, struct err *e)
{
	(void)e;
	switch (s->out[0]->kind) {
	case PLAN_DOUBLE:
		WHERE_LOOP(double);
		break;
	case PLAN_FLOAT:
		WHERE_LOOP(float);
		break;
	case PLAN_INT64:
		WHERE_LOOP(int64_t);
		break;
	case PLAN_BOOL:
		WHERE_LOOP(uint8_t);
		break;
	case PLAN_STRING:
		WHERE_LOOP(struct onnx_text);
		break;
	}
	return 0;
}

const struct plan_op plan_ops_math[] = {
	{"Add", 0, 2, 2, 1, compile_arithmetic, run_add, NULL},
	{"Sub", 0, 2, 2, 1, compile_arithmetic, run_sub, NULL},
	{"Mul", 0, 2, 2, 1, compile_arithmetic, run_mul, NULL},
	{"Div", 0, 2, 2, 1, compile_arithmetic, run_div, NULL},
	{"Min", 0, 1, PLAN_INPUTS_CAP, 1, compile_arithmetic, run_min, NULL},
	{"Max", 0, 1, PLAN_INPUTS_CAP, 1, compile_arithmetic, run_max, NULL},
	{"Clip", 0, 1, 3, 1, compile_clip, run_clip, NULL},
	{"Neg", 0, 1, 1, 1, compile_arithmetic, run_neg, NULL},
	{"Abs", 0, 1, 1, 1, compile_arithmetic, run_abs, NULL},
	{"Exp", 0, 1, 1, 1, compile_real, run_exp, NULL},
	{"Log", 0, 1, 1, 1, compile_real, run_log, NULL},
	{"Sqrt", 0, 1, 1, 1, compile_real, run_sqrt, NULL},
	{"Floor", 0, 1, 1, 1, compile_real, run_floor, NULL},
	{"Ceil", 0, 1, 1, 1, compile_real, run_ceil, NULL},
	{"Reciprocal", 0, 1, 1, 1, compile_real, run_reciprocal, NULL},
	{"Sigmoid", 0, 1, 1, 1, compile_real, run_sigmoid, NULL},
	{"IsNaN", 0, 1, 1, 1, compile_isnan, run_isnan, NULL},
	{"Equal", 0, 2, 2, 1, compile_equal, run_equal, NULL},
	{"Less", 0, 2, 2, 1, compile_compare, run_less, NULL},
	{"LessOrEqual", 0, 2, 2, 1, compile_compare, run_less_or_equal, NULL},
	{"Greater", 0, 2, 2, 1, compile_compare, run_greater, NULL},
	{"GreaterOrEqual", 0, 2, 2, 1, compile_compare, run_greater_or_equal, NULL},
	{"And", 0, 2, 2, 1, compile_logic, run_and, NULL},
	{"Or", 0, 2, 2, 1, compile_logic, run_or, NULL},
	{"Xor", 0, 2, 2, 1, compile_logic, run_xor, NULL},
	{"Not", 0, 1, 1, 1, compile_logic, run_not, NULL},
	{"Where", 0, 3, 3, 1, compile_where, run_where, NULL},
	{NULL, 0, 0, 0, 0, NULL, NULL, NULL},
};
