/* arrow_out: a table written as an Arrow IPC stream or file.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/arrow_gather.h"
#include "io/arrow_in.h"
#include "io/arrow_message.h"
#include "io/arrow_schema.h"
#include "io/lineage.h"

enum { ARROW_ALIGN = 64, ARROW_SMALL = 1 << 18 };

struct arrow_out {
	struct outfile *file;
	int in_file;
	struct schema schema;
	struct arrow_gather *cols;   /* [schema.n] */
	size_t *known;		     /* [schema.n] stream: entries of dictionaries written */
	uint64_t at;		     /* rows gathered */
	uint64_t rows;		     /* rows written or gathered */
	uint64_t pos;		     /* bytes written */
	struct buf meta;	     /* a message's FlatBuffer */
	struct buf pending;	     /* small pieces on their way to the file */
	struct arrow_block *batches; /* of a file */
	size_t nbatches, batches_cap;
	struct arrow_block *dicts;
	size_t ndicts;
	int has_dicts;		  /* the dictionaries have been written */
	struct arrow_part *parts; /* [ARROW_PARTS * schema.n] of the record batch being written */
	uint64_t *nulls;	  /* [schema.n] */
};

/* The buffers and null counts of a record batch. */
struct arrow_layout {
	const struct arrow_part *parts; /* [nparts] */
	size_t nparts;
	const uint64_t *nulls; /* [ncols] */
	size_t ncols;
	uint64_t rows;
};

static uint64_t padded(uint64_t len, uint64_t align)
{
	return (len + align - 1) / align * align;
}

/* ---- bytes */

static int out_flush(struct arrow_out *o, struct err *e)
{
	int rc = outfile_write(o->file, o->pending.data, o->pending.len, e);

	buf_reset(&o->pending);
	return rc;
}

static int out_bytes(struct arrow_out *o, const void *bytes, size_t len, struct err *e)
{
	o->pos += len;
	if (o->pending.len + len <= ARROW_SMALL) {
		buf_add(&o->pending, bytes, len);
		return 0;
	}
	if (out_flush(o, e) < 0)
		return -1;
	if (len > ARROW_SMALL)
		return outfile_write(o->file, bytes, len, e);
	buf_add(&o->pending, bytes, len);
	return 0;
}

static int out_zeros(struct arrow_out *o, uint64_t len, struct err *e)
{
	static const char zeros[ARROW_ALIGN];

	return out_bytes(o, zeros, (size_t)len, e);
}

/* ---- messages. o->meta holds the FlatBuffer from out_begin() to out_end(). */

static size_t out_begin(struct arrow_out *o, enum arrow_header tag, uint64_t body_len,
	const struct note *notes, size_t nnotes)
{
	struct flatbuf_slot slots[] = {{MESSAGE_VERSION, 2, ARROW_VERSION}, {MESSAGE_TAG, 1, tag},
		{MESSAGE_HEADER, 4, 0}, {MESSAGE_BODY, 8, (int64_t)body_len},
		{MESSAGE_NOTES, 4, 0}};
	size_t table;

	flatbuf_start(&o->meta);
	table = flatbuf_put_table(&o->meta, slots, nnotes ? 5 : 4);
	if (nnotes)
		flatbuf_link(&o->meta, table, MESSAGE_NOTES,
			arrow_schema_put_notes(&o->meta, notes, nnotes));
	return table;
}

/* Links the header, writes prefix and metadata; the body follows. */
static int out_end(
	struct arrow_out *o, size_t table, size_t header, struct arrow_block *block, struct err *e)
{
	uint32_t prefix[2] = {UINT32_MAX, 0};

	flatbuf_link(&o->meta, table, MESSAGE_HEADER, header);
	flatbuf_finish(&o->meta, table);
	block->offset = o->pos;
	block->meta_len = (uint32_t)(padded(8 + o->meta.len, ARROW_ALIGN / 8));
	prefix[1] = block->meta_len - 8;
	return out_bytes(o, prefix, sizeof(prefix), e) < 0 ||
			       out_bytes(o, o->meta.data, o->meta.len, e) < 0
		       ? -1
		       : out_zeros(o, block->meta_len - 8 - o->meta.len, e);
}

static uint64_t layout_len(const struct arrow_layout *l)
{
	uint64_t len = 0;

	for (size_t i = 0; i < l->nparts; i++)
		len += padded(l->parts[i].len, ARROW_ALIGN);
	return len;
}

