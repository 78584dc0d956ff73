/* rng: random numbers from one seed (xoshiro256**, Blackman and Vigna 2018, seeded by
 * splitmix64), the same on every machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed);   /* seeds derive by hash_seed(), base/hash.h */
uint64_t rng_next(struct rng *r);	       /* 64 random bits */
double rng_uniform(struct rng *r);	       /* [0, 1), a multiple of 2^-53 */
uint64_t rng_below(struct rng *r, uint64_t n); /* [0, n) without bias (Lemire 2019); n > 0 */
double rng_normal(struct rng *r); /* mean 0, variance 1 (polar method on fmath's log) */

#endif
