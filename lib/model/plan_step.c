/* plan_step: attributes, shapes and broadcasting for the evaluator's operators.
 * SPDX-License-Identifier: MIT
 */
#include "model/plan_step.h"

#include <string.h>

#include "base/mem.h"
#include "onnx/proto.h"

size_t plan_kind_size(enum plan_kind kind)
{
	static const size_t sizes[] = {sizeof(double), sizeof(float), sizeof(int64_t),
		sizeof(uint8_t), sizeof(struct onnx_text)};

	return sizes[kind];
}

const char *plan_kind_name(enum plan_kind kind)
{
	static const char *const names[] = {"double", "float", "int64", "bool", "string"};

	return names[kind];
}

int plan_kind_of(int type, enum plan_kind *kind, const char *name, struct err *e)
{
	switch (type) {
	case ONNX_DOUBLE:
		*kind = PLAN_DOUBLE;
		return 0;
	case ONNX_FLOAT:
		*kind = PLAN_FLOAT;
		return 0;
	case ONNX_INT64:
		*kind = PLAN_INT64;
		return 0;
	case ONNX_BOOL:
		*kind = PLAN_BOOL;
		return 0;
	case ONNX_STRING:
		*kind = PLAN_STRING;
		return 0;
	default:
		return err_set(e, ERR_DATA, "'%s' is of %s, which is not supported", name,
			onnx_type_name(type));
	}
}

void plan_constant_data(struct plan_value *v)
{
	const struct onnx_tensor *t = &v->tensor;

	switch (v->kind) {
	case PLAN_DOUBLE:
		v->data = t->doubles;
		break;
	case PLAN_INT64:
		v->data = t->ints;
		break;
	case PLAN_STRING:
		v->data = t->texts;
		break;
	case PLAN_FLOAT:
		v->data = v->narrow = mem_array(t->n + 1, sizeof(float));
		for (size_t i = 0; i < t->n; i++)
			((float *)v->narrow)[i] = (float)t->doubles[i];
		break;
	case PLAN_BOOL:
		v->data = v->narrow = mem_array(t->n + 1, sizeof(uint8_t));
		for (size_t i = 0; i < t->n; i++)
			((uint8_t *)v->narrow)[i] = t->ints[i] != 0;
		break;
	}
}

/* The attribute of that name and marks it as understood; *out is NULL where there is none. */
static int step_attr(struct plan_step *s, const char *name, int type,
	const Onnx__AttributeProto **out, struct err *e)
{
	*out = NULL;
	for (size_t i = 0; i < s->node->n_attribute; i++) {
		const Onnx__AttributeProto *a = s->node->attribute[i];

		if (strcmp(a->name, name) != 0)
			continue;
		if ((int)a->type != type || *out)
			return err_set(e, ERR_DATA,
				"attribute '%s' is of the wrong type or there twice", name);
		s->attrs_seen |= 1ull << i;
		*out = a;
	}
	return 0;
}

int plan_attr_has(const struct plan_step *s, const char *name)
{
	for (size_t i = 0; i < s->node->n_attribute; i++)
		if (strcmp(s->node->attribute[i]->name, name) == 0)
			return 1;
	return 0;
}

int plan_attr_int(
	struct plan_step *s, const char *name, int64_t otherwise, int64_t *out, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT, &a, e) < 0)
		return -1;
	*out = a ? a->i : otherwise;
	return 0;
}

int plan_attr_float(
	struct plan_step *s, const char *name, float otherwise, float *out, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT, &a, e) < 0)
		return -1;
	*out = a ? a->f : otherwise;
	return 0;
}

static struct onnx_text step_text(const ProtobufCBinaryData *s)
{
	return (struct onnx_text){s->len ? (const char *)s->data : "", s->len};
}

int plan_attr_text(struct plan_step *s, const char *name, const char *otherwise,
	struct onnx_text *out, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, &a, e) < 0)
		return -1;
	*out = a ? step_text(&a->s) : (struct onnx_text){otherwise, strlen(otherwise)};
	return 0;
}

int plan_attr_ints(
	struct plan_step *s, const char *name, const int64_t **v, size_t *n, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS, &a, e) < 0)
		return -1;
	*v = a ? a->ints : NULL;
	*n = a ? a->n_ints : 0;
	return 0;
}

