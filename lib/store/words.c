/* words: a line of text as words.
 * SPDX-License-Identifier: MIT
 */
#include "store/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void words_add(struct words *w, struct buf *word, int literal)
{
	if (w->n + 2 > w->cap) {
		w->cap = w->cap ? 2 * w->cap : 16;
		w->items = mem_grow(w->items, w->cap, sizeof(*w->items));
		w->literal = mem_grow(w->literal, w->cap, 1);
	}
	w->literal[w->n] = (char)literal;
	w->items[w->n++] = mem_strdup(word->data);
	w->items[w->n] = NULL;
	buf_reset(word);
}

int words_split(struct words *w, const char *text, struct err *e)
{
	struct buf word = BUF_INIT;
	int inside = 0, literal = 0;
	char quote = 0;

	for (const char *p = text; *p; p++) {
		if (!quote && strchr(" \t\n", *p)) {
			if (inside)
				words_add(w, &word, literal);
			inside = literal = 0;
			continue;
		}
		inside = 1;
		if (quote ? *p == quote : *p == '\'' || *p == '"') {
			quote = quote ? 0 : *p;
			literal = 1;
			continue;
		}
		if (*p == '\\' && quote != '\'' && p[1]) {
			literal = 1;
			p++;
		}
		buf_addc(&word, *p);
	}
	if (inside)
		words_add(w, &word, literal);
	buf_release(&word);
	if (quote)
		return err_set(e, ERR_USAGE, "a quote is open in \"%s\"", text);
	return 0;
}

void words_release(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->items[i]);
	free(w->items);
	free(w->literal);
	*w = (struct words)WORDS_INIT;
}
