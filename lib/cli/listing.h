/* listing: a few rows of text for people, in columns that are as wide as they need to be.
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct listing {
	char **cells; /* row by row */
	size_t columns, n, cap;
};

#define LISTING_INIT(columns)                                                                      \
	{                                                                                          \
		NULL, (columns), 0, 0                                                              \
	}

/* The next cell, printf-like; control characters become '?'. */
void listing_add(struct listing *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends the rows; columns are two spaces apart, the last one is not padded. */
void listing_print(const struct listing *t, struct buf *out);
void listing_release(struct listing *t);

/* "2026-11-21 05:06:07" UTC of ms since 1970; "-" for 0. */
#define LISTING_TIME 32
void listing_time(int64_t ms, char text[LISTING_TIME]);
/* "0.02 s", "1 m 05 s" of a duration in ms. */
void listing_duration(int64_t ms, char text[LISTING_TIME]);

#endif
