/* contract: schema.yaml read and checked.
 * SPDX-License-Identifier: MIT
 */
#include "io/contract.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/yaml.h"

#define TYPES_ALLOWED                                                                              \
	"bool, int64, uint64, float64, string, binary, date, time, timestamp, timestamp_utc, "     \
	"duration"

struct contract *contract_new(void)
{
	struct contract *c = mem_new(1, sizeof(*c));

	c->min_rows = 1;
	contract_add_null(c, "");
	return c;
}

static void column_release(struct contract_column *col)
{
	free(col->name);
	free(col->description);
	free(col->comment);
	map_release(&col->values);
}

void contract_free(struct contract *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		column_release(&c->columns[i]);
	for (size_t i = 0; i < c->nnulls; i++)
		free(c->nulls[i]);
	free(c->columns);
	free(c->nulls);
	free(c->types);
	free(c->file);
	free(c->key);
	free(c->target);
	free(c->time);
	free(c->weight);
	free(c->heading);
	free(c->key_comment);
	free(c->target_comment);
	free(c->time_comment);
	free(c->weight_comment);
	free(c);
}

struct contract_column *contract_add(struct contract *c, const char *name, enum type type)
{
	struct contract_column *col;

	MEM_ROOM(c->columns, c->n, c->cap);
	col = &c->columns[c->n++];
	memset(col, 0, sizeof(*col));
	col->name = mem_strdup(name);
	col->type = type;
	return col;
}

void contract_add_null(struct contract *c, const char *token)
{
	for (size_t i = 0; i < c->nnulls; i++)
		if (!strcmp(c->nulls[i], token))
			return;
	c->nulls = mem_grow(c->nulls, c->nnulls + 2, sizeof(*c->nulls));
	c->nulls[c->nnulls++] = mem_strdup(token);
	c->nulls[c->nnulls] = NULL;
}

const struct contract_column *contract_find(const struct contract *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->columns[i].name, name))
			return &c->columns[i];
	return NULL;
}

/* ---- values of a column's type */

/* Whether y reads as a number, date or time of this type. */
static int number_of(const struct yaml *y, enum type type, union contract_number *out)
{
	size_t len = y->text ? strlen(y->text) : 0;
	enum time_zone zone;
	int32_t days;

	if (!y->text)
		return -1;
	switch (type) {
	case TYPE_INT64:
		return y->kind == YAML_INT ? num_int64(y->text, len, &out->i64) : -1;
	case TYPE_UINT64:
		if (y->kind != YAML_INT && y->kind != YAML_FLOAT) /* beyond int64 */
			return -1;
		return num_uint64(y->text, len, &out->u64);
	case TYPE_FLOAT64:
		if (y->kind != YAML_INT && y->kind != YAML_FLOAT)
			return -1;
		if (num_double(y->text, len, &out->f64) || !isfinite(out->f64))
			return -1;
		out->f64 += 0.0; /* -0 is 0 */
		return 0;
	case TYPE_DATE:
		if (date_parse(y->text, len, &days))
			return -1;
		out->i64 = days;
		return 0;
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMP_UTC:
		if (time_parse(y->text, len, 0, &out->i64, &zone))
			return -1;
		return (zone == TIME_ZONED) == (type == TYPE_TIMESTAMP_UTC) ? 0 : -1;
	default:
		return -1;
	}
}

static const char *number_form(enum type type)
{
	switch (type) {
	case TYPE_FLOAT64:
		return "a number";
	case TYPE_DATE:
		return "a date as 2026-11-21";
	case TYPE_TIMESTAMP:
		return "a time without a zone as 2026-11-21T05:06:07";
	case TYPE_TIMESTAMP_UTC:
		return "a time with a zone as 2026-11-21T05:06:07Z";
	case TYPE_UINT64:
		return "an integer of 0 or more";
	default:
		return "an integer";
	}
}

static int number_above(union contract_number a, union contract_number b, enum type type)
{
	if (type == TYPE_FLOAT64)
		return a.f64 > b.f64;
	if (type == TYPE_UINT64)
		return a.u64 > b.u64;
	return a.i64 > b.i64;
}

void contract_print(const struct contract_column *c, union contract_number v, struct buf *out)
{
	char text[DATE_TEXT > NUM_TEXT ? DATE_TEXT : NUM_TEXT];
	size_t len;

	if (c->type == TYPE_FLOAT64)
		len = num_print(v.f64, text);
	else if (c->type == TYPE_UINT64)
		len = num_print_uint64(v.u64, text);
	else if (c->type == TYPE_DATE)
		len = date_print((int32_t)v.i64, text);
	else if (c->type == TYPE_TIMESTAMP || c->type == TYPE_TIMESTAMP_UTC)
		len = time_print(v.i64, c->type == TYPE_TIMESTAMP ? TIME_NAIVE : TIME_ZONED, text);
	else
		len = num_print_int64(v.i64, text);
	buf_add(out, text, len);
}

/* ---- reading */

