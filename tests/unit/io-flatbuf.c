/* flatbuf: what is written is read back, and what lies about itself is found out.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/flatbuf.h"

/* A table with one field of each width, a string, a vector of numbers and one of tables. */
static void sample(struct buf *b)
{
	static const struct flatbuf_slot slots[] = {{0, 1, 200}, {1, 2, -2}, {3, 8, INT64_MIN},
		{4, 4, 0}, {5, 4, 0}, {6, 4, 0}, {7, 4, -70000}};
	static const struct flatbuf_slot inner[] = {{0, 4, 41}};
	size_t root, vector;

	flatbuf_start(b);
	root = flatbuf_put_table(b, slots, sizeof(slots) / sizeof(*slots));
	flatbuf_link(b, root, 4, flatbuf_put_text(b, "größe", 7));
	vector = flatbuf_put_vector(b, 2, 8, 8);
	flatbuf_set_i64(b, vector + 4, 11);
	flatbuf_set_i64(b, vector + 12, -12);
	flatbuf_link(b, root, 5, vector);
	vector = flatbuf_put_vector(b, 1, 4, 4);
	flatbuf_link(b, root, 6, vector);
	flatbuf_link_item(b, vector, 0, flatbuf_put_table(b, inner, 1));
	flatbuf_finish(b, root);
}

/* Touches everything that sample() wrote; the sum keeps the reads alive. */
static uint64_t walk(struct flatbuf *f)
{
	struct flatbuf_table root = flatbuf_root(f), inner;
	struct flatbuf_vector v;
	uint64_t sum = 0;
	const char *text;
	size_t len;

	sum += (uint64_t)flatbuf_int(f, &root, 0, 1, 0) + (uint64_t)flatbuf_int(f, &root, 1, 2, 0);
	sum += (uint64_t)flatbuf_int(f, &root, 7, 4, 0) + (uint64_t)flatbuf_int(f, &root, 3, 8, 0);
	text = flatbuf_text(f, &root, 4, &len);
	for (size_t i = 0; text && i < len; i++)
		sum += (uint8_t)text[i];
	v = flatbuf_vector(f, &root, 5, 8);
	for (uint32_t i = 0; i < v.n; i++)
		sum += (uint64_t)flatbuf_i64(f, v.at + 8 * (size_t)i);
	v = flatbuf_vector(f, &root, 6, 4);
	for (uint32_t i = 0; i < v.n; i++) {
		inner = flatbuf_item(f, &v, i);
		sum += (uint64_t)flatbuf_int(f, &inner, 0, 4, 0);
	}
	return sum;
}

static void what_is_written_is_read_back(void **state)
{
	struct buf b = BUF_INIT;
	struct flatbuf f;
	struct flatbuf_table root, inner;
	struct flatbuf_vector v;
	size_t len;

	(void)state;
	sample(&b);
	f = (struct flatbuf){(const uint8_t *)b.data, b.len, 0};
	root = flatbuf_root(&f);
	assert_int_equal(b.len % 8, 0);
	assert_int_equal(flatbuf_int(&f, &root, 0, 1, 0), 200);
	assert_int_equal(flatbuf_int(&f, &root, 1, 2, 0), -2);
	assert_int_equal(flatbuf_int(&f, &root, 2, 4, 77), 77); /* absent: the default */
	assert_true(flatbuf_int(&f, &root, 3, 8, 0) == INT64_MIN);
	assert_int_equal(flatbuf_int(&f, &root, 7, 4, 0), -70000);
	assert_int_equal(flatbuf_int(&f, &root, 8, 4, 5), 5); /* beyond the vtable */
	assert_memory_equal(flatbuf_text(&f, &root, 4, &len), "größe", 8);
	assert_int_equal(len, 7);
	v = flatbuf_vector(&f, &root, 5, 8);
	assert_int_equal(v.n, 2);
	assert_int_equal(v.at % 8, 0);
	assert_int_equal(flatbuf_i64(&f, v.at + 8), -12);
	v = flatbuf_vector(&f, &root, 6, 4);
	inner = flatbuf_item(&f, &v, 0);
	assert_int_equal(flatbuf_int(&f, &inner, 0, 4, 0), 41);
	assert_int_equal(f.bad, 0);
	buf_release(&b);
}

/* Under the address sanitizer this is a proof that no read leaves the buffer. */
static void no_damage_leads_outside_the_buffer(void **state)
{
	struct buf b = BUF_INIT;
	uint64_t sum = 0;

	(void)state;
	sample(&b);
	for (size_t len = 0; len <= b.len; len++) {
		for (size_t at = 0; at < len; at++) {
			static const uint8_t with[] = {0x00, 0x01, 0x7f, 0x80, 0xff};

			for (size_t i = 0; i < sizeof(with); i++) {
				uint8_t *copy = mem_array(len, 1);
				struct flatbuf f = {copy, len, 0};

				memcpy(copy, b.data, len);
				copy[at] = with[i];
				sum += walk(&f);
				free(copy);
			}
		}
	}
	assert_true(sum != 1);
	buf_release(&b);
}

static void a_cut_buffer_is_bad(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	sample(&b);
	for (size_t len = 0; len + 8 < b.len; len++) {
		struct flatbuf f = {(const uint8_t *)b.data, len, 0};

		walk(&f);
		assert_true(f.bad);
	}
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(no_damage_leads_outside_the_buffer),
		cmocka_unit_test(a_cut_buffer_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
