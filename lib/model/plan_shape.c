/* plan_shape: operators that move columns about or change their type.
 * SPDX-License-Identifier: MIT
 *
 * Rows are never mixed: whatever would change their number is refused.
 */
#include "model/plan_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Identity, Flatten, Reshape, Squeeze, Unsqueeze: the same elements under another rank. */
static int run_copy(struct plan_step *s, size_t rows, struct err *e)
{
	const struct plan_value *v = s->out[0];

	(void)e;
	memcpy(v->data, s->in[0]->data, rows * v->width * plan_kind_size(v->kind));
	return 0;
}

static int shape_as(struct plan_step *s, unsigned rank, struct err *e)
{
	return plan_out(s, 0, s->in[0]->kind, rank, s->in[0]->width, e);
}

static int compile_identity(struct plan_step *s, struct err *e)
{
	return plan_need_rows(s, 0, e) < 0 ? -1 : shape_as(s, s->in[0]->rank, e);
}

static int compile_flatten(struct plan_step *s, struct err *e)
{
	int64_t axis, rank = s->in[0]->rank;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "axis", 1, &axis, e) < 0)
		return -1;
	if (axis < 0)
		axis += rank;
	if (axis < 1 || axis > 2 || axis > rank)
		return err_set(e, ERR_DATA, "axis %lld would mix rows", (long long)axis);
	if (axis == rank && s->in[0]->width != 1)
		return err_set(e, ERR_DATA, "flattening to one column would mix rows");
	return shape_as(s, 2, e);
}

/* One dimension of the new shape; 0 copies, -1 is what is left. */
static int64_t reshape_dim(const struct plan_value *v, int64_t dim, size_t at)
{
	if (dim == 0 && at > 0 && at < v->rank)
		return at + 1 == v->rank ? (int64_t)v->width : 1;
	return dim;
}

/* The rows stay the rows: the first dimension is -1 or 0, the others hold a row's elements. */
static int compile_reshape(struct plan_step *s, struct err *e)
{
	const struct plan_value *v = s->in[0];
	const struct onnx_tensor *shape;
	int64_t allowzero, width = (int64_t)v->width;
	int open;

	if (plan_need_rows(s, 0, e) < 0 || plan_need_constant(s, 1, PLAN_INT64, e) < 0 ||
		plan_attr_int(s, "allowzero", 0, &allowzero, e) < 0)
		return -1;
	shape = &s->in[1]->tensor;
	if (shape->ndims != 1 || shape->n < 1 || shape->n > 3 || allowzero ||
		(shape->ints[0] != -1 && shape->ints[0] != 0))
		return err_set(e, ERR_DATA, "the new shape would mix rows");
	open = shape->ints[0] == -1;
	for (size_t i = 1; i < shape->n; i++) {
		int64_t dim = reshape_dim(v, shape->ints[i], i), last = i + 1 == shape->n;

		if (dim == -1 && !open && last)
			dim = width;
		if (dim != (last ? width : 1))
			return err_set(e, ERR_DATA, "the new shape would mix rows");
	}
	if (shape->n == 1 && width != 1)
		return err_set(e, ERR_DATA, "the new shape would mix rows");
	return shape_as(s, (unsigned)shape->n, e);
}

/* Axes of Squeeze and Unsqueeze: only the one in the middle comes and goes. */
static int shape_axis(const struct plan_step *s, int64_t rank, int64_t *axis, struct err *e)
{
	if (plan_need_rows(s, 0, e) < 0 || plan_need_constant(s, 1, PLAN_INT64, e) < 0)
		return -1;
	if (s->in[1]->tensor.n != 1)
		return err_set(e, ERR_DATA, "more than one axis");
	*axis = s->in[1]->tensor.ints[0];
	if (*axis < 0 && *axis >= -rank)
		*axis += rank;
	if (*axis < 1 || *axis >= rank)
		return err_set(e, ERR_DATA, "there is no axis %lld", (long long)*axis);
	return 0;
}

static int compile_squeeze(struct plan_step *s, struct err *e)
{
	int64_t axis;

	if (shape_axis(s, s->in[0]->rank, &axis, e) < 0)
		return -1;
	if (axis + 1 == s->in[0]->rank && s->in[0]->width != 1)
		return err_set(e, ERR_DATA, "axis %lld is not of length 1", (long long)axis);
	return shape_as(s, s->in[0]->rank - 1, e);
}

static int compile_unsqueeze(struct plan_step *s, struct err *e)
{
	int64_t axis, rank = s->in[0]->rank;

	if (shape_axis(s, rank + 1, &axis, e) < 0)
		return -1;
	if (rank == 3 || (axis == rank && s->in[0]->width != 1))
		return err_set(e, ERR_DATA, "the new shape is not one of rows");
	return shape_as(s, (unsigned)rank + 1, e);
}

