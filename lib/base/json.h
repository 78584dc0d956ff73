/* json: canonical JSON, on jansson. For configuration, lineage and reports, not for rows.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the value: keys sorted by bytes, no spaces, numbers in the shortest form that reads
 * back the same (a real that is integral keeps a ".0"), UTF-8 as it is. Equal values, equal
 * bytes. A NaN or infinite real cannot be in a json_t: json_number() makes null of it. */
void json_canonical(const json_t *value, struct buf *out);

/* The same with an indent of two and a newline at the end; keys in the order of insertion.
 * Arrays of scalars stay on one line. */
void json_pretty(const json_t *value, struct buf *out);

/* Parses; duplicate keys are refused, at most 64 MiB; NULL on failure ("NAME:LINE: ..."). */
json_t *json_parse(const char *text, size_t len, const char *name, struct err *e);
json_t *json_read(const char *path, struct err *e);

/* A new reference to a real, or to null where the number is not finite. */
json_t *json_number(double value);

/* Text that may not be UTF-8, as a JSON string with U+FFFD for the bad bytes. */
json_t *json_text(const char *text, size_t len);

/* Members of an object with a default; "" and 0 are defaults as good as any. Borrowed. */
const char *json_str(const json_t *object, const char *key, const char *otherwise);
long long json_int(const json_t *object, const char *key, long long otherwise);
double json_dbl(const json_t *object, const char *key, double otherwise); /* int or real */

#endif
