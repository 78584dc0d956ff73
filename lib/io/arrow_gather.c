/* arrow_gather: the rows of one column on their way into a record batch.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ARROW_TEXT_CAP = INT32_MAX };

void arrow_gather_init(struct arrow_gather *g, enum type type, int is_dict, int is_fixed)
{
	memset(g, 0, sizeof(*g));
	g->type = type;
	g->is_dict = is_dict;
	g->is_fixed = is_fixed;
	g->validity = g->values = g->bytes = (struct buf)BUF_INIT;
}

void arrow_gather_release(struct arrow_gather *g)
{
	buf_release(&g->validity);
	buf_release(&g->values);
	buf_release(&g->bytes);
	map_release(&g->dict);
	dict_unref(g->seen);
	free(g->as);
}

void arrow_gather_clear(struct arrow_gather *g)
{
	buf_reset(&g->validity);
	buf_reset(&g->values);
	buf_reset(&g->bytes);
	g->nulls = 0;
}

static int is_text(const struct arrow_gather *g)
{
	return g->type == TYPE_STRING || g->type == TYPE_BINARY ||
	       (g->type == TYPE_CATEGORY && !g->is_dict);
}

uint64_t arrow_gather_fit(
	const struct arrow_gather *g, const struct column *c, uint64_t from, uint64_t n)
{
	uint64_t room = ARROW_TEXT_CAP - g->bytes.len, used = 0;

	if (!is_text(g))
		return n;
	if (c->type != TYPE_CATEGORY && !c->nulls &&
		(uint64_t)(c->offsets[from + n] - c->offsets[from]) <= room)
		return n;
	for (uint64_t i = 0; i < n; i++) {
		size_t len = 0;

		if (column_valid(c, from + i))
			column_text(c, from + i, &len);
		used += len;
		if (used > room)
			return i;
	}
	return n;
}

/* `need` bytes, the new ones 0. */
static void gather_room(struct buf *b, size_t need)
{
	if (need > b->len)
		buf_addz(b, need - b->len);
}

static void gather_validity(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	uint8_t *bits;

	gather_room(&g->validity, (size_t)(at + n + 7) / 8);
	bits = (uint8_t *)g->validity.data;
	for (uint64_t i = 0; i < n; i++) {
		int valid = column_valid(c, from + i);

		bit_set(bits, at + i, valid);
		g->nulls += !valid;
	}
}

static void gather_bits(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	gather_room(&g->values, (size_t)(at + n + 7) / 8);
	for (uint64_t i = 0; i < n; i++)
		bit_set((uint8_t *)g->values.data, at + i,
			column_valid(c, from + i) && bit_get(c->bits, from + i));
}

static void gather_fixed(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	size_t width = type_width(g->type);
	char *to;

	gather_room(&g->values, (size_t)(at + n) * width);
	to = g->values.data + at * width;
	memcpy(to, (const char *)c->values + from * width, n * width);
	for (uint64_t i = 0; c->nulls && i < n; i++)
		if (!column_valid(c, from + i))
			memset(to + i * width, 0, width);
}

static void gather_text(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	int32_t *offsets;

	gather_room(&g->values, (size_t)(at + n + 1) * sizeof(*offsets));
	offsets = (int32_t *)(void *)g->values.data + at + 1;
	for (uint64_t i = 0; i < n; i++) {
		if (column_valid(c, from + i)) {
			size_t len;
			const char *text = column_text(c, from + i, &len);

			buf_add(&g->bytes, text, len);
		}
		offsets[i] = (int32_t)g->bytes.len;
	}
}

/* Makes `as` the translation of this dictionary; a dictionary may have grown since. */
static void gather_meet(struct arrow_gather *g, struct dict *d)
{
	size_t have = g->seen == d ? g->nas : 0, n = d->values.n;

	if (g->seen != d) {
		dict_unref(g->seen);
		g->seen = dict_ref(d);
	}
	if (n <= have)
		return;
	g->as = mem_grow(g->as, n, sizeof(*g->as));
	for (size_t i = have; i < n; i++)
		g->as[i] = -1;
	g->nas = n;
	for (size_t i = have; g->is_fixed && i < n; i++) {
		size_t len;
		const char *key = map_key(&d->values, i, &len);

		g->as[i] = (int32_t)map_add(&g->dict, key, len, NULL);
	}
}

static int gather_indices(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	int32_t *to;

	gather_room(&g->values, (size_t)(at + n) * sizeof(*to));
	to = (int32_t *)(void *)g->values.data + at;
	if (c->dict)
		gather_meet(g, c->dict);
	for (uint64_t i = 0; i < n; i++) {
		int32_t *as;

		if (!column_valid(c, from + i))
			continue;
		as = &g->as[c->i32[from + i]];
		if (*as < 0) {
			size_t len;
			const char *text = column_text(c, from + i, &len);

			if (g->dict.n >= INT32_MAX)
				return -1;
			*as = (int32_t)map_add(&g->dict, text, len, NULL);
		}
		to[i] = *as;
	}
	return 0;
}

int arrow_gather_add(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n)
{
	if (g->type == TYPE_NULL)
		return 0;
	gather_validity(g, at, c, from, n);
	if (is_text(g))
		gather_text(g, at, c, from, n);
	else if (g->type == TYPE_BOOL)
		gather_bits(g, at, c, from, n);
	else if (g->type == TYPE_CATEGORY)
		return gather_indices(g, at, c, from, n);
	else
		gather_fixed(g, at, c, from, n);
	return 0;
}

size_t arrow_gather_parts(const struct arrow_gather *g, uint64_t rows, struct arrow_part *parts)
{
	static const int32_t zero[2];

	if (g->type == TYPE_NULL)
		return 0;
	parts[0] = (struct arrow_part){g->validity.data, g->nulls ? (rows + 7) / 8 : 0};
	parts[1] = (struct arrow_part){g->values.data, g->values.len};
	if (!is_text(g))
		return 2;
	if (!rows) /* an offset all the same: not every reader does without */
		parts[1] = (struct arrow_part){zero, sizeof(*zero)};
	parts[2] = (struct arrow_part){g->bytes.data, g->bytes.len};
	return 3;
}

size_t arrow_gather_borrow(const struct arrow_gather *g, const struct column *c, uint64_t rows,
	struct arrow_part *parts)
{
	if (c->nulls || g->type == TYPE_CATEGORY || g->type == TYPE_NULL)
		return 0;
	parts[0] = (struct arrow_part){"", 0};
	if (is_text(g)) {
		if (c->offsets[0])
			return 0;
		parts[1] = (struct arrow_part){c->offsets, (rows + 1) * sizeof(*c->offsets)};
		parts[2] = (struct arrow_part){c->bytes, (uint64_t)c->offsets[rows]};
		return 3;
	}
	if (g->type == TYPE_BOOL && rows % 8)
		return 0;
	parts[1] = (struct arrow_part){
		c->values, g->type == TYPE_BOOL ? rows / 8 : rows * type_width(g->type)};
	return 2;
}
