/* ingest: raw CSV, TSV, JSON Lines or Arrow -> a typed table.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "io/contract.h"
#include "io/intake.h"
#include "io/rejects.h"
#include "io/sink.h"
#include "io/source.h"

#define INGEST_REMARKS 20 /* lines about what was inferred */

static struct options {
	const char *schema, *output, *format, *from, *key, *target, *rejects, *exec;
	struct opt_list nulls;
	long long max_rejects;
	int truncate_time;
} options;

static const struct opt opts[] = {
	OPT_SCHEMA(options, schema),
	OPT_OUTPUT(options, output),
	OPT_FORMAT(options, format),
	OPT_FROM(options, from),
	{0, "key", OPT_STRING, "COLUMN", "the column that names a row (without a schema)",
		OPT_AT(options, key), OPT_PARAM, NULL, 0, 0},
	{0, "target", OPT_STRING, "COLUMN", "the column to be predicted (without a schema)",
		OPT_AT(options, target), OPT_PARAM, NULL, 0, 0},
	{0, "nulls", OPT_LIST, "TOKEN",
		"a token that means missing, as NA; may be repeated (without a schema)",
		OPT_AT(options, nulls), OPT_PARAM, NULL, 0, 0},
	{0, "truncate-time", OPT_FLAG, NULL, "cut times finer than a microsecond",
		OPT_AT(options, truncate_time), OPT_PARAM, NULL, 0, 0},
	{0, "rejects", OPT_STRING, "FILE",
		"where to put bad rows, as CSV: line,offset,reason,raw (default: a bad row ends "
		"it)",
		OPT_AT(options, rejects), OPT_WRITES, NULL, 0, 0},
	{0, "max-rejects", OPT_INT, "N", "more bad rows than this are an error",
		OPT_AT(options, max_rejects), 0, "1000", 0, 1e15},
	{0, "exec", OPT_STRING, "COMMAND", "read what a shell command writes, instead of files",
		OPT_AT(options, exec), 0, NULL, 0, 0},
	OPT_END,
};

/* The state of one run. */
struct ingest {
	struct run *run;
	struct step step;
	struct contract *contract; /* or NULL */
	struct source_options in;
	const char **nulls;
	struct source *source;
	struct intake *intake;
	struct sink *sink;
	struct rejects *rejects;
};

static int ingest_params(struct run *r, json_t *params, struct err *e)
{
	struct contract *c;

	(void)r;
	if (options.from)
		json_object_set_new(params, "from", json_string(options.from));
	if (options.rejects)
		json_object_set_new(params, "rejects", json_true());
	if (!options.schema)
		return 0;
	c = contract_read(options.schema, e);
	if (!c)
		return -1;
	json_object_set_new(params, "schema", contract_types_params(c));
	contract_free(c);
	return 0;
}

static int check_options(struct run *r, struct err *e)
{
	if (options.schema && options.key)
		return err_set(e, ERR_USAGE, "--key: with a schema, the key is named there");
	if (options.schema && options.target)
		return err_set(e, ERR_USAGE, "--target: with a schema, the target is named there");
	if (options.schema && options.nulls.n)
		return err_set(e, ERR_USAGE, "--nulls: with a schema, the tokens are listed there");
	if (options.exec && r->noperands)
		return err_set(
			e, ERR_USAGE, "--exec and a file, '%s': one of them", r->operands[0]);
	return 0;
}

static int open_outputs(struct ingest *in, struct err *e)
{
	enum format format = FORMAT_AUTO;

	if (options.format)
		format_of_name(options.format, &format);
	in->sink = sink_open(options.output, format, e);
	if (!in->sink)
		return -1;
	if (!options.rejects)
		return 0;
	in->rejects = rejects_open(options.rejects, (uint64_t)options.max_rejects, e);
	return in->rejects ? 0 : -1;
}

static int name_inputs(struct ingest *in, struct err *e)
{
	if (options.exec || !in->run->noperands)
		return step_input(&in->step, "raw", NULL, e);
	for (int i = 0; i < in->run->noperands; i++)
		if (step_input(&in->step, "raw", in->run->operands[i], e) < 0)
			return -1;
	return 0;
}

static int open_source(struct ingest *in, struct err *e)
{
	static const char *const standard_input[] = {NULL};

	if (options.from)
		format_of_name(options.from, &in->in.from);
	if (options.schema) {
		in->contract = contract_read(options.schema, e);
		if (!in->contract)
			return -1;
		contract_text_types(in->contract, &in->in);
		in->in.key = in->contract->key;
	} else {
		in->nulls = mem_new(options.nulls.n + 2, sizeof(*in->nulls));
		in->nulls[0] = "";
		for (size_t i = 0; i < options.nulls.n; i++)
			in->nulls[i + 1] = options.nulls.items[i];
		in->in.nulls = in->nulls;
		in->in.key = options.key;
	}
	in->in.truncate_time = options.truncate_time;
	in->in.restart = sink_restartable(in->sink);
	in->in.categories = sink_format(in->sink) == FORMAT_ARROW_FILE;
	in->intake = intake_new(in->contract, options.key, options.target, in->in.nulls);
	if (in->rejects) {
		in->in.reject = rejects_add;
		in->in.reject_arg = in->rejects;
	}
	if (options.exec)
		in->source = source_exec(options.exec, &in->in, e);
	else if (in->run->noperands)
		in->source = source_open_all((const char *const *)in->run->operands,
			(size_t)in->run->noperands, &in->in, e);
	else
		in->source = source_open_all(standard_input, 1, &in->in, e);
	return in->source ? 0 : -1;
}

