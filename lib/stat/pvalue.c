/* pvalue: how likely a statistic at least as large is when nothing changed.
 * SPDX-License-Identifier: MIT
 */
#include "stat/pvalue.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/mem.h"

/* P(D >= d): u[j] is the share of the paths to (i, j) that stayed within the band. */
static double ks_exact(double d, uint64_t n, uint64_t m)
{
	uint64_t few = n < m ? n : m, many = n < m ? m : n;
	double a = (double)few, b = (double)many, *u = mem_array((size_t)many + 1, sizeof(*u)), p;
	double band = (0.5 + floor(d * a * b - 1e-7)) / (a * b);

	for (uint64_t j = 0; j <= many; j++)
		u[j] = (double)j / b > band ? 0 : 1;
	for (uint64_t i = 1; i <= few; i++) {
		double w = (double)i / ((double)i + b), x = (double)i / a;

		u[0] = x > band ? 0 : w * u[0];
		for (uint64_t j = 1; j <= many; j++)
			u[j] = fabs(x - (double)j / b) > band ? 0 : w * u[j] + u[j - 1];
	}
	p = 1 - u[many];
	free(u);
	return p < 0 ? 0 : p;
}

static double ks_limit(double d, uint64_t n, uint64_t m)
{
	double k = (double)n * (double)m / ((double)n + (double)m), root = sqrt(k);
	double lambda = d * (root + 0.12 + 0.11 / root), sum = 0, sign = 1;

	if (lambda < 0.2) /* 1 within 1e-12 */
		return 1;
	for (int i = 1; i <= 100; i++) {
		double term = fmath_exp(-2 * lambda * lambda * i * i);

		sum += sign * term;
		sign = -sign;
		if (term < 1e-18)
			break;
	}
	sum *= 2;
	return sum < 0 ? 0 : sum > 1 ? 1 : sum;
}

double pvalue_ks(double d, uint64_t n, uint64_t m)
{
	if (!(d > 0))
		return 1;
	if (n <= PVALUE_KS_EXACT && m <= PVALUE_KS_EXACT && n * m <= PVALUE_KS_EXACT)
		return ks_exact(d, n, m);
	return ks_limit(d, n, m);
}

/* log of the gamma function of x > 0: Lanczos 1964, g = 7 with 9 terms (Godfrey), 1e-15. */
static double log_gamma(double x)
{
	static const double c[] = {0.99999999999980993, 676.5203681218851, -1259.1392167224028,
		771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
		9.9843695780195716e-6, 1.5056327351493116e-7};
	double sum = c[0], t;

	if (x < 0.5) /* the reflection is not needed: one step up is */
		return log_gamma(x + 1) - fmath_log(x);
	x -= 1;
	for (int i = 1; i < 9; i++)
		sum += c[i] / (x + i);
	t = x + 7.5;
	return 0.91893853320467274178 + (x + 0.5) * fmath_log(t) - t + fmath_log(sum);
}

static double gamma_series(double a, double x)
{
	double term = 1 / a, sum = term;

	for (int i = 1; i < 10000; i++) {
		term *= x / (a + i);
		sum += term;
		if (term < sum * 1e-17)
			break;
	}
	return sum;
}

static double gamma_fraction(double a, double x)
{
	const double tiny = 1e-300;
	double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;

	for (int i = 1; i < 10000; i++) {
		double an = -i * (i - a), step;

		b += 2;
		d = an * d + b;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = b + an / c;
		c = fabs(c) < tiny ? tiny : c;
		step = c * d;
		h *= step;
		if (fabs(step - 1) < 1e-16)
			break;
	}
	return h;
}

double pvalue_chi_square(double x, size_t df)
{
	double a = (double)df / 2, half = x / 2, front;

	if (df == 0 || !(x > 0))
		return 1;
	front = fmath_exp(-half + a * fmath_log(half) - log_gamma(a));
	if (half < a + 1)
		return 1 - front * gamma_series(a, half);
	return front * gamma_fraction(a, half);
}

double pvalue_shares(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	double share, variance, z;

	if (n == 0 || m == 0)
		return 1;
	share = (double)(a + b) / (double)(n + m);
	variance = share * (1 - share) * (1 / (double)n + 1 / (double)m);
	if (!(variance > 0))
		return 1;
	z = (double)a / (double)n - (double)b / (double)m;
	return pvalue_chi_square(z * z / variance, 1);
}

struct ranked {
	double p;
	size_t at;
};

static int ranked_order(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void pvalue_adjust(double *p, size_t n)
{
	struct ranked *order = mem_array(n + 1, sizeof(*order));
	double least = 1;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(p[i]))
			order[k++] = (struct ranked){p[i], i};
	qsort(order, k, sizeof(*order), ranked_order);
	for (size_t i = k; i-- > 0;) {
		double q = order[i].p * (double)k / (double)(i + 1);

		least = q < least ? q : least;
		p[order[i].at] = least;
	}
	free(order);
}
