/* arrow_body: the body of a record batch.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Rows of one record batch. Columns of type Null take no space: the cap is all that bounds what a
 * few bytes can claim. */
#define ARROW_ROWS_CAP ((int64_t)1 << 32)

enum { BATCH_LENGTH, BATCH_NODES, BATCH_BUFFERS, BATCH_COMPRESSION, BATCH_VARIADIC };
enum { COMPRESSION_CODEC, COMPRESSION_METHOD };
enum { NODE_SIZE = 16, BUFFER_SIZE = 16, VIEW_INLINE = 12 };
enum { NOT_COMPRESSED = -1 };

/* A walk over the metadata of one record batch: nodes and buffers come in order. */
struct arrow_walk {
	struct arrow_body *body;
	struct flatbuf *flat;
	const struct buf *bytes;
	struct flatbuf_vector nodes, buffers, variadic;
	uint32_t next_buffer, next_variadic;
	int codec; /* or NOT_COMPRESSED */
	uint64_t rows;
};

void arrow_body_init(struct arrow_body *b, size_t columns)
{
	b->cols = mem_new(columns, sizeof(*b->cols));
	b->n = columns;
	b->rows = 0;
	b->codec = codec_new();
	for (size_t i = 0; i < columns; i++)
		for (int j = 0; j < 2; j++)
			b->cols[i].unpacked[j] = (struct buf)BUF_INIT;
}

void arrow_body_release(struct arrow_body *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct arrow_column *c = &b->cols[i];

		buf_release(&c->unpacked[0]);
		buf_release(&c->unpacked[1]);
		for (size_t j = 0; j < c->spans_cap; j++)
			buf_release(&c->unpacked_spans[j]);
		free(c->unpacked_spans);
		free(c->spans);
	}
	free(b->cols);
	codec_free(b->codec);
	*b = (struct arrow_body){NULL, 0, 0, NULL};
}

static void arrow_spans_room(struct arrow_column *c, size_t n)
{
	if (n <= c->spans_cap)
		return;
	c->spans = mem_grow(c->spans, n, sizeof(*c->spans));
	c->unpacked_spans = mem_grow(c->unpacked_spans, n, sizeof(*c->unpacked_spans));
	for (size_t i = c->spans_cap; i < n; i++)
		c->unpacked_spans[i] = (struct buf)BUF_INIT;
	c->spans_cap = n;
}

/* The next buffer as it lies in the body. */
static int arrow_next(struct arrow_walk *w, struct arrow_span *out, struct err *e)
{
	size_t at = w->buffers.at + (size_t)w->next_buffer * BUFFER_SIZE;
	int64_t offset, len;

	if (w->next_buffer >= w->buffers.n)
		return err_set(e, ERR_DATA, "the record batch has too few buffers");
	w->next_buffer++;
	offset = flatbuf_i64(w->flat, at);
	len = flatbuf_i64(w->flat, at + 8);
	if (offset < 0 || len < 0 || (uint64_t)offset > w->bytes->len ||
		(uint64_t)len > w->bytes->len - (uint64_t)offset)
		return err_set(e, ERR_DATA, "a buffer lies outside the record batch");
	out->at = (const uint8_t *)w->bytes->data + offset;
	out->len = (uint64_t)len;
	return 0;
}

/* At least the first `need` bytes of a buffer, unpacked into *to where that is necessary. */
static int arrow_unpack(
	struct arrow_walk *w, struct arrow_span *s, uint64_t need, struct buf *to, struct err *e)
{
	int64_t claimed;

	if (w->codec != NOT_COMPRESSED && s->len) {
		if (s->len < 8)
			return err_set(e, ERR_DATA, "a compressed buffer lacks its length");
		memcpy(&claimed, s->at, 8);
		s->at += 8;
		s->len -= 8;
		if (claimed != -1) {
			if (claimed < 0 || need > (uint64_t)claimed)
				return err_set(e, ERR_DATA, "a buffer is too short for its rows");
			if (codec_unpack(w->body->codec, (enum codec_kind)w->codec, s->at, s->len,
				    need, to, e) < 0)
				return -1;
			s->at = (const uint8_t *)to->data;
			s->len = to->len;
			return 0;
		}
	}
	if (s->len < need)
		return err_set(e, ERR_DATA, "a buffer is too short for its rows");
	return 0;
}

static int arrow_take(
	struct arrow_walk *w, struct arrow_span *out, uint64_t need, struct buf *to, struct err *e)
{
	return arrow_next(w, out, e) < 0 ? -1 : arrow_unpack(w, out, need, to, e);
}

