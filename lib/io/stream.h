/* stream: the bytes of an input, hashed as they are read and gunzipped where they are gzip.
 * SPDX-License-Identifier: MIT
 *
 * Named files are opened once; their stat before and after must agree (ERR_SYSTEM otherwise). The
 * hash is that of the bytes in the file or pipe, before gunzip.
 */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct stream;

/* path NULL or "-": standard input. Directories are refused. NULL on failure. */
struct stream *stream_open(const char *path, struct err *e);
/* The output of `sh -c command`; a command that fails makes the read fail with ERR_SYSTEM. */
struct stream *stream_exec(const char *command, struct err *e);
void stream_close(struct stream *s); /* NULL is allowed */

/* From here on the file may grow while it is read. */
void stream_may_grow(struct stream *s);
/* "standard input" or the path, for messages. */
const char *stream_name(const struct stream *s);
/* Whether it is a regular file, read as it is: can be rewound. */
int stream_seekable(const struct stream *s);
/* Whether stream_rewind() works: a regular file, gzip or not, or a pipe that is kept. */
int stream_rewindable(const struct stream *s);
/* Whether stream_keep() would make it so: also a pipe all of whose bytes are held so far. */
int stream_keepable(const struct stream *s);
int stream_is_gzip(const struct stream *s);
/* The size in bytes of a regular file, else 0 (for progress). */
uint64_t stream_size(const struct stream *s);
/* The descriptor, for mapping a regular file that is not gzip. */
int stream_fd(const struct stream *s);

/* Up to len bytes that a following read will return again (len <= 65536); fewer only at the end.
 * -1 on failure. */
int stream_peek(struct stream *s, const char **bytes, size_t *len, size_t want, struct err *e);
/* Fills up to `want` bytes; *len = 0 at the end (and only there); a cut gzip is ERR_DATA. */
int stream_read(struct stream *s, void *bytes, size_t want, size_t *len, struct err *e);
/* Remembers the bytes of a pipe from here to stream_keep() or stream_forget(), so that the former
 * may be decided late; right after opening. Both do nothing for a regular file. */
void stream_hold(struct stream *s);
void stream_forget(struct stream *s);
/* Spools what a pipe brought since stream_hold(), and will bring, to an unlinked temporary file, so
 * that it can be rewound; without stream_hold(), right after opening. */
int stream_keep(struct stream *s, struct err *e);
/* Back to the start: a regular file (gzip too), or a pipe that is kept, whose rest is spooled
 * first. */
int stream_rewind(struct stream *s, struct err *e);
/* Reads what is left, so that the hash is that of the whole; checks that the file did not change.
 */
int stream_sha256(struct stream *s, char hex[SHA256_HEX], struct err *e);

#endif
