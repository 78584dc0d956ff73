/* drift: where to count, and counting.
 * SPDX-License-Identifier: MIT
 */
#include "stat/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stat/quantile.h"
#include "stat/sketch.h"
#include "stat/topk.h"

#define QUANTILES 256
#define RARE 5 /* a category of an incomplete list that has fewer rows is of the rest */

struct drift_survey {
	struct sketch sketch; /* numbers */
	struct topk top;      /* texts; numbers by their 8 bytes */
};

static void survey_free(struct drift_survey *s)
{
	if (s) {
		sketch_release(&s->sketch);
		topk_release(&s->top);
	}
	free(s);
}

void drift_release(struct drift *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct drift_column *c = &d->columns[i];

		free(c->name);
		free(c->role);
		free(c->grid);
		free(c->reference.cells);
		map_release(&c->values);
		survey_free(c->survey);
	}
	free(d->columns);
	json_decref(d->nulls);
	*d = (struct drift)DRIFT_INIT;
}

int drift_takes(enum type type)
{
	return type_is_number(type) || type_is_text(type);
}

void drift_add(struct drift *d, const char *name, const char *role, enum type type)
{
	MEM_ROOM(d->columns, d->n, d->cap);
	d->columns[d->n++] = (struct drift_column){.name = mem_strdup(name),
		.role = mem_strdup(role),
		.type = type == TYPE_CATEGORY ? TYPE_STRING : type,
		.kind = type_is_number(type) ? DRIFT_NUMBER : DRIFT_CATEGORY,
		.survey = mem_new(1, sizeof(struct drift_survey))};
}

size_t drift_find(const struct drift *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->columns[i].name, name) == 0)
			return i;
	return SCHEMA_NONE;
}

size_t drift_cells(const struct drift_column *c)
{
	return c->kind == DRIFT_NUMBER ? 2 * c->n + 1 : c->values.n + 1;
}

void drift_bind(const struct drift *d, const struct schema *s, size_t *at, char *mistyped)
{
	for (size_t i = 0; i < d->n; i++) {
		enum type type;

		at[i] = schema_find(s, d->columns[i].name);
		if (at[i] == SCHEMA_NONE)
			continue;
		type = s->fields[at[i]].type;
		if (type == TYPE_NULL || (d->columns[i].kind == DRIFT_NUMBER ? type_is_number(type)
									     : type_is_text(type)))
			continue;
		at[i] = SCHEMA_NONE;
		if (mistyped)
			mistyped[i] = 1;
	}
}

/* The number of a row, without a negative zero; NaN where it is missing. */
static double row_number(const struct column *c, uint64_t row)
{
	return column_valid(c, row) ? column_number(c, row) + 0.0 : NAN;
}

/* The text of a row, or NULL where it is missing. */
static const char *row_text(const struct column *c, uint64_t row, size_t *len)
{
	const char *text;

	if (!column_valid(c, row))
		return NULL;
	text = column_text(c, row, len);
	return *len ? text : NULL;
}

/* ---- the first pass */

static void look_number(struct drift_survey *s, const struct column *c, uint64_t rows)
{
	for (uint64_t i = 0; i < rows; i++) {
		double x = row_number(c, i);

		if (!isfinite(x))
			continue;
		sketch_add(&s->sketch, x);
		topk_add(&s->top, (const char *)&x, sizeof(x));
	}
}

static void look_text(struct drift_survey *s, const struct column *c, uint64_t rows)
{
	for (uint64_t i = 0; i < rows; i++) {
		size_t len;
		const char *text = row_text(c, i, &len);

		if (text)
			topk_add(&s->top, text, len);
	}
}

void drift_look(struct drift *d, const struct batch *b, const size_t *at)
{
	for (size_t i = 0; i < d->n; i++) {
		struct drift_column *c = &d->columns[i];

		if (at[i] == SCHEMA_NONE)
			continue;
		if (c->kind == DRIFT_NUMBER)
			look_number(c->survey, &b->cols[at[i]], b->rows);
		else
			look_text(c->survey, &b->cols[at[i]], b->rows);
	}
}

