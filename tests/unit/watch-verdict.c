/* watch/verdict: k of n, hysteresis, windows that are known, and state files that are not whole.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "watch/verdict.h"

/* Counts a window for each digit, the level of "x"; returns the states, a letter each. */
static char *run(const char *levels, unsigned k, unsigned n)
{
	json_t *state = verdict_new("ref");
	struct verdict_rule rule = {k, n};
	struct buf out = BUF_INIT;

	for (size_t i = 0; levels[i]; i++) {
		json_t *one = json_object();
		char window[32];

		snprintf(window, sizeof(window), "window %zu", i);
		json_object_set_new(one, "x", json_integer(levels[i] - '0'));
		assert_int_equal(verdict_count(state, window, one, &rule), 1);
		assert_int_equal(verdict_count(state, window, one, &rule), 0);
		buf_addc(&out, verdict_state(state, "x")[0]);
		assert_int_equal(verdict_confirmed(state), strchr("fc", out.data[i]) != NULL);
		json_decref(one);
	}
	json_decref(state);
	return buf_detach(&out);
}

static void expect(const char *levels, unsigned k, unsigned n, const char *want)
{
	char *got = run(levels, k, n);

	assert_string_equal(got, want);
	free(got);
}

static void k_of_n_windows_confirm(void **state)
{
	(void)state;
	expect("2", 1, 1, "f");
	expect("22", 2, 3, "pf");
	expect("20002", 2, 3, "pppop");
	expect("202", 2, 3, "ppf");
	expect("2020200", 3, 4, "ppppppp");
	expect("0110", 2, 3, "oooo");
}

static void k_clean_windows_clear_and_a_near_one_does_not(void **state)
{
	(void)state;
	expect("2200", 2, 3, "pfco");
	expect("220100", 2, 3, "pfcfco");
	expect("22002", 2, 5, "pfcop"); /* old breaches are forgotten */
	expect("20", 1, 1, "fo");
	expect("21110", 1, 1, "ffffo");
}

static void a_check_that_was_not_made_keeps_its_state(void **state)
{
	json_t *s = verdict_new("ref"), *one = json_object(), *none = json_object();
	struct verdict_rule rule = {1, 1};

	(void)state;
	json_object_set_new(one, "x", json_integer(2));
	verdict_count(s, "a", one, &rule);
	verdict_count(s, "b", none, &rule);
	assert_string_equal(verdict_state(s, "x"), "firing");
	assert_string_equal(verdict_state(s, "y"), "ok");
	assert_int_equal(json_int(s, "windows", 0), 2);
	json_decref(s);
	json_decref(one);
	json_decref(none);
}

static void a_state_that_is_cut_short_anywhere_is_begun_anew(void **state)
{
	char path[] = "/tmp/pawl-verdict.XXXXXX", *why;
	json_t *s = verdict_new("ref"), *one = json_object(), *got;
	struct verdict_rule rule = {1, 2};
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	json_object_set_new(one, "x", json_integer(2));
	verdict_count(s, "a", one, &rule);
	json_pretty(s, &text);
	for (size_t len = 0; len + 1 < text.len; len++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, text.data, len, 0), (ssize_t)len);
		got = verdict_read(path, "ref", &why, &e);
		assert_non_null(got);
		assert_non_null(why);
		assert_int_equal(json_int(got, "windows", -1), 0);
		json_decref(got);
		free(why);
	}
	assert_int_equal(pwrite(fd, text.data, text.len, 0), (ssize_t)text.len);
	got = verdict_read(path, "ref", &why, &e);
	assert_true(json_equal(got, s));
	assert_null(why);
	json_decref(got);
	got = verdict_read(path, "other", &why, &e);
	assert_non_null(strstr(why, "another reference"));
	assert_int_equal(json_int(got, "windows", -1), 0);
	json_decref(got);
	free(why);
	close(fd);
	unlink(path);
	got = verdict_read(path, "ref", &why, &e);
	assert_non_null(got);
	assert_null(why);
	json_decref(got);
	json_decref(s);
	json_decref(one);
	buf_release(&text);
}

static void rules_are_k_of_n(void **state)
{
	static const char *const bad[] = {
		"", "2", "2/", "/3", "0/3", "3/2", "1/65", "a/b", "1/2/3"};
	struct verdict_rule rule;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(verdict_rule_parse(bad[i], &rule, &e), -1);
	assert_int_equal(verdict_rule_parse("3/4", &rule, &e), 0);
	assert_true(rule.k == 3 && rule.n == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_of_n_windows_confirm),
		cmocka_unit_test(k_clean_windows_clear_and_a_near_one_does_not),
		cmocka_unit_test(a_check_that_was_not_made_keeps_its_state),
		cmocka_unit_test(a_state_that_is_cut_short_anywhere_is_begun_anew),
		cmocka_unit_test(rules_are_k_of_n),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
