/* place: putting small files and whole directories where other programs read them.
 * SPDX-License-Identifier: MIT
 */
#include "store/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { PLACE_DEPTH = 64 };

static int place_put(int fd, const char *path, const void *bytes, size_t len, struct err *e)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return err_errno(e, "cannot write '%s'", path);
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int place_write(int fd, const char *path, const void *bytes, size_t len, struct err *e)
{
	int rc = place_put(fd, path, bytes, len, e);

	if (close(fd) < 0 && rc == 0)
		rc = err_errno(e, "cannot write '%s'", path);
	return rc;
}

int place_new(const char *path, const void *bytes, size_t len, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_errno(e, "cannot write '%s'", path);
	return place_write(fd, path, bytes, len, e);
}

int place_file(const char *dir, const char *name, const void *bytes, size_t len, struct err *e)
{
	char *part = file_join(dir, ".put"), *path = file_join(dir, name);
	int rc = place_new(part, bytes, len, e);

	if (rc == 0 && rename(part, path) < 0)
		rc = err_errno(e, "cannot write '%s'", path);
	if (rc < 0)
		unlink(part);
	free(part);
	free(path);
	return rc;
}

int place_append(const char *path, const char *line, size_t len, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), rc = -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err_errno(e, "cannot write '%s'", path);
	else if (place_put(fd, path, line, len, e) == 0)
		rc = fsync(fd) < 0 ? err_errno(e, "cannot write '%s'", path) : 0;
	else if (ftruncate(fd, st.st_size) < 0) /* a full disk took a part of the line */
		err_prefix(e, "a part of a line is left");
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Takes over fd; depth is bounded, since a directory may have been put there by anybody. */
static int place_clear(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *item;
	int rc = 0;

	if (!dir) {
		close(fd);
		return -1;
	}
	while (rc == 0 && (item = readdir(dir))) {
		int sub;

		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		if (unlinkat(fd, item->d_name, 0) == 0 || errno == ENOENT)
			continue;
		sub = depth < PLACE_DEPTH ? openat(fd, item->d_name,
						    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
					  : -1;
		if (sub < 0 || place_clear(sub, depth + 1) < 0 ||
			unlinkat(fd, item->d_name, AT_REMOVEDIR) < 0)
			rc = -1;
	}
	closedir(dir);
	return rc;
}

int place_remove(const char *path, struct err *e)
{
	int fd;

	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || place_clear(fd, 0) < 0 || rmdir(path) < 0)
		return err_errno(e, "cannot remove '%s'", path);
	return 0;
}

int place_empty(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return file_mkdirs(path, e);
	if (place_clear(fd, 0) < 0)
		return err_errno(e, "cannot empty '%s'", path);
	return 0;
}

int place_dir(const char *from, const char *to, struct err *e)
{
	struct stat st;

	/* rename() would replace an empty directory of that name, which is someone's too. */
	if (lstat(to, &st) < 0) {
		if (rename(from, to) == 0)
			return 0;
		if (errno != EEXIST && errno != ENOTEMPTY)
			return err_errno(e, "cannot make '%s'", to);
	}
	return place_remove(from, e) < 0 ? -1 : 1;
}

static int place_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **place_names(const char *path, size_t *n, struct err *e)
{
	DIR *dir = opendir(path);
	struct dirent *item;
	char **names = mem_new(1, sizeof(*names));
	size_t cap = 1;

	*n = 0;
	if (!dir && errno != ENOENT && errno != ENOTDIR) {
		err_errno(e, "cannot read '%s'", path);
		free(names);
		return NULL;
	}
	while (dir && (item = readdir(dir))) {
		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		MEM_ROOM(names, *n, cap);
		names[(*n)++] = mem_strdup(item->d_name);
	}
	if (dir)
		closedir(dir);
	qsort(names, *n, sizeof(*names), place_by_name);
	return names;
}

void place_names_free(char **names, size_t n)
{
	for (size_t i = 0; names && i < n; i++)
		free(names[i]);
	free(names);
}

int place_fsync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS))
		rc = err_errno(e, "cannot sync '%s'", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

int place_safe(const char *dir, const char *name, const void *bytes, size_t len, struct err *e)
{
	char *part = file_join(dir, ".put"), *path = file_join(dir, name), *parent = file_dir(path);
	int rc = place_new(part, bytes, len, e);

	if (rc == 0)
		rc = place_fsync(part, e);
	if (rc == 0 && rename(part, path) < 0)
		rc = err_errno(e, "cannot write '%s'", path);
	if (rc == 0)
		rc = place_fsync(parent, e);
	if (rc < 0)
		unlink(part);
	free(part);
	free(path);
	free(parent);
	return rc;
}

int place_sync(const char *dir, struct err *e)
{
	size_t n;
	char **names = place_names(dir, &n, e);
	int rc = names ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char *path = file_join(dir, names[i]);
		struct stat st;

		/* Directories that we built are two deep. */
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			rc = place_sync(path, e);
		else
			rc = place_fsync(path, e);
		free(path);
	}
	place_names_free(names, n);
	return rc == 0 ? place_fsync(dir, e) : -1;
}

static int place_copy_bytes(int from, int to, struct err *e)
{
	char *block = NULL;
	int rc = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	block = mem_array(1 << 18, 1);
	for (;;) {
		ssize_t n = read(from, block, 1 << 18), done = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = n < 0 ? err_errno(e, "cannot read the model") : 0;
			break;
		}
		while (rc == 0 && done < n) {
			ssize_t m = write(to, block + done, (size_t)(n - done));

			if (m < 0 && errno != EINTR)
				rc = err_errno(e, "cannot copy the model");
			done += m > 0 ? m : 0;
		}
		if (rc < 0)
			break;
	}
	free(block);
	return rc;
}

int place_copy(const char *from, const char *to, struct err *e)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, rc = -1;

	if (in < 0)
		return err_errno(e, "cannot read '%s'", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		err_errno(e, "cannot write '%s'", to);
	else
		rc = place_copy_bytes(in, out, e);
	if (rc == 0 && fsync(out) < 0)
		rc = err_errno(e, "cannot write '%s'", to);
	if (out >= 0)
		close(out);
	close(in);
	return rc;
}
