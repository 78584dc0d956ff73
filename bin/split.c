/* split: cut a table into a training, a validation and a test part.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "feat/split.h"
#include "io/lineage.h"
#include "io/sink.h"

static struct options {
	const char *output, *valid_output, *test_output, *format, *from;
	const char *by, *key, *time, *stratify;
	double test, valid;
	long long seed;
} options;

static const struct opt opts[] = {
	{'o', "output", OPT_STRING, "FILE",
		"where to write the training part (default: standard output)",
		OPT_AT(options, output), OPT_WRITES, NULL, 0, 0},
	{0, "test-output", OPT_STRING, "FILE", "where to write the test part",
		OPT_AT(options, test_output), OPT_WRITES, NULL, 0, 0},
	{0, "valid-output", OPT_STRING, "FILE", "where to write the validation part",
		OPT_AT(options, valid_output), OPT_WRITES, NULL, 0, 0},
	{0, "by", OPT_CHOICE, "hash|position|time|random",
		"what decides: a hash of the key, the place in the table, the time, or chance",
		OPT_AT(options, by), OPT_PARAM, "hash", 0, 0},
	{0, "test", OPT_NUMBER, "X", "share of the rows that is for testing", OPT_AT(options, test),
		OPT_PARAM, "0.2", 0, 1},
	{0, "valid", OPT_NUMBER, "X", "share of the rows that is for validation",
		OPT_AT(options, valid), OPT_PARAM, "0", 0, 1},
	{0, "key", OPT_STRING, "COLUMN",
		"column of keys for hash (default: the one of role key, else _row)",
		OPT_AT(options, key), OPT_PARAM, NULL, 0, 0},
	{0, "time", OPT_STRING, "COLUMN",
		"column of times for time (default: the one of role time)", OPT_AT(options, time),
		OPT_PARAM, NULL, 0, 0},
	{0, "stratify", OPT_STRING, "COLUMN",
		"give each part the same share of every value of this column (hash, random)",
		OPT_AT(options, stratify), OPT_PARAM, NULL, 0, 0},
	{0, "seed", OPT_INT, "N", "another number, another split (hash, random)",
		OPT_AT(options, seed), OPT_PARAM, "0", 0, 9007199254740992.0},
	OPT_FORMAT(options, format),
	OPT_FROM(options, from),
	OPT_END,
};

struct part { /* one output */
	struct sink *sink;
	const char *path;
	struct batch rows; /* of the batch at hand */
	uint8_t *keep;
	size_t keep_cap;
};

struct work {
	struct part parts[SPLIT_PARTS];
	struct source *source;
	struct split *split;
	struct schema schema;
	struct step step;
};

static int check_options(struct err *e)
{
	const struct options *o = &options;

	if (!(o->test > 0) || !(o->test + o->valid < 1))
		return err_set(e, ERR_USAGE,
			"--test must be above 0, and --test and --valid together below 1");
	if (!o->test_output)
		return err_set(e, ERR_USAGE, "where does the test part go? (--test-output FILE)");
	if (o->valid > 0 && !o->valid_output)
		return err_set(
			e, ERR_USAGE, "where does the validation part go? (--valid-output FILE)");
	if (o->valid_output && !(o->valid > 0))
		return err_set(e, ERR_USAGE,
			"--valid-output needs a share of the rows: --valid X, above 0");
	if (file_alias(o->output, o->test_output) ||
		(o->valid_output && (file_alias(o->output, o->valid_output) ||
					    file_alias(o->test_output, o->valid_output))))
		return err_set(e, ERR_USAGE, "two parts cannot go to one file");
	if (o->key && strcmp(o->by, "hash") != 0)
		return err_set(e, ERR_USAGE, "--key is for --by hash only");
	if (o->time && strcmp(o->by, "time") != 0)
		return err_set(e, ERR_USAGE, "--time is for --by time only");
	return 0;
}

static int has_part(int p)
{
	return p != SPLIT_VALID || options.valid > 0;
}

/* Locked in the order of the parts, before any input is read. */
static int open_outputs(struct work *w, struct err *e)
{
	enum format format = FORMAT_AUTO;

	w->parts[SPLIT_TRAIN].path = options.output;
	w->parts[SPLIT_VALID].path = options.valid_output;
	w->parts[SPLIT_TEST].path = options.test_output;
	if (options.format)
		format_of_name(options.format, &format);
	for (int p = 0; p < SPLIT_PARTS; p++) {
		if (!has_part(p))
			continue;
		w->parts[p].sink = sink_open(w->parts[p].path, format, e);
		if (!w->parts[p].sink)
			return -1;
		step_output(&w->step, split_part_name(p), w->parts[p].path);
	}
	return 0;
}

/* 1: nothing to do; then the outputs are kept, the primary one last. */
static int keep_outputs(struct work *w, struct err *e)
{
	const char *paths[SPLIT_PARTS], *names[SPLIT_PARTS];
	size_t n = 0;

	for (int p = 0; p < SPLIT_PARTS; p++) {
		if (!has_part(p))
			continue;
		paths[n] = w->parts[p].path;
		names[n++] = split_part_name(p);
	}
	if (!step_current_parts(&w->step, paths, names, n))
		return 0;
	for (int p = SPLIT_PARTS - 1; p >= 0; p--) {
		struct sink *sink = w->parts[p].sink;

		w->parts[p].sink = NULL;
		if (sink && sink_keep(sink, e) < 0)
			return -1;
	}
	return 1;
}

