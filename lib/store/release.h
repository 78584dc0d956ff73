/* release: everything that changes the registry: registering, promoting, rolling back. Each call
 * holds the registry's lock, writes the history first and then moves the aliases.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_RELEASE_H
#define STORE_RELEASE_H

#include "base/err.h"
#include "base/hash.h"

#define RELEASE_REFERENCE "reference.json" /* watch/reference.h */

struct release_request {
	const char *home, *name;
	const char *model;     /* path of the file to register */
	long long version;     /* or the version that there is */
	const char *metrics;   /* metrics.json, or NULL */
	const char *gates;     /* gates.ok, or NULL */
	const char *data;      /* rows that challenger and champion are compared on, or NULL */
	const char *reference; /* text of reference.json, kept beside the model, or NULL */
	int promote;
	int force;	 /* promote without gates and comparison; `why` says why */
	const char *why; /* or NULL */
};

struct release_decision {
	const char *word; /* "promoted", "kept", "first", "same", or "registered": not asked */
	long long version;
	long long champion; /* now; 0: none */
	char sha256[SHA256_HEX];
	char reason[600];
};

/* Registers a model: the same bytes are the same version, which takes a reference where it has none
 * yet. With `promote`, decides: the first
 * version becomes the champion when its gates passed, a later one when it is better on the same
 * rows. The same decision on the same inputs is not taken twice but read from the history. ERR_NO
 * where the policy asks for gates that did not pass: nothing is registered then. */
int release_add(const struct release_request *q, struct release_decision *out, struct err *e);

/* Decides on a version that is registered. */
int release_promote(const struct release_request *q, struct release_decision *out, struct err *e);

/* The champion becomes the previous version, and that one the champion. ERR_NO where there is none.
 */
int release_rollback(const char *home, const char *name, const char *why, long long *from,
	long long *to, struct err *e);

/* Points an alias to a version; 0 removes it. champion and previous move by the calls above. */
int release_alias(
	const char *home, const char *name, const char *alias, long long version, struct err *e);

/* Marks a version as deleted and removes its aliases; the champion cannot be. */
int release_delete(const char *home, const char *name, long long version, struct err *e);

#endif
