/* fit: learns a transform from the training part.
 * SPDX-License-Identifier: MIT
 */
#include "feat/fit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "feat/bind.h"
#include "stat/moments.h"
#include "stat/quantile.h"

#define FIT_SLICE 4096 /* rows at a time: a slice stays in the cache */

struct fit_column {
	const struct rule *rule;
	size_t source; /* number in the table */
	size_t next;   /* the rule's step that is being fitted */
	struct moments total, block;
	double *values; /* median, most_frequent, clip */
	size_t n, cap;
	struct map counts; /* texts; "" stands for missing */
	int counted;
};

struct fit {
	struct transform t;
	struct fit_column *columns; /* [t.n] */
	uint64_t row, rows;
	double slice[FIT_SLICE];
};

void fit_free(struct fit *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->t.n; i++) {
		free(f->columns[i].values);
		map_release(&f->columns[i].counts);
	}
	free(f->columns);
	transform_release(&f->t);
	free(f);
}

const struct transform *fit_transform(const struct fit *f)
{
	return &f->t;
}

/* Takes over the steps that need no statistics, up to the first that does. */
static void fit_advance(struct feature *feature, struct fit_column *c)
{
	for (; c->next < c->rule->nsteps; c->next++) {
		const struct rule_step *s = &c->rule->steps[c->next];

		if (s->op == RULE_LOG1P)
			feature_add(feature, TRANSFORM_LOG1P, 0, 0);
		else if (s->op == RULE_IMPUTE && s->impute == RULE_NUMBER)
			feature_add(feature, TRANSFORM_IMPUTE, s->number, 0);
		else
			break;
	}
}

struct fit *fit_new(
	const struct rules *r, const struct schema *schema, const char *target, struct err *e)
{
	struct fit *f = mem_new(1, sizeof(*f));
	size_t n = 0;

	if (bind_rules(r, schema, target, &f->t, e) < 0) {
		fit_free(f);
		return NULL;
	}
	f->columns = mem_new(f->t.n, sizeof(*f->columns));
	for (size_t i = 0; i < schema->n && n < f->t.n; i++) {
		if (strcmp(schema->fields[i].name, f->t.features[n].name) != 0)
			continue;
		f->columns[n].rule = rules_find(r, schema->fields[i].name);
		f->columns[n].source = i;
		if (!f->t.features[n].categories)
			fit_advance(&f->t.features[n], &f->columns[n]);
		n++;
	}
	return f;
}

static int fit_pending(const struct fit *f, size_t i)
{
	const struct fit_column *c = &f->columns[i];

	return f->t.features[i].categories ? !c->counted : c->next < c->rule->nsteps;
}

int fit_more(const struct fit *f)
{
	for (size_t i = 0; i < f->t.n; i++)
		if (fit_pending(f, i))
			return 1;
	return 0;
}

static int fit_wants_moments(const struct rule_step *s)
{
	return s->op == RULE_STANDARDIZE || (s->op == RULE_IMPUTE && s->impute == RULE_MEAN);
}

static void fit_count(struct fit_column *c, const struct column *column, uint64_t from, size_t n)
{
	for (uint64_t i = from; i < from + n; i++) {
		size_t len = 0;
		const char *text = column_valid(column, i) ? column_text(column, i, &len) : "";
		size_t entry = map_add(&c->counts, text, len, NULL);

		c->counts.values[entry]++;
	}
}

static int fit_numbers(struct fit *f, size_t i, const struct column *column, uint64_t from,
	size_t n, struct err *e)
{
	struct fit_column *c = &f->columns[i];
	int moments = fit_wants_moments(&c->rule->steps[c->next]);

	if (feature_values(&f->t.features[i], column, from, n, f->row, f->slice, e) < 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		if (isnan(f->slice[k]))
			continue;
		if (moments) {
			moments_add(&c->block, f->slice[k]);
			continue;
		}
		MEM_ROOM(c->values, c->n, c->cap);
		c->values[c->n++] = f->slice[k];
	}
	return 0;
}

static void fit_block(struct fit *f)
{
	for (size_t i = 0; i < f->t.n; i++) {
		moments_merge(&f->columns[i].total, &f->columns[i].block);
		f->columns[i].block = (struct moments)MOMENTS_INIT;
	}
}

