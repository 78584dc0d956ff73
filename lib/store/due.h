/* due: whether a trigger's goal should be run now: conditions that ask for it, guards that hold it.
 * SPDX-License-Identifier: MIT
 *
 * Conditions: a person's reason; a monitor that confirms drift or decay; new rows of data; a period
 * that passed. Guards: enough new rows, where data is watched; at most one run per period. Schema
 * skew, of which only the monitor knows, is no guard but a failure: nobody can ask for more.
 *
 * A recorded time that is more than DUE_SLACK ahead of the clock says that the clock was put back:
 * it holds nothing and makes a schedule due, so that the next run records a time that is right.
 */
#ifndef STORE_DUE_H
#define STORE_DUE_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "store/newrows.h"
#include "store/trigger.h"

#define DUE_SLACK 300000 /* ms */

struct due_options {
	const char *reason;	  /* of a person, or NULL */
	const char *monitor;	  /* a shell command, or a report "NAME.json"; or NULL */
	const char *const *watch; /* [nwatch] patterns of files */
	size_t nwatch;
	const char *every, *at_most_one_per; /* durations, or NULL */
	uint64_t min_rows;
	int force; /* guards do not hold */
};

struct due {
	struct buf why;	  /* what asks for a run, separated by ", "; empty: nothing does */
	struct buf quiet; /* what does not, likewise */
	struct buf held;  /* the guard that holds; empty: none */
	enum err_kind held_kind;
	struct buf remarks; /* lines for a person */
	json_t *data;	    /* the list of the watched files, or NULL */
	struct newrows rows;
	char report[SHA256_HEX]; /* of the monitor's report, or "" */
};

#define DUE_INIT                                                                                   \
	{                                                                                          \
		.why = BUF_INIT, .quiet = BUF_INIT, .held = BUF_INIT, .remarks = BUF_INIT          \
	}

/* Asks, in the working directory. -1: the monitor found schema skew (ERR_DATA) or failed, or a
 * watched file cannot be read. Released by the caller also on failure. */
int due_ask(const struct trigger *t, const struct due_options *o, int64_t now, struct due *out,
	struct err *e);
void due_release(struct due *d);

/* "90s", "30m", "12h", "7d", "2w" in ms; `option` is for the message. */
int due_duration(const char *text, const char *option, int64_t *ms, struct err *e);

#endif
