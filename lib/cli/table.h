/* table: a few rows of text for people, in columns that are as wide as they need to be.
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct table {
	char **cells; /* row by row */
	size_t columns, n, cap;
};

#define TABLE_INIT(columns)                                                                        \
	{                                                                                          \
		NULL, (columns), 0, 0                                                              \
	}

/* The next cell, printf-like; control characters become '?'. */
void table_add(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends the rows; columns are two spaces apart, the last one is not padded. */
void table_print(const struct table *t, struct buf *out);
void table_release(struct table *t);

/* "2026-11-21 05:06:07" UTC of ms since 1970; "-" for 0. */
#define TABLE_TIME 32
void table_time(int64_t ms, char text[TABLE_TIME]);
/* "0.02 s", "1 m 05 s" of a duration in ms. */
void table_duration(int64_t ms, char text[TABLE_TIME]);

#endif
