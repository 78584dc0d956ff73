/* describe: artifacts as text for people: reports, lineage, the columns of a table.
 * SPDX-License-Identifier: MIT
 */
#include "report/describe.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/grid.h"

#define DESCRIBE_ROWS 40  /* of a list, before it is cut */
#define DESCRIBE_SHORT 12 /* digits of a sha256 that are shown in lineage */

static int is_scalar(const json_t *v)
{
	return !json_is_object(v) && !json_is_array(v);
}

/* A scalar as text; numbers to nine digits, which is what a person can use. */
static void add_scalar(struct grid *g, const json_t *v)
{
	char text[NUM_TEXT];

	if (json_is_string(v)) {
		grid_add(g, json_string_value(v));
	} else if (json_is_integer(v)) {
		num_print_int64(json_integer_value(v), text);
		grid_add(g, text);
	} else if (json_is_real(v)) {
		char *number = mem_printf("%.9g", json_real_value(v));

		grid_add(g, number);
		free(number);
	} else {
		grid_add(g, json_is_true(v) ? "true" : json_is_false(v) ? "false" : "");
	}
}

static void add_any(struct grid *g, const json_t *v)
{
	struct buf text = BUF_INIT;

	if (is_scalar(v)) {
		add_scalar(g, v);
		return;
	}
	json_canonical(v, &text);
	grid_add(g, text.data);
	buf_release(&text);
}

static void heading(struct buf *out, const char *name)
{
	if (out->len)
		buf_addc(out, '\n');
	buf_addf(out, "%s\n", name);
}

static void put_scalars(const json_t *object, size_t indent, size_t width, struct buf *out)
{
	struct grid g = GRID_OF(2);
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)object, key, v)
	{
		if (!is_scalar(v))
			continue;
		grid_add(&g, key);
		add_scalar(&g, v);
	}
	grid_print(&g, indent, 0, width, out);
	grid_release(&g);
}

/* The metrics, and what the baseline reaches. */
static void put_metrics(const json_t *report, size_t width, struct buf *out)
{
	const json_t *baseline = json_object_get(report, "baseline");
	json_t *metrics = json_object_get(report, "metrics"), *v;
	struct grid g = GRID_OF(3);
	const char *key;

	grid_add(&g, "metric");
	grid_add(&g, "model");
	grid_add(&g, "baseline");
	json_object_foreach(metrics, key, v)
	{
		grid_add(&g, key);
		add_any(&g, v);
		add_any(&g, json_object_get(baseline, key));
	}
	heading(out, "metrics");
	grid_print(&g, 2, 1, width, out);
	grid_release(&g);
}

/* The members that hold a scalar in every item that has them become the columns. */
static void put_items(const json_t *items, size_t width, struct buf *out)
{
	struct map names = MAP_INIT;
	struct grid g = GRID_OF(0);
	size_t n = json_array_size(items), shown = n < DESCRIBE_ROWS ? n : DESCRIBE_ROWS;

	for (size_t i = 0; i < shown; i++) {
		const char *key;
		json_t *v;

		json_object_foreach(json_array_get(items, i), key, v)
		{
			if (is_scalar(v))
				map_add(&names, key, strlen(key), NULL);
		}
	}
	g.columns = names.n;
	for (size_t i = 0; i < (shown + 1) * names.n; i++) {
		size_t len;
		const char *text = map_key(&names, i % names.n, &len);
		char *name = mem_strndup(text, len);

		if (i < names.n)
			grid_add(&g, name);
		else
			add_any(&g, json_object_get(json_array_get(items, i / names.n - 1), name));
		free(name);
	}
	if (names.n)
		grid_print(&g, 2, 1, width, out);
	if (shown < n)
		buf_addf(out, "  ... %zu more\n", n - shown);
	grid_release(&g);
	map_release(&names);
}

static void put_member(const char *name, const json_t *v, size_t width, struct buf *out)
{
	struct grid g = GRID_OF(1);

	heading(out, name);
	if (json_is_array(v) && json_is_object(json_array_get(v, 0))) {
		put_items(v, width, out);
	} else if (json_is_object(v) && json_object_size(v)) {
		const char *key;
		json_t *inner;

		put_scalars(v, 2, width, out);
		g.columns = 2;
		json_object_foreach((json_t *)(uintptr_t)v, key, inner)
		{
			if (is_scalar(inner))
				continue;
			grid_add(&g, key);
			add_any(&g, inner);
		}
		grid_print(&g, 2, 0, width, out);
	} else {
		add_any(&g, v);
		grid_print(&g, 2, 0, width, out);
	}
	grid_release(&g);
}

void describe_report(const json_t *report, size_t width, struct buf *out)
{
	int metrics = json_is_object(json_object_get(report, "metrics"));
	const char *key;
	json_t *v;

	put_scalars(report, 0, width, out);
	if (metrics)
		put_metrics(report, width, out);
	json_object_foreach((json_t *)(uintptr_t)report, key, v)
	{
		if (is_scalar(v) || strcmp(key, "lineage") == 0 ||
			(metrics && (strcmp(key, "metrics") == 0 || strcmp(key, "baseline") == 0)))
			continue;
		put_member(key, v, width, out);
	}
}

/* On a terminal the first digits do. */
static void add_hash(struct grid *g, const char *label, const char *sha256, size_t width)
{
	char *text = mem_strndup(sha256, width ? DESCRIBE_SHORT : strlen(sha256));

	grid_add(g, "");
	grid_add(g, label);
	grid_add(g, text);
	free(text);
}

void describe_lineage(const json_t *lineage, size_t width, struct buf *out)
{
	const json_t *steps = json_object_get(lineage, "steps");
	struct grid g = GRID_OF(3);

	if (!json_array_size(steps)) {
		buf_adds(out, "no lineage: not made by pawl, or an export\n");
		return;
	}
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i),
			     *inputs = json_object_get(step, "inputs");
		const char *key, *made = json_str(step, "output", NULL);
		json_t *v;

		grid_add(&g, json_str(step, "tool", "?"));
		grid_add(&g, "result version");
		add_any(&g, json_object_get(step, "result"));
		for (size_t k = 0; k < json_array_size(inputs); k++) {
			const json_t *input = json_array_get(inputs, k);
			char *label = mem_printf("from %s", json_str(input, "role", "?"));

			add_hash(&g, label, json_str(input, "sha256", "?"), width);
			free(label);
		}
		json_object_foreach(json_object_get(step, "params"), key, v)
		{
			grid_add(&g, "");
			grid_add(&g, key);
			add_any(&g, v);
		}
		if (made)
			add_hash(&g, "made", made, width);
	}
	grid_print(&g, 0, 0, width, out);
	grid_release(&g);
}

void describe_schema(const struct schema *s, size_t width, struct buf *out)
{
	struct grid g = GRID_OF(4);

	grid_add(&g, "column");
	grid_add(&g, "type");
	grid_add(&g, "role");
	grid_add(&g, "encoding");
	for (size_t i = 0; i < s->n; i++) {
		grid_add(&g, s->fields[i].name);
		grid_add(&g, type_name(s->fields[i].type));
		grid_add(&g, notes_get(&s->fields[i].notes, "pawl.role"));
		grid_add(&g, notes_get(&s->fields[i].notes, "pawl.encoding"));
	}
	grid_print(&g, 0, 1, width, out);
	grid_release(&g);
}
