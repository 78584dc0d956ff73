/* rejects: the bad rows of a text input, kept aside as CSV: line, offset, reason, raw.
 * SPDX-License-Identifier: MIT
 *
 * The last column is the row as it stood, whatever its bytes.
 */
#ifndef IO_REJECTS_H
#define IO_REJECTS_H

#include "base/err.h"
#include "io/source.h"

struct rejects;

/* Opens and locks the file; more than max rows are an error. NULL on failure. */
struct rejects *rejects_open(const char *path, uint64_t max, struct err *e);
/* As source_options.reject; arg is the struct. */
int rejects_add(void *arg, const struct reject *r, struct err *e);
/* Takes all rows back. */
int rejects_restart(struct rejects *r, struct err *e);
uint64_t rejects_count(const struct rejects *r);
/* Frees r, also on failure. */
int rejects_commit(struct rejects *r, struct err *e);
void rejects_discard(struct rejects *r); /* NULL is allowed */

#endif
