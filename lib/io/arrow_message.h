/* arrow_message: the frames of Arrow IPC: messages of a stream, the footer of a file.
 * SPDX-License-Identifier: MIT
 *
 *   stream   Schema, (DictionaryBatch | RecordBatch)*, end mark
 *   message  FF FF FF FF | i32 length of the metadata | FlatBuffer Message, padded | body
 *            (before Arrow 0.15 without the FF FF FF FF). Everything is padded to 8 bytes.
 *   end mark FF FF FF FF 00 00 00 00
 *   file     "ARROW1" 00 00 | stream | FlatBuffer Footer | i32 its length | "ARROW1"
 * The Footer has the schema again, and the place of each dictionary and record batch: it, and not
 * the order in the file, is what readers of files go by.
 */
#ifndef IO_ARROW_MESSAGE_H
#define IO_ARROW_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/flatbuf.h"
#include "io/stream.h"

#define ARROW_MAGIC "ARROW1"
enum { ARROW_MAGIC_LEN = 6, ARROW_FILE_START = 8, ARROW_FILE_END = 10 };
enum { ARROW_VERSION = 4, ARROW_VERSION_MIN = 3 }; /* V5 is written, V4 is read too */

enum arrow_header { ARROW_SCHEMA = 1, ARROW_DICTIONARY_BATCH = 2, ARROW_RECORD_BATCH = 3 };

/* Fields of the FlatBuffers tables Message and Footer. */
enum { MESSAGE_VERSION, MESSAGE_TAG, MESSAGE_HEADER, MESSAGE_BODY, MESSAGE_NOTES };
enum { FOOTER_VERSION, FOOTER_SCHEMA, FOOTER_DICTS, FOOTER_BATCHES, FOOTER_NOTES };

struct arrow_message {
	struct buf meta, body;
	struct flatbuf flat; /* over meta */
	struct flatbuf_table table, header;
	enum arrow_header tag;
};

#define ARROW_MESSAGE_INIT                                                                         \
	{                                                                                          \
		BUF_INIT, BUF_INIT, {NULL, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, 0                    \
	}

void arrow_message_release(struct arrow_message *m);

/* The next message of a stream, body and all: 1; 0 at the end (*marked: there was an end mark,
 * else the bytes simply ended where a message might have begun); -1. */
int arrow_message_read(struct arrow_message *m, struct stream *s, int *marked, struct err *e);

struct arrow_block {
	uint64_t offset, body_len;
	uint32_t meta_len; /* with the 8 bytes before the metadata */
};
/* The message at a block of a file, whose length and kind must be as the footer says. */
int arrow_message_pread(struct arrow_message *m, int fd, const struct arrow_block *block,
	enum arrow_header tag, struct err *e);

/* The value of a note of the message (borrowed, not NUL-ended) or NULL. */
const char *arrow_note(
	struct flatbuf *f, const struct flatbuf_vector *notes, const char *key, size_t *len);

struct arrow_footer {
	struct buf bytes;
	struct flatbuf flat;
	struct flatbuf_table table;
	struct arrow_block *dicts, *batches; /* inside the file, and consistent with its size */
	size_t ndicts, nbatches;
};

#define ARROW_FOOTER_INIT                                                                          \
	{                                                                                          \
		BUF_INIT, {NULL, 0, 0}, {0, 0, 0, 0}, NULL, NULL, 0, 0                             \
	}

int arrow_footer_read(struct arrow_footer *f, int fd, struct err *e);
void arrow_footer_release(struct arrow_footer *f);

#endif
