/* crontab: a command as a line of crontab(5). SPDX-License-Identifier: MIT
 */
#ifndef STORE_CRONTAB_H
#define STORE_CRONTAB_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Five fields of digits, names and "*-,/", or @hourly and the like. */
int crontab_schedule(const char *text, struct err *e);

/* Appends "SCHEDULE WORD WORD...\n", every word quoted for the shell where it has to be, and with
 * '%', which cron takes as a newline, behind a backslash. A word with a newline: ERR_USAGE. */
int crontab_line(
	struct buf *out, const char *schedule, const char *const *words, size_t n, struct err *e);

#endif
