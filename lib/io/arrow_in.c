/* arrow_in: a table read from an Arrow IPC stream or file.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_in.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/arrow_dict.h"
#include "io/lineage.h"

struct arrow_in {
	struct stream *stream;
	int in_file, truncate_time, torn;
	struct arrow_schema schema;
	struct arrow_type *types; /* [schema.n], of what record batches store */
	struct arrow_dicts dicts;
	struct dict **plain; /* [schema.n] of categories that come as plain strings, else NULL */
	struct arrow_message message;
	struct arrow_footer footer;
	size_t block;		/* of the file's record batches, the next */
	struct arrow_body body; /* the record batch at hand */
	uint64_t pos;		/* its rows that were handed out */
	struct arrow_rows *rows;
	struct batch view;
	uint64_t read;	   /* rows of the record batches so far */
	uint64_t promised; /* rows that pawl said there are */
	int is_ours, has_promise, ended;
	json_t *lineage;
};

const struct schema *arrow_in_schema(const struct arrow_in *in)
{
	return &in->schema.schema;
}

void arrow_in_torn(struct arrow_in *in)
{
	in->torn = 1;
}

const json_t *arrow_in_lineage(const struct arrow_in *in)
{
	return in->lineage;
}

void arrow_in_close(struct arrow_in *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->schema.schema.n; i++) {
		if (in->rows)
			arrow_rows_release(&in->rows[i]);
		if (in->plain)
			dict_unref(in->plain[i]);
	}
	free(in->rows);
	free(in->plain);
	free(in->types);
	free(in->view.cols);
	arrow_dicts_release(&in->dicts);
	arrow_body_release(&in->body);
	arrow_message_release(&in->message);
	arrow_footer_release(&in->footer);
	arrow_schema_release(&in->schema);
	json_decref(in->lineage);
	free(in);
}

/* A row count as text in a note. */
static int arrow_in_promise(struct arrow_in *in, const char *text, size_t len, struct err *e)
{
	if (num_uint64(text, len, &in->promised) < 0)
		return err_set(e, ERR_DATA, "the note " ARROW_NOTE_ROWS " is no number");
	in->has_promise = 1;
	return 0;
}

static int arrow_in_parse_lineage(const char *text, size_t len, json_t **out, struct err *e)
{
	json_t *lineage = json_parse(text, len, LINEAGE_KEY, e);

	if (!lineage)
		return -1;
	if (lineage_check(lineage, "the table", e) < 0) {
		json_decref(lineage);
		return -1;
	}
	json_decref(*out);
	*out = lineage;
	return 0;
}

/* ---- streams */

static int stream_start(struct arrow_in *in, struct err *e)
{
	struct arrow_message *m = &in->message;
	struct flatbuf_vector notes;
	int marked, rc;
	size_t len;

	rc = arrow_message_read(m, in->stream, &marked, e);
	if (rc < 0)
		return -1;
	if (!rc || m->tag != ARROW_SCHEMA)
		return err_set(e, ERR_DATA, "the Arrow stream does not begin with a schema");
	notes = flatbuf_vector(&m->flat, &m->table, MESSAGE_NOTES, 4);
	in->is_ours = arrow_note(&m->flat, &notes, ARROW_NOTE_STREAM, &len) != NULL;
	return 0;
}

/* The trailer of our own streams: no rows, but the row count and the lineage. */
static int stream_trailer(struct arrow_in *in, struct err *e)
{
	struct arrow_message *m = &in->message;
	struct flatbuf_vector notes = flatbuf_vector(&m->flat, &m->table, MESSAGE_NOTES, 4);
	size_t len;
	const char *text = arrow_note(&m->flat, &notes, ARROW_NOTE_ROWS, &len);

	if (!in->is_ours || !text)
		return 0;
	if (in->body.rows)
		return err_set(e, ERR_DATA, "the trailer of the stream has rows");
	if (arrow_in_promise(in, text, len, e) < 0)
		return -1;
	text = arrow_note(&m->flat, &notes, LINEAGE_KEY, &len);
	return text ? arrow_in_parse_lineage(text, len, &in->lineage, e) : 0;
}

