/* propose: guesses a pipeline from a survey of the raw data.
 * SPDX-License-Identifier: MIT
 */
#include "feat/propose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/num.h"

enum {
	PROPOSE_CLASSES = 10,	    /* a number column of at most so many integers is classes */
	PROPOSE_TEXT_CLASSES = 100, /* a text column of more is no target */
	PROPOSE_LONG_TEXT = 24,	    /* mean bytes of free text */
	PROPOSE_SMALL = 20,	    /* rows below which uniqueness says nothing */
};

static const char *propose_name(const struct proposal *p, size_t col)
{
	return p->survey->schema.fields[col].name;
}

static int propose_is_number(const struct proposal *p, size_t col)
{
	return type_is_number(p->survey->schema.fields[col].type);
}

/* Sets a column's role with its reason; the reason is told to the person when `tell`. */
static void propose_set(
	struct proposal *p, size_t col, enum propose_role role, int tell, char *reason)
{
	p->roles[col] = role;
	free(p->reasons[col]);
	p->reasons[col] = reason;
	if (tell)
		buf_addf(
			&p->remarks, "column '%s' is left out: %s\n", propose_name(p, col), reason);
}

/* A reason ends up in a comment of a YAML file: one line, whatever is in a column's name. */
static char *propose_line(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 32 || *c == 127)
			*c = '?';
	return text;
}

/* Whether the name says that it is an identifier: id, ID, user_id, customerID, key, uuid. */
static int propose_named_id(const char *name)
{
	size_t n = strlen(name);

	if (strcasecmp(name, "id") == 0 || strcasecmp(name, "key") == 0 ||
		strcasecmp(name, "uuid") == 0 || strcasecmp(name, "index") == 0)
		return 1;
	return n > 2 && (strcmp(name + n - 2, "ID") == 0 || strcmp(name + n - 2, "Id") == 0 ||
				strcasecmp(name + n - 3, "_id") == 0);
}

static int propose_unique(const struct proposal *p, size_t col)
{
	const struct survey_column *c = &p->survey->cols[col];

	return !c->repeats && !c->missing && c->distinct == p->survey->rows &&
	       p->survey->rows >= PROPOSE_SMALL;
}

static int propose_key_given(struct proposal *p, const char *key, struct err *e)
{
	const struct survey_column *c;
	size_t at;

	if (schema_need(&p->survey->schema, key, &at, e) < 0)
		return -1;
	c = &p->survey->cols[at];
	if (at == p->target)
		return err_set(e, ERR_USAGE, "'%s' cannot be both key and target", key);
	if (c->missing)
		return err_set(e, ERR_DATA, "key '%s': %llu rows have none", key,
			(unsigned long long)c->missing);
	if (c->repeats)
		return err_set(
			e, ERR_DATA, "key '%s': a value occurs twice, a key names one row", key);
	p->key = propose_name(p, at);
	propose_set(p, at, PROPOSE_KEY, 0, mem_strdup("given"));
	return 0;
}

/* The first column that is unique and named like an identifier. */
static void propose_key_guess(struct proposal *p)
{
	for (size_t i = 0; i < p->survey->schema.n; i++) {
		enum type type = p->survey->schema.fields[i].type;

		if (i == p->target || !propose_unique(p, i) ||
			!propose_named_id(propose_name(p, i)) ||
			!(type_is_text(type) || type == TYPE_INT64 || type == TYPE_UINT64))
			continue;
		p->key = propose_name(p, i);
		propose_set(p, i, PROPOSE_KEY, 0, mem_strdup("unique in every row, and named so"));
		buf_addf(&p->remarks,
			"key: '%s', which is unique in every row (--key says otherwise)\n", p->key);
		return;
	}
}

static const char *propose_positive_name(const struct map *values)
{
	static const char *const names[] = {"yes", "true", "1", "1.0", "y", "t", "positive",
		"churned", "fraud", "default", "bad", "failure", "spam", NULL};

	for (size_t n = 0; names[n]; n++) {
		for (size_t i = 0; i < values->n; i++) {
			size_t len;
			const char *text = map_key(values, i, &len);

			if (len == strlen(names[n]) && strncasecmp(text, names[n], len) == 0)
				return names[n];
		}
	}
	return NULL;
}

