/* check_judge: what check.c and check_judge.c share.
 * SPDX-License-Identifier: MIT
 */
#ifndef STAT_CHECK_JUDGE_H
#define STAT_CHECK_JUDGE_H

#include "stat/check.h"

/* Adds an anomaly for each column of the table that the contract does not know. */
void check_unexpected(struct check *k, const struct schema *s);

#endif
