/* intake: what a raw table becomes when it enters.
 * SPDX-License-Identifier: MIT
 */
#include "io/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/lineage.h"

#define INTAKE_ROW "_row"

struct intake {
	const struct contract *contract; /* or NULL */
	const char *key_name, *target;	 /* or NULL */
	const char *const *nulls;	 /* or NULL */
	const struct source *source;
	struct schema schema; /* of the result */
	struct batch batch;   /* columns borrowed from the source, and _row */
	struct column *row;   /* the column _row, last in batch, or NULL */
	size_t key;	      /* column whose nulls are an error, or SCHEMA_NONE */
	uint64_t rows;	      /* so far */
};

struct intake *intake_new(
	const struct contract *c, const char *key, const char *target, const char *const *nulls)
{
	struct intake *in = mem_new(1, sizeof(*in));

	in->contract = c;
	in->key_name = key;
	in->target = target;
	in->nulls = nulls;
	in->key = SCHEMA_NONE;
	return in;
}

/* The columns of a batch of ours belong to the source, all but the last. */
static void intake_drop(struct intake *in)
{
	if (in->row)
		memset(in->batch.cols, 0, (in->batch.n - 1) * sizeof(*in->batch.cols));
	batch_release(&in->batch);
	in->row = NULL;
	in->rows = 0;
	schema_release(&in->schema);
}

void intake_free(struct intake *in)
{
	if (!in)
		return;
	intake_drop(in);
	free(in);
}

const struct schema *intake_schema(const struct intake *in)
{
	return &in->schema;
}

static int intake_role(struct schema *s, const char *column, const char *role, struct err *e)
{
	size_t at;

	if (!column)
		return 0;
	if (schema_need(s, column, &at, e) < 0)
		return -1;
	notes_set(&s->fields[at].notes, "pawl.role", role);
	return 0;
}

static int intake_roles(struct intake *in, struct err *e)
{
	const char *name = source_name(in->source);

	if (in->contract) {
		if (contract_conform(in->contract, &in->schema, name, e) < 0)
			return -1;
		contract_apply_roles(in->contract, &in->schema);
	} else if (intake_role(&in->schema, in->key_name, "key", e) < 0 ||
		   intake_role(&in->schema, in->target, "target", e) < 0) {
		return err_prefix(e, "%s", name);
	}
	in->key = schema_role(&in->schema, "key");
	return 0;
}

static void add_tokens(json_t *list, const char *const *tokens)
{
	for (size_t i = 0; tokens && tokens[i]; i++)
		if (*tokens[i])
			json_array_append_new(list, json_string(tokens[i]));
}

/* What the tokens were goes with the table, as far as the model that is made of it. */
static void intake_note_nulls(struct intake *in)
{
	json_t *list = json_array();
	struct buf text = BUF_INIT;

	add_tokens(list, in->nulls);
	if (!in->contract)
		add_tokens(list, source_nulls(in->source));
	if (json_array_size(list)) {
		json_canonical(list, &text);
		notes_set(&in->schema.notes, NULLS_KEY, text.data);
	}
	buf_release(&text);
	json_decref(list);
}

int intake_start(struct intake *in, struct source *source, struct err *e)
{
	int numbered;

	intake_drop(in);
	in->source = source;
	schema_copy(&in->schema, source_schema(source));
	if (schema_unique(&in->schema, e) < 0 || intake_roles(in, e) < 0)
		return -1;
	intake_note_nulls(in);
	numbered = in->key == SCHEMA_NONE && schema_role(&in->schema, "row") == SCHEMA_NONE;
	if (numbered && schema_find(&in->schema, INTAKE_ROW) != SCHEMA_NONE)
		return err_set(e, ERR_DATA,
			"%s: a column is called '_row', as pawl calls the position of a row; "
			"--key _row makes it the key",
			source_name(source));
	if (numbered)
		notes_set(&schema_add(&in->schema, INTAKE_ROW, TYPE_UINT64)->notes, "pawl.role",
			"row");
	batch_init(&in->batch, &in->schema);
	if (numbered)
		in->row = &in->batch.cols[in->schema.n - 1];
	return 0;
}

/* Text has been checked row by row, with its lines; an Arrow input has none. */
static int intake_check_key(const struct intake *in, const struct batch *b, struct err *e)
{
	const struct column *c;

	if (in->key == SCHEMA_NONE)
		return 0;
	c = &b->cols[in->key];
	for (uint64_t row = 0; row < b->rows; row++)
		if (!column_valid(c, row))
			return err_set(e, ERR_DATA, "%s: row %llu: column '%s': the key is missing",
				source_name(in->source), (unsigned long long)(in->rows + row + 1),
				in->schema.fields[in->key].name);
	return 0;
}

int intake_batch(struct intake *in, const struct batch *b, const struct batch **out, struct err *e)
{
	if (intake_check_key(in, b, e) < 0)
		return -1;
	*out = b;
	if (in->row) {
		memcpy(in->batch.cols, b->cols, b->n * sizeof(*b->cols));
		in->row->nulls = 0;
		for (uint64_t row = 0; row < b->rows; row++)
			column_push_uint64(in->row, row, in->rows + row);
		in->batch.rows = b->rows;
		*out = &in->batch;
	}
	in->rows += b->rows;
	return 0;
}
