/* json: canonical JSON, on jansson.
 * SPDX-License-Identifier: MIT
 */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

enum { JSON_CAP = 64 << 20 };

static void json_put_string(const char *text, size_t len, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";

	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
		} else if (c == '\n') {
			buf_adds(out, "\\n");
		} else if (c == '\t') {
			buf_adds(out, "\\t");
		} else if (c < 32 || c == 127) {
			buf_adds(out, "\\u00");
			buf_addc(out, hex[c >> 4]);
			buf_addc(out, hex[c & 15]);
		} else {
			buf_addc(out, (char)c);
		}
	}
	buf_addc(out, '"');
}

static void json_put_scalar(const json_t *value, struct buf *out)
{
	char text[NUM_TEXT];

	switch (json_typeof(value)) {
	case JSON_STRING:
		json_put_string(json_string_value(value), json_string_length(value), out);
		break;
	case JSON_INTEGER:
		num_print_int64(json_integer_value(value), text);
		buf_adds(out, text);
		break;
	case JSON_REAL:
		num_print(json_real_value(value), text);
		buf_adds(out, text);
		if (!strpbrk(text, ".en"))
			buf_adds(out, ".0");
		break;
	case JSON_TRUE:
		buf_adds(out, "true");
		break;
	case JSON_FALSE:
		buf_adds(out, "false");
		break;
	default:
		buf_adds(out, "null");
	}
}

static int json_by_key(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of an object, sorted by bytes or as inserted; the caller frees. */
static const char **json_keys(const json_t *object, int sorted)
{
	size_t n = 0;
	const char **keys = mem_array(json_object_size(object), sizeof(*keys));
	json_t *o = (json_t *)(uintptr_t)object;

	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it))
		keys[n++] = json_object_iter_key(it);
	if (sorted)
		qsort(keys, n, sizeof(*keys), json_by_key);
	return keys;
}

struct layout {
	int pretty;
	int depth;
};

static void json_newline(struct layout at, struct buf *out)
{
	if (!at.pretty)
		return;
	buf_addc(out, '\n');
	for (int i = 0; i < at.depth; i++)
		buf_adds(out, "  ");
}

static void json_put(const json_t *value, struct layout at, struct buf *out);

static void json_put_array(const json_t *value, struct layout at, struct buf *out)
{
	struct layout in = {at.pretty, at.depth + 1};
	size_t n = json_array_size(value);
	int flat = 1;

	for (size_t i = 0; i < n; i++)
		if (json_is_object(json_array_get(value, i)) ||
			json_is_array(json_array_get(value, i)))
			flat = 0;
	buf_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_adds(out, flat && at.pretty ? ", " : ",");
		if (!flat)
			json_newline(in, out);
		json_put(json_array_get(value, i), in, out);
	}
	if (n && !flat)
		json_newline(at, out);
	buf_addc(out, ']');
}

static void json_put_object(const json_t *value, struct layout at, struct buf *out)
{
	struct layout in = {at.pretty, at.depth + 1};
	const char **keys = json_keys(value, !at.pretty);
	size_t n = json_object_size(value);

	buf_addc(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ',');
		json_newline(in, out);
		json_put_string(keys[i], strlen(keys[i]), out);
		buf_adds(out, at.pretty ? ": " : ":");
		json_put(json_object_get(value, keys[i]), in, out);
	}
	if (n)
		json_newline(at, out);
	buf_addc(out, '}');
	free(keys);
}

/* Depth is bounded: values come from json_parse (jansson's parser stops at 2,048) or from us. */
static void json_put(const json_t *value, struct layout at, struct buf *out)
{
	if (json_is_array(value))
		json_put_array(value, at, out);
	else if (json_is_object(value))
		json_put_object(value, at, out);
	else
		json_put_scalar(value, out);
}

void json_canonical(const json_t *value, struct buf *out)
{
	json_put(value, (struct layout){0, 0}, out);
}

void json_pretty(const json_t *value, struct buf *out)
{
	json_put(value, (struct layout){1, 0}, out);
	buf_addc(out, '\n');
}

json_t *json_parse(const char *text, size_t len, const char *name, struct err *e)
{
	json_error_t why;
	json_t *value;

	if (len > JSON_CAP) {
		err_set(e, ERR_DATA, "%s: larger than %d bytes", name, JSON_CAP);
		return NULL;
	}
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!value)
		err_set(e, ERR_DATA, "%s:%d: not valid JSON: %s", name, why.line, why.text);
	return value;
}

json_t *json_read(const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	json_t *value = NULL;

	if (file_read(path, JSON_CAP, &text, e) == 0)
		value = json_parse(text.data, text.len, path, e);
	buf_release(&text);
	return value;
}

json_t *json_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_text(const char *text, size_t len)
{
	struct buf clean = BUF_INIT;
	json_t *value;

	for (size_t i = 0; i < len;) {
		size_t n = utf8_next(text + i, len - i);

		if (n)
			buf_add(&clean, text + i, n);
		else
			buf_adds(&clean, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
	value = json_stringn(clean.data, clean.len);
	buf_release(&clean);
	return value;
}

const char *json_str(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : otherwise;
}

long long json_int(const json_t *object, const char *key, long long otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double json_dbl(const json_t *object, const char *key, double otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : otherwise;
}
