/* Text into typed tables: against a brute-force parser, strtod, and a table of bad rows.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "io/csvin.h"
#include "io/lines.h"
#include "io/textin.h"

/* A stream on a file with these bytes; stream_done() removes it. */
static struct stream *stream_of(const char *bytes, size_t len)
{
	char path[] = "/tmp/pawl-unit.XXXXXX";
	struct err e = ERR_INIT;
	int fd = mkstemp(path);
	struct stream *s;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	s = stream_open(path, &e);
	assert_non_null(s);
	return s;
}

static void stream_done(struct stream *s)
{
	unlink(stream_name(s));
	stream_close(s);
}

struct table { /* all batches, as text: "a|b|c\n", null as \N */
	struct buf text, types, remarks;
	struct err e;
	int rc;
	uint64_t rows;
};

static void table_print(struct table *t, const struct batch *b)
{
	for (uint64_t r = 0; r < b->rows; r++)
		for (size_t i = 0; i < b->n; i++) {
			if (column_valid(&b->cols[i], r))
				column_print(&b->cols[i], r, &t->text);
			else
				buf_adds(&t->text, "\\N");
			buf_addc(&t->text, i + 1 < b->n ? '|' : '\n');
		}
	t->rows += b->rows;
}

static struct table table_read_n(
	const char *bytes, size_t len, enum format format, const struct source_options *o)
{
	static const struct source_options none = SOURCE_OPTIONS_INIT;
	struct table t = {BUF_INIT, BUF_INIT, BUF_INIT, ERR_INIT, 0, 0};
	struct stream *s = stream_of(bytes, len);
	struct textin *in = textin_open(&s, 1, format, o ? o : &none, &t.e);
	const struct batch *b;
	int rc = -1;

	while (in && (rc = textin_next(in, &b, &t.e)) > 0) {
		if (rc == 2) {
			buf_reset(&t.text);
			t.rows = 0;
			continue;
		}
		table_print(&t, b);
	}
	t.rc = rc;
	for (size_t i = 0; in && i < textin_schema(in)->n; i++)
		buf_addf(&t.types, "%s%s", i ? " " : "",
			type_name(textin_schema(in)->fields[i].type));
	if (in)
		buf_adds(&t.remarks, textin_remarks(in));
	textin_close(in);
	stream_done(s);
	return t;
}

static struct table table_read(const char *text, enum format format, const struct source_options *o)
{
	return table_read_n(text, strlen(text), format, o);
}

static void table_free(struct table *t)
{
	buf_release(&t->text);
	buf_release(&t->types);
	buf_release(&t->remarks);
}

/* What a text becomes: types, and rows. */
static void becomes(const char *csv, const char *types, const char *rows)
{
	struct table t = table_read(csv, FORMAT_CSV, NULL);

	if (t.rc)
		fail_msg("%s", t.e.text);
	assert_string_equal(t.types.data, types);
	assert_string_equal(t.text.data, rows);
	table_free(&t);
}

static void test_types(void **state)
{
	(void)state;
	becomes("a\n1\n-2\n\n", "int64", "1\n-2\n\\N\n");
	becomes("a,b\n1,x\n,\n", "int64 string", "1|x\n\\N|\\N\n");
	becomes("a,b\n1,\"\"\n2,x\n", "int64 string", "1|\n2|x\n");
	becomes("a,b\n1,\"\"\n2,5\n", "int64 int64", "1|\\N\n2|5\n");
	becomes("a,b\nTRUE,1\nfalse,2.5\n", "bool float64", "true|1\nfalse|2.5\n");
	becomes("a,b\n007,1\n010,-0\n", "string float64", "007|1\n010|-0\n");
	becomes("a,b\n18446744073709551615,1e3\n1,2\n", "uint64 float64",
		"18446744073709551615|1000\n1|2\n");
	becomes("a\n123456789012345678901\n5\n", "string", "123456789012345678901\n5\n");
	becomes("a,b,c\n2020-01-02,2020-01-02T03:04:05Z,2020-01-02 03:04:05.5\n",
		"date timestamp_utc timestamp",
		"2020-01-02|2020-01-02T03:04:05Z|2020-01-02T03:04:05.5\n");
	becomes("a\n2020-01-02T03:04:05Z\n2020-01-02T03:04:05\n", "string",
		"2020-01-02T03:04:05Z\n2020-01-02T03:04:05\n");
	becomes("a,b\n 1,2 \n 2 ,3\n", "int64 int64", "1|2\n2|3\n");
	becomes("a,b\n , \n2,x\n", "int64 string", "\\N| \n2|x\n");
	becomes("a\nnan\ninf\n", "string", "nan\ninf\n");
	becomes("a\nnan\n1\n", "float64", "nan\n1\n");
}

