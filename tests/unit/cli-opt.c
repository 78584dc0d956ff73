/* Tests of cli/opt.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/yaml.h"
#include "cli/opt.h"

struct values {
	int flag;
	const char *text, *choice;
	long long count;
	double rate;
	struct opt_list list, gates;
};

static const struct opt opts[] = {
	{0, NULL, OPT_GROUP, NULL, "A heading", 0, 0, NULL, 0, 0},
	{'x', "flag", OPT_FLAG, NULL, "a flag", OPT_AT(values, flag), OPT_PARAM, NULL, 0, 0},
	{'t', "text", OPT_STRING, "TEXT", "a text", OPT_AT(values, text), OPT_PARAM, NULL, 0, 0},
	{0, "choice", OPT_CHOICE, "red|green", "a choice", OPT_AT(values, choice), OPT_PARAM, "red",
		0, 0},
	{'n', "count", OPT_INT, "N", "a count", OPT_AT(values, count), OPT_PARAM, "3", 1, 10},
	{0, "rate", OPT_NUMBER, "X", "a rate", OPT_AT(values, rate), OPT_PARAM, NULL, 0, 0},
	{0, "list", OPT_LIST, "ITEM", "many", OPT_AT(values, list), OPT_PARAM, NULL, 0, 0},
	{0, "gates", OPT_LIST, "EXPR", "gates", OPT_AT(values, gates), OPT_PARAM | OPT_TOP, NULL, 0,
		0},
	{0, "other", OPT_STRING, "TEXT", "not a parameter", OPT_AT(values, text), 0, NULL, 0, 0},
	OPT_END,
};

static int parse(struct values *v, int argc, char **argv, int *at, struct err *e)
{
	struct opt_set set = {opts, v};

	memset(v, 0, sizeof(*v));
	opt_reset(opts, v);
	*at = 0;
	return opt_parse(&set, 1, argc, argv, at, e);
}

/* What options keep lives as long as the process; here as long as a test. */
static void forget(struct values *v, int copied)
{
	for (size_t i = 0; copied && i < v->list.n; i++)
		free((char *)(uintptr_t)v->list.items[i]);
	for (size_t i = 0; copied && i < v->gates.n; i++)
		free((char *)(uintptr_t)v->gates.items[i]);
	free(v->list.items);
	free(v->gates.items);
}

#define WORDS(...) ((char *[]){__VA_ARGS__})
#define COUNT(...) ((int)(sizeof(WORDS(__VA_ARGS__)) / sizeof(char *)))
#define PARSE(...) parse(&v, COUNT(__VA_ARGS__), WORDS(__VA_ARGS__), &at, &e)

static void options_are_taken_in_every_spelling(void **state)
{
	struct values v;
	struct err e = ERR_INIT;
	int at;

	(void)state;
	assert_int_equal(
		PARSE("-x", "-n7", "--text=a=b", "--choice", "green", "--rate", "1e-3", "rest"), 0);
	assert_int_equal(at, 7);
	assert_int_equal(v.flag, 1);
	assert_int_equal(v.count, 7);
	assert_string_equal(v.text, "a=b");
	assert_string_equal(v.choice, "green");
	assert_true(v.rate == 1e-3);
	assert_int_equal(PARSE("-xt", "word", "--list", "a", "--list=b"), 0);
	assert_string_equal(v.text, "word");
	assert_int_equal(v.list.n, 2);
	assert_string_equal(v.list.items[1], "b");
	forget(&v, 0);
	assert_int_equal(PARSE("-x", "--", "-n"), 1);
	assert_int_equal(at, 2);
}

static void what_is_not_given_has_its_default(void **state)
{
	struct values v;
	struct err e = ERR_INIT;
	int at;

	(void)state;
	assert_int_equal(PARSE("file"), 0);
	assert_int_equal(at, 0);
	assert_string_equal(v.choice, "red");
	assert_int_equal(v.count, 3);
	assert_true(isnan(v.rate));
	assert_null(v.text);
}

