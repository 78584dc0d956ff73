/* runs: shows what is in the run store.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/tool.h"
#include "cli/when.h"
#include "store/home.h"
#include "store/meta.h"
#include "store/runs.h"

struct runs_options {
	const char *format, *experiment;
	int all;
	long long limit;
};

static struct runs_options options;

/* What a run is judged by, the most telling first. */
static const char *const main_metrics[] = {"roc_auc", "accuracy", "r2", "rmse", "log_loss", NULL};

static void runs_say(const struct buf *out)
{
	fwrite(out->data, 1, out->len, stdout);
}

/* Writes an object: one line, or indented. */
static void runs_say_json(const json_t *value, int pretty)
{
	struct buf out = BUF_INIT;

	if (pretty) {
		json_pretty(value, &out);
	} else {
		json_canonical(value, &out);
		buf_addc(&out, '\n');
	}
	runs_say(&out);
	buf_release(&out);
}

static json_t *runs_time(int64_t ms)
{
	char text[WHEN_TEXT];

	if (!ms)
		return json_null();
	when_time(ms, text);
	return json_string(text);
}

static json_t *runs_json(const struct run_info *r, const char *experiment, struct err *e)
{
	static const char *const kinds[] = {"params", "metrics", "tags"};
	json_t *out = json_object();

	json_object_set_new(out, "run", json_string(r->id));
	json_object_set_new(out, "experiment", json_text(experiment, strlen(experiment)));
	json_object_set_new(out, "name", json_text(r->name, strlen(r->name)));
	json_object_set_new(out, "status", json_string(run_status_name(r->status)));
	json_object_set_new(out, "start", runs_time(r->start));
	json_object_set_new(out, "end", runs_time(r->end));
	json_object_set_new(out, "seconds",
		r->end ? json_number((double)(r->end - r->start) / 1000) : json_null());
	json_object_set_new(out, "user", json_text(r->user, strlen(r->user)));
	for (size_t i = 0; i < 3; i++) {
		json_t *values = runs_values(r->dir, kinds[i], e);

		if (!values) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, kinds[i], values);
	}
	return out;
}

static void runs_metric_text(const json_t *value, char text[NUM_TEXT])
{
	if (json_is_number(value))
		snprintf(text, NUM_TEXT, "%.6g", json_number_value(value));
	else
		snprintf(text, NUM_TEXT, "-");
}

/* ---- list */

static int runs_row(const struct run_info *r, const char *home, struct grid *t, struct err *e)
{
	char start[WHEN_TEXT], took[WHEN_TEXT], number[NUM_TEXT], *experiment;
	json_t *metrics = runs_values(r->dir, "metrics", e);
	size_t i = 0;

	if (!metrics)
		return -1;
	when_time(r->start, start);
	when_duration(r->end ? r->end - r->start : -1, took);
	while (main_metrics[i] && !json_object_get(metrics, main_metrics[i]))
		i++;
	experiment = runs_experiment_name(home, r->experiment);
	grid_addf(t, "%s", r->id);
	grid_addf(t, "%s", experiment);
	grid_addf(t, "%s", strcmp(r->name, r->id) == 0 ? "-" : r->name);
	grid_addf(t, "%s", start);
	grid_addf(t, "%s", took);
	grid_addf(t, "%s", run_status_name(r->status));
	if (main_metrics[i]) {
		runs_metric_text(json_object_get(metrics, main_metrics[i]), number);
		grid_addf(t, "%s %s", main_metrics[i], number);
	} else {
		grid_addf(t, "-");
	}
	free(experiment);
	json_decref(metrics);
	return 0;
}

static int runs_is_step(const struct run_info *r)
{
	char *parent = runs_tag(r->dir, "mlflow.parentRunId");
	int is = parent != NULL;

	free(parent);
	return is;
}

static int runs_print(const struct runs *all, const char *home, struct err *e)
{
	struct grid t = GRID_OF(7);
	struct buf out = BUF_INIT;
	size_t first = 0;
	int rc = 0;

	if (options.limit && all->n > (size_t)options.limit)
		first = all->n - (size_t)options.limit;
	for (size_t i = first; rc == 0 && i < all->n; i++) {
		const struct run_info *r = &all->items[i];

		if (options.format && strcmp(options.format, "text") != 0) {
			char *experiment = runs_experiment_name(home, r->experiment);
			json_t *line = runs_json(r, experiment, e);

			if (line)
				runs_say_json(line, strcmp(options.format, "json") == 0);
			rc = line ? 0 : -1;
			json_decref(line);
			free(experiment);
			continue;
		}
		if (!t.n)
			for (const char *const *h = (const char *const[]){"run", "experiment",
				     "name", "start (UTC)", "took", "status", "metric", NULL};
				*h; h++)
				grid_addf(&t, "%s", *h);
		rc = runs_row(r, home, &t, e);
	}
	if (rc == 0)
		grid_print(&t, 0, 1, grid_terminal(1), &out);
	runs_say(&out);
	buf_release(&out);
	grid_release(&t);
	return rc;
}