static int stream_end(struct arrow_in *in, int marked, struct err *e)
{
	char byte;
	size_t n = 0;

	if (in->torn)
		return 0;
	if (in->is_ours && (!marked || !in->has_promise))
		return err_set(e, ERR_DATA,
			"the Arrow stream is cut off: its end mark is missing (did the program "
			"that wrote it fail?)");
	if (marked && stream_read(in->stream, &byte, 1, &n, e) < 0)
		return -1;
	if (n)
		return err_set(e, ERR_DATA, "bytes follow the end mark of the Arrow stream");
	return 0;
}

static int stream_advance(struct arrow_in *in, struct err *e)
{
	struct arrow_message *m = &in->message;
	struct err why = ERR_INIT;
	int marked, rc = arrow_message_read(m, in->stream, &marked, &why);

	if (rc < 0 && !(in->torn && why.kind == ERR_DATA)) {
		*e = why;
		return -1;
	}
	if (rc <= 0)
		return stream_end(in, marked, e);
	if (in->has_promise)
		return err_set(e, ERR_DATA, "the Arrow stream goes on behind its trailer");
	if (m->tag == ARROW_SCHEMA)
		return err_set(e, ERR_DATA, "the Arrow stream has a second schema");
	if (m->tag == ARROW_DICTIONARY_BATCH)
		return arrow_dicts_add(&in->dicts, m, 0, e) < 0 ? -1 : 1;
	if (arrow_body_read(&in->body, m, &m->header, in->types, &in->schema.schema, e) < 0)
		return -1;
	in->read += in->body.rows;
	return stream_trailer(in, e) < 0 ? -1 : 1;
}

/* ---- files */

static int file_start(struct arrow_in *in, struct err *e)
{
	struct arrow_footer *f = &in->footer;
	struct flatbuf_vector notes;
	const char *text;
	size_t len;

	if (stream_is_gzip(in->stream))
		return err_set(e, ERR_DATA, "an Arrow file inside gzip: unpack it first");
	/* Through a pipe: into a temporary file, since the footer comes last. */
	if (!stream_seekable(in->stream) &&
		(stream_keep(in->stream, e) < 0 || stream_rewind(in->stream, e) < 0))
		return -1;
	if (arrow_footer_read(f, stream_fd(in->stream), e) < 0)
		return -1;
	notes = flatbuf_vector(&f->flat, &f->table, FOOTER_NOTES, 4);
	text = arrow_note(&f->flat, &notes, ARROW_NOTE_ROWS, &len);
	in->is_ours = text != NULL;
	return text ? arrow_in_promise(in, text, len, e) : 0;
}

/* Dictionaries come first, wherever they stand in the file. */
static int file_dicts(struct arrow_in *in, struct err *e)
{
	for (size_t i = 0; i < in->footer.ndicts; i++)
		if (arrow_message_pread(&in->message, stream_fd(in->stream), &in->footer.dicts[i],
			    ARROW_DICTIONARY_BATCH, e) < 0 ||
			arrow_dicts_add(&in->dicts, &in->message, 1, e) < 0)
			return -1;
	return 0;
}

static int file_advance(struct arrow_in *in, struct err *e)
{
	struct arrow_message *m = &in->message;

	if (in->block == in->footer.nbatches)
		return 0;
	if (arrow_message_pread(m, stream_fd(in->stream), &in->footer.batches[in->block++],
		    ARROW_RECORD_BATCH, e) < 0 ||
		arrow_body_read(&in->body, m, &m->header, in->types, &in->schema.schema, e) < 0)
		return -1;
	in->read += in->body.rows;
	return 1;
}

/* ---- both */

static int arrow_in_schema_of(struct arrow_in *in, struct err *e)
{
	struct flatbuf *f = in->in_file ? &in->footer.flat : &in->message.flat;
	struct flatbuf_table t = in->message.header;

	if (in->in_file)
		t = flatbuf_table(f, &in->footer.table, FOOTER_SCHEMA);
	if (arrow_schema_read(&in->schema, f, &t, e) < 0)
		return -1;
	if (in->in_file && in->is_ours && in->schema.lineage)
		return arrow_in_parse_lineage(
			in->schema.lineage, strlen(in->schema.lineage), &in->lineage, e);
	return 0;
}

