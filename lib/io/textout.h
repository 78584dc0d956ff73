/* textout: a table written as CSV, TSV or JSON Lines.
 * SPDX-License-Identifier: MIT
 *
 * CSV and TSV: a header, LF line ends, quotes only where they are needed; a null is an empty field,
 * an empty string is "". JSON Lines: one object a row, a null is null, and so is what JSON has no
 * number for (NaN, infinity). Numbers in the shortest form that reads back the same, times in ISO
 * 8601, binary as hexadecimal digits.
 */
#ifndef IO_TEXTOUT_H
#define IO_TEXTOUT_H

#include "base/err.h"
#include "base/file.h"
#include "frame/batch.h"
#include "io/source.h"

struct textout;

/* Writes the header to o (borrowed), gzipped where asked for. NULL on failure. */
struct textout *textout_open(struct outfile *o, enum format format, int gzipped,
	const struct schema *schema, struct err *e);
void textout_free(struct textout *t); /* NULL is allowed; writes nothing */
int textout_write(struct textout *t, const struct batch *b, struct err *e);
int textout_finish(struct textout *t, struct err *e);

#endif
