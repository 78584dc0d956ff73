/* split: the part of each row.
 * SPDX-License-Identifier: MIT
 */
#include "feat/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"

struct score { /* rows are ordered by it */
	uint64_t value, row;
};

struct split {
	struct split_options o;
	size_t column;	  /* key or time; SCHEMA_NONE: not needed */
	size_t stratify;  /* or SCHEMA_NONE */
	const char *name; /* of `column`, in the schema, for messages */
	uint64_t seed;	  /* derived, for this purpose */
	uint64_t rows;

	struct score *scores; /* [rows] hash, random */
	size_t scores_cap;
	uint32_t *strata; /* [rows], class numbers, with stratify */
	size_t strata_cap;
	struct map classes;
	uint8_t *parts; /* [rows], random and strata; NULL: by the cuts */
	int64_t *times;
	size_t ntimes, times_cap;

	int64_t test_cut, valid_cut; /* of position or time: rows from there on */
	uint64_t count[SPLIT_PARTS];
	struct buf text;
};

const char *split_part_name(int part)
{
	static const char *const names[SPLIT_PARTS] = {"train", "valid", "test"};

	return names[part];
}

void split_free(struct split *s)
{
	if (!s)
		return;
	free(s->scores);
	free(s->strata);
	map_release(&s->classes);
	free(s->parts);
	free(s->times);
	buf_release(&s->text);
	free(s);
}

uint64_t split_count(const struct split *s, int part)
{
	return s->count[part];
}

/* The key or time column: as named, or by role. */
static int split_column(struct split *s, const struct schema *schema, struct err *e)
{
	const char *role = s->o.by == SPLIT_HASH ? "key" : "time";

	if (s->o.by == SPLIT_POSITION || s->o.by == SPLIT_RANDOM)
		return 0;
	if (s->o.column) {
		if (schema_need(schema, s->o.column, &s->column, e) < 0)
			return -1;
	} else {
		s->column = schema_role(schema, role);
		if (s->column == SCHEMA_NONE && s->o.by == SPLIT_HASH)
			s->column = schema_role(schema, "row");
	}
	if (s->column == SCHEMA_NONE)
		return err_set(e, ERR_USAGE,
			"no column has the role '%s': name one with --%s, or in schema.yaml", role,
			role);
	s->name = schema->fields[s->column].name;
	if (s->o.by == SPLIT_TIME) {
		enum type t = schema->fields[s->column].type;

		if (!type_is_time(t) && t != TYPE_INT64 && t != TYPE_UINT64 && t != TYPE_FLOAT64)
			return err_set(e, ERR_DATA,
				"column '%s' is of type %s: a split by time needs a date, a "
				"timestamp or "
				"a number",
				s->name, type_name(t));
	}
	return 0;
}

struct split *split_new(const struct split_options *o, const struct schema *schema, struct err *e)
{
	struct split *s = mem_new(1, sizeof(*s));

	s->o = *o;
	s->column = s->stratify = SCHEMA_NONE;
	s->text = (struct buf)BUF_INIT;
	s->seed = hash_seed(o->seed, "split", 0);
	if (o->stratify && o->by != SPLIT_HASH && o->by != SPLIT_RANDOM) {
		err_set(e, ERR_USAGE, "strata can be kept by hash and random only, not by %s",
			o->by == SPLIT_TIME ? "time" : "position");
		goto fail;
	}
	if (split_column(s, schema, e) < 0)
		goto fail;
	if (o->stratify && schema_need(schema, o->stratify, &s->stratify, e) < 0)
		goto fail;
	return s;
fail:
	split_free(s);
	return NULL;
}

static void split_print(struct split *s, const struct column *c, uint64_t row)
{
	buf_reset(&s->text);
	column_print(c, row, &s->text);
}

static uint64_t split_hash(struct split *s, const struct column *c, uint64_t row)
{
	split_print(s, c, row);
	return hash64(s->text.data, s->text.len, s->seed);
}

/* An integer in the same order as the times; doubles by their bits (the sign-magnitude order of
 * IEEE 754 turned into two's complement). */
