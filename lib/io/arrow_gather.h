/* arrow_gather: the rows of one column on their way into a record batch: as pawl lays them out,
 * with zeros under nulls and behind the last bit.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_ARROW_GATHER_H
#define IO_ARROW_GATHER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "frame/batch.h"

struct arrow_gather {
	enum type type;
	int is_dict;  /* category: indices into `dict` are gathered, else its strings */
	int is_fixed; /* the dictionary that comes with the rows is the one to write */
	uint64_t nulls;
	struct buf validity, values, bytes; /* values: of bool bits, of text its offsets */
	struct map dict;
	struct dict *seen; /* the dictionary that `as` translates from; a reference */
	int32_t *as;	   /* [nas] its entries in `dict`, or -1 where not yet met */
	size_t nas;
};

void arrow_gather_init(struct arrow_gather *g, enum type type, int is_dict, int is_fixed);
void arrow_gather_release(struct arrow_gather *g);
void arrow_gather_clear(struct arrow_gather *g); /* the rows; the dictionary stays */

/* How many of the n rows from `from` on can be added before the text exceeds 2^31 - 1 bytes. */
uint64_t arrow_gather_fit(
	const struct arrow_gather *g, const struct column *c, uint64_t from, uint64_t n);
/* Appends rows where there are `at` already. -1: a dictionary of more than 2^31 - 1 entries. */
int arrow_gather_add(
	struct arrow_gather *g, uint64_t at, const struct column *c, uint64_t from, uint64_t n);

/* The buffers as a record batch has them, in order: validity, values or offsets, bytes. */
struct arrow_part {
	const void *at;
	uint64_t len;
};
enum { ARROW_PARTS = 3 };
size_t arrow_gather_parts(const struct arrow_gather *g, uint64_t rows, struct arrow_part *parts);
/* The same straight from a whole column, where it needs no change; 0 where it does. */
size_t arrow_gather_borrow(const struct arrow_gather *g, const struct column *c, uint64_t rows,
	struct arrow_part *parts);

#endif
