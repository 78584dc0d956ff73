/* batch: a record batch: rows of typed columns in Arrow's memory layout.
 * SPDX-License-Identifier: MIT
 *
 * A column's buffers are either owned (grown by column_reserve, kept by batch_clear, so that they
 * are reused) or borrowed from whoever made the batch (a mapped file); `owned` tells. Validity bit
 * 1 = valid, LSB first; validity NULL = no nulls. Values under a null are garbage: never look.
 * A batch that a reader hands out lives until that reader's next call.
 */
#ifndef FRAME_BATCH_H
#define FRAME_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "frame/schema.h"

#define BATCH_ROWS 65536 /* rows that readers put into a batch, and the block of all reductions */

/* The distinct values of a category column; index i is entry i of the map. */
struct dict {
	struct map values;
	size_t refs;
};

struct dict *dict_new(void);
struct dict *dict_ref(struct dict *d);
void dict_unref(struct dict *d); /* NULL is allowed */

struct column {
	enum type type;
	int owned;
	uint64_t nulls;	   /* how many of the batch's rows are null */
	uint8_t *validity; /* [(rows+7)/8] or NULL */
	union {
		void *values;  /* by type, see frame/types.h */
		uint8_t *bits; /* bool */
		int64_t *i64;
		uint64_t *u64;
		double *f64;
		int32_t *i32; /* date; indices of a category */
	};
	int32_t *offsets;			  /* [rows+1], string and binary */
	char *bytes;				  /* [offsets[rows]] */
	struct dict *dict;			  /* category: one reference held */
	size_t rows_cap, bytes_cap, validity_cap; /* of owned buffers */
};

struct batch {
	struct column *cols; /* [n], as the schema's fields */
	size_t n;
	uint64_t rows;
};

#define BATCH_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* Columns of the schema's types, without rows. Release frees what is owned. */
void batch_init(struct batch *b, const struct schema *s);
void batch_release(struct batch *b);
/* No rows; the memory of owned buffers stays. Dictionaries stay too. */
void batch_clear(struct batch *b);

static inline int bit_get(const uint8_t *bits, uint64_t i)
{
	return bits[i >> 3] >> (i & 7) & 1;
}

static inline void bit_set(uint8_t *bits, uint64_t i, int value)
{
	uint8_t mask = (uint8_t)(1u << (i & 7));

	bits[i >> 3] = value ? (uint8_t)(bits[i >> 3] | mask) : (uint8_t)(bits[i >> 3] & ~mask);
}

static inline int column_valid(const struct column *c, uint64_t row)
{
	return c->type != TYPE_NULL && (!c->validity || bit_get(c->validity, row));
}

/* Bytes of a string, category or binary value. */
static inline const char *column_text(const struct column *c, uint64_t row, size_t *len)
{
	if (c->type == TYPE_CATEGORY)
		return map_key(&c->dict->values, (size_t)c->i32[row], len);
	*len = (size_t)(c->offsets[row + 1] - c->offsets[row]);
	return c->bytes + c->offsets[row];
}

/* Whether a model sees nothing here: a null, a NaN, or text of no bytes. */
int column_missing(const struct column *c, uint64_t row);

/* A bool (0, 1), integer or double as a double; other types and nulls give NaN. */
double column_number(const struct column *c, uint64_t row);

/* Room for `rows` rows (and, for text, `bytes` bytes) in an owned column; keeps what is there. */
void column_reserve(struct column *c, size_t rows, size_t bytes);

/* Append to the end of an owned column of the right type, where `row` is the number of rows that
 * it has; the caller counts rows and sets batch->rows when the row is whole. */
void column_push_null(struct column *c, uint64_t row);
void column_push_bool(struct column *c, uint64_t row, int value);
void column_push_int64(struct column *c, uint64_t row, int64_t value); /* also time, timestamps */
void column_push_uint64(struct column *c, uint64_t row, uint64_t value);
void column_push_float64(struct column *c, uint64_t row, double value);
void column_push_date(struct column *c, uint64_t row, int32_t days);
void column_push_index(struct column *c, uint64_t row, int32_t index); /* category */
/* string and binary; 0, or -1 where the batch would exceed 2^31-1 bytes of text (end it before) */
int column_push_text(struct column *c, uint64_t row, const char *text, size_t len);

/* Appends row `row` of column `from` to `to` (same type; a category's dictionary is shared when
 * `to` has none, else the value is added to the dictionary of `to`). */
int column_push_from(struct column *to, uint64_t at, const struct column *from, uint64_t row);

/* Appends to `to` the rows of `from` whose bit in `keep` is 1 (NULL: all). Same schema. */
int batch_append(struct batch *to, const struct batch *from, const uint8_t *keep);

/* The value as text for people, CSV and messages: numbers shortest, times ISO, bool true/false;
 * a null appends nothing. */
void column_print(const struct column *c, uint64_t row, struct buf *out);

#endif
