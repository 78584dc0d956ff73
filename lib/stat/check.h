/* check: a table judged by its contract (io/contract.h), in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Every rule broken is an anomaly. Its severity says what it asks for:
 *   schema  the table is not what was agreed: stop, and tell a person
 *   value   the values have moved: train again
 *   few     there are not enough rows to say
 * rule        severity  when
 *   column      schema    a column that is not optional is not there
 *   unexpected  schema    a column that the contract does not know (but for _row)
 *   type        schema    a column of another type
 *   malformed   schema    rows of a text input that could not be read
 *   missing     value     a larger share than `missing` is null, NaN or "" (key, target: schema)
 *   empty       schema    no value at all, where not any share may be missing
 *   infinite    value     a float64 that is infinite
 *   min, max    value     numbers and times beyond
 *   values      value     others than those listed
 *   unique      value     a value that was there before (key: schema)
 *   constant    schema    a target of one value only
 *   rows        few       fewer rows than rows: {min: N}
 * Memory does not depend on the number of rows, but for unique columns: stat/unique.h.
 */
#ifndef STAT_CHECK_H
#define STAT_CHECK_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "io/contract.h"
#include "io/source.h"
#include "stat/unique.h"

#define CHECK_SHOWN 5 /* offending rows that an anomaly names */

enum check_severity { CHECK_VALUE, CHECK_FEW, CHECK_SCHEMA };

struct check_offence { /* of one rule in one column */
	uint64_t count;
	uint64_t rows[CHECK_SHOWN];  /* positions in the table from 0 */
	uint64_t lines[CHECK_SHOWN]; /* in a text input from 1; 0: none */
	char *example;		     /* the first offending value, or NULL */
};

struct check_column {
	const struct contract_column *rules; /* borrowed */
	size_t at;			     /* in the table, or SCHEMA_NONE */
	enum type type;			     /* there */
	int wrong_type;
	int is_key, is_target;
	uint64_t present; /* values that are there */
	struct check_offence missing, infinite, below, above, outside, repeated;
	struct unique seen; /* of unique columns */
	char *first;	    /* the target's first value as bytes, and whether there is another */
	size_t first_len;
	int varies;
};

struct check_anomaly {
	char *column; /* or NULL: of the whole table */
	const char *rule;
	enum check_severity severity;
	struct check_offence offence;
	double share; /* of the rows or values concerned; NaN where that means nothing */
	char *message;
};

struct check {
	const struct contract *contract; /* borrowed */
	struct check_column *columns;	 /* [contract->n] */
	struct check_offence malformed;
	struct check_anomaly *anomalies; /* once check_end() was called */
	size_t n, cap;
	uint64_t rows;
};

struct check *check_new(const struct contract *c);
void check_free(struct check *k); /* NULL is allowed */

/* Compares columns (of unique names) and types, before the first row. */
void check_start(struct check *k, const struct schema *s);

/* Judges rows; lines (may be NULL) knows where in a text input they stand. */
void check_add(struct check *k, const struct batch *b, const struct source *lines);
/* A row that could not be read: for struct source_options. */
int check_reject(void *check, const struct reject *r, struct err *e);

/* After the last row: makes the list of anomalies. */
void check_end(struct check *k);

enum check_verdict {
	CHECK_VERDICT_OK,
	CHECK_VERDICT_VALUE,
	CHECK_VERDICT_SCHEMA,
	CHECK_VERDICT_FEW
};

/* "ok", "value-skew", "schema-skew", "too-few", and the exit code that they mean: 0, 1, 3, 5. */
enum check_verdict check_verdict(const struct check *k);
const char *check_verdict_name(enum check_verdict v);
enum err_kind check_verdict_kind(enum check_verdict v);

/* The report without lineage (a new reference); pawl-validate(1) describes it. */
json_t *check_json(const struct check *k);

/* Reads a report back: its verdict, and the lines for people, "MESSAGE (value skew)", one each
 * anomaly and without control characters, as a list of strings (a new reference). A report of
 * another form is ERR_DATA. */
int check_read(const json_t *report, const char *name, enum check_verdict *v, json_t **lines,
	struct err *e);

#endif
