/* buf: a growable byte buffer, always followed by a NUL that does not count.
 * SPDX-License-Identifier: MIT
 *
 * `data` is never NULL, so that an empty buffer is a valid empty string. Reset keeps the memory:
 * first touch of memory costs more than the work done in it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap; /* 0: data is the shared empty string */
};

extern char buf_empty[1];
#define BUF_INIT                                                                                   \
	{                                                                                          \
		buf_empty, 0, 0                                                                    \
	}

void buf_release(struct buf *b); /* frees; the buffer is empty and usable again */
void buf_reset(struct buf *b);	 /* empties, keeps the memory */
char *buf_detach(struct buf *b); /* hands the bytes (malloced, NUL-ended) to the caller */

void buf_room(struct buf *b, size_t more); /* room for `more` bytes behind the end */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addz(struct buf *b, size_t len); /* len zero bytes */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
