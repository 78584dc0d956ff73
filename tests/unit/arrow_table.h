/* arrow_table: a table of all types whose values follow from the row number, for the Arrow tests.
 * SPDX-License-Identifier: MIT
 */
#ifndef ARROW_TABLE_H
#define ARROW_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "frame/batch.h"
#include "io/arrow_in.h"
#include "io/arrow_out.h"

static char *table_dir;

static inline int table_begin(void **state)
{
	char path[] = "/tmp/pawl-arrow.XXXXXX";

	(void)state;
	table_dir = mem_strdup(mkdtemp(path));
	return 0;
}

static inline int table_end(void **state)
{
	char *command = mem_printf("rm -rf '%s'", table_dir);
	int rc = system(command);

	(void)state;
	free(command);
	free(table_dir);
	return rc;
}

static inline char *table_path(const char *name)
{
	return file_join(table_dir, name);
}

static inline void table_schema(struct schema *s)
{
	for (int t = 0; t < TYPE_COUNT; t++) {
		struct field *f = schema_add(s, type_name((enum type)t), (enum type)t);

		if (t == TYPE_INT64)
			notes_set(&f->notes, "unit", "metres");
	}
	notes_set(&s->notes, "title", "all types");
}

/* Row `row` at the end of the batch. Every seventh value is null, at another place per column. */
static inline void table_push(struct batch *b, uint64_t row)
{
	char text[64];
	int len;

	for (size_t i = 0; i < b->n; i++) {
		struct column *c = &b->cols[i];
		uint64_t h = row * 2654435761u + i * 40503;

		if ((row + i) % 7 == 3 || c->type == TYPE_NULL) {
			column_push_null(c, b->rows);
			continue;
		}
		len = snprintf(text, sizeof(text), "%s%llu", h % 3 ? "wert " : "größe €",
			(unsigned long long)(h % 50));
		switch (c->type) {
		case TYPE_BOOL:
			column_push_bool(c, b->rows, (h >> 5) & 1);
			break;
		case TYPE_UINT64:
			column_push_uint64(c, b->rows, UINT64_MAX - h);
			break;
		case TYPE_FLOAT64:
			column_push_float64(c, b->rows, (double)h / 7);
			break;
		case TYPE_STRING:
		case TYPE_BINARY:
			column_push_text(c, b->rows, text,
				c->type == TYPE_STRING ? (size_t)len : (size_t)len % 9);
			break;
		case TYPE_CATEGORY:
			if (!c->dict)
				c->dict = dict_new();
			column_push_index(c, b->rows,
				(int32_t)map_add(&c->dict->values, text, (size_t)len, NULL));
			break;
		case TYPE_DATE:
			column_push_date(c, b->rows, (int32_t)(h % 40000) - 5000);
			break;
		case TYPE_TIME:
			column_push_int64(c, b->rows, (int64_t)(h % 86400000000));
			break;
		default:
			column_push_int64(c, b->rows, (int64_t)h - 1000000);
		}
	}
	b->rows++;
}

/* The value as text, for comparison; a null is "~". */
static inline void table_text(const struct column *c, uint64_t row, struct buf *out)
{
	size_t len;
	const char *text;

	buf_reset(out);
	if (!column_valid(c, row)) {
		buf_adds(out, "~");
		return;
	}
	switch (c->type) {
	case TYPE_BOOL:
		buf_addf(out, "%d", bit_get(c->bits, row));
		break;
	case TYPE_FLOAT64:
		buf_addf(out, "%a", c->f64[row]);
		break;
	case TYPE_STRING:
	case TYPE_CATEGORY:
	case TYPE_BINARY:
		text = column_text(c, row, &len);
		buf_add(out, text, len);
		break;
	case TYPE_DATE:
		buf_addf(out, "%d", c->i32[row]);
		break;
	default:
		buf_addf(out, "%lld", (long long)c->i64[row]);
	}
}

static inline void table_same(const struct batch *a, uint64_t at, const struct batch *b, uint64_t n)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		for (uint64_t r = 0; r < n; r++) {
			table_text(&a->cols[i], at + r, &x);
			table_text(&b->cols[i], r, &y);
			if (x.len != y.len || memcmp(x.data, y.data, x.len) != 0)
				fail_msg("column %zu row %llu: '%s' but '%s'", i,
					(unsigned long long)(at + r), x.data, y.data);
		}
	}
	buf_release(&x);
	buf_release(&y);
}

/* Writes the rows of the batch in pieces of `step` rows; lineage may be NULL. */
static inline void table_write(const char *path, enum format format, const struct schema *s,
	const struct batch *rows, uint64_t step, const json_t *lineage)
{
	struct outfile o;
	struct err e = ERR_INIT;
	struct arrow_out *out;
	struct batch piece;

	if (outfile_open(&o, path, &e) < 0 || !(out = arrow_out_open(&o, format, s, &e)))
		fail_msg("%s", e.text);
	for (uint64_t at = 0; at < rows->rows; at += step) {
		uint8_t *keep = mem_new(rows->rows / 8 + 1, 1);

		for (uint64_t i = at; i < at + step && i < rows->rows; i++)
			bit_set(keep, i, 1);
		batch_init(&piece, s);
		assert_int_equal(batch_append(&piece, rows, keep), 0);
		if (arrow_out_write(out, &piece, &e) < 0)
			fail_msg("%s", e.text);
		batch_release(&piece);
		free(keep);
	}
	if (arrow_out_finish(out, lineage, &e) < 0)
		fail_msg("%s", e.text);
	arrow_out_free(out);
	if (outfile_commit(&o, &e) < 0)
		fail_msg("%s", e.text);
}

struct table_input {
	struct stream *stream;
	struct arrow_in *in;
	struct err e;
};

/* Opens; in is NULL on failure. table_close() in any case. */
static inline void table_open(struct table_input *t, const char *path, enum format format)
{
	*t = (struct table_input){NULL, NULL, ERR_INIT};
	t->stream = stream_open(path, &t->e);
	if (t->stream)
		t->in = arrow_in_open(t->stream, format, 0, &t->e);
}

static inline void table_close(struct table_input *t)
{
	arrow_in_close(t->in);
	stream_close(t->stream);
}

/* Reads to the end: 0, or the kind of the failure, whose text is in *e. */
static inline enum err_kind table_read_all(
	const char *path, enum format format, uint64_t *rows, struct err *e)
{
	struct table_input t;
	const struct batch *b;
	int rc = -1;

	*rows = 0;
	table_open(&t, path, format);
	while (t.in && (rc = arrow_in_next(t.in, &b, &t.e)) > 0)
		*rows += b->rows;
	table_close(&t);
	*e = t.e;
	return rc < 0 ? t.e.kind : ERR_NONE;
}

#endif
