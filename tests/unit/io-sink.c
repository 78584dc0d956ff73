/* Sinks: what is written in any format reads back as it was; tables for people; nothing half-done.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/preview.h"
#include "scratch.h"

static const enum type types[] = {TYPE_INT64, TYPE_FLOAT64, TYPE_STRING, TYPE_BOOL, TYPE_DATE,
	TYPE_TIMESTAMP, TYPE_TIMESTAMP_UTC};
#define COLUMNS (sizeof(types) / sizeof(*types))

static void some_schema(struct schema *s)
{
	char name[] = "a";

	for (size_t i = 0; i < COLUMNS; i++, name[0]++)
		schema_add(s, name, types[i]);
}

static const char *const texts[] = {
	"", "x", "a,b", "\"", "a\nb", "\xc3\xa4\xe2\x82\xac", " ", "007"};

/* Random rows; the first holds values that leave no doubt about the types. */
static void some_rows(struct batch *b, uint64_t rows, struct rng *rng)
{
	for (uint64_t r = 0; r < rows; r++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			struct column *c = &b->cols[i];
			const char *text = texts[rng_below(rng, 8)];

			if (r && rng_below(rng, 5) == 0) {
				column_push_null(c, r);
				continue;
			}
			switch (c->type) {
			case TYPE_BOOL:
				column_push_bool(c, r, (int)rng_below(rng, 2));
				break;
			case TYPE_FLOAT64:
				column_push_float64(c, r, r ? rng_normal(rng) * 1e3 : 0.5);
				break;
			case TYPE_DATE:
				column_push_date(c, r, (int32_t)rng_below(rng, 40000) - 20000);
				break;
			case TYPE_STRING:
				column_push_text(
					c, r, r ? text : "text", strlen(r ? text : "text"));
				break;
			default:
				column_push_int64(
					c, r, (int64_t)rng_below(rng, 1ull << 50) - (1ll << 49));
			}
		}
		b->rows = r + 1;
	}
}

static void read_text(const char *path, struct buf *out)
{
	struct err e = ERR_INIT;
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct source *s = source_open(path, &o, &e);
	const struct batch *b;
	int rc;

	if (!s)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < source_schema(s)->n; i++)
		buf_addf(out, "%s ", type_name(source_schema(s)->fields[i].type));
	while ((rc = source_next(s, &b, &e)) > 0)
		for (uint64_t r = 0; r < b->rows; r++)
			for (size_t i = 0; i < b->n; i++) {
				buf_addc(out, column_valid(&b->cols[i], r) ? '|' : '0');
				column_print(&b->cols[i], r, out);
			}
	if (rc < 0)
		fail_msg("%s", e.text);
	source_close(s);
}

static void test_round_trip(void **state)
{
	static const char *const paths[] = {"x.arrow", "x.arrows", "x.csv", "x.csv.gz", "x.tsv",
		"x.jsonl", "x.jsonl.gz", "x.other"};
	struct buf first = BUF_INIT, next = BUF_INIT;
	struct schema schema = SCHEMA_INIT;
	struct batch batch = BATCH_INIT;
	struct err e = ERR_INIT;
	struct rng rng;

	(void)state;
	rng_init(&rng, 3);
	some_schema(&schema);
	batch_init(&batch, &schema);
	some_rows(&batch, 5000, &rng);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct sink *s = sink_open(paths[i], FORMAT_AUTO, &e);
		struct buf *out = i ? &next : &first;

		assert_non_null(s);
		assert_int_equal(sink_start(s, &schema, &e), 0);
		assert_int_equal(sink_write(s, &batch, &e), 0);
		assert_int_equal(sink_rows(s), 5000);
		assert_int_equal(sink_commit(s, NULL, &e), 0);
		buf_reset(out);
		read_text(paths[i], out);
		if (strcmp(first.data, out->data) != 0 || first.len != out->len)
			fail_msg("%s reads differently", paths[i]);
	}
	batch_release(&batch);
	schema_release(&schema);
	buf_release(&first);
	buf_release(&next);
}

static void test_discard_keeps_the_old(void **state)
{
	struct schema schema = SCHEMA_INIT;
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT;
	struct sink *s;

	(void)state;
	some_schema(&schema);
	assert_int_equal(file_write("old.csv", "old", 3, &e), 0);
	s = sink_open("old.csv", FORMAT_AUTO, &e);
	assert_int_equal(sink_start(s, &schema, &e), 0);
	sink_discard(s);
	assert_int_equal(file_read("old.csv", 100, &text, &e), 0);
	assert_string_equal(text.data, "old");
	assert_false(file_exists(".old.csv.part"));
	assert_null(sink_open("x.arrow.gz", FORMAT_AUTO, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	buf_release(&text);
	schema_release(&schema);
}

static void test_restart(void **state)
{
	struct schema schema = SCHEMA_INIT;
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT;
	struct sink *s = sink_open("x.csv", FORMAT_AUTO, &e);

	(void)state;
	some_schema(&schema);
	assert_true(sink_restartable(s));
	assert_int_equal(sink_start(s, &schema, &e), 0);
	assert_int_equal(sink_restart(s, &e), 0);
	schema_remove(&schema, 0);
	assert_int_equal(sink_start(s, &schema, &e), 0);
	assert_int_equal(sink_commit(s, NULL, &e), 0);
	assert_int_equal(file_read("x.csv", 100, &text, &e), 0);
	assert_string_equal(text.data, "b,c,d,e,f,g\n");
	buf_release(&text);
	schema_release(&schema);
}

static void test_text_width(void **state)
{
	(void)state;
	assert_int_equal(utf8_width("abc", 3), 3);
	assert_int_equal(utf8_width("\xc3\xa4", 2), 1);		/* a umlaut */
	assert_int_equal(utf8_width("a\xcc\x88", 3), 1);	/* a and a combining mark */
	assert_int_equal(utf8_width("\xe6\x97\xa5", 3), 2);	/* a wide character */
	assert_int_equal(utf8_width("\xf0\x9f\x98\x80", 4), 2); /* a face */
	assert_int_equal(utf8_width("\xff\xfe", 2), 2);		/* no text at all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_discard_keeps_the_old),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_text_width),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
