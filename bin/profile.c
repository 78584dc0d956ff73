/* profile: statistics of every column of a table.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "io/contract.h"
#include "io/source.h"
#include "stat/profile.h"

static struct options {
	const char *output, *format, *from, *schema;
	long long threads;
} options;

static const struct opt opts[] = {
	OPT_OUTPUT(options, output),
	{'f', "format", OPT_CHOICE, "json|table",
		"format of the output (default: table on a terminal, else json)",
		OPT_AT(options, format), 0, NULL, 0, 0},
	{0, "from", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",
		"format of the input (default: recognised by its content)", OPT_AT(options, from),
		OPT_PARAM, NULL, 0, 0},
	{'s', "schema", OPT_STRING, "FILE",
		"the data contract, for the types of a text input (default: inferred)",
		OPT_AT(options, schema), 0, NULL, 0, 0},
	{'j', "threads", OPT_INT, "N", "threads, 0: one per processor", OPT_AT(options, threads), 0,
		"0", 0, 1024},
	OPT_END,
};

struct work {
	struct step step;
	struct outfile out;
	struct contract *contract;
	struct source *source;
	struct profile *profile;
	json_t *json;
};

static int profile_params(struct run *r, json_t *params, struct err *e)
{
	struct contract *c;

	(void)r;
	if (!options.schema)
		return 0;
	c = contract_read(options.schema, e);
	if (!c)
		return -1;
	json_object_set_new(params, "schema", contract_types_params(c));
	contract_free(c);
	return 0;
}

static int open_source(struct work *w, const char *path, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;

	if (options.from && format_of_name(options.from, &o.from))
		return err_set(e, ERR_USAGE, "unknown format '%s'", options.from);
	if (options.schema) {
		w->contract = contract_read(options.schema, e);
		if (!w->contract)
			return -1;
		contract_text_types(w->contract, &o);
	}
	w->source = source_open(path, &o, e);
	return w->source ? 0 : -1;
}

static int compute(struct work *w, const char *path, struct err *e)
{
	const struct batch *b;
	int more;

	if (open_source(w, path, e))
		return -1;
	w->profile = profile_new(source_schema(w->source));
	w->profile->threads = options.threads ? (size_t)options.threads : pool_cpus();
	while ((more = source_next(w->source, &b, e)) > 0)
		profile_add(w->profile, b);
	if (more < 0 || step_source(&w->step, "data", w->source, e))
		return -1;
	step_metric(&w->step, "rows", (double)w->profile->rows);
	step_metric(&w->step, "columns", (double)w->profile->n);
	w->json = profile_json(w->profile);
	return 0;
}

static int is_table(void)
{
	int terminal = (!options.output || !strcmp(options.output, "-")) && isatty(1);

	return options.format ? !strcmp(options.format, "table") : terminal;
}

static int commit(struct work *w, struct err *e)
{
	struct buf text = BUF_INIT;
	json_t *lineage = step_lineage(&w->step, e);
	int rc = -1;

	if (!lineage)
		return -1;
	json_object_set_new(w->json, "lineage", lineage);
	if (is_table())
		profile_table(w->json, &text);
	else
		json_pretty(w->json, &text);
	if (!outfile_write(&w->out, text.data, text.len, e))
		rc = outfile_commit(&w->out, e);
	buf_release(&text);
	return rc;
}

static int run_profile(struct run *r, struct err *e)
{
	struct work w = {.out = OUTFILE_INIT};
	const char *path;
	int rc = -1;

	if (run_operand(r, &path, e) || step_begin(&w.step, r, e))
		return -1;
	if (outfile_open(&w.out, options.output, e) || step_input(&w.step, "data", path, e))
		goto end;
	step_output(&w.step, "profile", options.output);
	if (!is_table() && step_current(&w.step, &options.output, 1))
		rc = outfile_keep(&w.out, e);
	else if (!compute(&w, path, e))
		rc = commit(&w, e);
end:
	outfile_discard(&w.out);
	step_end(&w.step);
	json_decref(w.json);
	profile_free(w.profile);
	source_close(w.source);
	contract_free(w.contract);
	return rc;
}

static const struct tool tool = {
	.name = "profile",
	.summary = "statistics of every column of a table",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run_profile,
	.params = profile_params,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
