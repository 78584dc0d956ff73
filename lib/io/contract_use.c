/* contract: what others take from it: parameters for lineage and keys, types for text, roles,
 * and whether a table has its columns.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/contract.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_text(text, strlen(text)));
}

/* Numbers stay numbers; what JSON has no number for (dates, an uint64 beyond int64) is text. */
static json_t *number_json(const struct contract_column *col, union contract_number v)
{
	struct buf text = BUF_INIT;
	json_t *value;

	if (col->type == TYPE_FLOAT64)
		return json_number(v.f64);
	if (col->type == TYPE_INT64 || (col->type == TYPE_UINT64 && v.u64 <= INT64_MAX))
		return json_integer((json_int_t)v.i64);
	contract_print(col, v, &text);
	value = json_text(text.data, text.len);
	buf_release(&text);
	return value;
}

static json_t *values_json(const struct contract_column *col)
{
	json_t *list = json_array();
	union contract_number v;

	for (size_t i = 0; i < col->values.n; i++) {
		size_t len;
		const char *key = map_key(&col->values, i, &len);

		if (col->type == TYPE_STRING) {
			json_array_append_new(list, json_text(key, len));
		} else {
			memcpy(&v, key, sizeof(v));
			json_array_append_new(list, number_json(col, v));
		}
	}
	return list;
}

static json_t *column_json(const struct contract_column *col, int rules)
{
	json_t *o = json_object();

	set_text(o, "name", col->name);
	set_text(o, "type", type_name(col->type));
	if (col->optional)
		json_object_set_new(o, "optional", json_true());
	if (!rules)
		return o;
	if (col->missing > 0)
		json_object_set_new(o, "missing", json_number(col->missing));
	if (col->has_min)
		json_object_set_new(o, "min", number_json(col, col->min));
	if (col->has_max)
		json_object_set_new(o, "max", number_json(col, col->max));
	if (col->values.n)
		json_object_set_new(o, "values", values_json(col));
	if (col->unique)
		json_object_set_new(o, "unique", json_true());
	return o;
}

static json_t *contract_params(const struct contract *c, int rules)
{
	json_t *o = json_object(), *columns = json_array(), *nulls = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(columns, column_json(&c->columns[i], rules));
	for (size_t i = 0; i < c->nnulls; i++)
		json_array_append_new(nulls, json_text(c->nulls[i], strlen(c->nulls[i])));
	json_object_set_new(o, "columns", columns);
	json_object_set_new(o, "nulls", nulls);
	set_text(o, "key", c->key);
	set_text(o, "target", c->target);
	set_text(o, "time", c->time);
	set_text(o, "weight", c->weight);
	return o;
}

json_t *contract_types_params(const struct contract *c)
{
	return contract_params(c, 0);
}

json_t *contract_rules_params(const struct contract *c)
{
	json_t *o = contract_params(c, 1), *rows = json_object();

	json_object_set_new(rows, "min", json_integer((json_int_t)c->min_rows));
	json_object_set_new(o, "rows", rows);
	return o;
}

void contract_text_types(struct contract *c, struct source_options *o)
{
	free(c->types);
	c->types = mem_array(c->n, sizeof(*c->types));
	for (size_t i = 0; i < c->n; i++)
		c->types[i] = (struct text_type){
			c->columns[i].name, c->columns[i].type, c->columns[i].optional};
	o->types = c->types;
	o->ntypes = c->n;
	o->nulls = (const char *const *)c->nulls;
}

static void apply_role(struct schema *s, const char *name, const char *role)
{
	size_t at = name ? schema_find(s, name) : SCHEMA_NONE;

	if (at != SCHEMA_NONE)
		notes_set(&s->fields[at].notes, "pawl.role", role);
}

void contract_apply_roles(const struct contract *c, struct schema *s)
{
	apply_role(s, c->key, "key");
	apply_role(s, c->target, "target");
	apply_role(s, c->time, "time");
	apply_role(s, c->weight, "weight");
}

static int same_type(enum type a, enum type b)
{
	return a == b || (type_is_text(a) && type_is_text(b));
}

/* A column that the contract lacks. */
static int conform_extra(
	const struct contract *c, const struct field *f, const char *name, struct err *e)
{
	const char *role = notes_get(&f->notes, "pawl.role");

	if (contract_find(c, f->name) || (role && strcmp(role, "row") == 0))
		return 0;
	return err_set(e, ERR_DATA,
		"%s: column '%s' is not in '%s': drop it from the data, or add '%s: {type: %s}' to "
		"the columns there",
		name, f->name, c->file, f->name,
		type_name(f->type == TYPE_CATEGORY ? TYPE_STRING : f->type));
}

int contract_conform(
	const struct contract *c, const struct schema *s, const char *name, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct contract_column *col = &c->columns[i];
		size_t at = schema_find(s, col->name);

		if (at == SCHEMA_NONE && !col->optional)
			return err_set(e, ERR_DATA, "%s: column '%s' is missing", name, col->name);
		if (at != SCHEMA_NONE && !same_type(s->fields[at].type, col->type))
			return err_set(e, ERR_DATA, "%s: column '%s' is %s, not %s as in '%s'",
				name, col->name, type_name(s->fields[at].type),
				type_name(col->type), c->file);
	}
	for (size_t i = 0; i < s->n; i++)
		if (conform_extra(c, &s->fields[i], name, e) < 0)
			return -1;
	return 0;
}
