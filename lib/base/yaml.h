/* yaml: configuration files: version 1, YAML 1.2 core types, no surprises.
 * SPDX-License-Identifier: MIT
 *
 * Refused with FILE:LINE: anchors, aliases, tags, merge keys, duplicate keys, several documents,
 * nesting beyond 64, more than 1 MiB. Plain null ~ true false, integers and floats have their
 * types; yes, no, on, off, 010 and 1_000 are strings, as is everything quoted.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

enum yaml_kind { YAML_NULL, YAML_BOOL, YAML_INT, YAML_FLOAT, YAML_STRING, YAML_MAP, YAML_LIST };

struct yaml {
	enum yaml_kind kind;
	char *text;	     /* scalars: as written, without quotes, NUL-ended; NULL else */
	char *key;	     /* the key under which it stands in a map, or NULL */
	size_t line;	     /* from 1 */
	const char *file;    /* as named to yaml_read, lives in the root */
	struct yaml **items; /* [n] of a map (in the order of the file) or a list */
	size_t n;
	char *file_copy; /* root only */
};

/* Reads a file ("version: 1" must come first in it); NULL on failure. yaml_free() frees. */
struct yaml *yaml_read(const char *path, struct err *e);
/* The same from memory; name is what messages call it. `version` is not asked for. */
struct yaml *yaml_parse(const char *text, size_t len, const char *name, struct err *e);
/* libyaml exports a yaml_free of its own, and calls it: ours has another name for the linker. */
#define yaml_free yaml_tree_free
void yaml_free(struct yaml *y); /* NULL is allowed */

/* The value under a key of a map, or NULL (also where y is NULL or no map). */
const struct yaml *yaml_get(const struct yaml *y, const char *key);

/* Fills *e with "FILE:LINE: ..." and returns -1. */
int yaml_error(const struct yaml *y, struct err *e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Every key of map y must be one of the names (NULL-ended), else an error that names it, its line
 * and the nearest allowed one. NULL y is fine. */
int yaml_keys(const struct yaml *y, const char *const *names, struct err *e);

/* Scalars of the right kind, or an error with FILE:LINE that says what was expected. */
int yaml_string(const struct yaml *y, const char **out, struct err *e); /* any scalar but null */
int yaml_int(const struct yaml *y, long long min, long long max, long long *out, struct err *e);
int yaml_double(const struct yaml *y, double *out, struct err *e); /* int or float */
int yaml_bool(const struct yaml *y, int *out, struct err *e);

/* The same tree as JSON (a new reference); ints, doubles, booleans and null keep their type. */
json_t *yaml_to_json(const struct yaml *y);

/* Appends `text` as a YAML scalar that reads back as the string `text` here and in YAML 1.1
 * readers: plain where that is safe, in double quotes otherwise. */
struct buf;
void yaml_quote(struct buf *out, const char *text);

#endif
