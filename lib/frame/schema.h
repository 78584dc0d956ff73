/* schema: the names, types and notes of a table's columns, and notes on the table itself.
 * SPDX-License-Identifier: MIT
 *
 * Notes are Arrow's custom metadata: key-value pairs of strings, in order. Keys that pawl writes:
 *   on the table   pawl.lineage   canonical JSON, see io/lineage.h
 *                  pawl.nulls     JSON list: tokens of the raw text that meant missing, if any
 *   on a column    pawl.role      key | target | weight | time | row (absent: an ordinary column)
 *                  pawl.encoding  how an estimator takes a category column, see feat/rules.h
 */
#ifndef FRAME_SCHEMA_H
#define FRAME_SCHEMA_H

#include <stddef.h>

#include "base/err.h"
#include "frame/types.h"

struct note {
	char *key, *value;
};

struct notes {
	struct note *items;
	size_t n, cap;
};

const char *notes_get(const struct notes *n, const char *key);	     /* borrowed, or NULL */
void notes_set(struct notes *n, const char *key, const char *value); /* NULL value removes */
void notes_copy(struct notes *to, const struct notes *from);	     /* to is released first */
void notes_release(struct notes *n);

struct field {
	char *name; /* any UTF-8 text, also empty; unique in what pawl writes */
	enum type type;
	struct notes notes;
};

struct schema {
	struct field *fields;
	size_t n, cap;
	struct notes notes;
};

#define NULLS_KEY "pawl.nulls"
#define SCHEMA_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}
#define SCHEMA_NONE ((size_t)-1)

void schema_release(struct schema *s);
void schema_copy(struct schema *to, const struct schema *from); /* to: SCHEMA_INIT or released */
/* Appends a field (name copied); the reference holds until the next one is added. */
struct field *schema_add(struct schema *s, const char *name, enum type type);
void schema_remove(struct schema *s, size_t at);
/* The number of the first column of that name, or SCHEMA_NONE. Linear: cache what is asked often.
 */
size_t schema_find(const struct schema *s, const char *name);
/* As schema_find, but a missing column is ERR_DATA, naming it and the nearest name there is. */
int schema_need(const struct schema *s, const char *name, size_t *at, struct err *e);
/* The first column whose pawl.role note is `role`, or SCHEMA_NONE. */
size_t schema_role(const struct schema *s, const char *role);
/* A duplicate column name is ERR_DATA. */
int schema_unique(const struct schema *s, struct err *e);

#endif
