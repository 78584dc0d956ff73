/* stamp: what stat says of a file's content, as text, and whether that can be relied on.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_STAMP_H
#define STORE_STAMP_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends "dev:ino:size:mtime:ctime". */
void stamp_print(struct buf *out, const struct stat *st);

/* stat of a file that is about to be read. Where it was written within the clock's last tick, waits
 * (at most 40 ms) until it is older, so that any later change shows in its times. *settled: whether
 * it is; never for a file from the future, or a young one on a file system with whole seconds. */
int stamp_settle(const char *path, struct stat *st, int *settled, struct err *e);

#endif
