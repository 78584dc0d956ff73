/* score: what a model says about rows whose truth is known, in memory.
 * SPDX-License-Identifier: MIT
 *
 * Metrics need all rows at once (a rank, a median): 8 bytes a row for each class, and 8 to 24 more.
 */
#ifndef MODEL_SCORE_H
#define MODEL_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/source.h"
#include "onnx/model.h"
#include "onnx/signature.h"

struct score {
	enum task task;
	size_t rows, cap, classes;
	int32_t *label, *predicted; /* classification: [rows], numbers of the signature's classes */
	double *probability;	    /* [rows, classes] */
	double *target, *prediction; /* regression: [rows] */
	double *weight;		     /* [rows], or NULL: unweighted */
};

#define SCORE_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

void score_release(struct score *s); /* harmless twice */

/* Opens a table for a model: columns of a text format get the types of the signature. */
struct source *score_open(
	const struct signature *sig, const char *path, enum format from, struct err *e);

/* Evaluates the model on all rows of the source. The weight is the column by which the model was
 * trained, else the one of role `weight`. ERR_DATA: no target column, a missing target, a class
 * that the model does not know, a key that stands twice, a weight below 0, a prediction that is not
 * finite. ERR_FEW: no rows. */
int score_run(const struct onnx_model *m, const struct signature *sig, struct source *source,
	struct score *out, struct err *e);

#endif
