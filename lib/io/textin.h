/* textin: a typed table from the rows of a text format: header, inference, conversion, batches.
 * SPDX-License-Identifier: MIT
 *
 * Types that the caller does not give are inferred from the first 8 MiB (io/infer.h). A later row
 * that contradicts them makes the reader begin again, once, with all of the input looked at, where
 * the caller allows it and the input can be rewound; elsewhere it is a bad row, whose reason ends
 * with the line to add to schema.yaml. A batch ends at BATCH_ROWS rows or 32 MiB of text.
 */
#ifndef IO_TEXTIN_H
#define IO_TEXTIN_H

#include "io/source.h"
#include "io/stream.h"

struct textin;

/* Streams [n] and options are borrowed; format is one of text. Reads as far as the schema. */
struct textin *textin_open(struct stream **streams, size_t n, enum format format,
	const struct source_options *o, struct err *e);
void textin_close(struct textin *t); /* NULL is allowed */

const struct schema *textin_schema(const struct textin *t);
const char *textin_remarks(const struct textin *t);
/* NULL-ended tokens, besides the empty field, that inference took as missing. */
const char *const *textin_nulls(const struct textin *t);
/* 1: a batch, 0: the end, -1: failure, 2: begin again, the schema has changed. */
int textin_next(struct textin *t, const struct batch **out, struct err *e);
int textin_rewind(struct textin *t, struct err *e);
uint64_t textin_line(const struct textin *t, uint64_t row);
/* The input that the reader is in. */
const char *textin_name(const struct textin *t);

#endif
