/* train: fits an estimator on a feature frame and puts it behind the feature graph.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pool.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "io/source.h"
#include "model/export.h"
#include "model/linear.h"
#include "model/logistic.h"
#include "onnx/file.h"

#define LABELS_MAX 8 /* columns that a warning names */

static struct options {
	const char *target, *weight, *task, *estimator, *positive, *graph, *output, *from;
	double l2;
	long long threads;
} options;

static const struct opt opts[] = {
	{'t', "target", OPT_STRING, "COL",
		"column to predict (default: the one marked as target in the input)",
		OPT_AT(options, target), OPT_PARAM, NULL, 0, 0},
	{0, "weight", OPT_STRING, "COL",
		"column of row weights (default: the one marked as weight)",
		OPT_AT(options, weight), OPT_PARAM, NULL, 0, 0},
	{0, "task", OPT_CHOICE, "auto|regression|classification",
		"what to learn; auto: classes where the target is text or bool, else numbers",
		OPT_AT(options, task), OPT_PARAM, "auto", 0, 0},
	{0, "estimator", OPT_CHOICE, "linear|ridge|logistic",
		"model to fit: least squares, the same with a penalty, logistic regression "
		"(default: logistic for classification, ridge for regression)",
		OPT_AT(options, estimator), OPT_PARAM, NULL, 0, 0},
	{0, "l2", OPT_NUMBER, "X",
		"penalty of ridge (|y - Xb|^2 + X |b|^2) and logistic (log loss + X/2 |b|^2); "
		"1 unless given",
		OPT_AT(options, l2), OPT_PARAM, NULL, 0, 1e300},
	{0, "positive", OPT_STRING, "CLASS",
		"which of two classes is the positive one (default: the last in sorted order)",
		OPT_AT(options, positive), OPT_PARAM, NULL, 0, 0},
	{0, "graph", OPT_STRING, "FILE", "the feature graph that featurize wrote with the input",
		OPT_AT(options, graph), 0, NULL, 0, 0},
	{'j', "threads", OPT_INT, "N",
		"threads to use (default: one per processor); the model does not depend on it",
		OPT_AT(options, threads), 0, NULL, 1, 1024},
	OPT_FROM(options, from),
	OPT_OUTPUT(options, output),
	OPT_END,
};

static int chosen(const char *estimator)
{
	return options.estimator && strcmp(options.estimator, estimator) == 0;
}

/* What the options say about the task; contradictions are found before any input is read. */
static int train_task(enum target_task *task, struct err *e)
{
	*task = !strcmp(options.task, "regression")	  ? TARGET_REGRESSION
		: !strcmp(options.task, "classification") ? TARGET_CLASSIFICATION
							  : TARGET_AUTO;
	if (chosen("linear") && options.l2 > 0)
		return err_set(e, ERR_USAGE,
			"estimator 'linear' has no penalty: with --l2 it is --estimator ridge");
	if (!options.estimator)
		return 0;
	if (*task == (chosen("logistic") ? TARGET_REGRESSION : TARGET_CLASSIFICATION))
		return err_set(e, ERR_USAGE, "estimator '%s' does not do %s", options.estimator,
			options.task);
	*task = chosen("logistic") ? TARGET_CLASSIFICATION : TARGET_REGRESSION;
	return 0;
}

static double train_l2(void)
{
	return chosen("linear") ? 0 : isnan(options.l2) ? 1 : options.l2;
}

static int train_params(struct run *r, json_t *params, struct err *e)
{
	enum target_task task;

	(void)r;
	if (train_task(&task, e) < 0)
		return -1;
	return json_object_set_new(params, "l2", json_real(train_l2()));
}

static int train_positive(const struct target *t, size_t *positive, struct err *e)
{
	*positive = t->classify && t->nclasses == 2 ? 1 : SIZE_MAX;
	if (!options.positive)
		return 0;
	if (*positive == SIZE_MAX)
		return err_set(e, ERR_USAGE, "--positive is for a target of two classes, '%s' %s",
			t->name, t->classify ? "has more" : "is a number");
	*positive = target_find(t, options.positive);
	if (*positive == SIZE_MAX)
		return err_set(e, ERR_DATA, "'%s' is no class of '%s': they are '%s' and '%s'",
			options.positive, t->name, t->classes[0].name, t->classes[1].name);
	return 0;
}

