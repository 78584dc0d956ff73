/* labels: what became of scored rows, as it is told later.
 * SPDX-License-Identifier: MIT
 */
#include "watch/labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/source.h"

struct labels_places { /* columns of one table */
	size_t target, id, row, time;
};

void labels_init(struct labels *l, struct contract *c, enum label_by by, const char *time_column)
{
	*l = (struct labels){.by = by, .time_column = time_column, .contract = c, .ids = MAP_INIT};
}

void labels_release(struct labels *l)
{
	for (size_t i = 0; i < l->ntables; i++) {
		batch_release(&l->tables[i].rows);
		schema_release(&l->tables[i].schema);
	}
	free(l->tables);
	free(l->items);
	map_release(&l->ids);
	*l = (struct labels){.ids = MAP_INIT};
}

void label_id(struct buf *out, const char *text, size_t len, int64_t row)
{
	buf_reset(out);
	buf_add(out, text, len);
	if (row >= 0)
		buf_addf(out, "%c%" PRId64, 0, row);
}

int64_t label_time(const struct column *c, uint64_t row)
{
	if (!column_valid(c, row))
		return LABEL_NO_TIME;
	return c->type == TYPE_DATE ? c->i32[row] * INT64_C(86400000000) : c->i64[row];
}

static size_t labels_either(const struct schema *s, const char *a, const char *b)
{
	size_t at = schema_find(s, a);

	return at != SCHEMA_NONE ? at : schema_find(s, b);
}

static int labels_find(const struct labels *l, const struct schema *s, const char *path,
	struct labels_places *p, struct err *e)
{
	const struct contract *c = l->contract;
	const char *id = l->by == LABEL_BY_KEY ? c->key : "request_id";

	p->target = schema_find(s, c->target);
	if (p->target == SCHEMA_NONE)
		return err_set(
			e, ERR_DATA, "%s: no column '%s', the target: no labels", path, c->target);
	p->id = l->by == LABEL_BY_KEY ? schema_find(s, id) : labels_either(s, id, "_request");
	if (p->id == SCHEMA_NONE)
		return err_set(e, ERR_DATA, "%s: no column '%s' to find the rows by", path, id);
	p->row = l->by == LABEL_BY_KEY ? SCHEMA_NONE : labels_either(s, "row", "_row");
	if (p->row != SCHEMA_NONE && s->fields[p->row].type != TYPE_INT64)
		return err_set(e, ERR_DATA, "%s: column '%s' holds no whole numbers", path,
			s->fields[p->row].name);
	p->time = l->time_column ? schema_find(s, l->time_column) : SCHEMA_NONE;
	if (l->time_column && (p->time == SCHEMA_NONE || !type_is_time(s->fields[p->time].type)))
		return err_set(e, ERR_DATA, "%s: no column '%s' of times", path, l->time_column);
	return 0;
}

/* Columns that the contract knows must be of its types; Arrow tables bring their own. */
static int labels_types(
	const struct labels *l, const struct schema *s, const char *path, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct contract_column *c = contract_find(l->contract, s->fields[i].name);
		enum type is = s->fields[i].type;

		if (c && is != c->type && !(type_is_text(is) && type_is_text(c->type)))
			return err_set(e, ERR_DATA, "%s: column '%s' is %s, the contract says %s",
				path, c->name, type_name(is), type_name(c->type));
	}
	return 0;
}

static int labels_allowed(const struct labels *l, const struct column *c, uint64_t row,
	const char *path, uint64_t line, struct err *e)
{
	const struct contract_column *target = contract_find(l->contract, l->contract->target);
	char where[32] = "";
	const char *text;
	size_t len;

	if (!target->values.n || !type_is_text(c->type))
		return 0;
	text = column_text(c, row, &len);
	if (map_find(&target->values, text, len) != MAP_NONE)
		return 0;
	if (line)
		snprintf(where, sizeof(where), ":%" PRIu64, line);
	return err_set(e, ERR_DATA, "%s%s: '%.*s' is no value of '%s'", path, where,
		(int)(len < 60 ? len : 60), text, target->name);
}

static void labels_put(struct labels *l, const struct buf *id, const struct label *new)
{
	int is_new;
	size_t at = map_add(&l->ids, id->data, id->len, &is_new);

	if (is_new) {
		MEM_ROOM(l->items, l->n, l->cap);
		l->ids.values[at] = l->n;
		l->items[l->n++] = *new;
		return;
	}
	l->corrected++;
	if (new->time >= l->items[l->ids.values[at]].time)
		l->items[l->ids.values[at]] = *new;
}

static int labels_batch(struct labels *l, struct source *s, const struct labels_places *p,
	const struct batch *b, const char *path, struct err *e)
{
	struct batch *rows = &l->tables[l->ntables - 1].rows;
	struct buf id = BUF_INIT, text = BUF_INIT;
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < b->rows; i++) {
		struct label new = {l->ntables - 1, rows->rows + i, LABEL_NO_TIME};
		int64_t row = -1;

		l->rows++;
		if (!column_valid(&b->cols[p->target], i) || !column_valid(&b->cols[p->id], i)) {
			l->missing++;
			continue;
		}
		rc = labels_allowed(l, &b->cols[p->target], i, path, source_line(s, i), e);
		if (p->time != SCHEMA_NONE)
			new.time = label_time(&b->cols[p->time], i);
		if (p->row != SCHEMA_NONE && column_valid(&b->cols[p->row], i))
			row = b->cols[p->row].i64[i];
		buf_reset(&text);
		column_print(&b->cols[p->id], i, &text);
		label_id(&id, text.data, text.len, row);
		if (rc == 0)
			labels_put(l, &id, &new);
	}
	buf_release(&text);
	buf_release(&id);
	if (rc == 0 && batch_append(rows, b, NULL) < 0)
		rc = err_set(e, ERR_DATA, "%s: more than 2 GiB of text", path);
	return rc;
}

/* All that the contract names may be here or not; a request id is text whatever it looks like. */
static struct text_type *labels_text_types(struct contract *c, struct source_options *o)
{
	struct text_type *types;

	contract_text_types(c, o);
	types = mem_array(o->ntypes + 2, sizeof(*types));
	for (size_t i = 0; i < o->ntypes; i++) {
		types[i] = o->types[i];
		types[i].optional = 1;
	}
	types[o->ntypes] = (struct text_type){"request_id", TYPE_STRING, 1};
	types[o->ntypes + 1] = (struct text_type){"_request", TYPE_STRING, 1};
	o->types = types;
	o->ntypes += 2;
	return types;
}

int labels_add(struct labels *l, const char *path, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct text_type *types = labels_text_types(l->contract, &o);
	struct source *s = source_open(path, &o, e);
	struct labels_places p = {0, 0, 0, 0};
	struct labels_table *table;
	const struct batch *b;
	int more = -1;

	if (!s || labels_find(l, source_schema(s), path, &p, e) < 0 ||
		labels_types(l, source_schema(s), path, e) < 0)
		goto end;
	MEM_ROOM(l->tables, l->ntables, l->tables_cap);
	table = &l->tables[l->ntables++];
	*table = (struct labels_table){.schema = SCHEMA_INIT, .rows = BATCH_INIT};
	schema_copy(&table->schema, source_schema(s));
	batch_init(&table->rows, &table->schema);
	while ((more = source_next(s, &b, e)) > 0)
		if (labels_batch(l, s, &p, b, path, e) < 0) {
			more = -1;
			break;
		}
end:
	source_close(s);
	free(types);
	return more;
}
