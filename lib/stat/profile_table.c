/* profile: the JSON form as a table for people.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "stat/profile.h"

#define CELLS 8
#define WIDEST 24 /* characters of a cell; the last may be longer */
#define LAST_WIDEST 48

struct row {
	struct buf cells[CELLS];
};

/* Characters: bytes that do not continue a UTF-8 sequence. */
static size_t width(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Text without control characters, cut to `most` characters. */
static void put_text(const char *text, size_t most, struct buf *out)
{
	size_t n = 0;
	int cut = width(text, strlen(text)) > most;

	for (; *text; text++) {
		int starts = ((unsigned char)*text & 0xc0) != 0x80;

		if (starts && cut && n + 3 >= most)
			break;
		n += (size_t)starts;
		buf_addc(out, (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text);
	}
	if (cut)
		buf_adds(out, "...");
}

/* Numbers for people: five significant digits unless they are integers. */
static void put_value(const json_t *v, size_t most, struct buf *out)
{
	char text[NUM_TEXT];
	double x;

	if (json_is_string(v)) {
		put_text(json_string_value(v), most, out);
	} else if (json_is_boolean(v)) {
		buf_adds(out, json_is_true(v) ? "true" : "false");
	} else if (json_is_integer(v)) {
		buf_addf(out, "%lld", (long long)json_integer_value(v));
	} else if (json_is_real(v)) {
		x = json_real_value(v);
		if (fabs(x) < 1e15 && x == floor(x))
			num_print(x, text);
		else
			snprintf(text, sizeof(text), "%.5g", x);
		buf_adds(out, text);
	}
}

static void put_share(double part, double whole, struct buf *out)
{
	if (whole > 0 && part > 0)
		buf_addf(out, part / whole < 0.001 ? "<0.1%%" : "%.1f%%", 100 * part / whole);
	else
		buf_addc(out, '-');
}

static void put_top(const json_t *column, double rows, struct buf *out)
{
	const json_t *top = json_object_get(column, "top");
	const json_t *values = json_object_get(top, "values");
	const json_t *counts = json_object_get(top, "counts");
	struct buf item = BUF_INIT;

	for (size_t i = 0; i < json_array_size(values) && i < 3; i++) {
		double count = (double)json_integer_value(json_array_get(counts, i));

		if (count < 2)
			break;
		buf_reset(&item);
		buf_adds(&item, i ? ", " : "");
		put_value(json_array_get(values, i), 16, &item);
		buf_addf(&item, count < 0.005 * rows ? " <1%%" : " %.0f%%", 100 * count / rows);
		if (i && width(out->data, out->len) + width(item.data, item.len) > LAST_WIDEST)
			break;
		buf_add(out, item.data, item.len);
	}
	buf_release(&item);
}

static void fill_row(const json_t *column, double rows, struct row *r)
{
	const json_t *length = json_object_get(column, "length");
	double missing =
		(double)json_int(column, "missing", 0) + (double)json_int(column, "nan", 0);

	put_text(json_str(column, "name", ""), WIDEST, &r->cells[0]);
	buf_adds(&r->cells[1], json_str(column, "type", ""));
	put_share(missing, rows, &r->cells[2]);
	if (!json_is_true(json_object_get(column, "distinct_exact")))
		buf_addc(&r->cells[3], '~');
	buf_addf(&r->cells[3], "%lld", json_int(column, "distinct", 0));
	put_value(json_object_get(column, "mean"), WIDEST, &r->cells[4]);
	put_value(json_object_get(column, "min"), WIDEST, &r->cells[5]);
	put_value(json_object_get(column, "max"), WIDEST, &r->cells[6]);
	if (length) {
		buf_addf(&r->cells[5], "%lld", json_int(length, "min", 0));
		buf_addf(&r->cells[6], "%lld bytes", json_int(length, "max", 0));
	}
	put_top(column, rows, &r->cells[7]);
}

/* The row of a column, or that of the titles where column is NULL. */
static struct row row_of(const json_t *column, double rows)
{
	static const char *const titles[CELLS] = {
		"column", "type", "missing", "distinct", "mean", "min", "max", "most frequent"};
	struct row r;

	for (size_t k = 0; k < CELLS; k++) {
		r.cells[k] = (struct buf)BUF_INIT;
		buf_adds(&r.cells[k], column ? "" : titles[k]);
	}
	if (column)
		fill_row(column, rows, &r);
	return r;
}

static void print_row(const struct row *r, const size_t *widths, struct buf *out)
{
	static const int right[CELLS] = {0, 0, 1, 1, 1, 1, 1, 0};
	size_t last = out->len;

	for (size_t i = 0; i < CELLS; i++) {
		size_t pad = widths[i] - width(r->cells[i].data, r->cells[i].len);

		buf_adds(out, i ? "  " : "");
		if (right[i])
			buf_addf(out, "%*s", (int)pad, "");
		buf_add(out, r->cells[i].data, r->cells[i].len);
		if (r->cells[i].len)
			last = out->len;
		if (!right[i])
			buf_addf(out, "%*s", (int)pad, "");
	}
	out->len = last; /* no spaces at the end of a line */
	out->data[last] = 0;
	buf_addc(out, '\n');
}

void profile_table(const json_t *profile, struct buf *out)
{
	const json_t *columns = json_object_get(profile, "columns");
	size_t n = json_array_size(columns), widths[CELLS] = {0};
	double rows = (double)json_int(profile, "rows", 0);

	/* Twice over the columns: the first time for the widths. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i <= n; i++) {
			struct row r = row_of(i ? json_array_get(columns, i - 1) : NULL, rows);

			for (size_t k = 0; k < CELLS; k++) {
				size_t w = width(r.cells[k].data, r.cells[k].len);

				widths[k] = w > widths[k] ? w : widths[k];
			}
			if (pass)
				print_row(&r, widths, out);
			for (size_t k = 0; k < CELLS; k++)
				buf_release(&r.cells[k]);
		}
	}
	buf_addf(out, "%.0f rows, %zu columns\n", rows, n);
}