/* Which columns the data cannot tell apart. */
static void train_warn(const struct run *r, const struct design *d, const struct fit *f)
{
	struct buf names = BUF_INIT;
	size_t n = 0;

	if (!f->dependent)
		return;
	for (size_t k = 0; k < d->width; k++) {
		if (!f->dependent[k] || n++ >= LABELS_MAX)
			continue;
		buf_adds(&names, n > 1 ? ", '" : "'");
		design_label(d, k, &names);
		buf_addc(&names, '\'');
	}
	if (n > LABELS_MAX)
		buf_addf(&names, " and %zu more", n - LABELS_MAX);
	run_say(r, "%s: constant, or each a sum of the others: took the shortest coefficients",
		names.data);
	buf_release(&names);
}

static int train_fit(
	struct run *r, struct step *step, struct design *d, struct onnx_model *m, struct err *e)
{
	size_t threads = options.threads ? (size_t)options.threads : pool_cpus(), positive;
	struct fit f = FIT_INIT;
	int rc;

	if (export_check(m, d, e) < 0)
		return err_prefix(e, "%s", options.graph);
	if (design_scan(d, e) < 0 || train_positive(&d->target, &positive, e) < 0)
		return -1;
	if (d->target.classify)
		rc = logistic_fit(&f, d, positive, train_l2(), threads, e);
	else
		rc = linear_fit(&f, d, train_l2(), threads, e);
	if (rc == 0)
		rc = export_fit(m, d, &f, positive, e);
	if (rc == 0) {
		train_warn(r, d, &f);
		step_metric(step, "rows", (double)d->target.rows);
		step_metric(step, "columns", (double)d->width);
		step_metric(step, "rank", (double)f.rank);
		step_metric(step, "iterations", (double)f.iterations);
		step_metric(step, "gradient", f.gradient);
		step_metric(step, "objective", f.objective);
	}
	fit_release(&f);
	return rc;
}

static int train_write(struct step *step, struct outfile *out, struct onnx_model *m, struct err *e)
{
	json_t *lineage = step_lineage(step, e);
	int rc = -1;

	if (lineage && onnx_file_write(out, m, lineage, e) == 0)
		rc = outfile_commit(out, e);
	json_decref(lineage);
	return rc;
}

static int train_compute(struct run *r, struct step *step, const char *path, enum target_task task,
	struct outfile *out, struct err *e)
{
	struct source_options so = SOURCE_OPTIONS_INIT;
	struct design_options o = {options.target, options.weight, task};
	struct design d = DESIGN_INIT;
	struct source *source = NULL;
	struct onnx_model *m = onnx_file_read(options.graph, e);
	int rc = -1;

	if (options.from)
		format_of_name(options.from, &so.from);
	if (m)
		source = source_open(path, &so, e);
	if (!source)
		goto end;
	source_keep(source);
	if (design_open(&d, source, &o, e) == 0 && train_fit(r, step, &d, m, e) == 0 &&
		step_source(step, "features", source, e) == 0)
		rc = train_write(step, out, m, e);
end:
	design_release(&d);
	source_close(source);
	onnx_model_free(m);
	return rc;
}

static int train_run(struct run *r, struct err *e)
{
	struct step step = {0};
	struct outfile out = OUTFILE_INIT;
	enum target_task task;
	const char *path;
	int rc = -1;

	if (run_operand(r, &path, e) < 0 || train_task(&task, e) < 0)
		return -1;
	if (!options.graph)
		return err_set(e, ERR_USAGE,
			"which feature graph? --graph FILE, as pawl featurize wrote it");
	if (!options.output && isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE, "a model is not for a terminal: -o FILE");
	if (step_begin(&step, r, e) < 0 || outfile_open(&out, options.output, e) < 0)
		goto end;
	if (step_input(&step, "features", path, e) < 0 ||
		step_input(&step, "graph", options.graph, e) < 0)
		goto end;
	if (options.output && step_current(&step, &options.output, 1))
		rc = outfile_keep(&out, e);
	else
		rc = train_compute(r, &step, path, task, &out, e);
	if (rc == 0 && options.output)
		step_output(&step, "model", options.output);
end:
	outfile_discard(&out);
	step_end(&step);
	return rc;
}

static const struct tool tool = {
	.name = "train",
	.summary = "fit an estimator on features: makes a model of the feature graph",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = train_run,
	.params = train_params,
	.notes = "Memory: three matrices of (classes x columns)^2 doubles, whatever the number of "
		 "rows.",
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
