/* flatbuf: FlatBuffers, as far as Arrow's metadata needs them.
 * SPDX-License-Identifier: MIT
 */
#include "io/flatbuf.h"

#include <assert.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "written for little-endian machines");

/* ---- reading */

/* Whether [at, at + n) lies in the buffer; remembers where it does not. */
static int flatbuf_inside(struct flatbuf *f, size_t at, size_t n)
{
	if (at <= f->len && n <= f->len - at)
		return 1;
	f->bad = 1;
	return 0;
}

static uint16_t flatbuf_u16(const struct flatbuf *f, size_t at)
{
	uint16_t v;

	memcpy(&v, f->data + at, sizeof(v));
	return v;
}

static uint32_t flatbuf_u32(const struct flatbuf *f, size_t at)
{
	uint32_t v;

	memcpy(&v, f->data + at, sizeof(v));
	return v;
}

int32_t flatbuf_i32(const struct flatbuf *f, size_t at)
{
	return (int32_t)flatbuf_u32(f, at);
}

int64_t flatbuf_i64(const struct flatbuf *f, size_t at)
{
	int64_t v;

	memcpy(&v, f->data + at, sizeof(v));
	return v;
}

/* The target of the offset at `at`, which lies inside; 0 where it points outside. */
static size_t flatbuf_follow(struct flatbuf *f, size_t at)
{
	uint32_t by = flatbuf_u32(f, at);

	/* Offsets point forward; 0 would be a thing inside its own offset. */
	if (by < 4 || by > f->len - at) {
		f->bad = 1;
		return 0;
	}
	return at + by;
}

static struct flatbuf_table flatbuf_open(struct flatbuf *f, size_t at)
{
	struct flatbuf_table t = {0, 0, 0, 0};
	int64_t vtable;

	if (!at || !flatbuf_inside(f, at, 4))
		return t;
	vtable = (int64_t)at - flatbuf_i32(f, at);
	if (vtable < 0 || vtable > (int64_t)f->len || !flatbuf_inside(f, (size_t)vtable, 4)) {
		f->bad = 1;
		return t;
	}
	t.vtable = (size_t)vtable;
	t.vsize = flatbuf_u16(f, t.vtable);
	t.size = flatbuf_u16(f, t.vtable + 2);
	if (t.vsize < 4 || t.vsize % 2 || t.size < 4 || !flatbuf_inside(f, t.vtable, t.vsize) ||
		!flatbuf_inside(f, at, t.size)) {
		f->bad = 1;
		return t;
	}
	t.at = at;
	return t;
}

struct flatbuf_table flatbuf_root(struct flatbuf *f)
{
	return flatbuf_open(f, flatbuf_inside(f, 0, 4) ? flatbuf_follow(f, 0) : 0);
}

/* The position of a field of `width` bytes, or 0 where it is absent. */
static size_t flatbuf_field(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t width)
{
	size_t slot = 4 + 2 * (size_t)field;
	uint16_t by;

	if (!t->at || slot + 2 > t->vsize)
		return 0;
	by = flatbuf_u16(f, t->vtable + slot);
	if (!by)
		return 0;
	if (by < 4 || by + width > t->size) {
		f->bad = 1;
		return 0;
	}
	return t->at + by;
}

int64_t flatbuf_int(struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t width,
	int64_t missing)
{
	size_t at = flatbuf_field(f, t, field, width);

	if (!at)
		return missing;
	switch (width) {
	case 1:
		return f->data[at];
	case 2:
		return (int16_t)flatbuf_u16(f, at);
	case 4:
		return flatbuf_i32(f, at);
	default:
		return flatbuf_i64(f, at);
	}
}

struct flatbuf_table flatbuf_table(struct flatbuf *f, const struct flatbuf_table *t, unsigned field)
{
	size_t at = flatbuf_field(f, t, field, 4);

	return flatbuf_open(f, at ? flatbuf_follow(f, at) : 0);
}

struct flatbuf_vector flatbuf_vector(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t width)
{
	size_t at = flatbuf_field(f, t, field, 4);
	struct flatbuf_vector v = {0, 0};
	uint32_t n;