static int learn(struct work *w, const char *path, struct err *e)
{
	static const char *const names[] = {"hash", "position", "time", "random"};
	struct split_options o = {.stratify = options.stratify,
		.test = options.test,
		.valid = options.valid,
		.seed = (uint64_t)options.seed,
		.column = options.key ? options.key : options.time};
	struct source_options from = SOURCE_OPTIONS_INIT;

	while (strcmp(names[o.by], options.by) != 0)
		o.by++;
	if (options.from)
		format_of_name(options.from, &from.from);
	w->source = source_open(path, &from, e);
	if (!w->source)
		return -1;
	source_keep(w->source);
	schema_copy(&w->schema, source_schema(w->source));
	notes_set(&w->schema.notes, LINEAGE_KEY, NULL);
	if (schema_unique(&w->schema, e) < 0)
		return -1;
	w->split = split_new(&o, &w->schema, e);
	if (!w->split || split_learn(w->split, w->source, e) < 0)
		return -1;
	return source_rewind(w->source, e);
}

static int write_batch(struct work *w, const struct batch *b, const uint8_t *part, struct err *e)
{
	for (int p = 0; p < SPLIT_PARTS; p++) {
		struct part *out = &w->parts[p];
		size_t bytes = (b->rows + 7) / 8;

		if (!out->sink)
			continue;
		if (out->keep_cap < bytes) {
			out->keep_cap = bytes;
			out->keep = mem_grow(out->keep, bytes, 1);
		}
		for (uint64_t i = 0; i < b->rows; i++)
			bit_set(out->keep, i, part[i] == p);
		batch_clear(&out->rows);
		if (batch_append(&out->rows, b, out->keep) < 0)
			return err_set(e, ERR_DATA, "a batch holds more than 2 GiB of text");
		if (sink_write(out->sink, &out->rows, e) < 0)
			return -1;
	}
	return 0;
}

static int write_parts(struct work *w, struct err *e)
{
	const struct batch *b;
	uint8_t *part = NULL;
	uint64_t rows = 0;
	int more = 0;

	for (int p = 0; p < SPLIT_PARTS; p++) {
		batch_init(&w->parts[p].rows, &w->schema);
		if (w->parts[p].sink && sink_start(w->parts[p].sink, &w->schema, e) < 0)
			return -1;
	}
	while ((more = source_next(w->source, &b, e)) > 0) {
		part = mem_grow(part, b->rows, 1);
		split_assign(w->split, b, rows, part);
		if (write_batch(w, b, part, e) < 0) {
			more = -1;
			break;
		}
		rows += b->rows;
	}
	free(part);
	for (int p = 0; more == 0 && p < SPLIT_PARTS; p++)
		if (has_part(p) && !split_count(w->split, p))
			return err_set(e, ERR_FEW,
				"the %s part would be empty: there are only %llu rows",
				split_part_name(p), (unsigned long long)rows);
	return more;
}

static int finish_part(struct work *w, int p, struct err *e)
{
	json_t *lineage = step_lineage_part(&w->step, split_part_name(p), e);
	int rc = lineage ? sink_finish(w->parts[p].sink, lineage, e) : -1;

	json_decref(lineage);
	return rc;
}

static int commit(struct work *w, struct err *e)
{
	if (step_source(&w->step, "data", w->source, e) < 0)
		return -1;
	for (int p = 0; p < SPLIT_PARTS; p++) {
		char *metric = mem_printf("%s_rows", split_part_name(p));

		step_metric(&w->step, metric, (double)split_count(w->split, p));
		free(metric);
		if (w->parts[p].sink && finish_part(w, p, e) < 0)
			return -1;
	}
	for (int p = SPLIT_PARTS - 1; p >= 0; p--) {
		struct sink *sink = w->parts[p].sink;

		w->parts[p].sink = NULL;
		if (sink && sink_commit(sink, NULL, e) < 0)
			return -1;
	}
	return 0;
}

static int run_split(struct run *r, struct err *e)
{
	struct work w = {.schema = SCHEMA_INIT};
	const char *path;
	int rc = -1, kept;

	if (run_operand(r, &path, e) < 0 || check_options(e) < 0 || step_begin(&w.step, r, e) < 0)
		return -1;
	if (open_outputs(&w, e) < 0 || step_input(&w.step, "data", path, e) < 0)
		goto end;
	kept = keep_outputs(&w, e);
	if (kept == 0 && learn(&w, path, e) == 0 && write_parts(&w, e) == 0)
		rc = commit(&w, e);
	else
		rc = kept > 0 ? 0 : -1;
end:
	for (int p = 0; p < SPLIT_PARTS; p++) {
		sink_discard(w.parts[p].sink);
		batch_release(&w.parts[p].rows);
		free(w.parts[p].keep);
	}
	step_end(&w.step);
	split_free(w.split);
	source_close(w.source);
	schema_release(&w.schema);
	return rc;
}

static const struct tool tool = {
	.name = "split",
	.summary = "cut a table into a training, a validation and a test part",
	.usage = "[FILE]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run_split,
	.notes = "Every row is in exactly one part, in the order of the table.",
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
