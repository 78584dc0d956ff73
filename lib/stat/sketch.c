/* sketch: a DDSketch on the bits of doubles.
 * SPDX-License-Identifier: MIT
 */
#include "stat/sketch.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define OCTAVE ((size_t)1 << SKETCH_BITS) /* buckets from one power of two to the next */

void sketch_release(struct sketch *s)
{
	free(s->positive.counts);
	free(s->negative.counts);
	memset(s, 0, sizeof(*s));
}

/* Whole octaves, so that a growing range is not copied for each new bucket. */
void sketch_room(struct sketch_side *side, size_t bucket)
{
	size_t first = bucket / OCTAVE * OCTAVE, end = first + OCTAVE;
	uint64_t *counts;

	if (side->len) {
		first = side->first < first ? side->first : first;
		end = side->first + side->len > end ? side->first + side->len : end;
	}
	counts = mem_new(end - first, sizeof(*counts));
	if (side->len)
		memcpy(counts + (side->first - first), side->counts, side->len * sizeof(*counts));
	free(side->counts);
	side->counts = counts;
	side->first = first;
	side->len = end - first;
}

static void side_merge(struct sketch_side *a, const struct sketch_side *b)
{
	if (!b->len)
		return;
	sketch_room(a, b->first);
	sketch_room(a, b->first + b->len - 1);
	for (size_t i = 0; i < b->len; i++)
		a->counts[b->first + i - a->first] += b->counts[i];
}

void sketch_merge(struct sketch *a, const struct sketch *b)
{
	side_merge(&a->positive, &b->positive);
	side_merge(&a->negative, &b->negative);
	a->n += b->n;
	a->zeros += b->zeros;
}

/* The middle of a bucket: its first bits, and half of what follows. */
static double middle(size_t bucket)
{
	uint64_t bits = (uint64_t)bucket << (52 - SKETCH_BITS) | 1ULL << (51 - SKETCH_BITS);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

double sketch_quantile(const struct sketch *s, double q)
{
	const struct sketch_side *neg = &s->negative, *pos = &s->positive;
	uint64_t rank = (uint64_t)(q * (double)(s->n - 1)), seen = 0;

	for (size_t i = neg->len; i-- > 0;) {
		seen += neg->counts[i];
		if (seen > rank)
			return -middle(neg->first + i);
	}
	seen += s->zeros;
	if (seen > rank)
		return 0;
	for (size_t i = 0; i < pos->len; i++) {
		seen += pos->counts[i];
		if (seen > rank)
			return middle(pos->first + i);
	}
	return 0; /* n = 0 */
}

struct bins {
	double min, width;
	size_t n;
	uint64_t *counts;
};

static void bins_add(const struct bins *b, double x, uint64_t count)
{
	double at = floor((x - b->min) / b->width);
	size_t i = at > 0 ? (at < (double)b->n ? (size_t)at : b->n - 1) : 0;

	b->counts[i] += count;
}

void sketch_histogram(const struct sketch *s, double min, double max, size_t bins, uint64_t *counts)
{
	/* Divided first: the range of doubles from -1e308 to 1e308 has no difference. */
	struct bins b = {min, max / (double)bins - min / (double)bins, bins, counts};

	memset(counts, 0, bins * sizeof(*counts));
	for (size_t i = 0; i < s->negative.len; i++)
		if (s->negative.counts[i])
			bins_add(&b, -middle(s->negative.first + i), s->negative.counts[i]);
	if (s->zeros)
		bins_add(&b, 0, s->zeros);
	for (size_t i = 0; i < s->positive.len; i++)
		if (s->positive.counts[i])
			bins_add(&b, middle(s->positive.first + i), s->positive.counts[i]);
}
