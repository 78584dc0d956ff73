/* labels: what became of scored rows, as it is told later: by request id or by key, corrected as
 * often as need be.
 * SPDX-License-Identifier: MIT
 *
 * A table of labels has the target, and who it is about: `request_id` (or `_request`), with the row
 * within the request as `row` (or `_row`) where a request has several; or the contract's key. Other
 * columns of the contract that the log lacks may stand in it too. A row whose target is missing is
 * no label. Of several labels about one row that with the latest time wins, where there is a column
 * of times, else the one that came last.
 */
#ifndef WATCH_LABELS_H
#define WATCH_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "frame/batch.h"
#include "io/contract.h"

struct labels_table { /* the rows of one file */
	struct schema schema;
	struct batch rows;
};

struct label {
	size_t table;
	uint64_t row;
	int64_t time; /* us since 1970, or LABEL_NO_TIME */
};

#define LABEL_NO_TIME INT64_MIN

enum label_by { LABEL_BY_REQUEST, LABEL_BY_KEY };

struct labels {
	enum label_by by;
	const char *time_column;   /* or NULL */
	struct contract *contract; /* borrowed; has a target */
	struct labels_table *tables;
	size_t ntables, tables_cap;
	struct map ids; /* label_id() -> number of the label */
	struct label *items;
	size_t n, cap;
	uint64_t rows, missing, corrected; /* read; no target or id; about a row that had one */
};

void labels_init(struct labels *l, struct contract *c, enum label_by by, const char *time_column);
void labels_release(struct labels *l);

/* Adds the rows of a file. ERR_DATA: a table of another schema, or a value that is none of the
 * target's. */
int labels_add(struct labels *l, const char *path, struct err *e);

/* What a label is found by: the key as text, or the request and its row (-1: its only one). */
void label_id(struct buf *out, const char *text, size_t len, int64_t row);

/* Time in us of a value of a date or timestamp column; LABEL_NO_TIME where it is missing. */
int64_t label_time(const struct column *c, uint64_t row);

#endif
