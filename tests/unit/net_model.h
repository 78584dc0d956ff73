/* A model of one number x and a key k, for tests of the server: prediction = factor * x.
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_NET_MODEL_H
#define TESTS_NET_MODEL_H

#include "base/buf.h"
#include "base/file.h"
#include "onnx/build.h"
#include "onnx/file.h"
#include "onnx/signature.h"

static void net_model_write(const char *path, double factor)
{
	struct onnx_model *m = onnx_model_new("net");
	struct signature s = SIGNATURE_INIT;
	struct buf bytes = BUF_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(onnx_build_input(m, "x", ONNX_DOUBLE, 1, &e), 0);
	onnx_build_op(m, "prediction", "Mul", "x", onnx_build_double(m, factor), NULL);
	assert_int_equal(onnx_build_output(m, "prediction", ONNX_DOUBLE, 1, &e), 0);
	s.task = TASK_REGRESSION;
	signature_add_input(&s, "x", TYPE_FLOAT64, NULL);
	signature_add_input(&s, "k", TYPE_CATEGORY, "key");
	signature_set_target(&s, "y", TYPE_FLOAT64);
	signature_set(&s, m);
	assert_int_equal(onnx_file_pack(m, NULL, &bytes, &e), 0);
	assert_int_equal(file_write(path, bytes.data, bytes.len, &e), 0);
	buf_release(&bytes);
	signature_release(&s);
	onnx_model_free(m);
}

#endif
