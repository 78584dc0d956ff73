/* target: what a model learns to predict: its task, classes and distribution.
 * SPDX-License-Identifier: MIT
 */
#include "model/target.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: doubles beyond it skip integers */

int target_init(
	struct target *t, const char *name, enum type type, enum target_task task, struct err *e)
{
	int text = type_is_text(type);

	if (!text && !type_is_number(type))
		return err_set(e, ERR_DATA,
			"target '%s' is a %s: it must be a number, a bool or text", name,
			type_name(type));
	if (text && task == TARGET_REGRESSION)
		return err_set(e, ERR_DATA,
			"target '%s' is text: regression needs numbers (--task classification)",
			name);
	memset(t, 0, sizeof(*t));
	t->name = mem_strdup(name);
	t->type = type;
	t->text = text;
	t->classify = task == TARGET_CLASSIFICATION ||
		      (task == TARGET_AUTO && (text || type == TYPE_BOOL));
	t->min = INFINITY;
	t->max = -INFINITY;
	return 0;
}

void target_release(struct target *t)
{
	for (size_t i = 0; i < t->nclasses; i++)
		free(t->classes[i].name);
	free(t->classes);
	free(t->name);
	map_release(&t->found);
	memset(t, 0, sizeof(*t));
}

/* The whole number in a row of a number column: 0, or -1 where it is none. */
static int whole(const struct column *c, uint64_t row, int64_t *value)
{
	double number;

	switch (c->type) {
	case TYPE_INT64:
		*value = c->i64[row];
		return 0;
	case TYPE_UINT64:
		*value = (int64_t)c->u64[row];
		return c->u64[row] > INT64_MAX ? -1 : 0;
	default:
		number = column_number(c, row);
		if (!(fabs(number) <= WHOLE_MAX) || number != nearbyint(number))
			return -1;
		*value = (int64_t)number;
		return 0;
	}
}

/* The key of a row's class in the map. */
static const char *key_of(const struct column *c, uint64_t row, int64_t *value, size_t *len)
{
	if (type_is_text(c->type))
		return column_text(c, row, len);
	if (whole(c, row, value) < 0)
		return NULL;
	*len = sizeof(*value);
	return (const char *)value;
}

static int add_class(
	struct target *t, const struct column *c, uint64_t row, double weight, struct err *e)
{
	int64_t value = 0;
	size_t len, at;
	const char *key = key_of(c, row, &value, &len);
	char text[NUM_TEXT];
	int is_new;

	if (!key)
		return err_set(e, ERR_DATA,
			"target '%s': row %" PRIu64 ": %.17g is not a whole number: no class",
			t->name, t->rows, column_number(c, row));
	if (t->text && memchr(key, 0, len))
		return err_set(e, ERR_DATA, "target '%s': row %" PRIu64 " holds a NUL byte",
			t->name, t->rows);
	at = map_add(&t->found, key, len, &is_new);
	if (is_new && t->nclasses == TARGET_CLASS_CAP)
		return err_set(e, ERR_DATA, "target '%s' has more than %d classes", t->name,
			TARGET_CLASS_CAP);
	if (is_new) {
		MEM_ROOM(t->classes, at, t->cap);
		memset(&t->classes[at], 0, sizeof(*t->classes));
		t->nclasses++;
		if (!t->text)
			num_print_int64(value, text);
		t->classes[at].name = t->text ? mem_strndup(key, len) : mem_strdup(text);
		t->classes[at].value = value;
	}
	t->classes[at].rows++;
	t->classes[at].weight += weight;
	return 0;
}

/* The block's moments join those of the blocks before (Chan, Golub and LeVeque 1983). */
static void merge(struct target *t)
{
	double total = t->total + t->part_total, delta = t->part_mean - t->mean;

	if (t->part_total > 0) {
		t->mean += delta * (t->part_total / total);
		t->m2 += t->part_m2 + delta * delta * (t->total * (t->part_total / total));
		t->total = total;
	}
	t->part_total = t->part_mean = t->part_m2 = 0;
}

