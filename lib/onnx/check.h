/* check: what must hold of a model's message before anything else looks at it.
 * SPDX-License-Identifier: MIT
 */
#ifndef ONNX_CHECK_H
#define ONNX_CHECK_H

#include "base/err.h"
#include "base/map.h"

struct Onnx__ModelProto;

/* See onnx_model_parse() in onnx/model.h. Adds the names of all values to `names`. */
int onnx_check(const struct Onnx__ModelProto *p, struct map *names, struct err *e);

#endif
