/* evaluation: the report on a model: its metrics beside those of the baseline.
 * SPDX-License-Identifier: MIT
 *
 * The baseline knows nothing of a row: it predicts the mean of the training target, or the training
 * frequencies of the classes and the most frequent one, as the model's metadata tells them. It is
 * measured by the same code on the same rows.
 */
#ifndef MODEL_EVALUATION_H
#define MODEL_EVALUATION_H

#include <jansson.h>

#include "base/err.h"
#include "model/metrics.h"
#include "model/score.h"
#include "onnx/signature.h"

/* Of two classes, the one that the model calls positive, else the second; METRICS_MULTICLASS for
 * any other number of classes, and for regression. */
size_t evaluation_positive(const struct signature *sig);

/* {"task","target","positive"?,"rows","metrics":{name: number or null},"baseline":{the same},
 * "undefined"?:{name or "baseline."name: reason},"classes"?,"confusion_matrix"?}, the matrix as one
 * row for each true class. Fills *metrics too. NULL on failure. */
json_t *evaluation_report(
	const struct signature *sig, const struct score *s, struct metrics *metrics, struct err *e);

#endif