/* The RecordBatch table. */
static size_t out_put_batch(struct arrow_out *o, const struct arrow_layout *l)
{
	struct flatbuf_slot slots[] = {{0, 8, (int64_t)l->rows}, {1, 4, 0}, {2, 4, 0}};
	struct buf *b = &o->meta;
	size_t table = flatbuf_put_table(b, slots, 3), nodes, buffers;
	uint64_t offset = 0;

	nodes = flatbuf_put_vector(b, l->ncols, 16, 8);
	flatbuf_link(b, table, 1, nodes);
	for (size_t i = 0; i < l->ncols; i++) {
		flatbuf_set_i64(b, nodes + 4 + 16 * i, (int64_t)l->rows);
		flatbuf_set_i64(b, nodes + 12 + 16 * i, (int64_t)l->nulls[i]);
	}
	buffers = flatbuf_put_vector(b, l->nparts, 16, 8);
	flatbuf_link(b, table, 2, buffers);
	for (size_t i = 0; i < l->nparts; i++) {
		flatbuf_set_i64(b, buffers + 4 + 16 * i, (int64_t)offset);
		flatbuf_set_i64(b, buffers + 12 + 16 * i, (int64_t)l->parts[i].len);
		offset += padded(l->parts[i].len, ARROW_ALIGN);
	}
	return table;
}

static int out_body(struct arrow_out *o, const struct arrow_layout *l, struct err *e)
{
	for (size_t i = 0; i < l->nparts; i++) {
		uint64_t len = l->parts[i].len;

		if (out_bytes(o, l->parts[i].at, (size_t)len, e) < 0 ||
			out_zeros(o, padded(len, ARROW_ALIGN) - len, e) < 0)
			return -1;
	}
	return 0;
}

static int out_schema(struct arrow_out *o, struct err *e)
{
	static const struct note ours = {(char *)(uintptr_t)ARROW_NOTE_STREAM, (char *)"1"};
	struct arrow_block block;
	size_t table = out_begin(o, ARROW_SCHEMA, 0, &ours, !o->in_file);
	size_t header = arrow_schema_put(&o->meta, &o->schema, o->in_file, NULL);

	return out_end(o, table, header, &block, e);
}

/* ---- dictionaries: whole, one for each column that has one */

static int out_dict(struct arrow_out *o, size_t column, struct err *e)
{
	struct arrow_gather *g = &o->cols[column];
	struct flatbuf_slot slots[] = {{0, 8, (int64_t)column}, {1, 4, 0}, {2, 1, 0}};
	size_t n = g->dict.n, end = n ? g->dict.offsets[n] : 0, table, header;
	int32_t *offsets = mem_new(n + 1, sizeof(*offsets));
	struct arrow_part parts[] = {{"", 0}, {offsets, (n + 1) * sizeof(*offsets)},
		{g->dict.keys ? g->dict.keys : "", end}};
	struct arrow_layout l = {parts, ARROW_PARTS, &(uint64_t){0}, 1, n};
	struct arrow_block *block = &o->dicts[o->ndicts++];
	int rc = -1;

	if (end > INT32_MAX) {
		err_set(e, ERR_DATA,
			"the distinct values of column '%s' exceed 2^31-1 bytes; make it a string",
			o->schema.fields[column].name);
		goto end;
	}
	for (size_t i = 1; i <= n; i++)
		offsets[i] = (int32_t)g->dict.offsets[i];
	block->body_len = layout_len(&l);
	table = out_begin(o, ARROW_DICTIONARY_BATCH, block->body_len, NULL, 0);
	header = flatbuf_put_table(&o->meta, slots, 3);
	flatbuf_link(&o->meta, header, 1, out_put_batch(o, &l));
	o->known[column] = n;
	if (out_end(o, table, header, block, e) == 0)
		rc = out_body(o, &l, e);
end:
	free(offsets);
	return rc;
}

/* Once: on a stream before the first record batch, in a file behind the last. */
static int out_dicts(struct arrow_out *o, struct err *e)
{
	for (size_t i = 0; i < o->schema.n; i++) {
		if (!o->cols[i].is_dict)
			continue;
		if (!o->has_dicts && out_dict(o, i, e) < 0)
			return -1;
		if (o->cols[i].dict.n != o->known[i])
			return err_set(e, ERR_DATA,
				"column '%s' has values that were not known when its dictionary "
				"was written",
				o->schema.fields[i].name);
	}
	o->has_dicts = 1;
	return 0;
}