	at = at ? flatbuf_follow(f, at) : 0;
	if (!at || !flatbuf_inside(f, at, 4))
		return v;
	n = flatbuf_u32(f, at);
	if (n > (f->len - at - 4) / width) {
		f->bad = 1;
		return v;
	}
	v.at = at + 4;
	v.n = n;
	return v;
}

struct flatbuf_table flatbuf_item(struct flatbuf *f, const struct flatbuf_vector *v, uint32_t i)
{
	return flatbuf_open(f, flatbuf_follow(f, v->at + 4 * (size_t)i));
}

const char *flatbuf_text(
	struct flatbuf *f, const struct flatbuf_table *t, unsigned field, size_t *len)
{
	struct flatbuf_vector v = flatbuf_vector(f, t, field, 1);

	*len = v.n;
	return v.at ? (const char *)f->data + v.at : NULL;
}

/* ---- writing */

/* Pads so that the next byte stands `behind` bytes before a multiple of `align`. */
static void flatbuf_pad(struct buf *b, size_t align, size_t behind)
{
	buf_addz(b, (align - (b->len + behind) % align) % align);
}

void flatbuf_start(struct buf *b)
{
	buf_reset(b);
	buf_addz(b, 4);
}

static void flatbuf_set_u32(struct buf *b, size_t at, size_t value)
{
	uint32_t v = (uint32_t)value;

	memcpy(b->data + at, &v, sizeof(v));
}

void flatbuf_set_i32(struct buf *b, size_t at, int32_t value)
{
	memcpy(b->data + at, &value, sizeof(value));
}

void flatbuf_set_i64(struct buf *b, size_t at, int64_t value)
{
	memcpy(b->data + at, &value, sizeof(value));
}

void flatbuf_finish(struct buf *b, size_t root)
{
	flatbuf_set_u32(b, 0, root);
	flatbuf_pad(b, 8, 0);
}

size_t flatbuf_put_table(struct buf *b, const struct flatbuf_slot *slots, size_t n)
{
	size_t fields = n ? (size_t)slots[n - 1].field + 1 : 0, vsize = 4 + 2 * fields;
	size_t size = 4, table;
	uint16_t vtable[2 + 256] = {0};

	for (size_t i = 0; i < n; i++) {
		size = (size + slots[i].width - 1) / slots[i].width * slots[i].width;
		vtable[2 + slots[i].field] = (uint16_t)size;
		size += slots[i].width;
	}
	vtable[0] = (uint16_t)vsize;
	vtable[1] = (uint16_t)size;
	flatbuf_pad(b, 8, vsize); /* the table behind the vtable starts at a multiple of 8 */
	buf_add(b, vtable, vsize);
	table = b->len;
	buf_addz(b, size);
	flatbuf_set_u32(b, table, vsize);
	for (size_t i = 0; i < n; i++)
		memcpy(b->data + table + vtable[2 + slots[i].field], &slots[i].value,
			slots[i].width);
	return table;
}

size_t flatbuf_put_vector(struct buf *b, size_t n, size_t width, size_t align)
{
	size_t at;

	flatbuf_pad(b, align, 4);
	at = b->len;
	buf_addz(b, 4 + n * width);
	flatbuf_set_u32(b, at, n);
	return at;
}

size_t flatbuf_put_text(struct buf *b, const char *text, size_t len)
{
	size_t at;

	flatbuf_pad(b, 4, 0);
	at = b->len;
	buf_addz(b, 4);
	flatbuf_set_u32(b, at, len);
	buf_add(b, text, len);
	buf_addz(b, 1);
	return at;
}

void flatbuf_link(struct buf *b, size_t table, unsigned field, size_t target)
{
	uint32_t vsize;
	uint16_t by;

	memcpy(&vsize, b->data + table, sizeof(vsize));
	memcpy(&by, b->data + table - vsize + 4 + 2 * (size_t)field, sizeof(by));
	flatbuf_set_u32(b, table + by, target - (table + by));
}

void flatbuf_link_item(struct buf *b, size_t vector, size_t i, size_t target)
{
	size_t at = vector + 4 + 4 * i;

	flatbuf_set_u32(b, at, target - at);
}