static int arrow_in_start(struct arrow_in *in, struct err *e)
{
	size_t n;

	if ((in->in_file ? file_start(in, e) : stream_start(in, e)) < 0 ||
		arrow_in_schema_of(in, e) < 0)
		return -1;
	n = in->schema.schema.n;
	in->types = mem_new(n, sizeof(*in->types));
	in->rows = mem_new(n, sizeof(*in->rows));
	in->plain = mem_new(n, sizeof(struct dict *));
	in->view.cols = mem_new(n, sizeof(*in->view.cols));
	in->view.n = n;
	arrow_body_init(&in->body, n);
	for (size_t i = 0; i < n; i++) {
		const struct arrow_field *f = &in->schema.fields[i];
		enum type type = in->schema.schema.fields[i].type;

		in->types[i] = f->has_dict ? f->index : f->type;
		in->rows[i] = (struct arrow_rows)ARROW_ROWS_INIT(type);
		if (type == TYPE_CATEGORY && !f->has_dict)
			in->rows[i].dict = in->plain[i] = dict_new();
	}
	if (arrow_dicts_init(&in->dicts, &in->schema, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (in->schema.fields[i].has_dict)
			in->rows[i].dict = arrow_dicts_find(&in->dicts, in->schema.fields[i].dict)
						   ->meaning.dict;
	return in->in_file ? file_dicts(in, e) : 0;
}

/* Messages begin with the name of the input; those of stream.c do so already. */
static int arrow_in_named(const struct arrow_in *in, struct err *e)
{
	if (e->kind == ERR_DATA || in->in_file)
		err_prefix(e, "%s", stream_name(in->stream));
	return -1;
}

struct arrow_in *arrow_in_open(
	struct stream *s, enum format format, int truncate_time, struct err *e)
{
	struct arrow_in *in = mem_new(1, sizeof(*in));

	in->stream = s;
	in->in_file = format == FORMAT_ARROW_FILE;
	in->truncate_time = truncate_time;
	in->message = (struct arrow_message)ARROW_MESSAGE_INIT;
	in->footer = (struct arrow_footer)ARROW_FOOTER_INIT;
	if (arrow_in_start(in, e) == 0)
		return in;
	arrow_in_named(in, e);
	arrow_in_close(in);
	return NULL;
}

int arrow_in_rewind(struct arrow_in *in, struct err *e)
{
	in->block = 0;
	in->pos = in->body.rows = in->read = 0;
	in->ended = 0;
	if (in->in_file)
		return 0;
	in->has_promise = 0;
	arrow_dicts_rewind(&in->dicts);
	if (stream_rewind(in->stream, e) < 0)
		return -1;
	return stream_start(in, e) < 0 ? arrow_in_named(in, e) : 0;
}

/* The next record batch with rows: 1; 0: the end, where everything has to add up; -1. */
static int arrow_in_advance(struct arrow_in *in, struct err *e)
{
	int rc = 1;

	in->pos = in->body.rows = 0;
	while (rc > 0 && !in->body.rows)
		rc = in->in_file ? file_advance(in, e) : stream_advance(in, e);
	if (rc == 0 && in->has_promise && in->promised != in->read)
		return err_set(e, ERR_DATA, "%llu rows were written, %llu are there",
			(unsigned long long)in->promised, (unsigned long long)in->read);
	if (rc == 0)
		in->ended = 1;
	return rc;
}

static struct arrow_slice arrow_in_slice(const struct arrow_in *in, size_t i, uint64_t n)
{
	struct arrow_slice s = {&in->body.cols[i], NULL, in->pos, n, in->truncate_time};

	if (in->schema.fields[i].has_dict)
		s.meaning = &arrow_dicts_find(&in->dicts, in->schema.fields[i].dict)->meaning;
	return s;
}

/* Whether these n rows are all of a batch, so that they need not be gathered. */
static int arrow_in_is_whole(const struct arrow_in *in, uint64_t at, uint64_t n)
{
	int is_last =
		in->in_file && in->block == in->footer.nbatches && in->pos + n == in->body.rows;

	return at == 0 && (n == BATCH_ROWS || is_last);
}

/* Takes n rows of the record batch at hand behind the `at` rows gathered so far. */
static int arrow_in_take(struct arrow_in *in, uint64_t at, uint64_t n, struct err *e)
{
	for (size_t i = 0; i < in->view.n; i++) {
		struct arrow_slice s = arrow_in_slice(in, i, n);
		struct column *c = &in->view.cols[i];
		uint64_t bad = 0;
		int rc = 0;

		if (arrow_in_is_whole(in, at, n))
			rc = arrow_borrow(in->rows[i].type, &s, c, &bad, e);
		if (rc == 0) {
			rc = arrow_rows_add(&in->rows[i], at, &s, &bad, e);
			arrow_rows_column(&in->rows[i], c);
			if (c->type == TYPE_NULL)
				c->nulls = at + n;
		}
		if (rc < 0)
			return err_prefix(e, "column '%s', row %llu",
				in->schema.schema.fields[i].name,
				(unsigned long long)(in->read - in->body.rows + in->pos + bad + 1));
	}
	return 0;
}

/* How many of the rows left go into the batch that has `at` already. */
static uint64_t arrow_in_fit(const struct arrow_in *in, uint64_t at)
{
	uint64_t n = in->body.rows - in->pos;

	if (n > BATCH_ROWS - at)
		n = BATCH_ROWS - at;
	for (size_t i = 0; i < in->view.n; i++) {
		struct arrow_slice s = arrow_in_slice(in, i, n);

		n = arrow_rows_fit(&in->rows[i], &s);
	}
	return n;
}

static int arrow_in_gather(struct arrow_in *in, struct err *e)
{
	uint64_t at = 0, n = 0;

	for (size_t i = 0; i < in->view.n; i++)
		arrow_rows_clear(&in->rows[i]);
	while (at < BATCH_ROWS && !in->ended) {
		if (in->pos == in->body.rows) {
			if (arrow_in_advance(in, e) < 0)
				return -1;
			continue;
		}
		n = arrow_in_fit(in, at);
		if (!n && at)
			break;
		if (!n)
			return err_set(e, ERR_DATA, "a value is longer than 2^31-1 bytes");
		if (arrow_in_take(in, at, n, e) < 0)
			return -1;
		at += n;
		in->pos += n;
	}
	in->view.rows = at;
	return at > 0;
}

int arrow_in_next(struct arrow_in *in, const struct batch **out, struct err *e)
{
	int rc = in->ended ? 0 : arrow_in_gather(in, e);

	if (rc < 0)
		return arrow_in_named(in, e);
	if (rc > 0)
		*out = &in->view;
	return rc;
}

int arrow_file_lineage(const char *path, json_t **out, struct err *e)
{
	struct arrow_footer f = ARROW_FOOTER_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct flatbuf_table schema;
	struct flatbuf_vector notes;
	json_t *lineage = NULL;
	const char *text;
	size_t len;

	if (fd < 0)
		return err_errno(e, "cannot read '%s'", path);
	rc = arrow_footer_read(&f, fd, e);
	if (rc == 0) {
		notes = flatbuf_vector(&f.flat, &f.table, FOOTER_NOTES, 4);
		if (arrow_note(&f.flat, &notes, ARROW_NOTE_ROWS, &len)) {
			schema = flatbuf_table(&f.flat, &f.table, FOOTER_SCHEMA);
			notes = flatbuf_vector(&f.flat, &schema, 2, 4);
			text = arrow_note(&f.flat, &notes, LINEAGE_KEY, &len);
			if (text)
				rc = arrow_in_parse_lineage(text, len, &lineage, e);
		}
	}
	if (rc == 0)
		*out = lineage;
	else
		err_prefix(e, "%s", path);
	arrow_footer_release(&f);
	close(fd);
	return rc;
}
