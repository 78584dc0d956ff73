/* run: runs of pipelines and their steps, in the layout of MLflow's file store.
 * SPDX-License-Identifier: MIT
 *
 *   mlruns/EXPERIMENT/meta.yaml
 *   mlruns/EXPERIMENT/RUN/meta.yaml   params/KEY  metrics/KEY  tags/KEY  artifacts/
 *
 * What other readers insist on, one file that breaks it hides the whole experiment from them:
 * meta.yaml has run_id (MLflow 3) and run_uuid (MLflow 2), end_time also when it is null, and
 * status as a number; artifacts/, params/ and metrics/ exist in every run; the whole file is the
 * value of a parameter or tag, without a newline; a metric file has a line "ms value step" or more,
 * none empty, none twice; no other file is ever seen in params/, metrics/ and tags/, nor another
 * directory beside runs and experiments. So a run is built in HOME/state/tmp and renamed to its
 * place, and later changes go through the plain file .put in the run's directory. Locks are in
 * HOME/state.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define RUN_ID 33 /* at most 32 characters, as in MLflow's data bases, and a NUL */

enum run_status { RUN_RUNNING = 1, RUN_SCHEDULED, RUN_FINISHED, RUN_FAILED, RUN_KILLED };

const char *run_status_name(enum run_status status); /* "RUNNING", ... */

/* A new id: YYYYmmdd-HHMMSS-xxxxxxxx, UTC and 32 random bits. */
void run_fresh_id(char id[RUN_ID]);
int run_id_valid(const char *id);

struct lock;

/* ---- writing. The caller holds the lock "runs" (store/lock.h), whose directory is used. */

/* The id of the experiment of that name (NULL or "": "Default"), which is made where it is new. */
int run_experiment(
	const struct lock *l, const char *home, const char *name, char id[RUN_ID], struct err *e);

struct run_new {
	const char *experiment; /* id */
	const char *id;
	const char *parent;	/* id or NULL */
	const char *name;	/* NULL: the id */
	int64_t start, end;	/* ms since 1970, UTC; end 0: not ended */
	enum run_status status; /* 0: RUNNING */
};

/* Starts a run in the lock's directory; *dir (malloced) is where the draft functions write. */
int run_begin(
	const struct lock *l, const char *home, const struct run_new *n, char **dir, struct err *e);
/* Moves what run_begin() started to its place. 1: a run of that id is there already. */
int run_publish(const char *home, const struct run_new *n, const char *dir, struct err *e);

/* Into a run that run_begin() started, which nobody sees yet: nothing has to be renamed, and a name
 * is written once. A key that MLflow would refuse is changed (store/meta.h), a value that is too
 * long is cut. */
int run_draft_param(const char *dir, const char *key, const char *value, struct err *e);
int run_draft_tag(const char *dir, const char *key, const char *value, struct err *e);
int run_draft_metric(
	const char *dir, const char *key, double value, int64_t ms, int64_t step, struct err *e);

/* The same into a run that others may read meanwhile: every file is replaced whole. A parameter or
 * tag replaces the one there; a metric adds a point. */
int run_put_param(const char *dir, const char *key, const char *value, struct err *e);
int run_put_tag(const char *dir, const char *key, const char *value, struct err *e);
int run_put_metric(
	const char *dir, const char *key, double value, int64_t ms, int64_t step, struct err *e);

struct run_info {
	char *dir, *id, *experiment, *name, *user, *artifacts; /* artifacts: a URI */
	enum run_status status;
	int64_t start, end; /* ms; end 0: not ended */
	int deleted;
};

/* Rewrites DIR/meta.yaml from `info`. */
int run_put_meta(const struct run_info *info, struct err *e);
void run_info_release(struct run_info *info);

#endif
