/* frame/batch: rows pushed, copied, cleared; a random table against a plain model.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/rng.h"
#include "frame/batch.h"

#define N TYPE_COUNT /* a column of each type */

static void all_types(struct schema *s)
{
	for (int i = 0; i < N; i++)
		schema_add(s, type_name((enum type)i), (enum type)i);
}

/* The value of row `row`: a function of the row and the column's type, one in seven null. */
static int is_null(enum type type, uint64_t row)
{
	return type == TYPE_NULL || (row * 31 + (uint64_t)type * 7) % 7 == 0;
}

static size_t text_of(enum type type, uint64_t row, char text[32])
{
	if (type == TYPE_CATEGORY)
		return (size_t)snprintf(text, 32, "cat %d", (int)(row % 5));
	return (size_t)snprintf(text, 32, "%.*s", (int)(row % 11), "0123456789");
}

static void push(struct batch *b, struct dict *d, uint64_t row)
{
	uint64_t at = b->rows;
	char text[32];

	for (int i = 0; i < N; i++) {
		struct column *c = &b->cols[i];
		size_t len = text_of(c->type, row, text);

		if (is_null(c->type, row)) {
			column_push_null(c, at);
			continue;
		}
		switch (c->type) {
		case TYPE_BOOL:
			column_push_bool(c, at, (int)(row % 3 == 0));
			break;
		case TYPE_FLOAT64:
			column_push_float64(c, at, (double)row / 8);
			break;
		case TYPE_UINT64:
			column_push_uint64(c, at, UINT64_MAX - row);
			break;
		case TYPE_DATE:
			column_push_date(c, at, (int32_t)row);
			break;
		case TYPE_CATEGORY:
			if (!c->dict)
				c->dict = dict_ref(d);
			column_push_index(
				c, at, (int32_t)map_add(&c->dict->values, text, len, NULL));
			break;
		case TYPE_STRING:
		case TYPE_BINARY:
			assert_int_equal(column_push_text(c, at, text, len), 0);
			break;
		default:
			column_push_int64(c, at, (int64_t)row - 100);
		}
	}
	b->rows++;
}

static void check_row(const struct batch *b, uint64_t at, uint64_t row)
{
	char want[32];

	for (int i = 0; i < N; i++) {
		const struct column *c = &b->cols[i];
		size_t len, size;
		const char *text;

		assert_int_equal(column_valid(c, at), !is_null(c->type, row));
		if (is_null(c->type, row)) {
			assert_true(isnan(column_number(c, at)));
			continue;
		}
		switch (c->type) {
		case TYPE_BOOL:
			assert_true(column_number(c, at) == (row % 3 == 0));
			break;
		case TYPE_FLOAT64:
			assert_true(column_number(c, at) == (double)row / 8);
			break;
		case TYPE_UINT64:
			assert_true(c->u64[at] == UINT64_MAX - row);
			break;
		case TYPE_DATE:
			assert_int_equal(c->i32[at], row);
			break;
		case TYPE_STRING:
		case TYPE_BINARY:
		case TYPE_CATEGORY:
			size = text_of(c->type, row, want);
			text = column_text(c, at, &len);
			assert_int_equal(len, size);
			assert_memory_equal(text, want, len);
			break;
		default:
			assert_true(c->i64[at] == (int64_t)row - 100);
		}
	}
}

static uint64_t null_count(const struct column *c, uint64_t rows)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < rows; i++)
		n += !column_valid(c, i);
	return n;
}

static void rows_of_every_type_come_back(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch b;
	struct dict *d = dict_new();

	(void)state;
	all_types(&s);
	batch_init(&b, &s);
	for (int round = 0; round < 2; round++) { /* again in the memory that clear leaves */
		for (uint64_t row = 0; row < 1000; row++)
			push(&b, d, row + (uint64_t)round * 13);
		for (uint64_t row = 0; row < 1000; row++)
			check_row(&b, row, row + (uint64_t)round * 13);
		for (int i = 0; i < N; i++)
			assert_true(b.cols[i].nulls == null_count(&b.cols[i], 1000));
		batch_clear(&b);
		assert_int_equal(b.rows, 0);
		for (int i = 0; i < N; i++)
			assert_true(!b.cols[i].validity && !b.cols[i].nulls);
	}
	batch_release(&b);
	batch_release(&b);
	dict_unref(d);
	dict_unref(NULL);
	schema_release(&s);
}

