/* check: what was counted becomes anomalies, a verdict and a report.
 * SPDX-License-Identifier: MIT
 */
#include "stat/check_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const char *const severities[] = {"value", "few", "schema"};

/* Adds an anomaly; takes over the message, borrows the example of the offence. */
static void add(struct check *k, const char *column, const char *rule, enum check_severity severity,
	const struct check_offence *offence, double share, char *message)
{
	struct check_anomaly *a;

	MEM_ROOM(k->anomalies, k->n, k->cap);
	a = &k->anomalies[k->n++];
	memset(a, 0, sizeof(*a));
	a->column = column ? mem_strdup(column) : NULL;
	a->rule = rule;
	a->severity = severity;
	if (offence)
		a->offence = *offence;
	a->share = share;
	a->message = message;
}

void check_unexpected(struct check *k, const struct schema *s)
{
	struct map known = MAP_INIT;

	for (size_t i = 0; i < k->contract->n; i++) {
		const char *name = k->contract->columns[i].name;

		map_add(&known, name, strlen(name), NULL);
	}
	for (size_t i = 0; i < s->n; i++) {
		const char *name = s->fields[i].name;
		const char *role = notes_get(&s->fields[i].notes, "pawl.role");

		if ((role && !strcmp(role, "row")) ||
			map_find(&known, name, strlen(name)) != MAP_NONE)
			continue;
		add(k, name, "unexpected", CHECK_SCHEMA, NULL, NAN,
			mem_printf("column '%s' (%s) is not in the contract", name,
				type_name(s->fields[i].type)));
	}
	map_release(&known);
}

/* "value 'x' in row 7" or, of a text input, "in line 9"; long values are cut. */
static void where(const struct check_offence *o, struct buf *out)
{
	size_t len = o->example ? strlen(o->example) : 0, most = len > 60 ? 57 : len;

	while (most > 0 && most < len && ((unsigned char)o->example[most] & 0xc0) == 0x80)
		most--;
	buf_addf(out, ", first '%.*s%s' in ", (int)most, o->example ? o->example : "",
		most < len ? "..." : "");
	if (o->lines[0])
		buf_addf(out, "line %llu", (unsigned long long)o->lines[0]);
	else
		buf_addf(out, "row %llu", (unsigned long long)o->rows[0]);
}

/* COUNT of PRESENT values WHAT BOUND, first 'x' in row 7. */
static void add_values(struct check *k, const struct check_column *c, const char *rule,
	enum check_severity severity, const struct check_offence *o, const char *what,
	const char *bound)
{
	struct buf text = BUF_INIT;

	if (!o->count)
		return;
	buf_addf(&text, "column '%s': %llu of %llu values %s %s%s", c->rules->name,
		(unsigned long long)o->count, (unsigned long long)c->present,
		o->count == 1 ? "is" : "are", what, bound);
	where(o, &text);
	add(k, c->rules->name, rule, severity, o, (double)o->count / (double)c->present,
		buf_detach(&text));
}

static void judge_missing(struct check *k, const struct check_column *c)
{
	const struct check_offence *o = &c->missing;
	double share = k->rows ? (double)o->count / (double)k->rows : 0;
	double allowed = c->is_key ? 0 : c->rules->missing;
	const char *name = c->rules->name;
	char *limit;

	if (!(share > allowed))
		return;
	if (o->count == k->rows) {
		add(k, name, "empty", CHECK_SCHEMA, o, share,
			mem_printf("column '%s' has no value in any of %llu rows", name,
				(unsigned long long)k->rows));
		return;
	}
	limit = allowed > 0 ? mem_printf("more than %.6g %%", 100 * allowed)
			    : mem_strdup("none may be");
	add(k, name, "missing", c->is_key || c->is_target ? CHECK_SCHEMA : CHECK_VALUE, o, share,
		mem_printf("column '%s': %llu of %llu values (%.3g %%) %s missing, %s", name,
			(unsigned long long)o->count, (unsigned long long)k->rows, 100 * share,
			o->count == 1 ? "is" : "are", limit));
	free(limit);
}

static void judge_column(struct check *k, const struct check_column *c)
{
	const struct contract_column *rules = c->rules;
	struct buf bound = BUF_INIT;

	if (c->at == SCHEMA_NONE) {
		if (!rules->optional)
			add(k, rules->name, "column", CHECK_SCHEMA, NULL, NAN,
				mem_printf("column '%s' is missing", rules->name));
		return;
	}
	if (c->wrong_type) {
		add(k, rules->name, "type", CHECK_SCHEMA, NULL, NAN,
			mem_printf("column '%s' is %s, the contract says %s", rules->name,
				type_name(c->type), type_name(rules->type)));
		return;
	}
	judge_missing(k, c);
	add_values(k, c, "infinite", CHECK_VALUE, &c->infinite, "infinite", "");
	if (rules->has_min)
		contract_print(rules, rules->min, &bound);
	add_values(k, c, "min", CHECK_VALUE, &c->below, "below ", bound.data);
	buf_reset(&bound);
	if (rules->has_max)
		contract_print(rules, rules->max, &bound);
	add_values(k, c, "max", CHECK_VALUE, &c->above, "above ", bound.data);
	add_values(k, c, "values", CHECK_VALUE, &c->outside, "none of those listed", "");
	add_values(k, c, "unique", c->is_key ? CHECK_SCHEMA : CHECK_VALUE, &c->repeated,
		"not unique", "");
	if (c->is_target && c->present && !c->varies)
		add(k, rules->name, "constant", CHECK_SCHEMA, NULL, NAN,
			mem_printf("target '%s' has the same value in every row: there is nothing "
				   "to learn",
				rules->name));
	buf_release(&bound);
}

