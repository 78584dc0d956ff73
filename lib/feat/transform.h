/* transform: fitted features: what was learned from the training part, applied to values.
 * SPDX-License-Identifier: MIT
 *
 * A number is a chain of steps on doubles, NaN = missing. The ONNX graph (feat/graph.h) does the
 * same operations in the same order, so that both give the same bits: impute       x is NaN ? a : x
 *     standardize  (x - a) / b
 *     log1p        log(x + 1)
 *     clip         x < a ? a : x > b ? b : x
 * A text is the number of its category, sorted by bytes; -1 is the zero vector.
 */
#ifndef FEAT_TRANSFORM_H
#define FEAT_TRANSFORM_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"

#define TRANSFORM_KEY "pawl.features" /* metadata property of a feature graph */
#define TRANSFORM_ENCODING "pawl.encoding"
#define TRANSFORM_MISSING "(missing)"
#define TRANSFORM_RARE "(rare)"
#define TRANSFORM_CATEGORIES_CAP 65536 /* categories of one column */

enum transform_op { TRANSFORM_IMPUTE, TRANSFORM_STANDARDIZE, TRANSFORM_LOG1P, TRANSFORM_CLIP };

struct transform_step {
	enum transform_op op;
	double a, b;
};

struct feature {
	char *name;
	enum type type;		      /* of the raw column; string for every text */
	struct transform_step *steps; /* numbers */
	size_t nsteps, steps_cap;
	struct dict *categories;  /* texts; NULL for a number */
	int32_t missing, unknown; /* the category of null and "", of what is none of them; or -1 */
};

struct carried { /* a column with a role, which passes through */
	char *name;
	enum type type;
	char *role;
};

struct transform {
	struct feature *features; /* in the order of the training table */
	size_t n, cap;
	struct carried *carried;
	size_t ncarried, carried_cap;
};

#define TRANSFORM_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

void transform_release(struct transform *t); /* harmless twice */
/* Appends; the reference holds until the next one is added. */
struct feature *transform_add(struct transform *t, const char *name, enum type type);
void transform_carry(struct transform *t, const char *name, enum type type, const char *role);
void feature_add(struct feature *f, enum transform_op op, double a, double b);

/* Whether a column of this type can be a number feature: numbers, and times as their integers. */
int transform_takes(enum type type);

/* Columns of the design that a feature makes, and all of them. */
size_t feature_width(const struct feature *f);
size_t transform_width(const struct transform *t);

/* The values of rows from..from+n of a column after the steps; NaN: missing. `row` is the first
 * one's place in the table, for messages. ERR_DATA: an integer beyond 2^53, an infinite number, a
 * value of -1 or less under log1p. */
int feature_values(const struct feature *f, const struct column *c, uint64_t from, size_t n,
	uint64_t row, double *out, struct err *e);

/* The category of a text (len 0: missing), or -1. */
int32_t feature_category(const struct feature *f, const char *text, size_t len);

/* Into JSON (a new reference) and back; t is TRANSFORM_INIT or released. */
json_t *transform_json(const struct transform *t);
int transform_parse(struct transform *t, const json_t *json, const char *name, struct err *e);

#endif
