/* batch: rows of typed columns.
 * SPDX-License-Identifier: MIT
 *
 * What lies under a null and behind the last bit is written as 0 here, though nobody may look at
 * it: files are made of these buffers, and equal tables must have equal bytes.
 */
#include "frame/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/num.h"

struct dict *dict_new(void)
{
	struct dict *d = mem_new(1, sizeof(*d));

	d->refs = 1;
	return d;
}

struct dict *dict_ref(struct dict *d)
{
	d->refs++;
	return d;
}

void dict_unref(struct dict *d)
{
	if (d && --d->refs == 0) {
		map_release(&d->values);
		free(d);
	}
}

void batch_init(struct batch *b, const struct schema *s)
{
	memset(b, 0, sizeof(*b));
	b->n = s->n;
	b->cols = mem_new(s->n, sizeof(*b->cols));
	for (size_t i = 0; i < s->n; i++) {
		b->cols[i].type = s->fields[i].type;
		b->cols[i].owned = 1;
	}
}

void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct column *c = &b->cols[i];

		dict_unref(c->dict);
		if (!c->owned)
			continue;
		free(c->validity);
		free(c->values);
		free(c->offsets);
		free(c->bytes);
	}
	free(b->cols);
	memset(b, 0, sizeof(*b));
}

void batch_clear(struct batch *b)
{
	b->rows = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct column *c = &b->cols[i];

		c->nulls = 0;
		if (!c->owned)
			continue;
		/* NULL has a meaning, so these few bytes go. */
		free(c->validity);
		c->validity = NULL;
		c->validity_cap = 0;
	}
}

int column_missing(const struct column *c, uint64_t row)
{
	size_t len;

	if (!column_valid(c, row))
		return 1;
	if (type_is_text(c->type))
		return column_text(c, row, &len) && len == 0;
	return c->type == TYPE_FLOAT64 && isnan(c->f64[row]);
}

double column_number(const struct column *c, uint64_t row)
{
	if (!column_valid(c, row))
		return NAN;
	switch (c->type) {
	case TYPE_BOOL:
		return bit_get(c->bits, row);
	case TYPE_INT64:
		return (double)c->i64[row];
	case TYPE_UINT64:
		return (double)c->u64[row];
	case TYPE_FLOAT64:
		return c->f64[row];
	default:
		return NAN;
	}
}

static int has_offsets(const struct column *c)
{
	return c->type == TYPE_STRING || c->type == TYPE_BINARY;
}

/* At least `need`, and at least twice what there is, so that pushing one by one stays linear. */
static size_t grown(size_t cap, size_t need)
{
	cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	return cap > need ? cap : need;
}

void column_reserve(struct column *c, size_t rows, size_t bytes)
{
	size_t width = type_width(c->type);

	if (rows > c->rows_cap) {
		int first = !c->rows_cap;

		c->rows_cap = grown(c->rows_cap, rows);
		if (c->type == TYPE_BOOL)
			c->bits = mem_grow(c->bits, c->rows_cap / 8 + 1, 1);
		else if (width)
			c->values = mem_grow(c->values, c->rows_cap, width);
		if (has_offsets(c)) {
			c->offsets = mem_grow(c->offsets, c->rows_cap + 1, sizeof(*c->offsets));
			if (first)
				c->offsets[0] = 0;
		}
		if (c->validity) {
			c->validity_cap = c->rows_cap / 8 + 1;
			c->validity = mem_grow(c->validity, c->validity_cap, 1);
		}
	}
	if (bytes > c->bytes_cap) {
		c->bytes_cap = grown(c->bytes_cap, bytes);
		c->bytes = mem_grow(c->bytes, c->bytes_cap, 1);
	}
}

static void push_bit(uint8_t *bits, uint64_t row, int value)
{
	if (!(row & 7))
		bits[row >> 3] = 0;
	bit_set(bits, row, value);
}

