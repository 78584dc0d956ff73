/* opt: one table row per option. getopt_long is not used: its tables would be a second list, and
 * its messages are not ours; the grammar is the same. SPDX-License-Identifier: MIT
 */
#include "cli/opt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/yaml.h"

static void *opt_place(const struct opt *o, void *values)
{
	return (char *)values + o->offset;
}

static const void *opt_value(const struct opt *o, const void *values)
{
	return (const char *)values + o->offset;
}

static void opt_list_add(struct opt_list *list, const char *item)
{
	MEM_ROOM(list->items, list->n, list->cap);
	list->items[list->n++] = item;
}

/* Whether text is one of "a|b|c". */
static int opt_is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (const char *p = choices; *p;) {
		size_t n = strcspn(p, "|");

		if (n == len && strncmp(p, text, n) == 0)
			return 1;
		p += n + (p[n] == '|');
	}
	return 0;
}

static int opt_set_number(
	const struct opt *o, void *values, const char *text, const char *source, struct err *e)
{
	double number;
	int64_t whole;

	if (o->kind == OPT_INT) {
		if (num_int64(text, strlen(text), &whole) < 0)
			return err_set(
				e, ERR_USAGE, "%s: '%s' is not a whole number", source, text);
		number = (double)whole;
	} else if (num_double(text, strlen(text), &number) < 0 || !isfinite(number)) {
		return err_set(e, ERR_USAGE, "%s: '%s' is not a number", source, text);
	}
	if ((o->min != 0 || o->max != 0) && !(number >= o->min && number <= o->max)) {
		char low[NUM_TEXT], high[NUM_TEXT];

		num_print(o->min, low);
		num_print(o->max, high);
		return err_set(
			e, ERR_USAGE, "%s: %s is not within %s and %s", source, text, low, high);
	}
	if (o->kind == OPT_INT)
		*(long long *)opt_place(o, values) = whole;
	else
		*(double *)opt_place(o, values) = number;
	return 0;
}

static int opt_set_flag(
	const struct opt *o, void *values, const char *text, const char *source, struct err *e)
{
	if (strcmp(text, "true") == 0)
		*(int *)opt_place(o, values) = 1;
	else if (strcmp(text, "false") == 0)
		*(int *)opt_place(o, values) = 0;
	else
		return err_set(e, ERR_USAGE, "%s: '%s' is neither true nor false", source, text);
	return 0;
}

int opt_set_text(
	const struct opt *o, void *values, const char *text, const char *source, struct err *e)
{
	switch (o->kind) {
	case OPT_FLAG:
		return opt_set_flag(o, values, text, source, e);
	case OPT_CHOICE:
		if (!opt_is_choice(o->arg, text))
			return err_set(
				e, ERR_USAGE, "%s: '%s' is not one of %s", source, text, o->arg);
		*(const char **)opt_place(o, values) = text;
		return 0;
	case OPT_STRING:
		*(const char **)opt_place(o, values) = text;
		return 0;
	case OPT_LIST:
		opt_list_add(opt_place(o, values), text);
		return 0;
	case OPT_INT:
	case OPT_NUMBER:
		return opt_set_number(o, values, text, source, e);
	case OPT_GROUP:
		break;
	}
	return 0;
}

void opt_reset(const struct opt *opts, void *values)
{
	struct err unused = ERR_INIT;

	for (const struct opt *o = opts; o->name || o->kind == OPT_GROUP; o++) {
		if (o->kind == OPT_FLAG)
			*(int *)opt_place(o, values) = 0;
		else if (o->kind == OPT_INT)
			*(long long *)opt_place(o, values) = 0;
		else if (o->kind == OPT_NUMBER)
			*(double *)opt_place(o, values) = NAN;
		else if (o->kind == OPT_LIST)
			((struct opt_list *)opt_place(o, values))->n = 0;
		else if (o->kind != OPT_GROUP)
			*(const char **)opt_place(o, values) = NULL;
		if (o->value)
			opt_set_text(o, values, o->value, o->name, &unused);
	}
}

