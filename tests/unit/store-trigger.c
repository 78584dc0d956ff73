/* The trigger's rules without a make: new rows by content, periods, guards, crontab lines.
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
#include "store/crontab.h"
#include "store/due.h"
#include "store/newrows.h"

static json_t *list_of(const char *text)
{
	struct err e = ERR_INIT;
	json_t *list = json_parse(text, strlen(text), "list", &e);

	assert_non_null(list);
	return list;
}

static void check_rows(const char *now, const char *before, int changed, uint64_t rows)
{
	json_t *a = list_of(now), *b = list_of(before);
	struct newrows got = newrows_since(a, b);

	assert_int_equal(got.changed, changed);
	assert_int_equal(got.rows, rows);
	json_decref(a);
	json_decref(b);
}

#define A "{\"path\": \"a\", \"sha256\": \"1\", \"rows\": 10}"

static void new_rows_are_those_of_other_content(void **state)
{
	(void)state;
	check_rows("[" A "]", "[]", 1, 10);
	check_rows("[" A "]", "[" A "]", 0, 0);
	/* moved; copied; grown; shrunk; rotated with a new one in its place */
	check_rows("[{\"path\": \"b\", \"sha256\": \"1\", \"rows\": 10}]", "[" A "]", 0, 0);
	check_rows("[{\"path\": \"b\", \"sha256\": \"2\", \"rows\": 3},"
		   "{\"path\": \"c\", \"sha256\": \"2\", \"rows\": 3}]",
		"[]", 1, 3);
	check_rows("[{\"path\": \"a\", \"sha256\": \"2\", \"rows\": 12}]", "[" A "]", 1, 2);
	check_rows("[{\"path\": \"a\", \"sha256\": \"2\", \"rows\": 4}]", "[" A "]", 1, 0);
	check_rows("[{\"path\": \"a\", \"sha256\": \"2\", \"rows\": 4},"
		   "{\"path\": \"a.1\", \"sha256\": \"1\", \"rows\": 10}]",
		"[" A "]", 1, 4);
}

static void durations_have_a_unit(void **state)
{
	struct err e = ERR_INIT;
	int64_t ms = 0;

	(void)state;
	assert_int_equal(due_duration("90s", "--x", &ms, &e), 0);
	assert_int_equal(ms, 90000);
	assert_int_equal(due_duration("2w", "--x", &ms, &e), 0);
	assert_int_equal(ms, 1209600000);
	for (const char *const *p = (const char *const[]){"", "d", "7", "0d", "-1d", "1.5d", "7 d",
		     "7y", "99999999999999w", NULL};
		*p; p++) {
		e.kind = ERR_NONE;
		assert_int_equal(due_duration(*p, "--x", &ms, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

/* due_ask with a success that began `ago` ms before now. */
static void ask(struct due *d, const struct due_options *o, const char *success, int64_t now)
{
	struct trigger t = {.lock = LOCK_INIT};
	struct err e = ERR_INIT;

	t.state = json_object();
	if (success)
		json_object_set_new(t.state, "success", json_pack("{s:s}", "time", success));
	assert_int_equal(due_ask(&t, o, now, d, &e), 0);
	json_decref(t.state);
}

static void periods_count_from_the_last_success(void **state)
{
	const int64_t now = 1800000000000; /* 2027-01-15T08:00:00Z */
	static const struct {
		const char *success;
		int due, held, said;
	} rows[] = {
		{NULL, 1, 0, 0},
		{"2027-01-15T06:59:59Z", 1, 0, 0},
		{"2027-01-15T07:00:00Z", 1, 0, 0},
		{"2027-01-15T07:00:01Z", 0, 1, 0},
		{"2027-01-15T08:04:00Z", 0, 1, 0}, /* within the slack */
		{"2027-01-15T08:06:00Z", 1, 0, 1}, /* the clock was put back */
		{"2090-01-01T00:00:00Z", 1, 0, 1},
		{"nonsense", 1, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct due_options schedule = {.every = "1h"};
		struct due_options person = {.reason = "person", .at_most_one_per = "1h"};
		struct due a = DUE_INIT, b = DUE_INIT;

		ask(&a, &schedule, rows[i].success, now);
		ask(&b, &person, rows[i].success, now);
		assert_int_equal(a.why.len > 0, rows[i].due);
		assert_int_equal(a.remarks.len > 0, rows[i].said);
		assert_int_equal(b.held.len > 0, rows[i].held);
		due_release(&a);
		due_release(&b);
	}
}

static void a_line_of_crontab_is_one_line_with_percent_signs_escaped(void **state)
{
	const char *const words[] = {"env", "A=1%2", "it's 5 %", ""};
	const char *const bad[] = {"a\nb"};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(crontab_line(&out, "@daily", words, 4, &e), 0);
	assert_string_equal(out.data, "@daily env A=1\\%2 'it'\\''s 5 '\\%'' ''\n");
	assert_int_equal(crontab_line(&out, "@daily", bad, 1, &e), -1);
	assert_int_equal(crontab_schedule("*/5 1-3,7 * jan MON", &e), 0);
	assert_int_equal(crontab_schedule("17 * * *", &e), -1);
	assert_int_equal(crontab_schedule("17 * * * ; rm", &e), -1);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_rows_are_those_of_other_content),
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(periods_count_from_the_last_success),
		cmocka_unit_test(a_line_of_crontab_is_one_line_with_percent_signs_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
