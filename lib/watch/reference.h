/* reference: how the rows that a model was trained on are distributed, and its own predictions for
 * them: what monitor compares with.
 * SPDX-License-Identifier: MIT
 *
 * With a model: the columns that its graph takes (role input), what it predicts (prediction) and
 * its target (target). Without one: every column but those of role key, row, weight and time, and
 * the target by its role. Of more than REFERENCE_CLASSES classes only the prediction.
 *
 * As a file, reference.json: the JSON form of stat/drift.h with "model": sha256 of the model's
 * file, or null, and "lineage".
 */
#ifndef WATCH_REFERENCE_H
#define WATCH_REFERENCE_H

#include "base/err.h"
#include "onnx/model.h"
#include "stat/drift.h"

#define REFERENCE_FILE "reference.json"
#define REFERENCE_CLASSES 20

/* Reads a table twice; model may be NULL. d is filled anew. ERR_FEW: no rows. */
int reference_build(
	struct drift *d, const char *path, const struct onnx_model *model, struct err *e);

/* A reference.json, or NULL (no error) where the file is something else. */
json_t *reference_read(const char *path);

#endif
