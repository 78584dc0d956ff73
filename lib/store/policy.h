/* policy: what a home demands before a version may become the champion: HOME/policy.yaml.
 * SPDX-License-Identifier: MIT
 *
 *   version: 1
 *   promote:
 *     gates: required        # required (the default) | optional
 *     comparison: better     # better (the default): the challenger's mean loss is lower and the
 *                            # interval of the difference excludes zero | not-worse: promoted
 *                            # unless the champion is better in that sense
 */
#ifndef STORE_POLICY_H
#define STORE_POLICY_H

#include "base/err.h"

struct policy {
	int gates_optional;
	int not_worse;
};

/* No file: the defaults. */
int policy_read(const char *home, struct policy *out, struct err *e);

#endif
