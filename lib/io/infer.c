/* infer: what type the text of a column has.
 * SPDX-License-Identifier: MIT
 */
#include "io/infer.h"

#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/convert.h"

void guess_release(struct guess *g)
{
	map_release(&g->blanks);
	map_release(&g->distinct);
	memset(g, 0, sizeof(*g));
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A token that is a sign and digits, digits, a point or an exponent: a number by its looks. */
static enum kind kind_of_number(const char *t, size_t n)
{
	size_t at = n && (t[0] == '-' || t[0] == '+');
	int64_t i64;
	uint64_t u64;
	double f64;

	if (n - at > 1 && t[at] == '0' && is_digit(t[at + 1]))
		return KIND_TEXT;
	if (at < n && strspn(t + at, "0123456789") >= n - at) {
		if (at == 1 && t[0] == '-' && n == 2 && t[1] == '0')
			return KIND_FLOAT;
		if (num_int64(t, n, &i64) == 0)
			return i64 < 0 ? KIND_NEGATIVE : KIND_INT;
		return num_uint64(t, n, &u64) == 0 ? KIND_UINT : KIND_BIG;
	}
	if (num_double(t, n, &f64) == 0)
		return f64 - f64 == 0 ? KIND_FLOAT : KIND_WORD;
	return convert_overflows(t, n) ? KIND_OVER : KIND_TEXT;
}

static enum kind kind_of_time(const char *t, size_t n)
{
	enum time_zone zone;
	int32_t days;
	int64_t us;

	if (n < 10 || !is_digit(t[0]) || t[4] != '-')
		return KIND_TEXT;
	if (date_parse(t, n, &days) == 0)
		return KIND_DATE;
	if (time_parse(t, n, 1, &us, &zone) == 0)
		return zone == TIME_ZONED ? KIND_TIME_UTC : KIND_TIME;
	return KIND_TEXT;
}

enum kind infer_kind(const struct cell *cell)
{
	const char *t = cell->text;
	size_t n = cell->len;
	enum kind kind;

	switch (cell->kind) {
	case CELL_NULL:
		return KIND_NULL;
	case CELL_BOOL:
		return KIND_BOOL;
	case CELL_INT:
		return cell->integer < 0 ? KIND_NEGATIVE : KIND_INT;
	case CELL_REAL:
		return KIND_FLOAT;
	case CELL_FIELD:
	case CELL_STRING:
		break;
	}
	convert_trim(&t, &n);
	if (!n)
		return KIND_BLANK;
	kind = kind_of_time(t, n);
	if (kind != KIND_TEXT || cell->kind == CELL_STRING)
		return kind;
	if ((n == 4 && strncasecmp(t, "true", 4) == 0) ||
		(n == 5 && strncasecmp(t, "false", 5) == 0))
		return KIND_BOOL;
	/* What can be a number at all starts like one, or is inf or nan. */
	return is_digit(*t) || strchr("+-.iInN", *t) ? kind_of_number(t, n) : KIND_TEXT;
}

static void guess_odd(struct guess *g, const struct cell *cell, uint64_t line)
{
	size_t n = cell->len < INFER_ODD ? cell->len : INFER_ODD;

	if (g->counts[KIND_TEXT] == 1) {
		memcpy(g->odd, cell->text, n);
		g->odd_long = cell->len > INFER_ODD;
		g->odd_line = line;
	} else if (!g->odd_many) {
		g->odd_many = g->odd_long || strlen(g->odd) != cell->len ||
			      memcmp(g->odd, cell->text, n) != 0;
	}
}

static void guess_count(struct guess *g, const struct cell *cell)
{
	char number[NUM_TEXT];
	size_t n;
	const char *text = cell_text(cell, number, &n);

	map_add(&g->distinct, text, n, NULL);
	if (g->distinct.n <= INFER_DICT_VALUES &&
		g->distinct.offsets[g->distinct.n] <= INFER_DICT_BYTES)
		return;
	g->overflow = 1;
	map_release(&g->distinct);
}

void guess_add(struct guess *g, const struct cell *cell, int null, uint64_t line, int distinct)
{
	enum kind kind = null ? KIND_NULL : infer_kind(cell);

	g->counts[kind]++;
	g->total++;
	if (kind == KIND_TEXT)
		guess_odd(g, cell, line);
	else if (kind == KIND_BLANK && g->blanks.n < 16)
		map_add(&g->blanks, cell->text, cell->len, NULL);
	if (distinct && kind != KIND_NULL && !g->overflow)
		guess_count(g, cell);
}

/* Of a column of numbers only. */
static enum type guess_number(const uint64_t *c)
{
	uint64_t ints = c[KIND_INT] + c[KIND_NEGATIVE] + c[KIND_UINT] + c[KIND_BIG], outside;

	if (c[KIND_FLOAT] || c[KIND_OVER])
		return TYPE_FLOAT64;
	if (c[KIND_WORD])
		return ints ? TYPE_FLOAT64 : TYPE_STRING;
	outside = c[KIND_BIG] + (c[KIND_NEGATIVE] ? c[KIND_UINT] : 0);
	if (outside >= ints - outside)
		return TYPE_STRING;
	return c[KIND_UINT] && !c[KIND_NEGATIVE] ? TYPE_UINT64 : TYPE_INT64;
}

static enum type guess_of_counts(const uint64_t *c, uint64_t values)
{
	static const struct {
		enum kind kind;
		enum type type;
	} pure[] = {{KIND_BOOL, TYPE_BOOL}, {KIND_DATE, TYPE_DATE}, {KIND_TIME, TYPE_TIMESTAMP},
		{KIND_TIME_UTC, TYPE_TIMESTAMP_UTC}};
	uint64_t numbers = 0;

	if (!values)
		return TYPE_STRING;
	for (size_t i = 0; i < sizeof(pure) / sizeof(*pure); i++)
		if (c[pure[i].kind] == values)
			return pure[i].type;
	for (int k = KIND_INT; k <= KIND_WORD; k++)
		numbers += c[k];
	return numbers == values ? guess_number(c) : TYPE_STRING;
}

enum type guess_type(const struct guess *g)
{
	return guess_of_counts(g->counts, g->total - g->counts[KIND_NULL] - g->counts[KIND_BLANK]);
}

int guess_is_category(const struct guess *g)
{
	uint64_t values = g->total - g->counts[KIND_NULL];

	return !g->overflow && values && g->distinct.n <= values / 2;
}

void guess_remark(const struct guess *g, const char *name, struct buf *out)
{
	uint64_t blanks = g->counts[KIND_BLANK], texts = g->counts[KIND_TEXT];
	uint64_t values = g->total - g->counts[KIND_NULL] - blanks;
	enum type type = guess_of_counts(g->counts, values), rest;
	uint64_t counts[KIND_COUNT];

	if (!values && !blanks)
		buf_addf(out, "column '%s' has no values: taken as string\n", name);
	if (blanks && type != TYPE_STRING)
		buf_addf(out, "column '%s' is %s; %llu blank value%s taken as missing\n", name,
			type_name(type), (unsigned long long)blanks, blanks == 1 ? " is" : "s are");
	if (!texts || g->odd_many || g->odd_long)
		return;
	memcpy(counts, g->counts, sizeof(counts));
	counts[KIND_TEXT] = 0;
	rest = guess_of_counts(counts, values - texts);
	if (rest != TYPE_STRING)
		buf_addf(out,
			"column '%s' is string only because of '%s', %llu of %llu values, first in "
			"line "
			"%llu: --nulls '%s' would make it %s\n",
			name, g->odd, (unsigned long long)texts, (unsigned long long)values,
			(unsigned long long)g->odd_line, g->odd, type_name(rest));
}