static int read_bound(const struct contract_column *col, const struct yaml *y, const char *which,
	int *has, union contract_number *out, struct err *e)
{
	switch (y ? (int)col->type : -1) {
	case -1:
		return 0;
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_FLOAT64:
	case TYPE_DATE:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMP_UTC:
		break;
	default:
		return yaml_error(y, e,
			"column '%s': a %s column has no '%s'; only numbers, dates and timestamps "
			"do",
			col->name, type_name(col->type), which);
	}
	if (number_of(y, col->type, out))
		return yaml_error(y, e, "column '%s': '%s' of a %s column must be %s", col->name,
			which, type_name(col->type), number_form(col->type));
	*has = 1;
	return 0;
}

static int read_value(struct contract_column *col, const struct yaml *y, struct err *e)
{
	union contract_number v = {0};
	const char *text;
	int is_new;

	if (col->type == TYPE_STRING) {
		if (yaml_string(y, &text, e))
			return err_prefix(e, "column '%s': values", col->name);
		if (!*text)
			return yaml_error(y, e,
				"column '%s': the empty string means missing: use 'missing', not "
				"'values'",
				col->name);
		map_add(&col->values, text, strlen(text), &is_new);
	} else {
		if (number_of(y, col->type, &v))
			return yaml_error(y, e, "column '%s': a value of a %s column must be %s",
				col->name, type_name(col->type), number_form(col->type));
		map_add(&col->values, (const char *)&v, sizeof(v), &is_new);
	}
	if (!is_new)
		return yaml_error(
			y, e, "column '%s': value '%s' is there twice", col->name, y->text);
	return 0;
}

static int read_values(struct contract_column *col, const struct yaml *y, struct err *e)
{
	if (!y)
		return 0;
	if (col->type != TYPE_STRING && col->type != TYPE_INT64 && col->type != TYPE_UINT64 &&
		col->type != TYPE_FLOAT64)
		return yaml_error(y, e,
			"column '%s': a %s column has no 'values'; only strings and numbers do",
			col->name, type_name(col->type));
	if (y->kind != YAML_LIST || y->n == 0)
		return yaml_error(y, e,
			"column '%s': 'values' must be a list of at least one value", col->name);
	for (size_t i = 0; i < y->n; i++)
		if (read_value(col, y->items[i], e))
			return -1;
	return 0;
}

static int read_type(struct contract_column *col, const struct yaml *y, struct err *e)
{
	const char *name;

	if (yaml_string(y, &name, e))
		return -1;
	if (type_of_name(name, &col->type) || col->type == TYPE_NULL)
		return yaml_error(y, e, "column '%s': unknown type '%s' (types: %s)", col->name,
			name, TYPES_ALLOWED);
	if (col->type == TYPE_CATEGORY)
		col->type = TYPE_STRING;
	return 0;
}

static int read_missing(struct contract_column *col, const struct yaml *y, struct err *e)
{
	double share = 0;

	if (!y)
		return 0;
	if ((y->kind != YAML_INT && y->kind != YAML_FLOAT) || yaml_double(y, &share, e) ||
		!(share >= 0 && share <= 1))
		return yaml_error(y, e,
			"column '%s': 'missing' must be a share from 0 (none) to 1 (any)",
			col->name);
	col->missing = share + 0.0;
	return 0;
}

static int read_column(struct contract *c, const struct yaml *y, struct err *e)
{
	static const char *const keys[] = {"type", "missing", "min", "max", "values", "unique",
		"optional", "description", NULL};
	struct contract_column *col = contract_add(c, y->key, TYPE_STRING);
	const char *text = NULL;

	col->line = y->line;
	if (y->kind == YAML_STRING)
		return read_type(col, y, e);
	if (y->kind != YAML_MAP)
		return yaml_error(
			y, e, "column '%s': a type or {type: ..., rules} was expected", col->name);
	if (yaml_keys(y, keys, e))
		return -1;
	if (!yaml_get(y, "type"))
		return yaml_error(
			y, e, "column '%s' has no 'type' (types: %s)", col->name, TYPES_ALLOWED);
	if (read_type(col, yaml_get(y, "type"), e) ||
		read_missing(col, yaml_get(y, "missing"), e) ||
		read_bound(col, yaml_get(y, "min"), "min", &col->has_min, &col->min, e) ||
		read_bound(col, yaml_get(y, "max"), "max", &col->has_max, &col->max, e) ||
		read_values(col, yaml_get(y, "values"), e))
		return -1;
	if (col->has_min && col->has_max && number_above(col->min, col->max, col->type))
		return yaml_error(yaml_get(y, "min"), e, "column '%s': 'min' %s is above 'max' %s",
			col->name, yaml_get(y, "min")->text, yaml_get(y, "max")->text);
	if (yaml_get(y, "unique") && yaml_bool(yaml_get(y, "unique"), &col->unique, e))
		return -1;
	if (yaml_get(y, "optional") && yaml_bool(yaml_get(y, "optional"), &col->optional, e))
		return -1;
	if (yaml_get(y, "description")) {
		if (yaml_string(yaml_get(y, "description"), &text, e))
			return -1;
		col->description = mem_strdup(text);
	}
	return 0;
}

