/* grid: cells of text as an aligned table for people.
 * SPDX-License-Identifier: MIT
 */
#include "base/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#define GRID_GAP 2

void grid_release(struct grid *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->cells[i]);
	free(g->cells);
	g->cells = NULL;
	g->n = g->cap = 0;
}

void grid_add(struct grid *g, const char *text)
{
	char *copy = mem_strdup(text ? text : "");

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '.';
	MEM_ROOM(g->cells, g->n, g->cap);
	g->cells[g->n++] = copy;
}

void grid_addf(struct grid *g, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	grid_add(g, text.data);
	buf_release(&text);
}

static int is_numbers(const struct grid *g, size_t column, int header)
{
	int any = 0;

	for (size_t i = (header ? g->columns : 0) + column; i < g->n; i += g->columns) {
		const char *cell = g->cells[i];
		double unused;

		if (!*cell)
			continue;
		if (num_double(cell, strlen(cell), &unused) < 0)
			return 0;
		any = 1;
	}
	return any;
}

/* As much of the text as fits, then spaces up to the width; before it where it stands right. */
static void put_cell(struct buf *out, const char *text, size_t width, int right, int last)
{
	size_t len = strlen(text), wide = utf8_width(text, len);

	if (wide > width) {
		size_t at = 0, used = 1;

		while (at < len) {
			size_t n = utf8_next(text + at, len - at);
			size_t more = utf8_width(text + at, n ? n : 1);

			if (used + more > width)
				break;
			used += more;
			at += n ? n : 1;
		}
		buf_add(out, text, at);
		buf_adds(out, width ? "\xe2\x80\xa6" : "");
		return;
	}
	for (size_t i = wide; right && i < width; i++)
		buf_addc(out, ' ');
	buf_add(out, text, len);
	for (size_t i = wide; !right && !last && i < width; i++)
		buf_addc(out, ' ');
}

void grid_print(const struct grid *g, size_t indent, int header, size_t width, struct buf *out)
{
	size_t *widths = mem_new(g->columns, sizeof(*widths)), used = indent;
	char *right = mem_new(g->columns, 1);

	for (size_t i = 0; i < g->n; i++) {
		size_t wide = utf8_width(g->cells[i], strlen(g->cells[i]));

		if (wide > widths[i % g->columns])
			widths[i % g->columns] = wide;
	}
	for (size_t c = 0; c < g->columns; c++) {
		right[c] = (char)is_numbers(g, c, header);
		used += c ? GRID_GAP : 0;
		if (width && used + widths[c] > width)
			widths[c] = used < width ? width - used : 0;
		used += widths[c];
	}
	for (size_t i = 0; i + g->columns <= g->n; i += g->columns) {
		for (size_t k = 0; k < indent; k++)
			buf_addc(out, ' ');
		for (size_t c = 0; c < g->columns && (!c || widths[c]); c++) {
			for (size_t k = 0; c && k < GRID_GAP; k++)
				buf_addc(out, ' ');
			put_cell(out, g->cells[i + c], widths[c], right[c], c + 1 == g->columns);
		}
		while (out->len && out->data[out->len - 1] == ' ')
			out->data[--out->len] = 0;
		buf_addc(out, '\n');
	}
	free(widths);
	free(right);
}

size_t grid_terminal(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n;

	if (!isatty(fd))
		return 0;
	n = columns ? strtol(columns, NULL, 10) : 0;
	if (n > 0 && n < 100000)
		return (size_t)n;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
