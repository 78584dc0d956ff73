/* apply: a table through a transform.
 * SPDX-License-Identifier: MIT
 */
#include "feat/apply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define APPLY_UNKNOWN INT32_MIN /* an index of the table's dictionary not looked up yet */

struct apply {
	const struct transform *t;
	struct schema schema; /* of the feature frame */
	size_t *carried;      /* [ncarried] columns of the table */
	size_t ncarried;
	size_t *features; /* [t->n] columns of the table */
	int32_t *codes;	  /* of the entries of a table's dictionary */
	size_t codes_cap;
};

void apply_free(struct apply *a)
{
	if (!a)
		return;
	schema_release(&a->schema);
	free(a->carried);
	free(a->features);
	free(a->codes);
	free(a);
}

const struct schema *apply_schema(const struct apply *a)
{
	return &a->schema;
}

static int apply_feature(struct apply *a, size_t i, const struct schema *in, struct err *e)
{
	const struct feature *f = &a->t->features[i];
	struct field *out;
	enum type type;
	size_t at;

	if (schema_need(in, f->name, &at, e) < 0)
		return -1;
	type = in->fields[at].type;
	/* A column without any value has no type of its own. */
	if (type != TYPE_NULL && (f->categories ? !type_is_text(type) : !transform_takes(type)))
		return err_set(e, ERR_DATA,
			"column '%s' is of type %s, but the features were fitted on %s", f->name,
			type_name(type), type_name(f->type));
	a->features[i] = at;
	out = schema_add(&a->schema, f->name, f->categories ? TYPE_CATEGORY : TYPE_FLOAT64);
	if (f->categories) {
		char *note =
			mem_printf("{\"categories\":%zu,\"kind\":\"onehot\"}", feature_width(f));

		notes_set(&out->notes, TRANSFORM_ENCODING, note);
		free(note);
	}
	return 0;
}

struct apply *apply_new(const struct transform *t, const struct schema *in, struct err *e)
{
	struct apply *a = mem_new(1, sizeof(*a));

	a->t = t;
	a->carried = mem_new(t->ncarried + 1, sizeof(*a->carried));
	a->features = mem_new(t->n + 1, sizeof(*a->features));
	for (size_t i = 0; i < t->ncarried; i++) {
		size_t at = schema_find(in, t->carried[i].name);
		struct field *f;

		if (at == SCHEMA_NONE)
			continue;
		a->carried[a->ncarried++] = at;
		f = schema_add(&a->schema, t->carried[i].name, in->fields[at].type);
		notes_set(&f->notes, "pawl.role", t->carried[i].role);
	}
	for (size_t i = 0; i < t->n; i++) {
		if (apply_feature(a, i, in, e) < 0) {
			apply_free(a);
			return NULL;
		}
	}
	return a;
}

void apply_init(const struct apply *a, struct batch *out)
{
	batch_init(out, &a->schema);
	for (size_t i = 0; i < a->t->n; i++) {
		struct column *c = &out->cols[a->ncarried + i];

		if (!a->t->features[i].categories)
			continue;
		dict_unref(c->dict);
		c->dict = dict_ref(a->t->features[i].categories);
	}
}

/* A null stands for the zero vector. */
static void apply_push(struct column *to, uint64_t at, int32_t code)
{
	if (code < 0)
		column_push_null(to, at);
	else
		column_push_index(to, at, code);
}

static void apply_category(struct apply *a, const struct feature *f, const struct column *in,
	uint64_t from, size_t n, struct column *to, uint64_t at)
{
	size_t entries = in->type == TYPE_CATEGORY && in->dict ? in->dict->values.n : 0;

	if (a->codes_cap < entries) {
		a->codes_cap = entries;
		a->codes = mem_grow(a->codes, entries, sizeof(*a->codes));
	}
	/* Each entry of the dictionary is looked up once, where it is met often enough. */
	if (entries > n)
		entries = 0;
	for (size_t i = 0; i < entries; i++)
		a->codes[i] = APPLY_UNKNOWN;
	for (uint64_t i = from; i < from + n; i++, at++) {
		size_t len;
		const char *text;
		int32_t code;

		if (!column_valid(in, i)) {
			apply_push(to, at, f->missing);
			continue;
		}
		if (entries && a->codes[in->i32[i]] != APPLY_UNKNOWN) {
			apply_push(to, at, a->codes[in->i32[i]]);
			continue;
		}
		text = column_text(in, i, &len);
		code = feature_category(f, text, len);
		if (entries)
			a->codes[in->i32[i]] = code;
		apply_push(to, at, code);
	}
}

static int apply_number(const struct feature *f, const struct column *in, uint64_t from, size_t n,
	uint64_t row, struct column *to, uint64_t at, struct err *e)
{
	double *out;

	column_reserve(to, at + n, 0);
	out = to->f64 + at;
	if (feature_values(f, in, from, n, row, out, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (isfinite(out[i]))
			continue;
		if (isnan(out[i]))
			return err_set(e, ERR_DATA,
				"column '%s': row %llu has no value: let its rule begin with "
				"{impute: median}",
				f->name, (unsigned long long)(row + i + 1));
		return err_set(e, ERR_DATA, "column '%s': the feature of row %llu is not finite",
			f->name, (unsigned long long)(row + i + 1));
	}
	return 0;
}

int apply_rows(struct apply *a, const struct batch *in, uint64_t from, size_t n, uint64_t row,
	struct batch *out, struct err *e)
{
	for (size_t i = 0; i < a->ncarried; i++)
		for (size_t k = 0; k < n; k++)
			if (column_push_from(&out->cols[i], out->rows + k, &in->cols[a->carried[i]],
				    from + k) < 0)
				return err_set(e, ERR_DATA, "%d rows hold more than 2 GiB of text",
					BATCH_ROWS);
	for (size_t i = 0; i < a->t->n; i++) {
		const struct feature *f = &a->t->features[i];
		const struct column *source = &in->cols[a->features[i]];
		struct column *to = &out->cols[a->ncarried + i];

		if (f->categories)
			apply_category(a, f, source, from, n, to, out->rows);
		else if (apply_number(f, source, from, n, row, to, out->rows, e) < 0)
			return -1;
	}
	out->rows += n;
	return 0;
}
