/* trigger: runs one goal of make, under a lock, when there is a reason to.
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "cli/install.h"
#include "cli/tool.h"
#include "store/crontab.h"
#include "store/due.h"
#include "store/launch.h"
#include "store/meta.h"
#include "store/place.h"
#include "store/run.h"
#include "store/trigger.h"

enum { ATTEMPTS = 5 };

struct options {
	const char *directory, *name, *goal, *monitor, *every, *at_most_one_per, *reason, *format,
		*schedule;
	struct opt_list watch;
	long long min_rows;
	int force;
};

static struct options options;

static const struct opt opts[] = {
	{'C', "directory", OPT_STRING, "DIR", "the project", OPT_AT(options, directory), 0, ".", 0,
		0},
	{0, "name", OPT_STRING, "NAME", "what the trigger is called (default: as the goal)",
		OPT_AT(options, name), 0, NULL, 0, 0},
	{0, NULL, OPT_GROUP, NULL, "What is run, when, and what holds it", 0, 0, NULL, 0, 0},
	{0, "goal", OPT_STRING, "GOAL", "the goal of make", OPT_AT(options, goal), OPT_PARAM, "all",
		0, 0},
	{0, "monitor", OPT_STRING, "COMMAND|FILE.json",
		"when this ends with 1, or its report says drift; schema skew (3) stops all",
		OPT_AT(options, monitor), OPT_PARAM, NULL, 0, 0},
	{0, "new-data", OPT_LIST, "PATTERN", "when these files have new rows; may be repeated",
		OPT_AT(options, watch), OPT_PARAM, NULL, 0, 0},
	{0, "every", OPT_STRING, "PERIOD", "when the last run is that long ago (7d, 12h)",
		OPT_AT(options, every), OPT_PARAM, NULL, 0, 0},
	{0, "min-new-rows", OPT_INT, "N", "not with fewer new rows", OPT_AT(options, min_rows),
		OPT_PARAM, "1", 0, 1e15},
	{0, "at-most-one-per", OPT_STRING, "PERIOD", "not while the last run is not that long ago",
		OPT_AT(options, at_most_one_per), OPT_PARAM, NULL, 0, 0},
	OPT_END,
};

static const struct opt run_opts[] = {
	{0, "reason", OPT_STRING, "TEXT", "run because a person says so", OPT_AT(options, reason),
		0, NULL, 0, 0},
	{0, "force", OPT_FLAG, NULL, "although a guard holds", OPT_AT(options, force), 0, NULL, 0,
		0},
	OPT_END,
};

static const struct opt status_opts[] = {
	{'f', "format", OPT_CHOICE, "text|json", "format of the output", OPT_AT(options, format), 0,
		"text", 0, 0},
	OPT_END,
};

static const struct opt crontab_opts[] = {
	{0, "schedule", OPT_STRING, "FIELDS", "when cron asks", OPT_AT(options, schedule), 0,
		"17 * * * *", 0, 0},
	OPT_END,
};

/* ---- where */

/* The home as pawl.mk chooses it, absolute; the working directory becomes the project. */
static char *enter(const struct run *r, struct err *e)
{
	const char *named = getenv("PAWL_HOME");
	char *home = NULL, path[PATH_MAX];

	if (r->noperands) {
		err_set(e, ERR_USAGE, "unexpected operand '%s'", r->operands[0]);
		return NULL;
	}
	if (named && *named) {
		if (file_mkdirs(named, e) < 0)
			return NULL;
		home = realpath(named, NULL);
		if (!home)
			err_errno(e, "cannot find '%s'", named);
	}
	if (chdir(options.directory) < 0) {
		err_errno(e, "cannot enter '%s'", options.directory);
		free(home);
		return NULL;
	}
	if (!home && !(named && *named) && getcwd(path, sizeof(path)))
		home = file_join(path, ".pawl");
	return home;
}

static int open_state(const struct run *r, const char *home, struct trigger *t, struct err *e)
{
	char *name = mem_strdup(options.name ? options.name : options.goal);
	int rc;

	for (char *p = name; !options.name && *p; p++)
		if (*p == '/')
			*p = '-';
	rc = trigger_open(t, home, name, e);
	if (rc == 0 && t->remark)
		run_say(r, "%s", t->remark);
	free(name);
	return rc;
}

