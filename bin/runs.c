/* runs: shows what is in the run store.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/mem.h"
#include "cli/say.h"
#include "cli/tool.h"
#include "report/run_view.h"
#include "store/home.h"
#include "store/runs.h"

struct runs_options {
	const char *format, *experiment;
	int all;
	long long limit;
};

static struct runs_options options;

/* ---- list */

static int runs_is_step(const struct run_info *r)
{
	char *parent = runs_tag(r->dir, "mlflow.parentRunId");
	int is = parent != NULL;

	free(parent);
	return is;
}

/* Leaves out the steps, and all but the last N of the rest. */
static void runs_select(struct runs *all)
{
	size_t kept = 0, first;

	for (size_t i = 0; i < all->n; i++) {
		if (options.all || !runs_is_step(&all->items[i]))
			all->items[kept++] = all->items[i];
		else
			run_info_release(&all->items[i]);
	}
	first = options.limit && kept > (size_t)options.limit ? kept - (size_t)options.limit : 0;
	for (size_t i = 0; i < first; i++)
		run_info_release(&all->items[i]);
	memmove(all->items, all->items + first, (kept - first) * sizeof(*all->items));
	all->n = kept - first;
}

static int runs_say_list(const char *home, const struct runs *all, struct err *e)
{
	struct buf out = BUF_INIT;
	json_t *list;
	int rc = 0;

	if (say_is_text(options.format)) {
		rc = run_view_table(home, all->items, all->n, grid_terminal(1), &out, e);
		say_text(&out);
		return rc;
	}
	list = json_array();
	for (size_t i = 0; rc == 0 && i < all->n; i++) {
		json_t *one = run_view_json(home, &all->items[i], e);

		rc = one ? json_array_append_new(list, one) : -1;
	}
	if (rc == 0)
		say_json(options.format, list);
	else
		json_decref(list);
	return rc;
}

static int runs_command_list(struct run *r, struct err *e)
{
	struct runs all = RUNS_INIT;
	char *home;
	int rc;

	if (run_operands(r, 0, 0, e) < 0)
		return -1;
	home = home_find();
	rc = home ? runs_list(home, options.experiment, &all, e) : 0;
	if (rc == 0 && all.n)
		runs_select(&all);
	if (rc == 0)
		rc = runs_say_list(home, &all, e);
	for (char *p = all.skipped; p && *p; p += strcspn(p, "\n") + 1)
		run_say(r, "skipped: %.*s", (int)strcspn(p, "\n"), p);
	runs_release(&all);
	free(home);
	return rc;
}

/* ---- show and compare */

static int runs_command_show(struct run *r, struct err *e)
{
	struct run_info info = {0};
	struct buf out = BUF_INIT;
	json_t *json = NULL;
	char *home;
	int rc = -1;

	if (run_operands(r, 1, 1, e) < 0)
		return -1;
	home = home_need(e);
	if (home && runs_find(home, r->operands[0], &info, e) == 0)
		json = run_view_json(home, &info, e);
	if (!json)
		goto end;
	if (!say_is_text(options.format)) {
		say_json(options.format, json_incref(json));
		rc = 0;
	} else if (run_view_print(home, &info, json, grid_terminal(1), &out, e) == 0) {
		say_text(&out);
		rc = 0;
	}
end:
	buf_release(&out);
	json_decref(json);
	run_info_release(&info);
	free(home);
	return rc;
}

static json_t *runs_json(const char *home, const char *id, struct err *e)
{
	struct run_info info = {0};
	json_t *json = NULL;

	if (runs_find(home, id, &info, e) == 0)
		json = run_view_json(home, &info, e);
	run_info_release(&info);
	return json;
}

static int runs_command_compare(struct run *r, struct err *e)
{
	size_t n = (size_t)r->noperands, got = 0;
	struct buf out = BUF_INIT;
	json_t **all, *differ;
	char *home;

	if (run_operands(r, 2, r->noperands, e) < 0)
		return -1;
	home = home_need(e);
	all = mem_new(n, sizeof(*all));
	while (home && got < n && (all[got] = runs_json(home, r->operands[got], e)))
		got++;
	if (got == n) {
		differ = run_view_compare(all, n);
		if (say_is_text(options.format)) {
			run_view_compare_print(differ, all, n, grid_terminal(1), &out);
			say_text(&out);
			json_decref(differ);
		} else {
			say_json(options.format, differ);
		}
	}
	for (size_t i = 0; i < got; i++)
		json_decref(all[i]);
	free(all);
	free(home);
	return got == n ? 0 : -1;
}

/* ---- the command line */

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
	{"list", "what ran, the latest last", "", list_opts, runs_command_list},
	{"show", "one run: its steps, parameters, metrics and tags", "RUN", NULL,
		runs_command_show},
	{"compare", "what differs between runs", "RUN RUN...", NULL, runs_command_compare},
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
