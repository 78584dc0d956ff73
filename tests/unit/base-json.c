/* base/json: equal values have equal bytes; what is read is checked.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void is_canonical(const char *text, const char *canonical)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	json_t *value = json_parse(text, strlen(text), "t", &e), *again;

	if (!value)
		fail_msg("%s", e.text);
	json_canonical(value, &out);
	assert_string_equal(out.data, canonical);
	again = json_parse(out.data, out.len, "t", &e);
	assert_true(json_equal(value, again));
	json_decref(value);
	json_decref(again);
	buf_release(&out);
}

static void equal_values_have_equal_bytes(void **state)
{
	(void)state;
	is_canonical("{\"b\":1,\"a\":2,\"B\":3,\"\":4,\"\\u00e9\":5}",
		"{\"\":4,\"B\":3,\"a\":2,\"b\":1,\"\xc3\xa9\":5}");
	is_canonical(" [ 1 , 1.0, 1e2, 0.1, -0.0, 1e300, true, false, null ] ",
		"[1,1.0,100.0,0.1,-0.0,1e+300,true,false,null]");
	is_canonical("\"a\\u0041\\n\\t\\\"\\\\\\/\\u0001\\u007f\"",
		"\"aA\\n\\t\\\"\\\\/\\u0001\\u007f\"");
	is_canonical("{}", "{}");
	is_canonical("[[],{},[{}]]", "[[],{},[{}]]");
	is_canonical("9223372036854775807", "9223372036854775807");
}

static void pretty_keeps_the_order_and_puts_scalars_on_a_line(void **state)
{
	static const char text[] = "{\"b\":[1,2],\"a\":{\"x\":[]},\"c\":[{\"y\":1}],\"d\":{}}";
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	json_t *value = json_parse(text, strlen(text), "t", &e);

	(void)state;
	json_pretty(value, &out);
	assert_string_equal(out.data, "{\n"
				      "  \"b\": [1, 2],\n"
				      "  \"a\": {\n"
				      "    \"x\": []\n"
				      "  },\n"
				      "  \"c\": [\n"
				      "    {\n"
				      "      \"y\": 1\n"
				      "    }\n"
				      "  ],\n"
				      "  \"d\": {}\n"
				      "}\n");
	json_decref(value);
	buf_release(&out);
}

static void what_is_malformed_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "[1] x", "'a'",
		"\"\xff\"", "nan", "[1e999]", "99999999999999999999", "{a:1}", "[01]"};
	struct err e = ERR_INIT;
	static const char two_lines[] = "{\n\"a\": x}";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json_t *value = json_parse(bad[i], strlen(bad[i]), "f.json", &e);

		if (value)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(e.kind, ERR_DATA);
		assert_int_equal(strncmp(e.text, "f.json:1: ", 10), 0);
	}
	assert_null(json_parse(two_lines, sizeof(two_lines) - 1, "f.json", &e));
	assert_int_equal(strncmp(e.text, "f.json:2: ", 10), 0);
}

static void deep_nesting_is_refused(void **state)
{
	size_t n = 1 << 20;
	char *text = malloc(n);
	struct err e = ERR_INIT;

	(void)state;
	memset(text, '[', n);
	assert_null(json_parse(text, n, "f", &e));
	assert_int_equal(e.kind, ERR_DATA);
	free(text);
}

static void a_number_that_is_not_finite_is_null(void **state)
{
	json_t *nan = json_number(NAN), *inf = json_number(INFINITY), *x = json_number(1.5);

	(void)state;
	assert_true(json_is_null(nan) && json_is_null(inf));
	assert_true(json_real_value(x) == 1.5);
	json_decref(nan);
	json_decref(inf);
	json_decref(x);
}

static void text_that_is_not_utf8_becomes_so(void **state)
{
	static const struct {
		const char *text, *utf8;
	} cases[] = {{"plain", "plain"}, {"\xc3\xa9", "\xc3\xa9"},
		{"a\xff"
		 "b",
			"a\xef\xbf\xbd"
			"b"},
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *s = json_text(cases[i].text, strlen(cases[i].text));

		assert_string_equal(json_string_value(s), cases[i].utf8);
		json_decref(s);
	}
	for (int lead = 0x80; lead < 0x100; lead++) { /* torn sequences of every kind */
		char text[4] = {(char)lead, (char)0xbf, 'x', 0};
		json_t *s = json_text(text, 3);

		assert_non_null(s);
		json_decref(s);
	}
}

static void members_have_defaults(void **state)
{
	static const char text[] = "{\"s\":\"x\",\"i\":7,\"d\":1.5}";
	struct err e = ERR_INIT;
	json_t *o = json_parse(text, strlen(text), "t", &e);

	(void)state;
	assert_string_equal(json_str(o, "s", "-"), "x");
	assert_string_equal(json_str(o, "i", "-"), "-");
	assert_null(json_str(o, "none", NULL));
	assert_int_equal(json_int(o, "i", -1), 7);
	assert_int_equal(json_int(o, "s", -1), -1);
	assert_true(json_dbl(o, "d", -1) == 1.5 && json_dbl(o, "i", -1) == 7);
	assert_true(json_dbl(o, "none", -1) == -1 && json_dbl(NULL, "d", -1) == -1);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_have_equal_bytes),
		cmocka_unit_test(pretty_keeps_the_order_and_puts_scalars_on_a_line),
		cmocka_unit_test(what_is_malformed_is_refused_with_its_line),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_number_that_is_not_finite_is_null),
		cmocka_unit_test(text_that_is_not_utf8_becomes_so),
		cmocka_unit_test(members_have_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
