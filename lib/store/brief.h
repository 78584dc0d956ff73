/* brief: what is said of decisions, versions and histories, to people and in release.json.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_BRIEF_H
#define STORE_BRIEF_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/release.h"

/* What release.json says (a new reference); lineage is borrowed and may be NULL. */
json_t *brief_decision_json(const char *name, const struct release_decision *d, json_t *lineage);

/* The same as a sentence, without a newline. */
void brief_decision(const char *name, const struct release_decision *d, struct buf *out);

/* How a make ends, four lines: rows, metrics beside the baseline, version and alias, what next. */
int brief_summary(const struct release_request *q, const struct release_decision *d,
	struct buf *out, struct err *e);

/* A version (an object of its members, with "tags") as two columns. */
void brief_version(const json_t *version, struct buf *out);

/* The events of a history (store/audit.h), one a line. */
void brief_history(const json_t *events, struct buf *out);

#endif