/* Room for one more row, and its validity. */
static inline void push_valid(struct column *c, uint64_t row)
{
	if (row >= c->rows_cap)
		column_reserve(c, row < 64 ? 64 : row + 1, 0);
	if (c->validity)
		push_bit(c->validity, row, 1);
}

void column_push_null(struct column *c, uint64_t row)
{
	if (row >= c->rows_cap)
		column_reserve(c, row < 64 ? 64 : row + 1, 0);
	c->nulls++;
	if (c->type == TYPE_NULL)
		return;
	if (!c->validity) {
		c->validity_cap = c->rows_cap / 8 + 1;
		c->validity = mem_array(c->validity_cap, 1);
		memset(c->validity, 0xff, row / 8);
		c->validity[row >> 3] = (uint8_t)((1u << (row & 7)) - 1);
	}
	push_bit(c->validity, row, 0);
	if (c->type == TYPE_BOOL)
		push_bit(c->bits, row, 0);
	else if (has_offsets(c))
		c->offsets[row + 1] = c->offsets[row];
	else
		memset((char *)c->values + row * type_width(c->type), 0, type_width(c->type));
}

void column_push_bool(struct column *c, uint64_t row, int value)
{
	push_valid(c, row);
	push_bit(c->bits, row, value);
}

void column_push_int64(struct column *c, uint64_t row, int64_t value)
{
	push_valid(c, row);
	c->i64[row] = value;
}

void column_push_uint64(struct column *c, uint64_t row, uint64_t value)
{
	push_valid(c, row);
	c->u64[row] = value;
}

void column_push_float64(struct column *c, uint64_t row, double value)
{
	push_valid(c, row);
	c->f64[row] = value;
}

void column_push_date(struct column *c, uint64_t row, int32_t days)
{
	push_valid(c, row);
	c->i32[row] = days;
}

void column_push_index(struct column *c, uint64_t row, int32_t index)
{
	push_valid(c, row);
	c->i32[row] = index;
}

int column_push_text(struct column *c, uint64_t row, const char *text, size_t len)
{
	size_t start = row && c->rows_cap ? (size_t)c->offsets[row] : 0;

	if (len > (size_t)INT32_MAX - start)
		return -1;
	push_valid(c, row);
	if (start + len > c->bytes_cap)
		column_reserve(c, 0, start + len < 256 ? 256 : start + len);
	if (len)
		memcpy(c->bytes + start, text, len);
	c->offsets[row + 1] = (int32_t)(start + len);
	return 0;
}

/* The index of a value in the column's own dictionary; one that others hold too is copied before
 * it grows, so that no other column gets values that are not its own. */
static int32_t dict_index(struct column *c, const char *text, size_t len)
{
	size_t at = map_find(&c->dict->values, text, len);

	if (at == MAP_NONE && c->dict->refs > 1) {
		struct dict *copy = dict_new();
		const struct map *values = &c->dict->values;

		for (size_t i = 0; i < values->n; i++) {
			size_t n;
			const char *key = map_key(values, i, &n);

			map_add(&copy->values, key, n, NULL);
		}
		dict_unref(c->dict);
		c->dict = copy;
	}
	return (int32_t)(at != MAP_NONE ? at : map_add(&c->dict->values, text, len, NULL));
}

int column_push_from(struct column *to, uint64_t at, const struct column *from, uint64_t row)
{
	const char *text;
	size_t len;

	if (from->type == TYPE_CATEGORY && !to->dict)
		to->dict = dict_ref(from->dict);
	if (!column_valid(from, row)) {
		column_push_null(to, at);
		return 0;
	}
	switch (from->type) {
	case TYPE_BOOL:
		column_push_bool(to, at, bit_get(from->bits, row));
		return 0;
	case TYPE_STRING:
	case TYPE_BINARY:
		text = column_text(from, row, &len);
		return column_push_text(to, at, text, len);
	case TYPE_CATEGORY:
		text = column_text(from, row, &len);
		column_push_index(to, at,
			to->dict == from->dict ? from->i32[row] : dict_index(to, text, len));
		return 0;
	case TYPE_DATE:
		column_push_date(to, at, from->i32[row]);
		return 0;
	default:
		column_push_int64(to, at, from->i64[row]); /* all are eight bytes wide */
		return 0;
	}
}

