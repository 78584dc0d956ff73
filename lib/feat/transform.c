/* transform: fitted features applied to values.
 * SPDX-License-Identifier: MIT
 */
#include "feat/transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/num.h"

#define EXACT_INTEGERS (1LL << 53) /* beyond, a double cannot tell neighbours apart */

void transform_release(struct transform *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->features[i].name);
		free(t->features[i].steps);
		dict_unref(t->features[i].categories);
	}
	for (size_t i = 0; i < t->ncarried; i++) {
		free(t->carried[i].name);
		free(t->carried[i].role);
	}
	free(t->features);
	free(t->carried);
	*t = (struct transform)TRANSFORM_INIT;
}

struct feature *transform_add(struct transform *t, const char *name, enum type type)
{
	struct feature *f;

	MEM_ROOM(t->features, t->n, t->cap);
	f = &t->features[t->n++];
	*f = (struct feature){.name = mem_strdup(name), .missing = -1, .unknown = -1};
	f->type = type_is_text(type) ? TYPE_STRING : type;
	if (type_is_text(type))
		f->categories = dict_new();
	return f;
}

void transform_carry(struct transform *t, const char *name, enum type type, const char *role)
{
	MEM_ROOM(t->carried, t->ncarried, t->carried_cap);
	t->carried[t->ncarried++] = (struct carried){
		mem_strdup(name), type_is_text(type) ? TYPE_STRING : type, mem_strdup(role)};
}

void feature_add(struct feature *f, enum transform_op op, double a, double b)
{
	MEM_ROOM(f->steps, f->nsteps, f->steps_cap);
	f->steps[f->nsteps++] = (struct transform_step){op, a, b};
}

int transform_takes(enum type type)
{
	return type_is_number(type) || type_is_time(type) || type == TYPE_TIME ||
	       type == TYPE_DURATION;
}

size_t feature_width(const struct feature *f)
{
	return f->categories ? f->categories->values.n : 1;
}

size_t transform_width(const struct transform *t)
{
	size_t width = 0;

	for (size_t i = 0; i < t->n; i++)
		width += feature_width(&t->features[i]);
	return width;
}

static int feature_refuse(
	const struct feature *f, uint64_t row, double value, const char *what, struct err *e)
{
	char text[NUM_TEXT];

	num_print(value, text);
	return err_set(e, ERR_DATA, "column '%s': row %llu: %s %s", f->name,
		(unsigned long long)(row + 1), text, what);
}

/* One valid value as a double; 0, or -1 where a double cannot hold it. */
static int feature_number(const struct column *c, uint64_t at, double *out)
{
	*out = 0;
	switch (c->type) {
	case TYPE_BOOL:
	case TYPE_FLOAT64:
		*out = column_number(c, at);
		return 0;
	case TYPE_UINT64:
		*out = (double)c->u64[at];
		return c->u64[at] > (uint64_t)EXACT_INTEGERS ? -1 : 0;
	case TYPE_DATE:
		*out = (double)c->i32[at];
		return 0;
	default:
		*out = (double)c->i64[at];
		return c->i64[at] > EXACT_INTEGERS || c->i64[at] < -EXACT_INTEGERS ? -1 : 0;
	}
}

static int feature_read(const struct feature *f, const struct column *c, uint64_t from, size_t n,
	uint64_t row, double *out, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (!column_valid(c, from + i)) {
			out[i] = (double)NAN;
			continue;
		}
		if (feature_number(c, from + i, &out[i]) < 0)
			return feature_refuse(f, row + i, out[i],
				"is beyond 2^53, where whole numbers run together", e);
		if (isinf(out[i]))
			return feature_refuse(f, row + i, out[i], "is not a finite number", e);
	}
	return 0;
}

int feature_values(const struct feature *f, const struct column *c, uint64_t from, size_t n,
	uint64_t row, double *out, struct err *e)
{
	if (feature_read(f, c, from, n, row, out, e) < 0)
		return -1;
	for (size_t s = 0; s < f->nsteps; s++) {
		double a = f->steps[s].a, b = f->steps[s].b;

		switch (f->steps[s].op) {
		case TRANSFORM_IMPUTE:
			for (size_t i = 0; i < n; i++)
				out[i] = isnan(out[i]) ? a : out[i];
			break;
		case TRANSFORM_STANDARDIZE:
			for (size_t i = 0; i < n; i++)
				out[i] = (out[i] - a) / b;
			break;
		case TRANSFORM_LOG1P:
			for (size_t i = 0; i < n; i++) {
				if (out[i] <= -1)
					return feature_refuse(f, row + i, out[i],
						"has no log1p, which takes values above -1", e);
				out[i] = fmath_log(out[i] + 1);
			}
			break;
		case TRANSFORM_CLIP:
			for (size_t i = 0; i < n; i++)
				out[i] = out[i] < a ? a : out[i] > b ? b : out[i];
			break;
		}
	}
	return 0;
}

int32_t feature_category(const struct feature *f, const char *text, size_t len)
{
	size_t at = len ? map_find(&f->categories->values, text, len) : MAP_NONE;

	if (!len)
		return f->missing;
	return at == MAP_NONE ? f->unknown : (int32_t)at;
}

