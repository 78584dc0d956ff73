/* words: a line of text as words, quoted as in the shell; nothing is expanded.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include <stddef.h>

#include "base/err.h"

struct words {
	char **items;  /* [n + 1], the last one NULL */
	char *literal; /* [n]: some part of the word was quoted */
	size_t n, cap;
};

#define WORDS_INIT                                                                                 \
	{                                                                                          \
		NULL, NULL, 0, 0                                                                   \
	}

/* '...' is literal, in "..." and outside of quotes \ takes the next character as it is. An open
 * quote is ERR_USAGE. */
int words_split(struct words *w, const char *text, struct err *e);
void words_release(struct words *w);

#endif