static int64_t split_time(const struct column *c, uint64_t row)
{
	double number;
	int64_t bits;

	switch (c->type) {
	case TYPE_DATE:
		return c->i32[row];
	case TYPE_UINT64:
		return (int64_t)(c->u64[row] ^ (1ULL << 63));
	case TYPE_FLOAT64:
		number = c->f64[row] + 0.0; /* -0 becomes 0 */
		memcpy(&bits, &number, sizeof(bits));
		return bits < 0 ? bits ^ INT64_MAX : bits;
	default:
		return c->i64[row];
	}
}

static int split_learn_time(struct split *s, const struct batch *b, struct err *e)
{
	const struct column *c = &b->cols[s->column];

	for (uint64_t i = 0; i < b->rows; i++) {
		if (!column_valid(c, i) || (c->type == TYPE_FLOAT64 && isnan(c->f64[i])))
			return err_set(e, ERR_DATA, "column '%s': row %llu has no time", s->name,
				(unsigned long long)(s->rows + i + 1));
		MEM_ROOM(s->times, s->ntimes, s->times_cap);
		s->times[s->ntimes++] = split_time(c, i);
	}
	return 0;
}

static int split_learn_scores(
	struct split *s, const struct batch *b, struct rng *rng, struct err *e)
{
	const struct column *c = s->column == SCHEMA_NONE ? NULL : &b->cols[s->column];

	for (uint64_t i = 0; i < b->rows; i++) {
		uint64_t row = s->rows + i, value;

		if (c && !column_valid(c, i))
			return err_set(e, ERR_DATA, "column '%s': row %llu has no key", s->name,
				(unsigned long long)(row + 1));
		value = c ? split_hash(s, c, i) : rng_next(rng);
		MEM_ROOM(s->scores, row, s->scores_cap);
		s->scores[row] = (struct score){value, row};
		if (s->stratify == SCHEMA_NONE)
			continue;
		split_print(s, &b->cols[s->stratify], i);
		MEM_ROOM(s->strata, row, s->strata_cap);
		s->strata[row] = (uint32_t)map_add(&s->classes, s->text.data, s->text.len, NULL);
	}
	return 0;
}

static int split_read(struct split *s, struct source *source, struct err *e)
{
	const struct batch *b;
	struct rng rng;
	int more, rc = 0;

	rng_init(&rng, s->seed);
	while ((more = source_next(source, &b, e)) > 0) {
		if (s->o.by == SPLIT_TIME)
			rc = split_learn_time(s, b, e);
		else if (s->o.by != SPLIT_POSITION)
			rc = split_learn_scores(s, b, &rng, e);
		if (rc < 0)
			return -1;
		s->rows += b->rows;
	}
	return more;
}

