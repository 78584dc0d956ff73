/* router: the model that serves, and its replacement while requests are answered.
 * SPDX-License-Identifier: MIT
 *
 * A model comes from a file or from the registry (NAME@ALIAS, NAME/VERSION, NAME). It serves once
 * its bytes are those that were registered, its seal is right, it compiles, and a made-up row went
 * through each of its seats. A thread looks every `poll` seconds whether the alias or the file
 * moved; what is new is prepared beside the old model, then takes over at once. A request keeps the
 * model that it began with: served_hold() and served_drop() count.
 *
 * A new model that cannot serve changes nothing but router_state(): the old one goes on. The reason
 * is told once, and again only when it changes; it is tried again when its file or alias changes.
 */
#ifndef NET_ROUTER_H
#define NET_ROUTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/served.h"

struct router_options {
	const char *spec;
	const char *home; /* of the registry; NULL: it is looked for */
	double poll;	  /* seconds; 0: never */
	size_t seats;	  /* that are made and warmed before a model serves: one for each thread */
	/* What happened, one line: called by the polling thread. May be NULL. */
	void (*say)(void *arg, const char *text);
	void *arg;
};

struct router;

/* Loads the first model; what is wrong with it is why this fails. Strings are borrowed. */
struct router *router_open(const struct router_options *o, struct err *e);
/* Starts to poll. */
int router_start(struct router *r, struct err *e);
/* Stops; what is still held lives on. NULL is allowed. */
void router_close(struct router *r);

/* One look by hand: 1: another model serves now, 0: nothing new, -1: the new one cannot serve. Not
 * at the same time as the polling thread. */
int router_poll(struct router *r, struct err *e);

struct router_state {
	uint64_t reloads, failures; /* of models that took over; that could not */
	int stale;		    /* the newest could not: an older one serves */
};
struct router_state router_state(struct router *r);

/* The model that serves now, held for the caller. */
struct served *router_hold(struct router *r);

#endif
