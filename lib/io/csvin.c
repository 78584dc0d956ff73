/* csvin: rows of CSV and TSV (RFC 4180, quotes taken strictly).
 * SPDX-License-Identifier: MIT
 */
#include "io/csvin.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define CSVIN_FIELDS_MAX ((size_t)1 << 20)

struct csvin {
	struct csv_parser parser;
	char delimiter;
	struct row *row;    /* being cut by libcsv */
	struct buf text;    /* the fields of it, one behind the other */
	int done, trailing; /* the row has ended; something followed */
};

static int csvin_no_space(unsigned char c)
{
	(void)c;
	return 0;
}

struct csvin *csvin_new(char delimiter)
{
	struct csvin *c = mem_new(1, sizeof(*c));

	c->delimiter = delimiter;
	c->text = (struct buf)BUF_INIT;
	if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		mem_exhausted();
	csv_set_delim(&c->parser, (unsigned char)delimiter);
	csv_set_space_func(&c->parser, csvin_no_space); /* spaces are part of the field */
	csv_set_realloc_func(&c->parser, realloc);
	return c;
}

void csvin_free(struct csvin *c)
{
	if (!c)
		return;
	csv_free(&c->parser);
	buf_release(&c->text);
	free(c);
}

static void row_add(struct row *row, enum cell_kind kind, const char *text, size_t len)
{
	MEM_ROOM(row->cells, row->n, row->cap);
	row->cells[row->n].kind = kind;
	row->cells[row->n].text = text;
	row->cells[row->n++].len = len;
}

/* libcsv's callbacks. The text moves while it grows: cells get their pointers afterwards. */
static void csvin_field(void *bytes, size_t len, void *arg)
{
	struct csvin *c = arg;

	if (c->done)
		c->trailing = 1;
	if (c->row->n > CSVIN_FIELDS_MAX)
		return;
	row_add(c->row, !bytes ? CELL_NULL : len ? CELL_FIELD : CELL_STRING, NULL, len);
	buf_add(&c->text, len ? bytes : "", len);
}

static void csvin_row(int end, void *arg)
{
	struct csvin *c = arg;

	(void)end;
	c->done = 1;
}

static void csvin_cut_plain(struct csvin *c, struct row *row)
{
	const char *p = row->raw, *end = row->raw + row->raw_len;

	while (row->n <= CSVIN_FIELDS_MAX) {
		const char *stop = memchr(p, c->delimiter, (size_t)(end - p));
		const char *to = stop ? stop : end;

		row_add(row, to == p ? CELL_NULL : CELL_FIELD, p, (size_t)(to - p));
		if (!stop)
			break;
		p = stop + 1;
	}
}

static size_t csvin_without_end(const char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '\r')
		len--;
	return len;
}

/* Forgets the row that libcsv is in the middle of. */
static void csvin_recover(struct csvin *c)
{
	c->parser.pstate = 0; /* libcsv: no row begun */
	c->parser.quoted = 0;
	c->parser.spaces = c->parser.entry_pos = 0;
	c->parser.status = CSV_SUCCESS;
}

/* Feeds libcsv line by line until it says that the row has ended. */
static enum row_result csvin_cut_quoted(struct csvin *c, struct lines *l, const char *text,
	size_t len, struct row *row, struct err *e)
{
	size_t fed = 0, at = 0;
	int rc = 1;

	c->row = row;
	c->done = c->trailing = 0;
	buf_reset(&c->text);
	while (!c->done) {
		if (rc == 0 && csv_fini(&c->parser, csvin_field, csvin_row, c) != 0) {
			csvin_recover(c);
			err_set(e, ERR_DATA,
				"%s:%llu: a quote is not closed before the end of the file",
				lines_name(l), (unsigned long long)row->line);
			return ROW_FAILED;
		}
		if (rc == 0)
			break;
		if (csv_parse(&c->parser, text + fed, len - fed, csvin_field, csvin_row, c) !=
			len - fed) {
			if (csv_error(&c->parser) == CSV_ENOMEM)
				mem_exhausted();
			csvin_recover(c);
			row->raw = text;
			row->raw_len = csvin_without_end(text, len);
			err_set(e, ERR_DATA,
				"a quote stands within a field, where it must be doubled and the "
				"field quoted");
			return ROW_BAD;
		}
		fed = len;
		if (!c->done && (rc = lines_more(l, &text, &len, e)) < 0) {
			csvin_recover(c);
			return ROW_FAILED;
		}
	}
	row->raw = text;
	row->raw_len = csvin_without_end(text, len);
	for (size_t i = 0; i < row->n; i++) {
		row->cells[i].text = c->text.data + at;
		at += row->cells[i].len;
	}
	if (c->parser.pstate) {
		c->trailing = 1;
		csvin_recover(c);
	}
	if (c->trailing || (row->raw_len && text[row->raw_len - 1] == '\r')) {
		err_set(e, ERR_DATA, "a carriage return within a field that is not quoted");
		return ROW_BAD;
	}
	return ROW_GOOD;
}

