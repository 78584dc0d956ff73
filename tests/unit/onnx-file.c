/* onnx-file: models that are built, written, read, and found out when a bit flips.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "onnx.pb-c.h"
#include "onnx/build.h"
#include "onnx/file.h"
#include "onnx/scan.h"

/* y = sigmoid(x * 2 + 1), and a one-hot of c. */
static struct onnx_model *sample(void)
{
	struct onnx_model *m = onnx_model_new("sample");
	struct err e = ERR_INIT;
	static const char *const cats[] = {"a", "", "b c"};
	const char *x, *c = "c";
	struct Onnx__NodeProto *node;

	assert_int_equal(onnx_build_input(m, "x", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_input(m, "c", ONNX_STRING, 1, &e), 0);
	x = onnx_build_op(m, NULL, "Mul", "x", onnx_build_double(m, 2.0), NULL);
	x = onnx_build_op(m, NULL, "Add", x, onnx_build_double(m, 1.0), NULL);
	onnx_build_op(m, "y", "Sigmoid", x, NULL);
	node = onnx_build_node(m, ONNX_ML, "OneHotEncoder", 1, &c);
	onnx_attr_strings(node, "cats_strings", cats, 3);
	onnx_attr_int(node, "zeros", 1);
	x = onnx_build_result(m, node, NULL);
	onnx_build_op_int(m, "z", "Flatten", "axis", 1, x, NULL);
	assert_int_equal(onnx_build_output(m, "y", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_output(m, "z", ONNX_FLOAT, 3, &e), 0);
	return m;
}

static json_t *chain(const char *tool)
{
	return json_pack("{s:[{s:[],s:{},s:i,s:s}],s:i}", "steps", "inputs", "params", "result", 1,
		"tool", tool, "version", 1);
}

static struct buf packed(struct onnx_model *m, const char *tool)
{
	struct buf bytes = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *lineage = tool ? chain(tool) : NULL;

	assert_int_equal(onnx_file_pack(m, lineage, &bytes, &e), 0);
	json_decref(lineage);
	return bytes;
}

static void test_round_trip(void **state)
{
	struct onnx_model *m = sample(), *read;
	struct err e = ERR_INIT;
	struct buf bytes, again;
	int type;
	size_t width;

	(void)state;
	onnx_model_set_prop(m, "other", "kept");
	bytes = packed(m, "train");
	read = onnx_file_parse(bytes.data, bytes.len, "m", &e);
	assert_string_equal(e.text, "");
	assert_non_null(read);
	assert_string_equal(onnx_model_prop(read, "other"), "kept");
	assert_int_equal(onnx_model_inputs(read), 2);
	assert_int_equal(onnx_model_outputs(read), 2);
	assert_string_equal(onnx_model_input(read, 1, &type, &width), "c");
	assert_int_equal(type, ONNX_STRING);
	assert_int_equal(width, 1);
	assert_string_equal(onnx_model_output(read, 1, &type, &width), "z");
	assert_int_equal(type, ONNX_FLOAT);
	assert_int_equal(width, 3);
	again = packed(read, "train");
	assert_int_equal(bytes.len, again.len);
	assert_memory_equal(bytes.data, again.data, bytes.len);
	buf_release(&again);
	buf_release(&bytes);
	onnx_model_free(read);
	onnx_model_free(m);
}

static void test_payload(void **state)
{
	struct onnx_model *m = sample();
	struct buf a, b;
	char before[SHA256_HEX], after[SHA256_HEX];

	(void)state;
	onnx_payload(m, before);
	a = packed(m, "train");
	onnx_payload(m, after);
	assert_string_equal(before, after);
	assert_string_equal(before, onnx_model_prop(m, ONNX_PAYLOAD_KEY));
	b = packed(m, "other");
	assert_string_equal(before, onnx_model_prop(m, ONNX_PAYLOAD_KEY));
	assert_int_not_equal(memcmp(a.data + a.len - 64, b.data + b.len - 64, 64), 0);
	onnx_model_set_prop(m, "more", "");
	onnx_payload(m, after);
	assert_string_not_equal(before, after);
	buf_release(&a);
	buf_release(&b);
	onnx_model_free(m);
}

static void test_flips(void **state)
{
	struct onnx_model *m = sample(), *read;
	struct buf bytes = packed(m, "train");

	(void)state;
	for (size_t i = 0; i < bytes.len * 8; i++) {
		struct err e = ERR_INIT;

		bytes.data[i / 8] = (char)(bytes.data[i / 8] ^ (1 << i % 8));
		read = onnx_file_parse(bytes.data, bytes.len, "m", &e);
		assert_null(read);
		assert_int_equal(e.kind, ERR_DATA);
		bytes.data[i / 8] = (char)(bytes.data[i / 8] ^ (1 << i % 8));
	}
	for (size_t cut = 0; cut < bytes.len; cut++) {
		struct err e = ERR_INIT;

		assert_null(onnx_file_parse(bytes.data, cut, "m", &e));
		assert_int_equal(e.kind, ERR_DATA);
	}
	buf_release(&bytes);
	onnx_model_free(m);
}

/* The seal is right, but the payload that it covers is another model's. */
static void test_resealed(void **state)
{
	struct onnx_model *m = sample();
	struct buf bytes = packed(m, NULL);
	struct err e = ERR_INIT;
	char seal[SHA256_HEX], *op = memmem(bytes.data, bytes.len, "Sigmoid", 7);

	(void)state;
	assert_non_null(op);
	memcpy(op, "sIGMOID", 7);
	sha256_of(bytes.data, bytes.len - 64, seal);
	memcpy(bytes.data + bytes.len - 64, seal, 64);
	assert_null(onnx_file_parse(bytes.data, bytes.len, "m", &e));
	assert_non_null(strstr(e.text, "payload"));
	buf_release(&bytes);
	onnx_model_free(m);
}

static void test_append(void **state)
{
	struct onnx_model *m = sample(), *read;
	struct err e = ERR_INIT;
	struct buf bytes = packed(m, NULL), more;
	const char *fresh;

	(void)state;
	read = onnx_file_parse(bytes.data, bytes.len, "m", &e);
	onnx_build_clear_outputs(read);
	fresh = onnx_build_op(read, NULL, "Mul", "y", onnx_build_double(read, 3.0), NULL);
	assert_true(onnx_build_taken(m, "Mul"));
	assert_string_equal(fresh, "Mul_2");
	onnx_build_op(read, "prediction", "Identity", fresh, NULL);
	assert_int_equal(onnx_build_output(read, "prediction", ONNX_DOUBLE, 1, &e), 0);
	more = packed(read, "train");
	onnx_model_free(read);
	read = onnx_file_parse(more.data, more.len, "m", &e);
	assert_non_null(read);
	assert_int_equal(onnx_model_outputs(read), 1);
	buf_release(&bytes);
	buf_release(&more);
	onnx_model_free(read);
	onnx_model_free(m);
}

static void test_mistakes(void **state)
{
	struct onnx_model *m = sample();
	struct buf bytes = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(onnx_build_input(m, "x", ONNX_DOUBLE, 1, &e), -1);
	assert_non_null(strstr(e.text, "'x'"));
	assert_int_equal(onnx_build_output(m, "nowhere", ONNX_DOUBLE, 1, &e), -1);
	onnx_build_op(m, "y", "Identity", "x", NULL);
	assert_int_equal(onnx_file_pack(m, NULL, &bytes, &e), -1);
	assert_string_equal(e.text, "two values of the graph are called 'y'");
	onnx_model_free(m);
	m = sample();
	onnx_build_op(m, NULL, "Identity", "later", NULL);
	assert_int_equal(onnx_build_check(m, &e), -1);
	assert_non_null(strstr(e.text, "'later'"));
	onnx_model_free(m);
	buf_release(&bytes);
}

/* A tensor whose dimensions and data disagree, in every way. */
static void test_tensors(void **state)
{
	static const struct {
		int64_t dims[2];
		int type;
	} bad[] = {{{2, 2}, ONNX_DOUBLE}, {{-1, -3}, ONNX_DOUBLE}, {{3, 1}, ONNX_INT64},
		{{INT64_MAX, INT64_MAX}, ONNX_DOUBLE}, {{1, 3}, 10}, {{1, 3}, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct onnx_model *m = sample();
		struct err e = ERR_INIT;
		Onnx__TensorProto *t;
		double values[3] = {1, 2, 3};
		int64_t dims[2] = {1, 3};
		struct buf bytes = BUF_INIT;

		onnx_build_doubles(m, "bad", values, dims, 2);
		t = m->proto->graph->initializer[m->proto->graph->n_initializer - 1];
		t->dims[0] = bad[i].dims[0];
		t->dims[1] = bad[i].dims[1];
		t->data_type = bad[i].type;
		onnx_model_pack(m, &bytes);
		assert_null(onnx_model_parse(bytes.data, bytes.len, "m", &e));
		assert_int_equal(e.kind, ERR_DATA);
		assert_non_null(strstr(e.text, "'bad'"));
		buf_release(&bytes);
		onnx_model_free(m);
	}
}

/* A varint of a length, and a field's tag before it. */
static void put(struct buf *b, unsigned tag, const struct buf *body)
{
	size_t len = body->len;

	buf_addc(b, (char)(tag << 3 | 2));
	for (; len > 127; len >>= 7)
		buf_addc(b, (char)(len | 128));
	buf_addc(b, (char)len);
	buf_add(b, body->data, body->len);
}

static void test_nesting(void **state)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 20001; i++) { /* attribute.g, node.attribute, graph.node */
		buf_reset(&b);
		put(&b, i % 3 == 0 ? 6 : i % 3 == 1 ? 5 : 1, &a);
		struct buf swap = a;
		a = b;
		b = swap;
	}
	buf_reset(&b);
	put(&b, 7, &a);
	assert_int_equal(onnx_scan(b.data, b.len, "m", &e), -1);
	assert_string_equal(e.text, "m: nested deeper than 24");
	assert_null(onnx_model_parse(b.data, b.len, "m", &e));
	buf_release(&a);
	buf_release(&b);
}

static void test_scan_refuses(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(onnx_scan("\x3a\x00\x3a\x00", 4, "m", &e), -1);
	assert_string_equal(e.text, "m: graph of a ModelProto given twice");
	assert_int_equal(onnx_scan("\x12\x03pa\x00", 5, "m", &e), -1);
	assert_string_equal(e.text, "m: a NUL in the producer_name of a ModelProto");
	assert_int_equal(onnx_scan("\x7a\x00", 2, "m", &e), -1);
	assert_string_equal(e.text, "m: a field of ModelProto that ONNX IR 8 does not have: 15");
	assert_int_equal(onnx_scan("\x12\x05pawl", 6, "m", &e), -1);
	assert_string_equal(e.text, "m: not a valid ONNX model");
	assert_int_equal(onnx_scan("\x3b", 1, "m", &e), -1);
	assert_int_equal(onnx_scan("\x00\x01", 2, "m", &e), -1);
	assert_int_equal(onnx_scan("", 0, "m", &e), 0);
	assert_null(onnx_model_parse("", 0, "m", &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"a model reads back as it was written, and writes the same bytes again",
			test_round_trip, NULL, NULL, NULL},
		{"the payload digest does not depend on the lineage", test_payload, NULL, NULL,
			NULL},
		{"one flipped bit anywhere, or a cut anywhere, is a data error", test_flips, NULL,
			NULL, NULL},
		{"a right seal on another payload is a data error", test_resealed, NULL, NULL,
			NULL},
		{"nodes can be appended to a model that was read", test_append, NULL, NULL, NULL},
		{"names given twice and unknown inputs are found", test_mistakes, NULL, NULL, NULL},
		{"a tensor's dimensions must fit its data", test_tensors, NULL, NULL, NULL},
		{"nesting is bounded before protobuf-c unpacks", test_nesting, NULL, NULL, NULL},
		{"what protobuf would merge, cut or skip is refused", test_scan_refuses, NULL, NULL,
			NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
