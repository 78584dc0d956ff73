/* step: one run of a tool that makes artifacts, in the order that DESIGN's rule 5 asks for.
 * SPDX-License-Identifier: MIT
 *
 *     step_begin(&s, r, e)                       the step with its effective parameters
 *     sink_open / outfile_open                   outputs are locked before inputs are read
 *     step_input(&s, "data", path, e)            each named input: hashed, its lineage read
 *     if (step_current(&s, outputs, n)) keep...  nothing to do
 *     ... compute ...
 *     lineage = step_lineage(&s)                 goes into the outputs, which are committed
 *     step_end(&s)
 * An input on a pipe is added with step_stream() after it was read; with one, a step is never
 * current. When PAWL_RUN is set the step is recorded in the run store (store/run.h), which can
 * never make it fail.
 */
#ifndef CLI_STEP_H
#define CLI_STEP_H

#include <jansson.h>

#include "base/err.h"
#include "cli/tool.h"

struct step {
	struct run *run;
	json_t *step;   /* io/lineage.h */
	int streamed;   /* an input cannot be known beforehand */
};

#define STEP_INIT {NULL, NULL, 0}

int step_begin(struct step *s, struct run *r, struct err *e);
/* A named input (a NULL or "-" path: standard input, so that the step always computes). */
int step_input(struct step *s, const char *role, const char *path, struct err *e);
/* What was read from a pipe: its hash and the lineage it carried (borrowed, may be NULL). */
void step_stream(struct step *s, const char *role, const char *sha256, const json_t *lineage);
/* Whether every one of these outputs exists, is whole, and was made by this very step. */
int step_current(const struct step *s, const char *const *outputs, size_t n);
/* The lineage for the outputs (a new reference). */
json_t *step_lineage(const struct step *s);
/* Numbers and outputs for the record of the step; no-ops outside of a pipeline. */
void step_metric(struct step *s, const char *name, double value);
void step_output(struct step *s, const char *role, const char *path);
void step_end(struct step *s); /* releases; harmless twice */

#endif
