/* contract: schema.yaml, the data contract: what columns a table has, of which types, and which
 * rules their values keep.
 * SPDX-License-Identifier: MIT
 *
 *     version: 1
 *     key: customerID              # names one row; unique, never missing
 *     target: Churn                # what is predicted
 *     time: when                   # when a row happened
 *     weight: w                    # how much a row counts
 *     nulls: [NA, "-"]             # tokens that mean missing, besides the empty field
 *     rows: {min: 100}             # fewer rows are not enough data
 *     columns:
 *       tenure:  {type: int64, min: 0, max: 100}
 *       gender:  {type: string, values: [Female, Male]}
 *       charges: {type: float64, missing: 0.05}    # largest share missing; absent: none
 *       note:    {type: string, missing: 1, optional: true, description: free text}
 *
 * All but version and columns may be left out; a column may be written short, `tenure: int64`.
 * Types have the names of frame/types.h; `string` also covers category columns. Full reference:
 * pawl-schema(5).
 */
#ifndef IO_CONTRACT_H
#define IO_CONTRACT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "frame/schema.h"
#include "io/source.h"

#define CONTRACT_COLUMNS 65536 /* the most columns that a contract may name */

/* A number of the column's type: bool, int64, date (days), timestamps (us) in i64. */
union contract_number {
	int64_t i64;
	uint64_t u64;
	double f64;
};

struct contract_column {
	char *name;
	enum type type; /* never null or category */
	int optional;	/* the column itself may be absent */
	double missing; /* the largest share of missing values, 0..1 */
	int has_min, has_max;
	union contract_number min, max; /* by type, both ends included */
	struct map values; /* the only values allowed, where there are any (n > 0): the bytes of a
			    * string; the 8 bytes of an int64, uint64 or float64 (-0 as 0) */
	int unique;
	char *description; /* or NULL */
	char *comment;	   /* of a draft: why it says so; or NULL */
	size_t line;	   /* in the file; 0 in a draft */
};

struct contract {
	char *file;			    /* for messages; or NULL */
	char *key, *target, *time, *weight; /* NULL, or the name of a column below */
	char **nulls;			    /* [nnulls + 1], "" first, NULL last */
	size_t nnulls;
	uint64_t min_rows; /* at least 1 */
	struct contract_column *columns;
	size_t n, cap;
	char *heading; /* of a draft: lines of comment on top, without '#'; or NULL */
	char *key_comment, *target_comment, *time_comment, *weight_comment; /* of a draft */
	struct text_type *types; /* made by contract_text_types() */
};

/* Reads and checks; NULL on failure: ERR_USAGE "FILE:LINE: what is wrong and what is allowed". */
struct contract *contract_read(const char *path, struct err *e);
/* The same from memory; for tests and fuzzing. */
struct contract *contract_parse(const char *text, size_t len, const char *name, struct err *e);
void contract_free(struct contract *c); /* NULL is allowed */

/* For drafting: an empty contract; a column (name copied) of no rules, which holds until the next
 * is added; a token that means missing. */
struct contract *contract_new(void);
struct contract_column *contract_add(struct contract *c, const char *name, enum type type);
void contract_add_null(struct contract *c, const char *token);

/* The column of that name, or NULL. Linear. */
const struct contract_column *contract_find(const struct contract *c, const char *name);

/* Canonical parameters (new references). What ingest depends on: names, types, nulls and roles; and
 * what validate depends on: all but descriptions. */
json_t *contract_types_params(const struct contract *c);
json_t *contract_rules_params(const struct contract *c);

/* Sets types, ntypes and nulls of a text input's options; they are borrowed from c. */
void contract_text_types(struct contract *c, struct source_options *o);

/* Notes pawl.role on those columns of s that the contract gives a role. */
void contract_apply_roles(const struct contract *c, struct schema *s);

/* Whether a table's columns are those of the contract, no more (but for a column of role row) and
 * no less, with their types; ERR_DATA with `name`, the table's, if not. */
int contract_conform(
	const struct contract *c, const struct schema *s, const char *name, struct err *e);

/* A bound of column c as text: 12, 0.5, 2026-11-21, 2026-11-21T05:06:07Z. */
void contract_print(const struct contract_column *c, union contract_number v, struct buf *out);

/* Appends the contract as YAML that contract_read() reads back as the same, one line a column, with
 * the comments of a draft behind them (io/contract_write.c). */
void contract_write(const struct contract *c, struct buf *out);

#endif
