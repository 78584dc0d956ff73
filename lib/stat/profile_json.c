/* profile: the JSON form, and a table of it for people.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "stat/profile.h"

static void set_count(json_t *o, const char *key, uint64_t count)
{
	json_object_set_new(o, key, json_integer((json_int_t)count));
}

/* A value of top, or low or high: a number where JSON has one, else text. */
static json_t *value_json(const struct profile_column *c, const char *value, size_t len)
{
	struct buf text = BUF_INIT;
	int64_t v = 0;
	json_t *out;

	if (len == sizeof(v))
		memcpy(&v, value, sizeof(v));
	if (c->type == TYPE_BOOL)
		return json_boolean(v);
	if (c->type == TYPE_INT64 || (c->type == TYPE_UINT64 && v >= 0))
		return json_integer(v);
	if (c->type == TYPE_FLOAT64) {
		double x;

		memcpy(&x, value, sizeof(x));
		if (isfinite(x))
			return json_real(x);
	}
	profile_print(c, value, len, &text);
	out = json_text(text.data, text.len);
	buf_release(&text);
	return out;
}

static json_t *histogram_json(const struct profile_column *c, const struct moments *m)
{
	json_t *edges = json_array(), *counts = json_array(), *o = json_object();
	uint64_t bins[PROFILE_BINS];
	double width = m->max / PROFILE_BINS - m->min / PROFILE_BINS;

	sketch_histogram(&c->sketch, m->min, m->max, PROFILE_BINS, bins);
	for (size_t i = 0; i <= PROFILE_BINS; i++)
		json_array_append_new(
			edges, json_number(i < PROFILE_BINS ? m->min + (double)i * width : m->max));
	for (size_t i = 0; i < PROFILE_BINS; i++)
		json_array_append_new(counts, json_integer((json_int_t)bins[i]));
	json_object_set_new(o, "edges", edges);
	json_object_set_new(o, "counts", counts);
	return o;
}

static json_t *quantiles_json(const struct profile_column *c)
{
	static const struct {
		const char *name;
		double q;
	} at[] = {{"0.01", 0.01}, {"0.05", 0.05}, {"0.25", 0.25}, {"0.5", 0.5}, {"0.75", 0.75},
		{"0.95", 0.95}, {"0.99", 0.99}};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		json_object_set_new(o, at[i].name, json_number(profile_quantile(c, at[i].q)));
	return o;
}

static void number_json(const struct profile_column *c, json_t *o)
{
	struct moments m = profile_moments(c);

	if (c->type == TYPE_FLOAT64) {
		set_count(o, "nan", c->nan);
		set_count(o, "infinite", c->infinite);
	}
	if (!m.n)
		return;
	set_count(o, "zeros", c->zeros);
	set_count(o, "negative", c->negative);
	json_object_set_new(o, "mean", json_number(m.mean));
	json_object_set_new(o, "std", json_number(moments_std(&m, 1)));
	if (c->type == TYPE_FLOAT64) {
		json_object_set_new(o, "min", json_number(m.min));
		json_object_set_new(o, "max", json_number(m.max));
	}
	if (!c->sketch.n)
		return;
	json_object_set_new(o, "quantiles", quantiles_json(c));
	if (m.min < m.max)
		json_object_set_new(o, "histogram", histogram_json(c, &m));
}

static void text_json(const struct profile_column *c, json_t *o)
{
	json_t *length;

	set_count(o, "empty", c->empty);
	if (!c->ranged)
		return;
	length = json_object();
	set_count(length, "min", c->shortest);
	json_object_set_new(length, "mean", json_number((double)c->bytes / (double)c->ranged));
	set_count(length, "max", c->longest);
	json_object_set_new(o, "length", length);
}

static json_t *top_json(const struct profile_column *c)
{
	struct topk_item top[PROFILE_TOP];
	size_t n = topk_list(&c->top, PROFILE_TOP, top);
	json_t *values = json_array(), *counts = json_array(), *o = json_object();

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(values, value_json(c, top[i].value, top[i].len));
		json_array_append_new(counts, json_integer((json_int_t)top[i].count));
	}
	json_object_set_new(o, "values", values);
	json_object_set_new(o, "counts", counts);
	set_count(o, "error", c->top.error);
	return o;
}

static json_t *column_json(const struct profile *p, const struct profile_column *c)
{
	json_t *o = json_object();
	uint64_t present = profile_present(p, c), distinct;
	int exact, text = c->type == TYPE_STRING || c->type == TYPE_BINARY;

	json_object_set_new(o, "name", json_text(c->name, strlen(c->name)));
	json_object_set_new(o, "type", json_string(type_name(c->type)));
	if (c->role)
		json_object_set_new(o, "role", json_text(c->role, strlen(c->role)));
	set_count(o, "missing", c->missing);
	distinct = profile_distinct(c, &exact);
	set_count(o, "distinct", distinct < present ? distinct : present);
	json_object_set_new(o, "distinct_exact", json_boolean(exact));
	if (text) {
		text_json(c, o);
	} else {
		if (c->ranged && c->type != TYPE_BOOL) {
			json_object_set_new(
				o, "min", value_json(c, (const char *)&c->low, sizeof(c->low)));
			json_object_set_new(
				o, "max", value_json(c, (const char *)&c->high, sizeof(c->high)));
		}
		if (type_is_number(c->type) || c->type == TYPE_DURATION)
			number_json(c, o);
	}
	if (present)
		json_object_set_new(o, "top", top_json(c));
	return o;
}

json_t *profile_json(const struct profile *p)
{
	json_t *o = json_object(), *columns = json_array();

	set_count(o, "rows", p->rows);
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(columns, column_json(p, &p->columns[i]));
	json_object_set_new(o, "columns", columns);
	return o;
}
