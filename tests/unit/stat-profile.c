/* Tests of stat/profile: values by hand, framing, threads and merges.
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

#include "base/json.h"
#include "base/rng.h"
#include "stat/profile.h"

static void make_schema(struct schema *s)
{
	memset(s, 0, sizeof(*s));
	schema_add(s, "id", TYPE_INT64);
	schema_add(s, "x", TYPE_FLOAT64);
	schema_add(s, "text", TYPE_STRING);
	schema_add(s, "flag", TYPE_BOOL);
	schema_add(s, "day", TYPE_DATE);
	schema_add(s, "when", TYPE_TIMESTAMP_UTC);
	schema_add(s, "big", TYPE_UINT64);
	schema_add(s, "none", TYPE_NULL);
	notes_set(&s->fields[0].notes, "pawl.role", "key");
}

/* Row `row` of a table that is a function of the row number only. */
static void push_row(struct batch *b, uint64_t row)
{
	uint64_t at = b->rows;
	struct rng r;
	char text[32];
	double x;

	rng_init(&r, row);
	column_push_int64(&b->cols[0], at, (int64_t)row - 5);
	x = rng_normal(&r) * 1e3;
	if (row % 10 == 3)
		column_push_null(&b->cols[1], at);
	else
		column_push_float64(&b->cols[1], at,
			row % 10 == 4	? (double)NAN
			: row % 10 == 5 ? (double)-INFINITY
			: row % 10 == 6 ? -0.0
					: x);
	column_push_text(&b->cols[2], at, text,
		(size_t)sprintf(text, "%.*s%d", (int)(row % 4), "abc", (int)rng_below(&r, 5000)));
	column_push_bool(&b->cols[3], at, row % 3 == 0);
	column_push_date(&b->cols[4], at, (int32_t)(row % 7));
	column_push_int64(&b->cols[5], at, 1700000000000000 + (int64_t)row * 1000000);
	column_push_uint64(&b->cols[6], at, UINT64_MAX - row % 5);
	column_push_null(&b->cols[7], at);
	b->rows++;
}

/* The profile of rows from..to-1 that arrive in batches of `framing` rows. */
static struct profile *profile_of(uint64_t from, uint64_t to, uint64_t framing, size_t threads)
{
	struct schema s;
	struct batch b = BATCH_INIT;
	struct profile *p;

	make_schema(&s);
	p = profile_new(&s);
	p->threads = threads;
	batch_init(&b, &s);
	for (uint64_t row = from; row < to; row++) {
		push_row(&b, row);
		if (b.rows == framing || row + 1 == to) {
			profile_add(p, &b);
			batch_clear(&b);
		}
	}
	batch_release(&b);
	schema_release(&s);
	return p;
}

static char *text_of(const struct profile *p)
{
	struct buf out = BUF_INIT;
	json_t *o = profile_json(p);

	json_canonical(o, &out);
	json_decref(o);
	return buf_detach(&out);
}

static void framing_and_threads_do_not_change_the_bytes(void **state)
{
	struct profile *p = profile_of(0, 150000, BATCH_ROWS, 1);
	char *want = text_of(p);

	(void)state;
	profile_free(p);
	for (int i = 0; i < 3; i++) {
		char *have;

		p = profile_of(0, 150000, (const uint64_t[]){997, 70001, 150000}[i], (size_t)i + 1);
		have = text_of(p);
		assert_string_equal(have, want);
		free(have);
		profile_free(p);
	}
	free(want);
}

static const json_t *column(const json_t *profile, const char *name)
{
	const json_t *columns = json_object_get(profile, "columns");

	for (size_t i = 0; i < json_array_size(columns); i++)
		if (!strcmp(json_str(json_array_get(columns, i), "name", ""), name))
			return json_array_get(columns, i);
	fail_msg("no column %s", name);
	return NULL;
}

static void every_statistic_is_what_counting_by_hand_gives(void **state)
{
	struct profile *p = profile_of(0, 1000, 300, 1);
	json_t *o = profile_json(p);
	const json_t *c = column(o, "id");

	(void)state;
	assert_int_equal(json_int(o, "rows", 0), 1000);
	assert_string_equal(json_str(c, "role", ""), "key");
	assert_int_equal(json_int(c, "min", 0), -5);
	assert_int_equal(json_int(c, "max", 0), 994);
	assert_int_equal(json_int(c, "zeros", 0), 1);
	assert_int_equal(json_int(c, "negative", 0), 5);
	assert_true(fabs(json_dbl(c, "mean", 0) - 494.5) < 1e-9);
	assert_true(
		fabs(json_dbl(c, "std", 0) - sqrt((1000. * 1000 - 1) / 12 * 1000 / 999)) < 1e-9);
	assert_int_equal(json_int(c, "distinct", 0), 1000);
	c = json_object_get(c, "quantiles");
	assert_true(fabs(json_dbl(c, "0.5", 0) - 494) <= 494 / 256.);
	assert_true(json_dbl(c, "0.05", 0) == 44); /* small integers are exact */
	c = column(o, "x");
	assert_int_equal(json_int(c, "missing", -1), 100);
	assert_int_equal(json_int(c, "nan", -1), 100);
	assert_int_equal(json_int(c, "infinite", -1), 100);
	assert_int_equal(json_int(c, "zeros", -1), 100);
	assert_true(isfinite(json_dbl(c, "min", NAN)));
	c = column(o, "text");
	assert_string_equal(json_str(c, "type", ""), "string");
	assert_int_equal(json_int(c, "empty", -1), 0);
	assert_int_equal(json_int(json_object_get(c, "length"), "max", -1), 7);
	c = column(o, "flag");
	assert_int_equal(json_int(c, "distinct", 0), 2);
	assert_true(fabs(json_dbl(c, "mean", 0) - 0.334) < 1e-12);
	assert_true(json_is_false(
		json_array_get(json_object_get(json_object_get(c, "top"), "values"), 0)));
	c = column(o, "day");
	assert_string_equal(json_str(c, "min", ""), "1970-01-01");
	assert_string_equal(json_str(c, "max", ""), "1970-01-07");
	assert_int_equal(json_int(c, "distinct", 0), 7);
	c = column(o, "when");
	assert_string_equal(json_str(c, "min", ""), "2023-11-14T22:13:20Z");
	c = column(o, "big");
	assert_string_equal(json_str(c, "max", ""), "18446744073709551615");
	c = column(o, "none");
	assert_int_equal(json_int(c, "missing", 0), 1000);
	assert_null(json_object_get(c, "top"));
	json_decref(o);
	profile_free(p);
}