static void test_shapes(void **state)
{
	(void)state;
	becomes("\xef\xbb\xbf"
		"a;b\r\n1;2,5\r\n",
		"int64 string", "1|2,5\n");
	becomes("a\tb\n1\t\"x\ty\"\n", "int64 string", "1|x\ty\n");
	becomes("a|b\n1|2", "int64 int64", "1|2\n");
	becomes("a,b\n1,\"x\r\ny\"\"z\"\r\n2,\"\"\"\"\n", "int64 string", "1|x\r\ny\"z\n2|\"\n");
	becomes("a,\"b,\nc\"\n1,2\n\n3,4\n\n", "int64 int64", "1|2\n3|4\n");
	becomes("a,b\n", "string string", "");
}

/* Bad rows and files, with the exact message behind the name of the file. */
static void test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *message;
	} cases[] = {
#define CASE(text, message) {text, sizeof(text) - 1, message}
		CASE("", ": the file is empty: there is no header"),
		CASE("\n\n", ": the file is empty: there is no header"),
		CASE("a,b,a\n1,2,3\n", ":1: two columns are called 'a'"),
		CASE("a,,b\n1,2,3\n", ":1: column 2 has no name"),
		CASE("a,b\n1,2\n1,2,3\n", ":3: 3 fields where the header has 2"),
		CASE("a,b\n1,\"2\n3\"\n1\n", ":4: 1 field where the header has 2"),
		CASE("a,b\n1,\"2\n3,4\n", ":2: a quote is not closed before the end of the file"),
		CASE("a,b\n1,x\"y\n", ":2: a quote stands within a field, where it must be doubled "
				      "and the field quoted"),
		CASE("a,b\n1,\"x\"y\n", ":2: a quote stands within a field, where it must be "
					"doubled and the field quoted"),
		CASE("a,b\n1,x\0y\n", ":2: column 'b': a NUL byte"),
		CASE("a,b\n1,\"x\0y\"\n", ":2: column 'b': a NUL byte"),
		CASE("a,b\n\xff,2\n", ":2: column 'a': bytes that are not UTF-8"),
		CASE("a\xff,b\n1,2\n", ":1: the header: bytes that are not UTF-8"),
		CASE("\xff\xfe"
		     "a\0",
			": the text is UTF-16, not UTF-8"),
		CASE("a,b\n1,x\ry\n", ":2: a carriage return within a field that is not quoted"),
		CASE("a,b\n1,\"x\"\ry\n",
			":2: a carriage return within a field that is not quoted"),
		CASE("a\n1e999\n1\n", ":2: column 'a': '1e999' is too large for a float64"),
		CASE("a\n1\n2\n99999999999999999999\n",
			":4: column 'a': '99999999999999999999' does not fit an int64"),
		CASE("a\n2020-01-01T00:00:00.1234567\n",
			":2: column 'a': '2020-01-01T00:00:00.1234567' is finer than a "
			"microsecond"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table t = table_read_n(cases[i].text, cases[i].len, FORMAT_CSV, NULL);

		assert_int_equal(t.rc, -1);
		assert_int_equal(t.e.kind, ERR_DATA);
		if (!strstr(t.e.text, cases[i].message))
			fail_msg("case %zu: %s", i, t.e.text);
		assert_memory_equal(t.e.text, "/tmp/pawl-unit.", 15);
		assert_string_equal(t.e.text + strlen("/tmp/pawl-unit.XXXXXX"), cases[i].message);
		table_free(&t);
	}
}

