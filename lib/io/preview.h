/* preview: the first rows of a table, aligned for people.
 * SPDX-License-Identifier: MIT
 *
 * Numbers stand right, everything else left; a null is `null`; control characters are shown as
 * dots. With a width, columns that do not fit are left out from the right, and said so.
 */
#ifndef IO_PREVIEW_H
#define IO_PREVIEW_H

#include "base/buf.h"
#include "frame/batch.h"

#define PREVIEW_ROWS 20

struct preview;

struct preview *preview_new(const struct schema *schema, uint64_t max_rows);
void preview_free(struct preview *t); /* NULL is allowed */
/* Takes the first rows that it has room for; counts all. */
void preview_add(struct preview *t, const struct batch *b);
uint64_t preview_total(const struct preview *t);
/* Appends the table and a line with the count. width 0: any. */
void preview_print(const struct preview *t, size_t width, struct buf *out);
/* Only that line: "7043 rows, 21 columns". */
void preview_print_count(const struct preview *t, struct buf *out);

#endif
