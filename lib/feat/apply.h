/* apply: a table through a transform: the feature frame that an estimator is trained on.
 * SPDX-License-Identifier: MIT
 *
 * Columns: those carried (key, row, target, weight) that the table has, as they are; then one per
 * feature: float64 without nulls, or a category whose dictionary is the sorted categories, with the
 * note pawl.encoding = {"categories":K,"kind":"onehot"}: index i stands for the unit vector e_i,
 * null for the zero vector. The values are those that the ONNX graph gives, to the bit.
 */
#ifndef FEAT_APPLY_H
#define FEAT_APPLY_H

#include <stdint.h>

#include "base/err.h"
#include "feat/transform.h"
#include "frame/batch.h"

struct apply;

/* The transform is borrowed. A feature's column that the table lacks, or whose type is text for a
 * number or the other way round, is ERR_DATA (NULL). */
struct apply *apply_new(const struct transform *t, const struct schema *in, struct err *e);
void apply_free(struct apply *a); /* NULL is allowed */

/* Of the feature frame (borrowed). */
const struct schema *apply_schema(const struct apply *a);
/* A batch of that schema without rows, with the dictionaries in place. */
void apply_init(const struct apply *a, struct batch *out);

/* Appends rows from..from+n of `in` to `out`; `row` is the first one's place in the table, for
 * messages. A feature that stays missing, or becomes infinite, is ERR_DATA. */
int apply_rows(struct apply *a, const struct batch *in, uint64_t from, size_t n, uint64_t row,
	struct batch *out, struct err *e);

#endif
