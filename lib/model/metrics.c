/* metrics: what is common to both tasks, and regression.
 * SPDX-License-Identifier: MIT
 */
#include "model/metrics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/metrics_put.h"

void metrics_put(struct metrics *m, const char *name, double value, const char *reason)
{
	m->items[m->n++] = (struct metric){name, reason ? NAN : value, reason};
}

const struct metric *metrics_get(const struct metrics *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->items[i].name, name) == 0)
			return &m->items[i];
	return NULL;
}

/* The weighted sum of terms, which is overwritten by the products. */
static double weigh(double *term, const double *weight, size_t n)
{
	for (size_t i = 0; weight && i < n; i++)
		term[i] *= weight[i];
	return fmath_sum(term, n);
}

struct error {
	double size, weight;
};

static int by_size(const void *a, const void *b)
{
	const struct error *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

/* Unweighted: the middle, or the mean of the two. Weighted: the smallest error at which half of
 * the weight is reached. */
static double median_error(const struct metrics_numbers *in)
{
	size_t n = in->rows, at = 0;
	struct error *e = mem_array(n, sizeof(*e));
	double total = 0, sum = 0, median;

	for (size_t i = 0; i < n; i++) {
		e[i].size = fabs(in->target[i] - in->predicted[i]);
		e[i].weight = in->weight ? in->weight[i] : 1;
		total += e[i].weight;
	}
	qsort(e, n, sizeof(*e), by_size);
	if (!in->weight) {
		median = n & 1 ? e[n / 2].size : (e[n / 2 - 1].size + e[n / 2].size) / 2;
	} else {
		for (; at + 1 < n; at++) {
			sum += e[at].weight;
			if (sum >= total / 2 && sum > 0)
				break;
		}
		median = e[at].size;
	}
	free(e);
	return median;
}

/* Sum of w (x - mean)^2, where x = a - b (b may be NULL), and whether all x are equal. */
static double spread(const double *a, const double *b, const struct metrics_numbers *in,
	double total, double *term, int *constant)
{
	double mean;

	*constant = 1;
	for (size_t i = 0; i < in->rows; i++) {
		term[i] = a[i] - (b ? b[i] : 0);
		if (term[i] != a[0] - (b ? b[0] : 0))
			*constant = 0;
	}
	mean = *constant ? term[0] : weigh(term, in->weight, in->rows) / total;
	for (size_t i = 0; i < in->rows; i++) {
		double x = a[i] - (b ? b[i] : 0) - mean;

		term[i] = x * x;
	}
	return weigh(term, in->weight, in->rows);
}

/* R2 and the explained variance; both compare with the variance of the target. */
static void put_shares(const struct metrics_numbers *in, double total, double squares, double *term,
	struct metrics *out, int explained)
{
	const char *name = explained ? "explained_variance" : "r2", *reason = NULL;
	int constant, unused;
	double all = spread(in->target, NULL, in, total, term, &constant);
	double rest =
		explained ? spread(in->target, in->predicted, in, total, term, &unused) : squares;

	if (in->rows < 2)
		reason = "fewer than two rows";
	else if (constant || !(all > 0))
		reason = "the target is constant";
	metrics_put(out, name, 1 - rest / all, reason);
}

void metrics_of_numbers(const struct metrics_numbers *in, struct metrics *out)
{
	static const char *const names[] = {
		"rmse", "mae", "median_absolute_error", "r2", "mape", "explained_variance"};
	const double *y = in->target, *p = in->predicted;
	double *term = mem_array(in->rows, sizeof(*term)), total, squares, sum;
	const char *zero = NULL;

	for (size_t i = 0; i < in->rows; i++)
		term[i] = 1;
	total = weigh(term, in->weight, in->rows);
	out->n = 0;
	for (size_t i = 0; !(total > 0) && i < sizeof(names) / sizeof(*names); i++)
		metrics_put(out, names[i], 0,
			in->rows ? "the weights add up to 0" : "there are no rows");
	if (!(total > 0))
		goto end;
	for (size_t i = 0; i < in->rows; i++)
		term[i] = (y[i] - p[i]) * (y[i] - p[i]);
	squares = weigh(term, in->weight, in->rows);
	metrics_put(out, "rmse", sqrt(squares / total), NULL);
	for (size_t i = 0; i < in->rows; i++)
		term[i] = fabs(y[i] - p[i]);
	metrics_put(out, "mae", weigh(term, in->weight, in->rows) / total, NULL);
	metrics_put(out, "median_absolute_error", median_error(in), NULL);
	put_shares(in, total, squares, term, out, 0);
	for (size_t i = 0; i < in->rows; i++) {
		term[i] = fabs(y[i] - p[i]) / fabs(y[i]);
		if (y[i] == 0)
			zero = "a target is 0";
	}
	sum = zero ? 0 : weigh(term, in->weight, in->rows);
	metrics_put(out, "mape", sum / total, zero);
	put_shares(in, total, squares, term, out, 1);
end:
	free(term);
}
