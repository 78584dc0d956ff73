/* lock: short advisory locks: flock on a plain file in HOME/state, released by the kernel when
 * its holder dies, and a scratch directory that belongs to whoever holds the lock.
 * SPDX-License-Identifier: MIT
 *
 * Lock files are never removed: a lock on an unlinked file would exclude nobody.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/err.h"

struct lock {
	int fd;
	char *tmp; /* HOME/state/tmp/NAME, empty when the lock was taken */
};

#define LOCK_INIT                                                                                  \
	{                                                                                          \
		-1, NULL                                                                           \
	}

/* Waits for HOME/state/NAME.lock. What a killed holder left in tmp is removed. */
int lock_take(struct lock *l, const char *home, const char *name, struct err *e);
/* The same without waiting: 1 where another holds it. */
int lock_try(struct lock *l, const char *home, const char *name, struct err *e);
void lock_drop(struct lock *l); /* harmless twice */

/* flock of any file, waiting; 0, or -1 with errno. */
int lock_flock(int fd);

#endif
