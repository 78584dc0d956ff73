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
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { PLACE_DEPTH = 64 };

static int place_write(int fd, const char *path, const void *bytes, size_t len, struct err *e)
{
	const char *p = bytes;
	int rc = 0;

	while (len && rc == 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_errno(e, "cannot write '%s'", path);
			break;
		}
		p += n;
		len -= (size_t)n;
	}
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
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_errno(e, "cannot write '%s'", path);
	return place_write(fd, path, line, len, e);
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
