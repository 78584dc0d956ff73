/* join: labels beside the rows that were scored, segment by segment of a request log, as tables of
 * the contract's columns.
 * SPDX-License-Identifier: MIT
 *
 * A label by request id is about that row of that request; about the only one where it names none.
 * A label by key is about the last row of that key that was scored before it, no longer than the
 * horizon ago. Each label is about one row at most, and each row has one label at most.
 * Values come from the log where it has the column, else from the label.
 */
#ifndef WATCH_JOIN_H
#define WATCH_JOIN_H

#include <stdint.h>

#include "base/err.h"
#include "watch/labels.h"

struct join_hit { /* a label and its row */
	size_t label, segment;
	uint64_t row;  /* position in the segment */
	int64_t time;  /* us, when it was scored */
	uint64_t seen; /* rows of the log that the label could be about */
};

struct join {
	const struct labels *labels; /* borrowed */
	int64_t horizon;	     /* us, or 0: any */
	char *const *segments;	     /* [n] paths, borrowed */
	size_t n;
	struct join_hit *hits; /* [labels->n]; segment SIZE_MAX: none */
	uint64_t rows;	       /* of the log */
	uint64_t labelled, unknown, ambiguous;
};

/* Finds the row of each label. */
int join_find(struct join *j, struct err *e);
void join_release(struct join *j);

/* Writes the labelled rows of one segment to `path` in the order of the log; *rows = 0: there are
 * none, and no file is written. */
int join_write(struct join *j, size_t segment, const char *path, uint64_t *rows, struct err *e);

/* Delays between score and label in us, sorted (malloced), *n of them: of labels with a time. */
int64_t *join_delays(const struct join *j, size_t *n);

#endif
