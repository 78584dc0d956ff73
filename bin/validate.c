/* validate: judges a table by its contract; schema skew stops, value skew asks to train again.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "feat/propose.h"
#include "io/contract.h"
#include "io/source.h"
#include "stat/check.h"

#define REPORT_BYTES (64u << 20) /* a larger report is none of ours */

static struct options {
	const char *output, *schema, *from, *key, *target;
	int report, check, infer;
} options;

static const struct opt opts[] = {
	OPT_OUTPUT(options, output),
	OPT_SCHEMA(options, schema),
	{0, "from", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",
		"format of the input (default: recognised by its content)", OPT_AT(options, from),
		OPT_PARAM, NULL, 0, 0},
	{0, "report", OPT_FLAG, NULL, "write the report and succeed whatever the verdict",
		OPT_AT(options, report), 0, NULL, 0, 0},
	{0, "check", OPT_FLAG, NULL,
		"FILE is a report: give its verdict, and write FILE.ok (-o) unless it is to stop",
		OPT_AT(options, check), 0, NULL, 0, 0},
	{0, "infer", OPT_FLAG, NULL, "draft a contract for FILE instead", OPT_AT(options, infer), 0,
		NULL, 0, 0},
	{0, "key", OPT_STRING, "COLUMN", "with --infer: the column that names a row",
		OPT_AT(options, key), 0, NULL, 0, 0},
	{'t', "target", OPT_STRING, "COLUMN", "with --infer: the column to predict",
		OPT_AT(options, target), 0, NULL, 0, 0},
	OPT_END,
};

struct work {
	struct run *run;
	struct step step;
	struct outfile out;
	struct contract *contract;
	struct text_type *types;
	struct source *source;
	struct check *check;
	json_t *report, *lines;
	const char *path; /* or NULL: standard input */
};

static const char *name_of(const struct work *w)
{
	return w->path && strcmp(w->path, "-") ? w->path : "standard input";
}

static int validate_params(struct run *r, json_t *params, struct err *e)
{
	struct contract *c;

	(void)r;
	if (options.check)
		json_object_set_new(params, "check", json_true());
	if (!options.schema)
		return 0;
	c = contract_read(options.schema, e);
	if (!c)
		return -1;
	json_object_set_new(params, "schema", contract_rules_params(c));
	contract_free(c);
	return 0;
}

/* Says every anomaly, and ends with the verdict's exit code; the lines are all that is said. */
static int verdict(struct work *w, enum check_verdict v, struct err *e)
{
	size_t n = json_array_size(w->lines);

	for (size_t i = 0; i < n; i++)
		run_say(w->run, "%s: %s", name_of(w),
			json_string_value(json_array_get(w->lines, i)));
	if (v == CHECK_VERDICT_OK || options.report)
		return 0;
	if (options.check && v == CHECK_VERDICT_VALUE)
		return 0;
	e->kind = check_verdict_kind(v);
	e->text[0] = 0;
	if (w->run->quiet)
		err_set(e, e->kind, "%s: %s, %zu %s", name_of(w), check_verdict_name(v), n,
			n == 1 ? "anomaly" : "anomalies");
	return -1;
}

static int write_json(struct work *w, json_t *json, struct err *e)
{
	struct buf text = BUF_INIT;
	json_t *lineage = step_lineage(&w->step, e);
	int rc;

	if (!lineage)
		return -1;
	json_object_set_new(json, "lineage", lineage);
	json_pretty(json, &text);
	rc = outfile_write(&w->out, text.data, text.len, e);
	if (!rc)
		rc = outfile_commit(&w->out, e);
	buf_release(&text);
	return rc;
}

/* ---- a table and a contract */

static int open_table(struct work *w, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;

	if (options.from && format_of_name(options.from, &o.from))
		return err_set(e, ERR_USAGE, "unknown format '%s'", options.from);
	contract_text_types(w->contract, &o);
	/* A column that is not there is for the report, not for the reader to say. */
	w->types = mem_array(o.ntypes, sizeof(*w->types));
	for (size_t i = 0; i < o.ntypes; i++) {
		w->types[i] = o.types[i];
		w->types[i].optional = 1;
	}
	o.types = w->types;
	o.reject = check_reject;
	o.reject_arg = w->check;
	w->source = source_open(w->path, &o, e);
	if (!w->source)
		return -1;
	return schema_unique(source_schema(w->source), e);
}

static int judge(struct work *w, struct err *e)
{
	const struct batch *b;
	int more;

	w->check = check_new(w->contract);
	if (open_table(w, e))
		return -1;
	check_start(w->check, source_schema(w->source));
	while ((more = source_next(w->source, &b, e)) > 0)
		check_add(w->check, b, w->source);
	if (more < 0 || step_source(&w->step, "data", w->source, e))
		return -1;
	check_end(w->check);
	w->report = check_json(w->check);
	step_metric(&w->step, "rows", (double)w->check->rows);
	step_metric(&w->step, "anomalies", (double)w->check->n);
	/* On a terminal the lines are the report. */
	if (!options.output && isatty(1))
		return outfile_commit(&w->out, e);
	return write_json(w, w->report, e);
}

