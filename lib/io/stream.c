/* stream: the bytes of an input, hashed as they are read and gunzipped where they are gzip.
 * SPDX-License-Identifier: MIT
 *
 * Three layers: the descriptor; `raw`, a block of its bytes (used until it is known whether they
 * are gzip, and always when they are); `ahead`, decoded bytes that were peeked at. Pipes are
 * hashed as they pass; regular files are hashed on demand, since most callers know the hash.
 */
#include "io/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/gzip.h"

#define STREAM_BLOCK 65536

extern char **environ;

struct stream {
	char *name;
	int fd;
	pid_t pid;	  /* of a command, or 0 */
	int regular;	  /* a regular file, or the spool of a pipe */
	int spooled;	  /* fd is the spool, complete */
	int may_grow;	  /* a change of the file is none */
	int spool;	  /* where a kept pipe is copied to, or -1 */
	off_t start;	  /* where a regular file was when it was opened */
	struct stat stat; /* when it was opened */
	int holding;	  /* what a pipe brings is added to `held` */
	struct buf held;
	struct sha256 *sha;    /* of what a pipe brought so far */
	char hash[SHA256_HEX]; /* of the whole, once known */
	int ended;	       /* the descriptor is at its end */
	struct gunzip *gunzip; /* or NULL */
	unsigned char *raw;    /* [STREAM_BLOCK] */
	size_t raw_at, raw_len;
	char *ahead; /* [STREAM_BLOCK] */
	size_t ahead_at, ahead_len;
};

const char *stream_name(const struct stream *s)
{
	return s->name;
}

void stream_may_grow(struct stream *s)
{
	s->may_grow = 1;
}

int stream_seekable(const struct stream *s)
{
	return s->regular && !s->gunzip;
}

int stream_rewindable(const struct stream *s)
{
	return s->regular || s->spool >= 0;
}

int stream_keepable(const struct stream *s)
{
	return stream_rewindable(s) || s->holding;
}

int stream_is_gzip(const struct stream *s)
{
	return s->gunzip != NULL;
}

uint64_t stream_size(const struct stream *s)
{
	return s->regular && !s->spooled ? (uint64_t)s->stat.st_size : 0;
}

int stream_fd(const struct stream *s)
{
	return s->fd;
}

/* A command that failed makes its output worthless, however whole it looks. */
static int stream_reap(struct stream *s, struct err *e)
{
	pid_t pid = s->pid;
	int status = 0;

	if (!pid)
		return 0;
	s->pid = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return err_set(e, ERR_SYSTEM, "the command '%s' was ended by signal %d", s->name,
			WTERMSIG(status));
	if (WEXITSTATUS(status))
		return err_set(e, ERR_SYSTEM, "the command '%s' failed with exit code %d", s->name,
			WEXITSTATUS(status));
	return 0;
}

static int stream_unchanged(struct stream *s, struct err *e)
{
	struct stat now;

	if (!s->regular || s->spooled || s->may_grow)
		return 0;
	if (fstat(s->fd, &now) < 0)
		return err_errno(e, "cannot read '%s'", s->name);
	if (!file_same(&now, &s->stat))
		return err_set(e, ERR_SYSTEM, "'%s' changed while it was read", s->name);
	return 0;
}

