/* build: appends to the graph of a model: inputs, outputs, initializers, nodes with attributes.
 * SPDX-License-Identifier: MIT
 *
 * Everything is copied. Nodes stay in the order of the calls, which must be topological. A value's
 * name is a column's, or NULL for a fresh one; names returned are borrowed from the model and live
 * as long as it. Add inputs first: a fresh name never equals one that is there already. An unknown
 * input of a node, or a name given twice, is the caller's mistake and is found by
 * onnx_build_check().
 *
 *     x = onnx_build_op(m, NULL, "Sub", column, onnx_build_double(m, mean), NULL);
 *     node = onnx_build_node(m, ONNX_ML, "OneHotEncoder", 1, &column);
 *     onnx_attr_strings(node, "cats_strings", cats, n);
 *     y = onnx_build_result(m, node, NULL);
 */
#ifndef ONNX_BUILD_H
#define ONNX_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "onnx/model.h"
#include "onnx/tensor.h"

#define ONNX_ML "ai.onnx.ml"

struct Onnx__NodeProto;

/* An input or output [N, width]. An input whose name is taken is ERR_DATA; an output must be the
 * name of a value that is there (its type is the caller's to know). */
int onnx_build_input(
	struct onnx_model *m, const char *name, enum onnx_type type, size_t width, struct err *e);
int onnx_build_output(
	struct onnx_model *m, const char *name, enum onnx_type type, size_t width, struct err *e);
/* Drops all outputs, so that nodes can be appended behind them and new ones be set. */
void onnx_build_clear_outputs(struct onnx_model *m);

/* Whether a value of that name exists. */
int onnx_build_taken(const struct onnx_model *m, const char *name);

/* Initializers (constants); name NULL: a fresh one. dims [ndims]; ndims 0: a scalar. */
const char *onnx_build_doubles(struct onnx_model *m, const char *name, const double *values,
	const int64_t *dims, size_t ndims);
const char *onnx_build_floats(struct onnx_model *m, const char *name, const float *values,
	const int64_t *dims, size_t ndims);
const char *onnx_build_int64s(struct onnx_model *m, const char *name, const int64_t *values,
	const int64_t *dims, size_t ndims);
const char *onnx_build_strings(struct onnx_model *m, const char *name, const char *const *values,
	const int64_t *dims, size_t ndims);
/* Shorthand: a fresh scalar; a fresh vector [n]. */
const char *onnx_build_double(struct onnx_model *m, double value);
const char *onnx_build_int64(struct onnx_model *m, int64_t value);
const char *onnx_build_double_vector(struct onnx_model *m, const double *values, size_t n);
const char *onnx_build_int64_vector(struct onnx_model *m, const int64_t *values, size_t n);

/* Appends a node (domain NULL: the standard operators); an input NULL or "" is an optional one left
 * out. Then its attributes, then its results in order; each result's name is returned. */
struct Onnx__NodeProto *onnx_build_node(struct onnx_model *m, const char *domain, const char *op,
	size_t n, const char *const *inputs);
const char *onnx_build_result(struct onnx_model *m, struct Onnx__NodeProto *node, const char *name);

/* Append an attribute to a node; name and values are copied. */
void onnx_attr_int(struct Onnx__NodeProto *node, const char *name, int64_t value);
void onnx_attr_float(struct Onnx__NodeProto *node, const char *name, float value);
void onnx_attr_string(struct Onnx__NodeProto *node, const char *name, const char *value);
void onnx_attr_ints(struct Onnx__NodeProto *node, const char *name, const int64_t *v, size_t n);
void onnx_attr_floats(struct Onnx__NodeProto *node, const char *name, const float *v, size_t n);
void onnx_attr_strings(
	struct Onnx__NodeProto *node, const char *name, const char *const *v, size_t n);
void onnx_attr_doubles(struct Onnx__NodeProto *node, const char *name, const double *values,
	const int64_t *dims, size_t ndims); /* a tensor */

/* Shorthand: a standard operator without attributes and with one result named `out` (NULL: fresh).
 * The inputs are the names up to a final NULL. */
const char *onnx_build_op(struct onnx_model *m, const char *out, const char *op, ...)
	__attribute__((sentinel));
/* The same with one integer attribute: Cast "to", Concat "axis", Softmax "axis", ... */
const char *onnx_build_op_int(struct onnx_model *m, const char *out, const char *op,
	const char *attribute, int64_t value, ...) __attribute__((sentinel));

/* What onnx_model_parse() checks of a model that is read, of one that was built. */
int onnx_build_check(const struct onnx_model *m, struct err *e);

#endif