int fit_batch(struct fit *f, const struct batch *b, struct err *e)
{
	for (uint64_t at = 0; at < b->rows;) {
		uint64_t left = b->rows - at, block = BATCH_ROWS - f->row % BATCH_ROWS;
		size_t n = left < FIT_SLICE ? (size_t)left : FIT_SLICE;

		if (n > block)
			n = (size_t)block;
		for (size_t i = 0; i < f->t.n; i++) {
			const struct column *column = &b->cols[f->columns[i].source];

			if (!fit_pending(f, i))
				continue;
			if (f->t.features[i].categories)
				fit_count(&f->columns[i], column, at, n);
			else if (fit_numbers(f, i, column, at, n, e) < 0)
				return -1;
		}
		f->row += n;
		at += n;
		if (f->row % BATCH_ROWS == 0)
			fit_block(f);
	}
	return 0;
}

/* Of the sorted values the one that is there most often, the smallest of equals. */
static double fit_most_frequent(const double *values, size_t n)
{
	size_t best = 0, most = 0;

	for (size_t i = 0, run = 0; i < n; i++) {
		run = i && values[i] == values[i - 1] ? run + 1 : 1;
		if (run > most) {
			most = run;
			best = i;
		}
	}
	return values[best];
}

/* 1 where the values are equal but for rounding: the bound of scikit-learn's _is_constant_feature,
 * after Chan, Golub and LeVeque 1983, equation 1.6. */
static double fit_scale(const struct moments *m)
{
	double n = (double)m->n, variance = moments_variance(m, 0),
	       rounding = n * m->mean * DBL_EPSILON;

	if (variance <= n * DBL_EPSILON * variance + rounding * rounding)
		return 1;
	return sqrt(variance);
}

static int fit_step(struct feature *feature, struct fit_column *c, struct err *e)
{
	const struct rule_step *s = &c->rule->steps[c->next];
	double a = c->total.mean, b = 0;
	enum transform_op op = TRANSFORM_IMPUTE;

	if (!c->n && !c->total.n)
		return err_set(e, ERR_DATA,
			"column '%s' has no value in any row: drop it, or impute a constant",
			feature->name);
	if (c->n)
		quantile_sort(c->values, c->n);
	if (s->op == RULE_STANDARDIZE) {
		op = TRANSFORM_STANDARDIZE;
		b = fit_scale(&c->total);
	} else if (s->op == RULE_CLIP) {
		op = TRANSFORM_CLIP;
		a = quantile_sorted(c->values, c->n, s->lower);
		b = quantile_sorted(c->values, c->n, s->upper);
	} else if (s->impute == RULE_MEDIAN) {
		a = quantile_sorted(c->values, c->n, 0.5);
	} else if (s->impute == RULE_MOST_FREQUENT) {
		a = fit_most_frequent(c->values, c->n);
	}
	if (!isfinite(a) || !isfinite(b))
		return err_set(e, ERR_DATA, "column '%s': its values are too large for %s",
			feature->name, rule_op_name(s->op));
	feature_add(feature, op, a, b);
	c->next++;
	c->total = (struct moments)MOMENTS_INIT;
	free(c->values);
	c->values = NULL;
	c->n = c->cap = 0;
	return 0;
}

struct category {
	const char *text;
	size_t len, count;
};

