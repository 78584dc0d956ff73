/* bind: holds feature rules against the columns of a table.
 * SPDX-License-Identifier: MIT
 */
#ifndef FEAT_BIND_H
#define FEAT_BIND_H

#include "base/err.h"
#include "feat/rules.h"
#include "feat/transform.h"
#include "frame/schema.h"

/* The role of a column: as noted, but `target` (NULL: as noted) alone is the target; or NULL. */
const char *bind_role(const struct schema *schema, size_t column, const char *target);

/* Adds to t a feature without fitted steps for each column under `features`, in the order of the
 * table, and the columns that are carried: key, row, target, weight. ERR_USAGE with FILE:LINE where
 * a rule does not fit its column, or a column is accounted for by no rule, drop or role; t is then
 * released. */
int bind_rules(const struct rules *r, const struct schema *schema, const char *target,
	struct transform *t, struct err *e);

#endif
