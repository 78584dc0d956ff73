/* near: the name that was probably meant.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* Edits (insertion, deletion, substitution, swap of neighbours; case costs nothing) from a to b, at
 * most `limit` + 1. */
size_t near_distance(const char *a, const char *b, size_t limit);

/* The first of names[n] that is nearest to `name` and not too far to be a slip of it, or NULL. */
const char *near_name(const char *name, const char *const *names, size_t n);

#endif
