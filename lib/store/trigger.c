/* trigger: what is known of the runs of one trigger.
 * SPDX-License-Identifier: MIT
 */
#include "store/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

enum { TRIGGER_VERSION = 1, TRIGGER_HISTORY = 50, TRIGGER_NAME = 100 };

static json_t *trigger_fresh(const char *name)
{
	json_t *state = json_object();

	json_object_set_new(state, "version", json_integer(TRIGGER_VERSION));
	json_object_set_new(state, "trigger", json_string(name));
	return state;
}

static void trigger_load(struct trigger *t)
{
	struct err e = ERR_INIT;
	json_t *state = NULL;

	free(t->remark);
	t->remark = NULL;
	json_decref(t->state);
	if (file_exists(t->path)) {
		state = json_read(t->path, &e);
		if (state && (!json_is_object(state) ||
				     json_int(state, "version", 0) != TRIGGER_VERSION)) {
			err_set(&e, ERR_DATA, "%s: not a state of version %d", t->path,
				TRIGGER_VERSION);
			json_decref(state);
			state = NULL;
		}
		if (!state)
			t->remark = mem_printf("%s: starting afresh", e.text);
	}
	t->state = state ? state : trigger_fresh(t->name);
}

int trigger_open(struct trigger *t, const char *home, const char *name, struct err *e)
{
	size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-");

	if (!*name || name[plain] || *name == '.' || strlen(name) > TRIGGER_NAME)
		return err_set(e, ERR_USAGE,
			"'%s' cannot name a trigger: letters, digits and '._-' do", name);
	*t = (struct trigger){.home = mem_strdup(home),
		.name = mem_strdup(name),
		.path = mem_printf("%s/state/trigger-%s.json", home, name),
		.lock = LOCK_INIT};
	trigger_load(t);
	return 0;
}

void trigger_release(struct trigger *t)
{
	if (t->home)
		lock_drop(&t->lock);
	free(t->home);
	free(t->name);
	free(t->path);
	free(t->remark);
	json_decref(t->state);
	*t = (struct trigger){.lock = LOCK_INIT};
}

int trigger_lock(struct trigger *t, struct err *e)
{
	int rc = lock_try(&t->lock, t->home, "trigger", e);

	if (rc == 0)
		trigger_load(t);
	return rc;
}

int trigger_busy(const char *home)
{
	char *path = mem_printf("%s/state/trigger.lock", home);
	int fd = open(path, O_RDONLY | O_CLOEXEC), busy = 0;

	free(path);
	if (fd < 0)
		return 0;
	busy = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return busy;
}

int trigger_interrupted(const struct trigger *t)
{
	return strcmp(json_str(json_object_get(t->state, "event"), "state", ""), "running") == 0;
}

/* ---- writing */

static json_t *trigger_when(int64_t ms)
{
	char text[DATE_TEXT];

	time_print(ms * 1000, TIME_ZONED, text);
	return json_string(text);
}

int64_t trigger_time(const json_t *object, const char *key)
{
	const char *text = json_str(object, key, "");
	enum time_zone zone;
	int64_t us;

	if (time_parse(text, strlen(text), 0, &us, &zone) < 0)
		return 0;
	return us / 1000;
}

static int trigger_save(struct trigger *t, struct err *e)
{
	struct buf out = BUF_INIT;
	int rc;

	json_pretty(t->state, &out);
	rc = file_write(t->path, out.data, out.len, e);
	buf_release(&out);
	return rc;
}

int trigger_begin(struct trigger *t, const struct trigger_start *s, int64_t now, struct err *e)
{
	json_t *event = json_object();

	json_object_set_new(event, "id", json_string(s->id));
	json_object_set_new(event, "state", json_string("running"));
	json_object_set_new(event, "reason", json_text(s->reason, strlen(s->reason)));
	json_object_set_new(event, "goal", json_text(s->goal, strlen(s->goal)));
	json_object_set_new(event, "started", trigger_when(now));
	json_object_set_new(event, "attempts", json_integer(1));
	if (s->data)
		json_object_set(event, "data", s->data);
	if (s->report)
		json_object_set_new(event, "report", json_string(s->report));
	json_object_set_new(t->state, "event", event);
	return trigger_save(t, e);
}

int trigger_resume(struct trigger *t, struct err *e)
{
	json_t *event = json_object_get(t->state, "event");

	json_object_set_new(event, "attempts", json_integer(json_int(event, "attempts", 1) + 1));
	return trigger_save(t, e);
}

static void trigger_remember(struct trigger *t, const json_t *event)
{
	static const char *const kept[] = {"id", "reason", "started", "ended", "exit_code", NULL};
	json_t *history = json_object_get(t->state, "history"), *line = json_object();

	if (!json_is_array(history)) {
		history = json_array();
		json_object_set_new(t->state, "history", history);
	}
	for (const char *const *key = kept; *key; key++)
		json_object_set(line, *key, json_object_get(event, *key));
	json_array_append_new(history, line);
	while (json_array_size(history) > TRIGGER_HISTORY)
		json_array_remove(history, 0);
}

/* What this run did not look at (a person's, without the conditions) stays as it was known. */
static void trigger_succeed(struct trigger *t, const json_t *event)
{
	static const char *const seen[] = {"data", "report", NULL};
	const json_t *before = json_object_get(t->state, "success");
	json_t *success = json_object();

	json_object_set(success, "id", json_object_get(event, "id"));
	json_object_set(success, "time", json_object_get(event, "started"));
	for (const char *const *key = seen; *key; key++) {
		json_t *value = json_object_get(event, *key);

		if (!value)
			value = json_object_get(before, *key);
		if (value)
			json_object_set(success, *key, value);
	}
	json_object_set_new(t->state, "success", success);
}

int trigger_end(
	struct trigger *t, int code, const char *step, const char *why, int64_t now, struct err *e)
{
	json_t *event = json_object_get(t->state, "event");
	/* That the gates refuse a model is an answer: the same data would give it again. */
	int answered = code == 0 || code == ERR_NO;

	json_object_set_new(event, "state", json_string(code ? "failed" : "done"));
	json_object_set_new(event, "ended", trigger_when(now));
	json_object_set_new(event, "exit_code", json_integer(code));
	if (step)
		json_object_set_new(event, "step", json_text(step, strlen(step)));
	if (why)
		json_object_set_new(event, "why", json_text(why, strlen(why)));
	if (answered)
		trigger_succeed(t, event);
	json_object_del(event, "data");
	trigger_remember(t, event);
	return trigger_save(t, e);
}
