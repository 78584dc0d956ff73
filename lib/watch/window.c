/* window: the rows that one run of monitor looks at.
 * SPDX-License-Identifier: MIT
 */
#include "watch/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "watch/feed.h"

struct table { /* one of the window's */
	struct feed *feed;
	size_t *rows, *predictions; /* where the reference's columns are, or SCHEMA_NONE */
	char *mistyped;
	size_t target; /* in the rows, or SCHEMA_NONE */
	int predicted;
};

void window_release(struct window *w)
{
	drift_tallies_free(w->tallies, w->reference);
	w->tallies = NULL;
	perform_release(&w->perform);
	json_decref(w->skew);
	w->skew = NULL;
}

static int is_prediction(const struct drift_column *c)
{
	return strcmp(c->role, "prediction") == 0;
}

static void add_skew(struct window *w, const struct table *t, const struct drift_column *c,
	const struct schema *s)
{
	json_t *one = json_object();
	const char *name = w->label ? w->label : source_name(feed_source(t->feed));
	size_t at = schema_find(s, c->name);

	json_object_set_new(one, "table", json_text(name, strlen(name)));
	json_object_set_new(one, "column", json_text(c->name, strlen(c->name)));
	json_object_set_new(one, "problem", json_string(at == SCHEMA_NONE ? "missing" : "type"));
	json_object_set_new(one, "wanted", json_string(type_name(c->type)));
	if (at != SCHEMA_NONE)
		json_object_set_new(one, "found", json_string(type_name(s->fields[at].type)));
	json_array_append_new(w->skew, one);
}

/* The columns that must be there are those that a model takes, or where nobody knows, all. */
static int check_schema(struct window *w, struct table *t)
{
	const struct drift *d = w->reference;
	size_t before = json_array_size(w->skew);

	drift_bind(d, feed_schema(t->feed), t->rows, t->mistyped);
	for (size_t i = 0; i < d->n; i++) {
		const struct drift_column *c = &d->columns[i];
		int wanted = strcmp(c->role, "input") == 0 || strcmp(c->role, "column") == 0;

		if (t->mistyped[i] || (wanted && t->rows[i] == SCHEMA_NONE))
			add_skew(w, t, c, feed_schema(t->feed));
	}
	return json_array_size(w->skew) == before;
}

static int bind(struct window *w, struct table *t, struct err *e)
{
	const struct drift *d = w->reference;

	t->predicted = feed_predicted(t->feed) || w->model;
	if (!feed_predicted(t->feed) && w->model && feed_predict(t->feed, w->model, e) < 0)
		return -1;
	drift_bind(d, feed_predictions(t->feed), t->predictions, NULL);
	for (size_t i = 0; i < d->n; i++) {
		if (is_prediction(&d->columns[i]))
			t->rows[i] = SCHEMA_NONE;
		else
			t->predictions[i] = SCHEMA_NONE;
	}
	t->target = w->target ? schema_find(feed_schema(t->feed), w->target) : SCHEMA_NONE;
	if (t->target == SCHEMA_NONE || !t->predicted) {
		t->target = SCHEMA_NONE;
		return 0;
	}
	return perform_start(&w->perform, feed_predictions(t->feed), e);
}

static int read_rows(struct window *w, struct table *t, struct err *e)
{
	const struct batch *rows, *predictions;
	int more;

	while ((more = feed_next(t->feed, &rows, &predictions, e)) > 0) {
		drift_count(w->reference, w->tallies, rows, t->rows);
		drift_count(w->reference, w->tallies, predictions, t->predictions);
		if (t->target != SCHEMA_NONE)
			perform_add(&w->perform, &rows->cols[t->target], predictions);
		w->rows += rows->rows;
	}
	return more;
}

int window_add(struct window *w, const char *path,
	int (*done)(void *arg, struct source *source, struct err *e), void *arg, struct err *e)
{
	size_t n = w->reference->n + 1;
	struct table t = {.feed = feed_open(path, w->reference, w->sig, w->torn, e),
		.rows = mem_array(n, sizeof(*t.rows)),
		.predictions = mem_array(n, sizeof(*t.predictions)),
		.mistyped = mem_new(n, 1)};
	int rc = -1;

	if (!w->tallies) {
		w->tallies = drift_tallies_new(w->reference);
		w->skew = json_array();
	}
	if (!t.feed)
		goto end;
	if (!check_schema(w, &t))
		rc = 0;
	else if (bind(w, &t, e) == 0 && read_rows(w, &t, e) == 0)
		rc = done ? done(arg, feed_source(t.feed), e) : 0;
end:
	feed_close(t.feed);
	free(t.rows);
	free(t.predictions);
	free(t.mistyped);
	return rc;
}
