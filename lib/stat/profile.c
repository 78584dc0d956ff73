/* profile: adding rows, and merging.
 * SPDX-License-Identifier: MIT
 */
#include "stat/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"

struct profile *profile_new(const struct schema *s)
{
	struct profile *p = mem_new(1, sizeof(*p));

	p->columns = mem_new(s->n, sizeof(*p->columns));
	p->n = s->n;
	p->threads = 1;
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		const char *role = notes_get(&f->notes, "pawl.role");

		p->columns[i].name = mem_strdup(f->name);
		p->columns[i].role = role ? mem_strdup(role) : NULL;
		p->columns[i].type = f->type == TYPE_CATEGORY ? TYPE_STRING : f->type;
	}
	return p;
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->columns[i].name);
		free(p->columns[i].role);
		sketch_release(&p->columns[i].sketch);
		topk_release(&p->columns[i].top);
	}
	free(p->columns);
	free(p);
}

/* ---- one value */

static void add_value(struct profile_column *c, const void *value, size_t len)
{
	distinct_add(&c->distinct, hash64(value, len, 0));
	topk_add(&c->top, value, len);
}

static void add_finite(struct profile_column *c, double x)
{
	c->zeros += x == 0;
	c->negative += x < 0;
	moments_add(&c->block, x);
	if (c->type != TYPE_BOOL)
		sketch_add(&c->sketch, x);
}

static void add_float(struct profile_column *c, double x)
{
	if (isnan(x)) {
		c->nan++;
		return;
	}
	x += 0.0; /* -0 is 0 */
	add_value(c, &x, sizeof(x));
	if (isinf(x))
		c->infinite++;
	else
		add_finite(c, x);
}

static void add_int(struct profile_column *c, int64_t v)
{
	int is_unsigned = c->type == TYPE_UINT64;

	if (!c->ranged || (is_unsigned ? (uint64_t)v < (uint64_t)c->low : v < c->low))
		c->low = v;
	if (!c->ranged || (is_unsigned ? (uint64_t)v > (uint64_t)c->high : v > c->high))
		c->high = v;
	c->ranged++;
	add_value(c, &v, sizeof(v));
	if (type_is_number(c->type) || c->type == TYPE_DURATION)
		add_finite(c, is_unsigned ? (double)(uint64_t)v : (double)v);
}

static void add_text(struct profile_column *c, const char *text, size_t len)
{
	if (!c->ranged || len < c->shortest)
		c->shortest = len;
	if (!c->ranged || len > c->longest)
		c->longest = len;
	c->ranged++;
	c->bytes += len;
	c->empty += len == 0;
	add_value(c, text, len);
}

static void add_row(struct profile_column *c, const struct column *col, uint64_t row)
{
	const char *text;
	size_t len;

	switch (col->type) {
	case TYPE_BOOL:
		add_int(c, bit_get(col->bits, row));
		break;
	case TYPE_FLOAT64:
		add_float(c, col->f64[row]);
		break;
	case TYPE_DATE:
		add_int(c, col->i32[row]);
		break;
	case TYPE_STRING:
	case TYPE_CATEGORY:
	case TYPE_BINARY:
		text = column_text(col, row, &len);
		add_text(c, text, len);
		break;
	default:
		add_int(c, col->i64[row]);
	}
}

/* ---- rows */

static void end_block(struct profile_column *c)
{
	moments_merge(&c->total, &c->block);
	c->block = (struct moments)MOMENTS_INIT;
}

struct work {
	struct profile *p;
	const struct batch *b;
};

/* One column of a batch; a block may end within it. */
static void add_column(void *arg, size_t i)
{
	const struct work *w = arg;
	struct profile_column *c = &w->p->columns[i];
	const struct column *col = &w->b->cols[i];
	uint64_t block_rows = w->p->block_rows;

	for (uint64_t row = 0; row < w->b->rows; row++) {
		if (column_valid(col, row))
			add_row(c, col, row);
		else
			c->missing++;
		if (++block_rows == BATCH_ROWS) {
			end_block(c);
			block_rows = 0;
		}
	}
}

