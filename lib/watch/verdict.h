/* verdict: checks that must fail in k of the last n windows before they are believed, and pass in k
 * windows one after the other before they are forgotten.
 * SPDX-License-Identifier: MIT
 *
 * A window is what one run looked at, known by its hash; windows are counted, not timed, and one
 * that was counted is not counted again. A check's level in a window is
 *   2  a breach: over its limit     1  near it     0  clean
 * Its state:
 *   ok        no breach in the last n windows
 *   pending   breaches, fewer than k
 *   firing    k of the last n windows were breaches
 *   clearing  it was firing, and the last windows were clean, fewer than k
 * k clean windows one after the other make it ok and forget the breaches. Level 1 is no breach, and
 * ends a row of clean windows: that is the hysteresis. firing and clearing are confirmed.
 *
 * The state file, JSON:
 *   {"pawl.monitor": 1, "reference": sha256, "windows": N, "seen": [sha256, ..the last 256],
 *    "checks": {NAME: {"state","since": window, "levels": [.., 2], "clean": N}}}
 * It is replaced as a whole. About another reference, it is begun anew.
 */
#ifndef WATCH_VERDICT_H
#define WATCH_VERDICT_H

#include <jansson.h>

#include "base/err.h"

#define VERDICT_MAX 64	 /* n */
#define VERDICT_SEEN 256 /* windows that are known again */

struct verdict_rule {
	unsigned k, n; /* 1 <= k <= n <= VERDICT_MAX */
};

/* "3/4" */
int verdict_rule_parse(const char *text, struct verdict_rule *out, struct err *e);

json_t *verdict_new(const char *reference);

/* Reads a state. One that is not there is new; one that is cut short, is of something else or about
 * another reference is new too, and *why (malloced, else NULL) says so. NULL: it cannot be read. */
json_t *verdict_read(const char *path, const char *reference, char **why, struct err *e);

/* Counts a window, {check: level}: 1, or 0 where it was counted before. A check that is not named
 * keeps its state. */
int verdict_count(
	json_t *state, const char *window, const json_t *levels, const struct verdict_rule *rule);

/* The state of a check: a literal; "ok" where it is not known. */
const char *verdict_state(const json_t *state, const char *check);
/* How many checks are confirmed. */
size_t verdict_confirmed(const json_t *state);

#endif