static int read_columns(struct contract *c, const struct yaml *root, struct err *e)
{
	const struct yaml *y = yaml_get(root, "columns");

	if (!y)
		return yaml_error(root, e, "'columns' is missing: a map of names to {type: ...}");
	if (y->kind != YAML_MAP || y->n == 0)
		return yaml_error(y, e, "'columns' must be a map of names to {type: ...}");
	if (y->n > CONTRACT_COLUMNS)
		return yaml_error(y, e, "more than %d columns", CONTRACT_COLUMNS);
	for (size_t i = 0; i < y->n; i++)
		if (read_column(c, y->items[i], e))
			return -1;
	return 0;
}

static int read_nulls(struct contract *c, const struct yaml *y, struct err *e)
{
	const char *text;

	if (!y)
		return 0;
	if (y->kind != YAML_LIST)
		return yaml_error(y, e, "'nulls' must be a list of the tokens that mean missing");
	for (size_t i = 0; i < y->n; i++) {
		if (yaml_string(y->items[i], &text, e))
			return err_prefix(e, "nulls");
		contract_add_null(c, text);
	}
	return 0;
}

static int read_rows(struct contract *c, const struct yaml *y, struct err *e)
{
	static const char *const keys[] = {"min", NULL};
	long long min = 1;

	if (!y)
		return 0;
	if (y->kind != YAML_MAP)
		return yaml_error(y, e, "'rows' must be a map: {min: N}");
	if (yaml_keys(y, keys, e))
		return -1;
	if (yaml_get(y, "min") && yaml_int(yaml_get(y, "min"), 1, 1LL << 53, &min, e))
		return -1;
	c->min_rows = (uint64_t)min;
	return 0;
}

/* A role: key, target, time or weight, which names a column of its own. */
static int read_role(
	struct contract *c, const struct yaml *root, const char *role, char **out, struct err *e)
{
	const struct yaml *y = yaml_get(root, role);
	const struct contract_column *col;
	const char *name;

	if (!y)
		return 0;
	if (yaml_string(y, &name, e))
		return -1;
	col = contract_find(c, name);
	if (!col)
		return yaml_error(y, e, "%s '%s' is not among the columns", role, name);
	if (!strcmp(role, "weight") && (!type_is_number(col->type) || col->type == TYPE_BOOL))
		return yaml_error(
			y, e, "weight '%s' must be a number, not a %s", name, type_name(col->type));
	if (!strcmp(role, "time") && !type_is_time(col->type) &&
		(!type_is_number(col->type) || col->type == TYPE_BOOL))
		return yaml_error(y, e,
			"time '%s' must be a date, a timestamp or a number, not a %s", name,
			type_name(col->type));
	if (!strcmp(role, "key") && col->missing > 0)
		return yaml_error(y, e, "key '%s' names each row and cannot be 'missing'", name);
	const char *const others[] = {c->key, c->target, c->time, c->weight};
	for (size_t i = 0; i < 4; i++)
		if (others[i] && !strcmp(others[i], name))
			return yaml_error(y, e, "column '%s' cannot have two roles", name);
	*out = mem_strdup(name);
	return 0;
}

static int read_contract(struct contract *c, const struct yaml *y, struct err *e)
{
	static const char *const keys[] = {
		"version", "key", "target", "time", "weight", "nulls", "rows", "columns", NULL};
	const struct yaml *version;
	long long number;

	if (y->kind != YAML_MAP)
		return yaml_error(y, e, "a map was expected: version, columns, ...");
	version = yaml_get(y, "version");
	if (!version)
		return yaml_error(y, e, "'version: 1' is missing");
	if (yaml_int(version, 1, 1, &number, e) || yaml_keys(y, keys, e) || read_columns(c, y, e) ||
		read_nulls(c, yaml_get(y, "nulls"), e) || read_rows(c, yaml_get(y, "rows"), e))
		return -1;
	return read_role(c, y, "key", &c->key, e) || read_role(c, y, "target", &c->target, e) ||
			       read_role(c, y, "time", &c->time, e) ||
			       read_role(c, y, "weight", &c->weight, e)
		       ? -1
		       : 0;
}

static struct contract *contract_of(struct yaml *y, const char *name, struct err *e)
{
	struct contract *c;

	if (!y)
		return NULL;
	c = contract_new();
	c->file = mem_strdup(name);
	if (read_contract(c, y, e)) {
		contract_free(c);
		c = NULL;
	}
	yaml_free(y);
	return c;
}

struct contract *contract_read(const char *path, struct err *e)
{
	return contract_of(yaml_read(path, e), path, e);
}

struct contract *contract_parse(const char *text, size_t len, const char *name, struct err *e)
{
	return contract_of(yaml_parse(text, len, name, e), name, e);
}