static int kept(const uint8_t *keep, uint64_t row)
{
	return !keep || bit_get(keep, row);
}

/* Whether the kept text still fits into the 31 bits of the offsets. */
static int text_fits(const struct column *to, uint64_t rows, const struct column *from, uint64_t n,
	const uint8_t *keep)
{
	uint64_t total = rows ? (uint64_t)to->offsets[rows] : 0;

	for (uint64_t i = 0; i < n; i++)
		if (kept(keep, i))
			total += (uint64_t)(from->offsets[i + 1] - from->offsets[i]);
	return total <= INT32_MAX;
}

int batch_append(struct batch *to, const struct batch *from, const uint8_t *keep)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < from->rows; i++)
		count += (uint64_t)kept(keep, i);
	for (size_t i = 0; i < to->n && count; i++)
		if (has_offsets(&to->cols[i]) &&
			!text_fits(&to->cols[i], to->rows, &from->cols[i], from->rows, keep))
			return -1;
	for (size_t i = 0; i < to->n && count; i++) {
		struct column *c = &to->cols[i];
		const struct column *source = &from->cols[i];
		uint64_t at = to->rows;

		column_reserve(c, at + count, 0);
		if (!keep && !c->validity && !source->validity && type_width(c->type) == 8) {
			memcpy(c->i64 + at, source->i64, count * 8);
			continue;
		}
		for (uint64_t row = 0; row < from->rows; row++)
			if (kept(keep, row))
				column_push_from(c, at++, source, row);
	}
	to->rows += count;
	return 0;
}

static void print_hex(const char *bytes, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++)
		buf_addf(out, "%02x", (unsigned char)bytes[i]);
}

static size_t print_number(const struct column *c, uint64_t row, char text[DATE_TEXT])
{
	switch (c->type) {
	case TYPE_INT64:
		return num_print_int64(c->i64[row], text);
	case TYPE_UINT64:
		return num_print_uint64(c->u64[row], text);
	case TYPE_FLOAT64:
		return num_print(c->f64[row], text);
	case TYPE_DATE:
		return date_print(c->i32[row], text);
	case TYPE_TIME:
		return clock_print(c->i64[row], text);
	case TYPE_TIMESTAMP:
		return time_print(c->i64[row], TIME_NAIVE, text);
	case TYPE_TIMESTAMP_UTC:
		return time_print(c->i64[row], TIME_ZONED, text);
	default:
		return 0;
	}
}

/* ISO 8601 in seconds, "PT-1.5S", with as few digits as hold it. */
static void print_duration(int64_t us, struct buf *out)
{
	uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
	char fraction[DATE_TEXT];

	buf_addf(out, "PT%s%llu", us < 0 ? "-" : "", (unsigned long long)(size / 1000000));
	clock_print((int64_t)(size % 1000000), fraction); /* "00:00:00.5" */
	buf_addf(out, "%sS", fraction + 8);
}

void column_print(const struct column *c, uint64_t row, struct buf *out)
{
	char number[DATE_TEXT];
	const char *text;
	size_t len;

	if (!column_valid(c, row))
		return;
	switch (c->type) {
	case TYPE_BOOL:
		buf_adds(out, bit_get(c->bits, row) ? "true" : "false");
		break;
	case TYPE_STRING:
	case TYPE_CATEGORY:
		text = column_text(c, row, &len);
		buf_add(out, text, len);
		break;
	case TYPE_BINARY:
		text = column_text(c, row, &len);
		print_hex(text, len, out);
		break;
	case TYPE_DURATION:
		print_duration(c->i64[row], out);
		break;
	default:
		len = print_number(c, row, number);
		buf_add(out, number, len);
	}
}