int plan_attr_floats(
	struct plan_step *s, const char *name, const float **v, size_t *n, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS, &a, e) < 0)
		return -1;
	*v = a ? a->floats : NULL;
	*n = a ? a->n_floats : 0;
	return 0;
}

int plan_attr_texts(
	struct plan_step *s, const char *name, struct onnx_text **v, size_t *n, struct err *e)
{
	const Onnx__AttributeProto *a;

	if (step_attr(s, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS, &a, e) < 0)
		return -1;
	*n = a ? a->n_strings : 0;
	*v = *n ? mem_array(*n, sizeof(**v)) : NULL;
	for (size_t i = 0; i < *n; i++)
		(*v)[i] = step_text(&a->strings[i]);
	return 0;
}

int plan_out(struct plan_step *s, size_t i, enum plan_kind kind, unsigned rank, size_t width,
	struct err *e)
{
	struct plan_value *v = s->out[i];

	if (width > PLAN_WIDTH_CAP)
		return err_set(e, ERR_DATA, "a result of %zu columns is wider than %u", width,
			PLAN_WIDTH_CAP);
	v->kind = kind;
	v->rank = rank;
	v->width = width;
	return 0;
}

int plan_need_rows(const struct plan_step *s, size_t i, struct err *e)
{
	if (s->in[i] && !s->in[i]->constant)
		return 0;
	return err_set(e, ERR_DATA, "input %zu must depend on the rows", i + 1);
}

int plan_need_kind(const struct plan_step *s, size_t i, enum plan_kind kind, struct err *e)
{
	if (s->in[i]->kind == kind)
		return 0;
	return err_set(e, ERR_DATA, "input %zu is %s, which is not supported here (%s is)", i + 1,
		plan_kind_name(s->in[i]->kind), plan_kind_name(kind));
}

int plan_need_constant(const struct plan_step *s, size_t i, enum plan_kind kind, struct err *e)
{
	if (!s->in[i] || !s->in[i]->constant)
		return err_set(e, ERR_DATA, "input %zu must be a constant", i + 1);
	return plan_need_kind(s, i, kind, e);
}

int plan_need_columns(const struct plan_step *s, size_t i, int64_t axis, struct err *e)
{
	int64_t rank = (int64_t)s->in[i]->rank;

	if (rank > 1 && (axis == rank - 1 || axis == -1))
		return 0;
	return err_set(e, ERR_DATA, "axis %lld of %lld dimensions is not that of the columns",
		(long long)axis, (long long)rank);
}

struct plan_operand plan_operand_of(const struct plan_value *v)
{
	if (v->constant)
		return (struct plan_operand){v->data, 0, v->tensor.n > 1};
	return (struct plan_operand){v->data, v->width, v->width > 1};
}

/* The width that a constant has beside rows of that rank: all other dimensions must be 1. */
static int step_constant_width(const struct onnx_tensor *t, unsigned rank, size_t *width)
{
	*width = t->ndims ? (size_t)t->dims[t->ndims - 1] : 1;
	return t->n == *width && t->ndims <= rank && (rank > 1 || t->n == 1) ? 0 : -1;
}

int plan_broadcast(const struct plan_step *s, unsigned *rank, size_t *width, struct err *e)
{
	*rank = 0;
	*width = 1;
	for (size_t i = 0; i < s->nin; i++) {
		if (!s->in[i] || s->in[i]->constant)
			continue;
		if (*rank && *rank != s->in[i]->rank)
			return err_set(e, ERR_DATA, "inputs of %u and of %u dimensions do not fit",
				*rank, s->in[i]->rank);
		*rank = s->in[i]->rank;
	}
	if (!*rank)
		return err_set(e, ERR_DATA, "none of the inputs depends on the rows");
	for (size_t i = 0; i < s->nin; i++) {
		size_t w;

		if (!s->in[i])
			continue;
		w = s->in[i]->width;
		if (s->in[i]->constant && step_constant_width(&s->in[i]->tensor, *rank, &w) < 0)
			return err_set(e, ERR_DATA,
				"input %zu is a constant that does not fit beside rows", i + 1);
		if (w != *width && w != 1 && *width != 1)
			return err_set(e, ERR_DATA, "inputs of %zu and of %zu columns do not fit",
				*width, w);
		if (w != 1)
			*width = w;
	}
	return 0;
}
