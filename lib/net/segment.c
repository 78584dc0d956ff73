/* segment: one file of the request log while it is written, and what a dead writer left.
 * SPDX-License-Identifier: MIT
 */
#include "net/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/arrow_out.h"
#include "io/sink.h"
#include "io/source.h"
#include "store/place.h"

struct segment {
	struct outfile file; /* only fd and path: it is there from the start */
	struct arrow_out *out;
	uint64_t rows;
	off_t whole;	/* bytes up to the last whole record batch */
	int64_t opened; /* us, monotonic */
	int broken;
};

static int64_t segment_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static char *segment_path(const char *dir, unsigned number)
{
	struct timespec now;
	char text[32];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &tm);
	return mem_printf("%s/%s%06ld-%d-%u.arrows" SEGMENT_OPEN, dir, text, now.tv_nsec / 1000,
		(int)getpid(), number);
}

static void segment_free(struct segment *s)
{
	arrow_out_free(s->out);
	if (s->file.fd >= 0)
		close(s->file.fd);
	free(s->file.path);
	free(s);
}

/* Opens and locks. Another server that starts just now may take a new file for that of a dead one,
 * and remove it: then once more. */
static int segment_create(struct segment *s, const char *dir, unsigned number, struct err *e)
{
	for (int tries = 0; tries < 100; tries++) {
		struct stat st;

		free(s->file.path);
		s->file.path = segment_path(dir, number);
		s->file.fd = open(s->file.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (s->file.fd < 0)
			return err_errno(e, "cannot write '%s'", s->file.path);
		if (flock(s->file.fd, LOCK_EX) == 0 && fstat(s->file.fd, &st) == 0 && st.st_nlink)
			return 0;
		close(s->file.fd);
		s->file.fd = -1;
	}
	return err_set(e, ERR_SYSTEM, "cannot lock '%s'", s->file.path);
}

struct segment *segment_open(
	const char *dir, unsigned number, const struct schema *schema, struct err *e)
{
	struct segment *s = mem_new(1, sizeof(*s));

	s->file.fd = -1;
	s->opened = segment_now();
	if (segment_create(s, dir, number, e) < 0)
		goto fail;
	s->out = arrow_out_open(&s->file, FORMAT_ARROW_STREAM, schema, e);
	/* The schema is in the file before the first rows are. */
	if (s->out && arrow_out_flush(s->out, e) == 0) {
		s->whole = lseek(s->file.fd, 0, SEEK_CUR);
		return s;
	}
	unlink(s->file.path);
fail:
	segment_free(s);
	return NULL;
}

int segment_write(struct segment *s, const struct batch *b, struct err *e)
{
	if (arrow_out_write(s->out, b, e) < 0 || arrow_out_flush(s->out, e) < 0) {
		s->broken = 1;
		if (ftruncate(s->file.fd, s->whole) < 0)
			return -1; /* a torn end is passed over by readers */
		return -1;
	}
	s->rows += b->rows;
	s->whole = lseek(s->file.fd, 0, SEEK_CUR);
	return 0;
}

uint64_t segment_bytes(const struct segment *s)
{
	return (uint64_t)s->whole;
}

int64_t segment_age(const struct segment *s)
{
	return segment_now() - s->opened;
}

/* The name that a segment has when it has ended. */
static char *segment_ended(const char *path)
{
	return mem_strndup(path, strlen(path) - strlen(SEGMENT_OPEN));
}

int segment_close(struct segment *s, struct err *e)
{
	char *ended;
	int rc = 0;

	if (!s)
		return 0;
	ended = segment_ended(s->file.path);
	if (!s->rows)
		rc = unlink(s->file.path) < 0 ? err_errno(e, "cannot remove '%s'", s->file.path)
					      : 0;
	else if (s->broken)
		rc = err_set(e, ERR_SYSTEM, "'%s' could not be ended", s->file.path);
	else if (arrow_out_finish(s->out, NULL, e) < 0)
		rc = -1;
	else if (fsync(s->file.fd) < 0 || rename(s->file.path, ended) < 0)
		rc = err_errno(e, "cannot end '%s'", s->file.path);
	free(ended);
	segment_free(s);
	return rc;
}

/* ---- what dead writers left */

/* The whole record batches of a segment as one that has ended. */
static int segment_copy(const char *path, const char *ended, uint64_t *rows, struct err *e)
{
	struct source *source = source_open(path, NULL, e);
	struct sink *sink = NULL;
	const struct batch *b;
	int rc = -1;

	if (!source)
		return -1;
	sink = sink_open(ended, FORMAT_ARROW_STREAM, e);
	if (sink && sink_start(sink, source_schema(source), e) == 0) {
		while ((rc = source_next(source, &b, e)) > 0 && (rc = sink_write(sink, b, e)) == 0)
			*rows += b->rows;
	}
	if (rc == 0)
		rc = sink_commit(sink, NULL, e);
	else
		sink_discard(sink);
	source_close(source);
	return rc;
}

/* A segment whose lock is free has no writer. One that ended was copied before, by a process that
 * died then: its rows are not to be there twice. */
static int segment_end_dead(const char *path, uint64_t *rows, struct err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), rc = 0;
	char *ended = segment_ended(path);
	uint64_t saved = 0;
	struct stat st;

	if (fd < 0 && errno != ENOENT)
		rc = err_errno(e, "cannot read '%s'", path);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink) {
		/* Nothing but a part of its schema. */
		if (!file_exists(ended) && st.st_size >= 8)
			rc = segment_copy(path, ended, &saved, e);
		if (rc == 0 && unlink(path) < 0)
			rc = err_errno(e, "cannot remove '%s'", path);
	}
	if (rc == 0)
		*rows += saved;
	if (fd >= 0)
		close(fd);
	free(ended);
	return rc;
}

int segment_recover(const char *dir, uint64_t *rows, struct err *e)
{
	static const char end[] = ".arrows" SEGMENT_OPEN;
	struct err why = ERR_INIT;
	size_t n;
	char **names = place_names(dir, &n, e);
	int rc = names ? 0 : -1;

	for (size_t i = 0; names && i < n; i++) {
		size_t len = strlen(names[i]);
		char *path;

		if (len < sizeof(end) || strcmp(names[i] + len - (sizeof(end) - 1), end) != 0)
			continue;
		path = file_join(dir, names[i]);
		if (segment_end_dead(path, rows, &why) < 0 && rc == 0) {
			*e = why;
			rc = -1;
		}
		free(path);
	}
	place_names_free(names, n);
	return rc;
}