static int compile_concat(struct plan_step *s, struct err *e)
{
	int64_t axis;
	size_t width = 0;

	if (plan_attr_int(s, "axis", 0, &axis, e) < 0)
		return -1;
	for (size_t i = 0; i < s->nin; i++) {
		if (plan_need_rows(s, i, e) < 0 || plan_need_kind(s, i, s->in[0]->kind, e) < 0 ||
			plan_need_columns(s, i, axis, e) < 0)
			return -1;
		if (s->in[i]->rank != s->in[0]->rank)
			return err_set(e, ERR_DATA, "input %zu has %u dimensions, not %u", i + 1,
				s->in[i]->rank, s->in[0]->rank);
		width += s->in[i]->width;
	}
	return plan_out(s, 0, s->in[0]->kind, s->in[0]->rank, width, e);
}

static int run_concat(struct plan_step *s, size_t rows, struct err *e)
{
	size_t size = plan_kind_size(s->out[0]->kind), stride = s->out[0]->width * size, at = 0;

	(void)e;
	for (size_t i = 0; i < s->nin; i++) {
		size_t part = s->in[i]->width * size;
		const char *from = s->in[i]->data;
		char *to = (char *)s->out[0]->data + at;

		if (part == sizeof(double)) /* the most usual one: a single number */
			for (size_t r = 0; r < rows; r++)
				memcpy(to + r * stride, from + r * sizeof(double), sizeof(double));
		else
			for (size_t r = 0; r < rows; r++)
				memcpy(to + r * stride, from + r * part, part);
		at += part;
	}
	return 0;
}

/* Which columns the result takes: s->own is size_t[out width]. */
static int run_pick(struct plan_step *s, size_t rows, struct err *e)
{
	const size_t *pick = s->own;
	size_t size = plan_kind_size(s->out[0]->kind), n = s->out[0]->width;
	size_t stride = s->in[0]->width * size;
	const char *from = s->in[0]->data;
	char *to = s->out[0]->data;

	(void)e;
	for (size_t r = 0; r < rows; r++, from += stride)
		for (size_t k = 0; k < n; k++, to += size)
			memcpy(to, from + pick[k] * size, size);
	return 0;
}

static void release_own(struct plan_step *s)
{
	free(s->own);
	s->own = NULL;
}

/* Indices of columns, negative ones from the end, into s->own. */
static int shape_pick(struct plan_step *s, const struct onnx_tensor *indices, struct err *e)
{
	int64_t width = (int64_t)s->in[0]->width;
	size_t *pick;

	if (indices->n > PLAN_WIDTH_CAP)
		return err_set(e, ERR_DATA, "more than %u indices", PLAN_WIDTH_CAP);
	pick = s->own = mem_array(indices->n + 1, sizeof(*pick));
	for (size_t i = 0; i < indices->n; i++) {
		int64_t at = indices->ints[i];

		if (at < -width || at >= width)
			return err_set(e, ERR_DATA, "index %lld of %lld columns", (long long)at,
				(long long)width);
		pick[i] = (size_t)(at < 0 ? at + width : at);
	}
	return 0;
}

/* Labels by the number of the class: a constant list indexed by rows. */
static int compile_lookup(struct plan_step *s, int64_t axis, struct err *e)
{
	if (axis != 0 || s->in[0]->tensor.ndims != 1)
		return err_set(e, ERR_DATA, "only a list of constants can be indexed by rows");
	if (plan_need_rows(s, 1, e) < 0 || plan_need_kind(s, 1, PLAN_INT64, e) < 0)
		return -1;
	return plan_out(s, 0, s->in[0]->kind, s->in[1]->rank, s->in[1]->width, e);
}

static int compile_gather(struct plan_step *s, struct err *e)
{
	const struct onnx_tensor *indices = &s->in[1]->tensor;
	int64_t axis;

	if (plan_attr_int(s, "axis", 0, &axis, e) < 0)
		return -1;
	if (s->in[0]->constant)
		return compile_lookup(s, axis, e);
	if (plan_need_constant(s, 1, PLAN_INT64, e) < 0 || plan_need_columns(s, 0, axis, e) < 0)
		return -1;
	if (indices->ndims > 1)
		return err_set(e, ERR_DATA, "indices of %zu dimensions", indices->ndims);
	if (shape_pick(s, indices, e) < 0)
		return -1;
	return plan_out(
		s, 0, s->in[0]->kind, s->in[0]->rank - (indices->ndims == 0), indices->n, e);
}

