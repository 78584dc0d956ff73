/* drift_json: the reference as JSON, and back with every claim checked.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "stat/drift.h"

#define COLUMNS 100000

static json_t *column_json(const struct drift_column *c)
{
	json_t *out = json_object(), *list = json_array(), *counts = json_array();
	size_t len;

	json_object_set_new(out, "name", json_text(c->name, strlen(c->name)));
	json_object_set_new(out, "role", json_string(c->role));
	json_object_set_new(out, "type", json_string(type_name(c->type)));
	json_object_set_new(out, "missing", json_integer((json_int_t)c->reference.missing));
	if (c->kind == DRIFT_NUMBER) {
		for (size_t i = 0; i < c->n; i++)
			json_array_append_new(list, json_number(c->grid[i]));
		json_object_set_new(out, "grid", list);
	} else {
		for (size_t i = 0; i < c->values.n; i++) {
			const char *value = map_key(&c->values, i, &len);

			json_array_append_new(list, json_text(value, len));
		}
		json_object_set_new(out, "values", list);
		json_object_set_new(out, "complete", json_boolean(c->complete));
	}
	for (size_t i = 0; i < drift_cells(c); i++)
		json_array_append_new(counts, json_integer((json_int_t)c->reference.cells[i]));
	json_object_set_new(out, "counts", counts);
	return out;
}

json_t *drift_json(const struct drift *d)
{
	json_t *out = json_object(), *columns = json_array();

	json_object_set_new(out, "rows", json_integer((json_int_t)d->rows));
	if (d->nulls)
		json_object_set(out, "nulls", d->nulls);
	for (size_t i = 0; i < d->n; i++)
		json_array_append_new(columns, column_json(&d->columns[i]));
	json_object_set_new(out, "columns", columns);
	return out;
}

static int parse_count(const json_t *value, uint64_t *out)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return -1;
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

static int parse_grid(struct drift_column *c, const json_t *grid)
{
	size_t n = json_array_size(grid);

	if (!json_is_array(grid) || n > DRIFT_GRID)
		return -1;
	c->grid = mem_array(n + 1, sizeof(*c->grid));
	for (size_t i = 0; i < n; i++) {
		double x = json_is_number(json_array_get(grid, i))
				   ? json_number_value(json_array_get(grid, i))
				   : NAN;

		if (!isfinite(x) || (i && x <= c->grid[i - 1]))
			return -1;
		c->grid[i] = x;
	}
	c->n = n;
	return 0;
}

static int parse_values(struct drift_column *c, const json_t *values, const json_t *complete)
{
	size_t n = json_array_size(values);

	if (!json_is_array(values) || n > DRIFT_CATEGORIES || !json_is_boolean(complete))
		return -1;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(values, i);
		int is_new = 0;

		if (json_is_string(value))
			map_add(&c->values, json_string_value(value), json_string_length(value),
				&is_new);
		if (!is_new)
			return -1;
	}
	c->complete = json_is_true(complete);
	return 0;
}

static int parse_column(struct drift *d, const json_t *json)
{
	const char *name = json_str(json, "name", NULL), *role = json_str(json, "role", NULL);
	const char *type_text = json_str(json, "type", "");
	const json_t *counts = json_object_get(json, "counts");
	struct drift_column *c;
	enum type type;

	if (!name || !role || type_of_name(type_text, &type) < 0 || !drift_takes(type))
		return -1;
	MEM_ROOM(d->columns, d->n, d->cap);
	c = &d->columns[d->n++];
	*c = (struct drift_column){.name = mem_strdup(name),
		.role = mem_strdup(role),
		.type = type,
		.kind = type_is_number(type) ? DRIFT_NUMBER : DRIFT_CATEGORY};
	if (parse_count(json_object_get(json, "missing"), &c->reference.missing) < 0)
		return -1;
	if (c->kind == DRIFT_NUMBER ? parse_grid(c, json_object_get(json, "grid")) < 0
				    : parse_values(c, json_object_get(json, "values"),
					      json_object_get(json, "complete")) < 0)
		return -1;
	if (!json_is_array(counts) || json_array_size(counts) != drift_cells(c))
		return -1;
	c->reference.cells = mem_new(drift_cells(c), sizeof(*c->reference.cells));
	for (size_t i = 0; i < drift_cells(c); i++)
		if (parse_count(json_array_get(counts, i), &c->reference.cells[i]) < 0)
			return -1;
	return 0;
}

/* The counts of each column are of as many rows as the table has. */
static int parse_total(const struct drift *d, const struct drift_column *c)
{
	uint64_t left = d->rows;

	if (c->reference.missing > left)
		return -1;
	left -= c->reference.missing;
	for (size_t i = 0; i < drift_cells(c); i++) {
		if (c->reference.cells[i] > left)
			return -1;
		left -= c->reference.cells[i];
	}
	return left ? -1 : 0;
}

int drift_parse(struct drift *out, const json_t *json, struct err *e)
{
	const json_t *columns = json_object_get(json, "columns");
	const json_t *nulls = json_object_get(json, "nulls");
	struct drift d = DRIFT_INIT;

	if (parse_count(json_object_get(json, "rows"), &d.rows) < 0 || !json_is_array(columns) ||
		json_array_size(columns) > COLUMNS || (nulls && !json_is_array(nulls)))
		return err_set(e, ERR_DATA, "this is no reference of 'pawl monitor'");
	for (size_t i = 0; i < json_array_size(columns); i++) {
		if (parse_column(&d, json_array_get(columns, i)) == 0 &&
			parse_total(&d, &d.columns[d.n - 1]) == 0)
			continue;
		drift_release(&d);
		return err_set(e, ERR_DATA, "column %zu of the reference is malformed", i + 1);
	}
	d.nulls = json_deep_copy(nulls);
	drift_release(out);
	*out = d;
	return 0;
}
