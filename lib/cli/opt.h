/* opt: one table row per option feeds the parser, --help, the configuration file, completion and
 * the effective parameters.
 * SPDX-License-Identifier: MIT
 *
 * A tool keeps its options in one struct and describes each with a row. Rows with OPT_PARAM are
 * the parameters that its result depends on: they may also be set in the tool's section of
 * pawl.yaml (`-c pawl.yaml`; key = long name) and by PAWL_SET="tool.key=value ..." (only with -c),
 * the command line wins, and all of them, defaults included, are in the lineage.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

enum opt_kind {
	OPT_FLAG,   /* int, 0 or 1 */
	OPT_STRING, /* const char * (memory of the table's owner: freed by nobody) */
	OPT_LIST,   /* struct opt_list: may be given more than once */
	OPT_INT,    /* long long, within min..max */
	OPT_NUMBER, /* double, within min..max */
	OPT_CHOICE, /* const char *, one of arg "a|b|c" */
	OPT_GROUP,  /* a heading in --help: only `help` counts */
};

#define OPT_PARAM 1  /* a parameter of the result */
#define OPT_HIDDEN 2 /* not in --help */
#define OPT_WRITES 8 /* names an output: cli/outputs */
#define OPT_TOP 4    /* a parameter that is a section of pawl.yaml by itself, as `gates` */

struct opt_list {
	const char **items;
	size_t n, cap;
};

struct opt {
	char letter;	  /* 0: none */
	const char *name; /* long name; options are --name VALUE or --name=VALUE */
	enum opt_kind kind;
	const char *arg;  /* what the value is called in --help: FILE, N, "a|b" */
	const char *help; /* a phrase, lower case, no full stop; defaults are added by --help */
	size_t offset;	  /* of the value in the tool's struct */
	int flags;
	const char *value; /* default as text, or NULL: 0, NULL, unset */
	double min, max;   /* of numbers; both 0: no bounds */
};

struct yaml;

/* Sets every option to its default, or to 0 and NULL; a number without one to NaN (unset). */
void opt_reset(const struct opt *opts, void *values);

/* Takes options and their values off argv[*at..] up to the first operand (0) or behind "--" (1: all
 * that follows are operands). Each word is looked up in every table. -1: ERR_USAGE, which names the
 * option and says what was expected. */
struct opt_set { /* a table and the struct that it fills */
	const struct opt *opts;
	void *values;
};
int opt_parse(
	const struct opt_set *sets, size_t nsets, int argc, char **argv, int *at, struct err *e);

/* Sets one option from text, as `source` (for messages: "--l2", "pawl.yaml:7: l2") gave it. */
int opt_set_text(
	const struct opt *o, void *values, const char *text, const char *source, struct err *e);

/* The row of that long name, or NULL. */
const struct opt *opt_find(const struct opt *opts, const char *name);

/* Sets OPT_PARAM options from the tool's section of pawl.yaml, and those that are OPT_TOP from the
 * section of their own name; root is the whole file. */
int opt_from_yaml(const struct opt *opts, void *values, const char *tool, const struct yaml *root,
	struct err *e);

/* Sets OPT_PARAM options of `tool` from "tool.key=value tool.key=value ..." (NULL: nothing). Keys
 * of other tools are passed over; an unknown key of this tool is ERR_USAGE. */
int opt_from_set(
	const struct opt *opts, void *values, const char *tool, const char *set, struct err *e);

/* Adds every OPT_PARAM option to an object under its long name; what is unset is left out. */
void opt_params(const struct opt *opts, const void *values, json_t *params);

/* The lines of --help, with defaults. */
struct buf;
void opt_help(const struct opt *opts, struct buf *out);

#define OPT_AT(type, member) offsetof(struct type, member)
#define OPT_END                                                                                    \
	{                                                                                          \
		0, NULL, OPT_FLAG, NULL, NULL, 0, 0, NULL, 0, 0                                    \
	}

/* One row each for what is the same in every tool. */
#define OPT_OUTPUT(type, member)                                                                   \
	{                                                                                          \
		'o', "output", OPT_STRING, "FILE", "where to write (default: standard output)",    \
			OPT_AT(type, member), OPT_WRITES, NULL, 0, 0                               \
	}
#define OPT_FORMAT(type, member)                                                                   \
	{                                                                                          \
		'f', "format", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",                           \
			"format of the output (default: by the extension of FILE, else an Arrow "  \
			"stream)",                                                                 \
			OPT_AT(type, member), 0, NULL, 0, 0                                        \
	}
#define OPT_FROM(type, member)                                                                     \
	{                                                                                          \
		0, "from", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",                               \
			"format of the input (default: recognised by its content)",                \
			OPT_AT(type, member), 0, NULL, 0, 0                                        \
	}
#define OPT_SCHEMA(type, member)                                                                   \
	{                                                                                          \
		's', "schema", OPT_STRING, "FILE", "the data contract, pawl-schema(5)",            \
			OPT_AT(type, member), 0, NULL, 0, 0                                        \
	}

#endif
