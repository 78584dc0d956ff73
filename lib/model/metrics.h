/* metrics: how well predictions fit the truth, under the names and definitions of scikit-learn 1.2.
 * SPDX-License-Identifier: MIT
 *
 * What the data cannot answer (ROC AUC of one class, R2 of a constant) is NaN with a reason, where
 * scikit-learn raises or warns and returns a number. Its conventions kept: the MCC of a constant
 * prediction is 0; per-class values of 0/0 count as 0 in the macro means; log loss clips at 2^-52.
 * Sums are pairwise in the order of the rows, so the bits depend on the rows alone.
 */
#ifndef MODEL_METRICS_H
#define MODEL_METRICS_H

#include <stddef.h>
#include <stdint.h>

#define METRICS_MAX 12
#define METRICS_MULTICLASS SIZE_MAX

struct metric {
	const char *name;   /* a literal */
	double value;	    /* NaN where undefined */
	const char *reason; /* a literal: why undefined; else NULL */
};

struct metrics {
	struct metric items[METRICS_MAX];
	size_t n;
};

#define METRICS_INIT                                                                               \
	{                                                                                          \
		.n = 0                                                                             \
	}

struct metrics_classes {
	size_t rows, classes;
	const int32_t *label, *predicted; /* [rows], 0 <= class < classes */
	const double *probability;	  /* row i at probability + i * stride, [classes] */
	size_t stride;			  /* classes, or 0: one distribution for all rows */
	const double *weight;		  /* [rows], >= 0; or NULL: all 1 */
	size_t positive;		  /* the positive class of two, or METRICS_MULTICLASS */
};

struct metrics_numbers {
	size_t rows;
	const double *target, *predicted, *weight; /* [rows]; weight may be NULL */
};

/* Binary: accuracy balanced_accuracy precision recall f1 roc_auc average_precision log_loss brier
 * matthews_corrcoef. Multiclass: accuracy balanced_accuracy precision_macro recall_macro f1_macro
 * roc_auc_ovr (unweighted mean over the classes, each against the rest) log_loss
 * matthews_corrcoef. */
void metrics_of_classes(const struct metrics_classes *in, struct metrics *out);

/* rmse mae median_absolute_error r2 mape explained_variance */
void metrics_of_numbers(const struct metrics_numbers *in, struct metrics *out);

/* The weight of each pair: matrix[true * classes + predicted]. */
void metrics_confusion(const struct metrics_classes *in, double *matrix);

const struct metric *metrics_get(const struct metrics *m, const char *name); /* or NULL */

/* The loss of one row, as log_loss counts it: -log of the probability of its class, clipped. */
double metrics_log_loss(double probability);

#endif
