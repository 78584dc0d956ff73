/* infer: what type the text of a column has.
 * SPDX-License-Identifier: MIT
 *
 * Each value is of exactly one kind; the counts of the kinds decide:
 *   bool                 all true or false, in any case
 *   int64, uint64        all integers. Those that fit neither (or not both signs at once) make a
 *                        string when they are half or more, such as ids of 20 digits; else the
 *                        type stays and they are bad values
 *   float64              all numbers, at least one of them no integer; inf and nan count when
 *                        there is a real number too
 *   date, timestamp, timestamp_utc   all of that kind
 *   string               everything else; also numbers with leading zeros (ids, zip codes), and a
 *                        column without any value
 * Spaces around a number or time do not matter, and a value of spaces only is missing, unless the
 * column is a string.
 */
#ifndef IO_INFER_H
#define IO_INFER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "frame/types.h"
#include "io/row.h"

enum kind {
	KIND_NULL,
	KIND_BLANK,
	KIND_BOOL,
	KIND_INT,      /* 0 to 2^63 - 1 */
	KIND_NEGATIVE, /* -2^63 to -1 */
	KIND_UINT,     /* 2^63 to 2^64 - 1 */
	KIND_BIG,      /* an integer of even more digits */
	KIND_FLOAT,
	KIND_OVER, /* a number beyond double */
	KIND_WORD, /* inf, nan */
	KIND_DATE,
	KIND_TIME,
	KIND_TIME_UTC,
	KIND_TEXT,
};
#define KIND_COUNT 14
#define INFER_DICT_VALUES 65536
#define INFER_DICT_BYTES ((size_t)8 << 20)
#define INFER_ODD 40 /* bytes of the odd token that are kept */

struct guess {
	uint64_t counts[KIND_COUNT];
	uint64_t total;
	/* The first value of kind TEXT, and whether all of that kind are the same. */
	char odd[INFER_ODD + 1];
	int odd_long, odd_many;
	uint64_t odd_line;
	struct map blanks;   /* the blank tokens */
	struct map distinct; /* while within the caps */
	int overflow;	     /* of `distinct` */
};

void guess_release(struct guess *g);
/* Adds a value; one that is in the list of nulls comes as KIND_NULL from the caller. `text` also
 * counts distinct values. */
enum kind infer_kind(const struct cell *cell);
void guess_add(struct guess *g, const struct cell *cell, int null, uint64_t line, int distinct);
enum type guess_type(const struct guess *g);
/* Whether a string column should be a category: within the caps and, of its values, no more than
 * half are distinct. */
int guess_is_category(const struct guess *g);
/* Appends the remarks on a column, one line each. */
void guess_remark(const struct guess *g, const char *name, struct buf *out);

#endif
