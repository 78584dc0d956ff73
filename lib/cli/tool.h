/* tool: what every program does: start-up, --help, --version, --params, messages, the exit code,
 * and the order of a step: lock outputs, know inputs, skip what is up to date, compute, commit,
 * record. SPDX-License-Identifier: MIT
 *
 * A program is one `const struct tool` and
 *     int main(int argc, char **argv) { return tool_main(&tool, argc, argv); }
 * Its run() fills *e and returns -1 when it fails; tool_main() prints `pawl NAME: TEXT` and exits
 * with the error's kind.
 */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include <jansson.h>

#include "base/err.h"
#include "cli/opt.h"

#define TOOL_RELEASE "0.1.0"

struct run; /* one running command; see below */

struct command { /* of a tool with subcommands, as `runs list` */
	const char *name;
	const char *summary;
	const char *usage;	/* operands: "RUN [STEP]" */
	const struct opt *opts; /* OPT_END-ended */
	int (*run)(struct run *r, struct err *e);
};

struct tool {
	const char *name;
	const char *summary; /* a phrase: "make a typed table of raw data" */
	const char *usage;   /* operands: "[FILE...]" */
	int result;	     /* result version; 0: makes no artifacts. Raise it when the same input
			      * would give other bytes */
	const struct opt *opts; /* OPT_END-ended; for a tool with commands, those common to all */
	void *options;		/* the struct that opts describe */
	int (*run)(struct run *r, struct err *e);
	/* Adds to the effective parameters what stands in other files (a schema); may be NULL. */
	int (*params)(struct run *r, json_t *params, struct err *e);
	const struct command *commands; /* or NULL; ended by a NULL name */
	const char *notes;		/* more lines for --help, or NULL */
};

int tool_main(const struct tool *tool, int argc, char **argv);

struct run {
	const struct tool *tool;
	const struct command *command;
	char **operands; /* what is left of argv */
	int noperands;
	int quiet;	    /* -q */
	const char *config; /* -c */
	const char *name;   /* "ingest" or "runs list", for messages */
	/* Set by step_end(): the step, and what records it with its exit code and frees it. */
	struct step *step;
	void (*finish)(struct run *r, int code, const struct err *e);
	char **argv;
	int argc;
};

/* A line on stderr that is no failure: `pawl NAME: TEXT`; nothing with -q. */
void run_say(const struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Exactly one operand at most: it, or NULL (standard input); more is ERR_USAGE. */
int run_operand(const struct run *r, const char **path, struct err *e);

/* That there are so many operands; else ERR_USAGE, which says what the command takes. */
int run_operands(const struct run *r, int min, int max, struct err *e);

/* The effective parameters of this run: the OPT_PARAM rows and what tool->params adds (a new
 * reference); NULL on failure. */
json_t *run_params(struct run *r, struct err *e);

#endif