/* Which field is to blame is looked for only once one is. */
static enum row_result csvin_check(struct row *row, size_t fields, struct err *e)
{
	int nul, bad;

	if (row->n > CSVIN_FIELDS_MAX) {
		err_set(e, ERR_DATA, "more than %zu fields", CSVIN_FIELDS_MAX);
		return ROW_BAD;
	}
	if (fields && row->n != fields) {
		err_set(e, ERR_DATA, "%zu field%s where the header has %zu", row->n,
			row->n == 1 ? "" : "s", fields);
		return ROW_BAD;
	}
	nul = row->raw_len && memchr(row->raw, 0, row->raw_len);
	bad = !utf8_valid(row->raw, row->raw_len);
	if (!nul && !bad)
		return ROW_GOOD;
	for (size_t i = 0; i < row->n; i++) {
		const struct cell *cell = &row->cells[i];

		if (!cell->len || (nul ? !memchr(cell->text, 0, cell->len)
				       : utf8_valid(cell->text, cell->len)))
			continue;
		row->fault = i;
		break;
	}
	err_set(e, ERR_DATA, nul ? "a NUL byte" : "bytes that are not UTF-8");
	return ROW_BAD;
}

enum row_result csvin_next(
	struct csvin *c, struct lines *l, size_t fields, struct row *row, struct err *e)
{
	const char *text;
	size_t len;
	int rc;

	do {
		rc = lines_next(l, &text, &len, e);
		if (rc <= 0)
			return rc < 0 ? ROW_FAILED : ROW_END;
		row->raw = text;
		row->raw_len = csvin_without_end(text, len);
	} while (!row->raw_len && fields != 1);
	row->line = l->line;
	row->offset = l->offset;
	row->n = 0;
	row->fault = ROW_NOWHERE;
	if (memchr(row->raw, '"', row->raw_len)) {
		enum row_result cut = csvin_cut_quoted(c, l, text, len, row, e);

		return cut == ROW_GOOD ? csvin_check(row, fields, e) : cut;
	}
	csvin_cut_plain(c, row);
	if (memchr(row->raw, '\r', row->raw_len)) {
		err_set(e, ERR_DATA, "a carriage return within a field that is not quoted");
		return ROW_BAD;
	}
	return csvin_check(row, fields, e);
}

/* How many lines in a row, from the first, have the same number of this delimiter outside of
 * quotes; *fields is that number plus one. The last line counts only where it is whole. */
static size_t delimiter_lines(char d, const char *text, size_t len, int whole, size_t *fields)
{
	size_t lines = 0, n = 1, filled = 0;
	int quoted = 0;

	*fields = 0;
	for (size_t i = 0; i <= len; i++) {
		int end = i == len ? whole : text[i] == '\n' && !quoted;

		if (end && filled) {
			if (*fields && n != *fields)
				return lines;
			*fields = n;
			lines++;
			n = 1;
			filled = 0;
		}
		if (i == len || end)
			continue;
		if (text[i] != '\r')
			filled = 1;
		if (text[i] == '"')
			quoted = !quoted;
		else if (text[i] == d && !quoted)
			n++;
	}
	return lines;
}

char csvin_delimiter(const char *text, size_t len, int whole)
{
	static const char candidates[] = ",;\t|";
	size_t best_lines = 0, best_fields = 1;
	char best = ',';

	for (const char *d = candidates; *d; d++) {
		size_t fields, lines = delimiter_lines(*d, text, len, whole, &fields);

		if (fields < 2)
			continue;
		if (lines > best_lines || (lines == best_lines && fields > best_fields)) {
			best = *d;
			best_lines = lines;
			best_fields = fields;
		}
	}
	return best;
}
