/* fit: the coefficients of a linear or logistic model and how their fit went; sums block by block.
 * SPDX-License-Identifier: MIT
 */
#include "model/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void fit_init(struct fit *f, size_t width, size_t sets)
{
	memset(f, 0, sizeof(*f));
	f->width = width;
	f->sets = sets;
	f->coef = mem_new(sets * width, sizeof(*f->coef));
	f->intercept = mem_new(sets, sizeof(*f->intercept));
}

void fit_release(struct fit *f)
{
	free(f->coef);
	free(f->intercept);
	free(f->dependent);
	memset(f, 0, sizeof(*f));
}

int fit_uncentre(struct fit *f, const double *beta, size_t ld, const double *mean, struct err *e)
{
	for (size_t c = 0; c < f->sets; c++) {
		const double *b = beta + c * ld;
		double intercept = b[f->width];

		for (size_t k = 0; k < f->width; k++) {
			f->coef[c * f->width + k] = b[k];
			intercept = fma(-b[k], mean[k], intercept);
		}
		f->intercept[c] = intercept;
		if (!isfinite(intercept)) /* any coefficient that is not finite shows here */
			return err_set(e, ERR_DATA,
				"the coefficients are not finite: the features are too large");
	}
	return 0;
}

void blocks_init(struct blocks *b, size_t n)
{
	b->n = n;
	b->part = mem_new(n, sizeof(*b->part));
	b->total = mem_new(n, sizeof(*b->total));
}

void blocks_release(struct blocks *b)
{
	free(b->part);
	free(b->total);
	memset(b, 0, sizeof(*b));
}

void blocks_clear(struct blocks *b)
{
	memset(b->part, 0, b->n * sizeof(*b->part));
	memset(b->total, 0, b->n * sizeof(*b->total));
}

void blocks_end(struct blocks *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->total[i] += b->part[i];
	memset(b->part, 0, b->n * sizeof(*b->part));
}
