/* metrics: what a server counts, as text in Prometheus's exposition format 0.0.4.
 * SPDX-License-Identifier: MIT
 *
 * Counting is a few atomic additions; the text is made when it is asked for.
 */
#ifndef NET_METRICS_H
#define NET_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/requestlog.h"
#include "net/router.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum { METRICS_CODES = 600, METRICS_BUCKETS = 19 };

struct metrics {
	atomic_uint_fast64_t codes[METRICS_CODES];	   /* answers by status */
	atomic_uint_fast64_t rows;			   /* predicted */
	atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1]; /* of predictions; the last: longer */
	atomic_uint_fast64_t sum_ns;
	atomic_int_fast64_t in_flight;
	double started; /* seconds since 1970 */
};

void metrics_init(struct metrics *m); /* nothing to release */
void metrics_status(struct metrics *m, int status);
/* A request for predictions that was answered with so many rows. */
void metrics_predicted(struct metrics *m, uint64_t rows, int64_t ns);

/* Appends the text; log may be NULL. */
void metrics_print(
	struct metrics *m, struct router *router, struct requestlog *log, struct buf *out);

#endif
