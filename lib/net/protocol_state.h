/* protocol_state: what the parts of protocol share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NET_PROTOCOL_STATE_H
#define NET_PROTOCOL_STATE_H

#include <stdint.h>

#include "base/map.h"
#include "io/convert.h"
#include "net/protocol.h"
#include "net/scan.h"

struct protocol {
	struct schema schema;
	size_t passed; /* the first columns: not of the graph, may be missing */
	struct map names;
	char *name;
	long long version;
	char **nulls; /* NULL-ended */
	struct convert convert;
	struct schema outputs; /* prediction, probability_CLASS */
};

/* A request as it is parsed. */
struct parse {
	const struct protocol *p;
	struct protocol_rows *out;
	struct protocol_fault *fault;
	struct scan scan;
};

/* The number of a column, or SCHEMA_NONE: sent, but not of the model. `guess`: where it is likely.
 */
size_t parse_column(const struct parse *x, const char *name, size_t len, size_t guess);
/* Appends a value to column `col` as its row `row` (from 0). */
int parse_push(struct parse *x, size_t col, uint64_t row, const struct cell *cell);
/* Begins a row whose columns come in any order; counts a column once per row (-1: twice); ends it:
 * columns that were not sent are missing, or null where they may be. */
void parse_begin(struct parse *x);
int parse_once(struct parse *x, size_t col);
int parse_finish(struct parse *x, uint64_t row);
/* Ends a request whose columns came one by one, each with `rows` values. */
int parse_columns_end(struct parse *x, uint64_t rows);
/* The fault for what the scanner refused. */
int parse_not_json(struct parse *x);

int parse_mlflow(struct parse *x); /* protocol_mlflow.c */
int parse_v2(struct parse *x);	   /* protocol_v2.c */
int parse_csv(struct parse *x);	   /* protocol_csv.c */

/* V2's name for a type: FP64, INT64, UINT64, BOOL, BYTES. */
const char *protocol_datatype(enum type type);

#endif
