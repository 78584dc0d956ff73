/* judge: the distributions of a window judged by limits.
 * SPDX-License-Identifier: MIT
 *
 * An effect and its significance are both asked for: a drift is a breach when an effect is over its
 * limit and the p-value, adjusted over all columns (Benjamini and Hochberg), is below alpha; near
 * one (level 1) when it is over 0.8 of the limit and p below 10 alpha. The
 * limit of PSI is raised to twice what PSI is of rows that did not change, so that small windows
 * raise no alarm.
 */
#ifndef WATCH_JUDGE_H
#define WATCH_JUDGE_H

#include <jansson.h>

#include "stat/drift.h"

struct judge_limits {
	double psi, ks, js;
	double missing; /* of the difference of shares */
	double alpha;
};

/* [{"column","role","kind": "number" | "category","rows","missing": [before, now],"missing_p",
 *   "psi","psi_limit","ks","ks_error","js","chi_square","unseen"?,"p","drift": level,
 *   "missingness": level}, ..], a new reference; what does not apply is left out, p-values are
 * adjusted. */
json_t *judge_columns(
	const struct drift *d, const struct drift_tally *t, const struct judge_limits *limits);

/* {"drift COLUMN": level, "missing COLUMN": level, ..} of such a list: of each column that was
 * compared. A new reference. */
json_t *judge_levels(const json_t *columns);

#endif