static int run_gather(struct plan_step *s, size_t rows, struct err *e)
{
	const int64_t *index = s->in[1]->data;
	size_t size = plan_kind_size(s->out[0]->kind), n = rows * s->out[0]->width;
	int64_t items = (int64_t)s->in[0]->tensor.n;
	char *to = s->out[0]->data;

	if (!s->in[0]->constant)
		return run_pick(s, rows, e);
	for (size_t i = 0; i < n; i++, to += size) {
		int64_t at = index[i] < 0 ? index[i] + items : index[i];

		if (at < 0 || at >= items)
			return err_set(e, ERR_DATA, "index %lld of %lld values",
				(long long)index[i], (long long)items);
		memcpy(to, (const char *)s->in[0]->data + (size_t)at * size, size);
	}
	return 0;
}

/* The last axis is the columns', whatever the rank. */
static int compile_extract(struct plan_step *s, struct err *e)
{
	if (plan_need_rows(s, 0, e) < 0 || plan_need_constant(s, 1, PLAN_INT64, e) < 0)
		return -1;
	if (s->in[0]->rank != 2)
		return err_set(e, ERR_DATA, "input 1 has %u dimensions, not 2", s->in[0]->rank);
	if (shape_pick(s, &s->in[1]->tensor, e) < 0)
		return -1;
	return plan_out(s, 0, s->in[0]->kind, 2, s->in[1]->tensor.n, e);
}

/* One integer of a constant list of one, or a default where the input is left out. */
static int slice_bound(
	const struct plan_step *s, size_t i, int64_t otherwise, int64_t *out, struct err *e)
{
	*out = otherwise;
	if (i >= s->nin || !s->in[i])
		return 0;
	if (plan_need_constant(s, i, PLAN_INT64, e) < 0)
		return -1;
	if (s->in[i]->tensor.n != 1)
		return err_set(e, ERR_DATA, "only one axis can be sliced");
	*out = s->in[i]->tensor.ints[0];
	return 0;
}

static int64_t slice_clamp(int64_t at, int64_t width, int64_t high)
{
	if (at < 0)
		at = at < -width ? -1 : at + width;
	return at > high ? high : at;
}

static int compile_slice(struct plan_step *s, struct err *e)
{
	int64_t start, end, axis, step, width = (int64_t)s->in[0]->width;
	size_t n = 0, *pick;

	if (plan_need_rows(s, 0, e) < 0 || slice_bound(s, 1, 0, &start, e) < 0 ||
		slice_bound(s, 2, 0, &end, e) < 0 || slice_bound(s, 3, 0, &axis, e) < 0 ||
		slice_bound(s, 4, 1, &step, e) < 0 || plan_need_columns(s, 0, axis, e) < 0)
		return -1;
	if (step != 1)
		return err_set(e, ERR_DATA, "a step of %lld is not supported", (long long)step);
	start = slice_clamp(start, width, width);
	end = slice_clamp(end, width, width);
	pick = s->own = mem_array(s->in[0]->width + 1, sizeof(*pick));
	for (int64_t k = start < 0 ? 0 : start; k < end; k++)
		pick[n++] = (size_t)k;
	return plan_out(s, 0, s->in[0]->kind, s->in[0]->rank, n, e);
}

static int compile_split(struct plan_step *s, struct err *e)
{
	size_t width = s->in[0]->width, left = width, each = (width + s->nout - 1) / s->nout;
	const struct onnx_tensor *sizes = NULL;
	int64_t axis;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "axis", 0, &axis, e) < 0 ||
		plan_need_columns(s, 0, axis, e) < 0)
		return -1;
	if (s->nin > 1 && s->in[1]) {
		if (plan_need_constant(s, 1, PLAN_INT64, e) < 0)
			return -1;
		sizes = &s->in[1]->tensor;
	}
	if (sizes ? sizes->n != s->nout : width % s->nout != 0)
		return err_set(
			e, ERR_DATA, "%zu columns cannot be split into %zu parts", width, s->nout);
	for (size_t i = 0; i < s->nout; i++) {
		if (sizes && sizes->ints[i] < 0)
			return err_set(e, ERR_DATA, "a part of negative size");
		if (sizes)
			each = (size_t)sizes->ints[i];
		if (each > left || plan_out(s, i, s->in[0]->kind, s->in[0]->rank, each, e) < 0)
			return err_set(e, ERR_DATA, "the parts are wider than the whole");
		left -= each;
	}
	return left ? err_set(e, ERR_DATA, "the parts are narrower than the whole") : 0;
}