static int runs_list_run(struct run *r, struct err *e)
{
	char *home = home_find();
	struct runs all = RUNS_INIT;
	size_t kept = 0;
	int rc;

	if (r->noperands) {
		free(home);
		return err_set(e, ERR_USAGE, "unexpected operand '%s'", r->operands[0]);
	}
	rc = home ? runs_list(home, options.experiment, &all, e) : 0;
	for (size_t i = 0; i < all.n; i++) {
		if (options.all || !runs_is_step(&all.items[i]))
			all.items[kept++] = all.items[i];
		else
			run_info_release(&all.items[i]);
	}
	all.n = kept;
	if (rc == 0)
		rc = runs_print(&all, home, e);
	for (char *p = all.skipped; p && *p; p += strcspn(p, "\n") + 1)
		run_say(r, "skipped: %.*s", (int)strcspn(p, "\n"), p);
	runs_release(&all);
	free(home);
	return rc;
}

/* ---- show */

static void runs_print_object(struct buf *out, const char *title, const json_t *values)
{
	struct grid t = GRID_OF(2);
	char number[NUM_TEXT];
	const char *key;
	json_t *value;

	if (!json_object_size(values))
		return;
	buf_addf(out, "\n%s\n", title);
	json_object_foreach((json_t *)(uintptr_t)values, key, value)
	{
		grid_addf(&t, "  %s", key);
		if (json_is_string(value)) {
			grid_addf(&t, "%s", json_string_value(value));
		} else if (json_is_number(value)) {
			num_print(json_number_value(value), number);
			grid_addf(&t, "%s", number);
		} else {
			grid_addf(&t, "-");
		}
	}
	grid_print(&t, 0, 1, grid_terminal(1), out);
	grid_release(&t);
}

static int runs_print_steps(
	const char *home, const struct run_info *parent, struct buf *out, struct err *e)
{
	struct grid t = GRID_OF(5);
	struct runs all = RUNS_INIT;
	int rc = runs_list(home, parent->experiment, &all, e);

	for (size_t i = 0; i < all.n; i++) {
		char *of = runs_tag(all.items[i].dir, "mlflow.parentRunId"), *code;
		char took[WHEN_TEXT];

		if (of && strcmp(of, parent->id) == 0) {
			code = runs_tag(all.items[i].dir, "pawl.exit_code");
			when_duration(all.items[i].end ? all.items[i].end - all.items[i].start : -1,
				took);
			grid_addf(&t, "  %s", all.items[i].name);
			grid_addf(&t, "%s", run_status_name(all.items[i].status));
			grid_addf(&t, "exit %s", code ? code : "-");
			grid_addf(&t, "%s", took);
			grid_addf(&t, "%s", all.items[i].id);
			free(code);
		}
		free(of);
	}
	if (t.n) {
		buf_adds(out, "\nsteps\n");
		grid_print(&t, 0, 1, grid_terminal(1), out);
	}
	grid_release(&t);
	runs_release(&all);
	return rc;
}

static int runs_show_text(const char *home, const struct run_info *r, json_t *all, struct err *e)
{
	static const char *const head[] = {
		"run", "experiment", "name", "status", "start", "end", "seconds", "user", NULL};
	static const char *const kinds[] = {"params", "metrics", "tags", NULL};
	struct grid t = GRID_OF(2);
	struct buf out = BUF_INIT;
	int rc;

	for (const char *const *key = head; *key; key++) {
		const json_t *value = json_object_get(all, *key);

		grid_addf(&t, "%s", *key);
		if (json_is_number(value))
			grid_addf(&t, "%g", json_number_value(value));
		else
			grid_addf(&t, "%s", json_is_string(value) ? json_string_value(value) : "-");
	}
	grid_print(&t, 0, 1, grid_terminal(1), &out);
	grid_release(&t);
	rc = runs_print_steps(home, r, &out, e);
	for (const char *const *kind = kinds; *kind; kind++)
		runs_print_object(&out, *kind, json_object_get(all, *kind));
	if (rc == 0)
		runs_say(&out);
	buf_release(&out);
	return rc;
}

static int runs_show(struct run *r, struct err *e)
{
	struct run_info info = {0};
	char *home, *experiment = NULL;
	json_t *all = NULL;
	int rc = -1;

	if (r->noperands != 1)
		return err_set(e, ERR_USAGE, "which run? one id is needed");
	home = home_need(e);
	if (!home || runs_find(home, r->operands[0], &info, e) < 0)
		goto end;
	experiment = runs_experiment_name(home, info.experiment);
	all = runs_json(&info, experiment, e);
	if (!all)
		goto end;
	if (options.format && strcmp(options.format, "text") != 0) {
		runs_say_json(all, strcmp(options.format, "json") == 0);
		rc = 0;
	} else {
		rc = runs_show_text(home, &info, all, e);
	}
end:
	json_decref(all);
	run_info_release(&info);
	free(experiment);
	free(home);
	return rc;
}

