/* model-plan: every operator against values worked out by hand from the ONNX specification.
 * SPDX-License-Identifier: MIT
 *
 * With PAWL_MODELS=DIR each graph that is run is written to DIR/N.onnx, the table and the results
 * to DIR/N.json, for tests/interop/onnx.bats, which has onnxruntime run them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/fmath.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/plan.h"
#include "onnx.pb-c.h"
#include "onnx/build.h"
#include "onnx/file.h"

#define NA ((double)NAN)

/* A graph with the inputs x, y (double) and t (string), and one row per value. */
static struct onnx_model *graph(void)
{
	struct onnx_model *m = onnx_model_new("test");
	struct err e = ERR_INIT;

	assert_int_equal(onnx_build_input(m, "x", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_input(m, "y", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_input(m, "t", ONNX_STRING, 1, &e), 0);
	return m;
}

struct table {
	struct schema schema;
	struct batch batch;
};

static const double xs[] = {1, -2, 0, 3.5, NA};
static const double ys[] = {2, -2, NA, 0.5, NA};
static const char *const ts[] = {"a", "b", "", "never", NULL};
enum { ROWS = 5 };

static void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
	schema_add(&t->schema, "t", TYPE_STRING);
	schema_add(&t->schema, "x", TYPE_FLOAT64);
	schema_add(&t->schema, "other", TYPE_INT64);
	schema_add(&t->schema, "y", TYPE_FLOAT64);
	batch_init(&t->batch, &t->schema);
	for (uint64_t r = 0; r < ROWS; r++) {
		if (ts[r])
			column_push_text(&t->batch.cols[0], r, ts[r], strlen(ts[r]));
		else
			column_push_null(&t->batch.cols[0], r);
		if (r == 4)
			column_push_null(&t->batch.cols[1], r);
		else
			column_push_float64(&t->batch.cols[1], r, xs[r]);
		column_push_int64(&t->batch.cols[2], r, (int64_t)r);
		column_push_float64(&t->batch.cols[3], r, ys[r]);
	}
	t->batch.rows = ROWS;
}

static void table_release(struct table *t)
{
	batch_release(&t->batch);
	schema_release(&t->schema);
}

static json_t *numbers(const double *values, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			list, isinf(values[i]) ? json_string("inf") : json_number(values[i]));
	return list;
}

static json_t *results(const struct plan *p)
{
	size_t n = ROWS * plan_output_width(p, 0);
	json_t *list = json_array();

	if (plan_doubles(p, 0)) {
		json_decref(list);
		return numbers(plan_doubles(p, 0), n);
	}
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			plan_ints(p, 0)
				? json_integer(plan_ints(p, 0)[i])
				: json_stringn(plan_texts(p, 0)[i].bytes, plan_texts(p, 0)[i].len));
	return list;
}

static void dump(struct onnx_model *m, const struct plan *p, const char *out)
{
	static int count;
	const char *dir = getenv("PAWL_MODELS");
	struct buf model = BUF_INIT, json = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *texts = json_array(), *all;
	char *path;

	for (size_t i = 0; i < ROWS; i++)
		json_array_append_new(texts, json_string(ts[i] ? ts[i] : ""));
	all = json_pack("{s:o,s:o,s:o,s:o,s:s}", "x", numbers(xs, ROWS), "y", numbers(ys, ROWS),
		"t", texts, "want", results(p), "output", out);
	json_canonical(all, &json);
	json_decref(all);
	if (dir) {
		assert_int_equal(onnx_file_pack(m, NULL, &model, &e), 0);
		path = mem_printf("%s/%d.onnx", dir, ++count);
		assert_int_equal(file_write(path, model.data, model.len, &e), 0);
		free(path);
		path = mem_printf("%s/%d.json", dir, count);
		assert_int_equal(file_write(path, json.data, json.len, &e), 0);
		free(path);
	}
	buf_release(&model);
	buf_release(&json);
}

/* Runs the graph, whose result `out` has that kind and width; frees the model. */
static struct plan *run(struct onnx_model *m, const char *out, enum onnx_type type, size_t width)
{
	struct table t;
	struct err e = ERR_INIT;
	struct plan *p;

