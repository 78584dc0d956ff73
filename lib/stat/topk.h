/* topk: the most frequent values of a stream, exact as long as there are few different ones; a
 * monoid under merge.
 * SPDX-License-Identifier: MIT
 *
 * Misra and Gries (1982) with room for 2 TOPK_KEEP counters: when they are full, the count of rank
 * TOPK_KEEP + 1 is taken off all, and those that reach 0 go (Agarwal et al. 2012: mergeable). Every
 * count is then a lower bound, and at most `error` <= n / TOPK_KEEP too low. Values are added in
 * the order of the table, so that its framing cannot change the result. Values longer than
 * TOPK_TEXT bytes are counted together, without being kept.
 */
#ifndef STAT_TOPK_H
#define STAT_TOPK_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

#define TOPK_KEEP 512
#define TOPK_TEXT 256

struct topk {
	struct map counts; /* value -> how often */
	uint64_t error;	   /* by how much a count may be too low; 0: all counts are exact */
	uint64_t too_long; /* values that were not kept for their length */
};

struct topk_item {
	const char *value; /* borrowed from the topk */
	size_t len;
	uint64_t count;
};

#define TOPK_INIT                                                                                  \
	{                                                                                          \
		MAP_INIT, 0, 0                                                                     \
	}

void topk_release(struct topk *t); /* harmless twice */
/* Counts a value, which is copied; one of more than TOPK_TEXT bytes counts as too long only. */
void topk_add(struct topk *t, const char *value, size_t len);
/* Adds the counts of b to a; errors add up. */
void topk_merge(struct topk *a, const struct topk *b);

/* Whether every different value and its exact count is known. */
static inline int topk_exact(const struct topk *t)
{
	return t->error == 0 && t->too_long == 0;
}

/* The k most frequent values (or fewer), most frequent first, equals by bytes; returns how many. */
size_t topk_list(const struct topk *t, size_t k, struct topk_item *out);

#endif
