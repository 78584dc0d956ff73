/* lines: a window on the text of one or more inputs, moved on line by line.
 * SPDX-License-Identifier: MIT
 *
 * Several inputs are read one behind the other; line numbers and offsets are those within each.
 * A byte order mark of UTF-8 is passed over; UTF-16 is refused, with its name.
 */
#ifndef IO_LINES_H
#define IO_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/stream.h"

#define LINES_ROW_MAX ((size_t)64 << 20) /* bytes of one row */

struct lines {
	struct stream **streams; /* [n] borrowed */
	size_t n, part;		 /* the one that is being read */
	char *data;		 /* [cap], [from, end) is of use */
	size_t from, at, next, end, cap;
	/* The row that was handed out is [at, next); where `marked`, bytes from `from` on stay. */
	uint64_t line, offset; /* of data[at] */
	uint64_t newlines;     /* in [at, next) */
	int marked, ended;     /* ended: the stream has no more than what is here */
	uint64_t mark_line, mark_offset;
};

void lines_init(struct lines *l, struct stream **streams, size_t n);
void lines_release(struct lines *l);

/* Begins the next row: its first line with its line end, if it has one. 1, or 0 at the end of the
 * part (see lines_part), or -1. The bytes live until the next call of any of these. */
int lines_next(struct lines *l, const char **text, size_t *len, struct err *e);
/* Adds the next line to the row; 0 where there is none. */
int lines_more(struct lines *l, const char **text, size_t *len, struct err *e);
/* On to the next input: 1, or 0 where there is none. */
int lines_part(struct lines *l);

/* The name of the current input. */
const char *lines_name(const struct lines *l);

/* Keeps what follows in memory until lines_reset() returns there. One part only. */
void lines_mark(struct lines *l);
/* How many bytes were handed out since the mark. */
size_t lines_since(const struct lines *l);
void lines_reset(struct lines *l);

/* Back to the start of the first input. */
int lines_rewind(struct lines *l, struct err *e);

#endif