/* ---- record batches */

/* Writes what o->parts and o->nulls describe. */
static int out_batch(struct arrow_out *o, size_t nparts, uint64_t rows, const struct note *notes,
	size_t nnotes, struct err *e)
{
	struct arrow_layout l = {o->parts, nparts, o->nulls, o->schema.n, rows};
	struct arrow_block block = {0, layout_len(&l), 0};
	size_t table;

	if (!o->in_file && out_dicts(o, e) < 0)
		return -1;
	table = out_begin(o, ARROW_RECORD_BATCH, block.body_len, notes, nnotes);
	if (out_end(o, table, out_put_batch(o, &l), &block, e) < 0 || out_body(o, &l, e) < 0)
		return -1;
	MEM_ROOM(o->batches, o->nbatches, o->batches_cap);
	o->batches[o->nbatches++] = block;
	return 0;
}

/* The rows gathered so far become a record batch. */
static int out_gathered(struct arrow_out *o, const struct note *notes, size_t nnotes, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < o->schema.n; i++) {
		n += arrow_gather_parts(&o->cols[i], o->at, o->parts + n);
		o->nulls[i] = o->schema.fields[i].type == TYPE_NULL ? o->at : o->cols[i].nulls;
	}
	if (out_batch(o, n, o->at, notes, nnotes, e) < 0)
		return -1;
	for (size_t i = 0; i < o->schema.n; i++)
		arrow_gather_clear(&o->cols[i]);
	o->at = 0;
	return 0;
}

static int out_add(struct arrow_out *o, size_t column, const struct batch *b, uint64_t from,
	uint64_t n, struct err *e)
{
	if (arrow_gather_add(&o->cols[column], o->at, &b->cols[column], from, n) < 0)
		return err_set(e, ERR_DATA, "column '%s' has more than 2^31-1 distinct values",
			o->schema.fields[column].name);
	return 0;
}

/* A whole batch of the right size: what can be is written from where it lies. */
static int out_whole(struct arrow_out *o, const struct batch *b, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct arrow_gather *g = &o->cols[i];
		size_t k = arrow_gather_borrow(g, &b->cols[i], b->rows, o->parts + n);

		o->nulls[i] = 0;
		if (!k) {
			if (out_add(o, i, b, 0, b->rows, e) < 0)
				return -1;
			k = arrow_gather_parts(g, b->rows, o->parts + n);
			o->nulls[i] = g->type == TYPE_NULL ? b->rows : g->nulls;
		}
		n += k;
	}
	if (out_batch(o, n, b->rows, NULL, 0, e) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		arrow_gather_clear(&o->cols[i]);
	return 0;
}

static uint64_t out_fit(const struct arrow_out *o, const struct batch *b, uint64_t from)
{
	uint64_t n = b->rows - from;

	if (n > BATCH_ROWS - o->at)
		n = BATCH_ROWS - o->at;
	for (size_t i = 0; i < b->n; i++)
		n = arrow_gather_fit(&o->cols[i], &b->cols[i], from, n);
	return n;
}

int arrow_out_write(struct arrow_out *o, const struct batch *b, struct err *e)
{
	uint64_t from = 0;

	o->rows += b->rows;
	if (!o->at && b->rows == BATCH_ROWS && out_fit(o, b, 0) == b->rows)
		return out_whole(o, b, e);
	while (from < b->rows) {
		uint64_t n = out_fit(o, b, from);

		for (size_t i = 0; n && i < b->n; i++)
			if (out_add(o, i, b, from, n, e) < 0)
				return -1;
		o->at += n;
		from += n;
		if (!n && !o->at)
			return err_set(e, ERR_DATA, "a value is longer than 2^31-1 bytes");
		/* No row fits: the text is full. */
		if ((!n || o->at == BATCH_ROWS) && out_gathered(o, NULL, 0, e) < 0)
			return -1;
	}
	return 0;
}

int arrow_out_flush(struct arrow_out *o, struct err *e)
{
	if (o->at && out_gathered(o, NULL, 0, e) < 0)
		return -1;
	return out_flush(o, e);
}

/* ---- beginning and end */

struct arrow_out *arrow_out_open(
	struct outfile *file, enum format format, const struct schema *schema, struct err *e)
{
	struct arrow_out *o = mem_new(1, sizeof(*o));
	size_t n = schema->n;

