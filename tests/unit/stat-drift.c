/* stat/drift and stat/pvalue: against scipy and plain counting, tests/golden/drift.json (made by
 * drift.py), and that neither the framing of rows nor a round trip through JSON change a bit.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "stat/drift.h"
#include "stat/pvalue.h"

static json_t *golden(void)
{
	const char *source = getenv("PAWL_SOURCE");
	char *path = mem_printf("%s/tests/golden/drift.json", source ? source : ".");
	struct err e = ERR_INIT;
	json_t *out = json_read(path, &e);

	if (!out)
		fail_msg("%s", e.text);
	free(path);
	return out;
}

static void close_to(double x, double want, double relative)
{
	if (!(fabs(x - want) <= relative * fabs(want) + 1e-14))
		fail_msg("%.17g is not %.17g", x, want);
}

/* ---- tables of one column */

static void fill(struct batch *b, struct schema *s, enum type type)
{
	schema_add(s, "x", type);
	batch_init(b, s);
}

static void push(struct batch *b, double x)
{
	if (isnan(x))
		column_push_null(&b->cols[0], b->rows);
	else
		column_push_float64(&b->cols[0], b->rows, x);
	b->rows++;
}

static void push_text(struct batch *b, size_t category, size_t times)
{
	char text[2] = {(char)('a' + category), 0};

	for (size_t i = 0; i < times; i++)
		column_push_text(&b->cols[0], b->rows++, text, 1);
}

/* A reference of rows that arrive `step` at a time. */
static void refer(struct drift *d, struct batch *b, enum type type, uint64_t step)
{
	const size_t at[] = {0};

	drift_add(d, "x", "input", type);
	d->rows = b->rows;
	for (int pass = 0; pass < 2; pass++) {
		for (uint64_t from = 0; from < b->rows; from += step) {
			struct schema s = SCHEMA_INIT;
			struct batch part = BATCH_INIT;

			fill(&part, &s, type);
			while (part.rows < step && from + part.rows < b->rows) {
				column_push_from(
					&part.cols[0], part.rows, &b->cols[0], from + part.rows);
				part.rows++;
			}
			if (pass == 0)
				drift_look(d, &part, at);
			else
				drift_count_reference(d, &part, at);
			batch_release(&part);
			schema_release(&s);
		}
		if (pass == 0)
			drift_settle(d);
	}
}

static struct drift_measure compare(const struct drift *d, const struct batch *b)
{
	struct drift_tally *t = drift_tallies_new(d);
	const size_t at[] = {0};
	struct drift_measure m;

	drift_count(d, t, b, at);
	drift_measure(&d->columns[0], &t[0], &m);
	drift_tallies_free(t, d);
	return m;
}

static struct drift_measure compare_numbers(const json_t *x, const json_t *y)
{
	struct schema s = SCHEMA_INIT, u = SCHEMA_INIT;
	struct batch a = BATCH_INIT, b = BATCH_INIT;
	struct drift d = DRIFT_INIT;
	struct drift_measure m;

	fill(&a, &s, TYPE_FLOAT64);
	fill(&b, &u, TYPE_FLOAT64);
	for (size_t i = 0; i < json_array_size(x); i++)
		push(&a, json_number_value(json_array_get(x, i)));
	for (size_t i = 0; i < json_array_size(y); i++)
		push(&b, json_number_value(json_array_get(y, i)));
	refer(&d, &a, TYPE_FLOAT64, 7);
	m = compare(&d, &b);
	drift_release(&d);
	batch_release(&a);
	batch_release(&b);
	schema_release(&s);
	schema_release(&u);
	return m;
}

/* ---- tests */

static void numbers_are_compared_as_by_scipy(void **state)
{
	json_t *table = golden();
	const json_t *one;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(table, "numbers"), i, one)
	{
		const json_t *x = json_object_get(one, "x"), *y = json_object_get(one, "y");
		struct drift_measure m = compare_numbers(x, y);

		close_to(m.ks, json_dbl(one, "ks", NAN), 1e-13);
		assert_true(m.ks_error == 0);
		close_to(m.psi, json_dbl(one, "psi", NAN), 1e-12);
		close_to(m.p, json_dbl(one, "exact", NAN), 1e-9);
	}
	json_decref(table);
}

static void the_limit_of_the_ks_test_is_near_the_exact_value(void **state)
{
	(void)state;
	/* n m just below and above what is counted out */
	for (int i = 1; i < 12; i++) {
		double d = 0.008 * i, exact = pvalue_ks(d, 1024, 1024);

		assert_true(fabs(exact - pvalue_ks(d, 1025, 1024)) < 0.012);
	}
	assert_true(pvalue_ks(0, 5, 5) == 1);
	assert_true(pvalue_ks(1, 1000000, 1000000) < 1e-300);
	assert_true(pvalue_ks(1e-9, 1000000, 1000000) == 1);
}

