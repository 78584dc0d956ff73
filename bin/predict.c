/* predict: score a table with a model.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "io/contract.h"
#include "io/sink.h"
#include "io/source.h"
#include "model/predictor.h"
#include "onnx/file.h"
#include "store/registry.h"

static struct options {
	const char *output, *model, *schema, *format, *from;
	struct opt_list keep;
} options;

static const struct opt opts[] = {
	{'m', "model", OPT_STRING, "MODEL", "a file, or NAME@ALIAS or NAME/VERSION in the registry",
		OPT_AT(options, model), 0, NULL, 0, 0},
	{0, "keep", OPT_LIST, "COLUMN", "carry this column through, besides keys",
		OPT_AT(options, keep), OPT_PARAM, NULL, 0, 0},
	OPT_SCHEMA(options, schema),
	OPT_OUTPUT(options, output),
	OPT_FORMAT(options, format),
	OPT_FROM(options, from),
	OPT_END,
};

struct work {
	struct step step;
	struct sink *sink;
	char *path; /* of the model */
	struct onnx_model *model;
	struct predictor *predictor;
	struct contract *contract;
	struct source *source;
	struct batch rows; /* predictions of the batch at hand */
};

/* How raw text is read depends on the contract, where one is given. */
static int params(struct run *r, json_t *to, struct err *e)
{
	struct contract *contract;

	(void)r;
	if (!options.schema)
		return 0;
	contract = contract_read(options.schema, e);
	if (!contract)
		return -1;
	json_object_set_new(to, "schema", contract_types_params(contract));
	contract_free(contract);
	return 0;
}

/* A file of that name wins over the registry. */
static int find_model(struct work *w, struct err *e)
{
	if (!options.model)
		return err_set(e, ERR_USAGE, "which model? -m FILE or -m NAME@ALIAS");
	if (registry_is_spec(options.model))
		return registry_model_path(NULL, options.model, &w->path, e);
	w->path = mem_strdup(options.model);
	return 0;
}

static int open_output(struct work *w, struct err *e)
{
	enum format format = FORMAT_AUTO;

	if (options.format)
		format_of_name(options.format, &format);
	w->sink = sink_open(options.output, format, e);
	if (w->sink)
		step_output(&w->step, "predictions", options.output);
	return w->sink ? 0 : -1;
}

static int open_input(struct work *w, const char *path, struct err *e)
{
	struct source_options from = SOURCE_OPTIONS_INIT;

	w->model = onnx_file_read(w->path, e);
	if (!w->model)
		return -1;
	w->predictor = predictor_new(w->model, options.keep.items, options.keep.n, e);
	if (!w->predictor)
		return err_prefix(e, "%s", options.model);
	predictor_text_types(w->predictor, &from);
	if (options.schema) {
		w->contract = contract_read(options.schema, e);
		if (!w->contract)
			return -1;
		from.nulls = (const char *const *)w->contract->nulls;
	}
	if (options.from)
		format_of_name(options.from, &from.from);
	w->source = source_open(path, &from, e);
	if (!w->source)
		return -1;
	predictor_number(w->predictor);
	if (predictor_start(w->predictor, source_schema(w->source), e) < 0)
		return err_prefix(e, "%s", source_name(w->source));
	return sink_start(w->sink, predictor_schema(w->predictor), e);
}

static int write_batch(struct work *w, const struct batch *b, struct err *e)
{
	if (predictor_batch(w->predictor, b, e) < 0)
		return err_prefix(e, "%s", source_name(w->source));
	batch_clear(&w->rows);
	if (predictor_rows(w->predictor, b, 0, b->rows, &w->rows, e) < 0)
		return -1;
	return sink_write(w->sink, &w->rows, e);
}

static int write_all(struct work *w, struct err *e)
{
	const struct batch *b;
	int more;

	batch_init(&w->rows, predictor_schema(w->predictor));
	while ((more = source_next(w->source, &b, e)) > 0)
		if (write_batch(w, b, e) < 0)
			return -1;
	return more;
}

static int commit(struct work *w, struct err *e)
{
	struct sink *sink = w->sink;
	json_t *lineage;
	int rc;

	step_metric(&w->step, "rows", (double)sink_rows(sink));
	if (step_source(&w->step, "data", w->source, e) < 0)
		return -1;
	lineage = step_lineage(&w->step, e);
	if (!lineage)
		return -1;
	w->sink = NULL;
	rc = sink_commit(sink, lineage, e);
	json_decref(lineage);
	return rc;
}

/* Outputs are locked before inputs are read; nothing is done where the output is up to date. */
static int predict(struct work *w, const char *path, struct err *e)
{
	struct sink *sink;

	if (open_output(w, e) < 0 || step_input(&w->step, "model", w->path, e) < 0 ||
		step_input(&w->step, "data", path, e) < 0)
		return -1;
	if (step_current(&w->step, &options.output, 1)) {
		sink = w->sink;
		w->sink = NULL;
		return sink_keep(sink, e);
	}
	if (open_input(w, path, e) < 0 || write_all(w, e) < 0)
		return -1;
	return commit(w, e);
}

static int run_predict(struct run *r, struct err *e)
{
	struct work w = {0};
	const char *path;
	int rc = -1;

	if (run_operand(r, &path, e) < 0 || find_model(&w, e) < 0)
		goto end;
	if (step_begin(&w.step, r, e) == 0)
		rc = predict(&w, path, e);
end:
	step_end(&w.step);
	sink_discard(w.sink);
	batch_release(&w.rows);
	source_close(w.source);
	predictor_free(w.predictor);
	onnx_model_free(w.model);
	contract_free(w.contract);
	free(w.path);
	return rc;
}

static const struct tool tool = {
	.name = "predict",
	.summary = "score a table with a model",
	.usage = "[FILE]",
	.result = 2,
	.opts = opts,
	.options = &options,
	.run = run_predict,
	.params = params,
	.notes = "Memory does not depend on the number of rows.",
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
