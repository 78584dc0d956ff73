/* scan: JSON read value by value from memory.
 * SPDX-License-Identifier: MIT
 */
#include "net/scan.h"

#include <stdint.h>
#include <string.h>

#include "base/num.h"

static int scan_fail(struct scan *s, const char *why)
{
	if (!s->why)
		s->why = why;
	return -1;
}

char scan_peek(struct scan *s)
{
	while (s->at < s->len) {
		char c = s->text[s->at];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return c;
		s->at++;
	}
	return 0;
}

int scan_enter(struct scan *s, char bracket)
{
	if (scan_peek(s) != bracket)
		return scan_fail(s, bracket == '{' ? "an object is wanted" : "a list is wanted");
	s->at++;
	return 0;
}

/* The comma before a member or an item: 1, 0 at the closing bracket, -1. */
static int scan_comma(struct scan *s, int *first, char closing)
{
	char c = scan_peek(s);

	if (c == closing) {
		s->at++;
		return 0;
	}
	if (!*first) {
		if (c != ',')
			return scan_fail(s, c ? "a comma is missing" : "it ends too early");
		s->at++;
		if (scan_peek(s) == closing)
			return scan_fail(s, "a value is missing behind a comma");
	}
	*first = 0;
	return 1;
}

static int hex4(const char *t, uint32_t *out)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = t[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value |= (uint32_t)((c | 32) - 'a' + 10);
		else
			return -1;
	}
	*out = value;
	return 0;
}

static void put_point(struct buf *b, uint32_t p)
{
	if (p < 0x80) {
		buf_addc(b, (char)p);
	} else if (p < 0x800) {
		buf_addc(b, (char)(0xc0 | p >> 6));
		buf_addc(b, (char)(0x80 | (p & 63)));
	} else if (p < 0x10000) {
		buf_addc(b, (char)(0xe0 | p >> 12));
		buf_addc(b, (char)(0x80 | (p >> 6 & 63)));
		buf_addc(b, (char)(0x80 | (p & 63)));
	} else {
		buf_addc(b, (char)(0xf0 | p >> 18));
		buf_addc(b, (char)(0x80 | (p >> 12 & 63)));
		buf_addc(b, (char)(0x80 | (p >> 6 & 63)));
		buf_addc(b, (char)(0x80 | (p & 63)));
	}
}

/* Behind "\u": one code unit, or two that are a pair. */
static int scan_unicode(struct scan *s)
{
	uint32_t high, low;

	if (s->len - s->at < 4 || hex4(s->text + s->at, &high) < 0)
		return scan_fail(s, "four hexadecimal digits are wanted");
	s->at += 4;
	if (high >= 0xd800 && high < 0xdc00) {
		if (s->len - s->at < 6 || s->text[s->at] != '\\' || s->text[s->at + 1] != 'u' ||
			hex4(s->text + s->at + 2, &low) < 0 || low < 0xdc00 || low > 0xdfff)
			return scan_fail(s, "half a surrogate pair");
		s->at += 6;
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	} else if (high >= 0xdc00 && high < 0xe000) {
		return scan_fail(s, "half a surrogate pair");
	}
	put_point(s->keep, high);
	return 0;
}

static int scan_escape(struct scan *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p;

	if (s->at >= s->len)
		return scan_fail(s, "it ends within a string");
	if (s->text[s->at] == 'u') {
		s->at++;
		return scan_unicode(s);
	}
	p = s->text[s->at] ? strchr(from, s->text[s->at]) : NULL;
	if (!p)
		return scan_fail(s, "an unknown escape");
	s->at++;
	buf_addc(s->keep, to[p - from]);
	return 0;
}

/* From here to the next quote, backslash or control character. */
static size_t scan_plain(const struct scan *s)
{
	size_t at = s->at;

	while (at < s->len && s->text[at] != '"' && s->text[at] != '\\' &&
		(unsigned char)s->text[at] >= 0x20)
		at++;
	return at;
}

static int scan_string(struct scan *s, const char **text, size_t *len)
{
	size_t start = ++s->at;

	s->at = scan_plain(s);
	*text = s->text + start;
	*len = s->at - start;
	if (s->at < s->len && s->text[s->at] == '"') {
		s->at++;
		return 0;
	}
	buf_reset(s->keep);
	buf_add(s->keep, *text, *len);
	for (;;) {
		if (s->at >= s->len)
			return scan_fail(s, "it ends within a string");
		if ((unsigned char)s->text[s->at] < 0x20)
			return scan_fail(s, "a control character in a string");
		if (s->text[s->at++] == '"')
			break;
		if (scan_escape(s) < 0)
			return -1;
		start = s->at;
		s->at = scan_plain(s);
		buf_add(s->keep, s->text + start, s->at - start);
	}
	*text = s->keep->data;
	*len = s->keep->len;
	return 0;
}

