/* arrow_text: strings and bytes in Arrow's layouts.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_text.h"

#include <string.h>

#include "base/utf8.h"

static int is_large(const struct arrow_column *c)
{
	return c->type.tag == ARROW_LARGE_UTF8 || c->type.tag == ARROW_LARGE_BINARY;
}

static int has_offsets(const struct arrow_column *c)
{
	return !c->type.width; /* views and fixed width have one */
}

static int64_t offset_at(const struct arrow_column *c, uint64_t row)
{
	int64_t large;
	int32_t small;

	if (is_large(c)) {
		memcpy(&large, c->values.at + 8 * row, 8);
		return large;
	}
	memcpy(&small, c->values.at + 4 * row, 4);
	return small;
}

static int text_valid(const struct arrow_slice *s, uint64_t i)
{
	return !s->column->validity || bit_get(s->column->validity, s->from + i);
}

const char *arrow_text_at(const struct arrow_column *c, uint64_t row, uint64_t *len)
{
	int64_t start, end;

	if (arrow_type_is_view(&c->type))
		return (const char *)arrow_view(c, row, len);
	if (!has_offsets(c)) {
		*len = c->type.width;
		return (const char *)c->values.at + row * c->type.width;
	}
	start = offset_at(c, row);
	end = offset_at(c, row + 1);
	if (start < 0 || end < start || (uint64_t)end > c->spans[0].len)
		return NULL;
	*len = (uint64_t)(end - start);
	return (const char *)c->spans[0].at + start;
}

static int wrong_place(uint64_t i, uint64_t *bad, struct err *e)
{
	*bad = i;
	return err_set(e, ERR_DATA, "a value outside the bytes of the column");
}

static int not_utf8(uint64_t i, uint64_t *bad, struct err *e)
{
	*bad = i;
	return err_set(e, ERR_DATA, "a string that is not UTF-8");
}

static int is_ascii(const char *text, uint64_t len)
{
	uint64_t all = 0, i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, text + i, 8);
		all |= word;
	}
	for (; i < len; i++)
		all |= (uint64_t)(unsigned char)text[i];
	return !(all & 0x8080808080808080u);
}

/* Offsets never go back and stay inside the bytes, also under nulls, as the format demands; and
 * strings are UTF-8 where they are not null. */
int arrow_text_check(const struct arrow_slice *s, uint64_t *bad, struct err *e)
{
	const struct arrow_column *c = s->column;
	int64_t last = offset_at(c, s->from), start = last;

	if (last < 0)
		return wrong_place(0, bad, e);
	for (uint64_t i = 0; i < s->n; i++) {
		int64_t offset = offset_at(c, s->from + i + 1);

		if (offset < last || (uint64_t)offset > c->spans[0].len)
			return wrong_place(i, bad, e);
		last = offset;
	}
	if (!arrow_type_is_string(&c->type) ||
		is_ascii((const char *)c->spans[0].at + start, (uint64_t)(last - start)))
		return 0;
	for (uint64_t i = 0; i < s->n; i++) {
		uint64_t len;
		const char *text = arrow_text_at(c, s->from + i, &len);

		if (text_valid(s, i) && !utf8_valid(text, len))
			return not_utf8(i, bad, e);
	}
	return 0;
}

int arrow_text_is_plain(const struct arrow_slice *s)
{
	const struct arrow_column *c = s->column;

	return has_offsets(c) && !is_large(c) && offset_at(c, s->from) == 0 && c->spans[0].len;
}

/* The new offsets of n rows behind row `at`, the first of which is there afterwards. */
static int32_t *text_offsets(struct arrow_rows *r, uint64_t at, uint64_t n)
{
	size_t need = (size_t)(at + n + 1) * 4;
	int32_t *offsets;

	buf_room(&r->offsets, need);
	r->offsets.len = need;
	offsets = (int32_t *)(void *)r->offsets.data;
	if (!at)
		offsets[0] = 0;
	return offsets + at + 1;
}

/* All bytes of the slice at once. */
static int add_range(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e)
{
	const struct arrow_column *c = s->column;
	int32_t *to = text_offsets(r, at, s->n), base = (int32_t)r->bytes.len;
	int64_t start;

	if (arrow_text_check(s, bad, e) < 0)
		return -1;
	start = offset_at(c, s->from);
	for (uint64_t i = 0; i < s->n; i++)
		to[i] = base + (int32_t)(offset_at(c, s->from + i + 1) - start);
	buf_add(&r->bytes, (const char *)c->spans[0].at + start,
		(size_t)(offset_at(c, s->from + s->n) - start));
	return 0;
}

int arrow_text_add(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e)
{
	int is_string = arrow_type_is_string(&s->column->type);
	int32_t *to;

	if (has_offsets(s->column))
		return add_range(r, at, s, bad, e);
	to = text_offsets(r, at, s->n);
	for (uint64_t i = 0; i < s->n; i++) {
		if (text_valid(s, i)) {
			uint64_t len;
			const char *text = arrow_text_at(s->column, s->from + i, &len);

			if (!text)
				return wrong_place(i, bad, e);
			if (is_string && !utf8_valid(text, len))
				return not_utf8(i, bad, e);
			buf_add(&r->bytes, text, len);
		}
		to[i] = (int32_t)r->bytes.len;
	}
	return 0;
}

int arrow_text_code(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e)
{
	int32_t *to = (int32_t *)(void *)r->values.data + at;

	for (uint64_t i = 0; i < s->n; i++) {
		const char *text;
		uint64_t len;

		to[i] = 0;
		if (!text_valid(s, i))
			continue;
		text = arrow_text_at(s->column, s->from + i, &len);
		if (!text)
			return wrong_place(i, bad, e);
		if (!utf8_valid(text, len))
			return not_utf8(i, bad, e);
		to[i] = (int32_t)map_add(&r->dict->values, text, len, NULL);
	}
	return 0;
}

uint64_t arrow_rows_fit(const struct arrow_rows *r, const struct arrow_slice *s)
{
	const struct arrow_column *c = s->column;
	uint64_t room = INT32_MAX - r->bytes.len, used = 0;

	if (r->type != TYPE_STRING && r->type != TYPE_BINARY)
		return s->n;
	if (!has_offsets(c) && !arrow_type_is_view(&c->type))
		return s->n < room / c->type.width ? s->n : room / c->type.width;
	if (has_offsets(c)) {
		int64_t start = offset_at(c, s->from), end = offset_at(c, s->from + s->n);

		/* Offsets that go back are found by arrow_text_check() afterwards. */
		if (start < 0 || end < start || end - start <= (int64_t)room)
			return s->n;
	}
	for (uint64_t i = 0; i < s->n; i++) {
		uint64_t len = 0;

		if (text_valid(s, i) || has_offsets(c))
			arrow_text_at(c, s->from + i, &len);
		used += len;
		if (used > room)
			return i;
	}
	return s->n;
}
