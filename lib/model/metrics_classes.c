/* metrics_classes: metrics of classification.
 * SPDX-License-Identifier: MIT
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/metrics.h"
#include "model/metrics_put.h"

double metrics_log_loss(double probability)
{
	return -fmath_log(probability > DBL_EPSILON ? probability : DBL_EPSILON);
}

static double weight_of(const struct metrics_classes *in, size_t i)
{
	return in->weight ? in->weight[i] : 1;
}

static const double *row_of(const struct metrics_classes *in, size_t i)
{
	return in->probability + i * in->stride;
}

/* One cell is a sum over all rows, as every sum here: terms in the order of the rows, pairwise. */
void metrics_confusion(const struct metrics_classes *in, double *matrix)
{
	size_t k = in->classes, *start = mem_new(k * k + 1, sizeof(*start));
	double *sorted = mem_array(in->rows, sizeof(*sorted));

	for (size_t i = 0; i < in->rows; i++)
		start[(size_t)in->label[i] * k + (size_t)in->predicted[i] + 1]++;
	for (size_t c = 0; c < k * k; c++)
		start[c + 1] += start[c];
	for (size_t i = 0; i < in->rows; i++)
		sorted[start[(size_t)in->label[i] * k + (size_t)in->predicted[i]]++] =
			weight_of(in, i);
	/* Each start has moved to the start of the next cell. */
	for (size_t c = 0; c < k * k; c++) {
		size_t from = c ? start[c - 1] : 0;

		matrix[c] = fmath_sum(sorted + from, start[c] - from);
	}
	free(sorted);
	free(start);
}

/* The margins of the confusion matrix. */
struct margins {
	double *cell, *actual, *predicted, total, right;
	size_t k;
};

static void margins_init(struct margins *m, const struct metrics_classes *in)
{
	size_t k = in->classes;

	m->k = k;
	m->cell = mem_array(k * k, sizeof(double));
	m->actual = mem_new(k, sizeof(double));
	m->predicted = mem_new(k, sizeof(double));
	m->right = m->total = 0;
	metrics_confusion(in, m->cell);
	for (size_t i = 0; i < k; i++) {
		m->right += m->cell[i * k + i];
		for (size_t j = 0; j < k; j++) {
			m->actual[i] += m->cell[i * k + j];
			m->predicted[j] += m->cell[i * k + j];
		}
	}
	for (size_t i = 0; i < k; i++)
		m->total += m->actual[i];
}

static void margins_release(struct margins *m)
{
	free(m->cell);
	free(m->actual);
	free(m->predicted);
}

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static double balanced(const struct margins *m)
{
	double sum = 0, n = 0;

	for (size_t i = 0; i < m->k; i++) {
		sum += share(m->cell[i * m->k + i], m->actual[i]);
		n += m->actual[i] > 0;
	}
	return sum / n;
}

/* Gorodkin's R_K (2004), which for two classes is Matthews's coefficient. */
static double correlation(const struct margins *m)
{
	double cross = m->right * m->total, tt = m->total * m->total, pp = tt, root;

	for (size_t i = 0; i < m->k; i++) {
		cross -= m->actual[i] * m->predicted[i];
		tt -= m->actual[i] * m->actual[i];
		pp -= m->predicted[i] * m->predicted[i];
	}
	root = sqrt(tt) * sqrt(pp);
	return root > 0 ? cross / root : 0;
}

struct ranked {
	double score, weight;
	size_t row;
	int positive;
};

/* Highest score first; rows of one score in their order, so that sums have one order. */
static int by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Area under the ROC curve by the trapezoid rule (ties count one half), and average precision, the
 * sum of precision times gain in recall over the distinct scores. */
