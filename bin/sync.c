/* sync: keeps the keys that a pipeline's make rules depend on.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/install.h"
#include "cli/tool.h"
#include "store/home.h"
#include "store/keys.h"
#include "store/run.h"
#include "store/sweep.h"

struct sync {
	const char *keys;
	struct opt_list raw, lists, values, steps, sweep;
};

static struct sync options;

static const struct opt opts[] = {
	{'k', "keys", OPT_STRING, "DIR", "where the keys are (default: key in the home)",
		OPT_AT(sync, keys), 0, NULL, 0, 0},
	{0, "raw", OPT_LIST, "[NAME=]FILE", "a key of the file's content; NAME is raw if not given",
		OPT_AT(sync, raw), 0, NULL, 0, 0},
	{0, "list", OPT_LIST, "NAME=PATTERN...", "a key of the files that patterns match",
		OPT_AT(sync, lists), 0, NULL, 0, 0},
	{0, "value", OPT_LIST, "NAME=TEXT", "a key that holds the text", OPT_AT(sync, values), 0,
		NULL, 0, 0},
	{0, "step", OPT_LIST, "[NAME=]TOOL ARG...",
		"a key of the effective parameters of a tool under these arguments",
		OPT_AT(sync, steps), 0, NULL, 0, 0},
	{0, "sweep", OPT_LIST, "DIR", "remove what killed writers left in DIR", OPT_AT(sync, sweep),
		0, NULL, 0, 0},
	OPT_END,
};

static int sync_each(struct keys *k, const struct opt_list *list,
	int (*add)(struct keys *, const char *, struct err *), struct err *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (add(k, list->items[i], e) < 0)
			return -1;
	return 0;
}

static int sync_keys(const char *dir, const char *tools, struct err *e)
{
	struct keys *k = keys_open(dir, tools, e);
	int rc = -1;

	if (!k)
		return -1;
	if (sync_each(k, &options.raw, keys_raw, e) == 0 &&
		sync_each(k, &options.lists, keys_list, e) == 0 &&
		sync_each(k, &options.values, keys_value, e) == 0 &&
		sync_each(k, &options.steps, keys_step, e) == 0)
		rc = keys_commit(k, e);
	fputs(keys_said(k), stderr);
	keys_free(k);
	return rc;
}

static char *sync_dir(struct err *e)
{
	char *home, *dir;

	if (options.keys)
		return mem_strdup(options.keys);
	home = home_make(e);
	dir = home ? file_join(home, "key") : NULL;
	free(home);
	return dir;
}

static int sync_run(struct run *r, struct err *e)
{
	char *prefix = install_home(e), *dir = sync_dir(e), *tools = NULL;
	const char *given = getenv("PAWL_TRIGGER");
	char id[RUN_ID];
	int rc = -1;

	if (!prefix || !dir)
		goto end;
	if (r->noperands) {
		err_set(e, ERR_USAGE, "unexpected operand '%s'", r->operands[0]);
		goto end;
	}
	tools = file_join(prefix, "libexec/pawl");
	for (size_t i = 0; i < options.sweep.n; i++)
		if (sweep_parts(options.sweep.items[i], e) < 0)
			goto end;
	if (sync_keys(dir, tools, e) < 0)
		goto end;
	/* A trigger chooses the id itself, so that it finds the record of a step that failed. */
	if (given && run_id_valid(given))
		snprintf(id, sizeof(id), "%s", given);
	else
		run_fresh_id(id);
	puts(id);
	rc = 0;
end:
	free(tools);
	free(dir);
	free(prefix);
	return rc;
}

static const struct tool tool = {
	.name = "sync",
	.summary = "bring the keys that make depends on up to date; prints the id of a new run",
	.usage = "",
	.opts = opts,
	.options = &options,
	.run = sync_run,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
