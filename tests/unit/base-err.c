/* base/err: texts, kinds, one line.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void an_error_has_a_kind_and_one_line(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, ERR_DATA, "%s:%d", "x.csv", 17), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_string_equal(e.text, "x.csv:17");
	err_set(&e, ERR_DATA, "two\nlines\033[31m\x7f");
	assert_string_equal(e.text, "two?lines?[31m?");
}

static void an_errno_tells_wrong_usage_from_a_failed_system(void **state)
{
	static const struct {
		int code;
		enum err_kind kind;
	} cases[] = {{ENOENT, ERR_USAGE}, {EISDIR, ERR_USAGE}, {EACCES, ERR_USAGE},
		{ENOTDIR, ERR_USAGE}, {ENOSPC, ERR_SYSTEM}, {EIO, ERR_SYSTEM},
		{ENOMEM, ERR_SYSTEM}};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		errno = cases[i].code;
		assert_int_equal(err_errno(&e, "cannot read '%s'", "f"), -1);
		assert_int_equal(e.kind, cases[i].kind);
		assert_int_equal(strncmp(e.text, "cannot read 'f': ", 17), 0);
		assert_string_equal(e.text + 17, strerror(cases[i].code));
	}
}

static void a_prefix_keeps_the_kind(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_FEW, "no rows");
	assert_int_equal(err_prefix(&e, "%s", "champion"), -1);
	assert_string_equal(e.text, "champion: no rows");
	assert_int_equal(e.kind, ERR_FEW);
}

static void a_text_too_long_is_cut(void **state)
{
	struct err e = ERR_INIT;
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	err_set(&e, ERR_DATA, "%s", text);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	err_prefix(&e, "%s", text);
	assert_true(strlen(e.text) < sizeof(e.text));
	errno = ENOSPC;
	err_errno(&e, "%s", text);
	assert_non_null(strstr(e.text, strerror(ENOSPC)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_has_a_kind_and_one_line),
		cmocka_unit_test(an_errno_tells_wrong_usage_from_a_failed_system),
		cmocka_unit_test(a_prefix_keeps_the_kind),
		cmocka_unit_test(a_text_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
