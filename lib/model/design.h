/* design: passes over a feature frame as a dense design matrix with targets and weights.
 * SPDX-License-Identifier: MIT
 *
 * Columns of the frame with a role (key, row, time, weight, target) are no features. A number is
 * one column of the matrix; a category column whose note pawl.encoding says "onehot" of K is K
 * columns, of which index i sets the i-th to 1 and a null none. Every feature column is centred by
 * its mean, and behind the last stands the centred target (regression) or 1, the intercept
 * (classification): a row of the matrix has ld = width + 1 values.
 *
 * Rows come in chunks that never cross a multiple of BATCH_ROWS of the table position, whatever the
 * record batches of the input, so that sums can be made block by block. Memory: one chunk, about
 * DESIGN_CHUNK values; it does not grow with the number of rows.
 */
#ifndef MODEL_DESIGN_H
#define MODEL_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/source.h"
#include "model/target.h"

#define DESIGN_WIDTH_CAP 20000	/* columns of the matrix: its Gram matrix is 3.2 GB then */
#define DESIGN_CHUNK (1u << 18) /* values in a chunk, as long as that is 256 rows */

struct design_options {
	const char *target; /* NULL: the column of that role */
	const char *weight; /* NULL: the column of that role, if there is one */
	enum target_task task;
};

struct design_column {
	char *name;
	size_t source;	  /* number in the frame */
	size_t at, width; /* in the matrix */
	int onehot;
	struct dict *dict; /* the last one seen, for labels */
};

struct design {
	/* from design_open() on */
	struct source *source;	       /* borrowed */
	struct design_column *columns; /* [ncolumns] */
	size_t ncolumns, cap, width, ld;
	size_t target_at, weight_at; /* in the frame; weight: SCHEMA_NONE where all weights are 1 */
	struct target target;	     /* settled by design_scan() */
	/* from design_scan() on */
	double *mean;	/* [width] weighted means */
	double *spread; /* [width] largest absolute value of the centred column */
	/* the running pass */
	int scanned, ended;
	size_t passes;
	const struct batch *batch;
	uint64_t batch_at, at, limit; /* next row of the batch, of the table; rows of a chunk */
	double *x, *y, *w, *background;
	int32_t *label;
};

#define DESIGN_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

struct design_chunk {
	size_t rows;
	const double *x;      /* [rows, ld] */
	const double *w;      /* [rows] */
	const int32_t *label; /* [rows] classification: number of the class */
	int block_ends;	      /* the next chunk, if there is one, begins a new block */
};

/* Finds the columns. The source is borrowed and unread, and was told to keep what it reads. */
int design_open(
	struct design *d, struct source *source, const struct design_options *o, struct err *e);
void design_release(struct design *d); /* harmless twice */

/* The first two passes: means, target. Refuses what is null or not finite, negative weights, what
 * target_settle() refuses. */
int design_scan(struct design *d, struct err *e);

/* A pass: start, then next until it returns 0; 1: *c is the next chunk, -1: failure. The chunk
 * lives until the next call. */
int design_start(struct design *d, struct err *e);
int design_next(struct design *d, struct design_chunk *c, struct err *e);

/* Whether column k of the matrix is the same in all rows that have a weight. */
int design_constant(const struct design *d, size_t k);

/* Appends what column k of the matrix is called: NAME, or NAME=CATEGORY. */
void design_label(const struct design *d, size_t k, struct buf *out);

#endif
