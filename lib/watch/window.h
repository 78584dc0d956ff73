/* window: the rows that one run of monitor looks at, from one or several tables, in one pass: their
 * distributions, and their predictions beside labels where there are any.
 * SPDX-License-Identifier: MIT
 */
#ifndef WATCH_WINDOW_H
#define WATCH_WINDOW_H

#include <jansson.h>

#include "base/err.h"
#include "io/source.h"
#include "onnx/model.h"
#include "onnx/signature.h"
#include "stat/drift.h"
#include "watch/perform.h"

struct window {
	/* Set by the caller, borrowed. */
	const struct drift *reference;
	const struct onnx_model *model; /* predicts where a table has no predictions, or NULL */
	const struct signature *sig;	/* of the model, or NULL */
	const char *target;		/* the column of labels, or NULL */
	const char *label;		/* what the next table is called, or NULL: its path */
	int torn;			/* it is a stream that may be cut off */
	/* What was read. */
	struct drift_tally *tallies;
	struct perform perform; /* rows 0: no labels, or no predictions */
	uint64_t rows;
	/* [{"table","column","problem": "missing" | "type","wanted","found"?}]: schema skew. A
	 * table that has any is not read. */
	json_t *skew;
};

void window_release(struct window *w); /* harmless twice */

/* Adds the rows of a table. `done` is called with the source behind its last row; path NULL is
 * standard input. */
int window_add(struct window *w, const char *path,
	int (*done)(void *arg, struct source *source, struct err *e), void *arg, struct err *e);

#endif
