/* build: appends to the graph of a model.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/build.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "onnx/proto.h"
#include "onnx/check.h"

/* Appends to a repeated field; one that was unpacked has no spare room. */
#define BUILD_PUSH(array, n, item)                                                                 \
	do {                                                                                       \
		(array) = mem_grow((array), (n) + 1, sizeof(*(array)));                            \
		(array)[(n)++] = (item);                                                           \
	} while (0)

static Onnx__TensorShapeProto__Dimension *build_dim(size_t width)
{
	Onnx__TensorShapeProto__Dimension *d = mem_new(1, sizeof(*d));

	onnx__tensor_shape_proto__dimension__init(d);
	if (width) {
		d->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
		d->dim_value = (int64_t)width;
	} else {
		d->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
		d->dim_param = mem_strdup("N");
	}
	return d;
}

static Onnx__ValueInfoProto *build_value(const char *name, enum onnx_type type, size_t width)
{
	Onnx__ValueInfoProto *v = mem_new(1, sizeof(*v));
	Onnx__TypeProto *t = mem_new(1, sizeof(*t));
	Onnx__TypeProto__Tensor *tensor = mem_new(1, sizeof(*tensor));
	Onnx__TensorShapeProto *shape = mem_new(1, sizeof(*shape));

	onnx__value_info_proto__init(v);
	onnx__type_proto__init(t);
	onnx__type_proto__tensor__init(tensor);
	onnx__tensor_shape_proto__init(shape);
	shape->n_dim = 2;
	shape->dim = mem_array(2, sizeof(*shape->dim));
	shape->dim[0] = build_dim(0);
	shape->dim[1] = build_dim(width);
	tensor->has_elem_type = 1;
	tensor->elem_type = (int32_t)type;
	tensor->shape = shape;
	t->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	t->tensor_type = tensor;
	v->name = mem_strdup(name);
	v->type = t;
	return v;
}

int onnx_build_taken(const struct onnx_model *m, const char *name)
{
	return map_find(&m->names, name, strlen(name)) != MAP_NONE;
}

int onnx_build_input(
	struct onnx_model *m, const char *name, enum onnx_type type, size_t width, struct err *e)
{
	Onnx__GraphProto *g = m->proto->graph;

	if (!*name)
		return err_set(
			e, ERR_DATA, "a column without a name cannot be an input of a model");
	if (onnx_build_taken(m, name))
		return err_set(e, ERR_DATA,
			"the model has two values called '%s': rename the column", name);
	map_add(&m->names, name, strlen(name), NULL);
	BUILD_PUSH(g->input, g->n_input, build_value(name, type, width));
	return 0;
}

int onnx_build_output(
	struct onnx_model *m, const char *name, enum onnx_type type, size_t width, struct err *e)
{
	Onnx__GraphProto *g = m->proto->graph;

	if (!onnx_build_taken(m, name))
		return err_set(e, ERR_DATA, "output '%s' is computed nowhere", name);
	for (size_t i = 0; i < g->n_output; i++)
		if (strcmp(g->output[i]->name, name) == 0)
			return err_set(e, ERR_DATA, "the model has two outputs called '%s'", name);
	BUILD_PUSH(g->output, g->n_output, build_value(name, type, width));
	return 0;
}

void onnx_build_clear_outputs(struct onnx_model *m)
{
	Onnx__GraphProto *g = m->proto->graph;

	for (size_t i = 0; i < g->n_output; i++)
		onnx__value_info_proto__free_unpacked(g->output[i], NULL);
	free(g->output);
	g->output = NULL;
	g->n_output = 0;
}

/* PREFIX, PREFIX_2, PREFIX_3, ...: the first that is free. The count of a prefix's users is kept as
 * its entry's value, so that the search does not start anew each time. */
static char *build_fresh(struct onnx_model *m, const char *prefix)
{
	size_t len = strlen(prefix), entry = map_find(&m->names, prefix, len), count;
	char *name;

	if (entry == MAP_NONE) {
		map_add(&m->names, prefix, len, NULL);
		return mem_strdup(prefix);
	}
	count = m->names.values[entry] < 2 ? 2 : m->names.values[entry];
	for (;; count++) {
		int is_new;

		name = mem_printf("%s_%zu", prefix, count);
		map_add(&m->names, name, strlen(name), &is_new);
		if (is_new)
			break;
		free(name);
	}
	m->names.values[entry] = count + 1;
	return name;
}

