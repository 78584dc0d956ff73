/* tensor: element types, and the values of a TensorProto as plain arrays.
 * SPDX-License-Identifier: MIT
 */
#ifndef ONNX_TENSOR_H
#define ONNX_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* TensorProto.DataType; what pawl reads and writes of it. */
enum onnx_type {
	ONNX_FLOAT = 1,
	ONNX_INT32 = 6,
	ONNX_INT64 = 7,
	ONNX_STRING = 8,
	ONNX_BOOL = 9,
	ONNX_DOUBLE = 11,
};

const char *onnx_type_name(int type); /* "double", "string", ...; "type N" for what pawl lacks */

#define ONNX_DIMS_CAP 8

struct onnx_text {
	const char *bytes; /* not NUL-ended */
	size_t len;
};

/* Values widened: float and double to doubles, int32, int64 and bool to int64. `type` tells what
 * they were. A scalar has no dimensions and one element. */
struct onnx_tensor {
	enum onnx_type type;
	size_t ndims;
	int64_t dims[ONNX_DIMS_CAP];
	size_t n;		 /* elements */
	double *doubles;	 /* [n] of ONNX_FLOAT, ONNX_DOUBLE, else NULL */
	int64_t *ints;		 /* [n] of ONNX_INT32, ONNX_INT64, ONNX_BOOL, else NULL */
	struct onnx_text *texts; /* [n] of ONNX_STRING, else NULL; the bytes are the message's */
};

#define ONNX_TENSOR_INIT                                                                           \
	{                                                                                          \
		0                                                                                  \
	}

struct Onnx__TensorProto;

/* Dimensions against the length of the data, storage, element type: ERR_DATA naming the tensor. */
int onnx_tensor_check(const struct Onnx__TensorProto *t, struct err *e);
/* Checks and copies the values out; onnx_tensor_release() frees. */
int onnx_tensor_read(const struct Onnx__TensorProto *t, struct onnx_tensor *out, struct err *e);
void onnx_tensor_release(struct onnx_tensor *t); /* harmless twice */

#endif
