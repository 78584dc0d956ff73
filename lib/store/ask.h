/* ask: runs a program that prints something and ends, while others of the kind run.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_ASK_H
#define STORE_ASK_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct ask {
	pid_t pid; /* 0: not running */
	int out, err;
};

#define ASK_INIT                                                                                   \
	{                                                                                          \
		0, -1, -1                                                                          \
	}

/* Starts a program; argv is NULL-ended. Its output is kept in memory. */
int ask_start(struct ask *a, const char *path, char **argv, struct err *e);

/* Waits for its end. Exit code 0: appends what it printed to `out`. When it refused (exit codes 1
 * to 5, with a message), the message is appended to `said`, and *e has its exit code and no text.
 */
int ask_end(struct ask *a, const char *path, struct buf *out, struct buf *said, struct err *e);

/* Waits for its end: *code is its exit code, what it wrote to its stderr is appended to `said`. A
 * program that a signal ended is a failure. */
int ask_code(struct ask *a, const char *path, int *code, struct buf *said, struct err *e);

/* Ends it where it still runs; harmless twice. */
void ask_stop(struct ask *a);

#endif
