/* segment: one file of the request log while it is written, and what a dead writer left.
 * SPDX-License-Identifier: MIT
 *
 * The format is described in net/requestlog.h.
 */
#ifndef NET_SEGMENT_H
#define NET_SEGMENT_H

#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "frame/schema.h"

#define SEGMENT_OPEN ".open"

struct segment;

/* A new file DIR/...-PID-NUMBER.arrows.open, locked. NULL on failure. */
struct segment *segment_open(
	const char *dir, unsigned number, const struct schema *schema, struct err *e);
/* One record batch, in the file when it returns. On failure the file ends where it did before, and
 * only segment_close() is allowed. */
int segment_write(struct segment *s, const struct batch *b, struct err *e);
uint64_t segment_bytes(const struct segment *s);
int64_t segment_age(const struct segment *s); /* us, by the monotonic clock */
/* Writes the end and takes `.open` off the name. What cannot be ended stays open, for
 * segment_recover(). An empty segment is removed. NULL is allowed. Frees s. */
int segment_close(struct segment *s, struct err *e);

/* Ends what nobody writes to any more in a directory; the number of rows saved that way. What
 * cannot be read or ended is left as it is, and *e says why (the first reason). */
int segment_recover(const char *dir, uint64_t *rows, struct err *e);

#endif
