/* map: bytes -> size_t, for dictionaries, column names and category counts.
 * SPDX-License-Identifier: MIT
 *
 * Entries keep their order of insertion and their number: key i is map->keys + map->offsets[i],
 * map->offsets[i + 1] - map->offsets[i] bytes long (not NUL-ended).
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map {
	char *keys;	 /* all keys, one behind the other */
	size_t *offsets; /* [n + 1] */
	size_t *values;	 /* [n], free for the caller; 0 at first */
	uint32_t *slots; /* entry number + 1, or 0 */
	size_t n, cap, keys_cap, nslots;
};

#define MAP_INIT                                                                                   \
	{                                                                                          \
		0                                                                                  \
	}
#define MAP_NONE SIZE_MAX

void map_release(struct map *m);
void map_clear(struct map *m); /* empties, keeps the memory */

/* The number of the key's entry, or MAP_NONE. */
size_t map_find(const struct map *m, const char *key, size_t len);

/* The number of the key's entry, which is added (value 0) where it is new; *is_new may be NULL. */
size_t map_add(struct map *m, const char *key, size_t len, int *is_new);

static inline const char *map_key(const struct map *m, size_t i, size_t *len)
{
	*len = m->offsets[i + 1] - m->offsets[i];
	return m->keys + m->offsets[i];
}

#endif