static void a_bad_option_is_named_with_what_was_expected(void **state)
{
	static const struct {
		char *words[2];
		const char *text;
	} cases[] = {
		{{"--none", "a"}, "unknown option '--none' (--help lists them)"},
		{{"-z", "a"}, "unknown option '-z' (--help lists them)"},
		{{"--choice", "blue"}, "--choice: 'blue' is not one of red|green"},
		{{"--count", "11"}, "--count: 11 is not within 1 and 10"},
		{{"-n", "1.5"}, "-n: '1.5' is not a whole number"},
		{{"--rate", "fast"}, "--rate: 'fast' is not a number"},
		{{"--rate", "inf"}, "--rate: 'inf' is not a number"},
		{{"--flag=1", "a"}, "option '--flag' takes no value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct values v;
		struct err e = ERR_INIT;
		int at;

		assert_int_equal(parse(&v, 2, (char **)(uintptr_t)cases[i].words, &at, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_string_equal(e.text, cases[i].text);
	}
}

static void a_missing_value_is_refused(void **state)
{
	struct values v;
	struct err e = ERR_INIT;
	int at;

	(void)state;
	assert_int_equal(PARSE("--count"), -1);
	assert_string_equal(e.text, "option '--count' needs a value: N");
}

static int from_yaml(struct values *v, const char *text, struct err *e)
{
	struct yaml *y = yaml_parse(text, strlen(text), "pawl.yaml", e);
	int rc;

	assert_non_null(y);
	memset(v, 0, sizeof(*v));
	opt_reset(opts, v);
	rc = opt_from_yaml(opts, v, "train", y, e);
	yaml_free(y);
	return rc;
}

static void a_section_sets_parameters_and_top_sections_their_own(void **state)
{
	struct values v;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
		from_yaml(&v, "train: {count: 5, flag: true, list: [p, q]}\ngates: [g]\n", &e), 0);
	assert_int_equal(v.count, 5);
	assert_int_equal(v.flag, 1);
	assert_int_equal(v.list.n, 2);
	assert_int_equal(v.gates.n, 1);
	assert_string_equal(v.gates.items[0], "g");
	forget(&v, 1);
}

static void a_section_with_a_wrong_key_or_value_is_refused_with_its_line(void **state)
{
	struct values v;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(from_yaml(&v, "train:\n  cuont: 5\n", &e), -1);
	assert_non_null(strstr(e.text, "pawl.yaml:2: "));
	assert_non_null(strstr(e.text, "cuont"));
	assert_int_equal(from_yaml(&v, "train:\n  other: 5\n", &e), -1);
	assert_int_equal(from_yaml(&v, "train:\n  count: many\n", &e), -1);
	assert_string_equal(e.text, "pawl.yaml:2: count: 'many' is not a whole number");
	assert_int_equal(from_yaml(&v, "train: {gates: [a]}\n", &e), -1);
	assert_int_equal(from_yaml(&v, "train: 5\n", &e), -1);
	assert_int_equal(from_yaml(&v, "train: {count: [1]}\n", &e), -1);
}

static void set_overrides_parameters_of_its_tool_only(void **state)
{
	struct values v;
	struct err e = ERR_INIT;

	(void)state;
	memset(&v, 0, sizeof(v));
	opt_reset(opts, &v);
	assert_int_equal(
		opt_from_set(opts, &v, "train", " split.x=1 train.count=9  train.text=a ", &e), 0);
	assert_int_equal(v.count, 9);
	assert_string_equal(v.text, "a");
	free((char *)(uintptr_t)v.text);
	assert_int_equal(opt_from_set(opts, &v, "train", NULL, &e), 0);
	assert_int_equal(opt_from_set(opts, &v, "train", "train.cuont=9", &e), -1);
	assert_int_equal(opt_from_set(opts, &v, "train", "train.count", &e), -1);
	assert_int_equal(opt_from_set(opts, &v, "train", "train.other=1", &e), -1);
}

static void effective_parameters_are_those_that_matter(void **state)
{
	struct values v;
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	json_t *params = json_object();
	int at;

	(void)state;
	assert_int_equal(PARSE("--list", "a", "--other", "b", "--rate", "0.5"), 0);
	opt_params(opts, &v, params);
	json_canonical(params, &out);
	assert_string_equal(out.data, "{\"choice\":\"red\",\"count\":3,\"flag\":false,\"gates\":[],"
				      "\"list\":[\"a\"],\"rate\":0.5,\"text\":\"b\"}");
	json_decref(params);
	buf_release(&out);
	forget(&v, 0);
}

static void help_has_a_line_for_each_option_with_its_default(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	opt_help(opts, &out);
	assert_non_null(strstr(out.data, "A heading:\n"));
	assert_non_null(strstr(out.data, "  -n, --count N           a count (default: 3)\n"));
	assert_non_null(strstr(out.data, "      --choice red|green  a choice (default: red)\n"));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_in_every_spelling),
		cmocka_unit_test(what_is_not_given_has_its_default),
		cmocka_unit_test(a_bad_option_is_named_with_what_was_expected),
		cmocka_unit_test(a_missing_value_is_refused),
		cmocka_unit_test(a_section_sets_parameters_and_top_sections_their_own),
		cmocka_unit_test(a_section_with_a_wrong_key_or_value_is_refused_with_its_line),
		cmocka_unit_test(set_overrides_parameters_of_its_tool_only),
		cmocka_unit_test(effective_parameters_are_those_that_matter),
		cmocka_unit_test(help_has_a_line_for_each_option_with_its_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
