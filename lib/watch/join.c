/* join: labels beside the rows that were scored.
 * SPDX-License-Identifier: MIT
 */
#include "watch/join.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/sink.h"
#include "io/source.h"

/* ---- segments: one that is still written, or whose writer died, ends with its last whole batch */

static int join_is_open(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && strcmp(path + len - 5, ".open") == 0;
}

/* As source_next(), for a segment. */
static int join_next(struct source *s, const char *path, const struct batch **b, struct err *e)
{
	struct err torn = ERR_INIT;
	int more = source_next(s, b, &torn);

	if (more >= 0)
		return more;
	if (join_is_open(path) && torn.kind == ERR_DATA)
		return 0;
	*e = torn;
	return -1;
}

/* NULL and *skip: an open segment without a whole schema. */
static struct source *join_open(const char *path, int *skip, struct err *e)
{
	struct err torn = ERR_INIT;
	struct source *s = source_open(path, NULL, &torn);

	*skip = !s && join_is_open(path) && torn.kind == ERR_DATA;
	if (!s && !*skip)
		*e = torn;
	return s;
}

/* ---- which row a label is about */

struct join_columns {
	size_t time, id, row;
};

static int join_columns(const struct join *j, const struct schema *s, const char *path,
	struct join_columns *at, struct err *e)
{
	const struct labels *l = j->labels;
	const char *id = l->by == LABEL_BY_KEY ? l->contract->key : "_request";

	at->time = schema_find(s, "_time");
	at->row = schema_find(s, "_row");
	at->id = schema_find(s, id);
	if (at->time == SCHEMA_NONE || s->fields[at->time].type != TYPE_TIMESTAMP_UTC ||
		at->row == SCHEMA_NONE || s->fields[at->row].type != TYPE_INT64)
		return err_set(e, ERR_DATA, "%s: no segment of a request log", path);
	if (at->id == SCHEMA_NONE)
		return err_set(e, ERR_DATA, "%s: the log has no column '%s'", path, id);
	return 0;
}

static void join_candidate(struct join *j, const struct buf *id, struct join_hit row)
{
	size_t at = map_find(&j->labels->ids, id->data, id->len);
	const struct label *label;
	struct join_hit *hit;

	if (at == MAP_NONE)
		return;
	row.label = j->labels->ids.values[at];
	label = &j->labels->items[row.label];
	hit = &j->hits[row.label];
	if (j->labels->by == LABEL_BY_KEY && label->time != LABEL_NO_TIME &&
		(row.time > label->time || (j->horizon && label->time - row.time > j->horizon)))
		return;
	row.seen = hit->seen + 1;
	if (hit->segment == SIZE_MAX || row.time >= hit->time)
		*hit = row;
	else
		hit->seen = row.seen;
}

static void join_batch(
	struct join *j, const struct batch *b, const struct join_columns *c, struct join_hit at)
{
	struct buf id = BUF_INIT, text = BUF_INIT;

	for (uint64_t i = 0; i < b->rows; i++) {
		struct join_hit row = at;

		row.row += i;
		row.time = label_time(&b->cols[c->time], i);
		if (!column_valid(&b->cols[c->id], i) || row.time == LABEL_NO_TIME)
			continue;
		buf_reset(&text);
		column_print(&b->cols[c->id], i, &text);
		label_id(&id, text.data, text.len, -1);
		join_candidate(j, &id, row);
		if (j->labels->by == LABEL_BY_KEY || !column_valid(&b->cols[c->row], i))
			continue;
		label_id(&id, text.data, text.len, b->cols[c->row].i64[i]);
		join_candidate(j, &id, row);
	}
	buf_release(&id);
	buf_release(&text);
}

