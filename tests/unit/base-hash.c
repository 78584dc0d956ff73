/* base/hash and base/map: published vectors, and a map against a plain list.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/rng.h"

/* From the documentation of python-xxhash and the reference implementation. */
static void xxh64_gives_its_published_values(void **state)
{
	(void)state;
	assert_true(hash64("", 0, 0) == 0xef46db3751d8e999);
	assert_true(hash64("a", 1, 0) == 0xd24ec4f1a98c6e5b);
	assert_true(hash64("abc", 3, 0) == 0x44bc2cf5ad770999);
	assert_true(hash64("xxhash", 6, 0) == 0x32dd38952c4bc720);
	assert_true(hash64("xxhash", 6, 20141025) == 0xb559b98d844e0635);
}

/* FIPS 180-2, appendix B. */
static void sha256_gives_its_published_values(void **state)
{
	static const char long_text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	struct sha256 *s = sha256_new();
	char hex[SHA256_HEX];

	(void)state;
	sha256_of("", 0, hex);
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_of("abc", 3, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_of(long_text, sizeof(long_text) - 1, hex);
	assert_string_equal(
		hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	for (int i = 0; i < 1000000; i += 1000) {
		char block[1000];

		memset(block, 'a', sizeof(block));
		sha256_add(s, block, sizeof(block));
	}
	sha256_hex(s, hex);
	assert_string_equal(
		hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	sha256_free(s);
	sha256_free(NULL);
}

static void a_digest_may_be_asked_for_on_the_way(void **state)
{
	struct sha256 *s = sha256_new();
	char hex[SHA256_HEX], want[SHA256_HEX];

	(void)state;
	sha256_add(s, "a", 1);
	sha256_hex(s, hex);
	sha256_of("a", 1, want);
	assert_string_equal(hex, want);
	sha256_add(s, "bc", 2);
	sha256_hex(s, hex);
	sha256_of("abc", 3, want);
	assert_string_equal(hex, want);
	sha256_free(s);
}

static void seeds_differ_by_purpose_and_index(void **state)
{
	uint64_t a = hash_seed(1, "split", 0);

	(void)state;
	assert_true(a == hash_seed(1, "split", 0));
	assert_true(a != hash_seed(2, "split", 0));
	assert_true(a != hash_seed(1, "fold", 0));
	assert_true(a != hash_seed(1, "split", 1));
}

static void a_map_keeps_keys_and_their_order(void **state)
{
	struct map m = MAP_INIT;
	struct rng r;
	int is_new;

	(void)state;
	assert_int_equal(map_find(&m, "x", 1), MAP_NONE);
	rng_init(&r, 1);
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < 20000; i++) {
			uint64_t key = i * 2654435761u;
			size_t len = (size_t)(i % 9); /* short keys repeat, also the empty one */
			size_t want = map_find(&m, (char *)&key, len), n = m.n;
			size_t got = map_add(&m, (char *)&key, len, &is_new);

			assert_int_equal(is_new, want == MAP_NONE);
			assert_int_equal(got, is_new ? n : want);
			assert_int_equal(map_find(&m, (char *)&key, len), got);
			if (is_new) {
				assert_int_equal(m.values[got], 0);
				m.values[got] = i + 1;
			}
		}
		for (size_t i = 0; i < m.n; i++) {
			uint64_t key = (m.values[i] - 1) * 2654435761u;
			size_t len;
			const char *text = map_key(&m, i, &len);

			assert_int_equal(len, (m.values[i] - 1) % 9);
			assert_memory_equal(text, &key, len);
			assert_true(i == 0 || m.values[i] > m.values[i - 1]);
		}
		map_clear(&m);
		assert_int_equal(m.n, 0);
		assert_int_equal(map_find(&m, "", 0), MAP_NONE);
	}
	map_release(&m);
	map_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xxh64_gives_its_published_values),
		cmocka_unit_test(sha256_gives_its_published_values),
		cmocka_unit_test(a_digest_may_be_asked_for_on_the_way),
		cmocka_unit_test(seeds_differ_by_purpose_and_index),
		cmocka_unit_test(a_map_keeps_keys_and_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
