/* survey: what must be known of a table's columns to propose a pipeline for it.
 * SPDX-License-Identifier: MIT
 */
#include "feat/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "frame/batch.h"

static void survey_rehash(struct survey_column *c, size_t slots)
{
	uint64_t *old = c->hashes;
	size_t n = c->slots;

	c->hashes = mem_new(slots, sizeof(*c->hashes));
	c->slots = slots;
	for (size_t i = 0; i < n; i++) {
		size_t at = old[i] & (slots - 1);

		if (!old[i])
			continue;
		while (c->hashes[at])
			at = (at + 1) & (slots - 1);
		c->hashes[at] = old[i];
	}
	free(old);
}

/* Counts a value by its 64-bit hash: two values of one hash count as one, once in 10^7 columns. */
static void survey_count(struct survey_column *c, const char *text, size_t len)
{
	uint64_t hash = hash64(text, len, 0);
	size_t at;

	if (c->distinct >= SURVEY_DISTINCT)
		return;
	if ((c->distinct + 1) * 2 > c->slots)
		survey_rehash(c, c->slots ? c->slots * 2 : 64);
	hash += !hash;
	at = hash & (c->slots - 1);
	for (; c->hashes[at]; at = (at + 1) & (c->slots - 1)) {
		if (c->hashes[at] == hash) {
			c->repeats = 1;
			return;
		}
	}
	c->hashes[at] = hash;
	c->distinct++;
}

static void survey_value(struct survey_column *c, const char *text, size_t len)
{
	survey_count(c, text, len);
	c->text_length += (double)len;
	if (c->distinct > SURVEY_VALUES) {
		map_clear(&c->values);
	} else {
		size_t at = map_add(&c->values, text, len, NULL); /* may move the array below */

		c->values.values[at]++;
	}
}

/* Moments in one pass (Pebay 2008, eq. 1.5 and 1.6 for one new value); n: with this one. */
static void survey_number(struct survey_column *c, double x, double n)
{
	double delta = x - c->mean, part = delta / n, term = delta * part * (n - 1);

	if (n == 1 || x < c->min)
		c->min = x;
	if (n == 1 || x > c->max)
		c->max = x;
	if (n > 1 && x < c->last)
		c->increasing = 0;
	if (x != rint(x) || fabs(x) > 9007199254740992.0)
		c->integral = 0;
	c->m3 += term * part * (n - 2) - 3 * part * c->m2;
	c->m2 += term;
	c->mean += part;
	c->last = x;
}

/* A number or a time on one scale, so that order can be seen; NaN for text. */
static double survey_scale(const struct column *c, uint64_t row)
{
	if (c->type == TYPE_DATE)
		return (double)c->i32[row];
	if (c->type == TYPE_TIMESTAMP || c->type == TYPE_TIMESTAMP_UTC || c->type == TYPE_TIME ||
		c->type == TYPE_DURATION)
		return (double)c->i64[row];
	return column_number(c, row);
}

static void survey_batch(struct survey *s, const struct batch *b)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < b->n; i++) {
		struct survey_column *c = &s->cols[i];
		const struct column *col = &b->cols[i];

		for (uint64_t row = 0; row < b->rows; row++) {
			double x = NAN;
			int known = column_valid(col, row);

			buf_reset(&text);
			if (known)
				column_print(col, row, &text);
			if (known && !type_is_text(col->type) && col->type != TYPE_BINARY) {
				x = survey_scale(col, row);
				known = !isnan(x);
			}
			if (!known || !text.len) {
				c->missing++;
				continue;
			}
			survey_value(c, text.data, text.len);
			if (!isnan(x))
				survey_number(c, x, (double)(s->rows + row + 1 - c->missing));
		}
	}
	s->rows += b->rows;
	buf_release(&text);
}

int survey_read(struct survey *s, struct source *source, struct err *e)
{
	const struct batch *b;
	int rc;

	schema_copy(&s->schema, source_schema(source));
	s->cols = mem_new(s->schema.n, sizeof(*s->cols));
	for (size_t i = 0; i < s->schema.n; i++)
		s->cols[i].increasing = s->cols[i].integral = 1;
	while ((rc = source_next(source, &b, e)) > 0)
		survey_batch(s, b);
	return rc;
}

void survey_release(struct survey *s)
{
	for (size_t i = 0; s->cols && i < s->schema.n; i++) {
		map_release(&s->cols[i].values);
		free(s->cols[i].hashes);
	}
	free(s->cols);
	schema_release(&s->schema);
	*s = (struct survey)SURVEY_INIT;
}

double survey_skew(const struct survey *s, size_t col)
{
	const struct survey_column *c = &s->cols[col];
	double n = (double)(s->rows - c->missing), var = n > 0 ? c->m2 / n : 0;

	return var > 0 ? c->m3 / n / (var * sqrt(var)) : 0;
}
