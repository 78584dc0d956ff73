/* run_view: runs of the run store as JSON, and as text for people.
 * SPDX-License-Identifier: MIT
 *
 * Text is appended to `out`, no wider than `width` columns of a terminal (0: any).
 */
#ifndef REPORT_RUN_VIEW_H
#define REPORT_RUN_VIEW_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/runs.h"

/* A run with its params, metrics and tags (a new reference); NULL on failure. */
json_t *run_view_json(const char *home, const struct run_info *r, struct err *e);

/* Runs, one a line, with the metric that tells most. */
int run_view_table(const char *home, const struct run_info *runs, size_t n, size_t width,
	struct buf *out, struct err *e);

/* A run and its steps; `json` is what run_view_json() says of it. */
int run_view_print(const char *home, const struct run_info *r, const json_t *json, size_t width,
	struct buf *out, struct err *e);

/* What differs between runs (their JSON): {"params": {key: [a value of each]}, ...}, null where a
 * run has none (a new reference). */
json_t *run_view_compare(json_t *const *runs, size_t n);
/* The same as a table, a row for each key. */
void run_view_compare_print(
	const json_t *differ, json_t *const *runs, size_t n, size_t width, struct buf *out);

#endif
