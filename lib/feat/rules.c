/* rules: features.yaml.
 * SPDX-License-Identifier: MIT
 */
#include "feat/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/yaml.h"

#define RULES_STEPS "impute, standardize, log1p, clip or onehot"

static const char *const op_names[] = {"impute", "standardize", "log1p", "clip", "onehot"};

static const char *const impute_names[] = {"mean", "median", "most_frequent"};

const char *rule_op_name(enum rule_op op)
{
	return op_names[op];
}

static int rules_op(const struct yaml *y, const char *name, enum rule_op *op, struct err *e)
{
	for (size_t i = 0; i < sizeof(op_names) / sizeof(*op_names); i++) {
		if (strcmp(name, op_names[i]) == 0) {
			*op = (enum rule_op)i;
			return 0;
		}
	}
	return yaml_error(y, e, "unknown step '%s': a step is %s", name, RULES_STEPS);
}

static int rules_impute(const struct yaml *y, struct rule_step *s, struct err *e)
{
	switch (y->kind) {
	case YAML_INT:
	case YAML_FLOAT:
		s->impute = RULE_NUMBER;
		return yaml_double(y, &s->number, e);
	case YAML_STRING:
		for (size_t i = 0; i < sizeof(impute_names) / sizeof(*impute_names); i++) {
			if (strcmp(y->text, impute_names[i]) == 0) {
				s->impute = (enum rule_impute)i;
				return 0;
			}
		}
		if (!*y->text)
			return yaml_error(y, e, "impute: the empty text is itself missing: %s",
				"give another, such as \"(missing)\"");
		s->impute = RULE_TEXT;
		s->text = mem_strdup(y->text);
		return 0;
	case YAML_NULL:
	case YAML_BOOL:
	case YAML_MAP:
	case YAML_LIST:
		break;
	}
	return yaml_error(
		y, e, "impute: mean, median, most_frequent, a number or a text is wanted");
}

static int rules_clip(const struct yaml *y, struct rule_step *s, struct err *e)
{
	if (y->kind != YAML_LIST || y->n != 2)
		return yaml_error(y, e, "clip: two quantiles are wanted, such as [0.01, 0.99]");
	if (yaml_double(y->items[0], &s->lower, e) < 0 ||
		yaml_double(y->items[1], &s->upper, e) < 0)
		return -1;
	if (!(s->lower >= 0 && s->lower < s->upper && s->upper <= 1))
		return yaml_error(y, e, "clip: the quantiles must rise within 0 and 1");
	return 0;
}

static int rules_onehot(const struct yaml *y, struct rule_step *s, struct err *e)
{
	static const char *const keys[] = {"min_count", NULL};
	const struct yaml *count = yaml_get(y, "min_count");

	if (y->kind != YAML_MAP)
		return yaml_error(y, e, "onehot: {min_count: N} is wanted, or nothing");
	if (yaml_keys(y, keys, e) < 0)
		return -1;
	return count ? yaml_int(count, 1, 1LL << 53, &s->min_count, e) : 0;
}

/* `standardize`, `{impute: median}`, ... */
static int rules_step(const struct yaml *y, struct rule_step *s, struct err *e)
{
	const struct yaml *value = NULL;

	s->line = y->line;
	s->min_count = 1;
	if (y->kind == YAML_MAP && y->n == 1) {
		value = y->items[0];
		if (rules_op(value, value->key, &s->op, e) < 0)
			return -1;
	} else if (y->kind == YAML_STRING) {
		if (rules_op(y, y->text, &s->op, e) < 0)
			return -1;
	} else {
		return yaml_error(y, e, "a step is %s, one to a list item", RULES_STEPS);
	}
	switch (s->op) {
	case RULE_IMPUTE:
		if (value)
			return rules_impute(value, s, e);
		return yaml_error(y, e, "impute: say what by, such as {impute: median}");
	case RULE_CLIP:
		if (value)
			return rules_clip(value, s, e);
		return yaml_error(y, e, "clip: say at which quantiles: {clip: [0.01, 0.99]}");
	case RULE_ONEHOT:
		return value && value->kind != YAML_NULL ? rules_onehot(value, s, e) : 0;
	case RULE_STANDARDIZE:
	case RULE_LOG1P:
		if (value && value->kind != YAML_NULL)
			return yaml_error(value, e, "%s takes no value", op_names[s->op]);
		return 0;
	}
	return 0;
}

/* The steps of one column: a list, one step without a list, or nothing. */
static int rules_column(const struct yaml *y, struct rule *r, struct err *e)
{
	size_t n = y->kind == YAML_LIST ? y->n : y->kind != YAML_NULL;

	r->name = mem_strdup(y->key);
	r->line = y->line;
	r->steps = mem_new(n ? n : 1, sizeof(*r->steps));
	r->nsteps = n;
	for (size_t i = 0; i < n; i++) {
		const struct yaml *item = y->kind == YAML_LIST ? y->items[i] : y;

		if (i && r->steps[i - 1].op == RULE_ONEHOT)
			return yaml_error(item, e,
				"column '%s': nothing can follow onehot, it must be the last step",
				r->name);
		if (rules_step(item, &r->steps[i], e) < 0)
			return -1;
	}
	return 0;
}

