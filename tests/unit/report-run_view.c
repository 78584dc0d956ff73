/* report-run_view: what is said of runs.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "report/run_view.h"

static json_t *json(const char *text)
{
	struct err e = ERR_INIT;
	json_t *value = json_parse(text, strlen(text), "test", &e);

	assert_non_null(value);
	return value;
}

static void test_only_what_differs_is_compared_and_what_is_missing_is_null(void **state)
{
	json_t *runs[2] = {
		json("{\"run\":\"a\",\"params\":{\"l2\":\"1\",\"same\":\"x\",\"old\":\"y\"},"
		     "\"metrics\":{\"rmse\":0.5},\"tags\":{}}"),
		json("{\"run\":\"b\",\"params\":{\"l2\":\"2\",\"same\":\"x\"},"
		     "\"metrics\":{\"rmse\":0.25},\"tags\":{}}")};
	json_t *differ = run_view_compare(runs, 2);
	struct buf text = BUF_INIT;

	(void)state;
	json_canonical(differ, &text);
	assert_string_equal(text.data,
		"{\"metrics\":{\"rmse\":[0.5,0.25]},\"params\":{\"l2\":[\"1\",\"2\"],"
		"\"old\":[\"y\",null]}}");
	buf_reset(&text);
	run_view_compare_print(differ, runs, 2, 0, &text);
	assert_string_equal(text.data, "run           a    b\n"
				       "params l2     1    2\n"
				       "params old    y    -\n"
				       "metrics rmse  0.5  0.25\n");
	buf_release(&text);
	json_decref(differ);
	json_decref(runs[0]);
	json_decref(runs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_differs_is_compared_and_what_is_missing_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
