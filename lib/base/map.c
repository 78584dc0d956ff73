/* map: bytes -> size_t. Open addressing over a table of entry numbers, at most half full.
 * SPDX-License-Identifier: MIT
 */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void map_release(struct map *m)
{
	free(m->keys);
	free(m->offsets);
	free(m->values);
	free(m->slots);
	memset(m, 0, sizeof(*m));
}

void map_clear(struct map *m)
{
	m->n = 0;
	if (m->nslots)
		memset(m->slots, 0, m->nslots * sizeof(*m->slots));
}

/* The slot that holds the key, or the empty one where it belongs. */
static size_t map_slot(const struct map *m, const char *key, size_t len)
{
	size_t at = (size_t)hash64(key, len, 0) & (m->nslots - 1);

	for (; m->slots[at]; at = (at + 1) & (m->nslots - 1)) {
		size_t have, i = m->slots[at] - 1;
		const char *other = map_key(m, i, &have);

		if (have == len && (!len || memcmp(other, key, len) == 0))
			break;
	}
	return at;
}

size_t map_find(const struct map *m, const char *key, size_t len)
{
	size_t at;

	if (!m->n)
		return MAP_NONE;
	at = map_slot(m, key, len);
	return m->slots[at] ? m->slots[at] - 1 : MAP_NONE;
}

static void map_rehash(struct map *m, size_t nslots)
{
	free(m->slots);
	m->slots = mem_new(nslots, sizeof(*m->slots));
	m->nslots = nslots;
	for (size_t i = 0; i < m->n; i++) {
		size_t len;
		const char *key = map_key(m, i, &len);

		m->slots[map_slot(m, key, len)] = (uint32_t)(i + 1);
	}
}

size_t map_add(struct map *m, const char *key, size_t len, int *is_new)
{
	size_t at, start;

	if ((m->n + 1) * 2 > m->nslots)
		map_rehash(m, m->nslots ? m->nslots * 2 : 16);
	at = map_slot(m, key, len);
	if (is_new)
		*is_new = !m->slots[at];
	if (m->slots[at])
		return m->slots[at] - 1;
	if (m->n >= UINT32_MAX - 1)
		mem_exhausted();
	if (m->n + 1 >= m->cap) {
		m->cap = m->cap ? m->cap * 2 : 16;
		m->offsets = mem_grow(m->offsets, m->cap + 1, sizeof(*m->offsets));
		m->values = mem_grow(m->values, m->cap, sizeof(*m->values));
	}
	start = m->n ? m->offsets[m->n] : 0;
	if (start + len >= m->keys_cap) {
		m->keys_cap = (start + len) * 2 + 64;
		m->keys = mem_grow(m->keys, m->keys_cap, 1);
	}
	if (len)
		memcpy(m->keys + start, key, len);
	m->offsets[m->n] = start;
	m->offsets[m->n + 1] = start + len;
	m->values[m->n] = 0;
	m->slots[at] = (uint32_t)++m->n;
	return m->n - 1;
}