/* A copy of the name, taken; or a fresh one. A name that is taken already stays so, and
 * onnx_build_check() finds it. */
static char *build_take(struct onnx_model *m, const char *name, const char *prefix)
{
	if (!name)
		return build_fresh(m, prefix);
	map_add(&m->names, name, strlen(name), NULL);
	return mem_strdup(name);
}

static Onnx__TensorProto *build_tensor(
	enum onnx_type type, const int64_t *dims, size_t ndims, size_t *n)
{
	Onnx__TensorProto *t = mem_new(1, sizeof(*t));

	onnx__tensor_proto__init(t);
	t->has_data_type = 1;
	t->data_type = (int32_t)type;
	t->n_dims = ndims;
	*n = 1;
	if (ndims)
		t->dims = mem_array(ndims, sizeof(*t->dims));
	for (size_t i = 0; i < ndims; i++) {
		t->dims[i] = dims[i];
		*n *= (size_t)dims[i];
	}
	return t;
}

static void *build_copy(const void *values, size_t n, size_t size)
{
	void *copy;

	if (!n)
		return NULL;
	copy = mem_array(n, size);
	memcpy(copy, values, n * size);
	return copy;
}

static ProtobufCBinaryData build_bytes(const char *text)
{
	return (ProtobufCBinaryData){strlen(text), (uint8_t *)mem_strdup(text)};
}

static ProtobufCBinaryData *build_texts(const char *const *values, size_t n)
{
	ProtobufCBinaryData *texts = n ? mem_array(n, sizeof(*texts)) : NULL;

	for (size_t i = 0; i < n; i++)
		texts[i] = build_bytes(values[i]);
	return texts;
}

static const char *build_initializer(struct onnx_model *m, const char *name, Onnx__TensorProto *t)
{
	Onnx__GraphProto *g = m->proto->graph;

	t->name = build_take(m, name, "const");
	BUILD_PUSH(g->initializer, g->n_initializer, t);
	return t->name;
}

const char *onnx_build_doubles(struct onnx_model *m, const char *name, const double *values,
	const int64_t *dims, size_t ndims)
{
	size_t n;
	Onnx__TensorProto *t = build_tensor(ONNX_DOUBLE, dims, ndims, &n);

	t->n_double_data = n;
	t->double_data = build_copy(values, n, sizeof(*values));
	return build_initializer(m, name, t);
}

const char *onnx_build_floats(struct onnx_model *m, const char *name, const float *values,
	const int64_t *dims, size_t ndims)
{
	size_t n;
	Onnx__TensorProto *t = build_tensor(ONNX_FLOAT, dims, ndims, &n);

	t->n_float_data = n;
	t->float_data = build_copy(values, n, sizeof(*values));
	return build_initializer(m, name, t);
}

const char *onnx_build_int64s(struct onnx_model *m, const char *name, const int64_t *values,
	const int64_t *dims, size_t ndims)
{
	size_t n;
	Onnx__TensorProto *t = build_tensor(ONNX_INT64, dims, ndims, &n);

	t->n_int64_data = n;
	t->int64_data = build_copy(values, n, sizeof(*values));
	return build_initializer(m, name, t);
}

const char *onnx_build_strings(struct onnx_model *m, const char *name, const char *const *values,
	const int64_t *dims, size_t ndims)
{
	size_t n;
	Onnx__TensorProto *t = build_tensor(ONNX_STRING, dims, ndims, &n);

	t->n_string_data = n;
	t->string_data = build_texts(values, n);
	return build_initializer(m, name, t);
}

const char *onnx_build_double(struct onnx_model *m, double value)
{
	return onnx_build_doubles(m, NULL, &value, NULL, 0);
}

const char *onnx_build_int64(struct onnx_model *m, int64_t value)
{
	return onnx_build_int64s(m, NULL, &value, NULL, 0);
}

const char *onnx_build_double_vector(struct onnx_model *m, const double *values, size_t n)
{
	int64_t dim = (int64_t)n;

	return onnx_build_doubles(m, NULL, values, &dim, 1);
}

