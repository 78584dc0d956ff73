/* logrows: rows of the request log of one model, gathered until they are written.
 * SPDX-License-Identifier: MIT
 */
#include "net/logrows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LOGROWS_FIRST = 5 }; /* _time _request _row _model _version */

/* Adds a column unless there is one of that name. */
static void logrows_field(struct logrows *l, const char *name, enum type type,
	const struct notes *notes, enum logrows_kind kind, size_t at)
{
	struct field *f;

	if (schema_find(&l->schema, name) != SCHEMA_NONE || strcmp(name, "_latency_us") == 0)
		return;
	f = schema_add(&l->schema, name, type);
	if (notes)
		notes_copy(&f->notes, notes);
	l->from = mem_grow(l->from, l->schema.n, sizeof(*l->from));
	l->from[l->schema.n - 1] = (struct logrows_column){kind, at};
}

/* Columns with a role are as they came, others as the model saw them. */
static void logrows_fields(struct logrows *l)
{
	static const struct {
		const char *name;
		enum type type;
	} first[LOGROWS_FIRST] = {{"_time", TYPE_TIMESTAMP_UTC}, {"_request", TYPE_STRING},
		{"_row", TYPE_INT64}, {"_model", TYPE_STRING}, {"_version", TYPE_INT64}};
	const struct schema *in = protocol_schema(l->model->protocol);
	const struct schema *out = &l->model->result;

	for (size_t i = 0; i < LOGROWS_FIRST; i++)
		logrows_field(l, first[i].name, first[i].type, NULL, LOGROWS_ROW, 0);
	for (size_t i = 0; i < in->n; i++) {
		enum type type = in->fields[i].type;

		if (i >= protocol_passed(l->model->protocol))
			type = type_is_text(type) ? TYPE_STRING : TYPE_FLOAT64;
		logrows_field(l, in->fields[i].name, type, &in->fields[i].notes, LOGROWS_ROW, i);
	}
	for (size_t i = l->model->ncarried; i < out->n; i++)
		logrows_field(l, out->fields[i].name, out->fields[i].type, &out->fields[i].notes,
			LOGROWS_RESULT, i);
	schema_add(&l->schema, "_latency_us", TYPE_INT64);
	notes_set(&l->schema.notes, "pawl.log", "1");
	notes_set(&l->schema.notes, "pawl.model", l->model->sha256);
}

struct logrows *logrows_new(struct served *model)
{
	struct logrows *l = mem_new(1, sizeof(*l));

	l->model = model;
	served_hold(model);
	logrows_fields(l);
	batch_init(&l->batch, &l->schema);
	return l;
}

void logrows_free(struct logrows *l)
{
	if (!l)
		return;
	served_drop(l->model);
	batch_release(&l->batch);
	schema_release(&l->schema);
	free(l->from);
	free(l);
}

void logrows_clear(struct logrows *l)
{
	batch_clear(&l->batch);
	l->text = 0;
}

static uint64_t logrows_text_of(const struct batch *b)
{
	uint64_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->rows && b->cols[i].type == TYPE_STRING)
			n += (uint64_t)(b->cols[i].offsets[b->rows] - b->cols[i].offsets[0]);
	return n;
}

uint64_t logrows_text(const struct requestlog_entry *entry)
{
	return logrows_text_of(entry->rows) + logrows_text_of(entry->results) +
	       entry->rows->rows * (strlen(entry->request) + strlen(entry->model->name));
}

/* Any number, date or time as the plan's double. */
static double logrows_number(const struct column *c, uint64_t row)
{
	if (c->type == TYPE_DATE)
		return c->i32[row];
	if (c->type == TYPE_TIME || c->type == TYPE_TIMESTAMP || c->type == TYPE_TIMESTAMP_UTC ||
		c->type == TYPE_DURATION)
		return (double)c->i64[row];
	return column_number(c, row);
}

/* Text cannot overflow a column: the queue is bounded far below 2 GiB. */
static void logrows_cells(struct column *to, uint64_t at, const struct column *from, uint64_t n)
{
	for (uint64_t r = 0; r < n; r++) {
		if (!column_valid(from, r))
			column_push_null(to, at + r);
		else if (to->type == TYPE_FLOAT64 && from->type != TYPE_FLOAT64)
			column_push_float64(to, at + r, logrows_number(from, r));
		else
			(void)column_push_from(to, at + r, from, r);
	}
}

void logrows_add(struct logrows *l, const struct requestlog_entry *entry)
{
	uint64_t at = l->batch.rows, n = entry->rows->rows;
	struct column *c = l->batch.cols;
	size_t id = strlen(entry->request), name = strlen(l->model->name);

	for (uint64_t r = 0; r < n; r++) {
		column_push_int64(&c[0], at + r, entry->time);
		(void)column_push_text(&c[1], at + r, entry->request, id);
		column_push_int64(&c[2], at + r, (int64_t)r);
		(void)column_push_text(&c[3], at + r, l->model->name, name);
		column_push_int64(&c[4], at + r, l->model->version);
		column_push_int64(&c[l->schema.n - 1], at + r, entry->latency);
	}
	for (size_t i = LOGROWS_FIRST; i + 1 < l->schema.n; i++) {
		const struct batch *b =
			l->from[i].kind == LOGROWS_ROW ? entry->rows : entry->results;

		logrows_cells(&c[i], at, &b->cols[l->from[i].at], n);
	}
	l->batch.rows = at + n;
}
