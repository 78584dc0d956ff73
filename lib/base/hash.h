/* hash: sha256 to name content, and a fast 64-bit hash for tables, splits and sketches.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65 /* 64 hexadecimal digits and a NUL */

/* XXH64 (libxxhash), whose values are fixed by its specification: the same for ever. */
uint64_t hash64(const void *bytes, size_t len, uint64_t seed);

/* A seed of its own for each purpose and index: hash(seed, purpose, index). */
uint64_t hash_seed(uint64_t seed, const char *purpose, uint64_t index);

struct sha256;			 /* one running digest */
struct sha256 *sha256_new(void); /* sha256_free() frees; NULL is allowed there */
void sha256_free(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t len);
/* Writes the digest of what was added so far; more may be added afterwards. */
void sha256_hex(const struct sha256 *s, char hex[SHA256_HEX]);

/* One call: the digest of len bytes. */
void sha256_of(const void *bytes, size_t len, char hex[SHA256_HEX]);

#endif
