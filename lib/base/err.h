/* err: why something failed. The library fills one of these, only bin/ prints it.
 * SPDX-License-Identifier: MIT
 *
 * Every function that can fail takes a `struct err *` last and returns 0, or -1 with the
 * error filled; some return a pointer, or NULL with the error filled. On success the error is
 * left untouched. The kind is the exit code that the process will end with.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

enum err_kind {
	ERR_NONE = 0,
	ERR_NO = 1,	/* the answer is no: a gate not met, value skew */
	ERR_USAGE = 2,	/* wrong usage or configuration */
	ERR_DATA = 3,	/* bad data: malformed, truncated, tampered with, schema skew */
	ERR_SYSTEM = 4, /* disk, memory, network: a retry may help */
	ERR_FEW = 5,	/* not enough data to answer */
};

struct err {
	enum err_kind kind;
	char text[1024]; /* one line, no full stop; control characters are made visible */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		ERR_NONE, ""                                                                       \
	}

/* Fills *e and returns -1, so that a failing function can `return err_set(...)`. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": STRERROR" of errno appended; ENOENT, EISDIR and the like that name a wrong
 * argument are ERR_USAGE, everything else ERR_SYSTEM. */
int err_errno(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " before the text of an error that is set already; returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