static void text_is_compared_as_by_scipy(void **state)
{
	json_t *table = golden();
	const json_t *one;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(table, "texts"), i, one)
	{
		const json_t *a = json_object_get(one, "a"), *b = json_object_get(one, "b");
		struct schema s = SCHEMA_INIT, u = SCHEMA_INIT;
		struct batch ref = BATCH_INIT, now = BATCH_INIT;
		struct drift d = DRIFT_INIT;
		struct drift_measure m;

		fill(&ref, &s, TYPE_STRING);
		fill(&now, &u, TYPE_STRING);
		for (size_t k = 0; k < json_array_size(a); k++) {
			push_text(&ref, k, (size_t)json_integer_value(json_array_get(a, k)));
			push_text(&now, k, (size_t)json_integer_value(json_array_get(b, k)));
		}
		refer(&d, &ref, TYPE_STRING, 100);
		assert_true(d.columns[0].complete);
		m = compare(&d, &now);
		close_to(m.js, json_dbl(one, "js", NAN), 1e-9);
		close_to(m.chi_square, json_dbl(one, "chi_square", NAN), 1e-12);
		assert_int_equal(m.df, json_int(one, "df", -1));
		close_to(m.p, json_dbl(one, "p", NAN), 1e-10);
		close_to(m.psi, json_dbl(one, "psi", NAN), 1e-12);
		drift_release(&d);
		batch_release(&ref);
		batch_release(&now);
		schema_release(&s);
		schema_release(&u);
	}
	json_decref(table);
}

static void p_values_are_those_of_scipy(void **state)
{
	json_t *table = golden();
	const json_t *one, *p, *q;
	double all[64];
	size_t i, n;

	(void)state;
	json_array_foreach(json_object_get(table, "chi"), i, one)
	{
		close_to(pvalue_chi_square(json_dbl(one, "x", NAN), (size_t)json_int(one, "df", 0)),
			json_dbl(one, "p", NAN), 1e-10);
	}
	json_array_foreach(json_object_get(table, "shares"), i, one)
	{
		close_to(pvalue_shares((uint64_t)json_int(one, "a", 0),
				 (uint64_t)json_int(one, "n", 0), (uint64_t)json_int(one, "b", 0),
				 (uint64_t)json_int(one, "m", 0)),
			json_dbl(one, "p", NAN), 1e-11);
	}
	p = json_object_get(json_object_get(table, "adjust"), "p");
	q = json_object_get(json_object_get(table, "adjust"), "q");
	n = json_array_size(p);
	for (i = 0; i < n; i++)
		all[i] = json_number_value(json_array_get(p, i));
	all[n] = NAN; /* does not count */
	pvalue_adjust(all, n + 1);
	for (i = 0; i < n; i++)
		close_to(all[i], json_number_value(json_array_get(q, i)), 1e-14);
	assert_true(isnan(all[n]));
	json_decref(table);
}

/* More different values than the grid has: the bounds hold. */
static void a_grid_states_how_far_it_may_be_off(void **state)
{
	enum { N = 20000, M = 3000 };
	struct schema s = SCHEMA_INIT, u = SCHEMA_INIT;
	struct batch a = BATCH_INIT, b = BATCH_INIT;
	struct drift d = DRIFT_INIT;
	struct drift_measure m;
	double truth = 0;
	struct rng r;

	(void)state;
	rng_init(&r, 5);
	fill(&a, &s, TYPE_FLOAT64);
	fill(&b, &u, TYPE_FLOAT64);
	for (int i = 0; i < N; i++)
		push(&a, rng_below(&r, 4) ? rng_normal(&r) : 0.125);
	for (int i = 0; i < M; i++)
		push(&b, rng_below(&r, 4) ? 0.2 + rng_normal(&r) : 0.125);
	for (int i = 0; i < M; i += 7) { /* |F - G| at some of the second's values */
		double x = b.cols[0].f64[i], f = 0, g = 0;

		for (int k = 0; k < N; k++)
			f += a.cols[0].f64[k] <= x;
		for (int k = 0; k < M; k++)
			g += b.cols[0].f64[k] <= x;
		truth = fmax(truth, fabs(f / N - g / M));
	}
	refer(&d, &a, TYPE_FLOAT64, 5000);
	assert_true(d.columns[0].n <= DRIFT_GRID);
	m = compare(&d, &b);
	assert_true(m.ks_error > 0 && m.ks_error < 0.02);
	assert_true(truth <= m.ks + m.ks_error + 1e-12);
	assert_true(m.ks > truth - 0.02);
	drift_release(&d);
	batch_release(&a);
	batch_release(&b);
	schema_release(&s);
	schema_release(&u);
}

