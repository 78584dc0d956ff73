/* scan: JSON read value by value from memory, without a tree: for the bodies of requests.
 * SPDX-License-Identifier: MIT
 *
 * Strict (RFC 8259): no comments, no trailing commas, no NaN; a lone surrogate, or a number larger
 * than any double, is refused. The text must be UTF-8: the caller has seen to that. Failures say
 * what is wrong and at which byte, never what stands there.
 *
 *     for (first = 1; (rc = scan_member(s, &first, &key, &len)) > 0;)
 *             scan_cell(s, &cell) or scan_skip(s) or ...
 */
#ifndef NET_SCAN_H
#define NET_SCAN_H

#include <stddef.h>

#include "base/buf.h"
#include "io/row.h"

#define SCAN_DEPTH 64 /* of nested arrays and objects */

struct scan {
	const char *text; /* [len] borrowed */
	size_t len, at;
	const char *why;  /* of the failure: without byte; NULL: none */
	struct buf *keep; /* where strings with escapes are made plain; borrowed */
};

/* The first byte of the next value, or 0 at the end. */
char scan_peek(struct scan *s);
/* 0, or -1 where the next is no such bracket. */
int scan_enter(struct scan *s, char bracket);
/* The next member, behind whose colon `at` is then; its key lives until the next string is read.
 * 1, 0 where the object is closed, -1. *first is 1 at first. */
int scan_member(struct scan *s, int *first, const char **key, size_t *len);
/* Whether another item comes: 1, 0 where the array is closed, -1. */
int scan_item(struct scan *s, int *first);
/* A scalar; its text lives until the next string is read. An integer beyond int64 is CELL_FIELD
 * with its digits. -1 also where it is an array or an object. */
int scan_cell(struct scan *s, struct cell *cell);
/* Passes over a value of any kind. */
int scan_skip(struct scan *s);
/* 0 where nothing but space follows. */
int scan_end(struct scan *s);

int scan_is(const char *key, size_t len, const char *name);

#endif
