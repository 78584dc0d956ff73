/* snapshot: what a segment of the request log that is still written holds at this moment.
 * SPDX-License-Identifier: MIT
 */
#ifndef WATCH_SNAPSHOT_H
#define WATCH_SNAPSHOT_H

#include <stdio.h>

#include "base/err.h"

/* Whether a path is that of an open segment. */
int snapshot_is_open(const char *path);

/* A copy in an unlinked temporary file, which ends with fclose(); the name by which this process
 * opens it is malloced. NULL with *ended = 1 where the segment has lost its `.open` meanwhile, NULL
 * with *e on failure. */
FILE *snapshot_take(const char *path, char **name, int *ended, struct err *e);

#endif
