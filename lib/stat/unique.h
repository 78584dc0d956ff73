/* unique: whether all values of a column differ; finds each row that repeats an earlier value.
 * SPDX-License-Identifier: MIT
 *
 * A hash set of 16 bytes a slot, at most 3/4 full: between 21 and 43 bytes for each different
 * value, and half as much again while it grows. Integers stand for themselves; text stands for 128
 * bits of two hashes, of which two different values of a billion agree with a probability below
 * 1e-20.
 */
#ifndef STAT_UNIQUE_H
#define STAT_UNIQUE_H

#include <stddef.h>
#include <stdint.h>

struct unique_slot {
	uint64_t a, b; /* both 0: empty */
};

struct unique {
	struct unique_slot *slots;
	size_t n, nslots; /* nslots a power of two, or 0 */
	int has_zero;	  /* the value whose slot would look empty */
};

#define UNIQUE_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

void unique_release(struct unique *u);

/* Adds a value; returns whether it was new. */
int unique_add_text(struct unique *u, const char *text, size_t len);
int unique_add_bits(struct unique *u, uint64_t bits); /* any number of 64 bits */

#endif
