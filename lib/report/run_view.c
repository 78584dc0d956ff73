/* run_view: runs of the run store as JSON, and as text for people.
 * SPDX-License-Identifier: MIT
 */
#include "report/run_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/num.h"
#include "base/when.h"

static const char *const kinds[] = {"params", "metrics", "tags", NULL};

/* What a run is judged by, the most telling first. */
static const char *const main_metrics[] = {"roc_auc", "accuracy", "r2", "rmse", "log_loss", NULL};

/* ---- JSON */

static json_t *run_view_time(int64_t ms)
{
	char text[WHEN_TEXT];

	if (!ms)
		return json_null();
	when_time(ms, text);
	return json_string(text);
}

static void run_view_text(json_t *out, const char *key, const char *text)
{
	json_object_set_new(out, key, json_text(text, strlen(text)));
}

json_t *run_view_json(const char *home, const struct run_info *r, struct err *e)
{
	char *experiment = runs_experiment_name(home, r->experiment);
	json_t *out = json_object();

	run_view_text(out, "run", r->id);
	run_view_text(out, "experiment", experiment);
	run_view_text(out, "name", r->name);
	run_view_text(out, "status", run_status_name(r->status));
	json_object_set_new(out, "start", run_view_time(r->start));
	json_object_set_new(out, "end", run_view_time(r->end));
	json_object_set_new(out, "seconds",
		r->end ? json_number((double)(r->end - r->start) / 1000) : json_null());
	run_view_text(out, "user", r->user);
	for (const char *const *kind = kinds; out && *kind; kind++) {
		json_t *values = runs_values(r->dir, *kind, e);

		if (values) {
			json_object_set_new(out, *kind, values);
		} else {
			json_decref(out);
			out = NULL;
		}
	}
	free(experiment);
	return out;
}

/* ---- many */

static void run_view_main_metric(const json_t *metrics, struct grid *t)
{
	for (const char *const *name = main_metrics; *name; name++) {
		const json_t *value = json_object_get(metrics, *name);

		if (!value)
			continue;
		if (json_is_number(value))
			grid_addf(t, "%s %.6g", *name, json_number_value(value));
		else
			grid_addf(t, "%s -", *name);
		return;
	}
	grid_add(t, "-");
}

static void run_view_took(const struct run_info *r, struct grid *t)
{
	char took[WHEN_TEXT];

	when_duration(r->end ? r->end - r->start : -1, took);
	grid_add(t, took);
}

int run_view_table(const char *home, const struct run_info *runs, size_t n, size_t width,
	struct buf *out, struct err *e)
{
	static const char *const head[] = {
		"run", "experiment", "name", "start (UTC)", "took", "status", "metric"};
	struct grid t = GRID_OF(7);
	int rc = 0;

	for (size_t i = 0; n && i < 7; i++)
		grid_add(&t, head[i]);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct run_info *r = &runs[i];
		char start[WHEN_TEXT], *experiment = runs_experiment_name(home, r->experiment);
		json_t *metrics = runs_values(r->dir, "metrics", e);

		when_time(r->start, start);
		grid_add(&t, r->id);
		grid_add(&t, experiment);
		grid_add(&t, strcmp(r->name, r->id) == 0 ? "-" : r->name);
		grid_add(&t, start);
		run_view_took(r, &t);
		grid_add(&t, run_status_name(r->status));
		run_view_main_metric(metrics, &t);
		rc = metrics ? 0 : -1;
		json_decref(metrics);
		free(experiment);
	}
	if (rc == 0)
		grid_print(&t, 0, 1, width, out);
	grid_release(&t);
	return rc;
}

/* ---- one */

static void run_view_value(struct grid *t, const json_t *value)
{
	char number[NUM_TEXT];

	if (json_is_number(value))
		num_print(json_number_value(value), number);
	grid_add(t, json_is_string(value)   ? json_string_value(value)
		    : json_is_number(value) ? number
					    : "-");
}

static void run_view_values(struct buf *out, const char *title, const json_t *values, size_t width)
{
	struct grid t = GRID_OF(2);
	const char *key;
	json_t *value;

	if (!json_object_size(values))
		return;
	buf_addf(out, "\n%s\n", title);
	json_object_foreach((json_t *)(uintptr_t)values, key, value)
	{
		grid_addf(&t, "  %s", key);
		run_view_value(&t, value);
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
}

static int run_view_steps(const char *home, const struct run_info *parent, size_t width,
	struct buf *out, struct err *e)
{
	struct grid t = GRID_OF(5);
	struct runs all = RUNS_INIT;
	int rc = runs_list(home, parent->experiment, &all, e);

	for (size_t i = 0; i < all.n; i++) {
		const struct run_info *r = &all.items[i];
		char *of = runs_tag(r->dir, "mlflow.parentRunId"), *code;

		if (of && strcmp(of, parent->id) == 0) {
			code = runs_tag(r->dir, "pawl.exit_code");
			grid_addf(&t, "  %s", r->name);
			grid_add(&t, run_status_name(r->status));
			grid_addf(&t, "exit %s", code ? code : "-");
			run_view_took(r, &t);
			grid_add(&t, r->id);
			free(code);
		}
		free(of);
	}
	if (t.n) {
		buf_adds(out, "\nsteps\n");
		grid_print(&t, 0, 1, width, out);
	}
	grid_release(&t);
	runs_release(&all);
	return rc;
}

int run_view_print(const char *home, const struct run_info *r, const json_t *json, size_t width,
	struct buf *out, struct err *e)
{
	struct grid t = GRID_OF(2);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)json, key, value)
	{
		if (json_is_object(value))
			continue;
		grid_add(&t, key);
		run_view_value(&t, value);
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
	if (run_view_steps(home, r, width, out, e) < 0)
		return -1;
	for (const char *const *kind = kinds; *kind; kind++)
		run_view_values(out, *kind, json_object_get(json, *kind), width);
	return 0;
}

/* ---- compare */

/* One row for each key whose values are not all the same. */
static void run_view_differ(const char *kind, json_t *const *runs, size_t n, json_t *differ)
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
			json_array_append_new(row, mine ? json_incref(mine) : json_null());
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

json_t *run_view_compare(json_t *const *runs, size_t n)
{
	json_t *differ = json_object();

	for (const char *const *kind = kinds; *kind; kind++)
		run_view_differ(*kind, runs, n, differ);
	return differ;
}

void run_view_compare_print(
	const json_t *differ, json_t *const *runs, size_t n, size_t width, struct buf *out)
{
	struct grid t = GRID_OF(n + 1);
	const char *kind, *key;
	json_t *keys, *row;

	grid_add(&t, "run");
	for (size_t i = 0; i < n; i++)
		grid_add(&t, json_str(runs[i], "run", ""));
	json_object_foreach((json_t *)(uintptr_t)differ, kind, keys)
	{
		json_object_foreach(keys, key, row)
		{
			grid_addf(&t, "%s %s", kind, key);
			for (size_t i = 0; i < n; i++)
				run_view_value(&t, json_array_get(row, i));
		}
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
}
