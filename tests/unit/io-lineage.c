/* lineage: chains of steps.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "io/lineage.h"

#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "2222222222222222222222222222222222222222222222222222222222222222"
#define H3 "3333333333333333333333333333333333333333333333333333333333333333"

static json_t *chain_of(const char *tool, const char *role, const char *sha, const json_t *above)
{
	json_t *step = lineage_step(tool, 1, json_object());
	json_t *chain;

	lineage_input(step, role, sha, above);
	chain = lineage_chain(step);
	json_decref(step);
	return chain;
}

static void assert_json(const json_t *value, const char *text)
{
	struct buf out = BUF_INIT;

	json_canonical(value, &out);
	assert_string_equal(out.data, text);
	buf_release(&out);
}

static void a_chain_goes_back_to_raw_data(void **state)
{
	json_t *ingest = chain_of("ingest", "data", H1, NULL);
	json_t *split = chain_of("split", "data", H2, ingest);
	struct err e = ERR_INIT;

	(void)state;
	assert_json(split,
		"{\"steps\":[{\"inputs\":[{\"role\":\"data\",\"sha256\":\"" H1
		"\"}],\"output\":\"" H2 "\",\"params\":{},\"result\":1,\"tool\":\"ingest\"},{"
		"\"inputs\":[{\"role\":\"data\","
		"\"sha256\":\"" H2 "\"}],\"params\":{},\"result\":1,\"tool\":\"split\"}],"
		"\"version\":1}");
	assert_int_equal(lineage_check(split, "x", &e), 0);
	assert_string_equal(json_str(lineage_last(split), "tool", ""), "split");
	json_decref(ingest);
	json_decref(split);
}

static void a_step_that_two_inputs_share_is_there_once(void **state)
{
	json_t *ingest = chain_of("ingest", "data", H1, NULL);
	json_t *left = chain_of("left", "data", H2, ingest);
	json_t *right = chain_of("right", "data", H2, ingest);
	json_t *step = lineage_step("join", 1, json_object()), *chain;
	static const char *const order[] = {"ingest", "left", "right", "join"};

	(void)state;
	lineage_input(step, "left", H3, left);
	lineage_input(step, "right", H1, right);
	chain = lineage_chain(step);
	assert_int_equal(json_array_size(json_object_get(chain, "steps")), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(
			json_str(json_array_get(json_object_get(chain, "steps"), i), "tool", ""),
			order[i]);
	json_decref(ingest);
	json_decref(left);
	json_decref(right);
	json_decref(step);
	json_decref(chain);
}

static void a_step_matches_only_with_equal_tool_version_params_and_inputs(void **state)
{
	json_t *step = lineage_step("train", 1, json_pack("{s:f}", "l2", 1.0)), *chain;
	json_t *again = lineage_step("train", 1, json_pack("{s:f}", "l2", 1.0));
	json_t *param = lineage_step("train", 1, json_pack("{s:f}", "l2", 2.0));
	json_t *result = lineage_step("train", 2, json_pack("{s:f}", "l2", 1.0));
	json_t *input = lineage_step("train", 1, json_pack("{s:f}", "l2", 1.0));
	json_t *above = chain_of("ingest", "data", H2, NULL);

	(void)state;
	lineage_input(step, "data", H1, above);
	lineage_input(again, "data", H1, NULL); /* what it carried does not count */
	lineage_input(param, "data", H1, above);
	lineage_input(result, "data", H1, above);
	lineage_input(input, "data", H2, above);
	chain = lineage_chain(step);
	assert_true(lineage_matches(chain, step));
	assert_true(lineage_matches(chain, again));
	assert_false(lineage_matches(chain, param));
	assert_false(lineage_matches(chain, result));
	assert_false(lineage_matches(chain, input));
	assert_false(lineage_matches(NULL, step));
	json_decref(step);
	json_decref(again);
	json_decref(param);
	json_decref(result);
	json_decref(input);
	json_decref(above);
	json_decref(chain);
}

static void a_malformed_lineage_is_a_data_error(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{\"version\":1}",
		"{\"steps\":[],\"version\":1}",
		"{\"steps\":[{\"inputs\":[],\"params\":{},\"result\":1,\"tool\":\"a\"}],"
		"\"version\":2}",
		"{\"steps\":[{\"inputs\":[],\"params\":{},\"result\":1}],\"version\":1}",
		"{\"steps\":[{\"inputs\":[],\"output\":\"" H1
		"\",\"params\":{},\"result\":1,\"tool\":\"a\"}],\"version\":1}",
		"{\"steps\":[{\"inputs\":[{\"role\":\"data\",\"sha256\":\"12\"}],\"params\":{},"
		"\"result\":1,\"tool\":\"a\"}],\"version\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;
		json_t *value = json_parse(bad[i], strlen(bad[i]), "bad", &e);

		assert_non_null(value);
		assert_int_equal(lineage_check(value, "t.arrow", &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		assert_non_null(strstr(e.text, "t.arrow"));
		json_decref(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_goes_back_to_raw_data),
		cmocka_unit_test(a_step_that_two_inputs_share_is_there_once),
		cmocka_unit_test(a_step_matches_only_with_equal_tool_version_params_and_inputs),
		cmocka_unit_test(a_malformed_lineage_is_a_data_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
