/* text: what the fuzz targets of text formats share: any bytes are read, or refused with a data
 * error; what was read, written, and read again with the same types, is the same.
 * SPDX-License-Identifier: MIT
 */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/source.h"
#include "io/textout.h"

/* A file in memory, and the path to open it by. */
struct memory {
	int fd;
	char path[64];
};

static inline void memory_clear(struct memory *m)
{
	if (!m->path[0]) {
		m->fd = memfd_create("text", 0);
		snprintf(m->path, sizeof(m->path), "/proc/self/fd/%d", m->fd);
	}
	if (m->fd < 0 || ftruncate(m->fd, 0) < 0 || lseek(m->fd, 0, SEEK_SET) < 0)
		abort();
}

static inline int ignore_row(void *arg, const struct reject *r, struct err *e)
{
	(void)arg;
	(void)e;
	if (!r->line || !*r->reason)
		abort();
	return 0;
}

/* Reads it all: prints values to `text`, and writes rows to `again` where that is not NULL. 0, or
 * -1 where the input is refused. */
static inline int read_all(
	struct source *s, struct buf *text, struct memory *again, enum format format)
{
	struct outfile file = {.fd = again ? again->fd : -1, .path = (char *)(uintptr_t) "again"};
	struct textout *out = NULL;
	struct err e = ERR_INIT;
	const struct batch *b;
	int rc = 2;

	while (rc > 0) {
		if (rc == 2) {
			buf_reset(text);
			textout_free(out);
			if (again)
				memory_clear(again);
			out = again ? textout_open(&file, format, 0, source_schema(s), &e) : NULL;
		}
		rc = source_next(s, &b, &e);
		for (uint64_t r = 0; rc == 1 && r < b->rows; r++)
			for (size_t i = 0; i < b->n; i++) {
				buf_addc(text, column_valid(&b->cols[i], r) ? '+' : '-');
				column_print(&b->cols[i], r, text);
			}
		if (rc == 1 && out && textout_write(out, b, &e) < 0)
			abort();
	}
	if (rc == 0 && out && textout_finish(out, &e) < 0)
		abort();
	textout_free(out);
	if (rc < 0 && e.kind != ERR_DATA)
		abort();
	return rc;
}

static inline void read_again(
	struct memory *again, enum format format, const struct schema *s, const struct buf *want)
{
	struct text_type *types = mem_new(s->n, sizeof(*types));
	struct source_options o = {
		.from = format, .types = types, .ntypes = s->n, .delimiter = ','};
	struct buf got = BUF_INIT;
	struct err e = ERR_INIT;
	struct source *source;

	for (size_t i = 0; i < s->n; i++) {
		types[i].name = s->fields[i].name;
		types[i].type =
			s->fields[i].type == TYPE_CATEGORY ? TYPE_STRING : s->fields[i].type;
	}
	source = source_open(again->path, &o, &e);
	if (!source || read_all(source, &got, NULL, format) < 0)
		abort();
	if (got.len != want->len || memcmp(got.data, want->data, got.len) != 0)
		abort();
	source_close(source);
	buf_release(&got);
	free(types);
}

static inline void fuzz_text(const uint8_t *data, size_t size, enum format format)
{
	static struct memory input, again;
	struct source_options o = {.from = format,
		.restart = 1,
		.categories = 1,
		.truncate_time = 1,
		.reject = ignore_row};
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct source *s;

	memory_clear(&input);
	memory_clear(&again);
	if (pwrite(input.fd, data, size, 0) != (ssize_t)size)
		abort();
	s = source_open(input.path, &o, &e);
	if (!s && e.kind != ERR_DATA)
		abort();
	if (s && read_all(s, &text, &again, format) == 0)
		read_again(&again, format, source_schema(s), &text);
	source_close(s);
	buf_release(&text);
}

#endif