const char *onnx_build_int64_vector(struct onnx_model *m, const int64_t *values, size_t n)
{
	int64_t dim = (int64_t)n;

	return onnx_build_int64s(m, NULL, values, &dim, 1);
}

Onnx__NodeProto *onnx_build_node(struct onnx_model *m, const char *domain, const char *op, size_t n,
	const char *const *inputs)
{
	Onnx__GraphProto *g = m->proto->graph;
	Onnx__NodeProto *node = mem_new(1, sizeof(*node));

	onnx__node_proto__init(node);
	node->op_type = mem_strdup(op);
	if (domain)
		node->domain = mem_strdup(domain);
	for (size_t i = 0; i < n; i++)
		BUILD_PUSH(node->input, node->n_input, mem_strdup(inputs[i] ? inputs[i] : ""));
	BUILD_PUSH(g->node, g->n_node, node);
	return node;
}

const char *onnx_build_result(struct onnx_model *m, Onnx__NodeProto *node, const char *name)
{
	char *taken = build_take(m, name, node->op_type);

	BUILD_PUSH(node->output, node->n_output, taken);
	if (!node->name)
		node->name = mem_strdup(taken);
	return taken;
}

static Onnx__AttributeProto *build_attribute(
	Onnx__NodeProto *node, const char *name, Onnx__AttributeProto__AttributeType type)
{
	Onnx__AttributeProto *a = mem_new(1, sizeof(*a));

	onnx__attribute_proto__init(a);
	a->name = mem_strdup(name);
	a->has_type = 1;
	a->type = type;
	BUILD_PUSH(node->attribute, node->n_attribute, a);
	return a;
}

void onnx_attr_int(Onnx__NodeProto *node, const char *name, int64_t value)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

	a->has_i = 1;
	a->i = value;
}

void onnx_attr_float(Onnx__NodeProto *node, const char *name, float value)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

	a->has_f = 1;
	a->f = value;
}

void onnx_attr_string(Onnx__NodeProto *node, const char *name, const char *value)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

	a->has_s = 1;
	a->s = build_bytes(value);
}

void onnx_attr_ints(Onnx__NodeProto *node, const char *name, const int64_t *v, size_t n)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

	a->n_ints = n;
	a->ints = build_copy(v, n, sizeof(*v));
}

void onnx_attr_floats(Onnx__NodeProto *node, const char *name, const float *v, size_t n)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);

	a->n_floats = n;
	a->floats = build_copy(v, n, sizeof(*v));
}

void onnx_attr_strings(Onnx__NodeProto *node, const char *name, const char *const *v, size_t n)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS);

	a->n_strings = n;
	a->strings = build_texts(v, n);
}

void onnx_attr_doubles(Onnx__NodeProto *node, const char *name, const double *values,
	const int64_t *dims, size_t ndims)
{
	Onnx__AttributeProto *a =
		build_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR);
	size_t n;

	a->t = build_tensor(ONNX_DOUBLE, dims, ndims, &n);
	a->t->n_double_data = n;
	a->t->double_data = build_copy(values, n, sizeof(*values));
}

static Onnx__NodeProto *build_op(struct onnx_model *m, const char *op, va_list inputs)
{
	Onnx__NodeProto *node = onnx_build_node(m, NULL, op, 0, NULL);
	const char *input;

	while ((input = va_arg(inputs, const char *)))
		BUILD_PUSH(node->input, node->n_input, mem_strdup(input));
	return node;
}

const char *onnx_build_op(struct onnx_model *m, const char *out, const char *op, ...)
{
	Onnx__NodeProto *node;
	va_list inputs;

	va_start(inputs, op);
	node = build_op(m, op, inputs);
	va_end(inputs);
	return onnx_build_result(m, node, out);
}

const char *onnx_build_op_int(struct onnx_model *m, const char *out, const char *op,
	const char *attribute, int64_t value, ...)
{
	Onnx__NodeProto *node;
	va_list inputs;

	va_start(inputs, value);
	node = build_op(m, op, inputs);
	va_end(inputs);
	onnx_attr_int(node, attribute, value);
	return onnx_build_result(m, node, out);
}

int onnx_build_check(const struct onnx_model *m, struct err *e)
{
	struct map names = MAP_INIT;
	int rc = onnx_check(m->proto, &names, e);

	map_release(&names);
	return rc;
}
