/* mlmodel: the MLmodel file beside a model.onnx, by which MLflow knows how to load and serve it.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_MLMODEL_H
#define STORE_MLMODEL_H

#include "base/buf.h"
#include "onnx/model.h"

struct mlmodel {
	const char *artifact_path; /* "model": its directory below the run's artifacts */
	const char *run_id;
	const char *sha256; /* of model.onnx; also names it: the first 32 digits are its uuid */
	int64_t created;    /* ms */
};

/* Appends the YAML: flavors onnx and python_function, the signature as JSON strings. */
void mlmodel_write(struct buf *out, const struct onnx_model *m, const struct mlmodel *about);

/* What MLflow 2 keeps of it in the run's tag mlflow.log-model.history: a JSON list. */
void mlmodel_history(struct buf *out, const struct mlmodel *about);

#endif
