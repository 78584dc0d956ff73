/* target: what a model learns to predict: its task, classes and distribution.
 * SPDX-License-Identifier: MIT
 *
 * Classification: texts, or integers (of bool, int64, uint64, and of float64 where all values are
 * whole). Classes are sorted by bytes, numbers by value; the name of a number is its decimal text,
 * that of false and true is 0 and 1, as in the model's predictions. A null, a NaN and an empty text
 * are missing.
 */
#ifndef MODEL_TARGET_H
#define MODEL_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "frame/batch.h"

#define TARGET_CLASS_CAP 1000

enum target_task { TARGET_AUTO, TARGET_REGRESSION, TARGET_CLASSIFICATION };

struct target_class {
	char *name;
	int64_t value; /* of a number */
	uint64_t rows;
	double weight; /* of its rows together */
};

struct target {
	char *name;
	enum type type;
	int classify;
	int text; /* classes are texts, else numbers */
	uint64_t rows, missing;
	double total;		      /* weight of all rows */
	struct target_class *classes; /* [nclasses] */
	size_t nclasses, cap;
	struct map found; /* text, or the bytes of the int64 -> class */
	double mean, m2;  /* regression: m2 = sum of w (y - mean)^2 */
	double min, max;
	double part_total, part_mean, part_m2; /* of the block that is being added */
};

#define TARGET_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Auto: text and bool are classes, other numbers are regression. A type that cannot be either, as a
 * date, is ERR_DATA. */
int target_init(
	struct target *t, const char *name, enum type type, enum target_task task, struct err *e);
void target_release(struct target *t); /* harmless twice */

/* Looks at one more row with its weight; rows in the order of the table. */
int target_add(
	struct target *t, const struct column *c, uint64_t row, double weight, struct err *e);
/* After the last row: refuses missing values, a single class or value (ERR_DATA), fewer than two
 * rows (ERR_FEW), and sorts the classes. */
int target_settle(struct target *t, struct err *e);

/* The number of the row's class, which target_add() has seen, or -1. */
int32_t target_class(const struct target *t, const struct column *c, uint64_t row);
/* The class of that name ("true" and "false" stand for 1 and 0 of a bool), or SIZE_MAX. */
size_t target_find(const struct target *t, const char *name);

#endif