static int by_score(const void *a, const void *b)
{
	const struct score *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int by_row(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Reads the keys of the rows whose hashes met another (sorted row numbers), and compares them. */
static int split_compare(
	struct split *s, struct source *source, const uint64_t *rows, size_t n, struct err *e)
{
	struct map keys = MAP_INIT;
	const struct batch *b;
	uint64_t from = 0;
	size_t at = 0;
	int more;

	if (source_rewind(source, e) < 0)
		return -1;
	while ((more = source_next(source, &b, e)) > 0) {
		for (; at < n && rows[at] < from + b->rows; at++) {
			size_t key;
			int is_new;

			split_print(s, &b->cols[s->column], rows[at] - from);
			key = map_add(&keys, s->text.data, s->text.len, &is_new);
			if (is_new) {
				keys.values[key] = rows[at];
				continue;
			}
			more = err_set(e, ERR_DATA,
				"column '%s': key '%s' is in rows %llu and %llu", s->name,
				s->text.data, (unsigned long long)(keys.values[key] + 1),
				(unsigned long long)(rows[at] + 1));
			goto end;
		}
		from += b->rows;
	}
end:
	map_release(&keys);
	return more;
}

/* Equal keys have equal hashes: only rows whose hashes meet are looked at again. Sorts scores. */
static int split_unique(struct split *s, struct source *source, struct err *e)
{
	uint64_t *rows = NULL;
	size_t n = 0, cap = 0;
	int rc = 0;

	qsort(s->scores, s->rows, sizeof(*s->scores), by_score);
	for (uint64_t i = 0; i < s->rows; i++) {
		uint64_t value = s->scores[i].value;

		if ((i == 0 || s->scores[i - 1].value != value) &&
			(i + 1 == s->rows || s->scores[i + 1].value != value))
			continue;
		MEM_ROOM(rows, n, cap);
		rows[n++] = s->scores[i].row;
	}
	if (n) {
		qsort(rows, n, sizeof(*rows), by_row);
		rc = split_compare(s, source, rows, n, e);
	}
	free(rows);
	return rc;
}

static uint64_t split_share(uint64_t rows, double fraction)
{
	return (uint64_t)floor((double)rows * fraction + 0.5);
}

/* In each class the rows of the smallest scores are the test part, the next ones the valid part. */
static void split_rank(struct split *s)
{
	size_t n = s->classes.n ? s->classes.n : 1;
	uint64_t *sizes = mem_new(n, sizeof(*sizes)), *taken = mem_new(n, sizeof(*taken));

	s->parts = mem_new(s->rows + 1, 1);
	for (uint64_t i = 0; i < s->rows; i++)
		sizes[s->strata ? s->strata[i] : 0]++;
	for (uint64_t i = 0; i < s->rows; i++) {
		uint64_t row = s->scores[i].row;
		size_t class = s->strata ? s->strata[row] : 0;
		uint64_t test = split_share(sizes[class], s->o.test);
		uint64_t valid = split_share(sizes[class], s->o.valid);
		uint64_t rank = taken[class]++;

		s->parts[row] = rank < test	      ? SPLIT_TEST
				: rank < test + valid ? SPLIT_VALID
						      : SPLIT_TRAIN;
	}
	free(sizes);
	free(taken);
}

/* The first value of the last `share` of the sorted times; beyond all of them where share is 0. */
static int64_t split_cut(const struct split *s, uint64_t share)
{
	return share ? s->times[s->ntimes - share] : INT64_MAX;
}

int split_learn(struct split *s, struct source *source, struct err *e)
{
	uint64_t test, valid;

	if (split_read(s, source, e) < 0)
		return -1;
	if (!s->rows)
		return 0;
	test = split_share(s->rows, s->o.test);
	valid = split_share(s->rows, s->o.valid);
	if (test + valid > s->rows)
		valid = s->rows - test;
	switch (s->o.by) {
	case SPLIT_POSITION:
		s->test_cut = (int64_t)(s->rows - test);
		s->valid_cut = (int64_t)(s->rows - test - valid);
		break;
	case SPLIT_TIME:
		qsort(s->times, s->ntimes, sizeof(*s->times), by_time);
		s->test_cut = split_cut(s, test);
		s->valid_cut = split_cut(s, valid ? test + valid : test);
		break;
	case SPLIT_HASH:
		if (split_unique(s, source, e) < 0)
			return -1;
		if (s->stratify != SCHEMA_NONE)
			split_rank(s);
		break;
	case SPLIT_RANDOM:
		qsort(s->scores, s->rows, sizeof(*s->scores), by_score);
		split_rank(s);
		break;
	}
	free(s->scores);
	s->scores = NULL;
	return 0;
}

static enum split_part split_of(struct split *s, const struct batch *b, uint64_t i, uint64_t row)
{
	const struct column *c = s->column == SCHEMA_NONE ? NULL : &b->cols[s->column];
	int64_t at;

	if (s->parts)
		return (enum split_part)s->parts[row];
	if (s->o.by == SPLIT_HASH) {
		/* 53 bits: a number in [0, 1) that a double holds exactly */
		double u = (double)(split_hash(s, c, i) >> 11) * 0x1p-53;

		return u < s->o.test		    ? SPLIT_TEST
		       : u < s->o.test + s->o.valid ? SPLIT_VALID
						    : SPLIT_TRAIN;
	}
	at = s->o.by == SPLIT_TIME ? split_time(c, i) : (int64_t)row;
	return at >= s->test_cut ? SPLIT_TEST : at >= s->valid_cut ? SPLIT_VALID : SPLIT_TRAIN;
}

void split_assign(struct split *s, const struct batch *b, uint64_t from, uint8_t *part)
{
	for (uint64_t i = 0; i < b->rows; i++) {
		enum split_part p = split_of(s, b, i, from + i);

		part[i] = (uint8_t)p;
		s->count[p]++;
	}
}
