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
	OPT_FLAG,    /* int, 0 or 1 */
	OPT_STRING,  /* const char * (memory of the table's owner: freed by nobody) */
	OPT_LIST,    /* struct opt_list: may be given more than once */
	OPT_INT,     /* long long, within min..max */
	OPT_NUMBER,  /* double, within min..max */
	OPT_CHOICE,  /* const char *, one of arg "a|b|c" */
	OPT_GROUP,   /* a heading in --help: only `help` counts */
};

#define OPT_PARAM 1  /* a parameter of the result */
#define OPT_HIDDEN 2 /* not in --help */

struct opt_list {
	const char **items;
	size_t n, cap;
};

struct opt {
	char letter;        /* 0: none */
	const char *name;   /* long name; options are --name VALUE or --name=VALUE */
	enum opt_kind kind;
	const char *arg;    /* what the value is called in --help: FILE, N, "a|b" */
	const char *help;   /* a phrase, lower case, no full stop; defaults are added by --help */
	size_t offset;      /* of the value in the tool's struct */
	int flags;
	const char *value;  /* default as text, or NULL: 0, NULL, unset */
	double min, max;    /* of numbers; both 0: no bounds */
};

#define OPT_AT(type, member) offsetof(struct type, member)
#define OPT_END {0, NULL, OPT_FLAG, NULL, NULL, 0, 0, NULL, 0, 0}

/* One row each for what is the same in every tool. */
#define OPT_OUTPUT(type, member)                                                                   \
	{'o', "output", OPT_STRING, "FILE", "where to write (default: standard output)",           \
		OPT_AT(type, member), 0, NULL, 0, 0}
#define OPT_FORMAT(type, member)                                                                   \
	{'f', "format", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",                                  \
		"format of the output (default: by the extension of FILE, else an Arrow stream)",  \
		OPT_AT(type, member), 0, NULL, 0, 0}
#define OPT_FROM(type, member)                                                                     \
	{0, "from", OPT_CHOICE, "arrow|arrows|csv|tsv|jsonl",                                      \
		"format of the input (default: recognised by its content)", OPT_AT(type, member),  \
		0, NULL, 0, 0}
#define OPT_SCHEMA(type, member)                                                                   \
	{'s', "schema", OPT_STRING, "FILE", "the data contract, pawl-schema(5)",                   \
		OPT_AT(type, member), 0, NULL, 0, 0}

#endif