/* Of two classes the one with a telling name, else the rarer one. */
static void propose_positive(struct proposal *p)
{
	const struct map *values = &p->survey->cols[p->target].values;
	const char *named = propose_positive_name(values);
	size_t best = values->values[0] <= values->values[1] ? 0 : 1, len;
	const char *text;

	for (size_t i = 0; named && i < values->n; i++) {
		text = map_key(values, i, &len);
		if (len == strlen(named) && strncasecmp(text, named, len) == 0)
			best = i;
	}
	text = map_key(values, best, &len);
	p->positive = mem_strndup(text, len);
	p->positive_reason = named ? "by its name" : "the rarer one";
	buf_addf(&p->remarks, "positive class: '%s', %s\n", p->positive, p->positive_reason);
}

static int propose_task(struct proposal *p, struct err *e)
{
	const struct survey_column *c = &p->survey->cols[p->target];
	const char *name = propose_name(p, p->target);
	unsigned long long n = c->distinct;
	int number = propose_is_number(p, p->target);

	if (type_is_time(p->survey->schema.fields[p->target].type))
		return err_set(
			e, ERR_DATA, "target '%s' is a time: neither numbers nor classes", name);
	if (n < 2)
		return err_set(e, ERR_DATA, "target '%s' has %s: there is nothing to learn", name,
			n ? "the same value in every row" : "no value in any row");
	if (!number && n > PROPOSE_TEXT_CLASSES)
		return err_set(e, ERR_DATA,
			"target '%s' has %llu distinct texts: neither numbers nor at most %d "
			"classes",
			name, n, PROPOSE_TEXT_CLASSES);
	p->classification = !number || (c->integral && n <= PROPOSE_CLASSES);
	p->task_reason = mem_printf("%s: '%s' holds %llu distinct %s",
		p->classification ? "classification" : "regression", name, n,
		!number	      ? "texts"
		: c->integral ? "whole numbers"
			      : "numbers");
	propose_line(p->task_reason);
	buf_addf(&p->remarks, "%s\n", p->task_reason);
	if (c->missing)
		buf_addf(&p->remarks,
			"%llu rows have no '%s': validate will refuse them until they are "
			"removed\n",
			(unsigned long long)c->missing, name);
	if (p->classification && n == 2)
		propose_positive(p);
	return 0;
}

/* Names of outputs of the ONNX graph, which no input of it can have. */
static int propose_reserved(const char *name)
{
	return strcmp(name, "features") == 0 || strcmp(name, "prediction") == 0 ||
	       strncmp(name, "probability_", 12) == 0;
}

/* YAML ends keys at 1024 characters, and a quoted byte may take four. */
static int propose_names(const struct schema *schema, struct err *e)
{
	const size_t most = 250;

	for (size_t i = 0; i < schema->n; i++) {
		const char *name = schema->fields[i].name;

		if (strlen(name) > most)
			return err_set(e, ERR_DATA,
				"column %zu, '%.40s...': a name of %zu bytes; at most %zu can be "
				"written into schema.yaml",
				i + 1, name, strlen(name), most);
	}
	return 0;
}

