/* perform: how well predictions fit the labels that came, beside how well they did when the model
 * was made.
 * SPDX-License-Identifier: MIT
 *
 * In memory, as all metrics: of each labelled row its label, its prediction and its probabilities.
 */
#ifndef WATCH_PERFORM_H
#define WATCH_PERFORM_H

#include <jansson.h>

#include "base/err.h"
#include "frame/batch.h"
#include "stat/moments.h"

struct perform {
	int started;
	char **classes; /* [nclasses], of the columns probability_CLASS; none: regression */
	size_t nclasses, classes_cap, prediction, *probability; /* column numbers */
	size_t rows, cap;
	int32_t *label, *predicted;
	double *probabilities;	      /* [rows, nclasses] */
	double *target, *value;	      /* regression */
	uint64_t unlabelled, unknown; /* rows without a label, or with one of no class */
	struct moments loss;	      /* log loss, or squared error, of a row */
};

#define PERFORM_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void perform_release(struct perform *p); /* harmless twice */

/* Finds `prediction` and the probabilities in a schema. For several tables one after the other:
 * another set of classes is ERR_DATA. No prediction is ERR_DATA. */
int perform_start(struct perform *p, const struct schema *predictions, struct err *e);
/* Adds the rows of a batch whose label (a column of the same rows) is there. */
void perform_add(struct perform *p, const struct column *label, const struct batch *predictions);

/* What the metrics were: {"metrics": {..}, "rows"?: N}, as in metrics.json. */
struct perform_limits {
	double decay; /* relative: 0.1 is a tenth more loss */
	double alpha;
	const char *positive; /* of two classes, or NULL: the second */
};

/* {"rows","unlabelled","unknown","metrics":{..},"baseline"?,"loss": "log_loss"|"rmse",
 * "increase"?,"p"?,"level": 0 | 1 | 2} (a new reference). Level 2: the mean loss (of rmse the mean
 * squared error) is higher than the baseline's by more than `decay`, and by a one-sided z test of
 * its mean with probability alpha of an error; 1: the same with 0.8 decay and 10 alpha.
 * The deviation of the baseline's loss is taken to be this one's, and its rows, where they are not
 * known, as many. Without a baseline level 0. */
json_t *perform_report(
	const struct perform *p, const json_t *baseline, const struct perform_limits *limits);

#endif
