/* onnx-signature: what a model says of itself survives writing and reading, and is checked.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "onnx/signature.h"

static void test_round_trip(void **state)
{
	struct onnx_model *m = onnx_model_new("m");
	struct signature s = SIGNATURE_INIT, r = SIGNATURE_INIT;
	struct err e = ERR_INIT;

	(void)state;
	s.task = TASK_CLASSIFICATION;
	signature_add_input(&s, "id", TYPE_STRING, "key");
	signature_add_input(&s, "Weight (kg)", TYPE_FLOAT64, NULL);
	signature_add_feature(&s, "Weight (kg)", 1);
	signature_add_feature(&s, "caf\xc3\xa9 \"x\"\n", 12);
	signature_set_target(&s, "Churn", TYPE_CATEGORY);
	signature_add_class(&s, "No");
	signature_add_class(&s, "Yes");
	signature_set_positive(&s, "Yes");
	signature_add_null(&s, " ");
	signature_add_null(&s, "NA");
	s.training = json_pack("{s:i,s:f}", "rows", 3, "weight", 3.5);
	signature_set(&s, m);
	assert_int_equal(signature_get(&r, m, &e), 0);
	assert_int_equal(r.task, TASK_CLASSIFICATION);
	assert_int_equal(r.ninputs, 2);
	assert_string_equal(r.inputs[0].role, "key");
	assert_null(r.inputs[1].role);
	assert_int_equal(r.inputs[1].type, TYPE_FLOAT64);
	assert_int_equal(r.nfeatures, 2);
	assert_string_equal(r.features[1].name, "caf\xc3\xa9 \"x\"\n");
	assert_int_equal(r.features[1].width, 12);
	assert_string_equal(r.target, "Churn");
	assert_int_equal(r.target_type, TYPE_CATEGORY);
	assert_int_equal(r.nclasses, 2);
	assert_string_equal(r.positive, "Yes");
	assert_int_equal(r.nnulls, 2);
	assert_string_equal(r.nulls[1], "NA");
	assert_null(r.nulls[2]);
	assert_true(json_equal(r.training, s.training));
	signature_release(&r);
	signature_release(&r);
	signature_release(&s);
	onnx_model_free(m);
}

static void test_feature_graph(void **state)
{
	struct onnx_model *m = onnx_model_new("m");
	struct signature s = SIGNATURE_INIT, r = SIGNATURE_INIT;
	struct err e = ERR_INIT;

	(void)state;
	signature_add_input(&s, "x", TYPE_INT64, NULL);
	signature_set(&s, m);
	assert_null(onnx_model_prop(m, "pawl.task"));
	assert_int_equal(signature_get(&r, m, &e), 0);
	assert_int_equal(r.task, TASK_NONE);
	assert_null(r.target);
	assert_null(r.training);
	signature_release(&r);
	signature_release(&s);
	onnx_model_free(m);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *task, *signature, *training, *says;
	} cases[] = {
		{NULL, NULL, NULL, "no signature"},
		{NULL, "{", NULL, "pawl.signature"},
		{NULL, "{}", NULL, "inputs and features"},
		{NULL, "{\"inputs\":[{}],\"features\":[]}", NULL, "input without a name"},
		{NULL, "{\"inputs\":[{\"name\":\"x\",\"type\":\"int\"}],\"features\":[]}", NULL,
			"without a known type"},
		{NULL, "{\"inputs\":[],\"features\":[{\"name\":\"x\",\"width\":-1}]}", NULL,
			"a name and a width"},
		{"ranking", "{\"inputs\":[],\"features\":[]}", NULL, "neither regression"},
		{"regression", "{\"inputs\":[],\"features\":[]}", NULL, "no target"},
		{"classification",
			"{\"inputs\":[],\"features\":[],\"target\":{\"name\":\"y\",\"type\":"
			"\"string\"},"
			"\"classes\":[\"a\"]}",
			NULL, "fewer than two classes"},
		{"classification",
			"{\"inputs\":[],\"features\":[],\"target\":{\"name\":\"y\",\"type\":"
			"\"string\"},"
			"\"classes\":[\"a\",\"b\"],\"positive\":\"c\"}",
			NULL, "none of the classes"},
		{NULL, "{\"inputs\":[],\"features\":[],\"nulls\":[1]}", NULL,
			"nulls must be strings"},
		{NULL, "{\"inputs\":[],\"features\":[]}", "[]", "must be an object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct onnx_model *m = onnx_model_new("m");
		struct signature s = SIGNATURE_INIT;
		struct err e = ERR_INIT;

		onnx_model_set_prop(m, "pawl.task", cases[i].task);
		onnx_model_set_prop(m, "pawl.signature", cases[i].signature);
		onnx_model_set_prop(m, "pawl.training", cases[i].training);
		assert_int_equal(signature_get(&s, m, &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		if (!strstr(e.text, cases[i].says))
			fail_msg("'%s' lacks '%s'", e.text, cases[i].says);
		assert_null(s.inputs);
		onnx_model_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"a signature reads back as it was set, whatever the names", test_round_trip, NULL,
			NULL, NULL},
		{"a feature graph has no task", test_feature_graph, NULL, NULL, NULL},
		{"a malformed signature is a data error that says why", test_malformed, NULL, NULL,
			NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
