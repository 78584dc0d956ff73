/* gates: conditions on metrics that a model must meet.
 * SPDX-License-Identifier: MIT
 *
 *     METRIC OP NUMBER                     roc_auc >= 0.8
 *     METRIC OP baseline [+|- NUMBER]      log_loss < baseline - 0.05
 *
 * OP is >= <= > or <; blanks between the words may be left out.
 */
#ifndef MODEL_GATES_H
#define MODEL_GATES_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#define GATE_NAME 64

struct gate {
	char metric[GATE_NAME];
	char op[3];
	int baseline; /* the number is added to the metric's baseline */
	double number;
};

int gate_parse(const char *text, struct gate *g, struct err *e); /* else ERR_USAGE */

/* The number to compare with. */
double gate_value(const struct gate *g, double baseline);
/* Whether it is met; a NaN on either side never meets anything. */
int gate_met(const struct gate *g, double actual, double baseline);

/* Judges by a metrics.json: 1 met, 0 not (`why` tells), -1: ERR_USAGE, the report does not know the
 * metric. *row becomes {"metric","op","value","actual","baseline"?}, a new reference. */
int gate_judge(
	const struct gate *g, const json_t *report, json_t **row, struct buf *why, struct err *e);

#endif