static int spool_write(struct stream *s, const char *bytes, size_t len, struct err *e)
{
	while (len) {
		ssize_t n = write(s->spool, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "cannot keep a copy of %s", s->name);
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Bytes of the descriptor: hashed, spooled; *len = 0 at its end, where all that can be checked is.
 */
static int stream_fill(struct stream *s, void *bytes, size_t want, size_t *len, struct err *e)
{
	ssize_t n;

	*len = 0;
	if (s->ended)
		return 0;
	while ((n = read(s->fd, bytes, want)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return err_errno(e, "cannot read '%s'", s->name);
	*len = (size_t)n;
	if (n == 0) {
		s->ended = 1;
		if (s->sha && !s->spooled)
			sha256_hex(s->sha, s->hash);
		if (stream_reap(s, e) < 0)
			return -1;
		return stream_unchanged(s, e);
	}
	if (s->spooled)
		return 0;
	if (s->sha)
		sha256_add(s->sha, bytes, (size_t)n);
	if (s->holding)
		buf_add(&s->held, bytes, (size_t)n);
	return s->spool >= 0 ? spool_write(s, bytes, (size_t)n, e) : 0;
}

/* The first bytes decide whether it is gzip. */
static int stream_begin(struct stream *s, struct err *e)
{
	size_t n;

	s->raw_at = s->raw_len = s->ahead_at = s->ahead_len = 0;
	do {
		if (stream_fill(s, s->raw + s->raw_len, STREAM_BLOCK - s->raw_len, &n, e) < 0)
			return -1;
		s->raw_len += n;
	} while (n && s->raw_len < 3);
	if (gzip_is(s->raw, s->raw_len)) {
		if (!s->gunzip)
			s->gunzip = gunzip_new();
		gunzip_reset(s->gunzip);
	}
	return 0;
}

static int stream_prepare(struct stream *s, struct err *e)
{
	if (fstat(s->fd, &s->stat) < 0)
		return err_errno(e, "cannot read '%s'", s->name);
	if (S_ISDIR(s->stat.st_mode))
		return err_set(e, ERR_USAGE, "cannot read '%s': it is a directory", s->name);
	s->regular = S_ISREG(s->stat.st_mode);
	if (s->regular)
		s->start = lseek(s->fd, 0, SEEK_CUR);
	else
		s->sha = sha256_new();
	return stream_begin(s, e);
}

static struct stream *stream_new(const char *name, int fd)
{
	struct stream *s = mem_new(1, sizeof(*s));

	s->name = mem_strdup(name);
	s->fd = fd;
	s->spool = -1;
	s->held = (struct buf)BUF_INIT;
	s->raw = mem_array(STREAM_BLOCK, 1);
	s->ahead = mem_array(STREAM_BLOCK, 1);
	return s;
}

struct stream *stream_open(const char *path, struct err *e)
{
	struct stream *s;
	int fd = 0;

	if (!path || strcmp(path, "-") == 0) {
		s = stream_new("standard input", 0);
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			err_errno(e, "cannot read '%s'", path);
			return NULL;
		}
		s = stream_new(path, fd);
	}
	if (stream_prepare(s, e) == 0)
		return s;
	stream_close(s);
	return NULL;
}

struct stream *stream_exec(const char *command, struct err *e)
{
	char *const argv[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
	posix_spawn_file_actions_t actions;
	struct stream *s;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		err_errno(e, "cannot run '%s'", command);
		return NULL;
	}
	s = stream_new(command, fds[0]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	rc = posix_spawn(&s->pid, "/bin/sh", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (rc) {
		s->pid = 0;
		errno = rc;
		err_errno(e, "cannot run '%s'", command);
	} else if (stream_prepare(s, e) == 0) {
		return s;
	}
	stream_close(s);
	return NULL;
}

void stream_close(struct stream *s)
{
	struct err ignored = ERR_INIT;

	if (!s)
		return;
	if (s->fd > 2)
		close(s->fd);
	if (s->spool > 2)
		close(s->spool);
	stream_reap(s, &ignored);
	buf_release(&s->held);
	sha256_free(s->sha);
	gunzip_free(s->gunzip);
	free(s->raw);
	free(s->ahead);
	free(s->name);
	free(s);
}

/* Decoded bytes behind `ahead`. */
static int stream_decode(struct stream *s, void *bytes, size_t want, size_t *len, struct err *e)
{
	const unsigned char *in;
	size_t n;

	if (!s->gunzip) {
		n = s->raw_len - s->raw_at;
		if (!n)
			return stream_fill(s, bytes, want, len, e);
		*len = n < want ? n : want;
		memcpy(bytes, s->raw + s->raw_at, *len);
		s->raw_at += *len;
		return 0;
	}
	for (;;) {
		if (s->raw_at == s->raw_len) {
			s->raw_at = 0;
			if (stream_fill(s, s->raw, STREAM_BLOCK, &s->raw_len, e) < 0)
				return -1;
		}
		in = s->raw + s->raw_at;
		n = s->raw_len - s->raw_at;
		if (gunzip_read(s->gunzip, &in, &n, s->ended, bytes, want, len, e) < 0)
			return err_prefix(e, "%s", s->name);
		s->raw_at = s->raw_len - n;
		if (*len || (s->ended && !n))
			return 0;
	}
}

int stream_peek(struct stream *s, const char **bytes, size_t *len, size_t want, struct err *e)
{
	size_t n = 1;

	if (want > STREAM_BLOCK)
		want = STREAM_BLOCK;
	if (s->ahead_at) {
		s->ahead_len -= s->ahead_at;
		memmove(s->ahead, s->ahead + s->ahead_at, s->ahead_len);
		s->ahead_at = 0;
	}
	while (n && s->ahead_len < want) {
		if (stream_decode(s, s->ahead + s->ahead_len, STREAM_BLOCK - s->ahead_len, &n, e) <
			0)
			return -1;
		s->ahead_len += n;
	}
	*bytes = s->ahead;
	*len = s->ahead_len < want ? s->ahead_len : want;
	return 0;
}

int stream_read(struct stream *s, void *bytes, size_t want, size_t *len, struct err *e)
{
	size_t have = s->ahead_len - s->ahead_at, done = have < want ? have : want;

	memcpy(bytes, s->ahead + s->ahead_at, done);
	s->ahead_at += done;
	while (done < want) {
		size_t n;

		if (stream_decode(s, (char *)bytes + done, want - done, &n, e) < 0)
			return -1;
		if (!n)
			break;
		done += n;
	}
	*len = done;
	return 0;
}

void stream_hold(struct stream *s)
{
	if (s->regular || s->holding)
		return;
	s->holding = 1;
	buf_add(&s->held, s->raw, s->raw_len);
}

void stream_forget(struct stream *s)
{
	s->holding = 0;
	buf_release(&s->held);
}

int stream_keep(struct stream *s, struct err *e)
{
	int rc;

	const char *dir = getenv("TMPDIR");
	char *path;

	if (s->regular || s->spool >= 0)
		return 0;
	path = file_join(dir && *dir ? dir : "/tmp", "pawl.XXXXXX");
	s->spool = mkostemp(path, O_CLOEXEC);
	if (s->spool < 0) {
		err_errno(e, "cannot make a temporary file in '%s'", dir && *dir ? dir : "/tmp");
		free(path);
		return -1;
	}
	unlink(path);
	free(path);
	rc = s->holding ? spool_write(s, s->held.data, s->held.len, e)
			: spool_write(s, (const char *)s->raw, s->raw_len, e);
	stream_forget(s);
	return rc;
}

static int stream_drain(struct stream *s, struct err *e)
{
	size_t n = 1;

	s->raw_at = s->raw_len = 0;
	while (n)
		if (stream_fill(s, s->raw, STREAM_BLOCK, &n, e) < 0)
			return -1;
	return 0;
}

int stream_rewind(struct stream *s, struct err *e)
{
	if (!s->regular) {
		if (s->spool < 0)
			return err_set(e, ERR_SYSTEM, "%s cannot be read twice", s->name);
		if (stream_drain(s, e) < 0)
			return -1;
		if (s->fd > 2)
			close(s->fd);
		s->fd = s->spool;
		s->spool = -1;
		s->regular = s->spooled = 1;
		s->start = 0;
	}
	if (lseek(s->fd, s->start, SEEK_SET) < 0)
		return err_errno(e, "cannot read '%s' again", s->name);
	s->ended = 0;
	return stream_begin(s, e);
}

/* By pread, so that the position and a mapping of the file are left alone. */
static int stream_digest(struct stream *s, struct err *e)
{
	struct sha256 *sha = sha256_new();
	char *block = mem_array(STREAM_BLOCK, 4);
	off_t at = s->start;
	ssize_t n;

	while ((n = pread(s->fd, block, (size_t)STREAM_BLOCK * 4, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		sha256_add(sha, block, (size_t)n);
		at += n;
	}
	sha256_hex(sha, s->hash);
	sha256_free(sha);
	free(block);
	if (n < 0) {
		s->hash[0] = 0;
		return err_errno(e, "cannot read '%s'", s->name);
	}
	return 0;
}

int stream_sha256(struct stream *s, char hex[SHA256_HEX], struct err *e)
{
	if (stream_unchanged(s, e) < 0)
		return -1;
	if (!s->hash[0] && (s->regular ? stream_digest(s, e) : stream_drain(s, e)) < 0)
		return -1;
	if (stream_unchanged(s, e) < 0) {
		s->hash[0] = 0;
		return -1;
	}
	memcpy(hex, s->hash, SHA256_HEX);
	return 0;
}
