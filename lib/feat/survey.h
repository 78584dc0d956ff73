/* survey: what must be known of a table's columns to propose a pipeline for it, in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Unlike a profile (stat/profile.h), which is small and mergeable, a survey is exact about small
 * sets of values and about uniqueness. Memory: 16 bytes per distinct value, up to SURVEY_DISTINCT
 * of them in a column.
 */
#ifndef FEAT_SURVEY_H
#define FEAT_SURVEY_H

#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "frame/schema.h"
#include "io/source.h"

#define SURVEY_DISTINCT (1u << 20) /* distinct values counted in a column */
#define SURVEY_VALUES 64	   /* of so many, the values themselves are kept */

struct survey_column {
	uint64_t missing;  /* null, NaN or "" */
	uint64_t distinct; /* of what is not missing; SURVEY_DISTINCT: that many or more */
	int repeats;	   /* a value occurs twice */
	int increasing;	   /* no value (number, time) is below the one before it */
	int integral;	   /* a number column holds integers only */
	double min, max, mean, m2, m3; /* numbers: about the mean */
	double text_length;	       /* bytes of text in all */
	struct map values; /* text as printed -> count, while at most SURVEY_VALUES; else empty */
	uint64_t *hashes;  /* of distinct values, open addressing, 0 = free */
	size_t slots;
	double last;
};

struct survey {
	struct schema schema;
	struct survey_column *cols; /* [schema.n] */
	uint64_t rows;
};

#define SURVEY_INIT                                                                                \
	{                                                                                          \
		SCHEMA_INIT, NULL, 0                                                               \
	}

/* Reads the source to its end. */
int survey_read(struct survey *s, struct source *source, struct err *e);
void survey_release(struct survey *s);

/* The third standardised moment of a number column; 0 where it is constant. */
double survey_skew(const struct survey *s, size_t col);

#endif