static json_t *step_json(const struct transform_step *s)
{
	switch (s->op) {
	case TRANSFORM_IMPUTE:
		return json_pack("{s:f}", "impute", s->a);
	case TRANSFORM_STANDARDIZE:
		return json_pack("{s:[f,f]}", "standardize", s->a, s->b);
	case TRANSFORM_LOG1P:
		return json_pack("{s:[]}", "log1p");
	case TRANSFORM_CLIP:
		return json_pack("{s:[f,f]}", "clip", s->a, s->b);
	}
	return NULL;
}

static json_t *feature_json(const struct feature *f)
{
	json_t *json = json_pack("{s:s,s:s}", "name", f->name, "type", type_name(f->type));
	json_t *list = json_array();

	if (!f->categories) {
		for (size_t i = 0; i < f->nsteps; i++)
			json_array_append_new(list, step_json(&f->steps[i]));
		json_object_set_new(json, "steps", list);
		return json;
	}
	for (size_t i = 0; i < f->categories->values.n; i++) {
		size_t len;
		const char *text = map_key(&f->categories->values, i, &len);

		json_array_append_new(list, json_stringn(text, len));
	}
	json_object_set_new(json, "categories", list);
	json_object_set_new(json, "missing", json_integer(f->missing));
	json_object_set_new(json, "unknown", json_integer(f->unknown));
	return json;
}

json_t *transform_json(const struct transform *t)
{
	json_t *features = json_array(), *carried = json_array();

	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(features, feature_json(&t->features[i]));
	for (size_t i = 0; i < t->ncarried; i++)
		json_array_append_new(carried,
			json_pack("{s:s,s:s,s:s}", "name", t->carried[i].name, "role",
				t->carried[i].role, "type", type_name(t->carried[i].type)));
	return json_pack("{s:o,s:o,s:i}", "carried", carried, "features", features, "version", 1);
}

static int parse_step(struct feature *f, const json_t *json)
{
	static const char *const names[] = {"impute", "standardize", "log1p", "clip"};
	double a = 0, b = 0;

	for (size_t op = 0; op < sizeof(names) / sizeof(*names); op++) {
		const json_t *value = json_object_get(json, names[op]);

		if (!value || json_object_size(json) != 1)
			continue;
		if (op == TRANSFORM_IMPUTE) {
			if (!json_is_number(value))
				return -1;
			a = json_number_value(value);
		} else if (op != TRANSFORM_LOG1P) {
			if (json_array_size(value) != 2)
				return -1;
			a = json_number_value(json_array_get(value, 0));
			b = json_number_value(json_array_get(value, 1));
		}
		feature_add(f, (enum transform_op)op, a, b);
		return 0;
	}
	return -1;
}

static int parse_categories(struct feature *f, const json_t *json, const json_t *list)
{
	json_t *missing = json_object_get(json, "missing");
	json_t *unknown = json_object_get(json, "unknown"), *item;
	size_t n = json_array_size(list), i;

	if (!n || n > TRANSFORM_CATEGORIES_CAP || !json_is_integer(missing) ||
		!json_is_integer(unknown) || json_integer_value(missing) < -1 ||
		json_integer_value(missing) >= (json_int_t)n || json_integer_value(unknown) < -1 ||
		json_integer_value(unknown) >= (json_int_t)n)
		return -1;
	f->missing = (int32_t)json_integer_value(missing);
	f->unknown = (int32_t)json_integer_value(unknown);
	json_array_foreach(list, i, item)
	{
		int is_new = 0;

		if (json_is_string(item))
			map_add(&f->categories->values, json_string_value(item),
				json_string_length(item), &is_new);
		if (!is_new)
			return -1;
	}
	return 0;
}

static int parse_feature(struct transform *t, const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *type = json_string_value(json_object_get(json, "type"));
	const json_t *steps = json_object_get(json, "steps");
	struct feature *f;
	enum type known;
	json_t *step;
	size_t i;

	if (!name || !type || type_of_name(type, &known) < 0 ||
		(!type_is_text(known) && !transform_takes(known)))
		return -1;
	f = transform_add(t, name, known);
	if (f->categories)
		return parse_categories(f, json, json_object_get(json, "categories"));
	if (!json_is_array(steps))
		return -1;
	json_array_foreach(steps, i, step) if (parse_step(f, step) < 0) return -1;
	return 0;
}

static int parse_carried(struct transform *t, const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *role = json_string_value(json_object_get(json, "role"));
	const char *type = json_string_value(json_object_get(json, "type"));
	enum type known;

	if (!name || !role || !type || type_of_name(type, &known) < 0)
		return -1;
	transform_carry(t, name, known, role);
	return 0;
}

int transform_parse(struct transform *t, const json_t *json, const char *name, struct err *e)
{
	json_t *features = json_object_get(json, "features");
	json_t *carried = json_object_get(json, "carried"), *item;
	size_t i;

	if (!json_is_array(features) || !json_array_size(features) || !json_is_array(carried))
		goto bad;
	json_array_foreach(features, i, item) if (parse_feature(t, item) < 0) goto bad;
	json_array_foreach(carried, i, item) if (parse_carried(t, item) < 0) goto bad;
	return 0;
bad:
	transform_release(t);
	return err_set(e, ERR_DATA, "%s: its property %s is not what pawl featurize writes", name,
		TRANSFORM_KEY);
}
