/* schema: names, types and notes.
 * SPDX-License-Identifier: MIT
 */
#include "frame/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/near.h"

static struct note *find_note(const struct notes *n, const char *key)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->items[i].key, key) == 0)
			return &n->items[i];
	return NULL;
}

const char *notes_get(const struct notes *n, const char *key)
{
	const struct note *note = find_note(n, key);

	return note ? note->value : NULL;
}

void notes_set(struct notes *n, const char *key, const char *value)
{
	struct note *note = find_note(n, key);
	char *copy = value ? mem_strdup(value) : NULL; /* first: it may be the old value */

	if (note && value) {
		free(note->value);
		note->value = copy;
	} else if (note) {
		size_t behind = n->n - (size_t)(note - n->items) - 1;

		free(note->key);
		free(note->value);
		memmove(note, note + 1, behind * sizeof(*note));
		n->n--;
	} else if (value) {
		MEM_ROOM(n->items, n->n, n->cap);
		n->items[n->n].key = mem_strdup(key);
		n->items[n->n++].value = copy;
	}
}

void notes_copy(struct notes *to, const struct notes *from)
{
	struct notes copy = {0};

	for (size_t i = 0; i < from->n; i++)
		notes_set(&copy, from->items[i].key, from->items[i].value);
	notes_release(to);
	*to = copy;
}

void notes_release(struct notes *n)
{
	for (size_t i = 0; i < n->n; i++) {
		free(n->items[i].key);
		free(n->items[i].value);
	}
	free(n->items);
	memset(n, 0, sizeof(*n));
}

static void field_release(struct field *f)
{
	free(f->name);
	notes_release(&f->notes);
}

void schema_release(struct schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		field_release(&s->fields[i]);
	free(s->fields);
	notes_release(&s->notes);
	memset(s, 0, sizeof(*s));
}

void schema_copy(struct schema *to, const struct schema *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct field *f = &from->fields[i];

		notes_copy(&schema_add(to, f->name, f->type)->notes, &f->notes);
	}
	notes_copy(&to->notes, &from->notes);
}

struct field *schema_add(struct schema *s, const char *name, enum type type)
{
	struct field *f;

	MEM_ROOM(s->fields, s->n, s->cap);
	f = &s->fields[s->n++];
	memset(f, 0, sizeof(*f));
	f->name = mem_strdup(name);
	f->type = type;
	return f;
}

void schema_remove(struct schema *s, size_t at)
{
	field_release(&s->fields[at]);
	s->n--;
	memmove(&s->fields[at], &s->fields[at + 1], (s->n - at) * sizeof(*s->fields));
}

size_t schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return i;
	return SCHEMA_NONE;
}

int schema_need(const struct schema *s, const char *name, size_t *at, struct err *e)
{
	size_t found = schema_find(s, name);
	const char **names, *near;

	if (found != SCHEMA_NONE) {
		*at = found;
		return 0;
	}
	names = mem_array(s->n, sizeof(*names));
	for (size_t i = 0; i < s->n; i++)
		names[i] = s->fields[i].name;
	near = near_name(name, names, s->n);
	free(names);
	if (near)
		return err_set(
			e, ERR_DATA, "there is no column '%s': do you mean '%s'?", name, near);
	return err_set(e, ERR_DATA, "there is no column '%s'", name);
}

size_t schema_role(const struct schema *s, const char *role)
{
	for (size_t i = 0; i < s->n; i++) {
		const char *has = notes_get(&s->fields[i].notes, "pawl.role");

		if (has && strcmp(has, role) == 0)
			return i;
	}
	return SCHEMA_NONE;
}

int schema_unique(const struct schema *s, struct err *e)
{
	struct map names = MAP_INIT;
	int is_new = 1, rc = 0;

	for (size_t i = 0; i < s->n && is_new; i++) {
		size_t first =
			map_add(&names, s->fields[i].name, strlen(s->fields[i].name), &is_new);

		if (!is_new)
			rc = err_set(e, ERR_DATA, "columns %zu and %zu are both named '%s'",
				first + 1, i + 1, s->fields[i].name);
	}
	map_release(&names);
	return rc;
}