/* ---- when */

static int has_conditions(void)
{
	return options.monitor || options.watch.n || options.every;
}

static int ask(const struct run *r, const struct trigger *t, struct due *d, struct err *e)
{
	struct due_options o = {.reason = options.reason,
		.monitor = options.monitor,
		.watch = options.watch.items,
		.nwatch = options.watch.n,
		.every = options.every,
		.at_most_one_per = options.at_most_one_per,
		.min_rows = (uint64_t)options.min_rows,
		.force = options.force};

	if (!o.reason && !has_conditions())
		o.reason = "person";
	if (due_ask(t, &o, meta_now(), d, e) < 0)
		return -1;
	if (d->remarks.len)
		run_say(r, "%.*s", (int)d->remarks.len - 1, d->remarks.data);
	return 0;
}

static int run_check(struct run *r, struct err *e)
{
	char *home = enter(r, e);
	struct trigger t = {.lock = LOCK_INIT};
	struct due d = DUE_INIT;
	int rc = -1;

	if (!home || open_state(r, home, &t, e) < 0)
		goto end;
	if (trigger_busy(home)) {
		err_set(e, ERR_NO, "a trigger runs now");
		goto end;
	}
	if (trigger_interrupted(&t)) {
		printf("%s: interrupted\n", t.name);
		rc = 0;
		goto end;
	}
	if (ask(r, &t, &d, e) < 0)
		goto end;
	if (!d.why.len)
		err_set(e, ERR_NO, "no: %s", d.quiet.data);
	else if (d.held.len)
		err_set(e, d.held_kind, "not now (%s): %s", d.why.data, d.held.data);
	else
		rc = printf("%s: %s\n", t.name, d.why.data) < 0 ? -1 : 0;
end:
	due_release(&d);
	trigger_release(&t);
	free(home);
	return rc;
}

/* ---- run */

static int has_makefile(struct err *e)
{
	if (file_exists("Makefile") || file_exists("makefile") || file_exists("GNUmakefile"))
		return 0;
	return err_set(e, ERR_USAGE, "no Makefile in '%s'", options.directory);
}

/* What came of it, into the state and *e. */
static int finish(struct trigger *t, const char *id, const char *goal, const struct launch_end *end,
	struct err *e)
{
	struct launch_why why = {0, NULL, NULL};
	char *log;

	/* The machine goes down: nothing is said of how it ended, the next trigger goes on. */
	if (end->stopped == SIGTERM || end->stopped == SIGHUP)
		return err_set(e, ERR_SYSTEM, "stopped by signal %d: the next trigger goes on",
			end->stopped);
	if (end->code == 0)
		return trigger_end(t, 0, NULL, NULL, meta_now(), e);
	if (end->signal) {
		why.code = ERR_SYSTEM;
		why.why = mem_printf("make was ended by signal %d", end->signal);
	} else if (launch_failure(t->home, id, &why, e) < 0) {
		return -1;
	}
	if (trigger_end(t, why.code, why.step, why.why, meta_now(), e) == 0) {
		log = launch_log(t->home, id);
		err_set(e, (enum err_kind)why.code, "%s%s: %s (log: %s)",
			why.step ? "step " : "make ", why.step ? why.step : goal,
			why.why ? why.why : "it failed", log);
		free(log);
	}
	free(why.step);
	free(why.why);
	return -1;
}

/* Runs what the state says is running. */
static int make_event(struct trigger *t, struct err *e)
{
	const json_t *event = json_object_get(t->state, "event");
	char *prefix = install_home(e), *bin = prefix ? file_join(prefix, "bin") : NULL;
	char *id = mem_strdup(json_str(event, "id", "")),
	     *goal = mem_strdup(json_str(event, "goal", ""));
	struct launch l = {.goal = goal, .home = t->home, .id = id, .bin = bin, .lock = t->lock.fd};
	struct launch_end end;
	int rc = -1;

	if (bin && launch_make(&l, &end, e) == 0)
		rc = finish(t, id, goal, &end, e);
	free(goal);
	free(id);
	free(bin);
	free(prefix);
	return rc;
}

