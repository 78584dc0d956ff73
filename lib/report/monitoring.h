/* monitoring: a report of `pawl monitor` as text for people, and for Prometheus.
 * SPDX-License-Identifier: MIT
 */
#ifndef REPORT_MONITORING_H
#define REPORT_MONITORING_H

#include <jansson.h>

#include "base/buf.h"

/* The verdict, the columns as a table, the metrics beside what they were, the checks that are not
 * ok; no wider than `width` columns of a terminal (0: any). */
void monitoring_text(const json_t *report, size_t width, struct buf *out);

/* The text format 0.0.4, gauges only, for the textfile collector; `now` in seconds since 1970. */
void monitoring_prometheus(const json_t *report, double now, struct buf *out);

#endif
