/* yaml_value: asking a tree of base/yaml.h for keys and values, and writing scalars.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/num.h"
#include "base/yaml.h"

const struct yaml *yaml_get(const struct yaml *y, const char *key)
{
	if (!y || y->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < y->n; i++)
		if (strcmp(y->items[i]->key, key) == 0)
			return y->items[i];
	return NULL;
}

int yaml_error(const struct yaml *y, struct err *e, const char *format, ...)
{
	char text[768];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(e, ERR_USAGE, "%s:%zu: %s", y->file, y->line, text);
}

int yaml_keys(const struct yaml *y, const char *const *names, struct err *e)
{
	size_t n = 0;

	if (!y)
		return 0;
	if (y->kind != YAML_MAP)
		return yaml_error(y, e, "a map ('name: value' lines) is expected%s%s%s",
			y->key ? " under '" : "", y->key ? y->key : "", y->key ? "'" : "");
	while (names[n])
		n++;
	for (size_t i = 0; i < y->n; i++) {
		const char *near, *key = y->items[i]->key;
		size_t at = 0;

		while (at < n && strcmp(names[at], key) != 0)
			at++;
		if (at < n)
			continue;
		near = near_name(key, names, n);
		if (near)
			return yaml_error(
				y->items[i], e, "unknown key '%s': do you mean '%s'?", key, near);
		return yaml_error(y->items[i], e, "unknown key '%s'", key);
	}
	return 0;
}

/* "FILE:LINE: 'key': what is expected, not 'text'". */
static int expected(const struct yaml *y, struct err *e, const char *what)
{
	const char *key = y->key ? y->key : "", *quote = y->key ? "'" : "";
	const char *colon = y->key ? ": " : "";

	if (y->kind == YAML_MAP || y->kind == YAML_LIST)
		return yaml_error(y, e, "%s%s%s%s%s is expected, not a %s", quote, key, quote,
			colon, what, y->kind == YAML_MAP ? "map" : "list");
	return yaml_error(
		y, e, "%s%s%s%s%s is expected, not '%s'", quote, key, quote, colon, what, y->text);
}

int yaml_string(const struct yaml *y, const char **out, struct err *e)
{
	if (y->kind == YAML_NULL || y->kind == YAML_MAP || y->kind == YAML_LIST)
		return expected(y, e, "a text");
	*out = y->text;
	return 0;
}

int yaml_int(const struct yaml *y, long long min, long long max, long long *out, struct err *e)
{
	int64_t value;
	char what[96];

	if (y->kind != YAML_INT || num_int64(y->text, strlen(y->text), &value) < 0)
		return expected(y, e, "an integer");
	if (value < min || value > max) {
		snprintf(what, sizeof(what), "an integer from %lld to %lld", min, max);
		if (max == INT64_MAX)
			snprintf(what, sizeof(what), "an integer of at least %lld", min);
		return expected(y, e, what);
	}
	*out = value;
	return 0;
}

/* ".inf" and ".nan" are YAML's words; num_double knows them without the point. */
static double number(const char *text)
{
	double value = NAN;

	const char *p = text + (*text == '-' || *text == '+');

	if (strcasecmp(p, ".inf") == 0)
		return *text == '-' ? -INFINITY : INFINITY;
	if (strcasecmp(p, ".nan") != 0)
		num_double(text, strlen(text), &value);
	return value;
}

int yaml_double(const struct yaml *y, double *out, struct err *e)
{
	if (y->kind != YAML_INT && y->kind != YAML_FLOAT)
		return expected(y, e, "a number");
	*out = number(y->text);
	return 0;
}

int yaml_bool(const struct yaml *y, int *out, struct err *e)
{
	if (y->kind != YAML_BOOL)
		return expected(y, e, "true or false");
	*out = y->text[0] == 't' || y->text[0] == 'T';
	return 0;
}

static json_t *json_scalar(const struct yaml *y)
{
	int64_t value = 0;

	switch (y->kind) {
	case YAML_NULL:
		return json_null();
	case YAML_BOOL:
		return json_boolean(y->text[0] == 't' || y->text[0] == 'T');
	case YAML_INT:
		num_int64(y->text, strlen(y->text), &value);
		return json_integer(value);
	case YAML_FLOAT:
		return json_number(number(y->text));
	default:
		return json_string_nocheck(y->text); /* libyaml has checked the UTF-8 */
	}
}

/* The depth is bounded by the reader. */
json_t *yaml_to_json(const struct yaml *y)
{
	json_t *out;

	if (y->kind != YAML_MAP && y->kind != YAML_LIST)
		return json_scalar(y);
	out = y->kind == YAML_MAP ? json_object() : json_array();
	for (size_t i = 0; i < y->n; i++) {
		if (y->kind == YAML_MAP)
			json_object_set_new_nocheck(
				out, y->items[i]->key, yaml_to_json(y->items[i]));
		else
			json_array_append_new(out, yaml_to_json(y->items[i]));
	}
	return out;
}

/* Letters first, then nothing that any YAML gives a meaning to, and no word of YAML 1.1. */
static int is_plain(const char *text)
{
	static const char *const words[] = {
		"y", "n", "yes", "no", "on", "off", "true", "false", "null", NULL};
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char later[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				    "0123456789 -./()+$";
	size_t len = strlen(text);

	if (!*text || !strchr(first, *text) || strspn(text, later) != len || text[len - 1] == ' ')
		return 0;
	for (const char *const *w = words; *w; w++)
		if (strcasecmp(text, *w) == 0)
			return 0;
	return 1;
}

/* The code point at p and its length; a bad byte is U+FFFD. */
static unsigned decode(const unsigned char *p, size_t *len)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	unsigned c = n == 1 ? *p : *p & (0xffu >> (n + 1));

	*len = 1;
	if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
		return 0xfffd;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0xfffd;
	*len = n;
	return c;
}

void yaml_quote(struct buf *out, const char *text)
{
	if (is_plain(text)) {
		buf_adds(out, text);
		return;
	}
	buf_addc(out, '"');
	for (size_t len; *text; text += len) {
		unsigned c = decode((const unsigned char *)text, &len);

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", (int)c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_addf(out, "\\x%02X", c);
		else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || (c >= 0xfff9 && c <= 0xffff))
			buf_addf(out, "\\u%04X", c);
		else
			buf_add(out, text, len);
	}
	buf_addc(out, '"');
}
