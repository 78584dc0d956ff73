/* model: an ONNX model in memory: read with every claim checked, serialized deterministically, with
 * its metadata properties.
 * SPDX-License-Identifier: MIT
 *
 * It wraps the message that protobuf-c generates of ONNX IR 8. Everything in the message is
 * malloc()ed, whether it was read or built (onnx/build.h), so that onnx_model_free() frees all.
 * Models of pawl: ir_version 8, operator set 17, ai.onnx.ml 3.
 */
#ifndef ONNX_MODEL_H
#define ONNX_MODEL_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"

#define ONNX_SIZE_CAP (256u << 20) /* bytes of a model that is read */

struct Onnx__ModelProto;

struct onnx_model {
	struct Onnx__ModelProto *proto; /* its graph is never NULL */
	struct map names; /* names of values: inputs, initializers, results of nodes */
};

/* An empty graph of pawl's versions and producer. Never NULL. */
struct onnx_model *onnx_model_new(const char *graph_name);
void onnx_model_free(struct onnx_model *m); /* NULL is allowed */

/* Unpacks and checks: nesting and counts (onnx/scan.h), a graph, names given and unique, inputs and
 * outputs that are tensors, nodes whose inputs are known by then (topological order), tensors whose
 * dimensions fit their data, attributes of the type that they claim. NULL on failure: ERR_DATA,
 * "NAME: ...". What the operators mean is checked where they are used. */
struct onnx_model *onnx_model_parse(const void *bytes, size_t len, const char *name, struct err *e);

/* Appends the bytes: the same model, the same bytes. */
void onnx_model_pack(const struct onnx_model *m, struct buf *out);

/* Metadata properties. The value (borrowed), or NULL. Setting replaces in place or appends; a NULL
 * value removes. */
const char *onnx_model_prop(const struct onnx_model *m, const char *key);
void onnx_model_set_prop(struct onnx_model *m, const char *key, const char *value);

/* Inputs and outputs of the graph, in its order: name (borrowed), element type (onnx/tensor.h) and
 * width K of [N,K] (1 for [N]; 0 where it is not fixed). */
size_t onnx_model_inputs(const struct onnx_model *m);
const char *onnx_model_input(const struct onnx_model *m, size_t i, int *type, size_t *width);
size_t onnx_model_outputs(const struct onnx_model *m);
const char *onnx_model_output(const struct onnx_model *m, size_t i, int *type, size_t *width);

#endif
