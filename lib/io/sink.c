/* sink: a table written batch by batch, in any format, so that it is whole or not there.
 * SPDX-License-Identifier: MIT
 */
#include "io/sink.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grid.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/arrow_out.h"
#include "io/preview.h"
#include "io/textout.h"

struct sink {
	struct outfile out;
	int finished; /* only the rename is left */
	char *path;   /* NULL: standard output */
	enum format format;
	int gzipped, terminal;
	struct arrow_out *arrow; /* one of these three, once started */
	struct textout *text;
	struct preview *table;
	uint64_t rows;
};

static int is_text(enum format format)
{
	return format == FORMAT_CSV || format == FORMAT_TSV || format == FORMAT_JSONL;
}

static int ends_gz(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

struct sink *sink_open(const char *path, enum format format, struct err *e)
{
	int named = path && strcmp(path, "-") != 0;
	struct sink *s;

	if (format == FORMAT_AUTO && named)
		format_of_path(path, &format);
	if (named && ends_gz(path) && !is_text(format)) {
		err_set(e, ERR_USAGE, "cannot write '%s': only text formats are gzipped", path);
		return NULL;
	}
	s = mem_new(1, sizeof(*s));
	if (outfile_open(&s->out, path, e) < 0) {
		free(s);
		return NULL;
	}
	s->path = named ? mem_strdup(path) : NULL;
	s->terminal = !named && format == FORMAT_AUTO && isatty(1);
	if (format == FORMAT_AUTO)
		format =
			named && outfile_regular(&s->out) ? FORMAT_ARROW_FILE : FORMAT_ARROW_STREAM;
	s->format = format;
	s->gzipped = named && ends_gz(path);
	return s;
}

static void sink_drop(struct sink *s)
{
	arrow_out_free(s->arrow);
	textout_free(s->text);
	preview_free(s->table);
	s->arrow = NULL;
	s->text = NULL;
	s->table = NULL;
	s->rows = 0;
}

static void sink_free(struct sink *s)
{
	sink_drop(s);
	free(s->path);
	free(s);
}

int sink_keep(struct sink *s, struct err *e)
{
	int rc = outfile_keep(&s->out, e);

	sink_free(s);
	return rc;
}

void sink_discard(struct sink *s)
{
	if (!s)
		return;
	outfile_discard(&s->out);
	sink_free(s);
}

int sink_restartable(const struct sink *s)
{
	return s->terminal || s->out.part;
}

int sink_restart(struct sink *s, struct err *e)
{
	sink_drop(s);
	if (s->terminal)
		return 0;
	if (ftruncate(s->out.fd, 0) < 0 || lseek(s->out.fd, 0, SEEK_SET) < 0)
		return err_errno(e, "cannot write '%s'", s->out.path);
	return 0;
}

const char *sink_path(const struct sink *s)
{
	return s->path;
}

enum format sink_format(const struct sink *s)
{
	return s->format;
}

int sink_start(struct sink *s, const struct schema *schema, struct err *e)
{
	if (s->terminal)
		s->table = preview_new(schema, PREVIEW_ROWS);
	else if (is_text(s->format))
		s->text = textout_open(&s->out, s->format, s->gzipped, schema, e);
	else
		s->arrow = arrow_out_open(&s->out, s->format, schema, e);
	return s->table || s->text || s->arrow ? 0 : -1;
}

int sink_write(struct sink *s, const struct batch *b, struct err *e)
{
	s->rows += b->rows;
	if (s->text)
		return textout_write(s->text, b, e);
	if (s->arrow)
		return arrow_out_write(s->arrow, b, e);
	preview_add(s->table, b);
	return 0;
}

uint64_t sink_rows(const struct sink *s)
{
	return s->rows;
}

static int sink_show(struct sink *s, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	preview_print(s->table, grid_terminal(1), &text);
	rc = outfile_write(&s->out, text.data, text.len, e);
	buf_release(&text);
	return rc;
}

int sink_finish(struct sink *s, const json_t *lineage, struct err *e)
{
	if (s->finished)
		return 0;
	s->finished = 1;
	if (s->text)
		return textout_finish(s->text, e);
	if (s->arrow)
		return arrow_out_finish(s->arrow, lineage, e);
	return sink_show(s, e);
}

int sink_commit(struct sink *s, const json_t *lineage, struct err *e)
{
	int rc = sink_finish(s, lineage, e);

	if (rc == 0)
		rc = outfile_commit(&s->out, e);
	else
		outfile_discard(&s->out);
	sink_free(s);
	return rc;
}
