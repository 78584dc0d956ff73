/* newrows: which rows of a set of files were not there before, by content.
 * SPDX-License-Identifier: MIT
 *
 * A list is [{"path", "sha256", "rows"}, ...], sorted by path. A file whose content is in the older
 * list, under any name, brings no new rows; one that grew brings those that it has more.
 */
#ifndef STORE_NEWROWS_H
#define STORE_NEWROWS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The list of what the patterns match now, in the working directory. The rows of a content that
 * `old` (may be NULL) knows are not counted again. A new reference, or NULL: a file that cannot be
 * read as a table. */
json_t *newrows_list(const char *const *patterns, size_t n, const json_t *old, struct err *e);

struct newrows {
	int changed; /* other content than before, also when it has no more rows */
	uint64_t rows;
};

struct newrows newrows_since(const json_t *list, const json_t *old);

#endif
