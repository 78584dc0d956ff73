/* due: whether a trigger's goal should be run now.
 * SPDX-License-Identifier: MIT
 */
#include "store/due.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/ask.h"

/* ---- durations */

int due_duration(const char *text, const char *option, int64_t *ms, struct err *e)
{
	static const char units[] = "smhdw";
	static const int64_t factors[] = {1000, 60000, 3600000, 86400000, 604800000};
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	int64_t n;

	if (!unit || !*unit || num_int64(text, len - 1, &n) < 0 || n < 1 || n > 100000)
		return err_set(e, ERR_USAGE, "%s: '%s' is no duration (90s, 30m, 12h, 7d, 2w)",
			option, text);
	*ms = n * factors[unit - units];
	return 0;
}

static void due_say(struct buf *out, const char *text)
{
	if (out->len)
		buf_adds(out, ", ");
	buf_adds(out, text);
}

static void due_sayf(struct buf *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void due_sayf(struct buf *out, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	due_say(out, text.data);
	buf_release(&text);
}

/* ---- the monitor: its exit code, or the verdict of its report */

static int due_is_report(const char *monitor)
{
	size_t len = strlen(monitor);

	return len > 5 && strcmp(monitor + len - 5, ".json") == 0 && !strpbrk(monitor, " \t;|&<>$");
}

/* The exit code that a monitor of that verdict ends with. */
static int due_verdict(const char *path, const json_t *report, int *code, struct err *e)
{
	static const struct {
		const char *word;
		int code;
	} words[] = {{"ok", 0}, {"fine", 0}, {"warning", 0}, {"pending", 0}, {"confirmed", 1},
		{"drift", 1}, {"decay", 1}, {"value-skew", 1}, {"schema-skew", 3}, {"too-few", 5},
		{NULL, 0}};
	const char *verdict = json_str(report, "verdict", NULL);
	const json_t *exit = json_object_get(report, "exit");

	if (verdict && json_is_integer(exit)) {
		*code = (int)json_integer_value(exit);
		return 0;
	}
	for (size_t i = 0; verdict && words[i].word; i++)
		if (strcmp(words[i].word, verdict) == 0) {
			*code = words[i].code;
			return 0;
		}
	if (verdict)
		return err_set(e, ERR_DATA, "%s: unknown verdict '%s'", path, verdict);
	return err_set(e, ERR_DATA, "%s: it has no verdict: no report of a monitor", path);
}

static int due_report(const char *path, struct due *d, int *code, struct err *e)
{
	json_t *report = json_read(path, e);
	int rc = -1;

	if (report && due_verdict(path, report, code, e) == 0)
		rc = file_sha256(path, d->report, e);
	json_decref(report);
	return rc;
}

/* The last line of what a program said, without its end. */
static char *due_last_line(const struct buf *said)
{
	size_t end = said->len, from;

	while (end && (said->data[end - 1] == '\n' || said->data[end - 1] == ' '))
		end--;
	for (from = end; from && said->data[from - 1] != '\n'; from--)
		;
	return mem_strndup(said->data + from, end - from);
}

static int due_command(const char *command, int *code, char **said, struct err *e)
{
	char sh[] = "sh", c[] = "-c", *copy = mem_strdup(command);
	char *argv[] = {sh, c, copy, NULL};
	struct ask ask = ASK_INIT;
	struct buf text = BUF_INIT;
	int rc = ask_start(&ask, "/bin/sh", argv, e);

	if (rc == 0)
		rc = ask_code(&ask, command, code, &text, e);
	*said = due_last_line(&text);
	ask_stop(&ask);
	buf_release(&text);
	free(copy);
	return rc;
}

static int due_monitor(
	const struct trigger *t, const struct due_options *o, struct due *d, struct err *e)
{
	const json_t *success = json_object_get(t->state, "success");
	char *said = NULL;
	int code = 0, rc;

	if (due_is_report(o->monitor))
		rc = due_report(o->monitor, d, &code, e);
	else
		rc = due_command(o->monitor, &code, &said, e);
	if (rc < 0)
		goto end;
	switch (code) {
	case 0:
		due_say(&d->quiet, "the monitor finds nothing");
		break;
	case ERR_NO:
		if (*d->report && strcmp(d->report, json_str(success, "report", "")) == 0)
			due_say(&d->quiet, "the monitor's report was acted on before");
		else
			due_say(&d->why, "monitor");
		break;
	case ERR_FEW:
		due_say(&d->quiet, "the monitor has too few rows");
		break;
	case ERR_DATA:
		rc = err_set(e, ERR_DATA, "schema skew: nothing is retrained (monitor: %s)",
			said && *said ? said : o->monitor);
		break;
	default:
		rc = err_set(e, code == ERR_USAGE ? ERR_USAGE : ERR_SYSTEM,
			"the monitor failed with exit code %d: %s", code,
			said && *said ? said : o->monitor);
	}
end:
	free(said);
	return rc;
}

/* ---- data and time */

static int due_data(
	const struct trigger *t, const struct due_options *o, struct due *d, struct err *e)
{
	const json_t *old = json_object_get(json_object_get(t->state, "success"), "data");

	d->data = newrows_list(o->watch, o->nwatch, old, e);
	if (!d->data)
		return -1;
	d->rows = newrows_since(d->data, old);
	if (d->rows.changed && d->rows.rows >= o->min_rows)
		due_sayf(&d->why, "%" PRIu64 " new rows", d->rows.rows);
	else
		due_sayf(&d->quiet, "%" PRIu64 " new rows of %" PRIu64, d->rows.rows, o->min_rows);
	return 0;
}

/* How long ago the last run began that came to an answer; -1: never, or nobody can know. */
static int64_t due_age(const struct trigger *t, int64_t now, struct due *d)
{
	const json_t *success = json_object_get(t->state, "success");
	int64_t then = trigger_time(success, "time");

	if (!then)
		return -1;
	if (then - now > DUE_SLACK) {
		if (!d->remarks.len)
			buf_addf(&d->remarks,
				"the last run is recorded at %s, in the future: the clock was put "
				"back, and the record holds nothing\n",
				json_str(success, "time", ""));
		return -1;
	}
	return now > then ? now - then : 0;
}

static void due_schedule(const struct due_options *o, int64_t age, int64_t period, struct due *d)
{
	if (age < 0 || age >= period)
		due_sayf(&d->why, "every %s", o->every);
	else
		due_sayf(&d->quiet, "the last run is not %s ago", o->every);
}

static void due_guard(const struct due_options *o, int64_t age, int64_t period, struct due *d)
{
	if (o->force || !d->why.len)
		return;
	if (period && age >= 0 && age < period) {
		buf_addf(&d->held, "the last run is not %s ago", o->at_most_one_per);
		d->held_kind = ERR_NO;
	} else if (d->data && d->rows.rows < o->min_rows) {
		buf_addf(&d->held, "only %" PRIu64 " new rows, %" PRIu64 " are needed",
			d->rows.rows, o->min_rows);
		d->held_kind = ERR_FEW;
	}
}

int due_ask(const struct trigger *t, const struct due_options *o, int64_t now, struct due *out,
	struct err *e)
{
	int64_t every = 0, per = 0, age;

	if ((o->every && due_duration(o->every, "--every", &every, e) < 0) ||
		(o->at_most_one_per &&
			due_duration(o->at_most_one_per, "--at-most-one-per", &per, e) < 0))
		return -1;
	age = due_age(t, now, out);
	if (o->reason)
		due_say(&out->why, o->reason);
	if ((o->monitor && due_monitor(t, o, out, e) < 0) ||
		(o->nwatch && due_data(t, o, out, e) < 0))
		return -1;
	if (every)
		due_schedule(o, age, every, out);
	due_guard(o, age, per, out);
	return 0;
}

void due_release(struct due *d)
{
	buf_release(&d->why);
	buf_release(&d->quiet);
	buf_release(&d->held);
	buf_release(&d->remarks);
	json_decref(d->data);
	d->data = NULL;
}