static int run_split(struct plan_step *s, size_t rows, struct err *e)
{
	size_t size = plan_kind_size(s->in[0]->kind), stride = s->in[0]->width * size, at = 0;

	(void)e;
	for (size_t i = 0; i < s->nout; i++) {
		size_t part = s->out[i]->width * size;

		for (size_t r = 0; r < rows; r++)
			memcpy((char *)s->out[i]->data + r * part,
				(const char *)s->in[0]->data + r * stride + at, part);
		at += part;
	}
	return 0;
}

/* ---- Cast */

static int compile_cast(struct plan_step *s, struct err *e)
{
	enum plan_kind kind;
	int64_t to;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "to", 0, &to, e) < 0)
		return -1;
	if (to == ONNX_DOUBLE)
		kind = PLAN_DOUBLE;
	else if (to == ONNX_FLOAT)
		kind = PLAN_FLOAT;
	else if (to == ONNX_INT64)
		kind = PLAN_INT64;
	else if (to == ONNX_BOOL)
		kind = PLAN_BOOL;
	else if (to == ONNX_STRING)
		kind = PLAN_STRING;
	else
		return err_set(e, ERR_DATA, "a cast to %s is not supported",
			to >= 0 && to < 17 ? onnx_type_name((int)to) : "an unknown type");
	if ((kind == PLAN_STRING) != (s->in[0]->kind == PLAN_STRING))
		return err_set(e, ERR_DATA, "a cast of %s to %s is not supported",
			plan_kind_name(s->in[0]->kind), plan_kind_name(kind));
	return plan_out(s, 0, kind, s->in[0]->rank, s->in[0]->width, e);
}

/* Towards zero. ONNX leaves open what becomes of what does not fit: INT64_MIN, as with onnxruntime
 * on x86-64. */
static int64_t cast_int(double x)
{
	return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

#define CAST_LOOP(IN, OUT, EXPR)                                                                   \
	do {                                                                                       \
		const IN *x = s->in[0]->data;                                                      \
		OUT *out = s->out[0]->data;                                                        \
		for (size_t i = 0; i < n; i++) {                                                   \
			IN a = x[i];                                                               \
			out[i] = (OUT)(EXPR);                                                      \
		}                                                                                  \
	} while (0)

/* From any type to the one of the result. */
#define CAST_TO(OUT, EXPR, FROM_INT)                                                               \
	do {                                                                                       \
		if (s->in[0]->kind == PLAN_DOUBLE)                                                 \
			CAST_LOOP(double, OUT, EXPR);                                              \
		else if (s->in[0]->kind == PLAN_FLOAT)                                             \
			CAST_LOOP(float, OUT, EXPR);                                               \
		else if (s->in[0]->kind == PLAN_INT64)                                             \
			CAST_LOOP(int64_t, OUT, FROM_INT);                                         \
		else                                                                               \
			CAST_LOOP(uint8_t, OUT, FROM_INT);                                         \
	} while (0)

static int run_cast(struct plan_step *s, size_t rows, struct err *e)
{
	size_t n = rows * s->out[0]->width;

	if (s->out[0]->kind == s->in[0]->kind)
		return run_copy(s, rows, e);
	switch (s->out[0]->kind) {
	case PLAN_DOUBLE:
		CAST_TO(double, a, a);
		break;
	case PLAN_FLOAT:
		CAST_TO(float, a, a);
		break;
	case PLAN_INT64:
		CAST_TO(int64_t, cast_int((double)a), a);
		break;
	default:
		CAST_TO(uint8_t, a != 0, a != 0);
	}
	return 0;
}

const struct plan_op plan_ops_shape[] = {
	{"Identity", 0, 1, 1, 1, compile_identity, run_copy, NULL},
	{"Flatten", 0, 1, 1, 1, compile_flatten, run_copy, NULL},
	{"Reshape", 0, 2, 2, 1, compile_reshape, run_copy, NULL},
	{"Squeeze", 0, 2, 2, 1, compile_squeeze, run_copy, NULL},
	{"Unsqueeze", 0, 2, 2, 1, compile_unsqueeze, run_copy, NULL},
	{"Concat", 0, 1, PLAN_INPUTS_CAP, 1, compile_concat, run_concat, NULL},
	{"Gather", 0, 2, 2, 1, compile_gather, run_gather, release_own},
	{"ArrayFeatureExtractor", 1, 2, 2, 1, compile_extract, run_pick, release_own},
	{"Slice", 0, 3, 5, 1, compile_slice, run_pick, release_own},
	{"Split", 0, 1, 2, PLAN_INPUTS_CAP, compile_split, run_split, NULL},
	{"Cast", 0, 1, 1, 1, compile_cast, run_cast, NULL},
	{NULL, 0, 0, 0, 0, NULL, NULL, NULL},
};
