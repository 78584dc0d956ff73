/* listing: a few rows of text for people.
 * SPDX-License-Identifier: MIT
 */
#include "cli/listing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

void listing_add(struct listing *t, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < 32 || text.data[i] == 127)
			text.data[i] = '?';
	MEM_ROOM(t->cells, t->n, t->cap);
	t->cells[t->n++] = buf_detach(&text);
}

/* Characters, not bytes: names may be UTF-8. */
static size_t table_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void listing_print(const struct listing *t, struct buf *out)
{
	size_t *width = mem_new(t->columns, sizeof(*width));

	for (size_t i = 0; i < t->n; i++)
		if (table_width(t->cells[i]) > width[i % t->columns])
			width[i % t->columns] = table_width(t->cells[i]);
	for (size_t i = 0; i < t->n; i++) {
		size_t column = i % t->columns;

		buf_adds(out, t->cells[i]);
		if (column + 1 == t->columns) {
			buf_addc(out, '\n');
			continue;
		}
		for (size_t n = table_width(t->cells[i]); n < width[column] + 2; n++)
			buf_addc(out, ' ');
	}
	free(width);
}

void listing_release(struct listing *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	t->cells = NULL;
	t->n = t->cap = 0;
}

void listing_time(int64_t ms, char text[LISTING_TIME])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (ms && gmtime_r(&seconds, &tm))
		strftime(text, LISTING_TIME, "%Y-%m-%d %H:%M:%S", &tm);
	else
		snprintf(text, LISTING_TIME, "-");
}

void listing_duration(int64_t ms, char text[LISTING_TIME])
{
	if (ms < 0)
		snprintf(text, LISTING_TIME, "-");
	else if (ms < 60000)
		snprintf(text, LISTING_TIME, "%lld.%02lld s", (long long)(ms / 1000),
			(long long)(ms % 1000 / 10));
	else
		snprintf(text, LISTING_TIME, "%lld m %02lld s", (long long)(ms / 60000),
			(long long)(ms / 1000 % 60));
}
