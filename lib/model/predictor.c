/* predictor: a table's predictions by a model.
 * SPDX-License-Identifier: MIT
 */
#include "model/predictor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROLE "pawl.role"

struct predictor {
	struct plan *plan;
	struct signature signature;
	const char *const *keep;
	size_t nkeep;
	struct text_type *types; /* predictor_text_types() */
	struct schema schema;	 /* of the result: carried columns first */
	size_t *carried;	 /* [ncarried] columns of the input */
	size_t ncarried;
	int number;	   /* predictor_number() */
	int numbered;	   /* behind the carried columns stands _row */
	uint64_t position; /* of the next row */
};

struct predictor *predictor_new(
	const struct onnx_model *m, const char *const *keep, size_t nkeep, struct err *e)
{
	struct predictor *s = mem_new(1, sizeof(*s));

	s->keep = keep;
	s->nkeep = nkeep;
	if (signature_get(&s->signature, m, e) < 0)
		goto fail;
	if (s->signature.task == TASK_NONE) {
		err_set(e, ERR_DATA,
			"a feature graph predicts nothing: pawl train makes a model of it");
		goto fail;
	}
	s->plan = plan_new(m, e);
	if (!s->plan)
		goto fail;
	for (size_t i = 0; i < plan_output_count(s->plan); i++) {
		if (plan_output_width(s->plan, i) == 1)
			continue;
		err_set(e, ERR_DATA, "output '%s' has %zu columns, not one",
			plan_output_name(s->plan, i), plan_output_width(s->plan, i));
		goto fail;
	}
	return s;
fail:
	predictor_free(s);
	return NULL;
}

void predictor_free(struct predictor *s)
{
	if (!s)
		return;
	plan_free(s->plan);
	signature_release(&s->signature);
	schema_release(&s->schema);
	free(s->types);
	free(s->carried);
	free(s);
}

const struct signature *predictor_signature(const struct predictor *s)
{
	return &s->signature;
}

const struct schema *predictor_schema(const struct predictor *s)
{
	return &s->schema;
}

static const struct signature_input *predictor_input(const struct predictor *s, const char *name)
{
	for (size_t i = 0; i < s->signature.ninputs; i++)
		if (strcmp(s->signature.inputs[i].name, name) == 0)
			return &s->signature.inputs[i];
	return NULL;
}

static int predictor_kept(const struct predictor *s, const char *name)
{
	for (size_t i = 0; i < s->nkeep; i++)
		if (strcmp(s->keep[i], name) == 0)
			return 1;
	return 0;
}

/* All are optional: predictor_start() says what is missing, and what is near. */
void predictor_text_types(struct predictor *s, struct source_options *o)
{
	size_t n = 0;

	free(s->types);
	s->types = mem_array(s->signature.ninputs + s->nkeep, sizeof(*s->types));
	for (size_t i = 0; i < s->signature.ninputs; i++) {
		const struct signature_input *in = &s->signature.inputs[i];
		int text = type_is_text(in->type) || in->type == TYPE_NULL;

		/* The answer is not asked for, and may be wrong or empty in what is to be scored.
		 */
		if (in->role && strcmp(in->role, "key") != 0 && strcmp(in->role, "row") != 0 &&
			!predictor_kept(s, in->name))
			continue;
		s->types[n++] = (struct text_type){in->name, text ? TYPE_STRING : in->type, 1};
	}
	for (size_t i = 0; i < s->nkeep; i++)
		if (!predictor_input(s, s->keep[i]))
			s->types[n++] = (struct text_type){s->keep[i], TYPE_STRING, 1};
	o->types = s->types;
	o->ntypes = n;
	o->only_types = 1;
	o->nulls = (const char *const *)s->signature.nulls;
}

/* The role by which a column of the input is carried, "" where it is only kept, or NULL. */
static const char *predictor_role(const struct predictor *s, const struct field *f)
{
	const char *role = notes_get(&f->notes, ROLE);
	const struct signature_input *in = predictor_input(s, f->name);

	if (!role && in)
		role = in->role;
	if (role && (strcmp(role, "key") == 0 || strcmp(role, "row") == 0))
		return role;
	return predictor_kept(s, f->name) ? "" : NULL;
}

