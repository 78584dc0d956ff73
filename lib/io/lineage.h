/* lineage: how an artifact came to be, carried inside it: the flat chain of steps back to raw data.
 * SPDX-License-Identifier: MIT
 *
 * Canonical JSON:
 *   {"steps":[STEP,...],"version":1}
 *   STEP = {"inputs":[{"role":R,"sha256":H},...],"output":H,"params":{...},"result":N,"tool":T}
 * The last step is the one that made this artifact; it has no "output", since no file can hold
 * its own hash. A step further up has one: the hash by which a later step read what it made.
 * Steps are in an order in which each comes after those it depends on (first met first kept), each
 * once. No time, host, user, path or release is in it: equal content, equal bytes.
 */
#ifndef IO_LINEAGE_H
#define IO_LINEAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define LINEAGE_KEY "pawl.lineage"

/* A step of this tool; takes over the reference to params (an object). */
json_t *lineage_step(const char *tool, int result, json_t *params);

/* Adds an input (kept in the order of roles, whatever the order of the calls): its role, its hash,
 * and the lineage that it carried (borrowed; NULL: raw). */
void lineage_input(json_t *step, const char *role, const char *sha256, const json_t *lineage);

/* The whole lineage with this step last (a new reference; the step is borrowed). */
json_t *lineage_chain(const json_t *step);

/* The last step of a lineage (borrowed), or NULL. */
const json_t *lineage_last(const json_t *lineage);

/* Whether a lineage's last step is this one: same tool, result version, params and inputs. */
int lineage_matches(const json_t *lineage, const json_t *step);

/* Checks the form of a lineage read from outside. */
int lineage_check(const json_t *lineage, const char *name, struct err *e);

#endif
