/* evaluate: measures a model on rows that it has not seen, and judges the measures.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "model/evaluation.h"
#include "model/gates.h"
#include "model/metrics.h"
#include "model/score.h"
#include "onnx/file.h"
#include "onnx/signature.h"
#include "store/registry.h"

static struct options {
	const char *model, *output, *from;
	int check;
	struct opt_list gates;
} options;

static const struct opt opts[] = {
	{'m', "model", OPT_STRING, "MODEL", "a file, or NAME@ALIAS or NAME/VERSION in the registry",
		OPT_AT(options, model), 0, NULL, 0, 0},
	OPT_OUTPUT(options, output),
	OPT_FROM(options, from),
	{0, "check", OPT_FLAG, NULL, "judge a metrics.json by the gates instead",
		OPT_AT(options, check), 0, NULL, 0, 0},
	{0, "gates", OPT_LIST, "GATE",
		"with --check: a condition such as 'roc_auc >= 0.8' or 'log_loss < baseline - "
		"0.05' "
		"(may be given more than once)",
		OPT_AT(options, gates), OPT_PARAM | OPT_TOP, NULL, 0, 0},
	OPT_END,
};

/* Metrics do not depend on gates: a changed gate must not make them stale. */
static int params(struct run *r, json_t *params, struct err *e)
{
	(void)r;
	(void)e;
	if (options.check)
		json_object_set_new(params, "check", json_true());
	else
		json_object_del(params, "gates");
	return 0;
}

/* ---- metrics */

struct work {
	struct step step;
	struct outfile out;
	struct onnx_model *model;
	struct signature sig;
	struct source *source;
	struct score score;
	char *path; /* of the model's file */
};