static int rules_features(struct rules *r, const struct yaml *y, struct err *e)
{
	if (y->kind != YAML_MAP || !y->n)
		return yaml_error(
			y, e, "features: columns are wanted, such as 'age: [standardize]'");
	r->features_line = y->line;
	r->columns = mem_new(y->n, sizeof(*r->columns));
	for (size_t i = 0; i < y->n; i++) {
		r->ncolumns++;
		if (rules_column(y->items[i], &r->columns[i], e) < 0)
			return -1;
	}
	return 0;
}

static int rules_drop_list(struct rules *r, const struct yaml *y, struct err *e)
{
	if (y->kind == YAML_NULL)
		return 0;
	if (y->kind != YAML_LIST)
		return yaml_error(y, e, "drop: a list of columns is wanted, such as [id, note]");
	r->drop = mem_new(y->n ? y->n : 1, sizeof(*r->drop));
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *item = y->items[i];
		const char *name;

		if (yaml_string(item, &name, e) < 0)
			return -1;
		if (rules_drops(r, name))
			return yaml_error(item, e, "drop: column '%s' is listed twice", name);
		if (rules_find(r, name))
			return yaml_error(item, e,
				"column '%s' is under features and under drop: only one can be",
				name);
		r->drop[i].name = mem_strdup(name);
		r->drop[i].line = item->line;
		r->ndrop++;
	}
	return 0;
}

static struct rules *rules_of(const struct yaml *root, const char *name, struct err *e)
{
	static const char *const keys[] = {"version", "features", "drop", NULL};
	const struct yaml *features = yaml_get(root, "features"), *drop = yaml_get(root, "drop");
	struct rules *r = mem_new(1, sizeof(*r));
	int rc = 0;

	r->file = mem_strdup(name);
	if (root->kind != YAML_MAP)
		rc = yaml_error(root, e, "'version: 1' and 'features:' are wanted");
	if (rc == 0)
		rc = yaml_keys(root, keys, e);
	if (rc == 0 && !features)
		rc = yaml_error(root, e, "no 'features:'");
	if (rc == 0)
		rc = rules_features(r, features, e);
	if (rc == 0 && drop)
		rc = rules_drop_list(r, drop, e);
	if (rc == 0)
		return r;
	rules_free(r);
	return NULL;
}

struct rules *rules_read(const char *path, struct err *e)
{
	struct yaml *root = yaml_read(path, e);
	struct rules *r = root ? rules_of(root, path, e) : NULL;

	yaml_free(root);
	return r;
}

struct rules *rules_parse(const char *text, size_t len, const char *name, struct err *e)
{
	struct yaml *root = yaml_parse(text, len, name, e);
	struct rules *r = root ? rules_of(root, name, e) : NULL;

	yaml_free(root);
	return r;
}

static void rules_release(struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < rules[i].nsteps; j++)
			free(rules[i].steps[j].text);
		free(rules[i].steps);
		free(rules[i].name);
	}
	free(rules);
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	rules_release(r->columns, r->ncolumns);
	rules_release(r->drop, r->ndrop);
	free(r->file);
	free(r);
}

const struct rule *rules_find(const struct rules *r, const char *column)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (strcmp(r->columns[i].name, column) == 0)
			return &r->columns[i];
	return NULL;
}

int rules_drops(const struct rules *r, const char *column)
{
	for (size_t i = 0; i < r->ndrop; i++)
		if (strcmp(r->drop[i].name, column) == 0)
			return 1;
	return 0;
}

static json_t *rules_step_params(const struct rule_step *s)
{
	json_t *value = json_true();

	if (s->op == RULE_CLIP) {
		value = json_pack("[f,f]", s->lower, s->upper);
	} else if (s->op == RULE_ONEHOT) {
		value = json_pack("{s:I}", "min_count", (json_int_t)s->min_count);
	} else if (s->op == RULE_IMPUTE) {
		if (s->impute == RULE_NUMBER)
			value = json_real(s->number);
		else if (s->impute == RULE_TEXT)
			value = json_pack("{s:s}", "constant", s->text);
		else
			value = json_string(impute_names[s->impute]);
	}
	return json_pack("{s:o}", op_names[s->op], value);
}

static int rules_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

json_t *rules_params(const struct rules *r)
{
	json_t *params = json_object(), *features = json_object(), *drop = json_array();
	const char **names = mem_array(r->ndrop + 1, sizeof(*names));

	for (size_t i = 0; i < r->ncolumns; i++) {
		json_t *steps = json_array();

		for (size_t j = 0; j < r->columns[i].nsteps; j++)
			json_array_append_new(steps, rules_step_params(&r->columns[i].steps[j]));
		json_object_set_new(features, r->columns[i].name, steps);
	}
	for (size_t i = 0; i < r->ndrop; i++)
		names[i] = r->drop[i].name;
	qsort(names, r->ndrop, sizeof(*names), rules_by_name);
	for (size_t i = 0; i < r->ndrop; i++)
		json_array_append_new(drop, json_string(names[i]));
	free(names);
	json_object_set_new(params, "features", features);
	json_object_set_new(params, "drop", drop);
	return params;
}
