/* feed: a table together with a model's predictions for it, batch by batch: those that stand in the
 * table (a request log, an output of predict), else computed.
 * SPDX-License-Identifier: MIT
 */
#ifndef WATCH_FEED_H
#define WATCH_FEED_H

#include "base/err.h"
#include "frame/batch.h"
#include "io/source.h"
#include "onnx/model.h"
#include "onnx/signature.h"
#include "stat/drift.h"

#define FEED_PREDICTION "prediction"
#define FEED_PROBABILITY "probability_"

struct feed;

/* Opens a table; torn: a stream that may be cut off, of which the whole batches count. The columns
 * of a text format get the types of the reference (may be NULL) and of the signature (may be NULL;
 * both borrowed), others are left out. NULL on failure. */
struct feed *feed_open(const char *path, const struct drift *reference, const struct signature *sig,
	int torn, struct err *e);
void feed_close(struct feed *f); /* NULL is allowed */

struct source *feed_source(struct feed *f);
const struct schema *feed_schema(const struct feed *f);

/* Whether the table has predictions of its own. */
int feed_predicted(const struct feed *f);
/* From now on the model (borrowed) predicts; a column that it needs and is not there is ERR_DATA.
 * After it, feed_predictions() is the schema of what it predicts, else that of the table. */
int feed_predict(struct feed *f, const struct onnx_model *m, struct err *e);
const struct schema *feed_predictions(const struct feed *f);

/* 1: the next rows, and their predictions (the same batch where no model predicts); both live until
 * the next call. 0: the end. */
int feed_next(
	struct feed *f, const struct batch **rows, const struct batch **predictions, struct err *e);
int feed_rewind(struct feed *f, struct err *e);

#endif
