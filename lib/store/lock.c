/* lock: short advisory locks.
 * SPDX-License-Identifier: MIT
 */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/place.h"

int lock_flock(int fd)
{
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int lock_get(struct lock *l, const char *home, const char *name, int wait, struct err *e)
{
	char *path = mem_printf("%s/state/%s.lock", home, name);
	char *tmp = mem_printf("%s/state/tmp/%s", home, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), rc = -1;

	if (fd < 0 && errno == ENOENT) {
		if (file_mkdirs(tmp, e) < 0)
			goto end;
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	}
	if (fd >= 0 && !wait && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		rc = 1;
		goto end;
	}
	if (fd < 0 || lock_flock(fd) < 0) {
		err_errno(e, "cannot lock '%s'", path);
		goto end;
	}
	if (place_empty(tmp, e) < 0)
		goto end;
	l->fd = fd;
	l->tmp = tmp;
	tmp = NULL;
	fd = -1;
	rc = 0;
end:
	if (fd >= 0)
		close(fd);
	free(path);
	free(tmp);
	return rc;
}

int lock_take(struct lock *l, const char *home, const char *name, struct err *e)
{
	return lock_get(l, home, name, 1, e);
}

int lock_try(struct lock *l, const char *home, const char *name, struct err *e)
{
	return lock_get(l, home, name, 0, e);
}

void lock_drop(struct lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->tmp);
	*l = (struct lock)LOCK_INIT;
}
