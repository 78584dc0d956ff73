/* profile: statistics of every column of a table, in one pass and in memory that does not depend on
 * the number of rows; a monoid under merge.
 * SPDX-License-Identifier: MIT
 *
 * Rows are taken in blocks of BATCH_ROWS by position of the table, whatever batches they arrive in,
 * and each column is the work of one thread: neither framing nor threads change the result. Per
 * column: 4 KiB for distinct values, up to 256 KiB for frequent ones (usually some 30), 1 KiB for
 * each factor of two between the smallest and the largest number.
 *
 * The JSON form is described in pawl-profile(1).
 */
#ifndef STAT_PROFILE_H
#define STAT_PROFILE_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "frame/batch.h"
#include "stat/distinct.h"
#include "stat/moments.h"
#include "stat/sketch.h"
#include "stat/topk.h"

#define PROFILE_TOP 20	/* most frequent values in the JSON form */
#define PROFILE_BINS 10 /* of its histogram */

struct profile_column {
	char *name;
	char *role;	  /* pawl.role, or NULL */
	enum type type;	  /* a category is a string: which it is depends on the carrier only */
	uint64_t missing; /* nulls */
	uint64_t nan, infinite;	     /* of a float64; in no number below */
	uint64_t zeros, negative;    /* of finite numbers */
	struct moments total, block; /* of finite numbers; block: since the last whole block */
	struct sketch sketch;	     /* of finite numbers, but for bool */
	int64_t low, high;	     /* of integers and times, exactly; a uint64 by its bits */
	uint64_t ranged;	     /* how many values low and high are of */
	uint64_t empty;		     /* empty strings */
	uint64_t bytes, shortest, longest; /* lengths of text, in bytes; the sum and the ends */
	struct distinct distinct;	   /* of all but nulls and NaN */
	struct topk top; /* the same: text as its bytes, others as the 8 bytes of i64, u64 or f64 */
};

struct profile {
	struct profile_column *columns;
	size_t n;
	uint64_t rows;
	uint64_t block_rows; /* since the last whole block */
	size_t threads;	     /* 1 unless set */
};

struct profile *profile_new(const struct schema *s);
void profile_free(struct profile *p); /* NULL is allowed */
void profile_add(struct profile *p, const struct batch *b);

/* a becomes the profile of both tables, one behind the other; other columns or types than those of
 * a are ERR_DATA. Means and deviations differ from those of one pass in their last bits only. */
int profile_merge(struct profile *a, const struct profile *b, struct err *e);

/* Moments of the whole column so far. */
struct moments profile_moments(const struct profile_column *c);
/* How many different values; *exact says whether it is counted or estimated (within 1.6 %). */
uint64_t profile_distinct(const struct profile_column *c, int *exact);
/* The values that are there: rows less missing and NaN. */
uint64_t profile_present(const struct profile *p, const struct profile_column *c);
/* A quantile of finite numbers, within SKETCH_ERROR and within the range; NaN where there are none.
 */
double profile_quantile(const struct profile_column *c, double q);
/* Appends a value of top, or low or high as 8 bytes, as text. */
void profile_print(const struct profile_column *c, const char *value, size_t len, struct buf *out);

/* The whole as JSON without lineage; a new reference. */
json_t *profile_json(const struct profile *p);

/* The JSON form as a table for people: one line a column. */
void profile_table(const json_t *profile, struct buf *out);

#endif