static int run_table(struct work *w, struct err *e)
{
	enum check_verdict v;

	if (!options.schema)
		return err_set(e, ERR_USAGE, "judged by which contract? (-s schema.yaml)");
	w->contract = contract_read(options.schema, e);
	if (!w->contract || outfile_open(&w->out, options.output, e) ||
		step_input(&w->step, "data", w->path, e))
		return -1;
	step_output(&w->step, "validation", options.output);
	if (step_current(&w->step, &options.output, 1)) {
		w->report = json_read(options.output, e);
		if (!w->report || outfile_keep(&w->out, e))
			return -1;
	} else if (judge(w, e)) {
		return -1;
	}
	if (check_read(w->report, name_of(w), &v, &w->lines, e))
		return -1;
	return verdict(w, v, e);
}

/* ---- a report and its verdict */

static int read_report(struct work *w, char hex[SHA256_HEX], struct err *e)
{
	struct buf text = BUF_INIT;
	int rc, piped = !w->path || !strcmp(w->path, "-");

	rc = piped ? file_read_fd(0, name_of(w), REPORT_BYTES, &text, e)
		   : file_read(w->path, REPORT_BYTES, &text, e);
	if (!rc) {
		sha256_of(text.data, text.len, hex);
		w->report = json_parse(text.data, text.len, name_of(w), e);
		rc = w->report ? 0 : -1;
	}
	buf_release(&text);
	if (!rc && piped)
		step_stream(&w->step, "validation", hex, json_object_get(w->report, "lineage"));
	return rc;
}

/* The old verdict is no longer true: it goes while its name is locked. */
static void withdraw(struct work *w)
{
	if (w->out.target && outfile_regular(&w->out))
		unlink(w->out.target);
	outfile_discard(&w->out);
}

static int run_check(struct work *w, struct err *e)
{
	char hex[SHA256_HEX];
	enum check_verdict v;
	json_t *ok;
	int rc = 0;

	if (options.output && outfile_open(&w->out, options.output, e))
		return -1;
	if (step_input(&w->step, "validation", w->path, e) || read_report(w, hex, e) ||
		check_read(w->report, name_of(w), &v, &w->lines, e))
		return -1;
	if (v == CHECK_VERDICT_SCHEMA || v == CHECK_VERDICT_FEW) {
		withdraw(w);
		return verdict(w, v, e);
	}
	step_output(&w->step, "valid", options.output);
	if (options.output && step_current(&w->step, &options.output, 1)) {
		rc = outfile_keep(&w->out, e);
	} else if (options.output) {
		ok = json_object();
		json_object_set_new(ok, "validation", json_string(hex));
		json_object_set_new(ok, "verdict", json_string(check_verdict_name(v)));
		rc = write_json(w, ok, e);
		json_decref(ok);
	}
	return rc ? rc : verdict(w, v, e);
}

/* ---- a contract drafted from a table */

static int run_infer(struct work *w, struct err *e)
{
	struct propose_options o = {.target = options.target, .key = options.key};
	struct source_options from = SOURCE_OPTIONS_INIT;
	struct survey survey = SURVEY_INIT;
	struct proposal p = {0};
	struct buf text = BUF_INIT;
	int rc = -1;

	if (options.from && format_of_name(options.from, &from.from))
		return err_set(e, ERR_USAGE, "unknown format '%s'", options.from);
	if (outfile_open(&w->out, options.output, e))
		return -1;
	w->source = source_open(w->path, &from, e);
	if (!w->source || survey_read(&survey, w->source, e))
		goto end;
	o.nulls = source_nulls(w->source);
	if (propose(&p, &survey, &o, e))
		goto end;
	w->contract = propose_contract(&p, &o);
	contract_write(w->contract, &text);
	if (!outfile_write(&w->out, text.data, text.len, e))
		rc = outfile_commit(&w->out, e);
end:
	buf_release(&text);
	proposal_release(&p);
	survey_release(&survey);
	return rc;
}

static int run_validate(struct run *r, struct err *e)
{
	struct work w = {.run = r, .out = OUTFILE_INIT};
	int rc;

	if (options.check + options.infer + options.report > 1)
		return err_set(e, ERR_USAGE, "only one of --check, --infer and --report");
	if (options.check && options.schema)
		return err_set(e, ERR_USAGE, "--check judges a report: it needs no -s");
	if (!options.infer && (options.key || options.target))
		return err_set(e, ERR_USAGE, "--key and --target are for --infer only");
	if (run_operand(r, &w.path, e) || (!options.infer && step_begin(&w.step, r, e)))
		return -1;
	rc = options.infer ? run_infer(&w, e) : options.check ? run_check(&w, e) : run_table(&w, e);
	outfile_discard(&w.out);
	step_end(&w.step);
	source_close(w.source);
	check_free(w.check);
	contract_free(w.contract);
	json_decref(w.report);
	json_decref(w.lines);
	free(w.types);
	return rc;
}

static const struct tool tool = {
	.name = "validate",
	.summary = "judge a table by its contract",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run_validate,
	.params = validate_params,
	.notes = "Exit code 1: value skew, train again; 3: schema skew, stop; 5: too few rows.",
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
