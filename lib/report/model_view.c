/* model_view: versions of registered models and their history as JSON, and as text for people.
 * SPDX-License-Identifier: MIT
 */
#include "report/model_view.h"

#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/when.h"
#include "store/place.h"
#include "store/runs.h"

static void model_view_text(json_t *out, const char *key, const char *text)
{
	json_object_set_new(out, key, json_text(text, strlen(text)));
}

static json_t *model_view_of(const struct version *v, const json_t *aliases, struct err *e)
{
	json_t *tags = runs_values(v->dir, "tags", e), *out, *list, *number;
	char created[WHEN_TEXT];
	const char *alias;

	if (!tags)
		return NULL;
	list = json_array();
	json_object_foreach((json_t *)(uintptr_t)aliases, alias, number)
	{
		if (json_integer_value(number) == v->number)
			json_array_append_new(list, json_string(alias));
	}
	when_time(v->created, created);
	out = json_object();
	model_view_text(out, "name", v->name);
	json_object_set_new(out, "version", json_integer(v->number));
	json_object_set_new(out, "aliases", list);
	model_view_text(out, "stage", v->stage);
	model_view_text(out, "created", created);
	model_view_text(out, "run", v->run);
	model_view_text(out, "user", v->user);
	model_view_text(out, "sha256", v->sha256);
	model_view_text(out, "path", v->model);
	json_object_set_new(out, "tags", tags);
	return out;
}

json_t *model_view_find(const char *home, const char *spec, struct err *e)
{
	json_t *aliases = NULL, *out = NULL;
	struct version v = {0};

	if (registry_find(home, spec, &v, e) == 0)
		aliases = registry_aliases(home, v.name, e);
	if (aliases)
		out = model_view_of(&v, aliases, e);
	json_decref(aliases);
	version_release(&v);
	return out;
}

static int model_view_add(const char *home, const char *name, json_t *list, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	json_t *aliases = registry_aliases(home, name, e);
	int rc = aliases ? registry_versions(home, name, &all, e) : -1;

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		json_t *one = model_view_of(&all.items[i], aliases, e);

		rc = one ? json_array_append_new(list, one) : -1;
	}
	versions_release(&all);
	json_decref(aliases);
	return rc;
}

json_t *model_view_list(const char *home, const char *name, struct err *e)
{
	json_t *list = json_array();
	char **names = NULL;
	size_t n = 0;
	int rc;

	if (name) {
		rc = registry_need(home, name, e);
		if (rc == 0)
			rc = model_view_add(home, name, list, e);
	} else {
		names = registry_names(home, &n, e);
		rc = names ? 0 : -1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = model_view_add(home, names[i], list, e);
	place_names_free(names, n);
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

/* "@champion @mine", or "-". */
static void model_view_aliases(struct grid *t, const json_t *list)
{
	struct buf line = BUF_INIT;
	const json_t *alias;
	size_t i;

	json_array_foreach(list, i, alias)
	{
		buf_addf(&line, "%s@%s", i ? " " : "", json_string_value(alias));
	}
	grid_add(t, line.len ? line.data : "-");
	buf_release(&line);
}

/* At most `most` bytes (0: all) of a member, or "-". */
static void model_view_cell(struct grid *t, const json_t *version, const char *key, int most)
{
	const char *text = json_str(version, key, "");

	if (*text)
		grid_addf(t, "%.*s", most ? most : (int)strlen(text), text);
	else
		grid_add(t, "-");
}

void model_view_table(const json_t *list, size_t width, struct buf *out)
{
	static const char *const head[] = {
		"version", "aliases", "registered (UTC)", "sha256", "run"};
	struct grid t = GRID_OF(5);
	const json_t *v;
	size_t i;

	for (i = 0; json_array_size(list) && i < 5; i++)
		grid_add(&t, head[i]);
	json_array_foreach(list, i, v)
	{
		grid_addf(&t, "%s/%lld", json_str(v, "name", ""), json_int(v, "version", 0));
		model_view_aliases(&t, json_object_get(v, "aliases"));
		model_view_cell(&t, v, "created", 0);
		model_view_cell(&t, v, "sha256", 12);
		model_view_cell(&t, v, "run", 0);
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
}

void model_view_print(const json_t *version, size_t width, struct buf *out)
{
	struct grid t = GRID_OF(2);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)version, key, value)
	{
		if (json_is_object(value))
			continue;
		grid_add(&t, key);
		if (json_is_array(value))
			model_view_aliases(&t, value);
		else if (json_is_integer(value))
			grid_addf(&t, "%lld", (long long)json_integer_value(value));
		else
			model_view_cell(&t, version, key, 0);
	}
	json_object_foreach(json_object_get(version, "tags"), key, value)
	{
		if (strcmp(key, "pawl.sha256") == 0) /* it is said above */
			continue;
		grid_add(&t, key);
		grid_add(&t, json_string_value(value));
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
}

void model_view_history(const json_t *events, size_t width, struct buf *out)
{
	struct grid t = GRID_OF(6);
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		long long from = json_int(event, "from", 0), to = json_int(event, "to", 0);
		const char *alias = json_str(event, "alias", NULL);

		grid_addf(&t, "%.19sZ", json_str(event, "time", "?"));
		grid_add(&t, json_str(event, "who", "?"));
		grid_add(&t, json_str(event, "event", "?"));
		if (json_int(event, "version", 0))
			grid_addf(&t, "version %lld", json_int(event, "version", 0));
		else
			grid_add(&t, "-");
		if (!alias || (from == to && from))
			grid_add(&t, "-");
		else if (from && to)
			grid_addf(&t, "@%s %lld -> %lld", alias, from, to);
		else if (to)
			grid_addf(&t, "@%s -> %lld", alias, to);
		else
			grid_addf(&t, "@%s %lld -> none", alias, from);
		grid_add(&t, json_str(event, "why", ""));
	}
	grid_print(&t, 0, 1, width, out);
	grid_release(&t);
}