static int resume(const struct run *r, struct trigger *t, struct err *e)
{
	const json_t *event = json_object_get(t->state, "event");
	const char *id = json_str(event, "id", "");

	if (!run_id_valid(id) || !*json_str(event, "goal", "") ||
		json_int(event, "attempts", 1) >= ATTEMPTS) {
		char *why = mem_printf("interrupted %lld times", json_int(event, "attempts", 1));

		if (trigger_end(t, ERR_SYSTEM, NULL, why, meta_now(), e) == 0)
			err_set(e, ERR_SYSTEM, "run %s was %s: given up", id, why);
		free(why);
		return -1;
	}
	run_say(r, "run %s (%s) was interrupted: going on", id, json_str(event, "reason", ""));
	if (trigger_resume(t, e) < 0)
		return -1;
	return make_event(t, e);
}

static int begin(const struct run *r, struct trigger *t, struct due *d, struct err *e)
{
	struct trigger_start s = {.goal = options.goal,
		.reason = d->why.data,
		.data = d->data,
		.report = *d->report ? d->report : NULL};
	char id[RUN_ID];

	if (!d->why.len)
		return 0;
	if (d->held.len) {
		if (options.reason || !has_conditions())
			return err_set(e, d->held_kind, "not run: %s", d->held.data);
		run_say(r, "not run (%s): %s", d->why.data, d->held.data);
		return 0;
	}
	run_fresh_id(id);
	s.id = id;
	if (trigger_begin(t, &s, meta_now(), e) < 0)
		return -1;
	return make_event(t, e);
}

static int run_run(struct run *r, struct err *e)
{
	char *home = enter(r, e);
	struct trigger t = {.lock = LOCK_INIT};
	struct due d = DUE_INIT;
	int rc = -1;

	if (!home || has_makefile(e) < 0 || open_state(r, home, &t, e) < 0)
		goto end;
	rc = trigger_lock(&t, e);
	if (rc < 0)
		goto end;
	if (rc == 1) {
		rc = 0;
		if (options.reason || !has_conditions())
			rc = err_set(e, ERR_NO, "not run: a trigger runs now");
		goto end;
	}
	if (trigger_interrupted(&t))
		rc = resume(r, &t, e);
	else if ((rc = ask(r, &t, &d, e)) == 0)
		rc = begin(r, &t, &d, e);
end:
	due_release(&d);
	trigger_release(&t);
	free(home);
	return rc;
}

/* ---- status */

static json_t *status_of(const struct trigger *t, int busy)
{
	json_t *out = json_object(), *event = json_object_get(t->state, "event");
	json_t *success = json_deep_copy(json_object_get(t->state, "success"));
	const char *id = json_str(event, "id", "");
	char *log = launch_log(t->home, id);
	const char *state = !event		      ? "never ran"
			    : !trigger_interrupted(t) ? json_str(event, "state", "-")
			    : busy		      ? "running"
						      : "interrupted";

	json_object_set_new(out, "trigger", json_string(t->name));
	json_object_set_new(out, "state", json_string(state));
	if (event)
		json_object_set(out, "event", event);
	json_object_del(success, "data");
	if (success)
		json_object_set_new(out, "success", success);
	if (file_exists(log))
		json_object_set_new(out, "log", json_text(log, strlen(log)));
	if (json_object_get(t->state, "history"))
		json_object_set(out, "history", json_object_get(t->state, "history"));
	free(log);
	return out;
}

