/* verdict: k of n windows, with hysteresis, in a state file.
 * SPDX-License-Identifier: MIT
 */
#include "watch/verdict.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"

#define MARK "pawl.monitor"
#define STATE_CAP (16u << 20)

enum { OK, PENDING, FIRING, CLEARING, STATES };

static const char *const names[STATES] = {"ok", "pending", "firing", "clearing"};

int verdict_rule_parse(const char *text, struct verdict_rule *out, struct err *e)
{
	const char *slash = strchr(text, '/');
	int64_t k = 0, n = 0;

	if (!slash || num_int64(text, (size_t)(slash - text), &k) < 0 ||
		num_int64(slash + 1, strlen(slash + 1), &n) < 0 || k < 1 || n < k ||
		n > VERDICT_MAX)
		return err_set(
			e, ERR_USAGE, "'%s' is not K/N, with 1 <= K <= N <= %d", text, VERDICT_MAX);
	out->k = (unsigned)k;
	out->n = (unsigned)n;
	return 0;
}

json_t *verdict_new(const char *reference)
{
	json_t *state = json_object();

	json_object_set_new(state, MARK, json_integer(1));
	json_object_set_new(state, "reference", json_string(reference));
	json_object_set_new(state, "windows", json_integer(0));
	json_object_set_new(state, "seen", json_array());
	json_object_set_new(state, "checks", json_object());
	return state;
}

static int state_of_name(const char *name)
{
	for (int i = 0; i < STATES; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* ---- reading */

static int check_valid(const json_t *check)
{
	const json_t *levels = json_object_get(check, "levels"), *level;
	size_t i;

	if (state_of_name(json_str(check, "state", "")) < 0 || !json_is_array(levels) ||
		json_array_size(levels) > VERDICT_MAX || json_int(check, "clean", -1) < 0 ||
		json_int(check, "since", -1) < 0)
		return 0;
	json_array_foreach(levels, i, level)
	{
		if (!json_is_integer(level) || json_integer_value(level) < 0 ||
			json_integer_value(level) > 2)
			return 0;
	}
	return 1;
}

static int state_valid(const json_t *state)
{
	const json_t *seen = json_object_get(state, "seen");
	json_t *checks = json_object_get(state, "checks"), *check;
	const char *name;

	if (json_int(state, MARK, 0) != 1 || json_int(state, "windows", -1) < 0 ||
		!json_is_array(seen) || !json_is_object(checks) ||
		!json_str(state, "reference", NULL))
		return 0;
	json_object_foreach(checks, name, check)
	{
		if (!check_valid(check))
			return 0;
	}
	return 1;
}

json_t *verdict_read(const char *path, const char *reference, char **why, struct err *e)
{
	struct err unused = ERR_INIT;
	struct buf text = BUF_INIT;
	json_t *state = NULL;

	*why = NULL;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return verdict_new(reference);
	if (file_read(path, STATE_CAP, &text, e) < 0) {
		buf_release(&text);
		return NULL;
	}
	state = json_parse(text.data, text.len, path, &unused);
	buf_release(&text);
	if (!state || !state_valid(state))
		*why = mem_printf("state file '%s' is cut short or not of 'pawl monitor': the "
				  "windows are counted from the beginning",
			path);
	else if (strcmp(json_str(state, "reference", ""), reference) != 0)
		*why = mem_printf("state file '%s' is about another reference: the windows are "
				  "counted from the beginning",
			path);
	if (!*why)
		return state;
	json_decref(state);
	return verdict_new(reference);
}

/* ---- counting */

static int seen_before(const json_t *seen, const char *window)
{
	for (size_t i = 0; i < json_array_size(seen); i++) {
		const char *one = json_string_value(json_array_get(seen, i));

		if (one && strcmp(one, window) == 0)
			return 1;
	}
	return 0;
}

static int check_step(int state, json_t *levels, long long *clean, const struct verdict_rule *rule)
{
	size_t size = json_array_size(levels), breaches = 0;
	long long last = json_integer_value(json_array_get(levels, size - 1));

	for (size_t i = size > rule->n ? size - rule->n : 0; i < size; i++)
		breaches += json_integer_value(json_array_get(levels, i)) == 2;
	*clean = last == 0 ? *clean + 1 : 0;
	if (state == FIRING || state == CLEARING) {
		if (*clean < rule->k)
			return *clean ? CLEARING : FIRING;
		json_array_clear(levels);
		return OK;
	}
	return breaches >= rule->k ? FIRING : breaches ? PENDING : OK;
}

static void check_count(json_t *checks, const char *name, long long level, long long window,
	const struct verdict_rule *rule)
{
	json_t *check = json_object_get(checks, name), *levels;
	long long clean;
	int before, after;

	if (!check) {
		check = json_object();
		json_object_set_new(check, "state", json_string(names[OK]));
		json_object_set_new(check, "since", json_integer(window));
		json_object_set_new(check, "levels", json_array());
		json_object_set_new(checks, name, check);
	}
	levels = json_object_get(check, "levels");
	clean = json_int(check, "clean", 0);
	before = state_of_name(json_str(check, "state", ""));
	json_array_append_new(levels, json_integer(level));
	while (json_array_size(levels) > VERDICT_MAX)
		json_array_remove(levels, 0);
	after = check_step(before, levels, &clean, rule);
	json_object_set_new(check, "clean", json_integer(clean));
	json_object_set_new(check, "state", json_string(names[after]));
	if (after != before)
		json_object_set_new(check, "since", json_integer(window));
}

int verdict_count(
	json_t *state, const char *window, const json_t *levels, const struct verdict_rule *rule)
{
	json_t *seen = json_object_get(state, "seen"), *checks = json_object_get(state, "checks");
	long long number = json_int(state, "windows", 0) + 1;
	const char *name;
	json_t *level;

	if (seen_before(seen, window))
		return 0;
	json_array_append_new(seen, json_string(window));
	while (json_array_size(seen) > VERDICT_SEEN)
		json_array_remove(seen, 0);
	json_object_set_new(state, "windows", json_integer(number));
	json_object_foreach((json_t *)(uintptr_t)levels, name, level)
	{
		check_count(checks, name, json_integer_value(level), number, rule);
	}
	return 1;
}

const char *verdict_state(const json_t *state, const char *check)
{
	const json_t *one = json_object_get(json_object_get(state, "checks"), check);
	int at = state_of_name(json_str(one, "state", names[OK]));

	return names[at < 0 ? OK : at];
}

size_t verdict_confirmed(const json_t *state)
{
	json_t *checks = json_object_get(state, "checks"), *check;
	const char *name;
	size_t n = 0;

	json_object_foreach(checks, name, check)
	{
		int at = state_of_name(verdict_state(state, name));

		n += at == FIRING || at == CLEARING;
	}
	return n;
}
