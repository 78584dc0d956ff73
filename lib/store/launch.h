/* launch: runs make for a trigger, and finds out why it failed.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_LAUNCH_H
#define STORE_LAUNCH_H

#include "base/err.h"

struct launch {
	const char *goal;
	const char *home; /* absolute: PAWL_HOME of make */
	const char *id;	  /* of its run: PAWL_TRIGGER */
	const char *bin;  /* the directory of pawl, first in PATH */
	int lock;	  /* a descriptor that make inherits, or -1 */
};

struct launch_end {
	int code;    /* of make, or -1 where a signal ended it */
	int signal;  /* that ended it, or 0 */
	int stopped; /* the signal that was passed on to it, or 0 */
};

/* HOME/log/trigger/ID.log (malloced). */
char *launch_log(const char *home, const char *id);

/* Runs `make GOAL` in the working directory, in a process group of its own, what it writes appended
 * to its log, and passes SIGTERM, SIGINT, SIGHUP and SIGQUIT on to it. make ends with 2 whatever
 * failed. The last 20 logs are kept. */
int launch_make(const struct launch *l, struct launch_end *out, struct err *e);

struct launch_why {
	int code;	  /* exit code of the step that failed; ERR_SYSTEM where none is recorded */
	char *step, *why; /* malloced; step NULL: none is recorded */
};

/* Of a make that failed: by the records of its run, else by the last line of its log. */
int launch_failure(const char *home, const char *id, struct launch_why *out, struct err *e);

#endif
