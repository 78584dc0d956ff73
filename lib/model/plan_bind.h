/* plan_bind: columns of a batch as the inputs of a plan. Private to model/plan*.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef MODEL_PLAN_BIND_H
#define MODEL_PLAN_BIND_H

#include "model/plan_step.h"

/* Whether a column of that type can feed an input of that kind, or ERR_DATA naming it. */
int plan_bind_type(const char *name, enum type type, enum plan_kind kind, struct err *e);

/* The rows from `at` of a column into the input's data. */
int plan_bind_load(struct plan_value *to, const char *name, const struct column *c, uint64_t at,
	size_t rows, struct err *e);

#endif
