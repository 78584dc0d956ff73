/* convert: one cell of text as a value of a given type.
 * SPDX-License-Identifier: MIT
 */
#include "io/convert.h"

#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/utf8.h"

#define CONVERT_SHOWN 40 /* bytes of a bad value that are shown */

void nulls_init(struct nulls *n, const char *const *tokens)
{
	memset(n, 0, sizeof(*n));
	n->tokens = tokens;
	for (size_t i = 0; tokens && tokens[i]; i++)
		n->first[(unsigned char)tokens[i][0]] = 1;
}

int nulls_has(const struct nulls *n, const struct cell *cell)
{
	if (cell->kind == CELL_NULL)
		return 1;
	if (!n->tokens || (cell->kind != CELL_FIELD && cell->kind != CELL_STRING) || !cell->len ||
		!n->first[(unsigned char)cell->text[0]])
		return 0;
	for (size_t i = 0; n->tokens[i]; i++)
		if (strlen(n->tokens[i]) == cell->len &&
			memcmp(n->tokens[i], cell->text, cell->len) == 0)
			return 1;
	return 0;
}

const char *cell_text(const struct cell *cell, char number[NUM_TEXT], size_t *len)
{
	if (cell->kind == CELL_INT)
		*len = num_print_int64(cell->integer, number);
	else if (cell->kind == CELL_REAL)
		*len = num_print(cell->real, number);
	else
		*len = cell->len;
	return cell->kind == CELL_INT || cell->kind == CELL_REAL ? number : cell->text;
}

