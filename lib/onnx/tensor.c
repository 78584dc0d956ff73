/* tensor: element types, and the values of a TensorProto as plain arrays.
 * SPDX-License-Identifier: MIT
 *
 * The elements stand in the list of their type (double_data, ...) or, little-endian, in raw_data.
 */
#include "onnx/tensor.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "onnx/proto.h"

const char *onnx_type_name(int type)
{
	static const char *const names[] = {"type 0", "float", "uint8", "int8", "uint16", "int16",
		"int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64",
		"complex64", "complex128", "bfloat16"};

	if (type < 0 || (size_t)type >= sizeof(names) / sizeof(*names))
		return "an unknown type";
	return names[type];
}

static const char *tensor_name(const Onnx__TensorProto *t)
{
	return t->name ? t->name : "";
}

/* Elements by the dimensions; -1 where they are negative, too many, or overflow. */
static int tensor_count(const Onnx__TensorProto *t, size_t *n)
{
	size_t count = 1;

	if (t->n_dims > ONNX_DIMS_CAP)
		return -1;
	for (size_t i = 0; i < t->n_dims; i++)
		if (t->dims[i] < 0 || __builtin_mul_overflow(count, (uint64_t)t->dims[i], &count) ||
			count > SIZE_MAX / 16)
			return -1;
	*n = count;
	return 0;
}

/* Bytes of an element in raw_data, 0 for strings; -1 for types that are not read. */
static int tensor_width(int type)
{
	switch (type) {
	case ONNX_FLOAT:
	case ONNX_INT32:
		return 4;
	case ONNX_INT64:
	case ONNX_DOUBLE:
		return 8;
	case ONNX_BOOL:
		return 1;
	case ONNX_STRING:
		return 0;
	default:
		return -1;
	}
}

/* Elements in the list that the type uses. */
static size_t tensor_listed(const Onnx__TensorProto *t)
{
	switch (t->data_type) {
	case ONNX_FLOAT:
		return t->n_float_data;
	case ONNX_INT32:
	case ONNX_BOOL:
		return t->n_int32_data;
	case ONNX_INT64:
		return t->n_int64_data;
	case ONNX_STRING:
		return t->n_string_data;
	default:
		return t->n_double_data;
	}
}

int onnx_tensor_check(const Onnx__TensorProto *t, struct err *e)
{
	int width = tensor_width(t->data_type);
	size_t n, all;

	if (!t->has_data_type || width < 0)
		return err_set(e, ERR_DATA, "tensor '%s' is of %s, which is not supported",
			tensor_name(t), onnx_type_name(t->data_type));
	if (t->n_external_data || t->segment || t->data_location)
		return err_set(e, ERR_DATA, "tensor '%s' has its data outside of the model",
			tensor_name(t));
	if (tensor_count(t, &n) < 0)
		return err_set(
			e, ERR_DATA, "tensor '%s' has impossible dimensions", tensor_name(t));
	all = t->n_float_data + t->n_int32_data + t->n_int64_data + t->n_string_data +
	      t->n_double_data + t->n_uint64_data;
	if (t->has_raw_data && (all || !width || t->raw_data.len / (size_t)width != n ||
				       t->raw_data.len % (size_t)width))
		return err_set(e, ERR_DATA, "tensor '%s' has %zu bytes, not %zu elements",
			tensor_name(t), t->raw_data.len, n);
	if (!t->has_raw_data && (all != n || tensor_listed(t) != n))
		return err_set(
			e, ERR_DATA, "tensor '%s' has %zu values, not %zu", tensor_name(t), all, n);
	return 0;
}

static double tensor_double(const Onnx__TensorProto *t, size_t i)
{
	float f;
	double d;

	if (t->data_type == ONNX_FLOAT && !t->has_raw_data)
		return (double)t->float_data[i];
	if (!t->has_raw_data)
		return t->double_data[i];
	if (t->data_type == ONNX_FLOAT) {
		memcpy(&f, t->raw_data.data + 4 * i, 4);
		return (double)f;
	}
	memcpy(&d, t->raw_data.data + 8 * i, 8);
	return d;
}

static int64_t tensor_int(const Onnx__TensorProto *t, size_t i)
{
	int32_t small;
	int64_t wide;

	if (t->data_type == ONNX_BOOL)
		return t->has_raw_data ? t->raw_data.data[i] != 0 : t->int32_data[i] != 0;
	if (!t->has_raw_data)
		return t->data_type == ONNX_INT32 ? t->int32_data[i] : t->int64_data[i];
	if (t->data_type == ONNX_INT32) {
		memcpy(&small, t->raw_data.data + 4 * i, 4);
		return small;
	}
	memcpy(&wide, t->raw_data.data + 8 * i, 8);
	return wide;
}

static struct onnx_text tensor_text(const Onnx__TensorProto *t, size_t i)
{
	const ProtobufCBinaryData *s = &t->string_data[i];

	return (struct onnx_text){s->len ? (const char *)s->data : "", s->len};
}

int onnx_tensor_read(const Onnx__TensorProto *t, struct onnx_tensor *out, struct err *e)
{
	struct onnx_tensor r = ONNX_TENSOR_INIT;

	if (onnx_tensor_check(t, e) < 0)
		return -1;
	tensor_count(t, &r.n);
	r.type = (enum onnx_type)t->data_type;
	r.ndims = t->n_dims;
	for (size_t i = 0; i < r.ndims; i++)
		r.dims[i] = t->dims[i];
	if (r.type == ONNX_STRING)
		r.texts = mem_new(r.n + 1, sizeof(*r.texts));
	else if (r.type == ONNX_FLOAT || r.type == ONNX_DOUBLE)
		r.doubles = mem_new(r.n + 1, sizeof(*r.doubles));
	else
		r.ints = mem_new(r.n + 1, sizeof(*r.ints));
	for (size_t i = 0; i < r.n; i++) {
		if (r.texts)
			r.texts[i] = tensor_text(t, i);
		else if (r.doubles)
			r.doubles[i] = tensor_double(t, i);
		else
			r.ints[i] = tensor_int(t, i);
	}
	*out = r;
	return 0;
}

void onnx_tensor_release(struct onnx_tensor *t)
{
	free(t->doubles);
	free(t->ints);
	free(t->texts);
	*t = (struct onnx_tensor)ONNX_TENSOR_INIT;
}
