/* reference: how the rows that a model was trained on are distributed.
 * SPDX-License-Identifier: MIT
 */
#include "watch/reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "watch/feed.h"

struct build {
	struct drift drift;
	struct signature sig;
	struct feed *feed;
	size_t *rows, *predictions; /* where a column is in each batch, or SCHEMA_NONE */
};

static void add(struct drift *d, const char *name, const char *role, enum type type)
{
	if (drift_takes(type) && drift_find(d, name) == SCHEMA_NONE)
		drift_add(d, name, role, type);
}

static void add_column(struct build *b, const struct field *f, int model)
{
	const char *role = notes_get(&f->notes, "pawl.role");
	const struct signature_input *in = NULL;

	for (size_t i = 0; model && i < b->sig.ninputs; i++)
		if (strcmp(b->sig.inputs[i].name, f->name) == 0)
			in = &b->sig.inputs[i];
	if (model && b->sig.target && strcmp(b->sig.target, f->name) == 0)
		add(&b->drift, f->name, "target", f->type);
	else if (model && in && !in->role)
		add(&b->drift, f->name, "input", f->type);
	else if (!model && (!role || strcmp(role, "target") == 0) && f->name[0] != '_')
		add(&b->drift, f->name, role ? role : "column", f->type);
}

static void add_predictions(struct build *b, const struct schema *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		int probability = strncmp(f->name, FEED_PROBABILITY, strlen(FEED_PROBABILITY)) == 0;

		if (notes_get(&f->notes, "pawl.role"))
			continue;
		if (strcmp(f->name, FEED_PREDICTION) == 0 ||
			(probability && b->sig.nclasses <= REFERENCE_CLASSES))
			add(&b->drift, f->name, "prediction", f->type);
	}
}

/* Which batch has which column: predictions come from the model's. */
static void bind(struct build *b, int model)
{
	struct drift *d = &b->drift;

	b->rows = mem_array(d->n + 1, sizeof(*b->rows));
	b->predictions = mem_array(d->n + 1, sizeof(*b->predictions));
	drift_bind(d, feed_schema(b->feed), b->rows, NULL);
	drift_bind(d, feed_predictions(b->feed), b->predictions, NULL);
	for (size_t i = 0; i < d->n; i++) {
		if (model && strcmp(d->columns[i].role, "prediction") == 0)
			b->rows[i] = SCHEMA_NONE;
		else
			b->predictions[i] = SCHEMA_NONE;
	}
}

static int build(struct build *b, struct err *e)
{
	const struct batch *rows, *predictions;
	int more;

	source_keep(feed_source(b->feed));
	while ((more = feed_next(b->feed, &rows, &predictions, e)) > 0) {
		drift_look(&b->drift, rows, b->rows);
		drift_look(&b->drift, predictions, b->predictions);
		b->drift.rows += rows->rows;
	}
	if (more < 0)
		return -1;
	if (b->drift.rows == 0)
		return err_set(e, ERR_FEW, "'%s' has no rows", source_name(feed_source(b->feed)));
	drift_settle(&b->drift);
	if (feed_rewind(b->feed, e) < 0)
		return -1;
	while ((more = feed_next(b->feed, &rows, &predictions, e)) > 0) {
		drift_count_reference(&b->drift, rows, b->rows);
		drift_count_reference(&b->drift, predictions, b->predictions);
	}
	return more;
}

static void note_nulls(struct build *b)
{
	const char *text = notes_get(&feed_schema(b->feed)->notes, NULLS_KEY);
	struct err unused = ERR_INIT;

	if (text)
		b->drift.nulls = json_parse(text, strlen(text), NULLS_KEY, &unused);
}

int reference_build(
	struct drift *d, const char *path, const struct onnx_model *model, struct err *e)
{
	struct build b = {.drift = DRIFT_INIT, .sig = SIGNATURE_INIT};
	int rc = -1;

	if (model && signature_get(&b.sig, model, e) < 0)
		goto end;
	b.feed = feed_open(path, NULL, model ? &b.sig : NULL, 0, e);
	if (!b.feed || (model && feed_predict(b.feed, model, e) < 0))
		goto end;
	for (size_t i = 0; i < feed_schema(b.feed)->n; i++)
		add_column(&b, &feed_schema(b.feed)->fields[i], model != NULL);
	if (model)
		add_predictions(&b, feed_predictions(b.feed));
	if (b.drift.n == 0) {
		err_set(e, ERR_DATA, "'%s' has no column of numbers or text to compare", path);
		goto end;
	}
	note_nulls(&b);
	bind(&b, model != NULL);
	rc = build(&b, e);
	if (rc == 0) {
		drift_release(d);
		*d = b.drift;
		b.drift = (struct drift)DRIFT_INIT;
	}
end:
	feed_close(b.feed);
	signature_release(&b.sig);
	drift_release(&b.drift);
	free(b.rows);
	free(b.predictions);
	return rc;
}

json_t *reference_read(const char *path)
{
	struct buf text = BUF_INIT;
	struct err unused = ERR_INIT;
	json_t *out = NULL;
	size_t at = 0;

	if (file_read(path, (size_t)64 << 20, &text, &unused) == 0) {
		while (at < text.len && strchr(" \t\r\n", text.data[at]))
			at++;
		if (at < text.len && text.data[at] == '{')
			out = json_parse(text.data, text.len, path, &unused);
	}
	buf_release(&text);
	if (out && json_object_get(out, "rows") && json_object_get(out, "columns"))
		return out;
	json_decref(out);
	return NULL;
}