/* ---- compare */

static const char *runs_cell(const json_t *value, char number[NUM_TEXT])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (!json_is_number(value))
		return "-";
	num_print(json_number_value(value), number);
	return number;
}

/* One row for each key whose values are not all the same. */
static void runs_compare_kind(const char *kind, json_t *const *runs, size_t n, json_t *differ)
{
	json_t *keys = json_object(), *value, *out = json_object();
	const char *key;

	for (size_t i = 0; i < n; i++)
		json_object_update_missing(keys, json_object_get(runs[i], kind));
	json_object_foreach(keys, key, value)
	{
		json_t *row = json_array();
		int same = 1;

		for (size_t i = 0; i < n; i++) {
			json_t *mine = json_object_get(json_object_get(runs[i], kind), key);

			same = same && mine && json_equal(mine, value);
			if (mine)
				json_array_append(row, mine);
			else
				json_array_append_new(row, json_null());
		}
		if (!same)
			json_object_set(out, key, row);
		json_decref(row);
	}
	if (json_object_size(out))
		json_object_set(differ, kind, out);
	json_decref(out);
	json_decref(keys);
}

static void runs_compare_text(const json_t *differ, json_t *const *runs, size_t n, struct buf *out)
{
	struct grid t = GRID_OF(n + 1);
	const char *kind, *key;
	char number[NUM_TEXT];
	json_t *keys, *row;

	grid_addf(&t, "run");
	for (size_t i = 0; i < n; i++)
		grid_addf(&t, "%s", json_str(runs[i], "run", ""));
	json_object_foreach((json_t *)(uintptr_t)differ, kind, keys)
	{
		json_object_foreach(keys, key, row)
		{
			grid_addf(&t, "%s %s", kind, key);
			for (size_t i = 0; i < n; i++)
				grid_addf(&t, "%s", runs_cell(json_array_get(row, i), number));
		}
	}
	grid_print(&t, 0, 1, grid_terminal(1), out);
	grid_release(&t);
}

static void runs_compare_all(json_t *const *all, size_t n)
{
	json_t *differ = json_object();
	struct buf out = BUF_INIT;

	runs_compare_kind("params", all, n, differ);
	runs_compare_kind("metrics", all, n, differ);
	runs_compare_kind("tags", all, n, differ);
	if (options.format && strcmp(options.format, "text") != 0) {
		runs_say_json(differ, strcmp(options.format, "json") == 0);
	} else {
		runs_compare_text(differ, all, n, &out);
		runs_say(&out);
	}
	buf_release(&out);
	json_decref(differ);
}

static int runs_compare(struct run *r, struct err *e)
{
	size_t n = (size_t)r->noperands, got = 0;
	json_t **all;
	char *home;
	int rc = -1;

	if (n < 2)
		return err_set(e, ERR_USAGE, "which runs? two ids or more are needed");
	home = home_need(e);
	all = mem_new(n, sizeof(json_t *));
	for (; home && got < n; got++) {
		struct run_info info = {0};

		if (runs_find(home, r->operands[got], &info, e) < 0)
			break;
		all[got] = runs_json(&info, info.experiment, e);
		run_info_release(&info);
		if (!all[got])
			break;
	}
	if (home && got == n) {
		runs_compare_all(all, n);
		rc = 0;
	}
	for (size_t i = 0; i < got; i++)
		json_decref(all[i]);
	free(all);
	free(home);
	return rc;
}

static const struct opt opts[] = {
	{'f', "format", OPT_CHOICE, "text|json|jsonl", "format of the output",
		OPT_AT(runs_options, format), 0, "text", 0, 0},
	OPT_END,
};

static const struct opt list_opts[] = {
	{'a', "all", OPT_FLAG, NULL, "also the steps of each make", OPT_AT(runs_options, all), 0,
		NULL, 0, 0},
	{0, "experiment", OPT_STRING, "NAME", "only the runs of this experiment",
		OPT_AT(runs_options, experiment), 0, NULL, 0, 0},
	{'n', "limit", OPT_INT, "N", "only the last N", OPT_AT(runs_options, limit), 0, NULL, 0,
		1e9},
	OPT_END,
};

static const struct command commands[] = {
	{"list", "what ran, the latest last", "", list_opts, runs_list_run},
	{"show", "one run: its steps, parameters, metrics and tags", "RUN", NULL, runs_show},
	{"compare", "what differs between runs", "RUN RUN...", NULL, runs_compare},
	{NULL, NULL, NULL, NULL, NULL},
};

static const struct tool tool = {
	.name = "runs",
	.summary = "show what ran, with which parameters, and what came of it",
	.opts = opts,
	.options = &options,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