void convert_trim(const char **text, size_t *len)
{
	while (*len && (**text == ' ' || **text == '\t')) {
		++*text;
		--*len;
	}
	while (*len && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t'))
		--*len;
}

static size_t span_digits(const char *t, size_t n, size_t at)
{
	while (at < n && t[at] >= '0' && t[at] <= '9')
		at++;
	return at;
}

int convert_overflows(const char *t, size_t n)
{
	size_t start = n && (t[0] == '-' || t[0] == '+'), at = span_digits(t, n, start);
	size_t digits = at - start;
	double unused;

	if (at < n && t[at] == '.') {
		size_t end = span_digits(t, n, at + 1);

		digits += end - at - 1;
		at = end;
	}
	if (at < n && digits && (t[at] == 'e' || t[at] == 'E')) {
		size_t sign = at + 1 < n && (t[at + 1] == '-' || t[at + 1] == '+');
		size_t end = span_digits(t, n, at + 1 + sign);

		if (end == at + 1 + sign)
			return 0;
		at = end;
	}
	/* All that looks like a number and yet is none is out of range. */
	return digits && at == n && num_double(t, n, &unused) < 0;
}

static int convert_bad(const struct cell *cell, struct err *e, const char *what)
{
	char number[NUM_TEXT];
	size_t len, cut;
	const char *text = cell_text(cell, number, &len);

	cut = len;
	if (len > CONVERT_SHOWN)
		for (cut = CONVERT_SHOWN; cut && ((unsigned char)text[cut] & 0xc0) == 0x80;)
			cut--;
	return err_set(e, ERR_DATA, "'%.*s%s' %s", (int)cut, text, cut < len ? "..." : "", what);
}

static int convert_int(const char *t, size_t n, const struct cell *cell, enum type type,
	struct value *out, struct err *e)
{
	size_t sign = n && (t[0] == '-' || t[0] == '+');
	int digits = n > sign && span_digits(t, n, sign) == n;

	if (type == TYPE_UINT64) {
		if (num_uint64(t, n, &out->u64) == 0)
			return 0;
		return convert_bad(cell, e, digits ? "does not fit a uint64" : "is not a uint64");
	}
	if (num_int64(t, n, &out->i64) == 0)
		return 0;
	return convert_bad(cell, e, digits ? "does not fit an int64" : "is not an int64");
}

static int convert_float(
	const char *t, size_t n, const struct cell *cell, struct value *out, struct err *e)
{
	if (cell->kind == CELL_INT) {
		out->f64 = (double)cell->integer;
		return 0;
	}
	if (cell->kind == CELL_REAL) {
		out->f64 = cell->real;
		return 0;
	}
	if (num_double(t, n, &out->f64) == 0)
		return 0;
	return convert_bad(cell, e,
		convert_overflows(t, n) ? "is too large for a float64" : "is not a float64");
}

static int convert_bool(
	const char *t, size_t n, const struct cell *cell, struct value *out, struct err *e)
{
	if (n == 4 && strncasecmp(t, "true", 4) == 0)
		out->i64 = 1;
	else if (n == 5 && strncasecmp(t, "false", 5) == 0)
		out->i64 = 0;
	else
		return convert_bad(cell, e, "is not a bool (true or false)");
	return 0;
}

static int convert_time(const struct convert *c, const char *t, size_t n, const struct cell *cell,
	enum type type, struct value *out, struct err *e)
{
	enum time_zone zone = TIME_NAIVE;
	int rc = time_parse(t, n, c->truncate_time, &out->i64, &zone);

	if (rc == -2)
		return convert_bad(cell, e, "is finer than a microsecond");
	if (rc < 0)
		return convert_bad(cell, e, "is not a timestamp");
	if (type == TYPE_TIMESTAMP && zone == TIME_ZONED)
		return convert_bad(cell, e, "has a time zone, which a timestamp has not");
	if (type == TYPE_TIMESTAMP_UTC && zone == TIME_NAIVE)
		return convert_bad(cell, e, "has no time zone, which a timestamp_utc needs");
	return 0;
}

int convert_cell(const struct convert *c, const struct cell *cell, enum type type, int blank,
	struct value *out, struct err *e)
{
	const char *t;
	size_t n;

	out->null = nulls_has(&c->nulls, cell) || type == TYPE_NULL;
	if (out->null)
		return 0;
	t = cell_text(cell, out->number, &n);
	if (type_is_text(type) || type == TYPE_BINARY) {
		out->text = t;
		out->len = n;
		return 0;
	}
	convert_trim(&t, &n);
	/* A quoted empty field is the empty string in text and missing elsewhere. */
	if (!n && (blank || !cell->len)) {
		out->null = 1;
		return 0;
	}
	switch (type) {
	case TYPE_BOOL:
		return convert_bool(t, n, cell, out, e);
	case TYPE_INT64:
	case TYPE_UINT64:
		return convert_int(t, n, cell, type, out, e);
	case TYPE_FLOAT64:
		return convert_float(t, n, cell, out, e);
	case TYPE_DATE:
		return date_parse(t, n, &out->days) == 0 ? 0
							 : convert_bad(cell, e, "is not a date");
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMP_UTC:
		return convert_time(c, t, n, cell, type, out, e);
	default:
		return err_set(e, ERR_DATA, "a %s cannot be read from text", type_name(type));
	}
}

int convert_push(struct column *column, uint64_t row, const struct value *v)
{
	if (v->null) {
		column_push_null(column, row);
		return 0;
	}
	switch (column->type) {
	case TYPE_BOOL:
		column_push_bool(column, row, (int)v->i64);
		break;
	case TYPE_UINT64:
		column_push_uint64(column, row, v->u64);
		break;
	case TYPE_FLOAT64:
		column_push_float64(column, row, v->f64);
		break;
	case TYPE_DATE:
		column_push_date(column, row, v->days);
		break;
	case TYPE_STRING:
	case TYPE_BINARY:
		return column_push_text(column, row, v->text, v->len);
	case TYPE_CATEGORY:
		column_push_index(column, row,
			(int32_t)map_add(&column->dict->values, v->text, v->len, NULL));
		break;
	default:
		column_push_int64(column, row, v->i64);
	}
	return 0;
}