static void a_histogram_has_every_finite_value(void **state)
{
	struct profile *p = profile_of(0, 1000, 300, 1);
	json_t *o = profile_json(p);
	const json_t *h = json_object_get(column(o, "x"), "histogram"), *edges, *counts;
	json_int_t sum = 0;

	(void)state;
	edges = json_object_get(h, "edges");
	counts = json_object_get(h, "counts");
	assert_int_equal(json_array_size(edges), 11);
	for (size_t i = 0; i < 10; i++) {
		assert_true(json_real_value(json_array_get(edges, i)) <
			    json_real_value(json_array_get(edges, i + 1)));
		sum += json_integer_value(json_array_get(counts, i));
	}
	assert_int_equal(sum, 700);
	json_decref(o);
	profile_free(p);
}

/* All but means and deviations, whose last bits depend on the order of the sum. */
static void a_merge_is_the_profile_of_both(void **state)
{
	struct profile *a = profile_of(0, 70000, 5000, 1), *b = profile_of(70000, 90000, 900, 1);
	struct profile *all = profile_of(0, 90000, BATCH_ROWS, 1);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(profile_merge(a, b, &e), 0);
	assert_int_equal(a->rows, all->rows);
	for (size_t i = 0; i < a->n; i++) {
		struct profile_column *x = &a->columns[i], *y = &all->columns[i];
		struct moments mx = profile_moments(x), my = profile_moments(y);

		assert_true(x->missing == y->missing && x->nan == y->nan && x->zeros == y->zeros);
		assert_true(x->low == y->low && x->high == y->high && x->bytes == y->bytes);
		assert_true(mx.n == my.n && fabs(mx.mean - my.mean) <= 1e-9 * fabs(my.mean));
		assert_true(fabs(mx.m2 - my.m2) <= 1e-9 * fabs(my.m2));
		assert_memory_equal(&x->distinct, &y->distinct, sizeof(x->distinct));
		if (x->sketch.n)
			assert_true(profile_quantile(x, 0.3) == profile_quantile(y, 0.3));
	}
	profile_free(b);
	profile_free(a);
	profile_free(all);
}

static void other_columns_do_not_merge(void **state)
{
	struct profile *a = profile_of(0, 5, 5, 1), *b;
	struct schema s = SCHEMA_INIT;
	struct err e = ERR_INIT;

	(void)state;
	schema_add(&s, "x", TYPE_FLOAT64);
	b = profile_new(&s);
	assert_int_equal(profile_merge(a, b, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	profile_free(a);
	profile_free(b);
	schema_release(&s);
}

static void a_table_without_rows_has_a_profile(void **state)
{
	struct profile *p = profile_of(0, 0, 1, 1);
	char *text = text_of(p);

	(void)state;
	assert_non_null(strstr(text, "\"rows\":0"));
	free(text);
	profile_free(p);
}

static void a_table_for_people_has_a_line_for_each_column(void **state)
{
	struct profile *p = profile_of(0, 1000, 300, 1);
	json_t *o = profile_json(p);
	struct buf out = BUF_INIT;
	size_t lines = 0;

	(void)state;
	profile_table(o, &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, 1 + 8 + 1);
	assert_non_null(strstr(out.data, "\nflag "));
	assert_non_null(strstr(out.data, "false 67%"));
	assert_non_null(strstr(out.data, "\n1000 rows, 8 columns\n"));
	assert_null(strstr(out.data, " \n"));
	buf_release(&out);
	json_decref(o);
	profile_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framing_and_threads_do_not_change_the_bytes),
		cmocka_unit_test(every_statistic_is_what_counting_by_hand_gives),
		cmocka_unit_test(a_histogram_has_every_finite_value),
		cmocka_unit_test(a_merge_is_the_profile_of_both),
		cmocka_unit_test(other_columns_do_not_merge),
		cmocka_unit_test(a_table_without_rows_has_a_profile),
		cmocka_unit_test(a_table_for_people_has_a_line_for_each_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
