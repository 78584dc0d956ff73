/* requestlog: what was asked and answered, as Arrow segments in one directory.
 * SPDX-License-Identifier: MIT
 *
 * A segment is an Arrow stream called YYYYmmddTHHMMSSffffff-PID-N.arrows.open while rows are
 * appended, a record batch every second or every 1,024 rows, under a flock; it loses `.open` at
 * rotation (64 MiB, an hour, another model) and at the end. What a killed server left ends in whole
 * record batches and perhaps a torn one; the next start in the directory makes an ended segment of
 * it. Readers take `.open` segments as they are: io/source.h. Several servers may share a
 * directory.
 *
 * Columns: _time (timestamp_utc), _request (string), _row (int64, in the request), _model (string),
 * _version (int64, 0: a file), then the columns that the model's signature has as key, row and time
 * (noted), then what the model takes as it saw it (numbers float64, text string), then its outputs,
 * then _latency_us (int64, of the request). Notes on the table: pawl.log = 1, pawl.model = sha256.
 * Among columns of one name the first counts, the others are left out.
 *
 * A request never waits for the disk: its rows are copied into a queue of so many rows, and when
 * that is full, or the disk is, they are dropped and counted.
 */
#ifndef NET_REQUESTLOG_H
#define NET_REQUESTLOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "net/served.h"

#define REQUESTLOG_ROWS 65536		     /* of the queue */
#define REQUESTLOG_TEXT ((uint64_t)64 << 20) /* bytes of text in the queue */

struct requestlog;

struct requestlog_options {
	const char *dir;	/* made where it is not there; borrowed */
	size_t rows;		/* of the queue; 0: REQUESTLOG_ROWS */
	uint64_t segment_bytes; /* 0: 64 MiB */
	double segment_seconds; /* 0: an hour */
	/* What happened, one line; called by the writing thread. May be NULL. */
	void (*say)(void *arg, const char *text);
	void *arg;
};

/* Ends what dead servers left open, then starts the writing thread. NULL on failure. */
struct requestlog *requestlog_open(const struct requestlog_options *o, struct err *e);
/* Writes what is queued and ends the segment. NULL is allowed. */
void requestlog_close(struct requestlog *l);

struct requestlog_entry { /* one request, all borrowed */
	struct served *model;
	const char *request;	     /* its id */
	int64_t time, latency;	     /* us */
	const struct batch *rows;    /* of protocol_schema() */
	const struct batch *results; /* of model->result, as many rows */
};
/* All rows of a request, or none. Does not wait for the disk. */
void requestlog_add(struct requestlog *l, const struct requestlog_entry *entry);

struct requestlog_state {
	uint64_t rows, dropped; /* written; lost because the queue or the disk was full */
	uint64_t queued;
};
struct requestlog_state requestlog_state(struct requestlog *l);

/* The segments of a directory, oldest first, open ones too; none where there is no directory. Freed
 * by requestlog_list_free(). NULL on failure. A segment that ends while it is listed or read stays
 * readable under a name without `.open`: requestlog_source() looks there too. */
char **requestlog_list(const char *dir, size_t *n, struct err *e);
void requestlog_list_free(char **paths, size_t n);
struct source;
struct source *requestlog_source(const char *path, struct err *e);

#endif
