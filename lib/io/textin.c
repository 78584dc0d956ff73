/* textin: a typed table from the rows of a text format.
 * SPDX-License-Identifier: MIT
 */
#include "io/textin.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/textin_state.h"

#define TEXTIN_SAMPLE ((size_t)8 << 20)

const struct schema *textin_schema(const struct textin *t)
{
	return &t->schema;
}

const char *textin_remarks(const struct textin *t)
{
	return t->remarks.data;
}

const char *const *textin_nulls(const struct textin *t)
{
	return t->blanks;
}

uint64_t textin_line(const struct textin *t, uint64_t row)
{
	return t->lines_of[row];
}

const char *textin_name(const struct textin *t)
{
	return lines_name(&t->lines);
}

/* ---- rows */

static int header_error(const struct textin *t, struct err *e)
{
	return err_prefix(e, "%s:%llu", lines_name(&t->lines), (unsigned long long)t->row.line);
}

/* Reads the header of the current part and adds its names to `names`. */
static int header_read(struct textin *t, struct map *names, struct err *e)
{
	enum row_result rc = csvin_next(t->csv, &t->lines, 0, &t->row, e);

	if (rc == ROW_FAILED)
		return -1;
	if (rc == ROW_END)
		return err_set(e, ERR_DATA, "%s: the file is empty: there is no header",
			lines_name(&t->lines));
	if (rc == ROW_BAD) {
		err_prefix(e, "the header");
		return header_error(t, e);
	}
	for (size_t i = 0; i < t->row.n; i++) {
		const struct cell *c = &t->row.cells[i];
		int is_new;

		if (!c->len) {
			err_set(e, ERR_DATA, "column %zu has no name", i + 1);
			return header_error(t, e);
		}
		map_add(names, c->text, c->len, &is_new);
		if (!is_new) {
			err_set(e, ERR_DATA, "two columns are called '%.*s'", (int)c->len, c->text);
			return header_error(t, e);
		}
	}
	return 0;
}

/* A further part must have the header of the first. */
static int header_compare(struct textin *t, struct err *e)
{
	struct map names = MAP_INIT;
	int rc = header_read(t, &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		size_t len;
		const char *name = map_key(&names, i, &len);

		if (map_find(&t->header, name, len) == i)
			continue;
		rc = err_set(e, ERR_DATA,
			"column %zu, '%.*s', is not where or what it is in the first file", i + 1,
			(int)len, name);
		header_error(t, e);
	}
	if (rc == 0 && names.n != t->header.n) {
		rc = err_set(e, ERR_DATA, "%zu columns where the first file has %zu", names.n,
			t->header.n);
		header_error(t, e);
	}
	map_release(&names);
	return rc;
}

enum row_result textin_row(struct textin *t, struct err *e)
{
	for (;;) {
		enum row_result rc = t->csv ? csvin_next(t->csv, &t->lines, t->fields, &t->row, e)
					    : jsonlin_next(t->json, &t->lines, &t->row, e);

		if (rc != ROW_END || t->lines.marked || !lines_part(&t->lines))
			return rc;
		if (t->csv && header_compare(t, e) < 0)
			return ROW_FAILED;
	}
}

int textin_start(struct textin *t, struct err *e)
{
	struct map names = MAP_INIT;
	int rc = 0;

	if (lines_rewind(&t->lines, e) < 0)
		return -1;
	t->ended = 0;
	if (t->csv)
		rc = header_read(t, &names, e);
	map_release(&names);
	return rc;
}

/* ---- columns */

static size_t textin_type(const struct textin *t, const char *name, size_t len)
{
	return t->wanted.n ? map_find(&t->wanted, name, len) : MAP_NONE;
}

/* Columns for names that have none yet. */
static void textin_columns(struct textin *t, const struct map *names)
{
	if (names->n <= t->n)
		return;
	t->cols = mem_grow(t->cols, names->n, sizeof(*t->cols));
	for (; t->n < names->n; t->n++) {
		struct textcol *c = &t->cols[t->n];
		size_t len, type;
		const char *name = map_key(names, t->n, &len);

		memset(c, 0, sizeof(*c));
		type = textin_type(t, name, len);
		c->cell = t->n;
		c->key = t->options.key && strlen(t->options.key) == len &&
			 memcmp(t->options.key, name, len) == 0;
		c->given = type != MAP_NONE;
		if (c->given)
			c->type = t->types[type].type;
		else if (t->options.only_types)
			c->cell = MAP_NONE;
	}
}

