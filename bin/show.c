/* show: prints any artifact for people, and converts tables.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/grid.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/tool.h"
#include "io/lineage.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/stream.h"
#include "io/preview.h"
#include "onnx/file.h"
#include "report/describe.h"

#define SHOW_CAP ((size_t)256 << 20) /* bytes of a report or a model */

static struct options {
	const char *format, *from;
	long long rows;
	int schema, lineage;
} options;

static const struct opt opts[] = {
	{'n', "rows", OPT_INT, "N", "rows of a table that are shown", OPT_AT(options, rows), 0,
		"20", 0, 1e9},
	{0, "schema", OPT_FLAG, NULL, "the columns of a table, not its rows",
		OPT_AT(options, schema), 0, NULL, 0, 0},
	{0, "lineage", OPT_FLAG, NULL, "how the artifact came to be", OPT_AT(options, lineage), 0,
		NULL, 0, 0},
	{'f', "format", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",
		"write the whole table in this format", OPT_AT(options, format), 0, NULL, 0, 0},
	OPT_FROM(options, from),
	OPT_END,
};

static int print(const struct buf *text, struct err *e)
{
	struct outfile out;

	if (outfile_open(&out, NULL, e) < 0)
		return -1;
	if (outfile_write(&out, text->data, text->len, e) == 0)
		return outfile_commit(&out, e);
	outfile_discard(&out);
	return -1;
}

/* ---- tables */

static int convert(struct source *source, struct err *e)
{
	enum format format = FORMAT_AUTO;
	const struct batch *b;
	struct sink *sink;
	int rc;

	format_of_name(options.format, &format);
	sink = sink_open(NULL, format, e);
	if (!sink)
		return -1;
	rc = sink_start(sink, source_schema(source), e);
	while (rc == 0 && (rc = source_next(source, &b, e)) > 0)
		rc = sink_write(sink, b, e);
	if (rc == 0)
		return sink_commit(sink, source_lineage(source), e);
	sink_discard(sink);
	return -1;
}

/* Takes the stream over. */
static int show_table(struct stream *stream, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct buf text = BUF_INIT;
	struct preview *table = NULL;
	struct source *source;
	const struct batch *b;
	size_t width = grid_terminal(1);
	int rc;

	if (options.from)
		format_of_name(options.from, &o.from);
	source = source_open_stream(stream, &o, e);
	if (!source)
		return -1;
	if (options.format) {
		rc = convert(source, e);
		goto end;
	}
	table = preview_new(source_schema(source), options.schema ? 0 : (uint64_t)options.rows);
	while ((rc = source_next(source, &b, e)) > 0)
		preview_add(table, b);
	if (rc < 0)
		goto end;
	if (options.lineage) {
		describe_lineage(source_lineage(source), width, &text);
	} else if (options.schema) {
		describe_schema(source_schema(source), width, &text);
		preview_print_count(table, &text);
	} else {
		preview_print(table, width, &text);
	}
	rc = print(&text, e);
end:
	preview_free(table);
	buf_release(&text);
	source_close(source);
	return rc;
}

/* ---- models and reports */

static int show_model(const struct buf *bytes, const char *name, struct err *e)
{
	struct onnx_model *m = onnx_file_parse(bytes->data, bytes->len, name, e);
	struct buf text = BUF_INIT;
	json_t *lineage = NULL;
	const char *chain;
	int rc = 0;

	if (!m)
		return -1;
	chain = onnx_model_prop(m, LINEAGE_KEY);
	if (!options.lineage)
		describe_model(m, grid_terminal(1), &text);
	else if (chain && *chain && !(lineage = json_parse(chain, strlen(chain), name, e)))
		rc = -1;
	else
		describe_lineage(lineage, grid_terminal(1), &text);
	if (rc == 0)
		rc = print(&text, e);
	json_decref(lineage);
	buf_release(&text);
	onnx_model_free(m);
	return rc;
}

static int show_report(const struct buf *bytes, const char *name, struct err *e)
{
	json_t *report = json_parse(bytes->data, bytes->len, name, e);
	struct buf text = BUF_INIT;
	int rc;

	if (!report)
		return -1;
	if (options.lineage)
		describe_lineage(json_object_get(report, "lineage"), grid_terminal(1), &text);
	else
		describe_report(report, grid_terminal(1), &text);
	rc = print(&text, e);
	buf_release(&text);
	json_decref(report);
	return rc;
}

/* Reports are written with a line end behind the first brace; a line of JSON Lines is whole. */
static int looks_like_report(const char *head, size_t len)
{
	return len >= 2 && head[0] == '{' && (head[1] == '\n' || head[1] == '\r');
}

static int read_all(struct stream *s, struct buf *out, struct err *e)
{
	size_t n = 1;

	while (n) {
		buf_room(out, 65536);
		if (stream_read(s, out->data + out->len, 65536, &n, e) < 0)
			return -1;
		out->len += n;
		if (out->len > SHOW_CAP)
			return err_set(e, ERR_DATA, "%s: larger than %zu MiB", stream_name(s),
				SHOW_CAP >> 20);
	}
	out->data[out->len] = 0;
	return 0;
}

static int show_small(struct stream *s, int model, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = -1;

	if (options.format || options.schema)
		err_set(e, ERR_USAGE, "%s: --%s is for tables", stream_name(s),
			options.format ? "format" : "schema");
	else if (read_all(s, &bytes, e) == 0)
		rc = model ? show_model(&bytes, stream_name(s), e)
			   : show_report(&bytes, stream_name(s), e);
	buf_release(&bytes);
	stream_close(s);
	return rc;
}

static int show(struct run *r, struct err *e)
{
	struct stream *s;
	const char *path, *head;
	size_t len;

	if (run_operand(r, &path, e) < 0)
		return -1;
	s = stream_open(path, e);
	if (!s)
		return -1;
	stream_hold(s);
	if (stream_peek(s, &head, &len, 4096, e) < 0) {
		stream_close(s);
		return -1;
	}
	/* A model begins with field 1 of a ModelProto, as no text does. */
	if (!options.from && len && (head[0] == 8 || looks_like_report(head, len)))
		return show_small(s, head[0] == 8, e);
	return show_table(s, e);
}

static const struct tool tool = {
	.name = "show",
	.summary = "print any artifact for people",
	.usage = "[FILE]",
	.opts = opts,
	.options = &options,
	.run = show,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
