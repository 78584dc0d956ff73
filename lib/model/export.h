/* export: puts an estimator behind a feature graph, so that one ONNX model holds both.
 * SPDX-License-Identifier: MIT
 *
 * The feature graph has one output, `features` [N, width] of doubles. The outputs become
 *   regression:      prediction double [N,1]
 *   classification:  prediction string [N,1] (int64 where the classes are numbers), then
 *                    probability_CLASS double [N,1] for each class in sorted order
 * all computed in double. Two classes: p = Sigmoid(z) of the positive one and Sigmoid(-z) of the
 * other, so that neither loses digits near 0. The signature's task, target, classes, positive class
 * and training distribution are set; what it says of inputs and features stays.
 */
#ifndef MODEL_EXPORT_H
#define MODEL_EXPORT_H

#include <stddef.h>

#include "base/err.h"
#include "model/design.h"
#include "model/fit.h"
#include "onnx/model.h"

/* Whether the graph's features are the columns of the design, by name and width: ERR_DATA where the
 * two do not come from one fit. To be asked before the long work. */
int export_check(const struct onnx_model *m, const struct design *d, struct err *e);

/* positive: the class that one set of coefficients speaks of; SIZE_MAX for more than two classes
 * and for regression. */
int export_fit(struct onnx_model *m, const struct design *d, const struct fit *f, size_t positive,
	struct err *e);

#endif
