/* buf: a growable byte buffer.
 * SPDX-License-Identifier: MIT
 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char buf_empty[1];

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->cap)
		b->data[0] = 0;
}

char *buf_detach(struct buf *b)
{
	char *data = b->cap ? b->data : mem_strdup("");

	*b = (struct buf)BUF_INIT;
	return data;
}

void buf_room(struct buf *b, size_t more)
{
	size_t need, cap;

	if (__builtin_add_overflow(b->len, more, &need) || need >= PTRDIFF_MAX)
		mem_exhausted();
	if (need < b->cap)
		return;
	cap = b->cap + b->cap / 2;
	if (cap < need + 1)
		cap = need + 1;
	if (cap < 64)
		cap = 64;
	b->data = mem_grow(b->cap ? b->data : NULL, cap, 1);
	b->cap = cap;
	b->data[b->len] = 0; /* also for a caller who adds nothing to it in the end */
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (!len)
		return;
	buf_room(b, len);
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = 0;
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addz(struct buf *b, size_t len)
{
	if (!len)
		return;
	buf_room(b, len);
	memset(b->data + b->len, 0, len);
	b->len += len;
	b->data[b->len] = 0;
}

void buf_addv(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		mem_exhausted();
	buf_room(b, (size_t)n);
	if (n)
		vsnprintf(b->data + b->len, (size_t)n + 1, format, again);
	b->len += (size_t)n;
	va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}
