/* featurize: fit feature rules on the training part, and turn tables into feature frames.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "feat/apply.h"
#include "feat/fit.h"
#include "feat/graph.h"
#include "io/contract.h"
#include "io/lineage.h"
#include "io/sink.h"
#include "onnx/file.h"
#include "onnx/signature.h"

static struct options {
	const char *output, *graph, *apply, *rules, *schema, *target, *format, *from;
} options;

static const struct opt opts[] = {
	{'r', "rules", OPT_STRING, "FILE", "the feature rules, pawl-features(5)",
		OPT_AT(options, rules), 0, NULL, 0, 0},
	{'t', "target", OPT_STRING, "COLUMN",
		"what is to be predicted (default: the column of role target)",
		OPT_AT(options, target), OPT_PARAM, NULL, 0, 0},
	OPT_SCHEMA(options, schema),
	{0, "graph", OPT_STRING, "FILE", "where to write the fitted features as an ONNX graph",
		OPT_AT(options, graph), OPT_WRITES, NULL, 0, 0},
	{0, "apply", OPT_STRING, "FILE",
		"do not fit: apply the features of this graph, or of a model",
		OPT_AT(options, apply), 0, NULL, 0, 0},
	OPT_OUTPUT(options, output),
	OPT_FORMAT(options, format),
	OPT_FROM(options, from),
	OPT_END,
};

struct work {
	struct step step;
	struct sink *sink;
	struct outfile graph;
	struct rules *rules;
	struct contract *contract;
	struct source *source;
	struct schema schema; /* of the table, with the roles of the contract */
	struct fit *fit;
	struct onnx_model *model;
	struct transform read; /* --apply */
	const struct transform *transform;
	struct apply *apply;
	struct batch rows; /* features of the batch at hand */
	uint64_t at;	   /* rows of the table so far */
};

static int check_options(struct err *e)
{
	const struct options *o = &options;

	if (o->apply && (o->rules || o->graph || o->target))
		return err_set(e, ERR_USAGE,
			"--apply takes the features as they were fitted: no --rules, --target or "
			"--graph");
	if (o->apply)
		return 0;
	if (!o->rules)
		return err_set(e, ERR_USAGE, "which rules? (--rules FILE, or --apply FILE)");
	if (!o->graph)
		return err_set(e, ERR_USAGE, "where does the feature graph go? (--graph FILE)");
	if (strcmp(o->graph, "-") == 0 || file_alias(o->output, o->graph))
		return err_set(e, ERR_USAGE, "--graph must be a file of its own");
	return 0;
}

/* What stands in other files and the result depends on. */
static int params(struct run *r, json_t *to, struct err *e)
{
	struct contract *contract;
	struct rules *rules;

	(void)r;
	json_object_set_new(to, "apply", json_boolean(options.apply != NULL));
	if (options.rules) {
		rules = rules_read(options.rules, e);
		if (!rules)
			return -1;
		json_object_set_new(to, "rules", rules_params(rules));
		rules_free(rules);
	}
	if (options.schema) {
		contract = contract_read(options.schema, e);
		if (!contract)
			return -1;
		json_object_set_new(to, "schema", contract_types_params(contract));
		contract_free(contract);
	}
	return 0;
}

/* Locked before any input is read. */
static int open_outputs(struct work *w, struct err *e)
{
	enum format format = FORMAT_AUTO;

	if (options.format)
		format_of_name(options.format, &format);
	w->sink = sink_open(options.output, format, e);
	if (!w->sink)
		return -1;
	step_output(&w->step, "features", options.output);
	if (!options.graph)
		return 0;
	step_output(&w->step, "graph", options.graph);
	return outfile_open(&w->graph, options.graph, e);
}

/* 1: nothing to do, the outputs are kept. */
static int keep_outputs(struct work *w, struct err *e)
{
	const char *outputs[2] = {options.output, options.graph};
	struct sink *sink = w->sink;

	if (!step_current(&w->step, outputs, options.graph ? 2 : 1))
		return 0;
	if (options.graph && outfile_keep(&w->graph, e) < 0)
		return -1;
	w->sink = NULL;
	return sink_keep(sink, e) < 0 ? -1 : 1;
}

static int open_source(struct work *w, const char *path, struct err *e)
{
	struct source_options from = SOURCE_OPTIONS_INIT;

	if (options.from)
		format_of_name(options.from, &from.from);
	if (options.schema) {
		w->contract = contract_read(options.schema, e);
		if (!w->contract)
			return -1;
		contract_text_types(w->contract, &from);
	}
	w->source = source_open(path, &from, e);
	if (!w->source)
		return -1;
	source_keep(w->source);
	schema_copy(&w->schema, source_schema(w->source));
	if (w->contract)
		contract_apply_roles(w->contract, &w->schema);
	return 0;
}

/* Which tokens of raw text mean missing goes into the model, so that predict reads raw text as it
 * was read for the training. */