static void settle_number(struct drift_column *c)
{
	const struct drift_survey *s = c->survey;
	struct topk_item *items = mem_array(DRIFT_GRID, sizeof(*items));
	size_t frequent = topk_list(&s->top, DRIFT_GRID, items), n = 0;
	int all = topk_exact(&s->top) && s->top.counts.n <= DRIFT_GRID;
	double *grid = mem_array(DRIFT_GRID + QUANTILES + 1, sizeof(*grid));

	for (size_t i = 0; i < frequent; i++)
		if (all || items[i].count >= s->sketch.n / (2 * QUANTILES))
			memcpy(&grid[n++], items[i].value, sizeof(*grid));
	if (n > DRIFT_GRID - QUANTILES - 1 && !all)
		n = DRIFT_GRID - QUANTILES - 1;
	for (size_t i = 0; !all && s->sketch.n && i <= QUANTILES; i++)
		grid[n++] = sketch_quantile(&s->sketch, (double)i / QUANTILES);
	quantile_sort(grid, n);
	for (size_t i = 0; i < n; i++)
		if (c->n == 0 || grid[i] > grid[c->n - 1])
			grid[c->n++] = grid[i];
	c->grid = grid;
	free(items);
}

static int item_order(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->value, y->value, len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static void settle_text(struct drift_column *c)
{
	const struct topk *top = &c->survey->top;
	struct topk_item *items = mem_array(DRIFT_CATEGORIES, sizeof(*items));
	size_t n = topk_list(top, DRIFT_CATEGORIES, items);

	c->complete = topk_exact(top) && top->counts.n <= DRIFT_CATEGORIES;
	while (!c->complete && n && items[n - 1].count < RARE)
		n--;
	qsort(items, n, sizeof(*items), item_order);
	for (size_t i = 0; i < n; i++) {
		if (memchr(items[i].value, 0, items[i].len)) /* not for JSON */
			c->complete = 0;
		else
			map_add(&c->values, items[i].value, items[i].len, NULL);
	}
	free(items);
}

void drift_settle(struct drift *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct drift_column *c = &d->columns[i];

		if (c->kind == DRIFT_NUMBER)
			settle_number(c);
		else
			settle_text(c);
		survey_free(c->survey);
		c->survey = NULL;
		c->reference.cells = mem_new(drift_cells(c), sizeof(*c->reference.cells));
	}
}

/* ---- counting */

static void count_number(
	const struct drift_column *c, struct drift_tally *t, const struct column *from, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		double x = row_number(from, i);
		size_t low = 0, high = c->n;

		if (isnan(x)) {
			t->missing++;
			continue;
		}
		while (low < high) { /* the first grid point >= x */
			size_t middle = (low + high) / 2;

			if (c->grid[middle] < x)
				low = middle + 1;
			else
				high = middle;
		}
		t->cells[2 * low + (low < c->n && c->grid[low] == x)]++;
	}
}

static void count_text(
	const struct drift_column *c, struct drift_tally *t, const struct column *from, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		size_t len, at;
		const char *text = row_text(from, i, &len);

		if (!text) {
			t->missing++;
			continue;
		}
		at = map_find(&c->values, text, len);
		t->cells[at == MAP_NONE ? c->values.n : at]++;
	}
}

static void count_column(
	const struct drift_column *c, struct drift_tally *t, const struct column *from, uint64_t n)
{
	if (c->kind == DRIFT_NUMBER)
		count_number(c, t, from, n);
	else
		count_text(c, t, from, n);
}

void drift_count_reference(struct drift *d, const struct batch *b, const size_t *at)
{
	for (size_t i = 0; i < d->n; i++)
		if (at[i] != SCHEMA_NONE)
			count_column(
				&d->columns[i], &d->columns[i].reference, &b->cols[at[i]], b->rows);
}

struct drift_tally *drift_tallies_new(const struct drift *d)
{
	struct drift_tally *t = mem_new(d->n + 1, sizeof(*t));

	for (size_t i = 0; i < d->n; i++)
		t[i].cells = mem_new(drift_cells(&d->columns[i]), sizeof(*t[i].cells));
	return t;
}

void drift_tallies_free(struct drift_tally *t, const struct drift *d)
{
	for (size_t i = 0; t && i < d->n; i++)
		free(t[i].cells);
	free(t);
}

void drift_count(
	const struct drift *d, struct drift_tally *t, const struct batch *b, const size_t *at)
{
	for (size_t i = 0; i < d->n; i++)
		if (at[i] != SCHEMA_NONE)
			count_column(&d->columns[i], &t[i], &b->cols[at[i]], b->rows);
}
