/* near: the name that was probably meant.
 * SPDX-License-Identifier: MIT
 */
#include "base/near.h"

#include <string.h>

#define NEAR_MAX 64 /* longer names are not compared */

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment (Damerau 1964), three rows of the table. */
size_t near_distance(const char *a, const char *b, size_t limit)
{
	size_t la = strlen(a), lb = strlen(b), rows[3][NEAR_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (la > NEAR_MAX || lb > NEAR_MAX)
		return strcmp(a, b) == 0 ? 0 : limit + 1;
	for (size_t j = 0; j <= lb; j++)
		above[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			int ca = lower(a[i - 1]), cb = lower(b[j - 1]);

			row[j] = min(above[j - 1] + (ca != cb), min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && ca == lower(b[j - 2]) && cb == lower(a[i - 2]))
				row[j] = min(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return min(above[lb], limit + 1);
}

const char *near_name(const char *name, const char *const *names, size_t n)
{
	size_t best = 1 + strlen(name) / 3; /* a third of the letters may be wrong */
	const char *found = NULL;

	best = min(best, 3);
	for (size_t i = 0; i < n; i++) {
		size_t d = near_distance(name, names[i], best);

		if (d < best || (d == best && !found)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
