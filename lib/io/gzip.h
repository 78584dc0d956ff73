/* gzip: RFC 1952 by zlib: members one behind the other in, the same bytes every time out.
 * SPDX-License-Identifier: MIT
 *
 * In: concatenated members are one text; zero bytes may follow the last one (tapes pad), anything
 * else is bad data, as is an end within a member. Out: one member, level 6, mtime 0, no name,
 * system 255 (unknown), so that the same text gives the same bytes with one build of zlib.
 */
#ifndef IO_GZIP_H
#define IO_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"

/* Whether a text starts as gzip does (len may be any). */
int gzip_is(const void *bytes, size_t len);

/* More is refused once that much came out: deflate itself cannot do better than 1032 to 1, and no
 * table comes near it. */
#define GZIP_RATIO_MAX 1000
#define GZIP_RATIO_FROM ((uint64_t)256 << 20)

struct gunzip;

struct gunzip *gunzip_new(void);
void gunzip_free(struct gunzip *g); /* NULL is allowed */
void gunzip_reset(struct gunzip *g);
/* Inflates from *in (moved on, *in_len less) to out; *len is what came out, at most want. `last`:
 * no more input will follow. *len = 0 with *in_len = 0 asks for more input, or is the end. Errors
 * are ERR_DATA with a reason that lacks the name of the input. */
int gunzip_read(struct gunzip *g, const unsigned char **in, size_t *in_len, int last, void *out,
	size_t want, size_t *len, struct err *e);

struct gzip;

struct gzip *gzip_new(void);
void gzip_free(struct gzip *g); /* NULL is allowed */
/* Deflates and writes to o; `last` ends the member. */
int gzip_write(
	struct gzip *g, struct outfile *o, const void *bytes, size_t len, int last, struct err *e);

#endif
