/* arrow_message: the frames of Arrow IPC.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	ARROW_META_CAP = 256 << 20, /* bytes of a message's metadata */
	ARROW_STEP = 4 << 20,	    /* a body grows by this as it arrives, whatever it claims */
	ARROW_BLOCK_SIZE = 24,	    /* of a Block in the footer */
};

void arrow_message_release(struct arrow_message *m)
{
	buf_release(&m->meta);
	buf_release(&m->body);
}

/* ---- from a stream */

static int arrow_cut(struct err *e)
{
	return err_set(e, ERR_DATA, "the Arrow stream is cut off in the middle of a message");
}

/* Fills `want` bytes; *len falls short only at the end of the input. */
static int arrow_fill(struct stream *s, void *bytes, size_t want, size_t *len, struct err *e)
{
	char *to = bytes;

	*len = 0;
	while (*len < want) {
		size_t n;

		if (stream_read(s, to + *len, want - *len, &n, e) < 0)
			return -1;
		if (!n)
			break;
		*len += n;
	}
	return 0;
}

static int arrow_fill_buf(struct stream *s, struct buf *to, uint64_t want, struct err *e)
{
	buf_reset(to);
	while (to->len < want) {
		uint64_t left = want - to->len;
		size_t step = left < ARROW_STEP ? (size_t)left : ARROW_STEP, n;

		buf_room(to, step);
		if (arrow_fill(s, to->data + to->len, step, &n, e) < 0)
			return -1;
		to->len += n;
		if (n < step)
			return arrow_cut(e);
	}
	return 0;
}

/* What the metadata says of itself: version, kind, length of the body. */
static int arrow_message_parse(struct arrow_message *m, uint64_t *body_len, struct err *e)
{
	int64_t version, tag, len;

	m->flat = (struct flatbuf){(const uint8_t *)m->meta.data, m->meta.len, 0};
	m->table = flatbuf_root(&m->flat);
	version = flatbuf_int(&m->flat, &m->table, MESSAGE_VERSION, 2, 0);
	tag = flatbuf_int(&m->flat, &m->table, MESSAGE_TAG, 1, 0);
	m->header = flatbuf_table(&m->flat, &m->table, MESSAGE_HEADER);
	len = flatbuf_int(&m->flat, &m->table, MESSAGE_BODY, 8, 0);
	if (m->flat.bad || !m->header.at || len < 0)
		return err_set(e, ERR_DATA, "an Arrow message is malformed");
	if (version < ARROW_VERSION_MIN || version > ARROW_VERSION)
		return err_set(e, ERR_DATA, "Arrow metadata of version %d, pawl reads V4 and V5",
			(int)version + 1);
	if (tag < ARROW_SCHEMA || tag > ARROW_RECORD_BATCH)
		return err_set(e, ERR_DATA, "an Arrow message holds no table");
	m->tag = (enum arrow_header)tag;
	*body_len = (uint64_t)len;
	return 0;
}

int arrow_message_read(struct arrow_message *m, struct stream *s, int *marked, struct err *e)
{
	uint32_t word;
	uint64_t body_len;
	size_t n;

	*marked = 0;
	if (arrow_fill(s, &word, 4, &n, e) < 0)
		return -1;
	if (!n)
		return 0;
	if (n == 4 && word == UINT32_MAX && arrow_fill(s, &word, 4, &n, e) < 0)
		return -1;
	if (n < 4)
		return arrow_cut(e);
	if (!word) {
		*marked = 1;
		return 0;
	}
	if (word > ARROW_META_CAP)
		return err_set(e, ERR_DATA, "an Arrow message claims %u bytes of metadata", word);
	if (arrow_fill_buf(s, &m->meta, word, e) < 0 || arrow_message_parse(m, &body_len, e) < 0 ||
		arrow_fill_buf(s, &m->body, body_len, e) < 0)
		return -1;
	return 1;
}

/* ---- from a file */

static int arrow_pread(int fd, void *bytes, size_t want, uint64_t at, struct err *e)
{
	char *to = bytes;

	while (want) {
		ssize_t n = pread(fd, to, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "cannot read");
		if (!n)
			return err_set(e, ERR_SYSTEM, "the file became shorter while it was read");
		to += n;
		at += (uint64_t)n;
		want -= (size_t)n;
	}
	return 0;
}

int arrow_message_pread(struct arrow_message *m, int fd, const struct arrow_block *block,
	enum arrow_header tag, struct err *e)
{
	uint32_t start[2];
	size_t prefix, len;
	uint64_t body_len;