static uint64_t arrow_count_nulls(const uint8_t *bits, uint64_t rows)
{
	uint64_t valid = 0, i = 0;

	for (; i + 64 <= rows; i += 64) {
		uint64_t word;

		memcpy(&word, bits + i / 8, 8);
		valid += (uint64_t)__builtin_popcountll(word);
	}
	for (; i < rows; i++)
		valid += bits[i / 8] >> (i % 8) & 1;
	return rows - valid;
}

static int arrow_take_validity(
	struct arrow_walk *w, struct arrow_column *c, uint64_t nulls, struct err *e)
{
	struct arrow_span s;

	c->validity = NULL;
	c->nulls = nulls;
	if (arrow_next(w, &s, e) < 0)
		return -1;
	if (!nulls) /* the bitmap may be there all the same, and need not be looked at */
		return 0;
	if (arrow_unpack(w, &s, (w->rows + 7) / 8, &c->unpacked[0], e) < 0)
		return -1;
	if (arrow_count_nulls(s.at, w->rows) != nulls)
		return err_set(e, ERR_DATA, "its null count is not that of its validity bitmap");
	c->validity = s.at;
	return 0;
}

const uint8_t *arrow_view(const struct arrow_column *c, uint64_t row, uint64_t *len)
{
	const uint8_t *view = c->values.at + 16 * row;
	int32_t word[4];

	memcpy(word, view, sizeof(word));
	if (word[0] < 0)
		return NULL;
	*len = (uint64_t)word[0];
	if (word[0] <= VIEW_INLINE)
		return view + 4;
	if (word[2] < 0 || (size_t)word[2] >= c->nspans || word[3] < 0 ||
		(uint64_t)word[3] > c->spans[word[2]].len ||
		*len > c->spans[word[2]].len - (uint64_t)word[3])
		return NULL;
	return c->spans[word[2]].at + word[3];
}

/* How much of each of its buffers a view column refers to: what has to be unpacked. */
static int arrow_view_needs(
	const struct arrow_column *c, uint64_t rows, uint64_t *need, struct err *e)
{
	for (uint64_t i = 0; i < rows; i++) {
		int32_t word[4];
		uint64_t end;

		if (c->validity && !(c->validity[i / 8] >> (i % 8) & 1))
			continue;
		memcpy(word, c->values.at + 16 * i, sizeof(word));
		if (word[0] <= VIEW_INLINE)
			continue;
		if (word[2] < 0 || (size_t)word[2] >= c->nspans || word[3] < 0)
			return err_set(e, ERR_DATA, "a view points to a buffer that is not there");
		end = (uint64_t)word[3] + (uint64_t)word[0];
		if (end > need[word[2]])
			need[word[2]] = end;
	}
	return 0;
}

static int arrow_take_views(struct arrow_walk *w, struct arrow_column *c, struct err *e)
{
	uint64_t *need;
	int64_t n;
	int rc = -1;

	if (w->next_variadic >= w->variadic.n)
		return err_set(e, ERR_DATA, "the record batch does not count its buffers of views");
	n = flatbuf_i64(w->flat, w->variadic.at + 8 * (size_t)w->next_variadic++);
	if (n < 0 || n > w->buffers.n - w->next_buffer)
		return err_set(e, ERR_DATA, "the record batch has too few buffers");
	arrow_spans_room(c, (size_t)n);
	c->nspans = (size_t)n;
	need = mem_new((size_t)n, sizeof(*need));
	if (w->codec != NOT_COMPRESSED && arrow_view_needs(c, w->rows, need, e) < 0)
		goto end;
	for (int64_t i = 0; i < n; i++)
		if (arrow_take(w, &c->spans[i], need[i], &c->unpacked_spans[i], e) < 0)
			goto end;
	rc = 0;
end:
	free(need);
	return rc;
}

