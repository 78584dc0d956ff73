/* graph: a transform as an ONNX graph in double precision, and back.
 * SPDX-License-Identifier: MIT
 *
 * One input per raw column that is used: double [N,1] (NaN: missing) or string [N,1] ("": missing);
 * one output `features`, double [N, width], columns in the order of the transform. Only core
 * operators for numbers, since those of ai.onnx.ml compute in float32:
 *     impute       Where(IsNaN(x), a, x)       standardize  Div(Sub(x, a), b)
 *     log1p        Log(Add(x, 1))              clip         Clip(x, a, b)
 *     category     LabelEncoder to the category's number, OneHotEncoder (zeros for -1), Flatten,
 * Cast
 */
#ifndef FEAT_GRAPH_H
#define FEAT_GRAPH_H

#include "base/err.h"
#include "feat/transform.h"
#include "onnx/model.h"

#define GRAPH_OUTPUT "features"

/* The graph with its properties pawl.features and pawl.signature; NULL on failure. */
struct onnx_model *graph_build(const struct transform *t, struct err *e);

/* The transform that a graph (called `name` in messages) was built from; t is TRANSFORM_INIT. */
int graph_transform(
	const struct onnx_model *m, const char *name, struct transform *t, struct err *e);

#endif