/* A file, or a version in the registry, whose bytes are checked there. */
static int find_model(struct work *w, struct err *e)
{
	struct stat st;

	if (!options.model)
		return err_set(e, ERR_USAGE, "which model? -m FILE or -m NAME@ALIAS");
	if (registry_is_spec(options.model))
		return registry_model_path(NULL, options.model, &w->path, e);
	if (stat(options.model, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "'%s' is no regular file", options.model);
	w->path = mem_strdup(options.model);
	return 0;
}

static int evaluate(struct work *w, const char *path, struct err *e)
{
	enum format from = FORMAT_AUTO;

	if (options.from)
		format_of_name(options.from, &from);
	w->model = onnx_file_read(w->path, e);
	if (!w->model)
		return -1;
	if (signature_get(&w->sig, w->model, e) < 0)
		return err_prefix(e, "%s", options.model);
	w->source = score_open(&w->sig, path, from, e);
	if (!w->source || score_run(w->model, &w->sig, w->source, &w->score, e) < 0)
		return -1;
	return step_source(&w->step, "data", w->source, e);
}

/* Adds the lineage to a report and commits it. Takes over the reference. */
static int commit(json_t *report, struct step *s, struct outfile *out, struct err *e)
{
	json_t *lineage = step_lineage(s, e);
	struct buf text = BUF_INIT;
	int rc = -1;

	if (lineage) {
		json_object_set_new(report, "lineage", lineage);
		json_pretty(report, &text);
		rc = outfile_write(out, text.data, text.len, e);
		if (rc == 0)
			rc = outfile_commit(out, e);
	}
	buf_release(&text);
	json_decref(report);
	return rc;
}

static int write_metrics(struct work *w, struct err *e)
{
	struct metrics metrics = METRICS_INIT;
	json_t *report = evaluation_report(&w->sig, &w->score, &metrics, e);

	if (!report)
		return -1;
	for (size_t i = 0; i < metrics.n; i++)
		if (!metrics.items[i].reason)
			step_metric(&w->step, metrics.items[i].name, metrics.items[i].value);
	json_object_set_new(report, "model", json_string(w->step.inputs[0].sha256));
	json_object_set_new(report, "data", json_string(w->step.inputs[1].sha256));
	return commit(report, &w->step, &w->out, e);
}

static int run_evaluate(struct run *r, const char *path, struct err *e)
{
	struct work w = {.out = OUTFILE_INIT};
	int rc = -1;

	if (find_model(&w, e) < 0)
		return -1;
	if (step_begin(&w.step, r, e) < 0 || outfile_open(&w.out, options.output, e) < 0)
		goto end;
	step_output(&w.step, "metrics", options.output);
	if (step_input(&w.step, "model", w.path, e) < 0 || step_input(&w.step, "data", path, e) < 0)
		goto end;
	if (step_current(&w.step, &options.output, 1))
		rc = outfile_keep(&w.out, e);
	else if (evaluate(&w, path, e) == 0)
		rc = write_metrics(&w, e);
end:
	outfile_discard(&w.out);
	score_release(&w.score);
	source_close(w.source);
	signature_release(&w.sig);
	onnx_model_free(w.model);
	free(w.path);
	step_end(&w.step);
	return rc;
}

/* ---- gates */

struct verdict {
	struct run *run;
	const json_t *report;
	json_t *gates; /* for gates.ok */
	char *failed;  /* the last line about a gate that is not met, said at the very end */
};

static int judge(struct verdict *v, const char *text, struct err *e)
{
	struct buf why = BUF_INIT;
	struct gate g;
	json_t *row;
	int met = gate_parse(text, &g, e) < 0 ? -1 : gate_judge(&g, v->report, &row, &why, e);

	if (met >= 0)
		json_array_append_new(v->gates, row);
	if (met == 0) {
		if (v->failed)
			run_say(v->run, "%s", v->failed);
		free(v->failed);
		v->failed = mem_printf("gate not met: %s: %s", text, why.data);
	}
	buf_release(&why);
	return met < 0 ? -1 : 0;
}

/* The report, from a file or from a pipe, whose hash and lineage the step then learns. */
static json_t *read_report(struct step *s, const char *path, struct err *e)
{
	const char *name = path && strcmp(path, "-") != 0 ? path : "standard input";
	struct buf text = BUF_INIT;
	char hex[SHA256_HEX];
	json_t *report = NULL;
	int rc = name == path ? file_read(path, (size_t)64 << 20, &text, e)
			      : file_read_fd(0, name, (size_t)64 << 20, &text, e);

	if (rc == 0)
		report = json_parse(text.data, text.len, name, e);
	if (report && !s->inputs[0].sha256[0]) {
		sha256_of(text.data, text.len, hex);
		step_stream(s, "metrics", hex, json_object_get(report, "lineage"));
	}
	buf_release(&text);
	if (report && !json_is_object(json_object_get(report, "metrics"))) {
		err_set(e, ERR_DATA, "%s: these are no metrics of 'pawl evaluate'", name);
		json_decref(report);
		return NULL;
	}
	return report;
}

static int write_verdict(struct verdict *v, struct step *s, struct outfile *out, struct err *e)
{
	json_t *ok;

	for (size_t i = 0; i < options.gates.n; i++)
		if (judge(v, options.gates.items[i], e) < 0)
			return -1;
	if (v->failed) {
		/* Nobody may go on with the verdict on another model. */
		if (out->target)
			unlink(out->target);
		return err_set(e, ERR_NO, "%s", v->failed);
	}
	ok = json_object();
	json_object_set_new(ok, "metrics", json_string(s->inputs[0].sha256));
	json_object_set_new(ok, "model", json_string(json_str(v->report, "model", "")));
	json_object_set(ok, "gates", v->gates);
	return commit(ok, s, out, e);
}

static int run_check(struct run *r, const char *path, struct err *e)
{
	struct outfile out = OUTFILE_INIT;
	struct verdict v = {.run = r, .gates = json_array()};
	struct step s = {0};
	json_t *report = NULL;
	struct gate unused;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < options.gates.n; i++)
		rc = gate_parse(options.gates.items[i], &unused, e);
	if (rc < 0 || step_begin(&s, r, e) < 0 || outfile_open(&out, options.output, e) < 0) {
		rc = -1;
		goto end;
	}
	step_output(&s, "gates", options.output);
	rc = step_input(&s, "metrics", path, e);
	if (rc == 0 && step_current(&s, &options.output, 1)) {
		rc = outfile_keep(&out, e);
	} else if (rc == 0) {
		v.report = report = read_report(&s, path, e);
		rc = report ? write_verdict(&v, &s, &out, e) : -1;
	}
end:
	outfile_discard(&out);
	json_decref(report);
	json_decref(v.gates);
	free(v.failed);
	step_end(&s);
	return rc;
}

static int run(struct run *r, struct err *e)
{
	const char *path;

	if (run_operand(r, &path, e) < 0)
		return -1;
	if (options.check && options.model)
		return err_set(e, ERR_USAGE, "--check judges a metrics.json, it takes no model");
	return options.check ? run_check(r, path, e) : run_evaluate(r, path, e);
}

static const struct tool tool = {
	.name = "evaluate",
	.summary = "measure a model on rows that it has not seen; judge the measures",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run,
	.params = params,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
