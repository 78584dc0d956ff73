/* compare: which of two models is better on the same rows.
 * SPDX-License-Identifier: MIT
 */
#ifndef MODEL_COMPARE_H
#define MODEL_COMPARE_H

#include <stdint.h>

#include "base/err.h"
#include "onnx/model.h"

/* The paired difference of the loss of each row: log loss, or squared error. */
struct compare {
	const char *loss; /* "log_loss" or "squared_error", a literal */
	uint64_t rows;
	double champion, challenger; /* mean losses */
	double difference;	     /* champion - challenger: above 0, the challenger is better */
	double error;		     /* its standard error */
	double low, high;	     /* its 95 % interval, by the normal distribution */
};

/* Scores both on the table at data_path. Models of different tasks or targets are ERR_DATA, fewer
 * than two rows ERR_FEW, and what score_run() refuses. Weighted where score_run() finds a weight.
 */
int compare_models(const struct onnx_model *champion, const struct onnx_model *challenger,
	const char *data_path, struct compare *out, struct err *e);

/* The same from losses a[n], b[n] of the rows and their weights (NULL: all 1). */
int compare_losses(const double *champion, const double *challenger, const double *weight, size_t n,
	struct compare *out, struct err *e);

#endif