/* ---- rows */

/* Called again when the source begins again with other types. */
static int start(struct ingest *in, struct err *e)
{
	if (intake_start(in->intake, in->source, e) < 0)
		return -1;
	return sink_start(in->sink, intake_schema(in->intake), e);
}

static int write_batch(struct ingest *in, const struct batch *b, struct err *e)
{
	const struct batch *out;

	if (intake_batch(in->intake, b, &out, e) < 0)
		return -1;
	return sink_write(in->sink, out, e);
}

static int copy(struct ingest *in, struct err *e)
{
	const struct batch *b;
	int rc;

	if (start(in, e) < 0)
		return -1;
	while ((rc = source_next(in->source, &b, e)) > 0) {
		if (rc == 1 && write_batch(in, b, e) < 0)
			return -1;
		if (rc == 1)
			continue;
		if (sink_restart(in->sink, e) < 0 ||
			(in->rejects && rejects_restart(in->rejects, e) < 0) || start(in, e) < 0)
			return -1;
	}
	if (rc == 0 && !sink_rows(in->sink) && !in->contract)
		return err_set(e, ERR_DATA, "%s: there are no rows", source_name(in->source));
	return rc;
}

static void release(struct ingest *in)
{
	intake_free(in->intake);
	source_close(in->source);
	sink_discard(in->sink);
	rejects_discard(in->rejects);
	contract_free(in->contract);
	free(in->nulls);
	step_end(&in->step);
}

static int hash_pipes(struct ingest *in, struct err *e)
{
	size_t n = in->run->noperands ? (size_t)in->run->noperands : 1;
	char hex[SHA256_HEX];

	for (size_t i = 0; i < n; i++) {
		if (i < in->step.ninputs && in->step.inputs[i].sha256[0])
			continue;
		if (source_sha256_of(in->source, i, hex, e) < 0)
			return -1;
		step_stream(&in->step, "raw", hex, source_lineage(in->source));
	}
	return 0;
}

static void say_remarks(const struct ingest *in)
{
	const char *p = source_remarks(in->source);
	int lines = 0;

	while (*p && lines++ < INGEST_REMARKS) {
		size_t len = strcspn(p, "\n");

		run_say(in->run, "%.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	if (*p)
		run_say(in->run, "... and more of the kind; a schema makes it explicit");
}

static int commit(struct ingest *in, struct err *e)
{
	uint64_t rows = sink_rows(in->sink), bad = in->rejects ? rejects_count(in->rejects) : 0;
	struct rejects *rejects = in->rejects;
	struct sink *sink = in->sink;
	json_t *lineage = step_lineage(&in->step, e);
	int rc;

	if (!lineage)
		return -1;
	step_metric(&in->step, "rows", (double)rows);
	if (rejects)
		step_metric(&in->step, "rejects", (double)bad);
	rc = sink_finish(sink, lineage, e);
	if (rc == 0 && rejects) {
		in->rejects = NULL;
		rc = rejects_commit(rejects, e);
	}
	if (rc == 0) {
		in->sink = NULL;
		rc = sink_commit(sink, lineage, e);
	}
	json_decref(lineage);
	if (rc < 0)
		return -1;
	step_output(&in->step, "data", options.output);
	say_remarks(in);
	if (bad)
		run_say(in->run, "%llu bad row%s put into '%s'", (unsigned long long)bad,
			bad == 1 ? " was" : "s were", options.rejects);
	return 0;
}

static int ingest(struct run *r, struct err *e)
{
	struct ingest in = {.run = r};
	int rc = -1;

	if (check_options(r, e) < 0)
		return -1;
	if (step_begin(&in.step, r, e) < 0 || open_outputs(&in, e) < 0 || name_inputs(&in, e) < 0)
		goto end;
	if (options.output && !options.rejects && step_current(&in.step, &options.output, 1)) {
		step_output(&in.step, "data", options.output);
		rc = sink_keep(in.sink, e);
		in.sink = NULL;
		goto end;
	}
	if (open_source(&in, e) == 0 && copy(&in, e) == 0 && hash_pipes(&in, e) == 0)
		rc = commit(&in, e);
end:
	release(&in);
	return rc;
}

static const struct tool tool = {
	.name = "ingest",
	.summary = "make a typed table of raw data",
	.usage = "[FILE...]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = ingest,
	.params = ingest_params,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