/* Whether the column's values must be looked at before the schema is known. */
static int column_open(const struct textin *t, const struct textcol *c)
{
	return c->cell != MAP_NONE &&
	       (!c->given || (t->options.categories && c->type == TYPE_STRING));
}

static void textin_learn(struct textin *t)
{
	if (t->json)
		textin_columns(t, jsonlin_names(t->json));
	for (size_t i = 0; i < t->n; i++) {
		struct textcol *c = &t->cols[i];
		const struct cell *cell;

		if (!column_open(t, c) || c->cell >= t->row.n)
			continue;
		cell = &t->row.cells[c->cell];
		guess_add(&c->guess, cell, nulls_has(&t->convert.nulls, cell), t->row.line,
			t->options.categories);
	}
}

/* Looks at the first 8 MiB, or at everything. */
static int textin_sample(struct textin *t, int all, struct err *e)
{
	enum row_result rc = ROW_GOOD;
	struct err ignored = ERR_INIT;

	if (!all)
		lines_mark(&t->lines);
	while (all || lines_since(&t->lines) < TEXTIN_SAMPLE) {
		rc = textin_row(t, &ignored);
		if (rc == ROW_GOOD)
			textin_learn(t);
		else if (rc != ROW_BAD)
			break;
	}
	if (rc == ROW_FAILED) {
		*e = ignored;
		return -1;
	}
	t->whole = all || (rc == ROW_END && t->lines.n == 1);
	if (all)
		return textin_start(t, e);
	lines_reset(&t->lines);
	return 0;
}

/* ---- the schema */

static int textin_missing(struct textin *t, const struct map *names, struct err *e)
{
	for (size_t i = 0; i < t->wanted.n; i++) {
		size_t len;
		const char *name = map_key(&t->wanted, i, &len);

		if (t->types[i].optional || map_find(names, name, len) != MAP_NONE)
			continue;
		return err_set(e, ERR_DATA, "%s: column '%.*s' is missing", lines_name(&t->lines),
			(int)len, name);
	}
	return 0;
}

static void textin_blanks(struct textin *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct guess *g = &t->cols[i].guess;

		if (t->cols[i].given || t->cols[i].cell == MAP_NONE || guess_type(g) == TYPE_STRING)
			continue;
		for (size_t k = 0; k < g->blanks.n; k++) {
			size_t len;
			const char *token = map_key(&g->blanks, k, &len);

			if (len)
				map_add(&t->blank_tokens, token, len, NULL);
		}
	}
	buf_reset(&t->blank_text);
	t->blanks = mem_grow(t->blanks, t->blank_tokens.n + 1, sizeof(*t->blanks));
	buf_room(&t->blank_text, t->blank_tokens.keys_cap + t->blank_tokens.n + 1);
	for (; n < t->blank_tokens.n; n++) {
		size_t len;
		const char *token = map_key(&t->blank_tokens, n, &len);

		t->blanks[n] = t->blank_text.data + t->blank_text.len;
		buf_add(&t->blank_text, token, len);
		buf_addc(&t->blank_text, 0);
	}
	t->blanks[n] = NULL;
}

/* What was learnt becomes the schema, the batch and the remarks. */
static void textin_settle(struct textin *t, const struct map *names)
{
	batch_release(&t->batch);
	schema_release(&t->schema);
	buf_reset(&t->remarks);
	buf_add(&t->remarks, t->why.data, t->why.len);
	for (size_t i = 0; i < t->n; i++) {
		struct textcol *c = &t->cols[i];
		size_t len;
		const char *key = map_key(names, i, &len);
		char *name;

		if (c->cell == MAP_NONE)
			continue;
		name = mem_strndup(key, len);
		if (!c->given) {
			c->type = guess_type(&c->guess);
			guess_remark(&c->guess, name, &t->remarks);
			c->unseen = !t->whole && c->guess.total == c->guess.counts[KIND_NULL];
		}
		if (t->options.categories && type_is_text(c->type))
			c->type = guess_is_category(&c->guess) ? TYPE_CATEGORY : TYPE_STRING;
		c->name = schema_add(&t->schema, name, c->type)->name;
		free(name);
		map_release(&c->guess.distinct);
	}
	if (t->remarks.len)
		t->remarks.data[--t->remarks.len] = 0; /* the last newline */
	textin_blanks(t);
	batch_init(&t->batch, &t->schema);
	for (size_t i = 0; i < t->batch.n; i++)
		if (t->schema.fields[i].type == TYPE_CATEGORY && !t->batch.cols[i].dict)
			t->batch.cols[i].dict = dict_new();
	free(t->values);
	t->values = mem_new(t->n + 1, sizeof(*t->values));
}