static int join_segment(struct join *j, size_t segment, struct err *e)
{
	struct join_hit at = {.segment = segment};
	const char *path = j->segments[segment];
	struct join_columns columns;
	const struct batch *b;
	struct source *s;
	int more = -1, skip;

	s = join_open(path, &skip, e);
	if (!s)
		return skip ? 0 : -1;
	if (join_columns(j, source_schema(s), path, &columns, e) == 0)
		while ((more = join_next(s, path, &b, e)) > 0) {
			join_batch(j, b, &columns, at);
			at.row += b->rows;
			j->rows += b->rows;
		}
	source_close(s);
	return more;
}

/* By segment and row; of two labels about one row (one by its number, one without) the later. */
static int join_by_row(const void *a, const void *b)
{
	const struct join_hit *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->label < y->label ? -1 : x->label > y->label;
}

int join_find(struct join *j, struct err *e)
{
	const size_t n = j->labels->n;

	j->hits = mem_new(n + 1, sizeof(*j->hits));
	for (size_t i = 0; i < n; i++)
		j->hits[i] = (struct join_hit){.label = i, .segment = SIZE_MAX};
	for (size_t i = 0; i < j->n; i++)
		if (join_segment(j, i, e) < 0)
			return -1;
	for (size_t i = 0; i < n; i++) {
		struct join_hit *hit = &j->hits[i];

		j->unknown += hit->segment == SIZE_MAX;
		if (j->labels->by == LABEL_BY_REQUEST && hit->seen > 1) {
			j->ambiguous++;
			hit->segment = SIZE_MAX;
		}
	}
	qsort(j->hits, n, sizeof(*j->hits), join_by_row);
	for (size_t i = 0; i < n && j->hits[i].segment != SIZE_MAX; i++)
		j->labelled += !i || j->hits[i].segment != j->hits[i - 1].segment ||
			       j->hits[i].row != j->hits[i - 1].row;
	return 0;
}

void join_release(struct join *j)
{
	free(j->hits);
	j->hits = NULL;
}

/* ---- its row as one of the contract's */

/* A number of the log, where every input is a double, as the contract's type. */
static int join_push_number(struct column *to, uint64_t at, double value)
{
	if (isnan(value)) {
		column_push_null(to, at);
		return 0;
	}
	if (to->type == TYPE_FLOAT64) {
		column_push_float64(to, at, value);
		return 0;
	}
	if (value != floor(value) || fabs(value) > 9007199254740992.0)
		return -1;
	if (to->type == TYPE_BOOL)
		column_push_bool(to, at, value != 0);
	else if (to->type == TYPE_DATE)
		column_push_date(to, at, (int32_t)value);
	else if (to->type == TYPE_UINT64)
		column_push_uint64(to, at, (uint64_t)value);
	else
		column_push_int64(to, at, (int64_t)value);
	return 0;
}

static int join_push(struct column *to, uint64_t at, const struct column *from, uint64_t row)
{
	const char *text;
	size_t len;

	if (!column_valid(from, row)) {
		column_push_null(to, at);
		return 0;
	}
	if (type_is_text(from->type) && to->type == TYPE_STRING) {
		text = column_text(from, row, &len);
		if (len)
			return column_push_text(to, at, text, len);
		column_push_null(to, at); /* what a model sees of a missing text */
		return 0;
	}
	if (from->type == to->type)
		return column_push_from(to, at, from, row);
	if (!type_is_number(from->type) || type_is_text(to->type))
		return -1;
	return join_push_number(to, at, column_number(from, row));
}

