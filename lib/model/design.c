/* design: passes over a feature frame as a dense design matrix with targets and weights.
 * SPDX-License-Identifier: MIT
 */
#include "model/design.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/kernel.h"

#define ROLE "pawl.role"
#define ENCODING "pawl.encoding"
#define RANGE_MIN 1e-145
#define RANGE_MAX 1e145
#define FILL_ROWS 64 /* turned from columns to rows at a time, while they are in the cache */

/* ---- columns */

/* The width of a column's encoding: 1, K of one-hot, or -1. */
static long long column_width(const struct field *f, int *onehot, struct err *e)
{
	const char *note = notes_get(&f->notes, ENCODING);
	json_t *encoding;
	long long k;

	*onehot = 0;
	if (type_is_number(f->type))
		return 1;
	if (!type_is_text(f->type) || !note)
		return err_set(e, ERR_DATA,
			"column '%s' is a %s without an encoding: only pawl featurize makes "
			"features",
			f->name, type_name(f->type));
	if (f->type != TYPE_CATEGORY)
		return err_set(e, ERR_DATA,
			"column '%s': its categories are gone: give the feature frame as an Arrow "
			"file",
			f->name);
	encoding = json_parse(note, strlen(note), f->name, e);
	if (!encoding)
		return -1;
	k = strcmp(json_str(encoding, "kind", ""), "onehot") ? 0
							     : json_int(encoding, "categories", 0);
	json_decref(encoding);
	if (k < 1 || k > DESIGN_WIDTH_CAP)
		return err_set(e, ERR_DATA, "column '%s': unknown encoding %s", f->name, note);
	*onehot = 1;
	return k;
}

static int add_column(struct design *d, const struct field *f, size_t source, struct err *e)
{
	int onehot;
	long long width = column_width(f, &onehot, e);
	struct design_column *c;

	if (width < 0)
		return -1;
	if (d->width + (size_t)width > DESIGN_WIDTH_CAP)
		return err_set(e, ERR_DATA,
			"the features make more than %d columns, which is the most that is "
			"supported",
			DESIGN_WIDTH_CAP);
	MEM_ROOM(d->columns, d->ncolumns, d->cap);
	c = &d->columns[d->ncolumns++];
	memset(c, 0, sizeof(*c));
	c->name = mem_strdup(f->name);
	c->source = source;
	c->at = d->width;
	c->width = (size_t)width;
	c->onehot = onehot;
	d->width += c->width;
	return 0;
}

static int find_weight(struct design *d, const struct schema *s, const char *name, struct err *e)
{
	d->weight_at = schema_role(s, "weight");
	if (name && schema_need(s, name, &d->weight_at, e) < 0)
		return -1;
	if (d->weight_at != SCHEMA_NONE && !type_is_number(s->fields[d->weight_at].type))
		return err_set(e, ERR_DATA, "weight '%s' is a %s: it must be a number",
			s->fields[d->weight_at].name, type_name(s->fields[d->weight_at].type));
	return 0;
}

static int find_columns(
	struct design *d, const struct schema *s, const struct design_options *o, struct err *e)
{
	const struct field *target;

