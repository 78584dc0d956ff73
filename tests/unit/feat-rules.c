/* Tests of feat/rules: what features.yaml may say, and what is said when it says something else.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "feat/rules.h"

static char *params(const char *text)
{
	struct err e = ERR_INIT;
	struct rules *r = rules_parse(text, strlen(text), "f.yaml", &e);
	struct buf out = BUF_INIT;
	json_t *json;

	if (!r)
		fail_msg("%s", e.text);
	json = rules_params(r);
	json_canonical(json, &out);
	json_decref(json);
	rules_free(r);
	return buf_detach(&out);
}

static void defaults_are_filled_in(void **state)
{
	char *got = params("version: 1\n"
			   "features:\n"
			   "  a: [{impute: median}, log1p, {clip: [0, 0.9]}, standardize]\n"
			   "  b: onehot # the short form\n"
			   "  c: [{impute: \"(none)\"}, {onehot: {}}]\n"
			   "  d: {impute: 3}\n"
			   "  e: []\n"
			   "  f:\n"
			   "drop: [z, y]\n");

	(void)state;
	assert_string_equal(got,
		"{\"drop\":[\"y\",\"z\"],\"features\":{"
		"\"a\":[{\"impute\":\"median\"},{\"log1p\":true},{\"clip\":[0.0,0.9]},"
		"{\"standardize\":true}],"
		"\"b\":[{\"onehot\":{\"min_count\":1}}],"
		"\"c\":[{\"impute\":{\"constant\":\"(none)\"}},{\"onehot\":{\"min_count\":1}}],"
		"\"d\":[{\"impute\":3.0}],\"e\":[],\"f\":[]}}");
	free(got);
}

static void order_and_comments_mean_nothing(void **state)
{
	char *a = params("features: {x: [standardize], y: [{impute: 0}]}\ndrop: [p, q]\n");
	char *b = params("# said otherwise\ndrop: [q, p]\nfeatures:\n  y: {impute: 0.0}\n"
			 "  x: standardize # z-score\n");

	(void)state;
	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
	static const struct {
		const char *yaml, *error;
	} cases[] = {
		{"version: 1\n", "f.yaml:1: no 'features:'"},
		{"features: 3\n",
			"f.yaml:1: features: columns are wanted, such as 'age: [standardize]'"},
		{"features:\n  a: [scale]\n", "f.yaml:2: unknown step 'scale': a step is impute, "
					      "standardize, log1p, clip or onehot"},
		{"features:\n  a: [[log1p]]\n", "f.yaml:2: a step is impute, standardize, log1p, "
						"clip or onehot, one to a list item"},
		{"features:\n  a: [impute]\n",
			"f.yaml:2: impute: say what by, such as {impute: median}"},
		{"features:\n  a:\n    - {impute: [1]}\n",
			"f.yaml:3: impute: mean, median, most_frequent, a number or a text is "
			"wanted"},
		{"features:\n  a: [{impute: \"\"}]\n",
			"f.yaml:2: impute: the empty text is itself missing: give another, such as "
			"\"(missing)\""},
		{"features:\n  a: [clip]\n",
			"f.yaml:2: clip: say at which quantiles: {clip: [0.01, 0.99]}"},
		{"features:\n  a: [{clip: 0.5}]\n",
			"f.yaml:2: clip: two quantiles are wanted, such as [0.01, 0.99]"},
		{"features:\n  a: [{clip: [0.9, 0.1]}]\n",
			"f.yaml:2: clip: the quantiles must rise within 0 and 1"},
		{"features:\n  a: [{log1p: 2}]\n", "f.yaml:2: log1p takes no value"},
		{"features:\n  a: [{onehot: 3}]\n",
			"f.yaml:2: onehot: {min_count: N} is wanted, or nothing"},
		{"features:\n  a: [onehot, log1p]\n", "f.yaml:2: column 'a': nothing can follow "
						      "onehot, it must be the last step"},
		{"features: {a: []}\ndrop: a\n",
			"f.yaml:2: drop: a list of columns is wanted, such as [id, note]"},
		{"features: {a: []}\ndrop: [b, b]\n", "f.yaml:2: drop: column 'b' is listed twice"},
		{"features: {a: []}\ndrop:\n  - b\n  - a\n",
			"f.yaml:4: column 'a' is under features and under drop: only one can be"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err e = ERR_INIT;

		assert_null(rules_parse(cases[i].yaml, strlen(cases[i].yaml), "f.yaml", &e));
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static void unknown_keys_and_bad_counts_are_refused(void **state)
{
	static const char *const bad[] = {"features: {a: []}\nfeature: {b: []}\n",
		"features: {a: [{onehot: {count: 3}}]}\n",
		"features: {a: [{onehot: {min_count: 0}}]}\n",
		"features: {a: [{onehot: {min_count: x}}]}\n", "features: {a: [{clip: [a, b]}]}\n",
		"features: {a: []}\ndrop: [[b]]\n", "[]", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;

		assert_null(rules_parse(bad[i], strlen(bad[i]), "f.yaml", &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_true(strncmp(e.text, "f.yaml:", 7) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(order_and_comments_mean_nothing),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(unknown_keys_and_bad_counts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
