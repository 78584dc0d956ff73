/* err: why something failed.
 * SPDX-License-Identifier: MIT
 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Data may end up in a message: a control character becomes '?', so that one error is one line
 * and no terminal is driven by it. */
static void err_clean(struct err *e)
{
	for (char *p = e->text; *p; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			*p = '?';
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list args;

	e->kind = kind;
	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	err_clean(e);
	return -1;
}

static enum err_kind err_kind_of(int code)
{
	switch (code) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EACCES:
	case EPERM:
	case EEXIST:
	case ELOOP:
	case ENAMETOOLONG:
		return ERR_USAGE;
	default:
		return ERR_SYSTEM;
	}
}

int err_errno(struct err *e, const char *format, ...)
{
	int code = errno;
	va_list args;
	char text[sizeof(e->text)];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(e, err_kind_of(code), "%.900s: %s", text, strerror(code));
}

int err_prefix(struct err *e, const char *format, ...)
{
	va_list args;
	char prefix[sizeof(e->text)], text[sizeof(e->text)];

	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	memcpy(text, e->text, sizeof(text));
	snprintf(e->text, sizeof(e->text), "%.500s: %.500s", prefix, text);
	err_clean(e);
	return -1;
}
