/* drift_measure: how far the counts of two tables are apart.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "stat/drift.h"
#include "stat/pvalue.h"

#define EXPECTED 5 /* Cochran 1954: fewer expected in a cell spoil the chi-square */

struct bins { /* the counts of both tables side by side */
	double *a, *b;
	size_t n;
	double total_a, total_b;
};

static uint64_t cells_total(const uint64_t *cells, size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += cells[i];
	return total;
}

static struct bins bins_new(size_t room, uint64_t total_a, uint64_t total_b)
{
	return (struct bins){mem_new(room, sizeof(double)), mem_new(room, sizeof(double)), 0,
		(double)total_a, (double)total_b};
}

static void bins_release(struct bins *b)
{
	free(b->a);
	free(b->b);
}

/* A bin ends at the least grid point whose cumulated share reaches the next tenth. */
static struct bins bins_of_number(
	const struct drift_column *c, const uint64_t *a, const uint64_t *b, uint64_t n, uint64_t m)
{
	struct bins out = bins_new(DRIFT_BINS + 1, n, m);
	size_t cells = drift_cells(c), next = 1;
	uint64_t below = 0;

	for (size_t i = 0; i < cells; i++) {
		out.a[out.n] += (double)a[i];
		out.b[out.n] += (double)b[i];
		below += a[i];
		if (i % 2 == 0 || below >= n || below * DRIFT_BINS < next * n)
			continue;
		while (below * DRIFT_BINS >= next * n)
			next++;
		out.n++;
	}
	out.n++;
	return out;
}

static struct bins bins_of_text(
	const struct drift_column *c, const uint64_t *a, const uint64_t *b, uint64_t n, uint64_t m)
{
	struct bins out = bins_new(c->values.n + 1, n, m);
	double least = (double)(n < m ? n : m) / (double)(n + m), rest_a = (double)a[c->values.n];
	double rest_b = (double)b[c->values.n];

	for (size_t i = 0; i < c->values.n; i++) {
		if ((double)(a[i] + b[i]) * least < EXPECTED) {
			rest_a += (double)a[i];
			rest_b += (double)b[i];
			continue;
		}
		out.a[out.n] = (double)a[i];
		out.b[out.n++] = (double)b[i];
	}
	if (rest_a + rest_b > 0) {
		out.a[out.n] = rest_a;
		out.b[out.n++] = rest_b;
	}
	return out;
}

static void measure_psi(const struct bins *bins, struct drift_measure *out)
{
	double half = (double)bins->n / 2, sum = 0;

	for (size_t i = 0; i < bins->n; i++) {
		double p = (bins->a[i] + 0.5) / (bins->total_a + half);
		double q = (bins->b[i] + 0.5) / (bins->total_b + half);

		sum += (q - p) * (fmath_log(q) - fmath_log(p));
	}
	out->psi = sum;
	out->psi_noise = (double)(bins->n - 1) * (1 / bins->total_a + 1 / bins->total_b);
}

static double times_log2(double p, double ratio)
{
	return p > 0 ? p * fmath_log(ratio) / 0.69314718055994530942 : 0;
}

static void measure_categories(const struct bins *bins, struct drift_measure *out)
{
	double js = 0, chi = 0, n = bins->total_a, m = bins->total_b;

	for (size_t i = 0; i < bins->n; i++) {
		double p = bins->a[i] / n, q = bins->b[i] / m, middle = (p + q) / 2;
		double share = (bins->a[i] + bins->b[i]) / (n + m);
		double da = bins->a[i] - n * share, db = bins->b[i] - m * share;

		js += (times_log2(p, p / middle) + times_log2(q, q / middle)) / 2;
		chi += da * da / (n * share) + db * db / (m * share);
	}
	out->js = js < 0 ? 0 : js > 1 ? 1 : js;
	out->chi_square = chi;
	out->df = bins->n - 1;
	out->p = pvalue_chi_square(chi, out->df);
}

/* F and G jump at the grid points and anywhere between two. At a point, and just before one, both
 * are known; between two they are somewhere between their values at the ends. */
static void measure_ks(const struct drift_column *c, const uint64_t *a, const uint64_t *b,
	uint64_t n, uint64_t m, struct drift_measure *out)
{
	double certain = 0, possible = 0, f = 0, g = 0;
	uint64_t below_a = 0, below_b = 0;
	size_t cells = drift_cells(c);

	for (size_t i = 0; i < cells; i++) {
		double f0 = f, g0 = g;

		below_a += a[i];
		below_b += b[i];
		f = (double)below_a / (double)n;
		g = (double)below_b / (double)m;
		certain = fmax(certain, fabs(f - g));
		if (i % 2 == 0)
			possible = fmax(possible, fmax(fabs(f0 - g), fabs(f - g0)));
	}
	out->ks = certain;
	out->ks_error = possible > certain ? possible - certain : 0;
	out->p = pvalue_ks(certain, n, m);
}

void drift_measure(
	const struct drift_column *c, const struct drift_tally *other, struct drift_measure *out)
{
	const uint64_t *a = c->reference.cells, *b = other->cells;
	size_t cells = drift_cells(c);
	uint64_t n = cells_total(a, cells), m = cells_total(b, cells);
	struct bins bins;

	*out = (struct drift_measure){.rows = {n + c->reference.missing, m + other->missing},
		.missing = {c->reference.missing, other->missing},
		.psi = NAN,
		.psi_noise = NAN,
		.ks = NAN,
		.ks_error = NAN,
		.js = NAN,
		.chi_square = NAN,
		.unseen = NAN,
		.p = NAN};
	out->missing_p =
		pvalue_shares(c->reference.missing, out->rows[0], other->missing, out->rows[1]);
	if (n == 0 || m == 0)
		return;
	if (c->kind == DRIFT_NUMBER) {
		bins = bins_of_number(c, a, b, n, m);
		measure_ks(c, a, b, n, m, out);
	} else {
		bins = bins_of_text(c, a, b, n, m);
		measure_categories(&bins, out);
		if (c->complete)
			out->unseen = (double)b[cells - 1] / (double)m;
	}
	measure_psi(&bins, out);
	bins_release(&bins);
}
