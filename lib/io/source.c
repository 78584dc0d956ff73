/* source: a table read batch by batch, whatever its format, from a file or a pipe.
 * SPDX-License-Identifier: MIT
 */
#include "io/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/arrow_in.h"
#include "io/recognise.h"
#include "io/stream.h"
#include "io/textin.h"

struct source {
	struct stream **streams; /* [n] */
	size_t n;
	enum format format;
	struct source_options options;
	struct textin *text; /* one of these two */
	struct arrow_in *arrow;
	int started, kept;
	struct err keep_error;
};

static const char *const no_nulls[] = {NULL};

void source_close(struct source *s)
{
	if (!s)
		return;
	textin_close(s->text);
	arrow_in_close(s->arrow);
	for (size_t i = 0; i < s->n; i++)
		stream_close(s->streams[i]);
	free(s->streams);
	free(s);
}

static int source_is_text(enum format format)
{
	return format == FORMAT_CSV || format == FORMAT_TSV || format == FORMAT_JSONL;
}

static int source_recognise(struct source *s, size_t i, enum format *format, struct err *e)
{
	const char *head;
	size_t len;

	if (s->options.from != FORMAT_AUTO) {
		*format = s->options.from;
		return 0;
	}
	if (stream_peek(s->streams[i], &head, &len, 4096, e) < 0)
		return -1;
	return recognise(head, len, stream_name(s->streams[i]), format, e);
}

/* See source_options.torn. */
static int source_torn(const struct source *s)
{
	static const char end[] = ".arrows.open";
	const char *name = stream_name(s->streams[0]);
	size_t len = strlen(name);

	return s->options.torn ||
	       (len >= sizeof(end) && strcmp(name + len - sizeof(end) + 1, end) == 0);
}

static int source_begin(struct source *s, struct err *e)
{
	if (source_torn(s))
		stream_may_grow(s->streams[0]);
	for (size_t i = 0; i < s->n; i++) {
		enum format format;

		stream_hold(s->streams[i]);
		if (source_recognise(s, i, &format, e) < 0)
			return -1;
		if (i == 0)
			s->format = format;
		else if (format != s->format || !source_is_text(format))
			return err_set(e, ERR_USAGE,
				"'%s': several inputs must be text of one format",
				stream_name(s->streams[i]));
	}
	if (source_is_text(s->format))
		s->text = textin_open(s->streams, s->n, s->format, &s->options, e);
	else
		s->arrow = arrow_in_open(s->streams[0], s->format, s->options.truncate_time, e);
	if (s->arrow && source_torn(s))
		arrow_in_torn(s->arrow);
	return s->text || s->arrow ? 0 : -1;
}

static struct source *source_new(const struct source_options *o, size_t n)
{
	struct source *s = mem_new(1, sizeof(*s));

	if (o)
		s->options = *o;
	s->streams = mem_new(n, sizeof(struct stream *));
	return s;
}

struct source *source_open_all(
	const char *const *paths, size_t n, const struct source_options *o, struct err *e)
{
	struct source *s = source_new(o, n);

	for (; s->n < n; s->n++) {
		s->streams[s->n] = stream_open(paths[s->n], e);
		if (!s->streams[s->n])
			goto fail;
	}
	if (source_begin(s, e) == 0)
		return s;
fail:
	source_close(s);
	return NULL;
}

struct source *source_open(const char *path, const struct source_options *o, struct err *e)
{
	return source_open_all(&path, 1, o, e);
}

struct source *source_open_stream(
	struct stream *stream, const struct source_options *o, struct err *e)
{
	struct source *s = source_new(o, 1);

	s->streams[0] = stream;
	s->n = 1;
	if (source_begin(s, e) == 0)
		return s;
	source_close(s);
	return NULL;
}

struct source *source_exec(const char *command, const struct source_options *o, struct err *e)
{
	struct stream *stream = stream_exec(command, e);

	return stream ? source_open_stream(stream, o, e) : NULL;
}

const char *source_name(const struct source *s)
{
	return s->text ? textin_name(s->text) : stream_name(s->streams[0]);
}

const struct schema *source_schema(const struct source *s)
{
	return s->text ? textin_schema(s->text) : arrow_in_schema(s->arrow);
}

enum format source_format(const struct source *s)
{
	return s->format;
}

const char *source_remarks(const struct source *s)
{
	return s->text ? textin_remarks(s->text) : "";
}

const char *const *source_nulls(const struct source *s)
{
	return s->text ? textin_nulls(s->text) : no_nulls;
}

int source_next(struct source *s, const struct batch **out, struct err *e)
{
	if (!s->started) {
		s->started = 1;
		for (size_t i = 0; i < s->n; i++)
			stream_forget(s->streams[i]);
	}
	return s->text ? textin_next(s->text, out, e) : arrow_in_next(s->arrow, out, e);
}

void source_keep(struct source *s)
{
	struct err e = ERR_INIT;

	s->kept = 1;
	for (size_t i = 0; i < s->n && !s->keep_error.kind; i++)
		if (stream_keep(s->streams[i], &e) < 0)
			s->keep_error = e;
}

int source_rewind(struct source *s, struct err *e)
{
	if (s->keep_error.kind) {
		*e = s->keep_error;
		return -1;
	}
	return s->text ? textin_rewind(s->text, e) : arrow_in_rewind(s->arrow, e);
}

uint64_t source_line(const struct source *s, uint64_t row)
{
	return s->text ? textin_line(s->text, row) : 0;
}

int source_sha256_of(struct source *s, size_t i, char hex[SHA256_HEX], struct err *e)
{
	return stream_sha256(s->streams[i], hex, e);
}

int source_sha256(struct source *s, char hex[SHA256_HEX], struct err *e)
{
	return source_sha256_of(s, 0, hex, e);
}

const json_t *source_lineage(const struct source *s)
{
	return s->text ? NULL : arrow_in_lineage(s->arrow);
}
