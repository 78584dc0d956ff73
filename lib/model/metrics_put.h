/* metrics_put: what the two halves of model/metrics share.
 * SPDX-License-Identifier: MIT
 */
#ifndef MODEL_METRICS_PUT_H
#define MODEL_METRICS_PUT_H

#include "model/metrics.h"

/* Appends a metric; with a reason it is undefined whatever the value. */
void metrics_put(struct metrics *m, const char *name, double value, const char *reason);

#endif