static void kept_rows_are_appended_in_order(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch from, to, all;
	struct dict *d = dict_new();
	struct rng r;
	uint64_t kept[3000], n = 0;
	uint8_t keep[125];

	(void)state;
	rng_init(&r, 6);
	all_types(&s);
	batch_init(&from, &s);
	batch_init(&to, &s);
	batch_init(&all, &s);
	for (uint64_t start = 0; start < 3000; start += 1000) {
		batch_clear(&from);
		for (uint64_t row = 0; row < 1000; row++)
			push(&from, d, start + row);
		for (uint64_t row = 0; row < 1000; row++) {
			int take = rng_below(&r, 3) == 0;

			bit_set(keep, row, take);
			if (take)
				kept[n++] = start + row;
		}
		assert_int_equal(batch_append(&to, &from, keep), 0);
		assert_int_equal(batch_append(&all, &from, NULL), 0);
	}
	assert_int_equal(to.rows, n);
	for (uint64_t i = 0; i < n; i++)
		check_row(&to, i, kept[i]);
	assert_int_equal(all.rows, 3000);
	for (uint64_t i = 0; i < 3000; i++)
		check_row(&all, i, i);
	memset(keep, 0, sizeof(keep));
	assert_int_equal(batch_append(&to, &from, keep), 0);
	assert_int_equal(to.rows, n);
	batch_release(&from);
	batch_release(&to);
	batch_release(&all);
	dict_unref(d);
	schema_release(&s);
}

/* Files are made of these bytes: equal tables, equal bytes, whatever lay there before. */
static void what_lies_under_nulls_and_behind_the_last_bit_is_zero(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch b;

	(void)state;
	schema_add(&s, "f", TYPE_FLOAT64);
	schema_add(&s, "b", TYPE_BOOL);
	batch_init(&b, &s);
	for (int round = 0; round < 2; round++) {
		uint64_t rows = round ? 11 : 64;

		for (uint64_t i = 0; i < rows; i++) {
			if (!round || i % 2) {
				column_push_float64(&b.cols[0], i, -1.5);
				column_push_bool(&b.cols[1], i, 1);
			} else {
				column_push_null(&b.cols[0], i);
				column_push_null(&b.cols[1], i);
			}
		}
		if (!round)
			batch_clear(&b);
	}
	assert_true(b.cols[0].f64[0] == 0 && b.cols[0].f64[10] == 0);
	assert_int_equal(b.cols[0].validity[0], 0xaa);
	assert_int_equal(b.cols[0].validity[1], 0x02);
	assert_int_equal(b.cols[1].bits[0], 0xaa);
	assert_int_equal(b.cols[1].bits[1], 0x02);
	batch_release(&b);
	schema_release(&s);
}

static void a_shared_dictionary_is_copied_before_it_grows(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch a, b, to;
	size_t len;

	(void)state;
	schema_add(&s, "c", TYPE_CATEGORY);
	batch_init(&a, &s);
	batch_init(&b, &s);
	batch_init(&to, &s);
	a.cols[0].dict = dict_new();
	b.cols[0].dict = dict_new();
	map_add(&a.cols[0].dict->values, "x", 1, NULL);
	map_add(&b.cols[0].dict->values, "y", 1, NULL);
	map_add(&b.cols[0].dict->values, "x", 1, NULL);
	column_push_index(&a.cols[0], 0, 0);
	a.rows = 1;
	for (int i = 0; i < 2; i++)
		column_push_index(&b.cols[0], (uint64_t)i, i);
	b.rows = 2;
	assert_int_equal(batch_append(&to, &a, NULL), 0);
	assert_ptr_equal(to.cols[0].dict, a.cols[0].dict);
	assert_int_equal(batch_append(&to, &b, NULL), 0);
	assert_ptr_not_equal(to.cols[0].dict, a.cols[0].dict);
	assert_int_equal(a.cols[0].dict->values.n, 1);
	assert_int_equal(to.rows, 3);
	assert_memory_equal(column_text(&to.cols[0], 0, &len), "x", 1);
	assert_memory_equal(column_text(&to.cols[0], 1, &len), "y", 1);
	assert_memory_equal(column_text(&to.cols[0], 2, &len), "x", 1);
	assert_int_equal(to.cols[0].i32[2], to.cols[0].i32[0]);
	batch_release(&a);
	batch_release(&b);
	batch_release(&to);
	schema_release(&s);
}