static int note_nulls(struct work *w, struct err *e)
{
	const char *note = notes_get(&w->schema.notes, NULLS_KEY);
	struct signature s = SIGNATURE_INIT;
	json_t *list = NULL, *token;
	size_t i;
	int rc = 0;

	if (signature_get(&s, w->model, e) < 0)
		return -1;
	if (!w->contract && note) {
		list = json_parse(note, strlen(note), NULLS_KEY, e);
		rc = list ? 0 : -1;
	}
	json_array_foreach(list, i, token)
	{
		if (json_is_string(token))
			signature_add_null(&s, json_string_value(token));
	}
	for (i = 0; w->contract && w->contract->nulls && w->contract->nulls[i]; i++)
		if (*w->contract->nulls[i])
			signature_add_null(&s, w->contract->nulls[i]);
	if (rc == 0)
		signature_set(&s, w->model);
	json_decref(list);
	signature_release(&s);
	return rc;
}

static int fit(struct work *w, struct err *e)
{
	w->rules = rules_read(options.rules, e);
	if (!w->rules)
		return -1;
	w->fit = fit_new(w->rules, &w->schema, options.target, e);
	if (!w->fit || fit_source(w->fit, w->source, e) < 0)
		return -1;
	w->transform = fit_transform(w->fit);
	w->model = graph_build(w->transform, e);
	if (!w->model || note_nulls(w, e) < 0)
		return -1;
	return source_rewind(w->source, e);
}

static int read_graph(struct work *w, struct err *e)
{
	w->model = onnx_file_read(options.apply, e);
	if (!w->model || graph_transform(w->model, options.apply, &w->read, e) < 0)
		return -1;
	w->transform = &w->read;
	return 0;
}

static int write_batch(struct work *w, const struct batch *b, struct err *e)
{
	batch_clear(&w->rows);
	if (apply_rows(w->apply, b, 0, (size_t)b->rows, w->at, &w->rows, e) < 0)
		return -1;
	w->at += b->rows;
	return sink_write(w->sink, &w->rows, e);
}

static int write_frame(struct work *w, struct err *e)
{
	const struct batch *b;
	int more;

	w->apply = apply_new(w->transform, &w->schema, e);
	if (!w->apply)
		return -1;
	apply_init(w->apply, &w->rows);
	if (sink_start(w->sink, apply_schema(w->apply), e) < 0)
		return -1;
	while ((more = source_next(w->source, &b, e)) > 0)
		if (write_batch(w, b, e) < 0)
			return -1;
	if (more < 0)
		return -1;
	if (!w->at && !options.apply)
		return err_set(e, ERR_FEW, "there are no rows to fit the features on");
	return 0;
}

/* The graph first: the frame is what make waits for. */
static int commit(struct work *w, struct err *e)
{
	struct sink *sink = w->sink;
	json_t *lineage;
	int rc = 0;

	step_metric(&w->step, "rows", (double)w->at);
	step_metric(&w->step, "features", (double)w->transform->n);
	step_metric(&w->step, "width", (double)transform_width(w->transform));
	if (step_source(&w->step, "data", w->source, e) < 0)
		return -1;
	lineage = step_lineage(&w->step, e);
	if (!lineage)
		return -1;
	if (options.graph) {
		rc = onnx_file_write(&w->graph, w->model, lineage, e);
		if (rc == 0)
			rc = sink_finish(sink, lineage, e);
		if (rc == 0)
			rc = outfile_commit(&w->graph, e);
	}
	if (rc == 0) {
		w->sink = NULL;
		rc = sink_commit(sink, lineage, e);
	}
	json_decref(lineage);
	return rc;
}

static int compute(struct work *w, const char *path, struct err *e)
{
	if (options.apply && read_graph(w, e) < 0)
		return -1;
	if (open_source(w, path, e) < 0 || (!options.apply && fit(w, e) < 0))
		return -1;
	return write_frame(w, e) < 0 ? -1 : commit(w, e);
}

static int run_featurize(struct run *r, struct err *e)
{
	struct work w = {.graph = OUTFILE_INIT, .schema = SCHEMA_INIT};
	const char *path;
	int rc = -1;

	if (run_operand(r, &path, e) < 0 || check_options(e) < 0 || step_begin(&w.step, r, e) < 0)
		return -1;
	if (open_outputs(&w, e) == 0 && step_input(&w.step, "data", path, e) == 0 &&
		(!options.apply || step_input(&w.step, "graph", options.apply, e) == 0)) {
		rc = keep_outputs(&w, e);
		rc = rc ? rc : compute(&w, path, e);
	}
	step_end(&w.step);
	apply_free(w.apply);
	batch_release(&w.rows);
	transform_release(&w.read);
	onnx_model_free(w.model);
	fit_free(w.fit);
	schema_release(&w.schema);
	source_close(w.source);
	contract_free(w.contract);
	rules_free(w.rules);
	outfile_discard(&w.graph);
	sink_discard(w.sink);
	return rc < 0 ? -1 : 0;
}

static const struct tool tool = {
	.name = "featurize",
	.summary = "turn a table into features, as fitted on the training part",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run_featurize,
	.params = params,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