void check_end(struct check *k)
{
	const struct check_offence *bad = &k->malformed;
	uint64_t all = k->rows + bad->count;

	for (size_t i = 0; i < k->contract->n; i++)
		judge_column(k, &k->columns[i]);
	if (bad->count)
		add(k, NULL, "malformed", CHECK_SCHEMA, bad, (double)bad->count / (double)all,
			mem_printf("%llu of %llu rows cannot be read, first line %llu: %s",
				(unsigned long long)bad->count, (unsigned long long)all,
				(unsigned long long)bad->lines[0], bad->example));
	if (k->rows < k->contract->min_rows)
		add(k, NULL, "rows", CHECK_FEW, NULL, NAN,
			mem_printf("%llu rows are too few, at least %llu are needed",
				(unsigned long long)k->rows,
				(unsigned long long)k->contract->min_rows));
}

/* ---- verdict and report */

enum check_verdict check_verdict(const struct check *k)
{
	enum check_verdict v = CHECK_VERDICT_OK;

	for (size_t i = 0; i < k->n; i++) {
		enum check_severity s = k->anomalies[i].severity;

		if (s == CHECK_SCHEMA)
			return CHECK_VERDICT_SCHEMA;
		if (s == CHECK_FEW)
			v = CHECK_VERDICT_FEW;
		else if (v == CHECK_VERDICT_OK)
			v = CHECK_VERDICT_VALUE;
	}
	return v;
}

static const struct {
	const char *name;
	enum err_kind kind;
} verdicts[] = {
	[CHECK_VERDICT_OK] = {"ok", ERR_NONE},
	[CHECK_VERDICT_VALUE] = {"value-skew", ERR_NO},
	[CHECK_VERDICT_SCHEMA] = {"schema-skew", ERR_DATA},
	[CHECK_VERDICT_FEW] = {"too-few", ERR_FEW},
};

const char *check_verdict_name(enum check_verdict v)
{
	return verdicts[v].name;
}

enum err_kind check_verdict_kind(enum check_verdict v)
{
	return verdicts[v].kind;
}

static void set_list(json_t *o, const char *key, const uint64_t *numbers, uint64_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n && i < CHECK_SHOWN; i++)
		json_array_append_new(list, json_integer((json_int_t)numbers[i]));
	json_object_set_new(o, key, list);
}

static json_t *anomaly_json(const struct check_anomaly *a)
{
	const struct check_offence *o = &a->offence;
	json_t *j = json_object();

	json_object_set_new(
		j, "column", a->column ? json_text(a->column, strlen(a->column)) : json_null());
	json_object_set_new(j, "rule", json_string(a->rule));
	json_object_set_new(j, "severity", json_string(severities[a->severity]));
	if (o->count) {
		json_object_set_new(j, "count", json_integer((json_int_t)o->count));
		json_object_set_new(j, "share", json_number(a->share));
		if (strcmp(a->rule, "malformed") != 0)
			set_list(j, "rows", o->rows, o->count);
		if (o->lines[0])
			set_list(j, "lines", o->lines, o->count);
	}
	json_object_set_new(j, "message", json_text(a->message, strlen(a->message)));
	return j;
}

json_t *check_json(const struct check *k)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < k->n; i++)
		json_array_append_new(list, anomaly_json(&k->anomalies[i]));
	json_object_set_new(o, "verdict", json_string(check_verdict_name(check_verdict(k))));
	json_object_set_new(o, "rows", json_integer((json_int_t)k->rows));
	json_object_set_new(o, "anomalies", list);
	return o;
}

int check_read(const json_t *report, const char *name, enum check_verdict *v, json_t **lines,
	struct err *e)
{
	static const char *const words[] = {"value skew", "too few", "schema skew"};
	const char *text = json_str(report, "verdict", "");
	const json_t *list = json_object_get(report, "anomalies");
	json_t *out;
	size_t at;

	for (at = 0; at < sizeof(verdicts) / sizeof(*verdicts); at++)
		if (!strcmp(verdicts[at].name, text))
			break;
	if (at == sizeof(verdicts) / sizeof(*verdicts) || !json_is_array(list))
		return err_set(e, ERR_DATA, "%s: not a report of pawl validate", name);
	out = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *a = json_array_get(list, i);
		const char *message = json_str(a, "message", "?");
		const char *severity = json_str(a, "severity", "");
		size_t s = !strcmp(severity, "schema") ? 2 : !strcmp(severity, "few") ? 1 : 0;
		char *line = mem_printf("%s (%s)", message, words[s]);

		for (char *c = line; *c; c++) /* whatever a column is called */
			if ((unsigned char)*c < ' ' || *c == 127)
				*c = '?';
		json_array_append_new(out, json_text(line, strlen(line)));
		free(line);
	}
	*v = (enum check_verdict)at;
	*lines = out;
	return 0;
}
