/* decision_view: what was decided about a model, as release.json and as text for people.
 * SPDX-License-Identifier: MIT
 */
#ifndef REPORT_DECISION_VIEW_H
#define REPORT_DECISION_VIEW_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/release.h"

/* What release.json says (a new reference); lineage is borrowed and may be NULL. */
json_t *decision_view_json(const char *name, const struct release_decision *d, json_t *lineage);

/* The same as a sentence, without a newline. */
void decision_view_print(const char *name, const struct release_decision *d, struct buf *out);

/* How a make ends, four lines: rows, metrics beside the baseline, version and alias, what next. */
int decision_view_summary(const struct release_request *q, const struct release_decision *d,
	struct buf *out, struct err *e);

#endif
