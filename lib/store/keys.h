/* keys: what make depends on instead of raw files and configuration: one small file NAME.key for
 * each, rewritten only when its content differs.
 * SPDX-License-Identifier: MIT
 *
 *   a raw file   the sha256 of its bytes, one line; one line for each of several under one name
 *   a list       "sha256  path" for every file that a pattern matches, sorted
 *   a value      the text itself
 *   a step       what `pawl TOOL ARGS --params` prints: {"params":..,"result":N,"tool":..}
 *
 * DIR/cache remembers what led to a key: of a file device, inode, size, mtime and ctime; of a step
 * its words, PAWL_SET, and the same five of the tool's binary and of every word that is a file. So
 * an untouched project is only stat'ed. As in git, a file is remembered only when its times were
 * older than the clock's tick when it was read: a later change in the same tick would not show.
 * The whole is done under flock of DIR/.lock; the cache may be deleted at any time.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "base/err.h"

struct keys;

/* tools: the directory of the programs. NULL on failure. */
struct keys *keys_open(const char *dir, const char *tools, struct err *e);
void keys_free(struct keys *k); /* NULL is allowed; drops the lock */

/* What is wanted; each checks the form of its text, the work is done by keys_commit(). */
int keys_raw(struct keys *k, const char *text, struct err *e);	 /* [NAME=]FILE, NAME: raw */
int keys_list(struct keys *k, const char *text, struct err *e);	 /* NAME=PATTERN ... */
int keys_value(struct keys *k, const char *text, struct err *e); /* NAME=TEXT */
int keys_step(struct keys *k, const char *text, struct err *e);	 /* [NAME=]TOOL ARG ... */

/* Brings all keys up to date. When a tool refuses its arguments, *e has its exit code and an empty
 * text, and keys_said() what the tool wrote to its stderr. */
int keys_commit(struct keys *k, struct err *e);
const char *keys_said(const struct keys *k);

#endif
