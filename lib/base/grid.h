/* grid: cells of text as an aligned table for people.
 * SPDX-License-Identifier: MIT
 *
 * A column whose cells are all numbers stands right, others left. Wider than `width` columns of a
 * terminal (0: any) it never gets: cells of the last columns are cut, with an ellipsis.
 */
#ifndef BASE_GRID_H
#define BASE_GRID_H

#include <stddef.h>

#include "base/buf.h"

struct grid {
	char **cells; /* [n], row by row */
	size_t n, cap, columns;
};

#define GRID_OF(n) ((struct grid){.columns = (n)})

void grid_release(struct grid *g);
/* Appends a cell; text may be NULL for "". Control characters are shown as dots. */
void grid_add(struct grid *g, const char *text);
void grid_addf(struct grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends the table, each line after `indent` spaces; `header`: the first row names the columns. */
void grid_print(const struct grid *g, size_t indent, int header, size_t width, struct buf *out);

/* Columns of the terminal that fd is, from $COLUMNS or the terminal; 0 where it is none. */
size_t grid_terminal(int fd);

#endif