	table_init(&t);
	assert_int_equal(onnx_build_output(m, out, type, width, &e), 0);
	p = plan_new(m, &e);
	assert_string_equal(e.text, "");
	assert_non_null(p);
	assert_int_equal(plan_bind(p, &t.schema, &e), 0);
	if (plan_run(p, &t.batch, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(plan_rows(p), ROWS);
	assert_int_equal(plan_output_width(p, 0), width);
	dump(m, p, out);
	table_release(&t);
	return p;
}

static void same(double got, double want)
{
	if (isnan(want) ? !isnan(got) : got != want)
		fail_msg("%.17g, not %.17g", got, want);
}

static void expect(struct onnx_model *m, const char *out, enum onnx_type type, size_t width,
	const double *want)
{
	struct plan *p = run(m, out, type, width);

	for (size_t i = 0; i < ROWS * width; i++)
		same(plan_doubles(p, 0) ? plan_doubles(p, 0)[i] : (double)plan_ints(p, 0)[i],
			want[i]);
	plan_free(p);
	onnx_model_free(m);
}

#define WANT(...)                                                                                  \
	(const double[])                                                                           \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static void binary(const char *op, const char *second, enum onnx_type type, const double *want)
{
	struct onnx_model *m = graph();

	if (!second)
		second = onnx_build_double(m, 2.0);
	expect(m, onnx_build_op(m, NULL, op, "x", second, NULL), type, 1, want);
}

static void test_arithmetic(void **state)
{
	(void)state;
	binary("Add", "y", ONNX_DOUBLE, WANT(3, -4, NA, 4, NA));
	binary("Sub", "y", ONNX_DOUBLE, WANT(-1, 0, NA, 3, NA));
	binary("Mul", NULL, ONNX_DOUBLE, WANT(2, -4, 0, 7, NA));
	binary("Div", "y", ONNX_DOUBLE, WANT(0.5, 1, NA, 7, NA));
	binary("Min", "y", ONNX_DOUBLE, WANT(1, -2, NA, 0.5, NA));
	binary("Max", "y", ONNX_DOUBLE, WANT(2, -2, NA, 3.5, NA));
	binary("Less", "y", ONNX_BOOL, WANT(1, 0, 0, 0, 0));
	binary("LessOrEqual", "y", ONNX_BOOL, WANT(1, 1, 0, 0, 0));
	binary("Greater", "y", ONNX_BOOL, WANT(0, 0, 0, 1, 0));
	binary("GreaterOrEqual", "y", ONNX_BOOL, WANT(0, 1, 0, 1, 0));
	binary("Equal", "y", ONNX_BOOL, WANT(0, 1, 0, 0, 0));
}

static void unary(const char *op, enum onnx_type type, const double *want)
{
	struct onnx_model *m = graph();

	expect(m, onnx_build_op(m, NULL, op, "x", NULL), type, 1, want);
}

static void test_functions(void **state)
{
	double e[ROWS], l[ROWS], g[ROWS];

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		e[i] = fmath_exp(xs[i]);
		l[i] = fmath_log(xs[i]);
		g[i] = fmath_sigmoid(xs[i]);
	}
	unary("Exp", ONNX_DOUBLE, e);
	unary("Log", ONNX_DOUBLE, l);
	unary("Sigmoid", ONNX_DOUBLE, g);
	unary("Neg", ONNX_DOUBLE, WANT(-1, 2, -0.0, -3.5, NA));
	unary("Abs", ONNX_DOUBLE, WANT(1, 2, 0, 3.5, NA));
	unary("Sqrt", ONNX_DOUBLE, WANT(1, NA, 0, sqrt(3.5), NA));
	unary("Floor", ONNX_DOUBLE, WANT(1, -2, 0, 3, NA));
	unary("Ceil", ONNX_DOUBLE, WANT(1, -2, 0, 4, NA));
	unary("Reciprocal", ONNX_DOUBLE, WANT(1, -0.5, INFINITY, 1 / 3.5, NA));
	unary("IsNaN", ONNX_BOOL, WANT(0, 0, 0, 0, 1));
	unary("Identity", ONNX_DOUBLE, xs);
}

static void test_clip(void **state)
{
	struct onnx_model *m = graph();
	const char *in[3] = {"x", NULL, onnx_build_double(m, 1.0)};
	struct Onnx__NodeProto *node = onnx_build_node(m, NULL, "Clip", 3, in);

	(void)state;
	expect(m, onnx_build_result(m, node, NULL), ONNX_DOUBLE, 1, WANT(1, -2, 0, 1, NA));
	m = graph();
	expect(m, onnx_build_op(m, NULL, "Clip", "x", onnx_build_double(m, 0), NULL), ONNX_DOUBLE,
		1, WANT(1, 0, 0, 3.5, NA));
}

/* Impute: Where(IsNaN(x), 9, x); and logic on the way. */
static void test_choice(void **state)
{
	struct onnx_model *m = graph();
	const char *a = onnx_build_op(m, NULL, "IsNaN", "x", NULL);
	const char *b, *c;

	(void)state;
	expect(m, onnx_build_op(m, NULL, "Where", a, onnx_build_double(m, 9), "x", NULL),
		ONNX_DOUBLE, 1, WANT(1, -2, 0, 3.5, 9));
	m = graph();
	a = onnx_build_op(m, NULL, "IsNaN", "x", NULL);
	b = onnx_build_op(m, NULL, "IsNaN", "y", NULL);
	c = onnx_build_op(m, NULL, "Or", onnx_build_op(m, NULL, "And", a, b, NULL),
		onnx_build_op(m, NULL, "Not", b, NULL), NULL);
	expect(m, onnx_build_op(m, NULL, "Xor", c, a, NULL), ONNX_BOOL, 1, WANT(1, 1, 0, 1, 0));
}

static const char *pair(struct onnx_model *m)
{
	return onnx_build_op_int(m, NULL, "Concat", "axis", 1, "x", "y", NULL);
}

#define PAIR 1, 2, -2, -2, 0, NA, 3.5, 0.5, NA, NA

static void test_columns(void **state)
{
	struct onnx_model *m = graph();
	const char *p = pair(m), *triple;
	static const int64_t pick[] = {1, -3, 1}, one[] = {1}, end[] = {INT64_MAX}, row[] = {-1, 2};

	(void)state;
	triple = onnx_build_op_int(m, NULL, "Concat", "axis", -1, p, "x", NULL);
	expect(m, triple, ONNX_DOUBLE, 3,
		WANT(1, 2, 1, -2, -2, -2, 0, NA, 0, 3.5, 0.5, 3.5, NA, NA, NA));
	m = graph();
	triple = onnx_build_op_int(m, NULL, "Concat", "axis", 1, pair(m), "x", NULL);
	expect(m,
		onnx_build_op_int(m, NULL, "Gather", "axis", 1, triple,
			onnx_build_int64_vector(m, pick, 3), NULL),
		ONNX_DOUBLE, 3, WANT(2, 1, 2, -2, -2, -2, NA, 0, NA, 0.5, 3.5, 0.5, NA, NA, NA));
	m = graph();
	p = onnx_build_op(m, NULL, "Slice", pair(m), onnx_build_int64_vector(m, one, 1),
		onnx_build_int64_vector(m, end, 1), onnx_build_int64_vector(m, one, 1), NULL);
	expect(m, p, ONNX_DOUBLE, 1, ys);
	m = graph();
	p = onnx_build_op(m, NULL, "Reshape", pair(m), onnx_build_int64_vector(m, row, 2), NULL);
	expect(m, p, ONNX_DOUBLE, 2, WANT(PAIR));
	m = graph();
	p = onnx_build_op(m, NULL, "Squeeze", "x", onnx_build_int64_vector(m, one, 1), NULL);
	p = onnx_build_op(m, NULL, "Unsqueeze", p, onnx_build_int64_vector(m, one, 1), NULL);
	expect(m, onnx_build_op(m, NULL, "Add", p, "y", NULL), ONNX_DOUBLE, 1,
		WANT(3, -4, NA, 4, NA));
}

static void test_split(void **state)
{
	struct onnx_model *m = graph();
	const char *p = pair(m), *second;
	struct Onnx__NodeProto *node = onnx_build_node(m, NULL, "Split", 1, &p);

	(void)state;
	onnx_attr_int(node, "axis", 1);
	onnx_build_result(m, node, NULL);
	second = onnx_build_result(m, node, NULL);
	expect(m, second, ONNX_DOUBLE, 1, ys);
}

static void test_broadcast(void **state)
{
	static const double wide[] = {10, 20};
	static const int64_t dims[] = {1, 2};
	struct onnx_model *m = graph();

	(void)state;
	expect(m,
		onnx_build_op(
			m, NULL, "Add", pair(m), onnx_build_doubles(m, NULL, wide, dims, 2), NULL),
		ONNX_DOUBLE, 2, WANT(11, 22, 8, 18, 10, NA, 13.5, 20.5, NA, NA));
	m = graph();
	expect(m, onnx_build_op(m, NULL, "Mul", onnx_build_double_vector(m, wide, 2), "x", NULL),
		ONNX_DOUBLE, 2, WANT(10, 20, -20, -40, 0, 0, 35, 70, NA, NA));
	m = graph();
	expect(m, onnx_build_op(m, NULL, "Sub", pair(m), "x", NULL), ONNX_DOUBLE, 2,
		WANT(0, 1, 0, 0, 0, NA, 0, -3, NA, NA));
}

static void test_product(void **state)
{
	static const double b[] = {1, 10, 100, 2, 20, 200}, c[] = {0.5, 0, -0.5};
	static const int64_t dims[] = {2, 3}, back[] = {3, 2};
	static const double transposed[] = {1, 2, 10, 20, 100, 200};
	const double want[] = {5, 50, 500, -6, -60, -600, NA, NA, NA, 4.5, 45, 450, NA, NA, NA};
	struct onnx_model *m = graph();
	const char *in[3];
	struct Onnx__NodeProto *node;
	double shifted[15];

	(void)state;
	expect(m,
		onnx_build_op(
			m, NULL, "MatMul", pair(m), onnx_build_doubles(m, NULL, b, dims, 2), NULL),
		ONNX_DOUBLE, 3, want);
	for (size_t i = 0; i < 15; i++)
		shifted[i] = 2 * want[i] + 4 * c[i % 3];
	m = graph();
	in[0] = pair(m);
	in[1] = onnx_build_doubles(m, NULL, transposed, back, 2);
	in[2] = onnx_build_double_vector(m, c, 3);
	node = onnx_build_node(m, NULL, "Gemm", 3, in);
	onnx_attr_int(node, "transB", 1);
	onnx_attr_float(node, "alpha", 2);
	onnx_attr_float(node, "beta", 4);
	expect(m, onnx_build_result(m, node, NULL), ONNX_DOUBLE, 3, shifted);
}

/* One chain of fused multiply-adds in ascending order, written out. */
static void test_product_bits(void **state)
{
	enum { K = 37 };
	struct onnx_model *m = onnx_model_new("wide");
	struct err e = ERR_INIT;
	struct schema schema = SCHEMA_INIT;
	struct batch batch = BATCH_INIT;
	double b[K], want = 0, x[K];
	int64_t dims[2] = {K, 1};
	const char *names[K];
	char name[16];
	struct Onnx__NodeProto *node;
	struct plan *p;

	(void)state;
	for (size_t k = 0; k < K; k++) {
		snprintf(name, sizeof(name), "c%zu", k);
		assert_int_equal(onnx_build_input(m, name, ONNX_DOUBLE, 1, &e), 0);
		names[k] = m->proto->graph->input[k]->name;
		schema_add(&schema, name, TYPE_FLOAT64);
		x[k] = 1.0 / (double)(k + 3);
		b[k] = (double)(k % 7) - 3.1;
		want = __builtin_fma(x[k], b[k], want);
	}
	node = onnx_build_node(m, NULL, "Concat", K, names);
	onnx_attr_int(node, "axis", 1);
	onnx_build_op(m, "z", "MatMul", onnx_build_result(m, node, NULL),
		onnx_build_doubles(m, NULL, b, dims, 2), NULL);
	assert_int_equal(onnx_build_output(m, "z", ONNX_DOUBLE, 1, &e), 0);
	batch_init(&batch, &schema);
	for (uint64_t r = 0; r < 3000; r++)
		for (size_t k = 0; k < K; k++)
			column_push_float64(&batch.cols[k], r, x[k]);
	p = plan_new(m, &e);
	assert_non_null(p);
	assert_int_equal(plan_bind(p, &schema, &e), 0);
	for (uint64_t rows = 1; rows <= 3000; rows += 2999) {
		batch.rows = rows;
		assert_int_equal(plan_run(p, &batch, &e), 0);
		for (uint64_t r = 0; r < rows; r++)
			assert_memory_equal(plan_doubles(p, 0) + r, &want, sizeof(want));
	}
	batch_release(&batch);
	schema_release(&schema);
	plan_free(p);
	onnx_model_free(m);
}

static void test_softmax_argmax(void **state)
{
	struct onnx_model *m = graph();
	double soft[2 * ROWS] = {PAIR};
	static const int64_t labels[] = {70, 71};
	const char *arg;
	int64_t dim = 2;

	(void)state;
	for (size_t r = 0; r < ROWS; r++)
		fmath_softmax(soft + 2 * r, 2);
	expect(m, onnx_build_op_int(m, NULL, "Softmax", "axis", 1, pair(m), NULL), ONNX_DOUBLE, 2,
		soft);
	m = graph();
	arg = onnx_build_op_int(m, NULL, "ArgMax", "axis", 1, pair(m), NULL);
	expect(m, arg, ONNX_INT64, 1, WANT(1, 0, 0, 0, 0));
	m = graph();
	arg = onnx_build_op_int(m, NULL, "ArgMax", "axis", 1, pair(m), NULL);
	arg = onnx_build_op(
		m, NULL, "Gather", onnx_build_int64s(m, NULL, labels, &dim, 1), arg, NULL);
	expect(m, arg, ONNX_INT64, 1, WANT(71, 70, 70, 70, 70));
}

static void test_cast(void **state)
{
	struct onnx_model *m = graph();
	const char *third = onnx_build_op(m, NULL, "Div", "x", onnx_build_double(m, 3), NULL), *f;

	(void)state;
	f = onnx_build_op_int(m, NULL, "Cast", "to", ONNX_FLOAT, third, NULL);
	expect(m, onnx_build_op_int(m, NULL, "Cast", "to", ONNX_DOUBLE, f, NULL), ONNX_DOUBLE, 1,
		WANT((double)(float)(1 / 3.0), (double)(float)(-2 / 3.0), 0,
			(double)(float)(3.5 / 3), NA));
	m = graph();
	expect(m, onnx_build_op_int(m, NULL, "Cast", "to", ONNX_INT64, "x", NULL), ONNX_INT64, 1,
		WANT(1, -2, 0, 3, -0x1p63));
	m = graph();
	expect(m, onnx_build_op_int(m, NULL, "Cast", "to", ONNX_BOOL, "x", NULL), ONNX_BOOL, 1,
		WANT(1, 1, 0, 1, 1));
}

static void test_onehot(void **state)
{
	static const char *const cats[] = {"b", "", "a"};
	static const int64_t ints[] = {3, -2};
	struct onnx_model *m = graph();
	const char *t = "t", *x = "x";
	struct Onnx__NodeProto *node = onnx_build_node(m, ONNX_ML, "OneHotEncoder", 1, &t);

	(void)state;
	onnx_attr_strings(node, "cats_strings", cats, 3);
	t = onnx_build_op_int(
		m, NULL, "Flatten", "axis", 1, onnx_build_result(m, node, NULL), NULL);
	t = onnx_build_op_int(m, NULL, "Cast", "to", ONNX_DOUBLE, t, NULL);
	expect(m, t, ONNX_DOUBLE, 3, WANT(0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0));
	m = graph();
	node = onnx_build_node(m, ONNX_ML, "OneHotEncoder", 1, &x);
	onnx_attr_ints(node, "cats_int64s", ints, 2);
	x = onnx_build_op_int(
		m, NULL, "Flatten", "axis", 1, onnx_build_result(m, node, NULL), NULL);
	expect(m, x, ONNX_FLOAT, 2, WANT(0, 0, 0, 1, 0, 0, 1, 0, 0, 0));
}

static void test_label_encoder(void **state)
{
	static const char *const keys[] = {"a", ""}, *const names[] = {"one", "minus two"};
	static const float values[] = {0.25f, 0.5f};
	static const int64_t ints[] = {1, -2};
	struct onnx_model *m = graph();
	const char *t = "t";
	struct Onnx__NodeProto *node = onnx_build_node(m, ONNX_ML, "LabelEncoder", 1, &t);
	struct plan *p;

	(void)state;
	onnx_attr_strings(node, "keys_strings", keys, 2);
	onnx_attr_floats(node, "values_floats", values, 2);
	onnx_attr_float(node, "default_float", 7);
	expect(m, onnx_build_result(m, node, NULL), ONNX_FLOAT, 1, WANT(0.25, 7, 0.5, 7, 0.5));
	m = graph();
	t = onnx_build_op_int(m, NULL, "Cast", "to", ONNX_INT64, "x", NULL);
	node = onnx_build_node(m, ONNX_ML, "LabelEncoder", 1, &t);
	onnx_attr_ints(node, "keys_int64s", ints, 2);
	onnx_attr_strings(node, "values_strings", names, 2);
	t = onnx_build_result(m, node, NULL);
	p = run(m, t, ONNX_STRING, 1);
	assert_int_equal(plan_output_kind(p, 0), PLAN_STRING);
	assert_memory_equal(plan_texts(p, 0)[0].bytes, "one", 3);
	assert_int_equal(plan_texts(p, 0)[1].len, strlen("minus two"));
	assert_memory_equal(plan_texts(p, 0)[3].bytes, "_Unused", 7);
	plan_free(p);
	onnx_model_free(m);
}

static void test_ml_numbers(void **state)
{
	static const float offset[] = {1, 2}, scale[] = {2, 4}, fill[] = {9};
	struct onnx_model *m = graph();
	const char *x = pair(m);
	struct Onnx__NodeProto *node = onnx_build_node(m, ONNX_ML, "Scaler", 1, &x);

	(void)state;
	onnx_attr_floats(node, "offset", offset, 2);
	onnx_attr_floats(node, "scale", scale, 2);
	expect(m, onnx_build_result(m, node, NULL), ONNX_FLOAT, 2,
		WANT(0, 0, -6, -16, -2, NA, 5, -6, NA, NA));
	m = graph();
	x = onnx_build_op_int(m, NULL, "Cast", "to", ONNX_FLOAT, "x", NULL);
	node = onnx_build_node(m, ONNX_ML, "Imputer", 1, &x);
	onnx_attr_floats(node, "imputed_value_floats", fill, 1);
	onnx_attr_float(node, "replaced_value_float", NAN);
	expect(m, onnx_build_result(m, node, NULL), ONNX_FLOAT, 1, WANT(1, -2, 0, 3.5, 9));
}

/* The compile error of a graph that ends in `out`. */
static void refused(struct onnx_model *m, const char *out, const char *text)
{
	struct err e = ERR_INIT;
	struct plan *p;

	if (out)
		onnx_build_output(m, out, ONNX_DOUBLE, 1, &e);
	p = plan_new(m, &e);
	assert_null(p);
	assert_int_equal(e.kind, ERR_DATA);
	if (!strstr(e.text, text))
		fail_msg("'%s' lacks '%s'", e.text, text);
	onnx_model_free(m);
}

static void test_refused(void **state)
{
	static const double wide[] = {1, 2, 3};
	static const int64_t mix[] = {5, 2}, dims[] = {3, 1};
	const char *x = "x", *one;
	struct onnx_model *m = graph();
	struct Onnx__NodeProto *node;

	(void)state;
	refused(m, onnx_build_op(m, "z", "Erf", "x", NULL), "operator 'Erf' of node 'z'");
	m = graph();
	refused(m, onnx_build_op(m, "z", "Add", "x", "t", NULL),
		"node 'z' (Add): inputs of double and string");
	m = graph();
	one = onnx_build_op(m, NULL, "Reshape", pair(m), onnx_build_int64_vector(m, mix, 2), NULL);
	refused(m, one, "mix rows");
	m = graph();
	one = onnx_build_op(m, NULL, "Add", "x", onnx_build_doubles(m, NULL, wide, dims, 2), NULL);
	refused(m, one, "does not fit beside rows");
	m = graph();
	one = onnx_build_op_int(m, NULL, "Concat", "axis", 0, "x", "y", NULL);
	refused(m, one, "axis 0");
	m = graph();
	node = onnx_build_node(m, NULL, "Neg", 1, &x);
	onnx_attr_int(node, "surprise", 1);
	refused(m, onnx_build_result(m, node, NULL), "attribute 'surprise' is not supported");
	m = graph();
	refused(m, onnx_build_op(m, NULL, "IsNaN", "x", NULL),
		"is 1 columns of bool, not 1 of double");
	m = graph();
	m->proto->opset_import[0]->version = 21;
	refused(m, "x", "operator set 21");
	m = graph();
	node = onnx_build_node(m, "com.example", "Neg", 1, &x);
	refused(m, onnx_build_result(m, node, NULL), "operator 'Neg'");
	m = graph();
	refused(m, onnx_build_double(m, 1), "does not depend on the rows");
}

static void test_binding(void **state)
{
	struct onnx_model *m = graph();
	struct err e = ERR_INIT;
	struct schema s = SCHEMA_INIT;
	struct batch b = BATCH_INIT;
	struct plan *p;

	(void)state;
	onnx_build_op(m, "z", "Add", "x", "y", NULL);
	assert_int_equal(onnx_build_output(m, "z", ONNX_DOUBLE, 1, &e), 0);
	p = plan_new(m, &e);
	assert_non_null(p);
	schema_add(&s, "x", TYPE_INT64);
	schema_add(&s, "t", TYPE_STRING);
	assert_int_equal(plan_bind(p, &s, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_non_null(strstr(e.text, "'y'"));
	schema_add(&s, "y", TYPE_STRING);
	assert_int_equal(plan_bind(p, &s, &e), -1);
	assert_string_equal(e.text, "column 'y' is string, but the model takes a number");
	s.fields[2].type = TYPE_DATE;
	s.fields[1].type = TYPE_FLOAT64;
	assert_int_equal(plan_bind(p, &s, &e), -1);
	assert_string_equal(e.text, "column 't' is float64, but the model takes text");
	s.fields[1].type = TYPE_NULL;
	assert_int_equal(plan_bind(p, &s, &e), 0);
	batch_init(&b, &s);
	column_push_int64(&b.cols[0], 0, 1ll << 53);
	column_push_int64(&b.cols[0], 1, (1ll << 53) + 1);
	column_push_date(&b.cols[2], 0, 20000);
	column_push_date(&b.cols[2], 1, 0);
	b.rows = 1;
	assert_int_equal(plan_run(p, &b, &e), 0);
	same(plan_doubles(p, 0)[0], 0x1p53 + 20000);
	b.rows = 2;
	assert_int_equal(plan_run(p, &b, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_non_null(strstr(e.text, "'x'"));
	assert_int_equal(plan_rows(p), 0);
	b.rows = 0;
	assert_int_equal(plan_run(p, &b, &e), 0);
	batch_release(&b);
	schema_release(&s);
	plan_free(p);
	onnx_model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"arithmetic and comparison, NaN propagates", test_arithmetic, NULL, NULL, NULL},
		{"functions of one number are base/fmath's", test_functions, NULL, NULL, NULL},
		{"Clip keeps NaN and takes either bound", test_clip, NULL, NULL, NULL},
		{"Where and logic", test_choice, NULL, NULL, NULL},
		{"Concat, Gather, Slice, Reshape, Squeeze move columns", test_columns, NULL, NULL,
			NULL},
		{"Split gives every part", test_split, NULL, NULL, NULL},
		{"constants and single columns broadcast", test_broadcast, NULL, NULL, NULL},
		{"MatMul and Gemm", test_product, NULL, NULL, NULL},
		{"a product is one fma chain, in a batch and alone", test_product_bits, NULL, NULL,
			NULL},
		{"Softmax, ArgMax and labels by number", test_softmax_argmax, NULL, NULL, NULL},
		{"Cast truncates towards zero", test_cast, NULL, NULL, NULL},
		{"OneHotEncoder: an unknown category is all zeros", test_onehot, NULL, NULL, NULL},
		{"LabelEncoder: an unknown key gives the default", test_label_encoder, NULL, NULL,
			NULL},
		{"Scaler and Imputer", test_ml_numbers, NULL, NULL, NULL},
		{"what would mix rows or is unknown is refused by name", test_refused, NULL, NULL,
			NULL},
		{"columns bind by name and type", test_binding, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
