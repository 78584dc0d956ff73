/* home: where a project keeps its state: $PAWL_HOME, or `.pawl` found upward from the working
 * directory as git finds .git.
 * SPDX-License-Identifier: MIT
 *
 *   mlruns/  runs and the model registry, in MLflow's file-store layout: store/run.h, registry.h
 *   key/     what make depends on: store/keys.h
 *   state/   locks (plain files, never removed) and state/tmp/, where directories are built before
 *            they are renamed to their place, so that they appear whole
 */
#ifndef STORE_HOME_H
#define STORE_HOME_H

#include <stddef.h>

#include "base/err.h"

/* The home (malloced), which may not exist yet where $PAWL_HOME names it; NULL: there is none. */
char *home_find(void);

/* For readers: the home, which is a directory; NULL with *e that says what to do. */
char *home_need(struct err *e);

/* For writers: the home, made in the working directory where none is found; NULL on failure. */
char *home_make(struct err *e);

/* HOME/mlruns, created with what MLflow wants in it; NULL on failure. */
char *home_mlruns(const char *home, struct err *e);

#endif