static const struct map *textin_names(struct textin *t)
{
	return t->csv ? &t->header : jsonlin_names(t->json);
}

int textin_begin(struct textin *t, int all, struct err *e)
{
	int open = t->json && !t->options.only_types;

	textin_columns(t, textin_names(t));
	for (size_t i = 0; i < t->n; i++)
		open |= column_open(t, &t->cols[i]);
	if (open && textin_sample(t, all, e) < 0)
		return -1;
	if (!open)
		t->whole = 1;
	if (t->csv && textin_missing(t, textin_names(t), e) < 0)
		return -1;
	textin_settle(t, textin_names(t));
	return 0;
}

/* The types that are given. JSON Lines: their columns come first and need not be in any row. */
static void textin_given(struct textin *t, const struct source_options *o)
{
	t->types = mem_new(o->ntypes + 1, sizeof(*t->types));
	for (size_t i = 0; i < o->ntypes; i++) {
		const char *name = o->types[i].name;
		int is_new;
		size_t at = map_add(&t->wanted, name, strlen(name), &is_new);

		if (is_new)
			t->types[at] = (struct text_type){
				.type = o->types[i].type, .optional = o->types[i].optional};
		if (t->json)
			map_add(jsonlin_names(t->json), name, strlen(name), NULL);
	}
}

/* What can be begun again: a file always; a pipe where a copy of it can be kept, which is done only
 * where the types may yet change without any row being bad (a dictionary that outgrows its caps, a
 * column without values so far), so that a table has the same bytes from a pipe. */
static void textin_restarts(struct textin *t)
{
	int keepable = 1;

	t->seekable = 1;
	for (size_t i = 0; i < t->lines.n; i++) {
		t->seekable &= stream_rewindable(t->lines.streams[i]);
		keepable &= stream_keepable(t->lines.streams[i]);
	}
	if (!keepable)
		t->options.restart = 0;
	t->options.categories = t->options.categories && t->options.restart;
}

static int textin_keep(struct textin *t, struct err *e)
{
	int open = 0;

	if (!t->options.restart || t->whole)
		return 0;
	for (size_t i = 0; i < t->n; i++)
		open |= t->cols[i].cell != MAP_NONE &&
			(t->cols[i].type == TYPE_CATEGORY || t->cols[i].unseen);
	for (size_t i = 0; open && i < t->lines.n; i++)
		if (stream_keep(t->lines.streams[i], e) < 0)
			return -1;
	return 0;
}

struct textin *textin_open(struct stream **streams, size_t n, enum format format,
	const struct source_options *o, struct err *e)
{
	struct textin *t = mem_new(1, sizeof(*t));
	char delimiter = format == FORMAT_TSV ? '\t' : o->delimiter;
	const char *head;
	size_t len;

	t->options = *o;
	t->options.types = NULL; /* copied by textin_given() */
	t->remarks = t->why = t->blank_text = (struct buf)BUF_INIT;
	t->lines_of = mem_array(BATCH_ROWS, sizeof(*t->lines_of));
	nulls_init(&t->convert.nulls, o->nulls);
	t->convert.truncate_time = o->truncate_time;
	lines_init(&t->lines, streams, n);
	textin_restarts(t);
	if (format == FORMAT_JSONL)
		t->json = jsonlin_new();
	textin_given(t, o);
	if (!t->json) {
		if (!delimiter) {
			if (stream_peek(streams[0], &head, &len, 65536, e) < 0)
				goto fail;
			delimiter = csvin_delimiter(head, len, len < 65536);
		}
		t->csv = csvin_new(delimiter);
		if (header_read(t, &t->header, e) < 0)
			goto fail;
		t->fields = t->header.n;
	}
	if (textin_begin(t, 0, e) == 0 && textin_keep(t, e) == 0)
		return t;
fail:
	textin_close(t);
	return NULL;
}

void textin_close(struct textin *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		guess_release(&t->cols[i].guess);
	lines_release(&t->lines);
	csvin_free(t->csv);
	jsonlin_free(t->json);
	map_release(&t->wanted);
	map_release(&t->header);
	map_release(&t->blank_tokens);
	batch_release(&t->batch);
	schema_release(&t->schema);
	buf_release(&t->remarks);
	buf_release(&t->why);
	buf_release(&t->blank_text);
	free(t->types);
	free(t->blanks);
	free(t->values);
	free(t->lines_of);
	free(t->row.cells);
	free(t->cols);
	free(t);
}