static int add_number(
	struct target *t, const struct column *c, uint64_t row, double weight, struct err *e)
{
	double y = column_number(c, row), delta;

	if (!isfinite(y))
		return err_set(
			e, ERR_DATA, "target '%s': row %" PRIu64 " is infinite", t->name, t->rows);
	t->min = y < t->min ? y : t->min;
	t->max = y > t->max ? y : t->max;
	if (weight > 0) {
		t->part_total += weight;
		delta = y - t->part_mean;
		t->part_mean += delta * (weight / t->part_total);
		t->part_m2 += weight * delta * (y - t->part_mean);
	}
	return 0;
}

int target_add(struct target *t, const struct column *c, uint64_t row, double weight, struct err *e)
{
	int rc;

	t->rows++;
	if (column_missing(c, row)) {
		t->missing++;
		return 0;
	}
	if (t->classify) {
		rc = add_class(t, c, row, weight, e);
		t->part_total += weight;
	} else {
		rc = add_number(t, c, row, weight, e);
	}
	if (rc == 0 && t->rows % BATCH_ROWS == 0)
		merge(t);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct target_class *)a)->name, ((const struct target_class *)b)->name);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = ((const struct target_class *)a)->value;
	int64_t y = ((const struct target_class *)b)->value;

	return x < y ? -1 : x > y;
}

static int refuse(const struct target *t, struct err *e)
{
	if (t->rows < 2)
		return err_set(e, ERR_FEW, "%" PRIu64 " rows are too few to learn from", t->rows);
	if (t->missing)
		return err_set(e, ERR_DATA,
			"target '%s' is missing in %" PRIu64 " of %" PRIu64 " rows", t->name,
			t->missing, t->rows);
	if (!(t->total > 0) || !isfinite(t->total))
		return err_set(e, ERR_DATA, "the weights of the rows add up to %g", t->total);
	if (t->classify && t->nclasses < 2)
		return err_set(e, ERR_DATA, "target '%s' is constant: every row is '%s'", t->name,
			t->classes[0].name);
	for (size_t i = 0; i < t->nclasses; i++)
		if (!(t->classes[i].weight > 0))
			return err_set(e, ERR_DATA,
				"target '%s': no row of class '%s' has a weight", t->name,
				t->classes[i].name);
	if (!t->classify && !(t->min < t->max)) {
		char text[NUM_TEXT];

		num_print(t->min, text);
		return err_set(
			e, ERR_DATA, "target '%s' is constant: every row is %s", t->name, text);
	}
	return 0;
}

int target_settle(struct target *t, struct err *e)
{
	merge(t);
	if (refuse(t, e) < 0)
		return -1;
	if (!t->classify)
		return 0;
	qsort(t->classes, t->nclasses, sizeof(*t->classes), t->text ? by_name : by_value);
	map_clear(&t->found);
	for (size_t i = 0; i < t->nclasses; i++) {
		const struct target_class *c = &t->classes[i];

		if (t->text)
			map_add(&t->found, c->name, strlen(c->name), NULL);
		else
			map_add(&t->found, (const char *)&c->value, sizeof(c->value), NULL);
	}
	return 0;
}

int32_t target_class(const struct target *t, const struct column *c, uint64_t row)
{
	int64_t value;
	size_t len, at;
	const char *key = column_valid(c, row) ? key_of(c, row, &value, &len) : NULL;

	at = key ? map_find(&t->found, key, len) : MAP_NONE;
	return at == MAP_NONE ? -1 : (int32_t)at;
}

size_t target_find(const struct target *t, const char *name)
{
	if (t->type == TYPE_BOOL)
		name = !strcmp(name, "true") ? "1" : !strcmp(name, "false") ? "0" : name;
	for (size_t i = 0; i < t->nclasses; i++)
		if (strcmp(t->classes[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}
