/* unique: an open-addressed set of 128-bit values.
 * SPDX-License-Identifier: MIT
 */
#include "stat/unique.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define SECOND 0x9e3779b97f4a7c15ULL /* the seed of the second hash */

void unique_release(struct unique *u)
{
	free(u->slots);
	memset(u, 0, sizeof(*u));
}

/* The slot that holds the value, or the empty one where it belongs. */
static struct unique_slot *find(const struct unique *u, struct unique_slot v)
{
	size_t mask = u->nslots - 1, at = (size_t)((v.a ^ v.b * SECOND) * SECOND >> 20) & mask;

	while ((u->slots[at].a || u->slots[at].b) &&
		(u->slots[at].a != v.a || u->slots[at].b != v.b))
		at = (at + 1) & mask;
	return &u->slots[at];
}

static void grow(struct unique *u)
{
	struct unique old = *u;

	u->nslots = old.nslots ? old.nslots * 2 : 1024;
	u->slots = mem_new(u->nslots, sizeof(*u->slots));
	for (size_t i = 0; i < old.nslots; i++)
		if (old.slots[i].a || old.slots[i].b)
			*find(u, old.slots[i]) = old.slots[i];
	free(old.slots);
}

static int add(struct unique *u, struct unique_slot v)
{
	struct unique_slot *slot;

	if (!v.a && !v.b) {
		int is_new = !u->has_zero;

		u->has_zero = 1;
		return is_new;
	}
	if (u->n >= u->nslots / 4 * 3)
		grow(u);
	slot = find(u, v);
	if (slot->a || slot->b)
		return 0;
	*slot = v;
	u->n++;
	return 1;
}

int unique_add_text(struct unique *u, const char *text, size_t len)
{
	return add(u, (struct unique_slot){hash64(text, len, 0), hash64(text, len, SECOND)});
}

int unique_add_bits(struct unique *u, uint64_t bits)
{
	return add(u, (struct unique_slot){bits, 0});
}
