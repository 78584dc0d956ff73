/* newrows: which rows of a set of files were not there before, by content.
 * SPDX-License-Identifier: MIT
 */
#include "store/newrows.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/source.h"

/* The entry of that path or content (one of them NULL), or NULL. */
static const json_t *newrows_find(const json_t *list, const char *key, const char *value)
{
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)(uintptr_t)list, i,
		item) if (strcmp(json_str(item, key, ""), value) == 0) return item;
	return NULL;
}

/* A row that contradicts what was inferred of the others is one all the same. */
static int newrows_bad_row(void *arg, const struct reject *r, struct err *e)
{
	uint64_t *rows = arg;

	(void)r;
	(void)e;
	++*rows;
	return 0;
}

static int newrows_count(const char *path, uint64_t *rows, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;
	const struct batch *b;
	struct source *s;
	int more = -1;

	*rows = 0;
	o.reject = newrows_bad_row;
	o.reject_arg = rows;
	s = source_open(path, &o, e);
	if (s)
		while ((more = source_next(s, &b, e)) > 0)
			*rows += b->rows;
	source_close(s);
	return more;
}

static int newrows_add(json_t *list, const char *path, const json_t *old, struct err *e)
{
	char sha256[SHA256_HEX];
	const json_t *known;
	uint64_t rows;
	json_t *item;

	if (newrows_find(list, "path", path))
		return 0;
	if (file_sha256(path, sha256, e) < 0)
		return -1;
	known = newrows_find(old, "sha256", sha256);
	if (known)
		rows = (uint64_t)json_int(known, "rows", 0);
	else if (newrows_count(path, &rows, e) < 0)
		return -1;
	item = json_object();
	json_object_set_new(item, "path", json_text(path, strlen(path)));
	json_object_set_new(item, "sha256", json_string(sha256));
	json_object_set_new(item, "rows", json_integer((json_int_t)rows));
	json_array_append_new(list, item);
	return 0;
}

json_t *newrows_list(const char *const *patterns, size_t n, const json_t *old, struct err *e)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		glob_t found = {0};
		int got = glob(patterns[i], 0, NULL, &found);

		if (got && got != GLOB_NOMATCH)
			rc = err_set(e, ERR_SYSTEM, "cannot look for '%s'", patterns[i]);
		for (size_t j = 0; got == 0 && rc == 0 && j < found.gl_pathc; j++)
			rc = newrows_add(list, found.gl_pathv[j], old, e);
		globfree(&found);
	}
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

struct newrows newrows_since(const json_t *list, const json_t *old)
{
	struct newrows out = {json_array_size(list) != json_array_size(old), 0};
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, item)
	{
		const char *sha256 = json_str(item, "sha256", "");
		long long rows = json_int(item, "rows", 0);
		const json_t *before;

		if (newrows_find(old, "sha256", sha256))
			continue;
		out.changed = 1;
		if (newrows_find(list, "sha256", sha256) != item)
			continue; /* the same content twice */
		before = newrows_find(old, "path", json_str(item, "path", ""));
		if (before && !newrows_find(list, "sha256", json_str(before, "sha256", "")))
			rows -= json_int(before, "rows", 0); /* it grew, and was not moved away */
		if (rows > 0)
			out.rows += (uint64_t)rows;
	}
	return out;
}