/* Offsets of 4 or 8 bytes, then the bytes up to the last offset. */
static int arrow_take_text(struct arrow_walk *w, struct arrow_column *c, struct err *e)
{
	int is_large = c->type.tag == ARROW_LARGE_UTF8 || c->type.tag == ARROW_LARGE_BINARY;
	size_t width = is_large ? 8 : 4;
	int64_t end = 0;
	int32_t end32;

	/* Without rows there need not be even the one offset. */
	if (arrow_take(w, &c->values, w->rows ? (w->rows + 1) * width : 0, &c->unpacked[1], e) < 0)
		return -1;
	if (w->rows && is_large) {
		memcpy(&end, c->values.at + w->rows * 8, 8);
	} else if (w->rows) {
		memcpy(&end32, c->values.at + w->rows * 4, 4);
		end = end32;
	}
	if (end < 0)
		return err_set(e, ERR_DATA, "an offset is negative");
	arrow_spans_room(c, 1);
	c->nspans = 1;
	return arrow_take(w, &c->spans[0], (uint64_t)end, &c->unpacked_spans[0], e);
}

static int arrow_take_column(
	struct arrow_walk *w, struct arrow_column *c, uint32_t number, struct err *e)
{
	size_t at = w->nodes.at + (size_t)number * NODE_SIZE;
	int64_t length = flatbuf_i64(w->flat, at), nulls = flatbuf_i64(w->flat, at + 8);

	if (length < 0 || (uint64_t)length != w->rows)
		return err_set(e, ERR_DATA, "it has another number of rows than the record batch");
	c->nspans = 0;
	c->values = (struct arrow_span){(const uint8_t *)"", 0};
	if (c->type.tag == ARROW_NULL) { /* whose null count the writers do not agree on */
		c->validity = NULL;
		c->nulls = w->rows;
		return 0;
	}
	if (nulls < 0 || nulls > length)
		return err_set(e, ERR_DATA, "its null count is impossible");
	if (arrow_take_validity(w, c, (uint64_t)nulls, e) < 0)
		return -1;
	if (c->type.tag == ARROW_BOOL)
		return arrow_take(w, &c->values, (w->rows + 7) / 8, &c->unpacked[1], e);
	if (c->type.width) { /* at most 2^32 rows of less than 2^31 bytes */
		if (arrow_take(w, &c->values, w->rows * c->type.width, &c->unpacked[1], e) < 0)
			return -1;
		return arrow_type_is_view(&c->type) ? arrow_take_views(w, c, e) : 0;
	}
	return arrow_take_text(w, c, e);
}

static int arrow_walk_begin(struct arrow_walk *w, const struct flatbuf_table *t, struct err *e)
{
	struct flatbuf_table compression = flatbuf_table(w->flat, t, BATCH_COMPRESSION);
	int64_t rows = flatbuf_int(w->flat, t, BATCH_LENGTH, 8, 0);

	w->nodes = flatbuf_vector(w->flat, t, BATCH_NODES, NODE_SIZE);
	w->buffers = flatbuf_vector(w->flat, t, BATCH_BUFFERS, BUFFER_SIZE);
	w->variadic = flatbuf_vector(w->flat, t, BATCH_VARIADIC, 8);
	w->codec = NOT_COMPRESSED;
	if (compression.at) {
		w->codec = (int)flatbuf_int(w->flat, &compression, COMPRESSION_CODEC, 1, CODEC_LZ4);
		if (flatbuf_int(w->flat, &compression, COMPRESSION_METHOD, 1, 0) != 0 ||
			w->codec > CODEC_ZSTD)
			return err_set(
				e, ERR_DATA, "a record batch is compressed in an unknown way");
	}
	if (w->flat->bad || !t->at)
		return err_set(e, ERR_DATA, "a record batch is malformed");
	if (rows < 0 || rows > ARROW_ROWS_CAP)
		return err_set(e, ERR_DATA, "a record batch claims %lld rows", (long long)rows);
	w->rows = (uint64_t)rows;
	return 0;
}

int arrow_body_read(struct arrow_body *b, struct arrow_message *m, const struct flatbuf_table *t,
	const struct arrow_type *types, const struct schema *names, struct err *e)
{
	struct arrow_walk w = {.body = b, .flat = &m->flat, .bytes = &m->body};

	if (arrow_walk_begin(&w, t, e) < 0)
		return -1;
	if (w.nodes.n != b->n)
		return err_set(e, ERR_DATA, "a record batch has %u columns, the schema has %zu",
			w.nodes.n, b->n);
	for (uint32_t i = 0; i < w.nodes.n; i++) {
		b->cols[i].type = types[i];
		if (arrow_take_column(&w, &b->cols[i], i, e) < 0)
			return names ? err_prefix(e, "column '%s'", names->fields[i].name) : -1;
	}
	if (w.next_buffer != w.buffers.n)
		return err_set(
			e, ERR_DATA, "a record batch has more buffers than its columns need");
	b->rows = w.rows;
	return 0;
}