static const char *rank(
	const struct metrics_classes *in, size_t positive, double *auc, double *average)
{
	struct ranked *r = mem_array(in->rows, sizeof(*r));
	double pos = 0, neg = 0, area = 0, gain = 0;

	for (size_t i = 0; i < in->rows; i++)
		r[i] = (struct ranked){row_of(in, i)[positive], weight_of(in, i), i,
			(size_t)in->label[i] == positive};
	qsort(r, in->rows, sizeof(*r), by_score);
	for (size_t i = 0, next; i < in->rows; i = next) {
		double p = 0, n = 0;

		for (next = i; next < in->rows && r[next].score == r[i].score; next++)
			*(r[next].positive ? &p : &n) += r[next].weight;
		area += n * (pos + p / 2);
		pos += p;
		neg += n;
		gain += p > 0 ? p * (pos / (pos + neg)) : 0;
	}
	free(r);
	*auc = area / pos / neg;
	*average = gain / pos;
	if (!(pos > 0))
		return "no row is of the positive class";
	return neg > 0 ? NULL : "every row is of the positive class";
}

static void put_binary(
	const struct metrics_classes *in, const struct margins *m, struct metrics *out)
{
	size_t c = in->positive;
	double hit = m->cell[c * m->k + c], said = m->predicted[c], are = m->actual[c], auc,
	       average;
	const char *nobody = "no row is of the positive class", *reason;

	metrics_put(out, "precision", hit / said,
		said > 0 ? NULL : "no row is predicted to be of the positive class");
	metrics_put(out, "recall", hit / are, are > 0 ? NULL : nobody);
	metrics_put(out, "f1", 2 * hit / (said + are),
		said + are > 0 ? NULL : "no row is, or is predicted to be, of the positive class");
	reason = rank(in, c, &auc, &average);
	metrics_put(out, "roc_auc", auc, reason);
	metrics_put(out, "average_precision", average, are > 0 ? NULL : nobody);
}

static void put_macro(
	const struct metrics_classes *in, const struct margins *m, struct metrics *out)
{
	double precision = 0, recall = 0, f1 = 0, auc = 0, n = 0, area, unused;
	const char *reason = NULL;

	for (size_t c = 0; c < m->k; c++) {
		double hit = m->cell[c * m->k + c];

		n += m->actual[c] > 0 || m->predicted[c] > 0;
		precision += share(hit, m->predicted[c]);
		recall += share(hit, m->actual[c]);
		f1 += share(2 * hit, m->predicted[c] + m->actual[c]);
		if (rank(in, c, &area, &unused))
			reason = "a class is absent, or has all rows";
		auc += area;
	}
	metrics_put(out, "precision_macro", precision / n, NULL);
	metrics_put(out, "recall_macro", recall / n, NULL);
	metrics_put(out, "f1_macro", f1 / n, NULL);
	metrics_put(out, "roc_auc_ovr", auc / (double)m->k, reason);
}

static void put_losses(
	const struct metrics_classes *in, const struct margins *m, struct metrics *out)
{
	double *term = mem_array(in->rows, sizeof(*term));

	for (size_t i = 0; i < in->rows; i++)
		term[i] = weight_of(in, i) * metrics_log_loss(row_of(in, i)[in->label[i]]);
	metrics_put(out, "log_loss", fmath_sum(term, in->rows) / m->total, NULL);
	for (size_t i = 0; in->positive != METRICS_MULTICLASS && i < in->rows; i++) {
		double miss = row_of(in, i)[in->positive] - ((size_t)in->label[i] == in->positive);

		term[i] = weight_of(in, i) * (miss * miss);
	}
	if (in->positive != METRICS_MULTICLASS)
		metrics_put(out, "brier", fmath_sum(term, in->rows) / m->total, NULL);
	free(term);
}

void metrics_of_classes(const struct metrics_classes *in, struct metrics *out)
{
	struct margins m;

	margins_init(&m, in);
	out->n = 0;
	metrics_put(out, "accuracy", m.right / m.total, NULL);
	metrics_put(out, "balanced_accuracy", balanced(&m), NULL);
	if (in->positive == METRICS_MULTICLASS)
		put_macro(in, &m, out);
	else
		put_binary(in, &m, out);
	put_losses(in, &m, out);
	metrics_put(out, "matthews_corrcoef", correlation(&m), NULL);
	for (size_t i = 0; !(m.total > 0) && i < out->n; i++) {
		out->items[i].value = NAN;
		out->items[i].reason = in->rows ? "the weights add up to 0" : "there are no rows";
	}
	margins_release(&m);
}
