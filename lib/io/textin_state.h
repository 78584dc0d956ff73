/* textin_state: what the two halves of io/textin share: the schema (textin.c) and the rows
 * (textin_rows.c). Nobody else includes it.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_TEXTIN_STATE_H
#define IO_TEXTIN_STATE_H

#include "base/map.h"
#include "io/convert.h"
#include "io/csvin.h"
#include "io/infer.h"
#include "io/jsonlin.h"
#include "io/textin.h"

struct textcol {
	const char *name; /* borrowed from `names` */
	size_t cell;	  /* where it is in a row; MAP_NONE: not wanted */
	enum type type;
	int given;  /* by the caller */
	int key;    /* no value may be missing */
	int unseen; /* a string only because it has had no values yet */
	struct guess guess;
};

struct textin {
	struct lines lines;
	struct csvin *csv; /* one of these two */
	struct jsonlin *json;
	struct source_options options;
	struct convert convert;
	struct map wanted;	 /* names of options.types, whose own are the caller's */
	struct text_type *types; /* [wanted.n] copied but for the names */
	int seekable;		 /* all inputs can be read again without keeping a copy */
	struct map header;	 /* of CSV */
	struct row row;
	struct textcol *cols;
	size_t n, fields;
	int whole; /* inference has seen all there is */
	int restarted;
	struct schema schema;
	struct batch batch;
	struct value *values;	 /* [n] of the row at hand */
	uint64_t *lines_of;	 /* [BATCH_ROWS] */
	struct buf remarks, why; /* why: it began again */
	const char **blanks;	 /* textin_nulls() */
	struct map blank_tokens;
	struct buf blank_text;
	int ended;
};

/* The next row, over all inputs. */
enum row_result textin_row(struct textin *t, struct err *e);
/* Back to the first row. */
int textin_start(struct textin *t, struct err *e);
/* Learns types from the rows ahead (`all`: of the whole input) and makes the schema of them. */
int textin_begin(struct textin *t, int all, struct err *e);

#endif