static void propose_column(struct proposal *p, size_t col)
{
	const struct survey_column *c = &p->survey->cols[col];
	enum type type = p->survey->schema.fields[col].type;
	double known = (double)(p->survey->rows - c->missing);
	int many = known >= PROPOSE_SMALL && (double)c->distinct > known / 2;
	double length = known > 0 ? c->text_length / known : 0;

	if (propose_reserved(propose_name(p, col)))
		propose_set(p, col, PROPOSE_TEXT, 1,
			mem_strdup("the model calls an output so: rename it to make use of it"));
	else if (c->distinct == 0)
		propose_set(p, col, PROPOSE_CONSTANT, 1, mem_strdup("it is empty"));
	else if (c->distinct == 1 && !c->missing)
		propose_set(p, col, PROPOSE_CONSTANT, 1, mem_strdup("it has one value only"));
	else if (type == TYPE_BINARY)
		propose_set(p, col, PROPOSE_TEXT, 1, mem_strdup("it is binary"));
	else if (type_is_text(type) && many && length > PROPOSE_LONG_TEXT)
		propose_set(p, col, PROPOSE_TEXT, 1, mem_strdup("it looks like free text"));
	else if (type_is_text(type) && many)
		propose_set(p, col, PROPOSE_ID, 1,
			mem_strdup("it looks like an identifier: most rows have a value of their "
				   "own"));
	else if ((type == TYPE_INT64 || type == TYPE_UINT64) && propose_unique(p, col) &&
		 (c->increasing || propose_named_id(propose_name(p, col))))
		propose_set(p, col, PROPOSE_ID, 1,
			mem_strdup("it looks like an identifier: whole numbers, each once"));
	else if (type_is_time(type) || type == TYPE_TIME || type == TYPE_DURATION)
		propose_set(p, col, PROPOSE_TIME, 1,
			mem_strdup("a time is no feature by itself: derive what matters from it"));
}

/* By position when told so, by time when the rows are in the order of a time column, else by hash.
 */
static void propose_split(struct proposal *p, int ordered)
{
	p->split = ordered ? "position" : "hash";
	p->split_reason =
		mem_strdup(ordered  ? "the rows are in time order: the last fifth is the test"
			   : p->key ? "by a hash of the key: a row stays in its part as "
				      "data grows"
				    : "by a hash of the row's position");
	for (size_t i = 0; !ordered && i < p->survey->schema.n; i++) {
		const struct survey_column *c = &p->survey->cols[i];

		if (!type_is_time(p->survey->schema.fields[i].type) ||
			p->roles[i] != PROPOSE_TIME || c->missing || c->distinct < 10)
			continue;
		if (!c->increasing) {
			buf_addf(&p->remarks,
				"'%s' is a time, but the rows are not in its order: if they are "
				"events, "
				"set split: {by: time} and time: in schema.yaml\n",
				propose_name(p, i));
			continue;
		}
		p->split = "time";
		p->time = i;
		free(p->split_reason);
		p->split_reason =
			mem_printf("the rows are in the order of '%s': the latest fifth is "
				   "the test",
				propose_name(p, i));
		break;
	}
	propose_line(p->split_reason);
	buf_addf(&p->remarks, "split by %s: %s\n", p->split, p->split_reason);
}

int propose(
	struct proposal *p, const struct survey *s, const struct propose_options *o, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->survey = s;
	p->remarks = (struct buf)BUF_INIT;
	p->time = SCHEMA_NONE;
	p->roles = mem_new(s->schema.n, sizeof(*p->roles));
	p->reasons = mem_new(s->schema.n, sizeof(*p->reasons));
	p->target = SCHEMA_NONE;
	if (propose_names(&s->schema, e) < 0 ||
		(o->target && schema_need(&s->schema, o->target, &p->target, e) < 0))
		return -1;
	if (!s->rows)
		return err_set(e, ERR_DATA, "there are no rows");
	if (o->target && propose_task(p, e) < 0)
		return -1;
	if (o->target)
		p->roles[p->target] = PROPOSE_TARGET;
	if (o->key) {
		if (propose_key_given(p, o->key, e) < 0)
			return -1;
	} else {
		propose_key_guess(p);
	}
	for (size_t i = 0; i < s->schema.n; i++)
		if (p->roles[i] == PROPOSE_FEATURE)
			propose_column(p, i);
	propose_split(p, o->ordered);
	for (size_t i = 0; i < s->schema.n; i++)
		if (p->roles[i] == PROPOSE_FEATURE || !o->target)
			return 0;
	return err_set(e, ERR_DATA, "no column is left that could be a feature");
}

void proposal_release(struct proposal *p)
{
	for (size_t i = 0; p->reasons && i < p->survey->schema.n; i++)
		free(p->reasons[i]);
	free(p->reasons);
	free(p->roles);
	free(p->positive);
	free(p->task_reason);
	free(p->split_reason);
	if (p->survey)
		buf_release(&p->remarks);
	memset(p, 0, sizeof(*p));
}