	d->target_at = schema_role(s, "target");
	if (o->target && schema_need(s, o->target, &d->target_at, e) < 0)
		return -1;
	if (d->target_at == SCHEMA_NONE)
		return err_set(e, ERR_USAGE, "no column is marked as the target: name it with -t");
	target = &s->fields[d->target_at];
	if (target_init(&d->target, target->name, target->type, o->task, e) < 0 ||
		find_weight(d, s, o->weight, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (i != d->target_at && i != d->weight_at &&
			!notes_get(&s->fields[i].notes, ROLE) &&
			add_column(d, &s->fields[i], i, e) < 0)
			return -1;
	if (!d->ncolumns)
		return err_set(e, ERR_DATA, "'%s' holds no feature beside its target",
			source_name(d->source));
	return 0;
}

int design_open(
	struct design *d, struct source *source, const struct design_options *o, struct err *e)
{
	memset(d, 0, sizeof(*d));
	d->source = source;
	if (find_columns(d, source_schema(source), o, e) < 0) {
		design_release(d);
		return -1;
	}
	d->ld = d->width + 1;
	d->limit = 8192; /* a power of two, so that blocks are whole chunks */
	while (d->limit > 256 && d->limit * d->ld > DESIGN_CHUNK)
		d->limit /= 2;
	d->mean = mem_new(d->width, sizeof(*d->mean));
	d->spread = mem_new(d->width, sizeof(*d->spread));
	d->background = mem_new(d->ld, sizeof(*d->background));
	d->x = mem_array(d->limit, d->ld * sizeof(*d->x));
	d->y = mem_array(d->limit, sizeof(*d->y));
	d->w = mem_array(d->limit, sizeof(*d->w));
	d->label = mem_array(d->limit, sizeof(*d->label));
	return 0;
}

void design_release(struct design *d)
{
	for (size_t i = 0; i < d->ncolumns; i++) {
		free(d->columns[i].name);
		dict_unref(d->columns[i].dict);
	}
	free(d->columns);
	target_release(&d->target);
	free(d->mean);
	free(d->spread);
	free(d->background);
	free(d->x);
	free(d->y);
	free(d->w);
	free(d->label);
	memset(d, 0, sizeof(*d));
}

/* ---- rows: n of the batch from row `from` go to row `to` of the chunk */

struct span {
	uint64_t from;
	size_t to, n;
};

static int not_finite(
	const struct design *d, const struct design_column *k, size_t r, struct err *e)
{
	return err_set(e, ERR_DATA,
		"column '%s': row %" PRIu64 " has no finite value: give it an impute or clip rule",
		k->name, d->at + r + 1);
}

static int fill_number(
	struct design *d, const struct design_column *k, const struct span *s, struct err *e)
{
	const struct column *c = &d->batch->cols[k->source];
	int plain = c->type == TYPE_FLOAT64 && !c->validity;
	double *x = d->x + s->to * d->ld + k->at, mean = d->mean[k->at];

	for (size_t r = 0; r < s->n; r++, x += d->ld) {
		double value = plain ? c->f64[s->from + r] : column_number(c, s->from + r);

		if (!isfinite(value))
			return not_finite(d, k, r, e);
		*x = value - mean;
	}
	return 0;
}

static int fill_onehot(
	struct design *d, struct design_column *k, const struct span *s, struct err *e)
{
	const struct column *c = &d->batch->cols[k->source];
	double *x = d->x + s->to * d->ld + k->at;
	const double *mean = d->mean + k->at;

	if (k->dict != c->dict) {
		dict_unref(k->dict);
		k->dict = c->dict ? dict_ref(c->dict) : NULL;
	}
	for (size_t r = 0; r < s->n; r++, x += d->ld) {
		int32_t index;

		if (!column_valid(c, s->from + r))
			continue;
		index = c->i32[s->from + r];
		if (index < 0 || (size_t)index >= k->width)
			return err_set(e, ERR_DATA,
				"column '%s': row %" PRIu64 " is category %d of %zu", k->name,
				d->at + r + 1, (int)index, k->width);
		x[index] = 1 - mean[index];
	}
	return 0;
}

static int fill_weight(struct design *d, const struct span *s, struct err *e)
{
	for (size_t r = 0; r < s->n; r++) {
		double w = 1;

		if (d->weight_at != SCHEMA_NONE)
			w = column_number(&d->batch->cols[d->weight_at], s->from + r);
		if (!(w >= 0) || isinf(w))
			return err_set(e, ERR_DATA,
				"weight '%s': row %" PRIu64 " is not a finite number of at least 0",
				source_schema(d->source)->fields[d->weight_at].name, d->at + r + 1);
		d->w[s->to + r] = w;
	}
	return 0;
}

/* The target: looked at in the scan; then a class, or centred behind the features. */
static int fill_target(struct design *d, const struct span *s, struct err *e)
{
	const struct column *c = &d->batch->cols[d->target_at];

	for (size_t r = 0; r < s->n; r++) {
		size_t to = s->to + r;

		if (!d->scanned) {
			if (target_add(&d->target, c, s->from + r, d->w[to], e) < 0)
				return -1;
		} else if (d->target.classify) {
			d->label[to] = target_class(&d->target, c, s->from + r);
			if (d->label[to] < 0)
				return err_set(e, ERR_SYSTEM, "'%s' changed while it was read",
					source_name(d->source));
		} else {
			d->x[to * d->ld + d->width] =
				column_number(c, s->from + r) - d->target.mean;
		}
	}
	return 0;
}

static int fill(struct design *d, const struct span *s, struct err *e)
{
	for (size_t r = 0; r < s->n; r++)
		memcpy(d->x + (s->to + r) * d->ld, d->background, d->ld * sizeof(*d->x));
	if (fill_weight(d, s, e) < 0 || fill_target(d, s, e) < 0)
		return -1;
	for (size_t i = 0; i < d->ncolumns; i++) {
		struct design_column *k = &d->columns[i];

		if ((k->onehot ? fill_onehot(d, k, s, e) : fill_number(d, k, s, e)) < 0)
			return -1;
	}
	return 0;
}

int design_start(struct design *d, struct err *e)
{
	for (size_t i = 0; i < d->ncolumns; i++)
		for (size_t k = 0; k < d->columns[i].width; k++)
			d->background[d->columns[i].at + k] =
				d->columns[i].onehot ? -d->mean[d->columns[i].at + k] : 0;
	d->background[d->width] = d->target.classify ? 1 : 0;
	d->batch = NULL;
	d->at = 0;
	d->ended = 0;
	return d->passes++ ? source_rewind(d->source, e) : 0;
}

int design_next(struct design *d, struct design_chunk *c, struct err *e)
{
	struct span s = {0, 0, 0};
	int more;

	while (s.to < d->limit) {
		if (d->ended || !d->batch || d->batch_at == d->batch->rows) {
			more = d->ended ? 0 : source_next(d->source, &d->batch, e);
			if (more < 0)
				return -1;
			d->ended = more == 0;
			if (d->ended)
				break;
			d->batch_at = 0;
		}
		s.from = d->batch_at;
		s.n = d->limit - s.to < FILL_ROWS ? d->limit - s.to : FILL_ROWS;
		if (s.n > d->batch->rows - d->batch_at)
			s.n = d->batch->rows - d->batch_at;
		if (fill(d, &s, e) < 0)
			return -1;
		s.to += s.n;
		d->batch_at += s.n;
		d->at += s.n;
	}
	c->rows = s.to;
	c->x = d->x;
	c->w = d->w;
	c->label = d->label;
	c->block_ends = d->at % BATCH_ROWS == 0;
	return c->rows > 0;
}

/* ---- the scan */

static int scan_means(struct design *d, struct err *e)
{
	double *part = mem_new(d->width, sizeof(*part)), *sum = mem_new(d->width, sizeof(*sum));
	struct design_chunk c = {0};
	int more, rc = design_start(d, e);

	while (rc == 0 && (more = design_next(d, &c, e)) != 0) {
		if (more < 0) {
			rc = -1;
			break;
		}
		kernel_gemm_t(part, c.x, d->ld, c.rows, d->width, c.w, 1);
		for (size_t k = 0; k < d->width && c.block_ends; k++) {
			sum[k] += part[k];
			part[k] = 0;
		}
	}
	if (rc == 0)
		rc = target_settle(&d->target, e);
	for (size_t k = 0; k < d->width && rc == 0; k++)
		d->mean[k] = (sum[k] + part[k]) / d->target.total;
	free(part);
	free(sum);
	return rc;
}

/* How far the centred columns reach: a column is constant where that is only rounding. */
static int scan_spread(struct design *d, struct err *e)
{
	struct design_chunk c = {0};
	int more, rc = design_start(d, e);

	while (rc == 0 && (more = design_next(d, &c, e)) != 0) {
		if (more < 0)
			return -1;
		for (size_t r = 0; r < c.rows; r++)
			for (size_t k = 0; k < d->width && c.w[r] > 0; k++) {
				double far = fabs(c.x[r * d->ld + k]);

				d->spread[k] = far > d->spread[k] ? far : d->spread[k];
			}
	}
	return rc;
}

/* Squares of the columns, summed over any number of rows, must neither overflow nor vanish. */
static int scan_range(const struct design *d, struct err *e)
{
	const struct target *t = &d->target;

	for (size_t k = 0; k < d->width; k++) {
		struct buf label = BUF_INIT;

		if ((d->spread[k] >= RANGE_MIN && d->spread[k] <= RANGE_MAX) ||
			design_constant(d, k))
			continue;
		design_label(d, k, &label);
		err_set(e, ERR_DATA, "column '%s' reaches %.3g from its mean: standardize it",
			label.data, d->spread[k]);
		buf_release(&label);
		return -1;
	}
	if (!t->classify && !(t->max - t->min >= RANGE_MIN && t->max - t->min <= RANGE_MAX))
		return err_set(e, ERR_DATA, "target '%s' goes from %.3g to %.3g: take another unit",
			t->name, t->min, t->max);
	return 0;
}

int design_scan(struct design *d, struct err *e)
{
	if (scan_means(d, e) < 0)
		return -1;
	d->scanned = 1;
	for (size_t k = 0; k < d->width; k++)
		if (!isfinite(d->mean[k]))
			return err_set(e, ERR_DATA, "the sum of a feature column overflows");
	return scan_spread(d, e) < 0 ? -1 : scan_range(d, e);
}

int design_constant(const struct design *d, size_t k)
{
	return d->spread[k] <= 8 * DBL_EPSILON * fabs(d->mean[k]);
}

void design_label(const struct design *d, size_t k, struct buf *out)
{
	for (size_t i = 0; i < d->ncolumns; i++) {
		const struct design_column *c = &d->columns[i];
		size_t len;
		const char *text;

		if (k < c->at || k >= c->at + c->width)
			continue;
		buf_adds(out, c->name);
		if (!c->onehot)
			break;
		buf_addc(out, '=');
		if (c->dict && k - c->at < c->dict->values.n) {
			text = map_key(&c->dict->values, k - c->at, &len);
			buf_add(out, text, len);
		} else {
			buf_addf(out, "%zu", k - c->at);
		}
		break;
	}
}
