/* score: what a model says about rows whose truth is known.
 * SPDX-License-Identifier: MIT
 */
#include "model/score.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "model/plan.h"
#include "stat/unique.h"

#define NONE SCHEMA_NONE

struct scorer {
	const struct signature *sig;
	struct score *out;
	struct plan *plan;
	size_t target, key, weight; /* columns; key and weight may be NONE */
	size_t prediction;	    /* output of the plan */
	size_t *probability;	    /* [classes] outputs of the plan */
	struct map classes;	    /* name -> its number */
	struct unique keys;
	uint64_t missing;    /* rows without a target */
	uint64_t unanswered; /* rows for which a result is no finite number */
	struct buf text;     /* for messages */
};

void score_release(struct score *s)
{
	free(s->label);
	free(s->predicted);
	free(s->probability);
	free(s->target);
	free(s->prediction);
	free(s->weight);
	memset(s, 0, sizeof(*s));
}

struct source *score_open(
	const struct signature *sig, const char *path, enum format from, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct text_type *types = mem_new(sig->ninputs + 1, sizeof(*types));
	struct source *source;
	int has_target = !sig->target;

	for (size_t i = 0; i < sig->ninputs; i++) {
		types[i].name = sig->inputs[i].name;
		types[i].type = sig->inputs[i].type;
		types[i].optional = 1; /* what is missing is found when columns are bound */
		has_target |= strcmp(sig->inputs[i].name, sig->target ? sig->target : "") == 0;
	}
	if (!has_target)
		types[sig->ninputs] = (struct text_type){sig->target, sig->target_type, 1};
	o.from = from;
	o.types = types;
	o.ntypes = sig->ninputs + !has_target;
	o.nulls = (const char *const *)sig->nulls;
	source = source_open(path, &o, e);
	free(types);
	return source;
}

static const char *input_of_role(const struct signature *sig, const char *role)
{
	for (size_t i = 0; i < sig->ninputs; i++)
		if (sig->inputs[i].role && strcmp(sig->inputs[i].role, role) == 0)
			return sig->inputs[i].name;
	return NULL;
}

static int find_target(struct scorer *s, const struct schema *schema, struct err *e)
{
	enum type type;

	if (schema_need(schema, s->sig->target, &s->target, e) < 0)
		return err_prefix(e, "no target");
	type = schema->fields[s->target].type;
	if (type == TYPE_NULL)
		return 0;
	if (type_is_text(type) != type_is_text(s->sig->target_type) ||
		type_is_number(type) != type_is_number(s->sig->target_type))
		return err_set(e, ERR_DATA, "target '%s' is a %s here, a %s in the model",
			s->sig->target, type_name(type), type_name(s->sig->target_type));
	return 0;
}

static int find_columns(struct scorer *s, const struct schema *schema, struct err *e)
{
	const char *key = input_of_role(s->sig, "key"), *weight = input_of_role(s->sig, "weight");

	if (find_target(s, schema, e) < 0)
		return -1;
	s->key = schema_role(schema, "key");
	if (s->key == NONE && key)
		s->key = schema_find(schema, key);
	s->weight = schema_role(schema, "weight");
	if (weight && schema_need(schema, weight, &s->weight, e) < 0)
		return err_prefix(e, "no weight");
	if (s->weight != NONE && !type_is_number(schema->fields[s->weight].type))
		return err_set(e, ERR_DATA, "weight '%s' is a %s: it must be a number",
			schema->fields[s->weight].name, type_name(schema->fields[s->weight].type));
	return plan_bind(s->plan, schema, e);
}

static int need_output(
	const struct scorer *s, const char *name, int doubles, size_t *at, struct err *e)
{
	enum plan_kind kind;

	*at = plan_output_find(s->plan, name);
	if (*at == SIZE_MAX)
		return err_set(e, ERR_DATA, "the model has no output '%s'", name);
	kind = plan_output_kind(s->plan, *at);
	if (plan_output_width(s->plan, *at) != 1 ||
		doubles != (kind == PLAN_DOUBLE || kind == PLAN_FLOAT))
		return err_set(
			e, ERR_DATA, "output '%s' of the model is not of the right kind", name);
	return 0;
}

