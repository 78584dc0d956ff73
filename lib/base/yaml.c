/* yaml: configuration files, read from libyaml's events into a tree.
 * SPDX-License-Identifier: MIT
 *
 * Events, not libyaml's documents: an event never expands an alias, and nesting can be stopped
 * before the parser's time, quadratic in the depth of [[[[, is spent. libyaml gives the text and
 * the style of a scalar; what type it has is decided here.
 */
#include "base/yaml.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"

#define YAML_BYTES ((size_t)1 << 20)
#define YAML_EVENTS 1000000
#define YAML_DEPTH 64

/* An open map or list, and the names of a map so far. */
struct level {
	struct yaml *node;
	struct map names;
	char *key; /* read, its value is next */
};

struct reader {
	const char *name, *text;
	size_t len;
	yaml_parser_t parser;
	struct level stack[YAML_DEPTH];
	size_t depth, documents;
	struct yaml *root;
	struct err *e;
};

static int refuse(struct reader *r, const yaml_mark_t *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct reader *r, const yaml_mark_t *at, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(r->e, ERR_USAGE, "%s:%zu: %s", r->name, at->line + 1, text);
}

/* [+-] digits without a leading 0, then perhaps a fraction and an exponent: what YAML 1.1 and 1.2
 * readers agree to be a number. */
static int is_number(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t before = strspn(p, "0123456789"), behind = 0;

	if (before > 1 && *p == '0')
		return 0;
	p += before;
	if (*p == '.')
		p += 1 + (behind = strspn(p + 1, "0123456789"));
	if (!before && !behind)
		return 0;
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '-' || p[1] == '+');
		before = strspn(p, "0123456789");
		if (!before)
			return 0;
		p += before;
	}
	return !*p;
}

static int one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return 1;
	return 0;
}

static enum yaml_kind kind_of(const char *text)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const bools[] = {
		"true", "True", "TRUE", "false", "False", "FALSE", NULL};
	static const char *const infinite[] = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
		"-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL};
	size_t len = strlen(text);
	int64_t i;
	double d;

	if (one_of(text, nulls))
		return YAML_NULL;
	if (one_of(text, bools))
		return YAML_BOOL;
	if (one_of(text, infinite))
		return YAML_FLOAT;
	if (!is_number(text))
		return YAML_STRING;
	if (num_int64(text, len, &i) == 0)
		return YAML_INT;
	return num_double(text, len, &d) == 0 ? YAML_FLOAT : YAML_STRING;
}

/* Hangs a node into the open map or list, or makes it the root. */
static struct yaml *attach(struct reader *r, enum yaml_kind kind, const yaml_mark_t *at)
{
	struct yaml *y = mem_new(1, sizeof(*y));
	struct level *level = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct yaml *parent = level ? level->node : NULL;

	y->kind = kind;
	y->line = at->line + 1;
	if (!parent) {
		y->file_copy = mem_strdup(r->name);
		y->file = y->file_copy;
		r->root = y;
		return y;
	}
	y->file = parent->file;
	y->key = level->key;
	level->key = NULL;
	/* The list's capacity is its size rounded up to a power of two. */
	if (!(parent->n & (parent->n - 1)))
		parent->items = mem_grow(
			parent->items, parent->n ? parent->n * 2 : 1, sizeof(*parent->items));
	parent->items[parent->n++] = y;
	return y;
}

static int take_key(struct reader *r, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	struct level *level = &r->stack[r->depth - 1];
	int is_new;

	if (ev->data.scalar.plain_implicit && strcmp(text, "<<") == 0)
		return refuse(r, &ev->start_mark, "merge keys ('<<') are not allowed");
	if (ev->data.scalar.plain_implicit && !len)
		return refuse(r, &ev->start_mark, "a key is missing before ':'");
	map_add(&level->names, text, len, &is_new);
	if (!is_new)
		return refuse(r, &ev->start_mark, "key '%s' is there twice", text);
	level->key = mem_strndup(text, len);
	return 0;
}

static int take_scalar(struct reader *r, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	struct level *level = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct yaml *y;

	if (ev->data.scalar.anchor)
		return refuse(r, &ev->start_mark, "anchors ('&%s') are not allowed",
			(const char *)ev->data.scalar.anchor);
	if (ev->data.scalar.tag)
		return refuse(r, &ev->start_mark, "tags ('%s') are not allowed",
			(const char *)ev->data.scalar.tag);
	if (memchr(text, 0, len))
		return refuse(r, &ev->start_mark, "a NUL character is not allowed");
	if (level && level->node->kind == YAML_MAP && !level->key)
		return take_key(r, ev);
	y = attach(
		r, ev->data.scalar.plain_implicit ? kind_of(text) : YAML_STRING, &ev->start_mark);
	y->text = mem_strndup(text, len);
	return 0;
}