static void test_types_given(void **state)
{
	static const struct text_type types[] = {
		{"tenure", TYPE_INT64, 0}, {"note", TYPE_STRING, 1}};
	static const char *const nulls[] = {"", "NA", NULL};
	struct source_options o = {.types = types, .ntypes = 2, .nulls = nulls, .only_types = 1};
	struct table t = table_read("x,tenure\nq,12\nq,NA\n", FORMAT_CSV, &o);

	(void)state;
	assert_string_equal(t.types.data, "int64");
	assert_string_equal(t.text.data, "12\n\\N\n");
	table_free(&t);
	t = table_read("x,note\nq,12\n", FORMAT_CSV, &o);
	assert_non_null(strstr(t.e.text, ": column 'tenure' is missing"));
	table_free(&t);
	t = table_read("tenure\n12\n12x\n", FORMAT_CSV, &o);
	assert_non_null(strstr(t.e.text, ":3: column 'tenure': '12x' is not an int64"));
	table_free(&t);
	t = table_read("tenure\n \n", FORMAT_CSV, &o);
	assert_non_null(strstr(t.e.text, ":2: column 'tenure': ' ' is not an int64"));
	table_free(&t);
}

static int reject_row(void *arg, const struct reject *r, struct err *e)
{
	(void)e;
	buf_addf(arg, "%d %d %s [%.*s]\n", (int)r->line, (int)r->offset, r->reason, (int)r->raw_len,
		r->raw);
	return 0;
}

static void test_rejects(void **state)
{
	struct buf seen = BUF_INIT;
	struct source_options o = {.reject = reject_row, .reject_arg = &seen};
	struct table t = table_read("a,b\n1,2\n1,2,3\n\"x\n\",y\n4,5\n7,x\"\n8,9", FORMAT_CSV, &o);

	(void)state;
	assert_int_equal(t.rc, 0);
	assert_string_equal(t.text.data, "1|2\nx\n|y\n4|5\n8|9\n");
	assert_string_equal(seen.data,
		"3 8 3 fields where the header has 2 [1,2,3]\n"
		"7 25 a quote stands within a field, where it must be doubled and the field quoted "
		"[7,x\"]\n");
	table_free(&t);
	buf_release(&seen);
}

static void test_json(void **state)
{
	struct table t =
		table_read("{\"a\":1,\"b\":{\"c\":true,\"d\":\"x\"}}\n\n{\"a\":2.5,\"e\":null}\n",
			FORMAT_JSONL, NULL);

	(void)state;
	assert_int_equal(t.rc, 0);
	assert_string_equal(t.types.data, "float64 bool string string");
	assert_string_equal(t.text.data, "1|true|x|\\N\n2.5|\\N|\\N|\\N\n");
	table_free(&t);
	t = table_read("{\"a\":[1]}\n", FORMAT_JSONL, NULL);
	assert_non_null(strstr(t.e.text, ":1: column 'a': an array, which no column can hold"));
	table_free(&t);
	t = table_read("{\"a\":1}\n{\"a\":1\n", FORMAT_JSONL, NULL);
	assert_non_null(strstr(t.e.text, ":2: not JSON: "));
	table_free(&t);
}

/* Rows behind the sample that contradict it. */
static void test_restart(void **state)
{
	struct source_options o = {.restart = 1, .categories = 1};
	struct buf text = BUF_INIT;
	struct table t;

	(void)state;
	buf_adds(&text, "a,b\n");
	while (text.len < (9u << 20))
		buf_adds(&text, "12345,some text that repeats\n");
	buf_adds(&text, "1.5,other\n");
	t = table_read_n(text.data, text.len, FORMAT_CSV, NULL);
	assert_int_equal(t.rc, -1);
	assert_non_null(
		strstr(t.e.text, "column 'a': '1.5' is not an int64, unlike the values before: "
				 "add 'a: {type: float64}' to the columns of schema.yaml"));
	table_free(&t);
	t = table_read_n(text.data, text.len, FORMAT_CSV, &o);
	assert_int_equal(t.rc, 0);
	assert_string_equal(t.types.data, "float64 category");
	assert_non_null(strstr(t.remarks.data, "because of '1.5': read again"));
	assert_int_equal(strcmp(t.text.data + t.text.len - 10, "1.5|other\n"), 0);
	table_free(&t);
	buf_release(&text);
}

/* ---- against a parser of a few lines that reads one byte at a time */