	o->file = file;
	o->in_file = format == FORMAT_ARROW_FILE;
	o->meta = o->pending = (struct buf)BUF_INIT;
	schema_copy(&o->schema, schema);
	o->cols = mem_new(n, sizeof(*o->cols));
	o->known = mem_new(n, sizeof(*o->known));
	o->dicts = mem_new(n, sizeof(*o->dicts));
	o->parts = mem_new(n * ARROW_PARTS, sizeof(*o->parts));
	o->nulls = mem_new(n, sizeof(*o->nulls));
	for (size_t i = 0; i < n; i++)
		arrow_gather_init(&o->cols[i], schema->fields[i].type,
			arrow_schema_is_dict(&schema->fields[i], o->in_file),
			arrow_schema_is_dict(&schema->fields[i], 0));
	if ((o->in_file && out_bytes(o, ARROW_MAGIC "\0", ARROW_FILE_START, e) < 0) ||
		out_schema(o, e) < 0) {
		arrow_out_free(o);
		return NULL;
	}
	return o;
}

static size_t out_put_blocks(struct buf *b, const struct arrow_block *blocks, size_t n)
{
	size_t vector = flatbuf_put_vector(b, n, 24, 8);

	for (size_t i = 0; i < n; i++) {
		size_t at = vector + 4 + 24 * i;

		flatbuf_set_i64(b, at, (int64_t)blocks[i].offset);
		flatbuf_set_i32(b, at + 8, (int32_t)blocks[i].meta_len);
		flatbuf_set_i64(b, at + 16, (int64_t)blocks[i].body_len);
	}
	return vector;
}

static int out_footer(
	struct arrow_out *o, const char *lineage, const struct note *rows, struct err *e)
{
	static const struct flatbuf_slot slots[] = {{FOOTER_VERSION, 2, ARROW_VERSION},
		{FOOTER_SCHEMA, 4, 0}, {FOOTER_DICTS, 4, 0}, {FOOTER_BATCHES, 4, 0},
		{FOOTER_NOTES, 4, 0}};
	struct buf *b = &o->meta;
	uint32_t len;
	size_t table;

	flatbuf_start(b);
	table = flatbuf_put_table(b, slots, 5);
	flatbuf_link(b, table, FOOTER_SCHEMA, arrow_schema_put(b, &o->schema, 1, lineage));
	flatbuf_link(b, table, FOOTER_DICTS, out_put_blocks(b, o->dicts, o->ndicts));
	flatbuf_link(b, table, FOOTER_BATCHES, out_put_blocks(b, o->batches, o->nbatches));
	flatbuf_link(b, table, FOOTER_NOTES, arrow_schema_put_notes(b, rows, 1));
	flatbuf_finish(b, table);
	len = (uint32_t)b->len;
	return out_bytes(o, b->data, b->len, e) < 0 || out_bytes(o, &len, 4, e) < 0
		       ? -1
		       : out_bytes(o, ARROW_MAGIC, ARROW_MAGIC_LEN, e);
}

int arrow_out_finish(struct arrow_out *o, const json_t *lineage, struct err *e)
{
	static const uint32_t end_mark[2] = {UINT32_MAX, 0};
	struct buf text = BUF_INIT;
	char rows[NUM_TEXT];
	struct note notes[2] = {{(char *)ARROW_NOTE_ROWS, rows}, {(char *)LINEAGE_KEY, NULL}};
	int rc = -1;

	num_print_uint64(o->rows, rows);
	if (lineage)
		json_canonical(lineage, &text);
	notes[1].value = text.data;
	if (o->at && out_gathered(o, NULL, 0, e) < 0)
		goto end;
	if (o->in_file ? out_dicts(o, e) < 0 : out_gathered(o, notes, lineage ? 2 : 1, e) < 0)
		goto end;
	if (out_bytes(o, end_mark, sizeof(end_mark), e) < 0)
		goto end;
	if (o->in_file && out_footer(o, lineage ? text.data : NULL, notes, e) < 0)
		goto end;
	rc = out_flush(o, e);
end:
	buf_release(&text);
	return rc;
}

void arrow_out_free(struct arrow_out *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->schema.n; i++)
		arrow_gather_release(&o->cols[i]);
	free(o->cols);
	free(o->known);
	free(o->dicts);
	free(o->batches);
	free(o->parts);
	free(o->nulls);
	buf_release(&o->meta);
	buf_release(&o->pending);
	schema_release(&o->schema);
	free(o);
}