static int find_outputs(struct scorer *s, struct err *e)
{
	int classify = s->sig->task == TASK_CLASSIFICATION;

	if (s->sig->task == TASK_NONE || !s->sig->target)
		return err_set(e, ERR_DATA, "the model predicts nothing: it is a feature graph");
	if (need_output(s, "prediction", !classify, &s->prediction, e) < 0)
		return -1;
	s->probability = mem_array(s->sig->nclasses, sizeof(*s->probability));
	for (size_t i = 0; i < s->sig->nclasses; i++) {
		const char *name = s->sig->classes[i];
		char *output = mem_printf("probability_%s", name);
		int rc = need_output(s, output, 1, &s->probability[i], e);

		free(output);
		if (rc < 0)
			return -1;
		map_add(&s->classes, name, strlen(name), NULL);
	}
	return 0;
}

/* A class by the name that the model gives it: numbers and booleans are their decimal text, for
 * which `number` is room. */
static size_t class_of(const struct scorer *s, const struct column *c, uint64_t row,
	char number[NUM_TEXT], const char **name, size_t *len)
{
	if (type_is_text(c->type)) {
		*name = column_text(c, row, len);
	} else {
		double value = column_number(c, row);

		*name = number;
		*len = c->type == TYPE_INT64	? num_print_int64(c->i64[row], number)
		       : c->type == TYPE_UINT64 ? num_print_uint64(c->u64[row], number)
						: num_print(value == 0 ? 0 : value, number);
	}
	return map_find(&s->classes, *name, *len);
}

static int take_label(
	struct scorer *s, const struct column *c, uint64_t row, size_t at, struct err *e)
{
	char number[NUM_TEXT];
	const char *name;
	size_t len, class = class_of(s, c, row, number, &name, &len);

	if (class == MAP_NONE)
		return err_set(e, ERR_DATA, "target '%s': the model does not know the class '%.*s'",
			s->sig->target, (int)(len < 200 ? len : 200), name);
	s->out->label[at] = (int32_t) class;
	return 0;
}

static int take_number(
	struct scorer *s, const struct column *c, uint64_t row, size_t at, struct err *e)
{
	s->out->target[at] = column_number(c, row);
	if (!isfinite(s->out->target[at]))
		return err_set(
			e, ERR_DATA, "target '%s': row %zu is infinite", s->sig->target, at + 1);
	return 0;
}

static int take_key(
	struct scorer *s, const struct column *c, uint64_t row, size_t at, struct err *e)
{
	const char *text;
	size_t len;

	if (!column_valid(c, row))
		return 0;
	buf_reset(&s->text);
	column_print(c, row, &s->text);
	text = s->text.data;
	len = s->text.len;
	if (unique_add_text(&s->keys, text, len))
		return 0;
	return err_set(
		e, ERR_DATA, "key '%.200s' stands twice: row %zu is not the first", text, at + 1);
}

static int take_weight(
	struct scorer *s, const struct column *c, uint64_t row, size_t at, struct err *e)
{
	double w = column_number(c, row);

	if (!(w >= 0) || isinf(w))
		return err_set(e, ERR_DATA, "the weight of row %zu is missing, below 0 or infinite",
			at + 1);
	s->out->weight[at] = w;
	return 0;
}

static void make_room(struct score *o, size_t rows, int weighted)
{
	if (rows <= o->cap)
		return;
	o->cap = rows > o->cap * 2 ? rows : o->cap * 2;
	if (o->task == TASK_CLASSIFICATION) {
		o->label = mem_grow(o->label, o->cap, sizeof(*o->label));
		o->predicted = mem_grow(o->predicted, o->cap, sizeof(*o->predicted));
		o->probability =
			mem_grow(o->probability, o->cap, o->classes * sizeof(*o->probability));
	} else {
		o->target = mem_grow(o->target, o->cap, sizeof(*o->target));
		o->prediction = mem_grow(o->prediction, o->cap, sizeof(*o->prediction));
	}
	if (weighted)
		o->weight = mem_grow(o->weight, o->cap, sizeof(*o->weight));
}

/* The class that the model predicts in a row of the plan's results. */
static size_t predicted_class(const struct scorer *s, uint64_t row)
{
	char number[NUM_TEXT];

	if (plan_output_kind(s->plan, s->prediction) == PLAN_STRING) {
		const struct onnx_text *t = plan_texts(s->plan, s->prediction) + row;

		return map_find(&s->classes, t->bytes, t->len);
	}
	return map_find(&s->classes, number,
		num_print_int64(plan_ints(s->plan, s->prediction)[row], number));
}

