/* plan_bind: columns of a batch as the inputs of a plan.
 * SPDX-License-Identifier: MIT
 */
#include "model/plan_bind.h"

#include <math.h>
#include <string.h>

/* The largest integer up to which every one is a double. */
#define EXACT (1ll << 53)

int plan_bind_type(const char *name, enum type type, enum plan_kind kind, struct err *e)
{
	int text = type_is_text(type), binary = type == TYPE_BINARY;

	if (type == TYPE_NULL)
		return 0;
	if (kind == PLAN_STRING && !text)
		return err_set(e, ERR_DATA, "column '%s' is %s, but the model takes text", name,
			type_name(type));
	if (kind != PLAN_STRING && (text || binary))
		return err_set(e, ERR_DATA, "column '%s' is %s, but the model takes a number", name,
			type_name(type));
	return 0;
}

static int bind_texts(struct onnx_text *out, const struct column *c, uint64_t at, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		out[r] = (struct onnx_text){"", 0};
		if (column_valid(c, at + r))
			out[r].bytes = column_text(c, at + r, &out[r].len);
		if (!out[r].len)
			out[r].bytes = "";
	}
	return 0;
}

/* The integer that a cell holds, whatever its type; -1 where it is beyond int64. */
static int bind_integer(const struct column *c, uint64_t row, int64_t *out)
{
	switch (c->type) {
	case TYPE_BOOL:
		*out = bit_get(c->bits, row);
		return 0;
	case TYPE_DATE:
		*out = c->i32[row];
		return 0;
	case TYPE_UINT64:
		*out = (int64_t)c->u64[row];
		return c->u64[row] > INT64_MAX ? -1 : 0;
	default:
		*out = c->i64[row];
		return 0;
	}
}

static int bind_number(
	const char *name, const struct column *c, uint64_t row, double *out, struct err *e)
{
	int64_t integer;

	*out = (double)NAN;
	if (!column_valid(c, row))
		return 0;
	if (c->type == TYPE_FLOAT64) {
		*out = c->f64[row];
		return 0;
	}
	if (bind_integer(c, row, &integer) < 0 || integer > EXACT || integer < -EXACT)
		return err_set(e, ERR_DATA,
			"column '%s' has an integer beyond 2^53, which is no feature: a key?",
			name);
	*out = (double)integer;
	return 0;
}

static int bind_int64(
	const char *name, const struct column *c, uint64_t row, int64_t *out, struct err *e)
{
	if (!column_valid(c, row))
		return err_set(e, ERR_DATA,
			"column '%s' has a missing value, but the model takes integers", name);
	if (c->type == TYPE_FLOAT64) {
		double x = c->f64[row];

		if (!(x >= -0x1p63 && x < 0x1p63) || x != trunc(x))
			return err_set(e, ERR_DATA,
				"column '%s' has a fraction, but the model takes integers", name);
		*out = (int64_t)x;
		return 0;
	}
	if (bind_integer(c, row, out) < 0)
		return err_set(e, ERR_DATA, "column '%s' has an integer beyond int64", name);
	return 0;
}

int plan_bind_load(struct plan_value *to, const char *name, const struct column *c, uint64_t at,
	size_t rows, struct err *e)
{
	double x;

	if (to->kind == PLAN_STRING)
		return bind_texts(to->data, c, at, rows);
	if (to->kind == PLAN_DOUBLE && c->type == TYPE_FLOAT64 && !c->nulls) {
		memcpy(to->data, c->f64 + at, rows * sizeof(double));
		return 0;
	}
	for (size_t r = 0; r < rows; r++) {
		if (to->kind == PLAN_INT64) {
			if (bind_int64(name, c, at + r, (int64_t *)to->data + r, e) < 0)
				return -1;
			continue;
		}
		if (bind_number(name, c, at + r, &x, e) < 0)
			return -1;
		if (to->kind == PLAN_DOUBLE)
			((double *)to->data)[r] = x;
		else
			((float *)to->data)[r] = (float)x;
	}
	return 0;
}