static int take_start(struct reader *r, const yaml_event_t *ev, enum yaml_kind kind,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct level *level = r->depth ? &r->stack[r->depth - 1] : NULL;

	if (anchor)
		return refuse(r, &ev->start_mark, "anchors ('&%s') are not allowed",
			(const char *)anchor);
	if (tag)
		return refuse(r, &ev->start_mark, "tags ('%s') are not allowed", (const char *)tag);
	if (level && level->node->kind == YAML_MAP && !level->key)
		return refuse(r, &ev->start_mark, "a key must be a plain word or text");
	if (r->depth == YAML_DEPTH)
		return refuse(r, &ev->start_mark, "nested deeper than %d levels", YAML_DEPTH);
	level = &r->stack[r->depth];
	memset(level, 0, sizeof(*level));
	level->node = attach(r, kind, &ev->start_mark);
	r->depth++;
	return 0;
}

static void take_end(struct reader *r)
{
	struct level *level = &r->stack[--r->depth];

	map_release(&level->names);
	free(level->key);
}

static int take(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return r->documents++ ? refuse(r, &ev->start_mark, "there is a second document")
				      : 0;
	case YAML_ALIAS_EVENT:
		return refuse(r, &ev->start_mark, "aliases ('*%s') are not allowed",
			(const char *)ev->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		return take_scalar(r, ev);
	case YAML_SEQUENCE_START_EVENT:
		return take_start(r, ev, YAML_LIST, ev->data.sequence_start.anchor,
			ev->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return take_start(
			r, ev, YAML_MAP, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		take_end(r);
		return 0;
	default:
		return 0;
	}
}

/* libyaml's own message; for bad bytes it knows the offset, but no line. */
static int parser_failed(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	if (p->error == YAML_READER_ERROR) {
		at.line = 0;
		for (size_t i = 0; i < p->problem_offset && i < r->len; i++)
			at.line += r->text[i] == '\n';
	}
	return refuse(r, &at, "%s", p->problem ? p->problem : "malformed YAML");
}

static int read_events(struct reader *r)
{
	for (size_t events = 0;; events++) {
		yaml_event_t ev;
		int rc, end;

		if (!yaml_parser_parse(&r->parser, &ev))
			return parser_failed(r);
		end = ev.type == YAML_STREAM_END_EVENT;
		rc = events < YAML_EVENTS
			     ? take(r, &ev)
			     : refuse(r, &ev.start_mark, "more than %d items", YAML_EVENTS);
		yaml_event_delete(&ev);
		if (rc < 0 || end)
			return rc;
	}
}

struct yaml *yaml_parse(const char *text, size_t len, const char *name, struct err *e)
{
	struct reader r = {.name = name, .text = text, .len = len, .e = e};
	int rc;

	if (len > YAML_BYTES) {
		err_set(e, ERR_USAGE, "%s: longer than %zu bytes", name, YAML_BYTES);
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser))
		mem_exhausted();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	rc = read_events(&r);
	yaml_parser_delete(&r.parser);
	while (r.depth)
		take_end(&r);
	if (rc == 0 && !r.root) {
		yaml_mark_t start = {0};

		attach(&r, YAML_NULL, &start)->text = mem_strdup("");
	}
	if (rc == 0)
		return r.root;
	yaml_free(r.root);
	return NULL;
}

struct yaml *yaml_read(const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	struct yaml *y = NULL;

	if (file_read(path, YAML_BYTES, &text, e) == 0)
		y = yaml_parse(text.data, text.len, path, e);
	buf_release(&text);
	if (y && (y->kind != YAML_MAP || strcmp(y->items[0]->key, "version") != 0)) {
		yaml_error(y, e, "'version: 1' must come first");
	} else if (y && (y->items[0]->kind != YAML_INT || strcmp(y->items[0]->text, "1") != 0)) {
		yaml_error(y->items[0], e, "this pawl reads 'version: 1'");
	} else {
		return y;
	}
	yaml_free(y);
	return NULL;
}

/* The depth is bounded by YAML_DEPTH. */
void yaml_free(struct yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->n; i++)
		yaml_free(y->items[i]);
	free(y->items);
	free(y->text);
	free(y->key);
	free(y->file_copy);
	free(y);
}
