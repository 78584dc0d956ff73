/* fit: learns a transform from the training part, in as many passes as its longest chain of
 * statistics asks for.
 * SPDX-License-Identifier: MIT
 *
 * A step's statistics are those of the values that the steps before it leave, missing ones left
 * out: mean, standardize       Welford in blocks of BATCH_ROWS rows of the table, combined in order
 *   median, clip            exact, 8 bytes of memory per value; linear between two ranks
 *   most_frequent           exact; of equals the smallest value, or the first text by bytes
 * standardize divides by the standard deviation of the population; by 1 where the values are equal
 * but for rounding (as scikit-learn's StandardScaler).
 */
#ifndef FEAT_FIT_H
#define FEAT_FIT_H

#include "base/err.h"
#include "feat/rules.h"
#include "feat/transform.h"
#include "frame/batch.h"
#include "io/source.h"

struct fit;

/* Holds the rules (borrowed) against the columns. target NULL: the column of that role, if there is
 * one. NULL on failure: what a rule says of a column that is not there or of the wrong type, and a
 * column that no rule, drop or role accounts for, are ERR_USAGE. */
struct fit *fit_new(
	const struct rules *r, const struct schema *schema, const char *target, struct err *e);
void fit_free(struct fit *f); /* NULL is allowed */

/* Whether there must be another pass: all batches of the table in order, then fit_end(). */
int fit_more(const struct fit *f);
int fit_batch(struct fit *f, const struct batch *b, struct err *e);
int fit_end(struct fit *f, struct err *e);

/* All passes over a source that is at its start and was opened with source_keep(). */
int fit_source(struct fit *f, struct source *source, struct err *e);

/* What was learned, once fit_more() is 0 (borrowed). */
const struct transform *fit_transform(const struct fit *f);

#endif
