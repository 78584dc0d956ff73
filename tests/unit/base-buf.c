/* base-buf: a buffer is a string at any time, also when nothing was added to it.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

/* What malloc() hands out next is full of letters. */
static void dirty_the_heap(void)
{
	void *blocks[16];

	for (size_t i = 0; i < 16; i++) {
		blocks[i] = malloc(64);
		memset(blocks[i], 'x', 64);
	}
	for (size_t i = 0; i < 16; i++)
		free(blocks[i]);
}

static void test_nothing_formatted_is_the_empty_string(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	dirty_the_heap();
	buf_addf(&b, "%s", "");
	assert_int_equal(b.len, 0);
	assert_string_equal(b.data, "");
	buf_release(&b);
}

static void test_room_for_more_is_still_the_same_string(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	dirty_the_heap();
	buf_room(&b, 10);
	assert_string_equal(b.data, "");
	buf_adds(&b, "abc");
	buf_room(&b, 10000);
	assert_string_equal(b.data, "abc");
	buf_release(&b);
	assert_string_equal(b.data, "");
}

static void test_what_is_detached_belongs_to_the_caller(void **state)
{
	struct buf b = BUF_INIT;
	char *text;

	(void)state;
	text = buf_detach(&b);
	assert_string_equal(text, "");
	free(text);
	buf_addf(&b, "%d", 7);
	text = buf_detach(&b);
	assert_string_equal(text, "7");
	assert_int_equal(b.len, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_formatted_is_the_empty_string),
		cmocka_unit_test(test_room_for_more_is_still_the_same_string),
		cmocka_unit_test(test_what_is_detached_belongs_to_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
