/* report-decision_view: what is said of a decision.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "report/decision_view.h"

static void assert_says(const struct release_decision *d, const char *want)
{
	struct buf text = BUF_INIT;

	decision_view_print("m", d, &text);
	assert_string_equal(text.data, want);
	buf_release(&text);
}

static void test_a_sentence_says_who_is_champion_now(void **state)
{
	struct release_decision d = {
		.word = "kept", .version = 2, .champion = 1, .sha256 = "ab", .reason = "worse"};

	(void)state;
	assert_says(&d, "m/2 is registered, m@champion stays version 1: worse");
	d.champion = 2;
	assert_says(&d, "m/2 is m@champion: worse");
	d.champion = 0;
	assert_says(&d, "m/2 is registered, there is no m@champion: worse");
}

static void test_release_json_holds_the_decision_and_nothing_else(void **state)
{
	struct release_decision d = {
		.word = "kept", .version = 2, .champion = 1, .sha256 = "ab", .reason = "worse"};
	json_t *json = decision_view_json("m", &d, NULL);
	struct buf text = BUF_INIT;

	(void)state;
	json_canonical(json, &text);
	assert_string_equal(text.data,
		"{\"alias\":null,\"decision\":\"kept\",\"model\":\"ab\",\"name\":\"m\","
		"\"reason\":\"worse\",\"version\":2}");
	buf_release(&text);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sentence_says_who_is_champion_now),
		cmocka_unit_test(test_release_json_holds_the_decision_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
