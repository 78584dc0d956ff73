/* runs: reading what is in the run store, whoever wrote it; without locks.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "store/run.h"

/* The run in a directory. */
int runs_load(const char *dir, struct run_info *out, struct err *e);

/* The run of that id, or the only one whose id begins or ends so; ERR_USAGE where there is none. */
int runs_find(const char *home, const char *id, struct run_info *out, struct err *e);

struct runs {
	struct run_info *items; /* by start, then id */
	size_t n, cap;
	char *skipped; /* what is no readable run, "PATH: WHY", one per line; or "" */
};

#define RUNS_INIT                                                                                  \
	{                                                                                          \
		NULL, 0, 0, NULL                                                                   \
	}

/* All runs that are not deleted, of one experiment (its name or id) or of all (NULL). */
int runs_list(const char *home, const char *experiment, struct runs *out, struct err *e);
void runs_release(struct runs *r);

/* {key: value}: strings for "params" and "tags", numbers for "metrics": the point that is last by
 * step, then time, then value, as MLflow reads it; null where it is not finite. NULL: failure. */
json_t *runs_values(const char *dir, const char *kind, struct err *e);
/* One tag (malloced), or NULL. */
char *runs_tag(const char *dir, const char *key);

/* The name of an experiment's id (malloced); the id itself where it has none. */
char *runs_experiment_name(const char *home, const char *id);

#endif
