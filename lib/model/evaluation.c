/* evaluation: the report on a model: its metrics beside those of the baseline.
 * SPDX-License-Identifier: MIT
 */
#include "model/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define CLASSES_SHOWN 100 /* a larger confusion matrix is for nobody to read */

size_t evaluation_positive(const struct signature *sig)
{
	if (sig->task != TASK_CLASSIFICATION || sig->nclasses != 2)
		return METRICS_MULTICLASS;
	return !(sig->positive && strcmp(sig->classes[0], sig->positive) == 0);
}

static void add_metrics(json_t *report, const char *name, const char *prefix,
	const struct metrics *m, json_t *undefined)
{
	json_t *values = json_object();

	for (size_t i = 0; i < m->n; i++) {
		const struct metric *metric = &m->items[i];
		char *full = mem_printf("%s%s", prefix, metric->name);

		json_object_set_new(values, metric->name, json_number(metric->value));
		if (metric->reason)
			json_object_set_new(undefined, full, json_string(metric->reason));
		free(full);
	}
	json_object_set_new(report, name, values);
}

/* What always predicting the mean of the training rows is worth. */
static int baseline_numbers(
	const struct signature *sig, struct metrics_numbers in, struct metrics *out, struct err *e)
{
	const json_t *target = json_object_get(sig->training, "target");
	double *constant, mean = json_dbl(target, "mean", NAN);

	if (!isfinite(mean))
		return err_set(e, ERR_DATA, "the model does not tell the mean of its target");
	constant = mem_array(in.rows, sizeof(*constant));
	for (size_t i = 0; i < in.rows; i++)
		constant[i] = mean;
	in.predicted = constant;
	metrics_of_numbers(&in, out);
	free(constant);
	return 0;
}

/* What the frequencies of the classes in the training rows are worth, and always predicting the
 * most frequent one. */
static int baseline_classes(
	const struct signature *sig, struct metrics_classes in, struct metrics *out, struct err *e)
{
	const json_t *counts = json_object_get(json_object_get(sig->training, "target"), "counts");
	double *prior = mem_new(in.classes, sizeof(*prior)), total = 0;
	int32_t *most = mem_array(in.rows, sizeof(*most)), first = 0;

	for (size_t c = 0; c < in.classes; c++) {
		prior[c] = json_number_value(json_array_get(counts, c));
		total += prior[c];
		if (prior[c] > prior[first])
			first = (int32_t)c;
	}
	for (size_t c = 0; c < in.classes; c++)
		prior[c] /= total;
	for (size_t i = 0; i < in.rows; i++)
		most[i] = first;
	in.probability = prior;
	in.stride = 0;
	in.predicted = most;
	if (total > 0)
		metrics_of_classes(&in, out);
	free(prior);
	free(most);
	if (!(total > 0))
		return err_set(e, ERR_DATA, "the model does not tell how frequent its classes are");
	return 0;
}

static void add_classes(
	const struct signature *sig, const struct metrics_classes *in, json_t *report)
{
	size_t k = in->classes;
	double *matrix = mem_array(k * k, sizeof(*matrix));
	json_t *names = json_array(), *rows = json_array();

	metrics_confusion(in, matrix);
	for (size_t i = 0; i < k; i++) {
		json_t *row = json_array();

		json_array_append_new(names, json_text(sig->classes[i], strlen(sig->classes[i])));
		for (size_t j = 0; j < k; j++) {
			double cell = matrix[i * k + j];

			json_array_append_new(row,
				in->weight ? json_number(cell) : json_integer((json_int_t)cell));
		}
		json_array_append_new(rows, row);
	}
	json_object_set_new(report, "classes", names);
	json_object_set_new(report, "confusion_matrix", rows);
	free(matrix);
}

/* Measures, and adds what was measured to the report. */
static int measure(const struct signature *sig, const struct score *s, struct metrics *metrics,
	json_t *report, struct err *e)
{
	struct metrics baseline = METRICS_INIT;
	struct metrics_classes classes = {s->rows, s->classes, s->label, s->predicted,
		s->probability, s->classes, s->weight, evaluation_positive(sig)};
	struct metrics_numbers numbers = {s->rows, s->target, s->prediction, s->weight};
	json_t *undefined = json_object();
	int rc;

	if (s->task == TASK_CLASSIFICATION) {
		metrics_of_classes(&classes, metrics);
		rc = baseline_classes(sig, classes, &baseline, e);
	} else {
		metrics_of_numbers(&numbers, metrics);
		rc = baseline_numbers(sig, numbers, &baseline, e);
	}
	add_metrics(report, "metrics", "", metrics, undefined);
	add_metrics(report, "baseline", "baseline.", &baseline, undefined);
	if (json_object_size(undefined))
		json_object_set(report, "undefined", undefined);
	json_decref(undefined);
	if (s->task == TASK_CLASSIFICATION && s->classes <= CLASSES_SHOWN)
		add_classes(sig, &classes, report);
	return rc;
}

json_t *evaluation_report(
	const struct signature *sig, const struct score *s, struct metrics *metrics, struct err *e)
{
	size_t positive = evaluation_positive(sig);
	json_t *report = json_object();

	json_object_set_new(report, "task", json_string(task_name(sig->task)));
	json_object_set_new(report, "target", json_text(sig->target, strlen(sig->target)));
	if (positive != METRICS_MULTICLASS) {
		const char *name = sig->classes[positive];

		json_object_set_new(report, "positive", json_text(name, strlen(name)));
	}
	json_object_set_new(report, "rows", json_integer((json_int_t)s->rows));
	if (measure(sig, s, metrics, report, e) == 0)
		return report;
	json_decref(report);
	return NULL;
}