static void text_beyond_31_bits_is_refused_before_anything_is_appended(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch b, from;
	int32_t offsets[2] = {0, 16}, huge[2] = {0, INT32_MAX - 10};

	(void)state;
	schema_add(&s, "i", TYPE_INT64);
	schema_add(&s, "t", TYPE_STRING);
	batch_init(&b, &s);
	column_push_int64(&b.cols[0], 0, 1);
	column_push_text(&b.cols[1], 0, "x", 1);
	b.rows = 1;
	b.cols[1].offsets[1] = INT32_MAX - 10; /* as if so much text were there */
	assert_int_equal(column_push_text(&b.cols[1], 1, "0123456789ab", 12), -1);
	batch_init(&from, &s);
	column_push_int64(&from.cols[0], 0, 2);
	column_push_text(&from.cols[1], 0, "0123456789abcdef", 16);
	from.rows = 1;
	assert_memory_equal(from.cols[1].offsets, offsets, sizeof(offsets));
	assert_int_equal(batch_append(&b, &from, NULL), -1);
	assert_int_equal(b.rows, 1);
	assert_memory_equal(b.cols[1].offsets, huge, sizeof(huge));
	batch_release(&b);
	batch_release(&from);
	schema_release(&s);
}

static void values_are_printed_for_people(void **state)
{
	static const char *const want[N] = {"", "true", "-5", "18446744073709551615", "0.1", "text",
		"red", "00ff", "2026-11-21", "05:06:07.5", "1970-01-01T00:00:01",
		"1970-01-01T00:00:00.000001Z", "PT-1.5S"};
	struct schema s = SCHEMA_INIT;
	struct batch b;

	(void)state;
	all_types(&s);
	batch_init(&b, &s);
	column_push_null(&b.cols[TYPE_NULL], 0);
	column_push_bool(&b.cols[TYPE_BOOL], 0, 1);
	column_push_int64(&b.cols[TYPE_INT64], 0, -5);
	column_push_uint64(&b.cols[TYPE_UINT64], 0, UINT64_MAX);
	column_push_float64(&b.cols[TYPE_FLOAT64], 0, 0.1);
	column_push_text(&b.cols[TYPE_STRING], 0, "text", 4);
	b.cols[TYPE_CATEGORY].dict = dict_new();
	map_add(&b.cols[TYPE_CATEGORY].dict->values, "red", 3, NULL);
	column_push_index(&b.cols[TYPE_CATEGORY], 0, 0);
	column_push_text(&b.cols[TYPE_BINARY], 0, "\0\xff", 2);
	column_push_date(&b.cols[TYPE_DATE], 0, 20778);
	column_push_int64(&b.cols[TYPE_TIME], 0, 18367500000);
	column_push_int64(&b.cols[TYPE_TIMESTAMP], 0, 1000000);
	column_push_int64(&b.cols[TYPE_TIMESTAMP_UTC], 0, 1);
	column_push_int64(&b.cols[TYPE_DURATION], 0, -1500000);
	for (int i = 0; i < N; i++) {
		struct buf out = BUF_INIT;

		column_print(&b.cols[i], 0, &out);
		assert_string_equal(out.data, want[i]);
		buf_release(&out);
	}
	batch_release(&b);
	schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_every_type_come_back),
		cmocka_unit_test(kept_rows_are_appended_in_order),
		cmocka_unit_test(what_lies_under_nulls_and_behind_the_last_bit_is_zero),
		cmocka_unit_test(a_shared_dictionary_is_copied_before_it_grows),
		cmocka_unit_test(text_beyond_31_bits_is_refused_before_anything_is_appended),
		cmocka_unit_test(values_are_printed_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
