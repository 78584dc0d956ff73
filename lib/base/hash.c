/* hash: sha256 (libcrypto) and XXH64 (libxxhash).
 * SPDX-License-Identifier: MIT
 */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

struct sha256 {
	EVP_MD_CTX *md;
};

uint64_t hash64(const void *bytes, size_t len, uint64_t seed)
{
	return XXH64(bytes, len, seed);
}

uint64_t hash_seed(uint64_t seed, const char *purpose, uint64_t index)
{
	unsigned char le[8];

	for (int i = 0; i < 8; i++)
		le[i] = (unsigned char)(index >> (8 * i));
	return hash64(le, sizeof(le), hash64(purpose, strlen(purpose), seed));
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = mem_new(1, sizeof(*s));

	s->md = EVP_MD_CTX_new();
	if (!s->md || !EVP_DigestInit_ex(s->md, EVP_sha256(), NULL))
		mem_exhausted();
	return s;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->md);
	free(s);
}

void sha256_add(struct sha256 *s, const void *bytes, size_t len)
{
	if (len && !EVP_DigestUpdate(s->md, bytes, len))
		mem_exhausted();
}

void sha256_hex(const struct sha256 *s, char hex[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();

	if (!copy || !EVP_MD_CTX_copy_ex(copy, s->md) || !EVP_DigestFinal_ex(copy, md, &n) ||
		n != 32)
		mem_exhausted();
	EVP_MD_CTX_free(copy);
	for (unsigned int i = 0; i < 32; i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[64] = 0;
}

void sha256_of(const void *bytes, size_t len, char hex[SHA256_HEX])
{
	struct sha256 *s = sha256_new();

	sha256_add(s, bytes, len);
	sha256_hex(s, hex);
	sha256_free(s);
}
