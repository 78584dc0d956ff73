/* csvin: rows of CSV and TSV (RFC 4180, quotes taken strictly).
 * SPDX-License-Identifier: MIT
 *
 * A field is quoted when its first byte is a quote; within, "" is a quote, and line ends and
 * delimiters are text. A quote anywhere else, or anything between a closing quote and the
 * delimiter, makes a bad row; a quote that is never closed makes a bad file. Rows end in LF or
 * CRLF, the last one may end without. Spaces belong to the field. Empty lines are passed over in
 * tables of several columns; in a table of one column an empty line is a row without a value.
 * Rows with quotes are cut by libcsv in strict mode, those without by the delimiter alone.
 */
#ifndef IO_CSVIN_H
#define IO_CSVIN_H

#include "io/lines.h"
#include "io/row.h"

struct csvin;

struct csvin *csvin_new(char delimiter);
void csvin_free(struct csvin *c); /* NULL is allowed */

/* The next row of the part. `fields`: how many a row must have; 0: any (the header). */
enum row_result csvin_next(
	struct csvin *c, struct lines *l, size_t fields, struct row *row, struct err *e);

/* The delimiter among , ; tab | that cuts the first lines of a text alike, and into the most
 * fields; a comma where none does. `whole`: the text ends there. */
char csvin_delimiter(const char *text, size_t len, int whole);

#endif
