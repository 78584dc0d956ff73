/* check: rows judged by the rules of a contract.
 * SPDX-License-Identifier: MIT
 */
#include "stat/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stat/check_judge.h"

_Static_assert(MAP_NONE == SCHEMA_NONE, "no entry is no column");

static int types_agree(enum type want, enum type have)
{
	if (have == TYPE_NULL || want == have) /* a column of nulls has no type */
		return 1;
	return (want == TYPE_STRING && have == TYPE_CATEGORY) ||
	       (want == TYPE_FLOAT64 && (have == TYPE_INT64 || have == TYPE_UINT64));
}

struct check *check_new(const struct contract *c)
{
	struct check *k = mem_new(1, sizeof(*k));

	k->contract = c;
	k->columns = mem_new(c->n, sizeof(*k->columns));
	for (size_t i = 0; i < c->n; i++) {
		struct check_column *col = &k->columns[i];

		col->rules = &c->columns[i];
		col->is_key = c->key && !strcmp(c->key, col->rules->name);
		col->is_target = c->target && !strcmp(c->target, col->rules->name);
		col->at = SCHEMA_NONE;
	}
	return k;
}

void check_start(struct check *k, const struct schema *s)
{
	struct map names = MAP_INIT; /* entry i is column i: names are unique */

	for (size_t i = 0; i < s->n; i++)
		map_add(&names, s->fields[i].name, strlen(s->fields[i].name), NULL);
	for (size_t i = 0; i < k->contract->n; i++) {
		struct check_column *col = &k->columns[i];

		col->at = map_find(&names, col->rules->name, strlen(col->rules->name));
		if (col->at == MAP_NONE)
			continue;
		col->type = s->fields[col->at].type;
		col->wrong_type = !types_agree(col->rules->type, col->type);
	}
	map_release(&names);
	check_unexpected(k, s);
}

static void column_release(struct check_column *col)
{
	free(col->missing.example);
	free(col->infinite.example);
	free(col->below.example);
	free(col->above.example);
	free(col->outside.example);
	free(col->repeated.example);
	free(col->first);
	unique_release(&col->seen);
}

void check_free(struct check *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->contract->n; i++)
		column_release(&k->columns[i]);
	for (size_t i = 0; i < k->n; i++) {
		free(k->anomalies[i].column);
		free(k->anomalies[i].message);
	}
	free(k->malformed.example);
	free(k->anomalies);
	free(k->columns);
	free(k);
}

/* ---- one value */

struct cell {
	const struct column *col;
	uint64_t row; /* in the batch */
	uint64_t at;  /* in the table */
	const struct source *lines;
};

static void offend(struct check_offence *o, const struct cell *c)
{
	if (o->count < CHECK_SHOWN) {
		o->rows[o->count] = c->at;
		o->lines[o->count] = c->lines ? source_line(c->lines, c->row) : 0;
	}
	if (o->count++ == 0) {
		struct buf text = BUF_INIT;

		column_print(c->col, c->row, &text);
		o->example = buf_detach(&text);
	}
}

/* A cell as a number of the contract's type. */
static union contract_number number_of(enum type want, const struct cell *c)
{
	union contract_number v = {0};

	if (want == TYPE_FLOAT64)
		v.f64 = column_number(c->col, c->row) + 0.0;
	else if (c->col->type == TYPE_DATE)
		v.i64 = c->col->i32[c->row];
	else if (c->col->type == TYPE_BOOL)
		v.i64 = bit_get(c->col->bits, c->row);
	else
		v.i64 = c->col->i64[c->row];
	return v;
}

static int number_below(enum type type, union contract_number a, union contract_number b)
{
	if (type == TYPE_FLOAT64)
		return a.f64 < b.f64;
	return type == TYPE_UINT64 ? a.u64 < b.u64 : a.i64 < b.i64;
}

static void judge_number(struct check_column *k, const struct cell *c)
{
	const struct contract_column *rules = k->rules;
	union contract_number v = number_of(rules->type, c);

	if (rules->type == TYPE_FLOAT64 && isinf(v.f64))
		offend(&k->infinite, c);
	else if (rules->has_min && number_below(rules->type, v, rules->min))
		offend(&k->below, c);
	else if (rules->has_max && number_below(rules->type, rules->max, v))
		offend(&k->above, c);
	else if (rules->values.n &&
		 map_find(&rules->values, (const char *)&v, sizeof(v)) == MAP_NONE)
		offend(&k->outside, c);
	if ((rules->unique || k->is_key) && !unique_add_bits(&k->seen, v.u64))
		offend(&k->repeated, c);
}

static void judge_text(struct check_column *k, const struct cell *c)
{
	size_t len;
	const char *text = column_text(c->col, c->row, &len);

	if (k->rules->values.n && map_find(&k->rules->values, text, len) == MAP_NONE)
		offend(&k->outside, c);
	if ((k->rules->unique || k->is_key) && !unique_add_text(&k->seen, text, len))
		offend(&k->repeated, c);
}

static int is_text(const struct column *col)
{
	return type_is_text(col->type) || col->type == TYPE_BINARY;
}

static void watch_target(struct check_column *k, const struct cell *c)
{
	union contract_number v;
	const char *bytes = (const char *)&v;
	size_t len = sizeof(v);

	if (is_text(c->col))
		bytes = column_text(c->col, c->row, &len);
	else
		v = number_of(k->rules->type, c);
	if (!k->first) {
		k->first = mem_array(len, 1);
		memcpy(k->first, bytes, len);
		k->first_len = len;
	} else if (len != k->first_len || memcmp(bytes, k->first, len) != 0) {
		k->varies = 1;
	}
}

static void judge(struct check_column *k, const struct cell *c)
{
	if (column_missing(c->col, c->row)) {
		offend(&k->missing, c);
		return;
	}
	k->present++;
	if (k->is_target && !k->varies)
		watch_target(k, c);
	if (is_text(c->col))
		judge_text(k, c);
	else
		judge_number(k, c);
}

void check_add(struct check *k, const struct batch *b, const struct source *lines)
{
	for (size_t i = 0; i < k->contract->n; i++) {
		struct check_column *col = &k->columns[i];
		struct cell c = {.lines = lines};

		if (col->at == SCHEMA_NONE || col->wrong_type)
			continue;
		c.col = &b->cols[col->at];
		for (c.row = 0; c.row < b->rows; c.row++) {
			c.at = k->rows + c.row;
			judge(col, &c);
		}
	}
	k->rows += b->rows;
}

int check_reject(void *check, const struct reject *r, struct err *e)
{
	struct check *k = check;
	struct check_offence *o = &k->malformed;

	(void)e;
	if (o->count < CHECK_SHOWN)
		o->lines[o->count] = r->line;
	if (o->count++ == 0)
		o->example = mem_strdup(r->reason);
	return 0;
}
