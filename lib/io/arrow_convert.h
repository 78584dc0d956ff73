/* arrow_convert: rows of an Arrow column, widened to what pawl holds, each value checked.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_ARROW_CONVERT_H
#define IO_ARROW_CONVERT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "frame/batch.h"
#include "io/arrow_body.h"

/* What a dictionary's indices mean now: entry of the category's dictionary, or -1 for a null. */
struct arrow_meaning {
	int32_t *of;
	size_t n, cap;
	struct dict *dict;
	int is_identity; /* of[i] == i throughout */
};

/* The rows of one column that are being gathered; the memory is reused from batch to batch. */
struct arrow_rows {
	enum type type;
	struct buf values, validity, offsets, bytes;
	uint64_t nulls;
	struct dict *dict; /* category: where plain strings go; borrowed */
};

#define ARROW_ROWS_INIT(t)                                                                         \
	{                                                                                          \
		t, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, 0, NULL                                 \
	}

void arrow_rows_release(struct arrow_rows *r);
void arrow_rows_clear(struct arrow_rows *r);

struct arrow_slice { /* of a column of a record batch */
	const struct arrow_column *column;
	const struct arrow_meaning *meaning; /* of a dictionary column, else NULL */
	uint64_t from, n;		     /* rows */
	int truncate_time;
};

/* How many of the slice's first rows keep the gathered text within 2^31 - 1 bytes. */
uint64_t arrow_rows_fit(const struct arrow_rows *r, const struct arrow_slice *s);

/* Appends the slice's rows, where `at` is how many are there already (at + n <= BATCH_ROWS). On
 * failure *bad is the row within the slice, for the message. */
int arrow_rows_add(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e);

/* Points *out at what was gathered. */
void arrow_rows_column(const struct arrow_rows *r, struct column *out);

/* Points *out at the slice's rows themselves, with no copy, where they are laid out as pawl lays
 * them out: 1; 0 where they are not; -1 where a value is wrong. */
int arrow_borrow(enum type type, const struct arrow_slice *s, struct column *out, uint64_t *bad,
	struct err *e);

#endif