static int by_bytes(const void *a, const void *b)
{
	const struct category *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* The text that stands for a missing one: the first impute's, or "(missing)". */
static int fit_missing_text(const struct feature *feature, const struct fit_column *c,
	const struct category *all, size_t n, struct category *out, struct err *e)
{
	const struct rule_step *s = c->rule->steps;

	*out = (struct category){TRANSFORM_MISSING, strlen(TRANSFORM_MISSING), 0};
	if (s->op != RULE_IMPUTE)
		return 0;
	if (s->impute == RULE_TEXT) {
		*out = (struct category){s->text, strlen(s->text), 0};
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		if (all[i].len && all[i].count > out->count)
			*out = all[i];
	if (!out->count)
		return err_set(e, ERR_DATA,
			"column '%s' has no value in any row: drop it, or impute a constant",
			feature->name);
	return 0;
}

/* Keeps the categories that are no rarer than min_count; all others share one. */
static int fit_keep(struct feature *feature, const struct category *all, size_t n,
	long long min_count, struct err *e)
{
	struct category *kept = mem_array(n + 1, sizeof(*kept));
	struct map *map = &feature->categories->values;
	size_t nkept = 0, is_rare = 0;

	for (size_t i = 0; i < n; i++) {
		if (all[i].count >= (size_t)min_count)
			kept[nkept++] = all[i];
		else if (all[i].count)
			is_rare = 1;
	}
	if (is_rare)
		kept[nkept++] = (struct category){TRANSFORM_RARE, strlen(TRANSFORM_RARE), 0};
	qsort(kept, nkept, sizeof(*kept), by_bytes);
	for (size_t i = 0; i < nkept; i++)
		map_add(map, kept[i].text, kept[i].len, NULL);
	if (is_rare)
		feature->unknown = (int32_t)map_find(map, TRANSFORM_RARE, strlen(TRANSFORM_RARE));
	free(kept);
	if (map->n <= TRANSFORM_CATEGORIES_CAP)
		return 0;
	return err_set(e, ERR_DATA,
		"column '%s' has %zu categories, at most %d can be: drop it, or raise min_count",
		feature->name, map->n, TRANSFORM_CATEGORIES_CAP);
}

static int fit_categories(struct feature *feature, struct fit_column *c, struct err *e)
{
	const struct rule_step *onehot = &c->rule->steps[c->rule->nsteps - 1];
	size_t n = c->counts.n, at, empty = map_find(&c->counts, "", 0);
	struct category *all = mem_array(n + 1, sizeof(*all)), missing;
	int rc = -1;

	for (size_t i = 0; i < n; i++) {
		all[i].text = map_key(&c->counts, i, &all[i].len);
		all[i].count = c->counts.values[i];
		if (memchr(all[i].text, 0, all[i].len)) {
			err_set(e, ERR_DATA, "column '%s': a text holds a NUL byte", feature->name);
			goto end;
		}
	}
	/* In the order of bytes, so that the first of the most frequent ones is the smallest. */
	qsort(all, n, sizeof(*all), by_bytes);
	if (fit_missing_text(feature, c, all, n, &missing, e) < 0)
		goto end;
	missing.count = empty == MAP_NONE ? 0 : c->counts.values[empty];
	for (at = 0; at < n && by_bytes(&all[at], &missing) != 0; at++)
		;
	if (at < n)
		all[at].count += missing.count;
	else
		all[n++] = missing;
	for (size_t i = 0; i < n; i++)
		if (!all[i].len)
			all[i].count = 0;
	if (fit_keep(feature, all, n, onehot->min_count, e) < 0)
		goto end;
	feature->missing = feature_category(feature, missing.text, missing.len);
	c->counted = 1;
	rc = 0;
end:
	free(all);
	return rc;
}

int fit_end(struct fit *f, struct err *e)
{
	fit_block(f);
	f->rows = f->row;
	f->row = 0;
	if (!f->rows)
		return err_set(e, ERR_FEW, "there are no rows to fit the features on");
	for (size_t i = 0; i < f->t.n; i++) {
		struct feature *feature = &f->t.features[i];
		struct fit_column *c = &f->columns[i];

		if (!fit_pending(f, i))
			continue;
		if (feature->categories) {
			if (fit_categories(feature, c, e) < 0)
				return -1;
			continue;
		}
		if (fit_step(feature, c, e) < 0)
			return -1;
		fit_advance(feature, c);
	}
	return 0;
}

int fit_source(struct fit *f, struct source *source, struct err *e)
{
	const struct batch *b;
	int more;

	for (int pass = 0; fit_more(f); pass++) {
		if (pass && source_rewind(source, e) < 0)
			return -1;
		while ((more = source_next(source, &b, e)) > 0)
			if (fit_batch(f, b, e) < 0)
				return -1;
		if (more < 0 || fit_end(f, e) < 0)
			return -1;
	}
	return 0;
}