static void missing_values_are_compared_by_themselves(void **state)
{
	struct schema s = SCHEMA_INIT, u = SCHEMA_INIT;
	struct batch a = BATCH_INIT, b = BATCH_INIT;
	struct drift d = DRIFT_INIT;
	struct drift_measure m;

	(void)state;
	fill(&a, &s, TYPE_FLOAT64);
	fill(&b, &u, TYPE_FLOAT64);
	for (int i = 0; i < 400; i++)
		push(&a, i % 20 ? (double)i : (double)NAN);
	for (int i = 0; i < 400; i++)
		push(&b, i % 20 && i % 3 ? (double)i : (double)NAN);
	column_push_float64(&b.cols[0], b.rows++, INFINITY);
	refer(&d, &a, TYPE_FLOAT64, 400);
	m = compare(&d, &b);
	assert_int_equal(m.missing[0], 20);
	assert_int_equal(m.missing[1], 147);
	assert_int_equal(m.rows[1], 401);
	assert_true(m.missing_p < 1e-10);
	assert_true(m.psi < 0.05 && m.p > 0.5);
	/* nothing but missing values */
	batch_clear(&b);
	push(&b, NAN);
	m = compare(&d, &b);
	assert_true(isnan(m.psi) && isnan(m.ks) && isnan(m.p));
	drift_release(&d);
	batch_release(&a);
	batch_release(&b);
	schema_release(&s);
	schema_release(&u);
}

static json_t *reference_of(struct batch *b, uint64_t step)
{
	struct drift d = DRIFT_INIT;
	json_t *out;

	refer(&d, b, TYPE_FLOAT64, step);
	out = drift_json(&d);
	drift_release(&d);
	return out;
}

static void framing_and_json_change_nothing(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch b = BATCH_INIT;
	struct drift d = DRIFT_INIT;
	struct err e = ERR_INIT;
	json_t *one, *two, *again;
	struct rng r;

	(void)state;
	rng_init(&r, 9);
	fill(&b, &s, TYPE_FLOAT64);
	for (int i = 0; i < 5000; i++)
		push(&b, rng_below(&r, 9) ? rng_normal(&r) * 1e3 : NAN);
	one = reference_of(&b, 5000);
	two = reference_of(&b, 77);
	assert_true(json_equal(one, two));
	assert_int_equal(drift_parse(&d, one, &e), 0);
	again = drift_json(&d);
	assert_true(json_equal(one, again));
	drift_release(&d);
	json_decref(one);
	json_decref(two);
	json_decref(again);
	batch_release(&b);
	schema_release(&s);
}

static void what_is_no_reference_is_refused(void **state)
{
	static const char *const bad[] = {"{}", "[]", "{\"rows\":1}",
		"{\"rows\":-1,\"columns\":[]}", "{\"rows\":1,\"columns\":[{}]}",
		"{\"rows\":1,\"columns\":[{\"name\":\"x\",\"role\":\"input\",\"type\":\"date\","
		"\"missing\":1,\"grid\":[],\"counts\":[0]}]}",
		"{\"rows\":1,\"columns\":[{\"name\":\"x\",\"role\":\"input\",\"type\":\"int64\","
		"\"missing\":0,\"grid\":[1,1],\"counts\":[1,0,0,0,0]}]}",
		"{\"rows\":1,\"columns\":[{\"name\":\"x\",\"role\":\"input\",\"type\":\"int64\","
		"\"missing\":0,\"grid\":[1],\"counts\":[1,0]}]}",
		"{\"rows\":9,\"columns\":[{\"name\":\"x\",\"role\":\"input\",\"type\":\"int64\","
		"\"missing\":0,\"grid\":[1],\"counts\":[1,0,0]}]}",
		"{\"rows\":1,\"columns\":[{\"name\":\"x\",\"role\":\"input\",\"type\":\"string\","
		"\"missing\":0,\"values\":[\"a\",\"a\"],\"complete\":true,\"counts\":[1,0,0]}]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct drift d = DRIFT_INIT;
		struct err e = ERR_INIT;
		json_t *json = json_parse(bad[i], strlen(bad[i]), "bad", &e);

		assert_non_null(json);
		assert_int_equal(drift_parse(&d, json, &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		assert_int_equal(d.n, 0);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_compared_as_by_scipy),
		cmocka_unit_test(the_limit_of_the_ks_test_is_near_the_exact_value),
		cmocka_unit_test(text_is_compared_as_by_scipy),
		cmocka_unit_test(p_values_are_those_of_scipy),
		cmocka_unit_test(a_grid_states_how_far_it_may_be_off),
		cmocka_unit_test(missing_values_are_compared_by_themselves),
		cmocka_unit_test(framing_and_json_change_nothing),
		cmocka_unit_test(what_is_no_reference_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
