/* meta: the small change of MLflow's file store: meta.yaml, keys, times and URIs.
 * SPDX-License-Identifier: MIT
 *
 * MLflow reads meta.yaml with a YAML 1.1 parser, for which an unquoted id of digits is a number
 * and `no` is false: every string is quoted. Its reader refuses a whole experiment for one key
 * of a parameter, metric or tag outside of [/\w.\- :].
 */
#ifndef STORE_META_H
#define STORE_META_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define META_KEY 251	/* a key (MLflow: at most 250) and its NUL */
#define META_PARAM 6000 /* MLflow's limits of values, in characters */
#define META_TAG 8000

/* One line `key: value`; MLflow sorts keys, and so do callers. value NULL: null. */
void meta_string(struct buf *out, const char *key, const char *value);
void meta_int(struct buf *out, const char *key, long long value);
/* The value as a quoted scalar. */
void meta_quote(struct buf *out, const char *text);

/* A meta.yaml as a JSON object (a new reference); NULL on failure, which names the file. */
json_t *meta_read(const char *path, struct err *e);

/* `text` as a key: what MLflow would refuse becomes '_', also '/', which would be a directory. */
void meta_key(const char *text, char key[META_KEY]);

/* How many bytes of valid UTF-8 there are before the end or the limit of `max` characters. */
size_t meta_fit(const char *text, size_t max);

/* file:// URI of an existing path (made absolute); NULL on failure. And back: the path of a
 * file:// URI or of a plain path; NULL where it is something else. */
char *meta_uri(const char *path, struct err *e);
char *meta_path(const char *uri);

int64_t meta_now(void); /* ms since 1970, UTC */

#endif
