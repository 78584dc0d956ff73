/* bind: holds feature rules against the columns of a table.
 * SPDX-License-Identifier: MIT
 */
#include "feat/bind.h"

#include <string.h>

#include "base/buf.h"
#include "base/yaml.h"

static int bind_error(const struct rules *r, size_t line, struct err *e)
{
	e->kind = ERR_USAGE;
	return err_prefix(e, "%s:%zu", r->file, line);
}

const char *bind_role(const struct schema *schema, size_t column, const char *target)
{
	const struct field *f = &schema->fields[column];
	const char *role = notes_get(&f->notes, "pawl.role");

	if (target && strcmp(f->name, target) == 0)
		return "target";
	return role && target && strcmp(role, "target") == 0 ? NULL : role;
}

static int bind_text(const struct rules *r, const struct rule *rule, struct err *e)
{
	if (!rule->nsteps || rule->steps[rule->nsteps - 1].op != RULE_ONEHOT) {
		err_set(e, ERR_USAGE,
			"column '%s' is text: its last step must be onehot, or drop it",
			rule->name);
		return bind_error(r, rule->line, e);
	}
	for (size_t i = 0; i + 1 < rule->nsteps; i++) {
		const struct rule_step *s = &rule->steps[i];

		if (s->op == RULE_IMPUTE &&
			(s->impute == RULE_TEXT || s->impute == RULE_MOST_FREQUENT))
			continue;
		if (s->op == RULE_IMPUTE)
			err_set(e, ERR_USAGE,
				"column '%s' is text: it can be imputed by most_frequent or a text "
				"in quotes",
				rule->name);
		else
			err_set(e, ERR_USAGE, "column '%s' is text: %s takes numbers", rule->name,
				rule_op_name(s->op));
		return bind_error(r, s->line, e);
	}
	return 0;
}

static int bind_number(
	const struct rules *r, const struct rule *rule, enum type type, struct err *e)
{
	for (size_t i = 0; i < rule->nsteps; i++) {
		const struct rule_step *s = &rule->steps[i];

		if (s->op == RULE_ONEHOT)
			err_set(e, ERR_USAGE,
				"column '%s' is of type %s: onehot takes text (type: string in "
				"schema.yaml)",
				rule->name, type_name(type));
		else if (s->op == RULE_IMPUTE && s->impute == RULE_TEXT)
			err_set(e, ERR_USAGE,
				"column '%s' is of type %s: impute mean, median, most_frequent or "
				"a number, "
				"not '%s'",
				rule->name, type_name(type), s->text);
		else
			continue;
		return bind_error(r, s->line, e);
	}
	return 0;
}

/* Every column that the file names must be there, and the target can be no feature. */
static int bind_names(
	const struct rules *r, const struct schema *schema, const char *target, struct err *e)
{
	size_t at;

	for (size_t i = 0; i < r->ncolumns + r->ndrop; i++) {
		const struct rule *rule =
			i < r->ncolumns ? &r->columns[i] : &r->drop[i - r->ncolumns];
		const char *role;

		if (schema_need(schema, rule->name, &at, e) < 0)
			return bind_error(r, rule->line, e);
		role = bind_role(schema, at, target);
		if (!role || strcmp(role, "time") == 0)
			continue;
		if (i >= r->ncolumns && strcmp(role, "target") != 0)
			continue;
		err_set(e, ERR_USAGE, "column '%s' is the table's %s and cannot be %s", rule->name,
			role, i < r->ncolumns ? "a feature" : "dropped");
		return bind_error(r, rule->line, e);
	}
	return 0;
}

/* A column that nobody mentions may be a mistake: a person must say what it is for. */
static int bind_forgotten(const struct rules *r, const struct field *f, struct err *e)
{
	struct buf name = BUF_INIT;

	yaml_quote(&name, f->name);
	err_set(e, ERR_USAGE,
		"column '%s' is neither a feature nor dropped: add '%s: [%s]' below features:, or "
		"%s to "
		"drop: [...]",
		f->name, name.data, type_is_text(f->type) ? "onehot" : "standardize", name.data);
	buf_release(&name);
	return bind_error(r, r->features_line, e);
}

static int bind_column(const struct rules *r, const struct schema *schema, size_t at,
	const char *target, struct transform *t, struct err *e)
{
	const struct field *f = &schema->fields[at];
	const struct rule *rule = rules_find(r, f->name);
	const char *role = bind_role(schema, at, target);

	/* A time that is a feature is an input already. */
	if (role && (strcmp(role, "time") != 0 || !rule))
		transform_carry(t, f->name, f->type, role);
	if (!rule)
		return role || rules_drops(r, f->name) ? 0 : bind_forgotten(r, f, e);
	if (type_is_text(f->type)) {
		if (bind_text(r, rule, e) < 0)
			return -1;
	} else if (!transform_takes(f->type)) {
		err_set(e, ERR_USAGE, "column '%s' is of type %s, which can be no feature: drop it",
			f->name, type_name(f->type));
		return bind_error(r, rule->line, e);
	} else if (bind_number(r, rule, f->type, e) < 0) {
		return -1;
	}
	transform_add(t, f->name, f->type);
	return 0;
}

int bind_rules(const struct rules *r, const struct schema *schema, const char *target,
	struct transform *t, struct err *e)
{
	size_t at;

	if (target && schema_need(schema, target, &at, e) < 0)
		return -1;
	if (schema_unique(schema, e) < 0 || bind_names(r, schema, target, e) < 0)
		return -1;
	for (size_t i = 0; i < schema->n; i++) {
		if (bind_column(r, schema, i, target, t, e) < 0) {
			transform_release(t);
			return -1;
		}
	}
	return 0;
}
