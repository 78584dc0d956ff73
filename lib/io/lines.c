/* lines: a window on the text of one or more inputs, moved on line by line.
 * SPDX-License-Identifier: MIT
 */
#include "io/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LINES_BLOCK ((size_t)256 << 10)

void lines_init(struct lines *l, struct stream **streams, size_t n)
{
	memset(l, 0, sizeof(*l));
	l->streams = streams;
	l->n = n;
	l->line = 1;
}

void lines_release(struct lines *l)
{
	free(l->data);
	memset(l, 0, sizeof(*l));
}

const char *lines_name(const struct lines *l)
{
	return stream_name(l->streams[l->part]);
}

/* More bytes behind `end`; what lies before `from` goes. */
static int lines_fill(struct lines *l, struct err *e)
{
	size_t n;

	if (l->from && l->cap - l->end < LINES_BLOCK) {
		memmove(l->data, l->data + l->from, l->end - l->from);
		l->at -= l->from;
		l->next -= l->from;
		l->end -= l->from;
		l->from = 0;
	}
	if (l->cap - l->end < LINES_BLOCK) {
		l->cap = l->cap ? 2 * l->cap : 2 * LINES_BLOCK;
		l->data = mem_grow(l->data, l->cap, 1);
	}
	if (stream_read(l->streams[l->part], l->data + l->end, LINES_BLOCK, &n, e) < 0)
		return -1;
	l->ended = n < LINES_BLOCK;
	l->end += n;
	return 0;
}

/* At the first byte of a part: the mark that tells its encoding. */
static int lines_bom(struct lines *l, struct err *e)
{
	const unsigned char *b;
	size_t n;

	if (!l->ended && l->end == l->at && lines_fill(l, e) < 0)
		return -1;
	b = (const unsigned char *)l->data + l->at;
	n = l->end - l->at;
	if (n >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
		return err_set(e, ERR_DATA, "%s: the text is UTF-16, not UTF-8", lines_name(l));
	if (n >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf) {
		l->at += 3;
		l->next += 3;
		l->offset += 3;
	}
	return 0;
}

/* Moves `next` behind the next line end; 0 where there is nothing left. */
static int lines_extend(struct lines *l, struct err *e)
{
	size_t seen = l->next;

	for (;;) {
		const char *end =
			l->end > seen ? memchr(l->data + seen, '\n', l->end - seen) : NULL;

		if (end) {
			l->next = (size_t)(end - l->data) + 1;
			l->newlines++;
			return 1;
		}
		if (l->ended) {
			int any = l->end > l->next;

			l->next = l->end;
			return any;
		}
		if (l->end - l->at > LINES_ROW_MAX)
			return err_set(e, ERR_DATA, "%s:%llu: a row of more than %zu MiB",
				lines_name(l), (unsigned long long)l->line, LINES_ROW_MAX >> 20);
		seen = l->end - l->from;
		if (lines_fill(l, e) < 0)
			return -1;
		seen += l->from;
	}
}

static int lines_give(struct lines *l, int rc, const char **text, size_t *len)
{
	*text = l->data + l->at;
	*len = l->next - l->at;
	return rc;
}

int lines_next(struct lines *l, const char **text, size_t *len, struct err *e)
{
	l->offset += l->next - l->at;
	l->line += l->newlines;
	l->newlines = 0;
	l->at = l->next;
	if (!l->marked)
		l->from = l->at;
	if (l->offset == 0 && lines_bom(l, e) < 0)
		return -1;
	return lines_give(l, lines_extend(l, e), text, len);
}

int lines_more(struct lines *l, const char **text, size_t *len, struct err *e)
{
	return lines_give(l, lines_extend(l, e), text, len);
}

static void lines_start(struct lines *l, size_t part)
{
	l->part = part;
	l->from = l->at = l->next = l->end = 0;
	l->line = 1;
	l->offset = l->newlines = 0;
	l->ended = l->marked = 0;
}

int lines_part(struct lines *l)
{
	if (l->part + 1 >= l->n)
		return 0;
	lines_start(l, l->part + 1);
	return 1;
}

void lines_mark(struct lines *l)
{
	l->marked = 1;
	l->from = l->next;
	l->mark_line = l->line + l->newlines;
	l->mark_offset = l->offset + (l->next - l->at);
}

size_t lines_since(const struct lines *l)
{
	return l->next - l->from;
}

void lines_reset(struct lines *l)
{
	l->at = l->next = l->from;
	l->line = l->mark_line;
	l->offset = l->mark_offset;
	l->newlines = 0;
	l->marked = 0;
}

int lines_rewind(struct lines *l, struct err *e)
{
	for (size_t i = 0; i <= l->part; i++)
		if (stream_rewind(l->streams[i], e) < 0)
			return -1;
	lines_start(l, 0);
	return 0;
}
