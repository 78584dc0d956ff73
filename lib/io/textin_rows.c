/* textin: its rows: converted, judged, and gathered into batches.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "io/textin_state.h"

#define TEXTIN_BATCH ((size_t)32 << 20)
#define ROW_AGAIN 3 /* beside enum row_result: the row asks to begin again with other types */

static int textin_restartable(const struct textin *t)
{
	return t->options.restart && !t->whole && !t->restarted;
}

/* Only what needs no copy is read again for a contradiction: on a pipe the row is bad, and no table
 * of other bytes comes of it. */
static int textin_rereadable(const struct textin *t)
{
	return textin_restartable(t) && t->seekable;
}

/* The types turned out to be wrong: learn from the whole input, then start from the top. 2, as
 * textin_next() returns it, or -1. */
static int textin_restart(struct textin *t, struct err *e)
{
	t->restarted = 1;
	for (size_t i = 0; i < t->n; i++)
		guess_release(&t->cols[i].guess);
	if (textin_start(t, e) < 0 || textin_begin(t, 1, e) < 0)
		return -1;
	return 2;
}

static void textin_because(struct textin *t, const struct textcol *c, const struct cell *cell)
{
	char number[NUM_TEXT];
	size_t len;
	const char *text = cell_text(cell, number, &len);

	buf_addf(&t->why,
		"%s:%llu: column '%s' is not %s as it seemed, because of '%.*s': read again\n",
		lines_name(&t->lines), (unsigned long long)t->row.line, c->name, type_name(c->type),
		(int)(len < INFER_ODD ? len : INFER_ODD), text);
}

/* The type that the column had been given, had inference seen this value. */
static enum type textin_wider(const struct textcol *c, const struct cell *cell)
{
	struct guess g = c->guess;

	g.counts[infer_kind(cell)]++;
	g.total++;
	return guess_type(&g);
}

/* A value that is not of its column's type, with the reason in *e: ROW_BAD, or ROW_AGAIN. */
static int textin_contradicted(
	struct textin *t, const struct textcol *c, const struct cell *cell, struct err *e)
{
	struct err why;
	enum type wider;

	err_prefix(e, "column '%s'", c->name);
	if (c->given || t->whole)
		return ROW_BAD;
	wider = textin_wider(c, cell);
	if (wider == c->type)
		return ROW_BAD;
	if (textin_rereadable(t)) {
		textin_because(t, c, cell);
		return ROW_AGAIN;
	}
	why = *e;
	err_set(e, ERR_DATA,
		"%s, unlike the values before: add '%s: {type: %s}' to the columns of schema.yaml",
		why.text, c->name, type_name(wider));
	return ROW_BAD;
}

/* The row's values, all or none: ROW_GOOD, ROW_BAD or ROW_AGAIN. */
static int textin_convert(struct textin *t, struct err *e)
{
	size_t out = 0;

	if (t->json && t->row.n > t->n && !t->options.only_types) {
		size_t len;
		const char *name = map_key(jsonlin_names(t->json), t->n, &len);

		if (textin_rereadable(t)) {
			buf_addf(&t->why, "%s:%llu: column '%.*s' is new: read again\n",
				lines_name(&t->lines), (unsigned long long)t->row.line, (int)len,
				name);
			return ROW_AGAIN;
		}
		err_set(e, ERR_DATA, "column '%.*s' was in no row before: add it to schema.yaml",
			(int)len, name);
		return ROW_BAD;
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct textcol *c = &t->cols[i];
		enum type type = c->type == TYPE_CATEGORY ? TYPE_STRING : c->type;

		if (c->cell == MAP_NONE)
			continue;
		if (c->unseen && t->row.cells[c->cell].kind != CELL_NULL && textin_restartable(t)) {
			textin_because(t, c, &t->row.cells[c->cell]);
			return ROW_AGAIN;
		}
		if (convert_cell(&t->convert, &t->row.cells[c->cell], type, !c->given,
			    &t->values[out], e) < 0)
			return textin_contradicted(t, c, &t->row.cells[c->cell], e);
		if (c->key && t->values[out].null) {
			err_set(e, ERR_DATA, "column '%s': the key is missing", c->name);
			return ROW_BAD;
		}
		out++;
	}
	return ROW_GOOD;
}

/* Whether a dictionary has outgrown its caps, so that the column must be plain text. */
static int textin_outgrown(struct textin *t)
{
	for (size_t i = 0; i < t->batch.n; i++) {
		const struct dict *d = t->batch.cols[i].dict;

		if (!d || (d->values.n <= INFER_DICT_VALUES &&
				  (!d->values.n ||
					  d->values.offsets[d->values.n] <= INFER_DICT_BYTES)))
			continue;
		buf_addf(&t->why,
			"column '%s' has too many different values for a dictionary: read again\n",
			t->schema.fields[i].name);
		return 1;
	}
	return 0;
}

static int textin_bad(struct textin *t, struct err *e)
{
	struct reject r = {t->row.line, t->row.offset, NULL, t->row.raw, t->row.raw_len};
	struct err reason;

	if (t->row.fault < t->fields) {
		size_t len;
		const char *name = map_key(&t->header, t->row.fault, &len);

		err_prefix(e, "column '%.*s'", (int)len, name);
	}
	if (!t->options.reject)
		return err_prefix(e, "%s:%llu", lines_name(&t->lines), (unsigned long long)r.line);
	reason = *e;
	r.reason = reason.text;
	return t->options.reject(t->options.reject_arg, &r, e);
}

int textin_next(struct textin *t, const struct batch **out, struct err *e)
{
	size_t bytes = 0;

	batch_clear(&t->batch);
	while (!t->ended && t->batch.rows < BATCH_ROWS && bytes < TEXTIN_BATCH) {
		struct err reason = ERR_INIT;
		int rc = (int)textin_row(t, &reason);

		if (rc == ROW_FAILED) {
			*e = reason;
			return -1;
		}
		if (rc == ROW_END) {
			t->ended = 1;
			break;
		}
		if (rc == ROW_GOOD)
			rc = textin_convert(t, &reason);
		if (rc == ROW_AGAIN)
			return textin_restart(t, e);
		if (rc == ROW_BAD) {
			if (textin_bad(t, &reason) < 0) {
				*e = reason;
				return -1;
			}
			continue;
		}
		for (size_t i = 0; i < t->batch.n; i++)
			if (convert_push(&t->batch.cols[i], t->batch.rows, &t->values[i]) < 0)
				return err_set(e, ERR_DATA, "%s:%llu: too much text for one batch",
					lines_name(&t->lines), (unsigned long long)t->row.line);
		t->lines_of[t->batch.rows++] = t->row.line;
		bytes += t->row.raw_len;
	}
	if (textin_outgrown(t) && textin_restartable(t))
		return textin_restart(t, e);
	*out = &t->batch;
	return t->batch.rows ? 1 : 0;
}

int textin_rewind(struct textin *t, struct err *e)
{
	return textin_start(t, e);
}