/* Takes the results of a row: 1, or 0 where one of them is no finite number. */
static int take_row(struct scorer *s, size_t i)
{
	struct score *o = s->out;
	int finite = 1;

	if (o->task == TASK_REGRESSION) {
		o->prediction[o->rows + i] = plan_doubles(s->plan, s->prediction)[i];
		finite = isfinite(o->prediction[o->rows + i]) != 0;
	}
	for (size_t c = 0; c < o->classes; c++) {
		double p = plan_doubles(s->plan, s->probability[c])[i];

		o->probability[(o->rows + i) * o->classes + c] = p;
		finite &= isfinite(p) != 0;
	}
	return finite;
}

static int take_results(struct scorer *s, size_t rows, struct err *e)
{
	struct score *o = s->out;

	for (size_t i = 0; i < rows; i++)
		s->unanswered += !take_row(s, i);
	for (size_t i = 0; i < rows && o->task == TASK_CLASSIFICATION; i++) {
		size_t class = predicted_class(s, i);

		if (class == MAP_NONE)
			return err_set(
				e, ERR_DATA, "the model predicts a class that it does not list");
		o->predicted[o->rows + i] = (int32_t) class;
	}
	return 0;
}

static int take_batch(struct scorer *s, const struct batch *b, struct err *e)
{
	const struct column *target = &b->cols[s->target];
	struct score *o = s->out;

	make_room(o, o->rows + b->rows, s->weight != NONE);
	if (plan_run(s->plan, b, e) < 0 || take_results(s, b->rows, e) < 0)
		return -1;
	for (uint64_t i = 0; i < b->rows; i++) {
		size_t at = o->rows + i;
		int rc = 0;

		if (s->key != NONE)
			rc = take_key(s, &b->cols[s->key], i, at, e);
		if (rc == 0 && s->weight != NONE)
			rc = take_weight(s, &b->cols[s->weight], i, at, e);
		if (rc == 0 && column_missing(target, i))
			s->missing++;
		else if (rc == 0)
			rc = o->task == TASK_CLASSIFICATION ? take_label(s, target, i, at, e)
							    : take_number(s, target, i, at, e);
		if (rc < 0)
			return -1;
	}
	o->rows += b->rows;
	return 0;
}

static int take_all(struct scorer *s, struct source *source, struct err *e)
{
	const struct batch *b;
	int rc;

	if (find_columns(s, source_schema(source), e) < 0)
		return err_prefix(e, "%s", source_name(source));
	while ((rc = source_next(source, &b, e)) > 0)
		if (take_batch(s, b, e) < 0)
			return err_prefix(e, "%s", source_name(source));
	if (rc < 0)
		return -1;
	if (!s->out->rows)
		return err_set(e, ERR_FEW, "%s: there are no rows", source_name(source));
	if (s->missing)
		return err_set(e, ERR_DATA, "%s: target '%s' is missing in %" PRIu64 " of %zu rows",
			source_name(source), s->sig->target, s->missing, s->out->rows);
	if (s->unanswered)
		return err_set(e, ERR_DATA,
			"%s: the prediction is no finite number in %" PRIu64
			" of %zu rows: a feature is not defined there, as log1p of a number below "
			"-1",
			source_name(source), s->unanswered, s->out->rows);
	return 0;
}

int score_run(const struct onnx_model *m, const struct signature *sig, struct source *source,
	struct score *out, struct err *e)
{
	struct score scored = {.task = sig->task, .classes = sig->nclasses};
	struct scorer s = {.sig = sig, .out = &scored, .keys = UNIQUE_INIT, .text = BUF_INIT};
	int rc = -1;

	s.plan = plan_new(m, e);
	if (s.plan && find_outputs(&s, e) == 0)
		rc = take_all(&s, source, e);
	plan_free(s.plan);
	free(s.probability);
	map_release(&s.classes);
	unique_release(&s.keys);
	buf_release(&s.text);
	if (rc == 0)
		*out = scored;
	else
		score_release(&scored);
	return rc;
}
