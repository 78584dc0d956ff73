/* topk: counters of Misra and Gries.
 * SPDX-License-Identifier: MIT
 */
#include "stat/topk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROOM (2 * TOPK_KEEP)

void topk_release(struct topk *t)
{
	map_release(&t->counts);
	*t = (struct topk)TOPK_INIT;
}

static int larger_first(const void *a, const void *b)
{
	size_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x < y) - (x > y);
}

/* Takes off all counts the one of rank TOPK_KEEP + 1, and keeps what is left above 0. */
static void prune(struct topk *t)
{
	size_t n = t->counts.n, *sorted = mem_array(n, sizeof(*sorted)), least;
	struct map kept = MAP_INIT;

	memcpy(sorted, t->counts.values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), larger_first);
	least = sorted[TOPK_KEEP];
	free(sorted);
	for (size_t i = 0; i < n; i++) {
		size_t len, count = t->counts.values[i];
		const char *value = map_key(&t->counts, i, &len);

		if (count > least) {
			size_t at = map_add(&kept, value, len, NULL);

			kept.values[at] = count - least;
		}
	}
	map_release(&t->counts);
	t->counts = kept;
	t->error += least;
}

void topk_add(struct topk *t, const char *value, size_t len)
{
	size_t at;

	if (len > TOPK_TEXT) {
		t->too_long++;
		return;
	}
	at = map_add(&t->counts, value, len, NULL);
	t->counts.values[at]++;
	if (t->counts.n >= ROOM)
		prune(t);
}

void topk_merge(struct topk *a, const struct topk *b)
{
	for (size_t i = 0; i < b->counts.n; i++) {
		size_t len, at;
		const char *value = map_key(&b->counts, i, &len);

		at = map_add(&a->counts, value, len, NULL);
		a->counts.values[at] += b->counts.values[i];
	}
	a->error += b->error;
	a->too_long += b->too_long;
	if (a->counts.n >= ROOM)
		prune(a);
}

static int more_frequent_first(const void *a, const void *b)
{
	const struct topk_item *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	order = memcmp(x->value, y->value, len);
	return order ? order : (x->len > y->len) - (x->len < y->len);
}

size_t topk_list(const struct topk *t, size_t k, struct topk_item *out)
{
	size_t n = t->counts.n;
	struct topk_item *all = mem_array(n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		all[i].value = map_key(&t->counts, i, &all[i].len);
		all[i].count = t->counts.values[i];
	}
	qsort(all, n, sizeof(*all), more_frequent_first);
	if (n > k)
		n = k;
	for (size_t i = 0; i < n; i++)
		out[i] = all[i];
	free(all);
	return n;
}
