/* trigger: what is known of the runs of one trigger, HOME/state/trigger-NAME.json.
 * SPDX-License-Identifier: MIT
 *
 *   {"version": 1, "trigger": NAME,
 *    "event": {"id", "state": running|done|failed, "reason", "goal", "started", "ended",
 * "attempts", "exit_code", "step", "why", "data": [...], "report"}, "success": {"id", "time",
 * "data", "report"}, "history": [{"id", "reason", "started", "ended", "exit_code"}, ...]}
 *
 * `event` is the last run, `success` the last that came to an answer: what guards and conditions
 * count from. `data` is a list as newrows.h makes it, `report` the sha256 of the monitor's report.
 * The file is replaced whole. A trigger writes under the lock trigger.lock of its home, which make
 * inherits: as long as an orphaned make lives, nobody starts another. An event that is `running`
 * while the lock is free was interrupted. A file that cannot be read counts as none: then all data
 * is new, and make, which goes by content, computes nothing twice.
 */
#ifndef STORE_TRIGGER_H
#define STORE_TRIGGER_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "store/lock.h"

struct trigger {
	char *home, *name, *path;
	struct lock lock;
	json_t *state; /* an object */
	char *remark;  /* why the state begins afresh, or NULL */
};

/* Reads the state; a name of letters, digits and "._-". Released by the caller also on failure. */
int trigger_open(struct trigger *t, const char *home, const char *name, struct err *e);
void trigger_release(struct trigger *t);

/* Takes the lock without waiting and reads the state again; 1: another trigger runs. */
int trigger_lock(struct trigger *t, struct err *e);
/* Whether a trigger of that home runs now. */
int trigger_busy(const char *home);

/* The last event was interrupted (asked with the lock held, or while nobody holds it). */
int trigger_interrupted(const struct trigger *t);

/* A new event, or the interrupted one again, is written down before make starts. `data` and
 * `report` may be NULL. */
struct trigger_start {
	const char *id, *reason, *goal, *report;
	json_t *data; /* borrowed */
};
int trigger_begin(struct trigger *t, const struct trigger_start *s, int64_t now, struct err *e);
int trigger_resume(struct trigger *t, struct err *e);

/* How it ended: an exit code of pawl, the step that failed and why (NULL: none did). */
int trigger_end(
	struct trigger *t, int code, const char *step, const char *why, int64_t now, struct err *e);

/* A member that is a time, in ms since 1970; 0 where there is none. */
int64_t trigger_time(const json_t *object, const char *key);

#endif
