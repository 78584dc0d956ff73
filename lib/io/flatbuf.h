/* flatbuf: FlatBuffers, as far as Arrow's metadata needs them: a reader that believes nothing and
 * a writer that only goes forward.
 * SPDX-License-Identifier: MIT
 *
 * Layout (https://flatbuffers.dev/internals): all little-endian. The buffer starts with the u32
 * offset of the root table. A table is an i32 (its position minus its vtable's) followed by its
 * fields; a vtable is u16 size of itself, u16 size of the table, then one u16 per field: where it
 * stands in the table, 0 = absent (the default holds). Strings, vectors and tables are reached by
 * u32 offsets relative to where the offset stands; a vector is a u32 count, then the items; a
 * string is a vector of bytes with a NUL behind it. Scalars are aligned to their size, counted
 * from the start of the buffer.
 */
#ifndef IO_FLATBUF_H
#define IO_FLATBUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* ---- reading. Every access is checked against the buffer. What points outside sets `bad`, which
 * stays set, and reads as absent; so a whole structure can be walked and `bad` asked for once. */

struct flatbuf {
	const uint8_t *data;
	size_t len;
	int bad;
};

struct flatbuf_table { /* at = 0: absent; reading its fields gives defaults */
	size_t at, vtable;
	uint16_t size, vsize;
};

struct flatbuf_vector { /* at: of the first item */
	size_t at;
	uint32_t n;
};

/* The root table; a scalar field (`missing` where it is absent); a table in a field. What lies
 * outside the bytes sets f->bad and counts as absent. */
struct flatbuf_table flatbuf_root(struct flatbuf *f);
int64_t flatbuf_int(struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t width,
	int64_t missing);
struct flatbuf_table flatbuf_table(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field);
/* Items of `width` bytes each; for a vector of tables width is 4. */
struct flatbuf_vector flatbuf_vector(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t width);
struct flatbuf_table flatbuf_item(struct flatbuf *f, const struct flatbuf_vector *v, uint32_t i);
/* Borrowed from the buffer, not NUL-ended; NULL where absent. */
const char *flatbuf_text(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t *len);
/* A signed little-endian integer inside a struct; `at` has been checked by flatbuf_vector. */
int64_t flatbuf_i64(const struct flatbuf *f, size_t at);
int32_t flatbuf_i32(const struct flatbuf *f, size_t at);

/* ---- writing into a buf that holds nothing else. Positions are offsets into it. A thing is
 * written, then linked from what was written before it. */

struct flatbuf_slot {
	uint8_t field, width; /* 1, 2, 4 or 8; an offset has width 4 and is linked later */
	int64_t value;
};

void flatbuf_start(struct buf *b);
void flatbuf_finish(struct buf *b, size_t root);
/* Slots in ascending order of field; returns the position of the table. */
size_t flatbuf_put_table(struct buf *b, const struct flatbuf_slot *slots, size_t n);
size_t flatbuf_put_text(struct buf *b, const char *text, size_t len);
/* n zeroed items of `width` bytes, aligned to `align` (4 or 8); returns the vector's position, the
 * items stand 4 bytes behind it. */
size_t flatbuf_put_vector(struct buf *b, size_t n, size_t width, size_t align);
void flatbuf_link(struct buf *b, size_t table, unsigned field, size_t target);
void flatbuf_link_item(struct buf *b, size_t vector, size_t i, size_t target);
void flatbuf_set_i64(struct buf *b, size_t at, int64_t value);
void flatbuf_set_i32(struct buf *b, size_t at, int32_t value);

#endif
