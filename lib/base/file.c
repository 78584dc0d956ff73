/* file: reading files whole, and writing them so that nothing half-written is ever seen.
 * SPDX-License-Identifier: MIT
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"

struct timespec file_started(void)
{
	static struct timespec started; /* set once, before there are threads */

	if (!started.tv_sec)
		clock_gettime(CLOCK_REALTIME, &started);
	return started;
}

char *file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (!n)
		return mem_strdup(name);
	return mem_printf("%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *file_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

int file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

int file_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int file_alias(const char *a, const char *b)
{
	int a_stdout = !a || strcmp(a, "-") == 0, b_stdout = !b || strcmp(b, "-") == 0;
	struct stat x, y;
	char *dirs[2];
	int same;

	if (a_stdout || b_stdout)
		return a_stdout && b_stdout;
	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	dirs[0] = file_dir(a);
	dirs[1] = file_dir(b);
	same = strcmp(file_name(a), file_name(b)) == 0 && stat(dirs[0], &x) == 0 &&
	       stat(dirs[1], &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	free(dirs[0]);
	free(dirs[1]);
	return same;
}

int file_mkdirs(const char *path, struct err *e)
{
	char *copy = mem_strdup(path);
	int rc = 0;

	for (char *p = copy + 1; rc == 0 && *copy; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = 0;
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			rc = err_errno(e, "cannot make directory '%s'", copy);
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return rc;
}

/* The path that a chain of symlinks ends in, which may not exist yet; NULL on failure. */
static char *file_follow(const char *path, struct err *e)
{
	char *at = mem_strdup(path);

	for (int hops = 0; hops < 40; hops++) {
		char link[PATH_MAX], *dir, *next;
		ssize_t n = readlink(at, link, sizeof(link) - 1);

		if (n < 0)
			return at;
		link[n] = 0;
		dir = file_dir(at);
		next = link[0] == '/' ? mem_strdup(link) : file_join(dir, link);
		free(dir);
		free(at);
		at = next;
	}
	free(at);
	errno = ELOOP;
	err_errno(e, "%s", path);
	return NULL;
}

/* Opens and locks the part file until the lock is on the file that the name means. */
static int outfile_lock(struct outfile *o, struct err *e)
{
	for (;;) {
		struct stat locked, named;
		int fd = open(o->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

		if (fd < 0)
			return err_errno(e, "cannot write '%s'", o->path);
		while (flock(fd, LOCK_EX) < 0) {
			if (errno == EINTR)
				continue;
			err_errno(e, "cannot lock '%s'", o->part);
			close(fd);
			return -1;
		}
		if (fstat(fd, &locked) == 0 && stat(o->part, &named) == 0 &&
			locked.st_ino == named.st_ino && locked.st_dev == named.st_dev) {
			if (ftruncate(fd, 0) < 0) {
				err_errno(e, "cannot write '%s'", o->part);
				close(fd);
				return -1;
			}
			o->fd = fd;
			return 0;
		}
		close(fd);
	}
}

static void outfile_forget(struct outfile *o)
{
	free(o->path);
	free(o->target);
	free(o->part);
	*o = (struct outfile)OUTFILE_INIT;
}

int outfile_open(struct outfile *o, const char *path, struct err *e)
{
	struct stat st;
	char *dir;

	*o = (struct outfile)OUTFILE_INIT;
	if (!path || strcmp(path, "-") == 0) {
		o->path = mem_strdup("-");
		o->fd = 1;
		return 0;
	}
	if (!*path)
		return err_set(e, ERR_USAGE, "the name of the output is empty");
	o->path = mem_strdup(path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode)) {
			err_set(e, ERR_USAGE, "cannot write '%s': it is a directory", path);
			goto fail;
		}
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		if (o->fd < 0) {
			err_errno(e, "cannot write '%s'", path);
			goto fail;
		}
		return 0;
	}
	o->target = file_follow(path, e);
	if (!o->target)
		goto fail;
	dir = file_dir(o->target);
	o->part = mem_printf("%s/.%s.part", dir, file_name(o->target));
	free(dir);
	if (outfile_lock(o, e) == 0)
		return 0;
fail:
	outfile_forget(o);
	return -1;
}

int outfile_regular(const struct outfile *o)
{
	struct stat st;

	return o->part || (o->fd >= 0 && fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode));
}

int outfile_write(struct outfile *o, const void *bytes, size_t len, struct err *e)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(o->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strcmp(o->path, "-") == 0
				       ? err_errno(e, "cannot write standard output")
				       : err_errno(e, "cannot write '%s'", o->path);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The directory entry survives a power cut only when the directory is synced too. */
static void outfile_sync_dir(const struct outfile *o)
{
	char *dir = file_dir(o->target);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int outfile_commit(struct outfile *o, struct err *e)
{
	struct timespec times[2] = {file_started(), file_started()};

	if (o->part) {
		if (fsync(o->fd) < 0 || futimens(o->fd, times) < 0 ||
			rename(o->part, o->target) < 0) {
			err_errno(e, "cannot write '%s'", o->path);
			outfile_discard(o);
			return -1;
		}
		outfile_sync_dir(o);
		close(o->fd);
	} else if (o->fd > 2 && close(o->fd) < 0) {
		err_errno(e, "cannot write '%s'", o->path);
		o->fd = -1;
		outfile_forget(o);
		return -1;
	}
	outfile_forget(o);
	return 0;
}

void outfile_discard(struct outfile *o)
{
	if (o->part && o->fd >= 0)
		unlink(o->part); /* while the lock is held: nobody else's */
	if (o->fd > 2)
		close(o->fd);
	outfile_forget(o);
}

int outfile_keep(struct outfile *o, struct err *e)
{
	struct timespec times[2] = {file_started(), file_started()};
	int rc = 0;

	if (o->part) {
		unlink(o->part); /* first, so that a kill in between leaves no litter */
		if (utimensat(AT_FDCWD, o->target, times, 0) < 0)
			rc = err_errno(e, "cannot touch '%s'", o->path);
		/* Whoever came since has made a part file of that name: not ours to remove. */
		free(o->part);
		o->part = NULL;
	}
	outfile_discard(o);
	return rc;
}

int file_write(const char *path, const void *bytes, size_t len, struct err *e)
{
	struct outfile o;

	if (outfile_open(&o, path, e) < 0)
		return -1;
	if (outfile_write(&o, bytes, len, e) < 0) {
		outfile_discard(&o);
		return -1;
	}
	return outfile_commit(&o, e);
}

int file_read_fd(int fd, const char *name, size_t cap, struct buf *out, struct err *e)
{
	size_t start = out->len;

	for (;;) {
		ssize_t n;

		buf_room(out, 65536);
		n = read(fd, out->data + out->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "cannot read '%s'", name);
		if (n == 0)
			break;
		out->len += (size_t)n;
		if (out->len - start > cap)
			return err_set(e, ERR_DATA, "%s: larger than %zu bytes", name, cap);
	}
	out->data[out->len] = 0;
	return 0;
}

int file_read(const char *path, size_t cap, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_errno(e, "cannot read '%s'", path);
	rc = file_read_fd(fd, path, cap, out, e);
	close(fd);
	return rc;
}

static int file_digest(int fd, struct sha256 *s, const char *path, struct err *e)
{
	char *block = mem_array(1 << 18, 1);
	ssize_t n;

	while ((n = read(fd, block, 1 << 18)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		sha256_add(s, block, (size_t)n);
	}
	free(block);
	return n < 0 ? err_errno(e, "cannot read '%s'", path) : 0;
}

int file_sha256(const char *path, char hex[SHA256_HEX], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;
	struct sha256 *s = NULL;
	struct stat before, after;

	if (fd < 0)
		return err_errno(e, "cannot read '%s'", path);
	if (fstat(fd, &before) < 0) {
		err_errno(e, "cannot read '%s'", path);
		goto end;
	}
	s = sha256_new();
	if (file_digest(fd, s, path, e) < 0)
		goto end;
	if (fstat(fd, &after) < 0 || !file_same(&before, &after)) {
		err_set(e, ERR_SYSTEM, "'%s' changed while it was read", path);
		goto end;
	}
	sha256_hex(s, hex);
	rc = 0;
end:
	sha256_free(s);
	close(fd);
	return rc;
}
