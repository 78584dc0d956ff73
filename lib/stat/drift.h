/* drift: how the columns of one table are distributed, and how far another table is from that.
 * SPDX-License-Identifier: MIT
 *
 * The reference is made in two passes over its table. The first finds where to count: for a number
 * a grid of at most DRIFT_GRID values (all its different values where they are that few, else 257
 * quantiles, within 0.4 %, and every value that a 256th of the rows have), for text the at most
 * DRIFT_CATEGORIES most frequent values. The second counts exactly: the values at each grid point
 * and those between two; each category, and the rest. Another table is then counted on the same
 * grid in one pass. Memory depends on the number of columns alone, and nothing on the order or
 * the framing of the rows (but which values are the frequent ones where a text column has more
 * than a thousand).
 *
 * Bool, integers and float64 are numbers, string and category are text. NaN, null and the empty
 * text are missing, as they are to a model, and are compared by themselves. Dates and times move on
 * without drifting: they have no distribution here.
 *
 * As JSON:
 *   {"rows": N, "nulls"?: [..], "columns": [
 *     {"name","role","type","missing": N, "grid": [g0 < g1 ..],
 *      "counts": [below g0, at g0, between g0 and g1, at g1, .., above]},
 *     {"name","role","type","missing": N, "values": ["a" < "b" ..], "complete": true,
 *      "counts": [a, b, .., the rest]}]}
 * complete: values are all that the reference has, so that the rest is what it never saw. role is
 * "input", "prediction", "target" or "column" (where no model says which it is). nulls are the
 * tokens of raw text that meant missing in the table.
 */
#ifndef STAT_DRIFT_H
#define STAT_DRIFT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "frame/batch.h"

#define DRIFT_GRID 1024
#define DRIFT_CATEGORIES 256
#define DRIFT_BINS 10 /* of PSI, by the quantiles of the reference */

enum drift_kind { DRIFT_NUMBER, DRIFT_CATEGORY };

struct drift_tally { /* the counts of one column of one table */
	uint64_t missing;
	uint64_t *cells; /* [drift_cells()] in the order of the JSON form */
};

struct drift_survey;

struct drift_column {
	char *name, *role;
	enum type type;
	enum drift_kind kind;
	double *grid; /* number: [n], finite, rising */
	size_t n;
	struct map values; /* category: sorted by bytes */
	int complete;
	struct drift_tally reference;
	struct drift_survey *survey; /* during the first pass */
};

struct drift {
	struct drift_column *columns;
	size_t n, cap;
	uint64_t rows;
	json_t *nulls; /* a list, or NULL */
};

#define DRIFT_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

void drift_release(struct drift *d); /* harmless twice */

/* Whether columns of the type have a distribution here. */
int drift_takes(enum type type);
/* Adds a column of such a type. */
void drift_add(struct drift *d, const char *name, const char *role, enum type type);
/* The column of that name, or SCHEMA_NONE. */
size_t drift_find(const struct drift *d, const char *name);
size_t drift_cells(const struct drift_column *c);

/* Where a table has the columns: at[d->n] becomes the number of each in the schema, or SCHEMA_NONE
 * (missing). A column of another kind of type is SCHEMA_NONE too, and `mistyped`, where it is not
 * NULL, gets 1 for it. */
void drift_bind(const struct drift *d, const struct schema *s, size_t *at, char *mistyped);

/* The first pass over the reference, then its end, then the second: the rows of a batch, for every
 * column whose at[] is not SCHEMA_NONE. */
void drift_look(struct drift *d, const struct batch *b, const size_t *at);
void drift_settle(struct drift *d);
void drift_count_reference(struct drift *d, const struct batch *b, const size_t *at);

/* The counts of another table, [d->n]. */
struct drift_tally *drift_tallies_new(const struct drift *d);
void drift_tallies_free(struct drift_tally *t, const struct drift *d); /* NULL is allowed */
void drift_count(
	const struct drift *d, struct drift_tally *t, const struct batch *b, const size_t *at);

struct drift_measure {
	uint64_t rows[2], missing[2]; /* of the reference, of the other table */
	double missing_p;	      /* that the shares of missing values are one */
	/* Of the values that are there. All NaN where a side has none.
	 * psi: sum of (q - p) ln(q / p) over bins (Siddiqi 2006, "population stability index";
	 * Jeffreys' divergence), where a share is (count + 1/2) / (values + bins / 2), so that an
	 * empty bin is finite. Bins of numbers: (.., e1], (e1, e2], .., between the least grid
	 * points whose cumulated share reaches 1/10, 2/10, .. of the reference, ties once. Bins of
	 * text: its categories, where those of which fewer than 5 are expected in the smaller table
	 * count together with the rest.
	 * psi_noise: its mean where nothing changed, (bins - 1)(1/n + 1/m) (Yurdakul 2018). */
	double psi, psi_noise;
	/* Numbers: the largest |F - G| over all x that is certain, and by how much it may be too
	 * low: 0 where the grid has every value of the reference, else what lies between two grid
	 * points. */
	double ks, ks_error;
	/* Text: the Jensen-Shannon divergence to base 2 (Lin 1991), 0..1, and Pearson's chi-square
	 * of the 2 x k table (both tables are samples). */
	double js, chi_square;
	size_t df;
	double unseen; /* share of text that a complete reference never saw; else NaN */
	double p;      /* of ks or chi_square, stat/pvalue.h */
};

void drift_measure(
	const struct drift_column *c, const struct drift_tally *other, struct drift_measure *out);

json_t *drift_json(const struct drift *d); /* a new reference */
/* d is filled anew on success; what has not the form above is ERR_DATA. */
int drift_parse(struct drift *d, const json_t *json, struct err *e);

#endif
