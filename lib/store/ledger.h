/* ledger: one model of the registry, locked for changes: its aliases and its history move together.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <jansson.h>

#include "base/err.h"
#include "store/lock.h"

struct ledger {
	const char *home, *name; /* borrowed */
	char *dir;
	struct lock lock;
	json_t *aliases; /* {alias: number} */
	json_t *events;	 /* the history, oldest first */
};

#define LEDGER_INIT                                                                                \
	{                                                                                          \
		NULL, NULL, NULL, LOCK_INIT, NULL, NULL                                            \
	}

/* Waits for the registry's lock; `create` makes the model where it is new, else its absence is
 * ERR_USAGE. What a killed process began is finished; what another program changed is noted. A
 * history that was edited is ERR_DATA. */
int ledger_open(struct ledger *l, const char *home, const char *name, int create, struct err *e);
void ledger_close(struct ledger *l); /* harmless twice */

long long ledger_alias(const struct ledger *l, const char *alias); /* 0: none */

struct ledger_event {
	const char *event; /* store/audit.h */
	long long version;
	const char *alias;  /* which one it is about, or NULL */
	long long from, to; /* 0: none */
	const char *why;
	const json_t *inputs; /* or NULL */
};

/* Writes the event, then makes the aliases `after` (borrowed; NULL: as they are) and the stages
 * that follow from them. */
int ledger_commit(
	struct ledger *l, const struct ledger_event *v, const json_t *after, struct err *e);

#endif
