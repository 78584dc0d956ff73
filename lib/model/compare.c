/* compare: which of two models is better on the same rows.
 * SPDX-License-Identifier: MIT
 */
#include "model/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/metrics.h"
#include "model/score.h"
#include "onnx/signature.h"

/* The loss of each row (malloced), and the weights where there are any. NULL on failure. */
static double *losses(const struct onnx_model *m, const struct signature *sig, const char *path,
	size_t *rows, double **weight, struct err *e)
{
	struct source *source = score_open(sig, path, FORMAT_AUTO, e);
	struct score s = SCORE_INIT;
	double *loss;

	if (!source || score_run(m, sig, source, &s, e) < 0) {
		source_close(source);
		return NULL;
	}
	source_close(source);
	loss = mem_array(s.rows, sizeof(*loss));
	for (size_t i = 0; i < s.rows; i++) {
		if (s.task == TASK_CLASSIFICATION) {
			loss[i] =
				metrics_log_loss(s.probability[i * s.classes + (size_t)s.label[i]]);
		} else {
			double miss = s.target[i] - s.prediction[i];

			loss[i] = miss * miss;
		}
	}
	*rows = s.rows;
	*weight = s.weight;
	s.weight = NULL;
	score_release(&s);
	return loss;
}

/* Sum of w x, in the fixed order of fmath_sum; term [n] is scratch. */
static double weighted(const double *x, const double *weight, size_t n, double *term)
{
	for (size_t i = 0; i < n; i++)
		term[i] = weight ? weight[i] * x[i] : x[i];
	return fmath_sum(term, n);
}

int compare_losses(const double *champion, const double *challenger, const double *weight, size_t n,
	struct compare *out, struct err *e)
{
	double *term, *d, total, squares, z = fmath_normal_quantile(0.975);

	if (n < 2)
		return err_set(e, ERR_FEW, "%zu rows are too few to compare two models", n);
	term = mem_array(n, sizeof(*term));
	d = mem_array(n, sizeof(*d));
	for (size_t i = 0; i < n; i++)
		d[i] = 1;
	total = weighted(d, weight, n, term);
	out->rows = n;
	out->champion = weighted(champion, weight, n, term) / total;
	out->challenger = weighted(challenger, weight, n, term) / total;
	for (size_t i = 0; i < n; i++)
		d[i] = champion[i] - challenger[i];
	out->difference = weighted(d, weight, n, term) / total;
	/* Var(sum w d / sum w) = sum w^2 (d - mean)^2 / (sum w)^2, times n / (n - 1). */
	for (size_t i = 0; i < n; i++) {
		double x = (weight ? weight[i] : 1) * (d[i] - out->difference);

		term[i] = x * x;
	}
	squares = fmath_sum(term, n) * ((double)n / (double)(n - 1));
	free(term);
	free(d);
	if (!(total > 0))
		return err_set(e, ERR_FEW, "the weights of the rows add up to 0");
	out->error = sqrt(squares) / total;
	out->low = out->difference - z * out->error;
	out->high = out->difference + z * out->error;
	return 0;
}

static int comparable(const struct signature *a, const struct signature *b, struct err *e)
{
	if (a->task != b->task)
		return err_set(e, ERR_DATA, "cannot compare: the champion's task is %s, not %s",
			task_name(a->task), task_name(b->task));
	if (!a->target || !b->target || strcmp(a->target, b->target) != 0)
		return err_set(e, ERR_DATA, "cannot compare: the champion predicts '%s', not '%s'",
			a->target ? a->target : "", b->target ? b->target : "");
	return 0;
}

int compare_models(const struct onnx_model *champion, const struct onnx_model *challenger,
	const char *data_path, struct compare *out, struct err *e)
{
	struct signature a = SIGNATURE_INIT, b = SIGNATURE_INIT;
	double *old = NULL, *new = NULL, *weight = NULL, *weight_old = NULL;
	size_t n = 0, n_old = 0;
	int rc = -1;

	if (signature_get(&a, champion, e) < 0 || signature_get(&b, challenger, e) < 0 ||
		comparable(&a, &b, e) < 0)
		goto end;
	old = losses(champion, &a, data_path, &n_old, &weight_old, e);
	if (!old) {
		err_prefix(e, "champion");
		goto end;
	}
	new = losses(challenger, &b, data_path, &n, &weight, e);
	if (!new) {
		err_prefix(e, "challenger");
		goto end;
	}
	if (n != n_old) {
		err_set(e, ERR_SYSTEM, "'%s' changed while it was read", data_path);
		goto end;
	}
	out->loss = a.task == TASK_CLASSIFICATION ? "log_loss" : "squared_error";
	/* The rows weigh what they weigh to the challenger, who wants to be promoted. */
	rc = compare_losses(old, new, weight, n, out, e);
end:
	free(old);
	free(new);
	free(weight);
	free(weight_old);
	signature_release(&a);
	signature_release(&b);
	return rc;
}
