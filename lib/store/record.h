/* record: one step of a pipeline as a run nested in the run of its make.
 * SPDX-License-Identifier: MIT
 *
 * The parent run is made by the first step that computes something; its id was chosen when make
 * started (`pawl sync`), its status follows from its steps, since nobody can write the end of a
 * killed make: FAILED once a step failed, else FINISHED, ended when the last step so far ended.
 * Records are not fsynced and cost a few milliseconds at most.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct run_file { /* an input or output of the step; sha256 and name may be NULL */
	const char *role, *sha256, *name;
};

struct run_value {
	const char *name;
	double value;
};

struct run_record {
	const char *run;	/* the parent's id: $PAWL_RUN */
	const char *experiment; /* $PAWL_EXPERIMENT; NULL: "Default" */
	const char *run_name;	/* $PAWL_RUN_NAME: of the parent; NULL: its id */
	const char *overrides;	/* $PAWL_SET, or NULL */
	const char *tool;
	const char *step;    /* what the step is called; NULL: as the tool */
	const char *release; /* of pawl, or NULL */
	int result;
	const json_t *params; /* effective parameters (borrowed) */
	const struct run_file *inputs, *outputs;
	size_t ninputs, noutputs;
	const struct run_value *metrics; /* final ones, also shown on the parent */
	size_t nmetrics;
	int64_t start, end; /* ms since 1970, UTC; 0: now */
	int code;	    /* exit code */
	const char *error;  /* what was said to people; NULL or "": nothing */
	char *const *argv;  /* NULL-ended, or NULL */
};

/* Fills run, experiment, run_name and overrides from the environment; 0 where PAWL_RUN is not set:
 * there is nothing to record. */
int run_record_env(struct run_record *r);

/* The directory (malloced) of the run r->run in r->experiment, which is made where it is not there:
 * for what a step leaves in the artifacts of its make. */
int run_record_parent(const char *home, const struct run_record *r, char **dir, struct err *e);

/* Records the step in the home that home_make() finds. A caller makes a warning of a failure. */
int run_record_step(const struct run_record *r, struct err *e);

#endif
