/* model_view: versions of registered models and their history as JSON, and as text for people.
 * SPDX-License-Identifier: MIT
 *
 * Text is appended to `out`, no wider than `width` columns of a terminal (0: any).
 */
#ifndef REPORT_MODEL_VIEW_H
#define REPORT_MODEL_VIEW_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/registry.h"

/* A version (as registry_find() takes it) with its aliases and tags (a new reference); NULL on
 * failure. */
json_t *model_view_find(const char *home, const char *spec, struct err *e);

/* The versions of a model, or of all (NULL), by number, in an array (a new reference); NULL on
 * failure. */
json_t *model_view_list(const char *home, const char *name, struct err *e);

/* Such an array, one version a line. */
void model_view_table(const json_t *list, size_t width, struct buf *out);

/* One version as two columns. */
void model_view_print(const json_t *version, size_t width, struct buf *out);

/* The events of a history (store/audit.h), one a line. */
void model_view_history(const json_t *events, size_t width, struct buf *out);

#endif