const struct opt *opt_find(const struct opt *opts, const char *name)
{
	for (const struct opt *o = opts; o->name || o->kind == OPT_GROUP; o++)
		if (o->name && strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

/* The row for "--name[=...]" (len bytes of a name) or for a letter. */
static const struct opt *opt_match(const struct opt_set *sets, size_t nsets, const char *name,
	size_t len, char letter, void **values)
{
	for (size_t i = 0; i < nsets; i++) {
		for (const struct opt *o = sets[i].opts; o->name || o->kind == OPT_GROUP; o++) {
			int hit = letter ? o->letter == letter
					 : o->name && strlen(o->name) == len &&
						   strncmp(o->name, name, len) == 0;

			if (hit && o->kind != OPT_GROUP) {
				*values = sets[i].values;
				return o;
			}
		}
	}
	return NULL;
}

struct args {
	const struct opt_set *sets;
	size_t nsets;
	int argc;
	char **argv;
	int *at;
};

/* The option's value: what is attached to it, or the next word. */
static int opt_take(struct args *a, const struct opt *o, void *values, const char *attached,
	const char *source, struct err *e)
{
	if (o->kind == OPT_FLAG) {
		if (attached)
			return err_set(e, ERR_USAGE, "option '%s' takes no value", source);
		*(int *)opt_place(o, values) = 1;
		return 0;
	}
	if (!attached) {
		if (*a->at >= a->argc)
			return err_set(
				e, ERR_USAGE, "option '%s' needs a value: %s", source, o->arg);
		attached = a->argv[(*a->at)++];
	}
	return opt_set_text(o, values, attached, source, e);
}

static int opt_long(struct args *a, const char *word, struct err *e)
{
	size_t len = strcspn(word + 2, "=");
	void *values;
	const struct opt *o = opt_match(a->sets, a->nsets, word + 2, len, 0, &values);
	char *source;
	int rc;

	if (!o)
		return err_set(e, ERR_USAGE, "unknown option '--%.*s' (--help lists them)",
			(int)len, word + 2);
	source = mem_printf("--%s", o->name);
	rc = opt_take(a, o, values, word[2 + len] == '=' ? word + 3 + len : NULL, source, e);
	free(source);
	return rc;
}

static int opt_short(struct args *a, const char *word, struct err *e)
{
	for (const char *p = word + 1; *p; p++) {
		char source[3] = {'-', *p, 0};
		void *values;
		const struct opt *o = opt_match(a->sets, a->nsets, NULL, 0, *p, &values);
		int whole;

		if (!o)
			return err_set(
				e, ERR_USAGE, "unknown option '-%c' (--help lists them)", *p);
		whole = o->kind != OPT_FLAG;
		if (opt_take(a, o, values, whole && p[1] ? p + 1 : NULL, source, e) < 0)
			return -1;
		if (whole)
			break;
	}
	return 0;
}

int opt_parse(
	const struct opt_set *sets, size_t nsets, int argc, char **argv, int *at, struct err *e)
{
	struct args a = {sets, nsets, argc, argv, at};

	while (*at < argc) {
		const char *word = argv[*at];

		if (word[0] != '-' || !word[1])
			break;
		++*at;
		if (strcmp(word, "--") == 0)
			return 1;
		if ((word[1] == '-' ? opt_long(&a, word, e) : opt_short(&a, word, e)) < 0)
			return -1;
	}
	return 0;
}

/* opt_set_text() of a text that does not live on: texts that an option keeps are copied for the
 * life of the process, as options live as long as that. */
static int opt_set_copy(
	const struct opt *o, void *values, const char *text, const char *source, struct err *e)
{
	int keeps = o->kind == OPT_STRING || o->kind == OPT_LIST || o->kind == OPT_CHOICE;
	char *copy = keeps ? mem_strdup(text) : NULL;
	int rc = opt_set_text(o, values, keeps ? copy : text, source, e);

	if (rc < 0)
		free(copy);
	return rc;
}

/* A list in the file replaces the default; a scalar stands for a list of one. */
static int opt_yaml_value(const struct opt *o, void *values, const struct yaml *y, struct err *e)
{
	char *source = mem_printf("%s:%zu: %s", y->file, y->line, o->name);
	int rc = -1;

	if (o->kind == OPT_LIST)
		((struct opt_list *)opt_place(o, values))->n = 0;
	if (y->kind == YAML_LIST && o->kind == OPT_LIST) {
		rc = 0;
		for (size_t i = 0; i < y->n && rc == 0; i++)
			rc = y->items[i]->text ? opt_set_text(o, values,
							 mem_strdup(y->items[i]->text), source, e)
					       : yaml_error(y->items[i], e,
							 "%s: not a single value", o->name);
	} else if (y->kind == YAML_MAP || y->kind == YAML_LIST) {
		yaml_error(y, e, "%s: not a single value", o->name);
	} else if (y->kind == YAML_NULL) {
		rc = 0; /* as if it were not there */
	} else {
		rc = opt_set_copy(o, values, y->text, source, e);
	}
	free(source);
	return rc;
}

/* The long names that a tool's section may have; the caller frees the array. */
static const char **opt_param_names(const struct opt *opts)
{
	const char **names = NULL;
	size_t n = 0, cap = 0;

	for (const struct opt *o = opts; o->name || o->kind == OPT_GROUP; o++) {
		MEM_ROOM(names, n, cap);
		if (o->name && (o->flags & (OPT_PARAM | OPT_TOP)) == OPT_PARAM)
			names[n++] = o->name;
	}
	MEM_ROOM(names, n, cap);
	names[n] = NULL;
	return names;
}

int opt_from_yaml(const struct opt *opts, void *values, const char *tool, const struct yaml *root,
	struct err *e)
{
	const struct yaml *section = yaml_get(root, tool);
	const char **names = opt_param_names(opts);
	int rc = 0;

	if (section && section->kind != YAML_NULL && section->kind != YAML_MAP)
		rc = yaml_error(section, e, "'%s' is not a section of keys and values", tool);
	else if (section && section->kind == YAML_MAP)
		rc = yaml_keys(section, names, e);
	free(names);
	for (size_t i = 0; rc == 0 && section && i < section->n; i++)
		rc = opt_yaml_value(
			opt_find(opts, section->items[i]->key), values, section->items[i], e);
	for (const struct opt *o = opts; rc == 0 && (o->name || o->kind == OPT_GROUP); o++)
		if (o->flags & OPT_TOP && yaml_get(root, o->name))
			rc = opt_yaml_value(o, values, yaml_get(root, o->name), e);
	return rc;
}

/* One "tool.key=value"; word is taken apart. */
static int opt_from_word(
	const struct opt *opts, void *values, size_t prefix, char *word, struct err *e)
{
	char *equals = strchr(word, '=');
	const struct opt *o;

	if (equals)
		*equals = 0;
	o = opt_find(opts, word + prefix + 1);
	if (!equals || !o || !(o->flags & OPT_PARAM))
		return err_set(e, ERR_USAGE,
			"SET: '%s' is no parameter of %.*s, given as %.*s.KEY=VALUE", word,
			(int)prefix, word, (int)prefix, word);
	if (o->kind == OPT_LIST)
		((struct opt_list *)opt_place(o, values))->n = 0;
	return opt_set_copy(o, values, equals + 1, word, e);
}

int opt_from_set(
	const struct opt *opts, void *values, const char *tool, const char *set, struct err *e)
{
	static const char space[] = " \t\n";
	size_t prefix = strlen(tool);
	int rc = 0;

	while (rc == 0 && set && *(set += strspn(set, space))) {
		size_t len = strcspn(set, space);
		char *word = mem_strndup(set, len);

		if (strncmp(word, tool, prefix) == 0 && word[prefix] == '.')
			rc = opt_from_word(opts, values, prefix, word, e);
		free(word);
		set += len;
	}
	return rc;
}

void opt_params(const struct opt *opts, const void *values, json_t *params)
{
	for (const struct opt *o = opts; o->name || o->kind == OPT_GROUP; o++) {
		const void *at;
		json_t *value = NULL;

		if (!o->name || !(o->flags & OPT_PARAM))
			continue;
		at = opt_value(o, values);
		if (o->kind == OPT_FLAG) {
			value = json_boolean(*(const int *)at);
		} else if (o->kind == OPT_INT) {
			value = json_integer(*(const long long *)at);
		} else if (o->kind == OPT_NUMBER) {
			value = isfinite(*(const double *)at) ? json_real(*(const double *)at)
							      : NULL;
		} else if (o->kind == OPT_LIST) {
			const struct opt_list *list = at;

			value = json_array();
			for (size_t i = 0; i < list->n; i++)
				json_array_append_new(
					value, json_text(list->items[i], strlen(list->items[i])));
		} else if (*(const char *const *)at) {
			const char *text = *(const char *const *)at;

			value = json_text(text, strlen(text));
		}
		if (value)
			json_object_set_new(params, o->name, value);
	}
}

/* Breaks the help text at column 79, indented to its column. */
static void opt_help_text(const char *text, size_t indent, struct buf *out)
{
	size_t at = indent;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > indent && at + 1 + word > 79) {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_addc(out, ' ');
			at++;
		}
		buf_add(out, text, word);
		at += word;
		text += word;
		text += strspn(text, " ");
	}
	buf_addc(out, '\n');
}

void opt_help(const struct opt *opts, struct buf *out)
{
	enum { OPT_INDENT = 26 };

	for (const struct opt *o = opts; o->name || o->kind == OPT_GROUP; o++) {
		struct buf line = BUF_INIT, text = BUF_INIT;

		if (o->flags & OPT_HIDDEN)
			continue;
		if (o->kind == OPT_GROUP) {
			buf_addf(out, "%s:\n", o->help);
			continue;
		}
		if (o->letter)
			buf_addf(&line, "  -%c, --%s", o->letter, o->name);
		else
			buf_addf(&line, "      --%s", o->name);
		if (o->kind != OPT_FLAG)
			buf_addf(&line, " %s", o->arg);
		buf_adds(&text, o->help);
		if (o->value)
			buf_addf(&text, " (default: %s)", o->value);
		buf_add(out, line.data, line.len);
		if (line.len + 2 > OPT_INDENT)
			buf_addf(out, "\n%*s", OPT_INDENT, "");
		else
			buf_addf(out, "%*s", OPT_INDENT - (int)line.len, "");
		opt_help_text(text.data, OPT_INDENT, out);
		buf_release(&line);
		buf_release(&text);
	}
}