void profile_add(struct profile *p, const struct batch *b)
{
	struct work w = {p, b};

	pool_run(p->threads, p->n, add_column, &w);
	p->rows += b->rows;
	p->block_rows = (p->block_rows + b->rows) % BATCH_ROWS;
}

/* ---- merge */

static int range_above(enum type type, int64_t a, int64_t b)
{
	return type == TYPE_UINT64 ? (uint64_t)a > (uint64_t)b : a > b;
}

static void merge_range(struct profile_column *a, const struct profile_column *b)
{
	if (b->ranged && (!a->ranged || range_above(a->type, a->low, b->low)))
		a->low = b->low;
	if (b->ranged && (!a->ranged || range_above(a->type, b->high, a->high)))
		a->high = b->high;
	if (b->ranged && (!a->ranged || b->shortest < a->shortest))
		a->shortest = b->shortest;
	if (b->ranged && (!a->ranged || b->longest > a->longest))
		a->longest = b->longest;
	a->ranged += b->ranged;
	a->bytes += b->bytes;
	a->empty += b->empty;
}

static void merge_column(struct profile_column *a, const struct profile_column *b)
{
	end_block(a);
	moments_merge(&a->total, &b->total);
	moments_merge(&a->total, &b->block);
	a->missing += b->missing;
	a->nan += b->nan;
	a->infinite += b->infinite;
	a->zeros += b->zeros;
	a->negative += b->negative;
	merge_range(a, b);
	sketch_merge(&a->sketch, &b->sketch);
	distinct_merge(&a->distinct, &b->distinct);
	topk_merge(&a->top, &b->top);
}

int profile_merge(struct profile *a, const struct profile *b, struct err *e)
{
	if (a->n != b->n)
		return err_set(e, ERR_DATA, "%zu columns cannot be merged with %zu", a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct profile_column *x = &a->columns[i], *y = &b->columns[i];

		if (strcmp(x->name, y->name) || x->type != y->type)
			return err_set(e, ERR_DATA,
				"column '%s' (%s) cannot be merged with '%s' (%s)", x->name,
				type_name(x->type), y->name, type_name(y->type));
	}
	for (size_t i = 0; i < a->n; i++)
		merge_column(&a->columns[i], &b->columns[i]);
	a->rows += b->rows;
	a->block_rows = 0;
	return 0;
}

/* ---- what follows */

struct moments profile_moments(const struct profile_column *c)
{
	struct moments m = c->total;

	moments_merge(&m, &c->block);
	return m;
}

uint64_t profile_present(const struct profile *p, const struct profile_column *c)
{
	return p->rows - c->missing - c->nan;
}

uint64_t profile_distinct(const struct profile_column *c, int *exact)
{
	*exact = topk_exact(&c->top);
	return *exact ? c->top.counts.n : (uint64_t)llround(distinct_estimate(&c->distinct));
}

double profile_quantile(const struct profile_column *c, double q)
{
	struct moments m = profile_moments(c);
	double x;

	if (!c->sketch.n)
		return (double)NAN;
	x = sketch_quantile(&c->sketch, q);
	if (c->type != TYPE_FLOAT64)
		x = trunc(x); /* exact up to 255, whose buckets hold one integer */
	return q <= 0 || x < m.min ? m.min : q >= 1 || x > m.max ? m.max : x;
}

void profile_print(const struct profile_column *c, const char *value, size_t len, struct buf *out)
{
	struct column col = {.type = c->type};
	int64_t v = 0;
	int32_t small, offsets[2] = {0, (int32_t)len};
	uint8_t bit;

	if (type_is_text(c->type) || c->type == TYPE_BINARY) {
		struct buf copy = BUF_INIT;

		buf_add(&copy, value, len);
		col.offsets = offsets;
		col.bytes = copy.data;
		column_print(&col, 0, out);
		buf_release(&copy);
		return;
	}
	memcpy(&v, value, sizeof(v));
	small = (int32_t)v;
	bit = (uint8_t)v;
	if (c->type == TYPE_DATE)
		col.i32 = &small;
	else if (c->type == TYPE_BOOL)
		col.bits = &bit;
	else
		col.i64 = &v;
	column_print(&col, 0, out);
}
