/* base/mem and base/buf: memory that cannot fail, buffers that end in a NUL.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

/* The exit code of a child that asks for n * size bytes; its stderr goes to the pipe. */
static int asking_for(size_t n, size_t size, char *text, size_t room)
{
	int ends[2], status;
	ssize_t len;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 2);
		mem_array(n, size);
		_exit(0);
	}
	close(ends[1]);
	len = read(ends[0], text, room - 1);
	text[len > 0 ? len : 0] = 0;
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_size_that_overflows_ends_the_process_with_code_4(void **state)
{
	char text[200];

	(void)state;
	assert_int_equal(asking_for(SIZE_MAX / 4, 8, text, sizeof(text)), 4);
	assert_string_equal(text, "pawl: out of memory\n");
	assert_int_equal(asking_for(SIZE_MAX, 1, text, sizeof(text)), 4);
	assert_int_equal(asking_for(10, 10, text, sizeof(text)), 0);
}

static void nothing_is_still_a_pointer(void **state)
{
	void *p = mem_new(0, 8), *q = mem_array(0, 0);

	(void)state;
	assert_non_null(p);
	assert_non_null(q);
	free(p);
	free(q);
}

static void an_array_grows_as_elements_come(void **state)
{
	size_t *a = NULL, cap = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		MEM_ROOM(a, n, cap);
		assert_true(cap > n);
		a[n] = n;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(a[i], i);
	free(a);
}

static void strings_are_copied_and_printed(void **state)
{
	char *a = mem_strdup("abc"), *b = mem_strndup("abc", 2), *c = mem_printf("%d-%s", 7, "x");

	(void)state;
	assert_string_equal(a, "abc");
	assert_string_equal(b, "ab");
	assert_string_equal(c, "7-x");
	free(a);
	free(b);
	free(c);
}

static void a_buffer_always_ends_in_a_nul_that_does_not_count(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_string_equal(b.data, "");
	buf_adds(&b, "");
	assert_int_equal(b.len, 0);
	for (int i = 0; i < 500; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(strlen(b.data), b.len);
	}
	buf_addz(&b, 3);
	assert_int_equal(b.len, 503);
	assert_memory_equal(b.data + 500, "\0\0\0", 4);
	buf_add(&b, "x\0y", 3);
	assert_memory_equal(b.data + 503, "x\0y", 4);
	buf_release(&b);
	buf_release(&b);
	assert_string_equal(b.data, "");
}

static void reset_keeps_the_memory(void **state)
{
	struct buf b = BUF_INIT;
	char *data;

	(void)state;
	buf_reset(&b);
	buf_addf(&b, "%0*d", 300, 7);
	assert_int_equal(b.len, 300);
	data = b.data;
	buf_reset(&b);
	assert_string_equal(b.data, "");
	buf_adds(&b, "again");
	assert_ptr_equal(b.data, data);
	buf_release(&b);
}

static void detach_hands_over_even_an_empty_buffer(void **state)
{
	struct buf b = BUF_INIT;
	char *text = buf_detach(&b);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	buf_adds(&b, "mine");
	text = buf_detach(&b);
	assert_string_equal(text, "mine");
	assert_string_equal(b.data, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_size_that_overflows_ends_the_process_with_code_4),
		cmocka_unit_test(nothing_is_still_a_pointer),
		cmocka_unit_test(an_array_grows_as_elements_come),
		cmocka_unit_test(strings_are_copied_and_printed),
		cmocka_unit_test(a_buffer_always_ends_in_a_nul_that_does_not_count),
		cmocka_unit_test(reset_keeps_the_memory),
		cmocka_unit_test(detach_hands_over_even_an_empty_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
