/* textout: a table written as CSV, TSV or JSON Lines.
 * SPDX-License-Identifier: MIT
 */
#include "io/textout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/gzip.h"

#define TEXTOUT_BLOCK ((size_t)256 << 10)

struct textout {
	struct outfile *out;
	enum format format;
	char delimiter;
	struct gzip *gzip;
	struct buf text;  /* not written yet */
	struct buf value; /* the field at hand */
	char **keys;	  /* [n] JSON Lines: `"name":` */
	size_t n;
};

static int textout_flush(struct textout *t, int last, struct err *e)
{
	int rc = t->gzip ? gzip_write(t->gzip, t->out, t->text.data, t->text.len, last, e)
			 : outfile_write(t->out, t->text.data, t->text.len, e);

	buf_reset(&t->text);
	return rc;
}

/* A field of CSV, in quotes where it would be read back otherwise. */
static void put_field(struct textout *t, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	int quote = len == 0;

	for (size_t i = 0; i < len && !quote; i++)
		quote = text[i] == t->delimiter || text[i] == '"' || text[i] == '\n' ||
			text[i] == '\r';
	if (!quote) {
		buf_add(&t->text, text, len);
		return;
	}
	buf_addc(&t->text, '"');
	while (p < end) {
		const char *stop = memchr(p, '"', (size_t)(end - p));

		if (!stop)
			stop = end;
		buf_add(&t->text, p, (size_t)(stop - p));
		if (stop < end)
			buf_adds(&t->text, "\"\"");
		p = stop + 1;
	}
	buf_addc(&t->text, '"');
}

static void put_string(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c == '\r')
			buf_adds(out, "\\r");
		else
			buf_addf(out, "\\u%04x", c);
	}
	buf_add(out, text + from, len - from);
	buf_addc(out, '"');
}

static void put_csv(struct textout *t, const struct batch *b, uint64_t row)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct column *c = &b->cols[i];
		const char *text;
		size_t len;

		if (i)
			buf_addc(&t->text, t->delimiter);
		if (!column_valid(c, row))
			continue;
		if (type_is_text(c->type)) {
			text = column_text(c, row, &len);
			put_field(t, text, len);
		} else {
			column_print(c, row, &t->text);
		}
	}
	buf_addc(&t->text, '\n');
}

static void put_json(struct textout *t, const struct batch *b, uint64_t row)
{
	buf_addc(&t->text, '{');
	for (size_t i = 0; i < b->n; i++) {
		const struct column *c = &b->cols[i];

		if (i)
			buf_addc(&t->text, ',');
		buf_adds(&t->text, t->keys[i]);
		if (!column_valid(c, row) ||
			(c->type == TYPE_FLOAT64 && !(c->f64[row] - c->f64[row] == 0))) {
			buf_adds(&t->text, "null");
		} else if (type_is_number(c->type)) {
			column_print(c, row, &t->text);
			/* "-0" would be read back as the integer 0. */
			if (c->type == TYPE_FLOAT64 && c->f64[row] == 0 && signbit(c->f64[row]))
				buf_adds(&t->text, ".0");
		} else {
			buf_reset(&t->value);
			column_print(c, row, &t->value);
			put_string(&t->text, t->value.data, t->value.len);
		}
	}
	buf_adds(&t->text, "}\n");
}

struct textout *textout_open(struct outfile *o, enum format format, int gzipped,
	const struct schema *schema, struct err *e)
{
	struct textout *t;

	if (format == FORMAT_JSONL && schema_unique(schema, e) < 0)
		return NULL;
	t = mem_new(1, sizeof(*t));
	t->out = o;
	t->format = format;
	t->delimiter = format == FORMAT_TSV ? '\t' : ',';
	t->text = t->value = (struct buf)BUF_INIT;
	t->gzip = gzipped ? gzip_new() : NULL;
	t->n = schema->n;
	t->keys = mem_new(schema->n, sizeof(char *));
	for (size_t i = 0; i < schema->n; i++) {
		const char *name = schema->fields[i].name;

		buf_reset(&t->value);
		put_string(&t->value, name, strlen(name));
		buf_addc(&t->value, ':');
		t->keys[i] = mem_strndup(t->value.data, t->value.len);
		if (format == FORMAT_JSONL)
			continue;
		if (i)
			buf_addc(&t->text, t->delimiter);
		put_field(t, name, strlen(name));
	}
	if (format != FORMAT_JSONL)
		buf_addc(&t->text, '\n');
	return t;
}

void textout_free(struct textout *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->keys[i]);
	free(t->keys);
	gzip_free(t->gzip);
	buf_release(&t->text);
	buf_release(&t->value);
	free(t);
}

int textout_write(struct textout *t, const struct batch *b, struct err *e)
{
	for (uint64_t row = 0; row < b->rows; row++) {
		if (t->format == FORMAT_JSONL)
			put_json(t, b, row);
		else
			put_csv(t, b, row);
		if (t->text.len >= TEXTOUT_BLOCK && textout_flush(t, 0, e) < 0)
			return -1;
	}
	return 0;
}

int textout_finish(struct textout *t, struct err *e)
{
	return textout_flush(t, 1, e);
}