int scan_member(struct scan *s, int *first, const char **key, size_t *len)
{
	int rc = scan_comma(s, first, '}');

	if (rc <= 0)
		return rc;
	if (scan_peek(s) != '"')
		return scan_fail(
			s, s->at < s->len ? "a name in quotes is wanted" : "it ends too early");
	if (scan_string(s, key, len) < 0)
		return -1;
	if (scan_peek(s) != ':')
		return scan_fail(s, "a colon is missing");
	s->at++;
	return 1;
}

int scan_item(struct scan *s, int *first)
{
	return scan_comma(s, first, ']');
}

static size_t scan_digits(const struct scan *s, size_t at)
{
	while (at < s->len && s->text[at] >= '0' && s->text[at] <= '9')
		at++;
	return at;
}

static int scan_number(struct scan *s, struct cell *cell)
{
	const char *t = s->text;
	size_t start = s->at, at = start + (t[start] == '-'), end = scan_digits(s, at);
	int real = 0;

	if (end == at || (t[at] == '0' && end > at + 1))
		return scan_fail(s, "not a JSON value");
	if (end < s->len && t[end] == '.') {
		at = end + 1;
		end = scan_digits(s, at);
		real = 1;
		if (end == at)
			return scan_fail(s, "not a JSON number");
	}
	if (end < s->len && (t[end] | 32) == 'e') {
		at = end + 1;
		at += at < s->len && (t[at] == '+' || t[at] == '-');
		end = scan_digits(s, at);
		real = 1;
		if (end == at)
			return scan_fail(s, "not a JSON number");
	}
	s->at = end;
	*cell = (struct cell){.kind = real ? CELL_REAL : CELL_INT, .text = ""};
	if (real)
		return num_double(t + start, end - start, &cell->real) == 0
			       ? 0
			       : scan_fail(s, "a number larger than any double");
	if (num_int64(t + start, end - start, &cell->integer) < 0)
		*cell = (struct cell){.kind = CELL_FIELD, .text = t + start, .len = end - start};
	return 0;
}

static int scan_word(struct scan *s, const char *word, struct cell *cell)
{
	size_t n = strlen(word);

	if (s->len - s->at < n || memcmp(s->text + s->at, word, n) != 0)
		return scan_fail(s, "not a JSON value");
	*cell = (struct cell){.kind = *word == 'n' ? CELL_NULL : CELL_BOOL, .text = ""};
	if (*word != 'n') {
		cell->integer = *word == 't';
		cell->text = word;
		cell->len = n;
	}
	s->at += n;
	return 0;
}

int scan_cell(struct scan *s, struct cell *cell)
{
	switch (scan_peek(s)) {
	case '"':
		*cell = (struct cell){.kind = CELL_STRING};
		return scan_string(s, &cell->text, &cell->len);
	case 't':
		return scan_word(s, "true", cell);
	case 'f':
		return scan_word(s, "false", cell);
	case 'n':
		return scan_word(s, "null", cell);
	case '{':
	case '[':
		return scan_fail(s, "a single value is wanted");
	case 0:
		return scan_fail(s, s->at < s->len ? "not a JSON value" : "it ends too early");
	default:
		return scan_number(s, cell);
	}
}

int scan_skip(struct scan *s)
{
	char open[SCAN_DEPTH]; /* the bracket that closes each level */
	int first[SCAN_DEPTH];
	size_t depth = 0;
	struct cell cell;
	const char *key;
	size_t len;

	for (;;) {
		char c = scan_peek(s);
		int rc;

		if (c == '{' || c == '[') {
			if (depth == SCAN_DEPTH)
				return scan_fail(s, "nested too deeply");
			s->at++;
			open[depth] = c;
			first[depth++] = 1;
		} else if (scan_cell(s, &cell) < 0) {
			return -1;
		}
		for (rc = 0; depth && rc == 0; depth -= rc == 0) {
			rc = open[depth - 1] == '{' ? scan_member(s, &first[depth - 1], &key, &len)
						    : scan_item(s, &first[depth - 1]);
			if (rc != 0)
				break;
		}
		if (rc < 0)
			return -1;
		if (!depth)
			return 0;
	}
}

int scan_end(struct scan *s)
{
	if (scan_peek(s) || s->at < s->len)
		return scan_fail(s, "more behind its end");
	return 0;
}

int scan_is(const char *key, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(key, name, len) == 0;
}
