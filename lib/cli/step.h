/* step: one run of a tool that makes artifacts, in the order that DESIGN's rule 5 asks for.
 * SPDX-License-Identifier: MIT
 *
 *     step_begin(&s, r, e)                       the step with its effective parameters
 *     sink_open / outfile_open                   outputs are locked before inputs are read
 *     step_input(&s, "data", path, e)            each input: hashed, its lineage read
 *     if (step_current(&s, outputs, n)) keep...  nothing to do: sink_keep, outfile_keep
 *     ... compute ...
 *     step_source(&s, "data", source, e)         an input that was read by io/source
 *     lineage = step_lineage(&s, e)              goes into the outputs, which are committed
 *     step_end(&s)                               always
 * What is no regular file (a pipe) is known only after it was read: step_input() notes it, and
 * step_source() or step_stream() adds it then; with one, a step is never current. When PAWL_RUN is
 * set, tool_main() records the step in the run store, with the exit code; that can never make it
 * fail.
 */
#ifndef CLI_STEP_H
#define CLI_STEP_H

#include <jansson.h>
#include <sys/stat.h>

#include "base/err.h"
#include "cli/tool.h"
#include "io/source.h"

struct step_file { /* an input as it was when it was hashed, or an output */
	char *role, *path;
	char sha256[SHA256_HEX]; /* "" where it is not known yet */
	struct stat st;
};

struct step {
	struct run *run;
	json_t *step; /* io/lineage.h */
	struct step_file *inputs, *outputs;
	size_t ninputs, inputs_cap, noutputs, outputs_cap;
	json_t *metrics; /* name -> number */
	int current;	 /* step_current() said yes: nothing to do, nothing to record */
	int streamed;	 /* an input cannot be known beforehand */
};

int step_begin(struct step *s, struct run *r, struct err *e);
/* An input; path NULL or "-" is standard input. */
int step_input(struct step *s, const char *role, const char *path, struct err *e);
/* The same after the source was read to its end: adds the hash of a pipe; nothing for a file. */
int step_source(struct step *s, const char *role, struct source *source, struct err *e);
/* What was read from a pipe by other means: its hash and the lineage it carried (may be NULL). */
void step_stream(struct step *s, const char *role, const char *sha256, const json_t *lineage);
/* Whether every one of these outputs exists, is whole, and was made by this very step. */
int step_current(struct step *s, const char *const *outputs, size_t n);
/* The lineage for the outputs (a new reference); NULL where an input changed since it was hashed.
 */
json_t *step_lineage(const struct step *s, struct err *e);
/* The same for one of several outputs of one kind, which are told apart by a parameter "part" that
 * only their lineage has (the train and test part of a split). */
int step_current_parts(
	struct step *s, const char *const *outputs, const char *const *parts, size_t n);
json_t *step_lineage_part(const struct step *s, const char *part, struct err *e);
/* Numbers and outputs for the record of the step; no-ops outside of a pipeline. */
void step_metric(struct step *s, const char *name, double value);
void step_output(struct step *s, const char *role, const char *path);
/* Ends it: hands it to its run, to be recorded. Harmless twice, and on a zeroed struct. */
void step_end(struct step *s);
/* Frees what step_end() handed over. */
void step_free(struct step *s);

/* The lineage inside an artifact (a new reference): Arrow file, model or JSON report. NULL where it
 * has none, is not whole, or cannot be read. */
json_t *step_lineage_of(const char *path);

#endif