void predictor_number(struct predictor *s)
{
	s->number = 1;
}

static int predictor_carry(struct predictor *s, const struct schema *input, struct err *e)
{
	int named = 0;

	s->carried = mem_grow(s->carried, input->n + 1, sizeof(*s->carried));
	s->ncarried = 0;
	for (size_t i = 0; i < input->n; i++) {
		const char *role = predictor_role(s, &input->fields[i]);
		struct field *f;

		if (!role)
			continue;
		s->carried[s->ncarried++] = i;
		f = schema_add(&s->schema, input->fields[i].name, input->fields[i].type);
		notes_copy(&f->notes, &input->fields[i].notes);
		if (*role)
			notes_set(&f->notes, ROLE, role);
		named |= *role != 0;
	}
	s->numbered = s->number && !named;
	s->position = 0;
	if (s->numbered)
		notes_set(&schema_add(&s->schema, "_row", TYPE_UINT64)->notes, ROLE, "row");
	for (size_t i = 0; i < s->nkeep; i++)
		if (schema_find(input, s->keep[i]) == SCHEMA_NONE)
			return err_set(e, ERR_USAGE, "there is no column '%s' to keep", s->keep[i]);
	return 0;
}

int predictor_start(struct predictor *s, const struct schema *input, struct err *e)
{
	static const enum type types[] = {
		TYPE_FLOAT64, TYPE_FLOAT64, TYPE_INT64, TYPE_INT64, TYPE_STRING};

	schema_release(&s->schema);
	if (plan_bind(s->plan, input, e) < 0 || predictor_carry(s, input, e) < 0)
		return -1;
	for (size_t i = 0; i < plan_output_count(s->plan); i++)
		schema_add(&s->schema, plan_output_name(s->plan, i),
			types[plan_output_kind(s->plan, i)]);
	return schema_unique(&s->schema, e);
}

int predictor_batch(struct predictor *s, const struct batch *b, struct err *e)
{
	return plan_run(s->plan, b, e);
}

/* Whether the model has an answer for a row: not so where a feature is no number, as log1p of -2,
 * or overflows. The class beside such probabilities would be whatever comes first. */
static int predictor_answers(const struct predictor *s, uint64_t row)
{
	for (size_t i = 0; i < plan_output_count(s->plan); i++) {
		const double *doubles = plan_doubles(s->plan, i);

		if (doubles && !isfinite(doubles[row]))
			return 0;
	}
	return 1;
}

/* Rows of output i into a column; null where the model has no answer. */
static int predictor_output(const struct predictor *s, size_t i, uint64_t from, uint64_t n,
	struct column *to, uint64_t at)
{
	const double *doubles = plan_doubles(s->plan, i);
	const int64_t *ints = plan_ints(s->plan, i);
	const struct onnx_text *texts = plan_texts(s->plan, i);

	for (uint64_t r = from; r < from + n; r++, at++) {
		if (!predictor_answers(s, r))
			column_push_null(to, at);
		else if (doubles)
			column_push_float64(to, at, doubles[r]);
		else if (ints)
			column_push_int64(to, at, ints[r]);
		else if (column_push_text(to, at, texts[r].bytes, texts[r].len) < 0)
			return -1;
	}
	return 0;
}

int predictor_rows(struct predictor *s, const struct batch *b, uint64_t from, uint64_t n,
	struct batch *out, struct err *e)
{
	size_t first = s->ncarried + (size_t)s->numbered;
	int rc = 0;

	for (uint64_t k = 0; k < n && s->numbered; k++)
		column_push_uint64(&out->cols[s->ncarried], out->rows + k, s->position++);
	for (size_t i = 0; i < s->ncarried && rc == 0; i++)
		for (uint64_t k = 0; k < n && rc == 0; k++)
			rc = column_push_from(
				&out->cols[i], out->rows + k, &b->cols[s->carried[i]], from + k);
	for (size_t i = 0; i < plan_output_count(s->plan) && rc == 0; i++)
		rc = predictor_output(s, i, from, n, &out->cols[first + i], out->rows);
	if (rc < 0)
		return err_set(e, ERR_DATA, "%d rows hold more than 2 GiB of text", BATCH_ROWS);
	out->rows += n;
	return 0;
}
