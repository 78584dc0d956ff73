/* rules: features.yaml, what becomes of each column on its way to the estimator.
 * SPDX-License-Identifier: MIT
 *
 *   version: 1
 *   features:
 *     tenure: [{impute: median}, standardize]
 *     charges: [{impute: mean}, log1p, {clip: [0.01, 0.99]}, standardize]
 *     contract: [{impute: "(missing)"}, {onehot: {min_count: 10}}]
 *   drop: [customerID]
 *
 * A column's steps run in the order in which they are written. The order of the columns means
 * nothing: features stand in the order of the table. pawl-features(5) says what each step does.
 */
#ifndef FEAT_RULES_H
#define FEAT_RULES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum rule_op { RULE_IMPUTE, RULE_STANDARDIZE, RULE_LOG1P, RULE_CLIP, RULE_ONEHOT };

enum rule_impute {
	RULE_MEAN,
	RULE_MEDIAN,
	RULE_MOST_FREQUENT,
	RULE_NUMBER, /* a constant */
	RULE_TEXT,   /* a constant */
};

struct rule_step {
	enum rule_op op;
	enum rule_impute impute;
	double number;	     /* RULE_NUMBER */
	char *text;	     /* RULE_TEXT, NUL-ended */
	double lower, upper; /* clip: quantiles, 0 <= lower < upper <= 1 */
	long long min_count; /* onehot, at least 1 */
	size_t line;
};

struct rule { /* of one column */
	char *name;
	size_t line;
	struct rule_step *steps;
	size_t nsteps;
};

struct rules {
	char *file; /* as named, for messages */
	struct rule *columns;
	size_t ncolumns;
	struct rule *drop; /* name and line only */
	size_t ndrop;
	size_t features_line; /* of the key `features:` or of the first column */
};

/* Reads and checks the file as far as that is possible without the table; NULL on failure, with
 * FILE:LINE and what is allowed there. */
struct rules *rules_read(const char *path, struct err *e);
/* The same from memory; `name` is what messages call it. */
struct rules *rules_parse(const char *text, size_t len, const char *name, struct err *e);
void rules_free(struct rules *r); /* NULL is allowed */

/* The rule of a column, or NULL. */
const struct rule *rules_find(const struct rules *r, const char *column);
/* Whether a column is listed under `drop`. */
int rules_drops(const struct rules *r, const char *column);

/* {"drop":[NAME,...],"features":{NAME:[STEP,...],...}} with every default filled in and the names
 * of drop sorted: what the fitted features depend on (a new reference). */
json_t *rules_params(const struct rules *r);

/* "impute", "standardize", ... */
const char *rule_op_name(enum rule_op op);

#endif