static int brute(const char *text, size_t len, size_t fields, struct buf *out)
{
	size_t n = 0, i = 0, row_start = 0;

	while (i < len) {
		int quoted = text[i] == '"';

		if (n == 0 && out)
			row_start = out->len;
		if (quoted) {
			for (i++;; i++) {
				if (i >= len)
					return -1;
				if (text[i] == '"' && (i + 1 >= len || text[i + 1] != '"'))
					break;
				if (text[i] == '"')
					i++;
				buf_addc(out, text[i]);
			}
			i++;
			buf_adds(out, "\1");
		} else {
			size_t start = i;

			for (; i < len && text[i] != ',' && text[i] != '\n'; i++) {
				if (text[i] == '"')
					return -1;
				buf_addc(out, text[i]);
			}
			buf_adds(out, i == start ? "\2" : "\1");
		}
		n++;
		if (i < len && text[i] != ',' && text[i] != '\n')
			return -1;
		if (i < len && text[i] == ',') {
			i++;
			if (i < len)
				continue;
			buf_adds(out, "\2");
			n++;
		}
		i++;
		if (n == 1 && fields > 1 && out->len == row_start + 1 && out->data[row_start] == 2)
			out->data[out->len = row_start] = 0; /* an empty line */
		else if (n != fields)
			return -1;
		n = 0;
	}
	return 0;
}

static int by_csvin(const char *text, size_t len, size_t fields, struct buf *out)
{
	struct stream *s = stream_of(text, len);
	struct csvin *c = csvin_new(',');
	struct row row = {0};
	struct lines lines;
	struct err e = ERR_INIT;
	enum row_result rc;

	lines_init(&lines, &s, 1);
	while ((rc = csvin_next(c, &lines, fields, &row, &e)) == ROW_GOOD)
		for (size_t i = 0; i < row.n; i++) {
			buf_add(out, row.cells[i].len ? row.cells[i].text : "", row.cells[i].len);
			buf_adds(out, row.cells[i].kind == CELL_NULL ? "\2" : "\1");
		}
	lines_release(&lines);
	csvin_free(c);
	stream_done(s);
	free(row.cells);
	return rc == ROW_END ? 0 : -1;
}

static void test_against_brute_force(void **state)
{
	static const char alphabet[] = "a,\"\"\n,b";
	struct rng rng;
	int good = 0;

	(void)state;
	rng_init(&rng, 7);
	for (int round = 0; round < 30000; round++) {
		char text[24];
		size_t len = rng_below(&rng, sizeof(text)), fields = 1 + rng_below(&rng, 3);
		struct buf a = BUF_INIT, b = BUF_INIT;
		int want, got;

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[rng_below(&rng, sizeof(alphabet) - 1)];
		want = brute(text, len, fields, &a);
		got = by_csvin(text, len, fields, &b);
		if (want != got || (want == 0 && strcmp(a.data, b.data) != 0))
			fail_msg("[%.*s] fields %zu: %d '%s', not %d '%s'", (int)len, text, fields,
				got, b.data, want, a.data);
		good += want == 0;
		buf_release(&a);
		buf_release(&b);
	}
	assert_true(good > 1000);
}

static void test_numbers_as_strtod(void **state)
{
	struct rng rng;
	struct buf text = BUF_INIT;
	double *want = mem_array(20000, sizeof(double));
	struct stream *s;
	struct textin *in;
	const struct batch *b;
	struct err e = ERR_INIT;
	struct source_options o = SOURCE_OPTIONS_INIT;

	(void)state;
	rng_init(&rng, 11);
	buf_adds(&text, "x\n0.5\n");
	want[0] = 0.5;
	for (size_t i = 1; i < 20000; i++) {
		static const char *const forms[] = {"%.17g", "%.3e", "%.6f", "%g", "%.25e"};
		char number[400];
		uint64_t bits = rng_next(&rng);
		double d;

		memcpy(&d, &bits, sizeof(d));
		if (!isfinite(d) || (i & 1))
			d = rng_normal(&rng) * 1000;
		snprintf(number, sizeof(number), forms[rng_below(&rng, 5)], d);
		want[i] = strtod(number, NULL);
		if (!isfinite(want[i])) {
			i--;
			continue;
		}
		buf_adds(&text, number);
		buf_addc(&text, '\n');
	}
	s = stream_of(text.data, text.len);
	in = textin_open(&s, 1, FORMAT_CSV, &o, &e);
	assert_non_null(in);
	assert_int_equal(textin_next(in, &b, &e), 1);
	assert_int_equal(b->rows, 20000);
	assert_int_equal(b->cols[0].type, TYPE_FLOAT64);
	assert_memory_equal(b->cols[0].f64, want, 20000 * sizeof(double));
	textin_close(in);
	stream_done(s);
	free(want);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_types_given),
		cmocka_unit_test(test_rejects),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_against_brute_force),
		cmocka_unit_test(test_numbers_as_strtod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
