/* row: one row of a text format, as cells that have no types yet.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_ROW_H
#define IO_ROW_H

#include <stddef.h>
#include <stdint.h>

enum cell_kind {
	CELL_NULL,   /* nothing: an empty field without quotes, a JSON null, an absent member */
	CELL_FIELD,  /* CSV: text that may mean anything */
	CELL_STRING, /* JSON: text that is a string; CSV: an empty field in quotes */
	CELL_INT,    /* JSON; no text: see cell_text() */
	CELL_REAL,   /* JSON; no text */
	CELL_BOOL,   /* JSON; the value is in `integer` */
};

struct cell {
	enum cell_kind kind;
	const char *text; /* [len], not NUL-ended */
	size_t len;
	union {
		int64_t integer;
		double real;
	};
};

/* Lives until the next row is read. */
struct row {
	struct cell *cells; /* [n] */
	size_t n, cap;
	size_t fault;	       /* of a bad row: the cell that is to blame, or ROW_NOWHERE */
	uint64_t line, offset; /* of its first byte; lines from 1 */
	const char *raw;       /* as it stood, without its line end */
	size_t raw_len;
};

#define ROW_NOWHERE SIZE_MAX

/* What the readers of rows return. */
enum row_result {
	ROW_FAILED = -1, /* the input is no use any more; *e is set */
	ROW_END = 0,
	ROW_GOOD = 1,
	ROW_BAD = 2, /* this row is: *e has the reason, without file and line; raw is set */
};

#endif
