/* sweep: removes what killed writers left.
 * SPDX-License-Identifier: MIT
 */
#include "store/sweep.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/place.h"

static void sweep_one(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat locked, named;

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &locked) == 0 &&
		lstat(path, &named) == 0 && locked.st_ino == named.st_ino &&
		locked.st_dev == named.st_dev && S_ISREG(named.st_mode))
		unlink(path);
	close(fd);
}

int sweep_parts(const char *dir, struct err *e)
{
	size_t n;
	char **names = place_names(dir, &n, e);

	if (!names)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		char *path;

		if (names[i][0] != '.' || len < 7 || strcmp(names[i] + len - 5, ".part") != 0)
			continue;
		path = file_join(dir, names[i]);
		sweep_one(path);
		free(path);
	}
	place_names_free(names, n);
	return 0;
}
