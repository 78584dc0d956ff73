/* base/yaml: what is read, what is refused and how it says so.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/yaml.h"

static char *as_json(const char *text)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	struct yaml *y = yaml_parse(text, strlen(text), "x.yaml", &e);
	json_t *j;

	if (!y)
		return mem_strdup(e.text);
	j = yaml_to_json(y);
	json_canonical(j, &out);
	json_decref(j);
	yaml_free(y);
	return buf_detach(&out);
}

static void is(const char *text, const char *expected)
{
	char *json = as_json(text);

	assert_string_equal(json, expected);
	free(json);
}

static void scalars_have_the_types_of_the_core_schema(void **state)
{
	(void)state;
	is("[~, null, NULL, ]", "[null,null,null]");
	is("[true, True, FALSE]", "[true,true,false]");
	is("[1, -2, +3, 0, 9223372036854775807]", "[1,-2,3,0,9223372036854775807]");
	is("[1.5, 1e3, .5, 1., -0.0, 9223372036854775808]",
		"[1.5,1000.0,0.5,1.0,-0.0,9.223372036854776e+18]");
	is("[.inf, -.INF, .nan]", "[null,null,null]");
}

static void what_readers_disagree_about_is_a_string(void **state)
{
	(void)state;
	is("[yes, No, on, off, y]", "[\"yes\",\"No\",\"on\",\"off\",\"y\"]");
	is("[010, 1_000, 0x1F, 0o17, 12:30:00, 1e999, 1.2.3, '+', 1e, .]",
		"[\"010\",\"1_000\",\"0x1F\",\"0o17\",\"12:30:00\",\"1e999\",\"1.2.3\",\"+\","
		"\"1e\",\".\"]");
	is("['1', \"true\", '', \"~\"]", "[\"1\",\"true\",\"\",\"~\"]");
}

static void maps_keep_their_order_and_their_lines(void **state)
{
	const char *text = "b: 1\na:\n  - x\n  - {k: v}\n";
	struct err e = ERR_INIT;
	struct yaml *y = yaml_parse(text, strlen(text), "f", &e);

	(void)state;
	assert_non_null(y);
	assert_int_equal(y->n, 2);
	assert_string_equal(y->items[0]->key, "b");
	assert_string_equal(y->items[1]->key, "a");
	assert_int_equal(y->items[1]->items[1]->line, 4);
	assert_string_equal(yaml_get(yaml_get(y, "a")->items[1], "k")->text, "v");
	assert_null(yaml_get(NULL, "a"));
	assert_null(yaml_get(y->items[0], "a"));
	yaml_free(y);
}

static void an_empty_text_is_null(void **state)
{
	(void)state;
	is("", "null");
	is("# only a comment\n", "null");
	is("\xef\xbb\xbf"
	   "a: 1\n",
		"{\"a\":1}");
}

static void what_could_surprise_is_refused_with_its_line(void **state)
{
	(void)state;
	is("a: 1\nb: &x 2\n", "x.yaml:2: anchors ('&x') are not allowed");
	is("a: &x [1]\n", "x.yaml:1: anchors ('&x') are not allowed");
	is("a: 1\n\nb: *x\n", "x.yaml:3: aliases ('*x') are not allowed");
	is("a: !!str 1\n", "x.yaml:1: tags ('tag:yaml.org,2002:str') are not allowed");
	is("a: ! 1\n", "x.yaml:1: tags ('!') are not allowed");
	is("a: !x {}\n", "x.yaml:1: tags ('!x') are not allowed");
	is("a: 1\n<<: {b: 2}\n", "x.yaml:2: merge keys ('<<') are not allowed");
	is("a: 1\nb: 2\n'a': 3\n", "x.yaml:3: key 'a' is there twice");
	is("a: 1\n---\nb: 2\n", "x.yaml:2: there is a second document");
	is("? [a]\n: 1\n", "x.yaml:1: a key must be a plain word or text");
	is("{? : 1}\n", "x.yaml:1: a key is missing before ':'");
	is("a: \"x\\0y\"\n", "x.yaml:1: a NUL character is not allowed");
	is("a: [1\n", "x.yaml:2: did not find expected ',' or ']'");
	is("a:\n\tb: 1\n", "x.yaml:2: found character that cannot start any token");
	is("a: 1\nb: \xff\n", "x.yaml:2: invalid leading UTF-8 octet");
}

static void deep_nesting_is_refused_at_once(void **state)
{
	size_t n = 500000;
	char *text = mem_array(n + 1, 1), *message;

	(void)state;
	memset(text, '[', n);
	text[n] = 0;
	message = as_json(text);
	assert_string_equal(message, "x.yaml:1: nested deeper than 64 levels");
	free(message);
	for (size_t i = 0; i < n; i++)
		text[i] = i & 1 ? ' ' : '-';
	message = as_json(text);
	assert_string_equal(message, "x.yaml:1: nested deeper than 64 levels");
	free(message);
	free(text);
}

static void a_text_beyond_a_mebibyte_is_refused(void **state)
{
	size_t n = (1 << 20) + 1;
	char *text = mem_array(n + 1, 1), *message;

	(void)state;
	memset(text, 'a', n);
	text[n] = 0;
	message = as_json(text);
	assert_string_equal(message, "x.yaml: longer than 1048576 bytes");
	free(message);
	free(text);
}

static void an_unknown_key_is_named_with_the_nearest_one(void **state)
{
	static const char *const names[] = {"estimator", "l2", "target", NULL};
	const char *text = "target: y\nestimtor: linear\n";
	struct err e = ERR_INIT;
	struct yaml *y = yaml_parse(text, strlen(text), "p.yaml", &e);

	(void)state;
	assert_int_equal(yaml_keys(y, names, &e), -1);
	assert_string_equal(e.text, "p.yaml:2: unknown key 'estimtor': do you mean 'estimator'?");
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(yaml_keys(y->items[0], names, &e), -1);
	assert_string_equal(
		e.text, "p.yaml:1: a map ('name: value' lines) is expected under 'target'");
	yaml_free(y);
	y = yaml_parse("wholly: 1", 9, "p.yaml", &e);
	assert_int_equal(yaml_keys(y, names, &e), -1);
	assert_string_equal(e.text, "p.yaml:1: unknown key 'wholly'");
	yaml_free(y);
	assert_int_equal(yaml_keys(NULL, names, &e), 0);
}

static void values_are_asked_for_by_type(void **state)
{
	const char *text = "i: 7\nd: 1.5\nb: true\ns: x\nn:\nl: [1]\ninf: -.inf\n";
	struct err e = ERR_INIT;
	struct yaml *y = yaml_parse(text, strlen(text), "v", &e);
	const char *s;
	long long i;
	double d;
	int b;

	(void)state;
	assert_int_equal(yaml_int(yaml_get(y, "i"), 0, 9, &i, &e), 0);
	assert_int_equal(i, 7);
	assert_int_equal(yaml_double(yaml_get(y, "i"), &d, &e), 0);
	assert_true(d == 7);
	assert_int_equal(yaml_double(yaml_get(y, "inf"), &d, &e), 0);
	assert_true(d == -INFINITY);
	assert_int_equal(yaml_bool(yaml_get(y, "b"), &b, &e), 0);
	assert_int_equal(b, 1);
	assert_int_equal(yaml_string(yaml_get(y, "d"), &s, &e), 0);
	assert_string_equal(s, "1.5");

	assert_int_equal(yaml_int(yaml_get(y, "i"), 0, 5, &i, &e), -1);
	assert_string_equal(e.text, "v:1: 'i': an integer from 0 to 5 is expected, not '7'");
	assert_int_equal(yaml_int(yaml_get(y, "d"), 0, 5, &i, &e), -1);
	assert_string_equal(e.text, "v:2: 'd': an integer is expected, not '1.5'");
	assert_int_equal(yaml_double(yaml_get(y, "s"), &d, &e), -1);
	assert_string_equal(e.text, "v:4: 's': a number is expected, not 'x'");
	assert_int_equal(yaml_string(yaml_get(y, "n"), &s, &e), -1);
	assert_string_equal(e.text, "v:5: 'n': a text is expected, not ''");
	assert_int_equal(yaml_bool(yaml_get(y, "l"), &b, &e), -1);
	assert_string_equal(e.text, "v:6: 'l': true or false is expected, not a list");
	yaml_free(y);
}

static void a_file_begins_with_its_version(void **state)
{
	struct err e = ERR_INIT;
	char dir[] = "/tmp/pawl-yaml-XXXXXX", *path;
	static const char *const bad[] = {"a: 1\n", "version: 2\n", "version: '1'\n", "", "[1]"};
	struct yaml *y;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = file_join(dir, "c.yaml");
	assert_int_equal(file_write(path, "version: 1\na: 2\n", 16, &e), 0);
	y = yaml_read(path, &e);
	assert_non_null(y);
	assert_string_equal(y->file, path);
	yaml_free(y);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(file_write(path, bad[i], strlen(bad[i]), &e), 0);
		assert_null(yaml_read(path, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, "c.yaml:1: "));
	}
	assert_null(yaml_read("/nonexistent/x.yaml", &e));
	assert_int_equal(e.kind, ERR_USAGE);
	unlink(path);
	rmdir(dir);
	free(path);
}

static void a_quoted_scalar_reads_back_as_the_same_string(void **state)
{
	static const char *const texts[] = {"plain", "Monthly Charges", "yes", "NULL", "", " x",
		"x ", "1.5", "0x1F", "-", "- a", "a: b", "a #b", "#b", "{a}", "[", "*x", "&x", "!x",
		"%x", "@x", "`x", "it's", "say \"x\"", "back\\slash", "tab\there", "two\nlines",
		"é", "日本語", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbfx", "\x01", "a$b",
		"Weight (kg)", "(missing)", "a,b", "2026-11-21", "=", "<<", "?", "null", "~"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf out = BUF_INIT;
		struct err e = ERR_INIT;
		struct yaml *y;

		buf_adds(&out, "{k: [");
		yaml_quote(&out, texts[i]);
		buf_adds(&out, "], ");
		yaml_quote(&out, texts[i]);
		buf_adds(&out, ": 1}");
		y = yaml_parse(out.data, out.len, "q", &e);
		if (!y)
			fail_msg("%s: %s", out.data, e.text);
		assert_int_equal(y->items[0]->items[0]->kind, YAML_STRING);
		assert_string_equal(y->items[0]->items[0]->text, texts[i]);
		assert_string_equal(y->items[1]->key, texts[i]);
		yaml_free(y);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_have_the_types_of_the_core_schema),
		cmocka_unit_test(what_readers_disagree_about_is_a_string),
		cmocka_unit_test(maps_keep_their_order_and_their_lines),
		cmocka_unit_test(an_empty_text_is_null),
		cmocka_unit_test(what_could_surprise_is_refused_with_its_line),
		cmocka_unit_test(deep_nesting_is_refused_at_once),
		cmocka_unit_test(a_text_beyond_a_mebibyte_is_refused),
		cmocka_unit_test(an_unknown_key_is_named_with_the_nearest_one),
		cmocka_unit_test(values_are_asked_for_by_type),
		cmocka_unit_test(a_file_begins_with_its_version),
		cmocka_unit_test(a_quoted_scalar_reads_back_as_the_same_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