	if (arrow_pread(fd, start, 8, block->offset, e) < 0)
		return -1;
	prefix = start[0] == UINT32_MAX ? 8 : 4;
	len = start[prefix / 8];
	if (len > block->meta_len - prefix)
		return err_set(
			e, ERR_DATA, "the Arrow footer and a message disagree on its length");
	buf_reset(&m->meta);
	buf_room(&m->meta, len);
	if (arrow_pread(fd, m->meta.data, len, block->offset + prefix, e) < 0)
		return -1;
	m->meta.len = len;
	if (arrow_message_parse(m, &body_len, e) < 0)
		return -1;
	if (body_len != block->body_len || m->tag != tag)
		return err_set(e, ERR_DATA, "the Arrow footer and a message disagree");
	buf_reset(&m->body);
	buf_room(&m->body, body_len);
	if (arrow_pread(fd, m->body.data, body_len, block->offset + block->meta_len, e) < 0)
		return -1;
	m->body.len = body_len;
	return 0;
}

const char *arrow_note(
	struct flatbuf *f, const struct flatbuf_vector *notes, const char *key, size_t *len)
{
	for (uint32_t i = 0; i < notes->n; i++) {
		struct flatbuf_table t = flatbuf_item(f, notes, i);
		size_t key_len;
		const char *have = flatbuf_text(f, &t, 0, &key_len);

		if (have && key_len == strlen(key) && memcmp(have, key, key_len) == 0)
			return flatbuf_text(f, &t, 1, len);
	}
	return NULL;
}

/* The blocks of one of the footer's lists, each of which must lie before `end`. */
static int arrow_footer_blocks(struct arrow_footer *f, unsigned field, uint64_t end,
	struct arrow_block **out, size_t *n, struct err *e)
{
	struct flatbuf_vector v = flatbuf_vector(&f->flat, &f->table, field, ARROW_BLOCK_SIZE);

	*out = mem_array(v.n, sizeof(**out));
	*n = v.n;
	for (uint32_t i = 0; i < v.n; i++) {
		size_t at = v.at + (size_t)i * ARROW_BLOCK_SIZE;
		int64_t offset = flatbuf_i64(&f->flat, at);
		int32_t meta = flatbuf_i32(&f->flat, at + 8);
		int64_t body = flatbuf_i64(&f->flat, at + 16);

		if (offset < ARROW_FILE_START || meta < 8 || meta > ARROW_META_CAP || body < 0 ||
			(uint64_t)offset > end || (uint64_t)meta > end - (uint64_t)offset ||
			(uint64_t)body > end - (uint64_t)offset - (uint64_t)meta)
			return err_set(e, ERR_DATA, "the Arrow footer points outside the file");
		(*out)[i] = (struct arrow_block){(uint64_t)offset, (uint64_t)body, (uint32_t)meta};
	}
	return 0;
}

int arrow_footer_read(struct arrow_footer *f, int fd, struct err *e)
{
	char start[ARROW_FILE_START], end[ARROW_FILE_END];
	struct stat st;
	uint64_t size;
	uint32_t len;

	if (fstat(fd, &st) < 0)
		return err_errno(e, "cannot read");
	size = (uint64_t)st.st_size;
	if (size < ARROW_FILE_START + ARROW_FILE_END)
		return err_set(e, ERR_DATA, "the Arrow file is cut off");
	if (arrow_pread(fd, start, sizeof(start), 0, e) < 0 ||
		arrow_pread(fd, end, sizeof(end), size - ARROW_FILE_END, e) < 0)
		return -1;
	memcpy(&len, end, sizeof(len));
	if (memcmp(start, ARROW_MAGIC, ARROW_MAGIC_LEN) != 0)
		return err_set(e, ERR_DATA, "not an Arrow file");
	if (memcmp(end + 4, ARROW_MAGIC, ARROW_MAGIC_LEN) != 0)
		return err_set(e, ERR_DATA, "the Arrow file is cut off: it has no footer");
	if (len > ARROW_META_CAP || len > size - ARROW_FILE_START - ARROW_FILE_END)
		return err_set(e, ERR_DATA, "the Arrow footer claims %u bytes", len);
	buf_reset(&f->bytes);
	buf_room(&f->bytes, len);
	if (arrow_pread(fd, f->bytes.data, len, size - ARROW_FILE_END - len, e) < 0)
		return -1;
	f->bytes.len = len;
	f->flat = (struct flatbuf){(const uint8_t *)f->bytes.data, len, 0};
	f->table = flatbuf_root(&f->flat);
	if (arrow_footer_blocks(
		    f, FOOTER_DICTS, size - ARROW_FILE_END - len, &f->dicts, &f->ndicts, e) < 0 ||
		arrow_footer_blocks(f, FOOTER_BATCHES, size - ARROW_FILE_END - len, &f->batches,
			&f->nbatches, e) < 0)
		return -1;
	if (f->flat.bad || !f->table.at)
		return err_set(e, ERR_DATA, "the Arrow footer is malformed");
	return 0;
}

void arrow_footer_release(struct arrow_footer *f)
{
	buf_release(&f->bytes);
	free(f->dicts);
	free(f->batches);
	*f = (struct arrow_footer)ARROW_FOOTER_INIT;
}
