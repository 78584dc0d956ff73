/* snapshot: what a segment of the request log that is still written holds at this moment.
 * SPDX-License-Identifier: MIT
 */
#include "watch/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define OPEN ".open"
#define SEGMENT ".arrows" OPEN

int snapshot_is_open(const char *path)
{
	size_t len = strlen(path), end = strlen(SEGMENT);

	return len > end && strcmp(path + len - end, SEGMENT) == 0;
}

FILE *snapshot_take(const char *path, char **name, int *ended, struct err *e)
{
	char block[1 << 16];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	FILE *copy = fd < 0 ? NULL : tmpfile();
	ssize_t n = 0;

	*ended = fd < 0 && errno == ENOENT;
	if (fd < 0) {
		if (!*ended)
			err_errno(e, "cannot read '%s'", path);
		return NULL;
	}
	while (copy && (n = read(fd, block, sizeof(block))) > 0)
		if (fwrite(block, 1, (size_t)n, copy) != (size_t)n)
			break;
	if (!copy || n != 0 || fflush(copy) != 0) {
		err_errno(e, "cannot copy '%s'", path);
		if (copy)
			fclose(copy);
		copy = NULL;
	}
	close(fd);
	if (copy)
		*name = mem_printf("/dev/fd/%d", fileno(copy));
	return copy;
}
