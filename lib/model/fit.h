/* fit: the coefficients of a linear or logistic model and how their fit went; sums block by block.
 * SPDX-License-Identifier: MIT
 */
#ifndef MODEL_FIT_H
#define MODEL_FIT_H

#include <stddef.h>

#include "base/err.h"

struct fit {
	size_t width, sets; /* sets of coefficients: 1, or one per class */
	double *coef;	    /* [sets, width] of the columns as they are, not centred */
	double *intercept;  /* [sets] */
	double objective;   /* what was minimized */
	double gradient;    /* the largest element of its gradient, made free of units */
	size_t iterations;  /* passes that changed the coefficients */
	size_t rank;	    /* of the sets * (width + 1) unknowns, those that the data determine */
	unsigned char
		*dependent; /* [width] 1: takes part in a linear dependence; NULL: none does */
};

#define FIT_INIT                                                                                   \
	{                                                                                          \
		0                                                                                  \
	}

/* Coefficients of 0. */
void fit_init(struct fit *f, size_t width, size_t sets);
void fit_release(struct fit *f); /* harmless twice */

/* Takes coefficients of centred columns, beta [sets, ld] with the intercept in column width (ld >
 * width), to those of the columns as they are. What is not finite is ERR_DATA. */
int fit_uncentre(struct fit *f, const double *beta, size_t ld, const double *mean, struct err *e);

/* Sums over rows: `part` takes those of the running block of BATCH_ROWS rows. */
struct blocks {
	double *part, *total; /* [n] */
	size_t n;
};

#define BLOCKS_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Both arrays zero; cleared again between passes. */
void blocks_init(struct blocks *b, size_t n);
void blocks_release(struct blocks *b); /* harmless twice */
void blocks_clear(struct blocks *b);
void blocks_end(struct blocks *b); /* total += part, part = 0; harmless without rows in between */

#endif
