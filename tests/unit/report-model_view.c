/* report-model_view: what is said of versions and histories.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "report/model_view.h"

static void assert_prints(
	void (*print)(const json_t *, size_t, struct buf *), const char *value, const char *want)
{
	struct err e = ERR_INIT;
	json_t *json = json_parse(value, strlen(value), "test", &e);
	struct buf text = BUF_INIT;

	assert_non_null(json);
	print(json, 0, &text);
	assert_string_equal(text.data, want);
	buf_release(&text);
	json_decref(json);
}

static void test_a_table_shows_aliases_and_the_head_of_the_hash(void **state)
{
	(void)state;
	assert_prints(model_view_table, "[]", "");
	assert_prints(model_view_table,
		"[{\"name\":\"m\",\"version\":2,\"aliases\":[\"champion\",\"x\"],"
		"\"created\":\"now\",\"sha256\":\"0123456789abcdef\",\"run\":\"\"}]",
		"version  aliases       registered (UTC)  sha256        run\n"
		"m/2      @champion @x  now               0123456789ab  -\n");
}

static void test_a_version_says_its_hash_once(void **state)
{
	(void)state;
	assert_prints(model_view_print,
		"{\"version\":2,\"aliases\":[],\"sha256\":\"ab\","
		"\"tags\":{\"pawl.sha256\":\"ab\",\"pawl.task\":\"regression\"}}",
		"version    2\naliases    -\nsha256     ab\npawl.task  regression\n");
}

static void test_a_history_shows_where_an_alias_went(void **state)
{
	(void)state;
	assert_prints(model_view_history,
		"[{\"time\":\"2026-11-21T05:06:07.089Z\",\"who\":\"a@b\",\"event\":\"alias\","
		"\"version\":2,\"alias\":\"x\",\"from\":1,\"to\":2,\"why\":\"w\"},"
		"{\"time\":\"2026-11-21T05:06:08.089Z\",\"who\":\"a@b\",\"event\":\"alias\","
		"\"version\":2,\"alias\":\"x\",\"from\":2,\"to\":null,\"why\":\"w\"},"
		"{\"time\":\"2026-11-21T05:06:09.089Z\",\"who\":\"a@b\",\"event\":\"outside\","
		"\"version\":null,\"alias\":null,\"from\":null,\"to\":null,\"why\":\"w\"}]",
		"2026-11-21T05:06:07Z  a@b  alias    version 2  @x 1 -> 2     w\n"
		"2026-11-21T05:06:08Z  a@b  alias    version 2  @x 2 -> none  w\n"
		"2026-11-21T05:06:09Z  a@b  outside  -          -             w\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_table_shows_aliases_and_the_head_of_the_hash),
		cmocka_unit_test(test_a_version_says_its_hash_once),
		cmocka_unit_test(test_a_history_shows_where_an_alias_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
