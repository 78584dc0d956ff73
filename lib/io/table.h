/* table: the first rows of a table, aligned for people.
 * SPDX-License-Identifier: MIT
 *
 * Numbers stand right, everything else left; a null is `null`; control characters are shown as
 * dots. With a width, columns that do not fit are left out from the right, and said so.
 */
#ifndef IO_TABLE_H
#define IO_TABLE_H

#include "base/buf.h"
#include "frame/batch.h"

#define TABLE_ROWS 20

struct table;

struct table *table_new(const struct schema *schema, uint64_t max_rows);
void table_free(struct table *t); /* NULL is allowed */
/* Takes the first rows that it has room for; counts all. */
void table_add(struct table *t, const struct batch *b);
uint64_t table_total(const struct table *t);
/* Appends the table and a line with the count. width 0: any. */
void table_print(const struct table *t, size_t width, struct buf *out);
/* Only that line: "7043 rows, 21 columns". */
void table_print_count(const struct table *t, struct buf *out);

/* Columns of the terminal that fd is, from $COLUMNS or the terminal; 0 where it is none. */
size_t table_width(int fd);
/* How many columns of a terminal UTF-8 text takes. */
size_t table_text_width(const char *text, size_t len);

#endif