/* One value: of the log, else of the label, else missing where the contract allows it. */
static int join_value(struct join *j, size_t i, struct batch *out, const struct schema *log,
	const struct batch *b, uint64_t row, const struct label *label, struct err *e)
{
	const struct contract_column *c = &j->labels->contract->columns[i];
	const struct labels_table *t = &j->labels->tables[label->table];
	int is_target = strcmp(c->name, j->labels->contract->target) == 0, rc = 0;
	size_t logged = is_target ? SCHEMA_NONE : schema_find(log, c->name);
	size_t told = schema_find(&t->schema, c->name);

	if (logged != SCHEMA_NONE)
		rc = join_push(&out->cols[i], out->rows, &b->cols[logged], row);
	else if (told != SCHEMA_NONE)
		rc = join_push(&out->cols[i], out->rows, &t->rows.cols[told], label->row);
	else if (c->missing > 0 || c->optional)
		column_push_null(&out->cols[i], out->rows);
	else
		return err_set(e, ERR_DATA,
			"column '%s' is neither in the log nor among the labels, and schema.yaml "
			"lets it never be missing",
			c->name);
	if (rc == 0)
		return 0;
	return err_set(e, ERR_DATA, "a value of column '%s' is no %s, as schema.yaml wants it",
		c->name, type_name(c->type));
}

/* The rows of the segment's hits, hits[*at] and on, that are in this batch. */
static int join_rows(struct join *j, size_t segment, const struct schema *log,
	const struct batch *b, uint64_t first, size_t *at, struct batch *out, struct err *e)
{
	const size_t n = j->labels->n;

	while (*at < n && j->hits[*at].segment == segment && j->hits[*at].row < first + b->rows) {
		const struct join_hit *hit = &j->hits[(*at)++];
		const struct join_hit *next = *at < n ? &j->hits[*at] : NULL;

		if (next && next->segment == segment && next->row == hit->row)
			continue;
		for (size_t i = 0; i < out->n; i++)
			if (join_value(j, i, out, log, b, hit->row - first,
				    &j->labels->items[hit->label], e) < 0)
				return -1;
		out->rows++;
	}
	return 0;
}

static int join_copy(struct join *j, size_t segment, size_t at, struct sink *sink, struct err *e)
{
	const struct contract *c = j->labels->contract;
	const char *path = j->segments[segment];
	struct schema schema = SCHEMA_INIT;
	struct batch out = BATCH_INIT;
	const struct batch *b;
	uint64_t first = 0;
	struct source *s;
	int more = -1, skip;

	for (size_t i = 0; i < c->n; i++)
		schema_add(&schema, c->columns[i].name, c->columns[i].type);
	batch_init(&out, &schema);
	s = join_open(path, &skip, e);
	if (s && sink_start(sink, &schema, e) == 0)
		while ((more = join_next(s, path, &b, e)) > 0) {
			if (join_rows(j, segment, source_schema(s), b, first, &at, &out, e) < 0 ||
				(out.rows && sink_write(sink, &out, e) < 0)) {
				err_prefix(e, "%s", path);
				more = -1;
				break;
			}
			batch_clear(&out);
			first += b->rows;
		}
	source_close(s);
	batch_release(&out);
	schema_release(&schema);
	return more;
}

int join_write(struct join *j, size_t segment, const char *path, uint64_t *rows, struct err *e)
{
	struct sink *sink;
	size_t at = 0;

	*rows = 0;
	while (at < j->labels->n && j->hits[at].segment < segment)
		at++;
	if (at == j->labels->n || j->hits[at].segment != segment)
		return 0;
	sink = sink_open(path, FORMAT_AUTO, e);
	if (!sink)
		return -1;
	if (join_copy(j, segment, at, sink, e) < 0) {
		sink_discard(sink);
		return -1;
	}
	*rows = sink_rows(sink);
	return sink_commit(sink, NULL, e);
}

static int join_by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int64_t *join_delays(const struct join *j, size_t *n)
{
	int64_t *out = mem_array(j->labels->n + 1, sizeof(*out));

	*n = 0;
	for (size_t i = 0; i < j->labels->n && j->hits[i].segment != SIZE_MAX; i++) {
		const struct label *label = &j->labels->items[j->hits[i].label];

		if (label->time != LABEL_NO_TIME)
			out[(*n)++] = label->time - j->hits[i].time;
	}
	qsort(out, *n, sizeof(*out), join_by_value);
	return out;
}