static void print_status(const json_t *s)
{
	static const char *const words[] = {
		"id", "reason", "goal", "started", "ended", "step", "why", NULL};
	const json_t *event = json_object_get(s, "event");
	struct grid t = GRID_OF(2);
	struct buf out = BUF_INIT;

	grid_addf(&t, "%s", json_str(s, "trigger", ""));
	grid_addf(&t, "%s", json_str(s, "state", ""));
	for (const char *const *w = words; *w; w++)
		if (*json_str(event, *w, "")) {
			grid_addf(&t, "  %s", *w);
			grid_addf(&t, "%s", json_str(event, *w, ""));
		}
	if (json_object_get(event, "exit_code")) {
		grid_addf(&t, "  exit code");
		grid_addf(&t, "%lld", json_int(event, "exit_code", 0));
	}
	if (json_int(event, "attempts", 1) > 1) {
		grid_addf(&t, "  attempts");
		grid_addf(&t, "%lld", json_int(event, "attempts", 1));
	}
	if (json_object_get(s, "success")) {
		grid_addf(&t, "  last success");
		grid_addf(&t, "%s", json_str(json_object_get(s, "success"), "time", "-"));
	}
	if (json_object_get(s, "log")) {
		grid_addf(&t, "  log");
		grid_addf(&t, "%s", json_str(s, "log", ""));
	}
	grid_print(&t, 0, 0, grid_terminal(1), &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	grid_release(&t);
}

/* Appends the state of one trigger of that home. */
static int add_status(
	const struct run *r, const char *home, const char *name, json_t *all, struct err *e)
{
	struct trigger t = {.lock = LOCK_INIT};
	int rc = trigger_open(&t, home, name, e);

	if (rc == 0 && t.remark)
		run_say(r, "%s", t.remark);
	if (rc == 0)
		json_array_append_new(all, status_of(&t, trigger_busy(home)));
	trigger_release(&t);
	return rc;
}

static int add_all(const struct run *r, const char *home, json_t *all, struct err *e)
{
	char *dir = file_join(home, "state"), **names;
	size_t n;
	int rc = 0;

	names = place_names(dir, &n, e);
	for (size_t i = 0; names && rc == 0 && i < n; i++) {
		size_t len = strlen(names[i]);
		char *name;

		if (strncmp(names[i], "trigger-", 8) != 0 || len < 14 ||
			strcmp(names[i] + len - 5, ".json") != 0)
			continue;
		name = mem_strndup(names[i] + 8, len - 13);
		rc = add_status(r, home, name, all, e);
		free(name);
	}
	rc = names ? rc : -1;
	place_names_free(names, n);
	free(dir);
	return rc;
}

static int run_status(struct run *r, struct err *e)
{
	char *home = enter(r, e);
	json_t *all = json_array(), *item;
	struct buf out = BUF_INIT;
	size_t i;
	int rc = -1;

	if (home)
		rc = options.name ? add_status(r, home, options.name, all, e)
				  : add_all(r, home, all, e);
	if (rc == 0 && strcmp(options.format, "json") == 0) {
		json_pretty(all, &out);
		fwrite(out.data, 1, out.len, stdout);
	} else if (rc == 0) {
		json_array_foreach(all, i, item) print_status(item);
	}
	buf_release(&out);
	json_decref(all);
	free(home);
	return rc;
}

/* ---- crontab */

struct words {
	const char *items[128];
	char *owned[128];
	size_t n;
};

static void words_add(struct words *w, const char *option, const char *value)
{
	if (w->n + 2 > sizeof(w->items) / sizeof(*w->items))
		return;
	if (option)
		w->items[w->n++] = option;
	w->owned[w->n] = mem_strdup(value);
	w->items[w->n] = w->owned[w->n];
	w->n++;
}

/* The options that pawl.yaml does not give alike: those of the command line. */
static void words_options(struct words *w, const struct options *base)
{
	char number[32];

	if (strcmp(options.goal, base->goal) != 0)
		words_add(w, "--goal", options.goal);
	if (options.name)
		words_add(w, "--name", options.name);
	if (options.monitor && (!base->monitor || strcmp(options.monitor, base->monitor) != 0))
		words_add(w, "--monitor", options.monitor);
	for (size_t i = 0; i < options.watch.n; i++)
		if (i >= base->watch.n || strcmp(options.watch.items[i], base->watch.items[i]) != 0)
			words_add(w, "--new-data", options.watch.items[i]);
	if (options.every && (!base->every || strcmp(options.every, base->every) != 0))
		words_add(w, "--every", options.every);
	snprintf(number, sizeof(number), "%lld", options.min_rows);
	if (options.min_rows != base->min_rows)
		words_add(w, "--min-new-rows", number);
	if (options.at_most_one_per &&
		(!base->at_most_one_per ||
			strcmp(options.at_most_one_per, base->at_most_one_per) != 0))
		words_add(w, "--at-most-one-per", options.at_most_one_per);
}

/* `at`: where the command was started, for -c. */
static int print_crontab(
	const struct run *r, const char *home, const char *at, struct yaml *root, struct err *e)
{
	char *prefix = install_home(e), *config = NULL, *env, *pawl, dir[PATH_MAX];
	const char *path = getenv("PATH");
	struct words w = {.n = 0};
	static struct options base; /* what yaml gave lives as long as it */
	struct buf out = BUF_INIT;
	int rc = -1;

	opt_reset(opts, &base);
	if (!prefix || (root && opt_from_yaml(opts, &base, "trigger", root, e) < 0))
		goto end;
	if (!getcwd(dir, sizeof(dir))) {
		err_errno(e, "cannot find the working directory");
		goto end;
	}
	pawl = mem_printf("%s/bin/pawl", prefix);
	words_add(&w, NULL, "env");
	env = mem_printf("PATH=%s", path ? path : "/usr/local/bin:/usr/bin:/bin");
	words_add(&w, NULL, env);
	free(env);
	env = mem_printf("PAWL_HOME=%s", home);
	words_add(&w, NULL, env);
	free(env);
	words_add(&w, NULL, pawl);
	free(pawl);
	words_add(&w, NULL, "trigger");
	words_add(&w, NULL, "run");
	words_add(&w, "-q", "-C");
	words_add(&w, NULL, dir);
	if (r->config) {
		config = *r->config == '/' ? mem_strdup(r->config) : file_join(at, r->config);
		words_add(&w, "-c", config);
	}
	words_options(&w, &base);
	buf_addf(&out,
		"# pawl trigger: `crontab -e`, or a file for `crontab`. What fails is mailed\n"
		"# to MAILTO; cron has no terminal and no profile, so all paths are given.\n");
	rc = crontab_line(&out, options.schedule, w.items, w.n, e);
	if (rc == 0)
		fwrite(out.data, 1, out.len, stdout);
end:
	for (size_t i = 0; i < w.n; i++)
		free(w.owned[i]);
	buf_release(&out);
	free(config);
	free(prefix);
	return rc;
}

static int run_crontab(struct run *r, struct err *e)
{
	char *at = getcwd(NULL, 0), *home = NULL;
	struct yaml *root = NULL;
	int64_t unused;
	int rc = -1;

	if (crontab_schedule(options.schedule, e) < 0 ||
		(options.every && due_duration(options.every, "--every", &unused, e) < 0) ||
		(options.at_most_one_per &&
			due_duration(options.at_most_one_per, "--at-most-one-per", &unused, e) < 0))
		goto end;
	if (!has_conditions()) {
		err_set(e, ERR_USAGE,
			"no condition: give --monitor, --new-data or --every, or -c pawl.yaml with "
			"a section 'trigger'");
		goto end;
	}
	if (r->config) {
		root = yaml_read(r->config, e);
		if (!root)
			goto end;
	}
	home = enter(r, e);
	if (home && has_makefile(e) == 0)
		rc = print_crontab(r, home, at ? at : ".", root, e);
end:
	yaml_free(root);
	free(home);
	free(at);
	return rc;
}

static const struct command commands[] = {
	{"run", "run the goal if there is a reason to and no guard holds", "", run_opts, run_run},
	{"check", "whether run would run it, and why", "", NULL, run_check},
	{"status", "the last run of each trigger, and what came of it", "", status_opts,
		run_status},
	{"crontab", "the lines to install", "", crontab_opts, run_crontab},
	{NULL, NULL, NULL, NULL, NULL},
};

static const struct tool tool = {
	.name = "trigger",
	.summary = "run a goal of make when a monitor, new data, a schedule or a person says so",
	.opts = opts,
	.options = &options,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
