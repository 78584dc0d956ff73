/* sketch: quantiles and histograms of a stream of numbers, within a stated relative error, in
 * memory that does not depend on the number of values; a monoid under merge.
 * SPDX-License-Identifier: MIT
 *
 * A DDSketch (Masson, Rim, Lee 2019) whose index interpolates the logarithm linearly between the
 * powers of two: a bucket is the exponent and the first SKETCH_BITS bits of the mantissa, so that
 * no logarithm is computed and nothing is rounded. It is a function of the multiset of values:
 * order and merges cannot change it. A bucket holds the values of [lower, lower + 2^(exponent-7));
 * its middle is within 1/256 (0.4 %) of each. Buckets are an array from the lowest to the highest
 * exponent seen: 1 KiB for each factor of two, some 20 KiB for values from 0.001 to 1000.
 */
#ifndef STAT_SKETCH_H
#define STAT_SKETCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SKETCH_BITS 7
#define SKETCH_ERROR (1.0 / 256) /* relative */

struct sketch_side {	  /* of one sign, by magnitude */
	uint64_t *counts; /* [len], of the buckets first, first + 1, ... */
	size_t first, len;
};

struct sketch {
	uint64_t n, zeros;
	struct sketch_side positive, negative;
};

#define SKETCH_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

void sketch_release(struct sketch *s);

/* The slow part of sketch_add: makes room for a bucket. */
void sketch_room(struct sketch_side *side, size_t bucket);

/* Adds one finite value. */
static inline void sketch_add(struct sketch *s, double x)
{
	struct sketch_side *side = x > 0 ? &s->positive : &s->negative;
	uint64_t bits;
	size_t bucket;

	s->n++;
	if (x == 0) {
		s->zeros++;
		return;
	}
	memcpy(&bits, &x, sizeof(bits));
	bucket = (size_t)((bits & INT64_MAX) >> (52 - SKETCH_BITS));
	if (bucket - side->first >= side->len)
		sketch_room(side, bucket);
	side->counts[bucket - side->first]++;
}

/* a becomes what it were had it been given the values of b too: exactly, in any order. */
void sketch_merge(struct sketch *a, const struct sketch *b);

/* The value of rank floor(q (n-1)), within SKETCH_ERROR of the exact one; n > 0. Exactly 0 where
 * that is the value. */
double sketch_quantile(const struct sketch *s, double q);

/* Counts in `bins` bins of equal width from min to max (min < max), the last one closed; each
 * bucket counts where its middle lies, so that an edge is sharp within SKETCH_ERROR, and all n
 * values are counted. */
void sketch_histogram(
	const struct sketch *s, double min, double max, size_t bins, uint64_t *counts);

#endif
