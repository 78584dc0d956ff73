/* preview: the first rows of a table, aligned for people.
 * SPDX-License-Identifier: MIT
 */
#include "io/preview.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define PREVIEW_CELL 40 /* columns of a terminal that one cell may take */
#define PREVIEW_GAP 2

struct preview {
	size_t n;
	char *right;	/* [n] whether the column holds numbers */
	char **cells;	/* [rows + 1][n], the names first */
	size_t *widths; /* [n] */
	uint64_t rows, max_rows, total;
};

/* The text as it may be shown: nothing that moves a cursor, no wider than a cell. */
static char *cell_shown(const char *text, size_t len)
{
	struct buf out = BUF_INIT;
	size_t width = 0;

	buf_adds(&out, "");
	for (size_t at = 0; at < len;) {
		size_t n = utf8_next(text + at, len - at);
		uint32_t c = n ? utf8_point(text + at, n) : 0;
		int shown = c >= 0x20 && (c < 0x7f || c > 0x9f);

		width += shown ? utf8_width(text + at, n) : 1;
		if (width >= PREVIEW_CELL && utf8_width(text + at, len - at) > 1) {
			buf_adds(&out, "\xe2\x80\xa6");
			break;
		}
		if (shown)
			buf_add(&out, text + at, n);
		else
			buf_addc(&out, '.');
		at += n ? n : 1;
	}
	return buf_detach(&out);
}

struct preview *preview_new(const struct schema *schema, uint64_t max_rows)
{
	struct preview *t = mem_new(1, sizeof(*t));

	t->n = schema->n;
	t->max_rows = max_rows;
	t->right = mem_new(t->n, 1);
	t->widths = mem_new(t->n, sizeof(*t->widths));
	t->cells = mem_new(t->n, sizeof(*t->cells));
	for (size_t i = 0; i < t->n; i++) {
		const struct field *f = &schema->fields[i];

		t->right[i] = (char)(type_is_number(f->type) && f->type != TYPE_BOOL);
		t->cells[i] = cell_shown(f->name, strlen(f->name));
		t->widths[i] = utf8_width(t->cells[i], strlen(t->cells[i]));
	}
	return t;
}

void preview_free(struct preview *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < (size_t)(t->rows + 1) * t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->right);
	free(t->widths);
	free(t);
}

void preview_add(struct preview *t, const struct batch *b)
{
	struct buf text = BUF_INIT;

	for (uint64_t row = 0; row < b->rows && t->rows < t->max_rows; row++) {
		char **cells;

		t->cells = mem_grow(t->cells, (size_t)(t->rows + 2) * t->n, sizeof(*t->cells));
		cells = t->cells + (size_t)++t->rows * t->n;
		for (size_t i = 0; i < t->n; i++) {
			size_t width;

			buf_reset(&text);
			if (column_valid(&b->cols[i], row))
				column_print(&b->cols[i], row, &text);
			else
				buf_adds(&text, "null");
			cells[i] = cell_shown(text.data, text.len);
			width = utf8_width(cells[i], strlen(cells[i]));
			if (width > t->widths[i])
				t->widths[i] = width;
		}
	}
	t->total += b->rows;
	buf_release(&text);
}

uint64_t preview_total(const struct preview *t)
{
	return t->total;
}

static void put_spaces(struct buf *out, size_t n)
{
	while (n--)
		buf_addc(out, ' ');
}

static void put_cell(struct buf *out, const char *text, size_t width, int right, int last)
{
	size_t fill = width - utf8_width(text, strlen(text));

	if (right)
		put_spaces(out, fill);
	buf_adds(out, text);
	if (!right && !last)
		put_spaces(out, fill);
}

static void put_count(const struct preview *t, struct buf *out)
{
	buf_addf(out, "%llu row%s, %zu column%s", (unsigned long long)t->total,
		t->total == 1 ? "" : "s", t->n, t->n == 1 ? "" : "s");
}

void preview_print_count(const struct preview *t, struct buf *out)
{
	put_count(t, out);
	buf_addc(out, '\n');
}

void preview_print(const struct preview *t, size_t width, struct buf *out)
{
	size_t shown = 0, used = 0;

	while (shown < t->n) {
		size_t more = t->widths[shown] + (shown ? PREVIEW_GAP : 0);

		if (width && shown && used + more > width)
			break;
		used += more;
		shown++;
	}
	for (uint64_t row = 0; row <= t->rows; row++) {
		char **cells = t->cells + (size_t)row * t->n;

		for (size_t i = 0; i < shown; i++) {
			if (i)
				put_spaces(out, PREVIEW_GAP);
			put_cell(out, cells[i], t->widths[i], t->right[i], i + 1 == shown);
		}
		buf_addc(out, '\n');
	}
	if (t->rows < t->total)
		buf_addf(out, "... ");
	put_count(t, out);
	if (shown < t->n)
		buf_addf(out, " (%zu not shown)", t->n - shown);
	buf_addc(out, '\n');
}
