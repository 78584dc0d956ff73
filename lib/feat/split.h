/* split: which part of a split (train, valid, test) each row of a table is in.
 * SPDX-License-Identifier: MIT
 *
 *   hash      by XXH64 of the key's text: a row keeps its part while the table grows. With strata,
 *             the rows of each class in the order of their hashes: exact counts, nearly as stable.
 *   random    the rows with the smallest of the random numbers drawn in row order: exact counts.
 *   position  the last rows.
 *   time      the newest rows; rows of one moment stay together.
 * Exact counts are n times the fraction, rounded to the nearest row, in each stratum. Memory per
 * row: hash 16 bytes, random 17, time 8, position none; strata add 5 to hash, 4 to random.
 */
#ifndef FEAT_SPLIT_H
#define FEAT_SPLIT_H

#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "io/source.h"

enum split_by { SPLIT_HASH, SPLIT_POSITION, SPLIT_TIME, SPLIT_RANDOM };
enum split_part { SPLIT_TRAIN, SPLIT_VALID, SPLIT_TEST };
#define SPLIT_PARTS 3

struct split_options {
	enum split_by by;
	const char *column;   /* hash: the key, time: the time; NULL: the column of that role */
	const char *stratify; /* hash, random: a column of classes; or NULL */
	double test, valid;   /* fractions of the rows; 0 < test, 0 <= valid, test + valid < 1 */
	uint64_t seed;
};

struct split;

/* Finds the columns; NULL on failure (ERR_USAGE, ERR_DATA). The options' texts are borrowed. */
struct split *split_new(const struct split_options *o, const struct schema *schema, struct err *e);
void split_free(struct split *s); /* NULL is allowed */

/* Reads the source to its end, as often as it takes, to know every row's part. A null or duplicate
 * key, or a null time, is ERR_DATA. The source was opened with source_keep() and is at its start;
 * afterwards it is at its end. */
int split_learn(struct split *s, struct source *source, struct err *e);

/* The part of each row of a batch whose first row is row `from` of the table. */
void split_assign(struct split *s, const struct batch *b, uint64_t from, uint8_t *part);

/* Rows in a part (an enum split_part), as far as split_assign() went. */
uint64_t split_count(const struct split *s, int part);

/* "train", "valid", "test", of an enum split_part. */
const char *split_part_name(int part);

#endif
