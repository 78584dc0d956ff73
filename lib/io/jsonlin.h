/* jsonlin: rows of JSON Lines: one object a line, parsed by jansson.
 * SPDX-License-Identifier: MIT
 *
 * A member of a nested object becomes the column `outer.inner`; arrays are refused. Columns are
 * numbered in the order in which they are first met; an absent member is a null. Empty lines are
 * passed over. A line holds at most LINES_ROW_MAX bytes.
 */
#ifndef IO_JSONLIN_H
#define IO_JSONLIN_H

#include "base/map.h"
#include "io/lines.h"
#include "io/row.h"

struct jsonlin;

struct jsonlin *jsonlin_new(void);
void jsonlin_free(struct jsonlin *j); /* NULL is allowed */

/* The names met so far (borrowed); more may be added before the first row, to be numbered first. */
struct map *jsonlin_names(struct jsonlin *j);

/* The next row; it has as many cells as there are names. */
enum row_result jsonlin_next(struct jsonlin *j, struct lines *l, struct row *row, struct err *e);

#endif
