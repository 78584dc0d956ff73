/* mlmodel: the MLmodel file beside a model.onnx.
 * SPDX-License-Identifier: MIT
 */
#include "store/mlmodel.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "onnx/tensor.h"
#include "store/meta.h"

/* The release of ONNX that brought operator set 17. */
#define MLMODEL_ONNX "1.12.0"

static const char *mlmodel_type(int type)
{
	switch (type) {
	case ONNX_STRING:
		return "string";
	case ONNX_INT64:
		return "long";
	case ONNX_BOOL:
		return "boolean";
	case ONNX_FLOAT:
		return "float";
	default:
		return "double";
	}
}

typedef const char *mlmodel_value(const struct onnx_model *m, size_t i, int *type, size_t *width);

/* [{"name":..,"required":true,"type":..},...] as text. */
static void mlmodel_columns(
	struct buf *out, const struct onnx_model *m, size_t n, mlmodel_value *value)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *column = json_object();
		size_t width;
		int type;
		const char *name = value(m, i, &type, &width);

		json_object_set_new(column, "type", json_string(mlmodel_type(type)));
		json_object_set_new(column, "name", json_text(name, strlen(name)));
		json_object_set_new(column, "required", json_true());
		json_array_append_new(list, column);
	}
	json_canonical(list, out);
	json_decref(list);
}

/* 'YYYY-MM-DD HH:MM:SS.ffffff' */
static void mlmodel_time(int64_t ms, char text[64])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, 64, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + n, 64 - n, ".%03d000", (int)(ms % 1000));
}

void mlmodel_write(struct buf *out, const struct onnx_model *m, const struct mlmodel *about)
{
	struct buf inputs = BUF_INIT, outputs = BUF_INIT;
	char created[64], uuid[33];

	mlmodel_columns(&inputs, m, onnx_model_inputs(m), onnx_model_input);
	mlmodel_columns(&outputs, m, onnx_model_outputs(m), onnx_model_output);
	mlmodel_time(about->created, created);
	snprintf(uuid, sizeof(uuid), "%s", about->sha256);
	meta_string(out, "artifact_path", about->artifact_path);
	buf_adds(out, "flavors:\n"
		      "  onnx:\n"
		      "    code: null\n"
		      "    data: 'model.onnx'\n"
		      "    onnx_session_options: null\n"
		      "    onnx_version: '" MLMODEL_ONNX "'\n"
		      "    providers:\n"
		      "    - 'CPUExecutionProvider'\n"
		      "  python_function:\n"
		      "    data: 'model.onnx'\n"
		      "    loader_module: 'mlflow.onnx'\n");
	meta_string(out, "model_uuid", uuid);
	meta_string(out, "run_id", about->run_id);
	buf_adds(out, "signature:\n");
	meta_string(out, "  inputs", inputs.data);
	meta_string(out, "  outputs", outputs.data);
	meta_string(out, "  params", NULL);
	meta_string(out, "utc_time_created", created);
	buf_release(&inputs);
	buf_release(&outputs);
}

void mlmodel_history(struct buf *out, const struct mlmodel *about)
{
	char created[64], uuid[33];
	json_t *list;

	mlmodel_time(about->created, created);
	snprintf(uuid, sizeof(uuid), "%s", about->sha256);
	list = json_pack("[{s:s, s:{s:{s:s, s:s}, s:{s:s, s:s}}, s:s, s:s, s:s}]", "artifact_path",
		about->artifact_path, "flavors", "onnx", "data", "model.onnx", "onnx_version",
		MLMODEL_ONNX, "python_function", "data", "model.onnx", "loader_module",
		"mlflow.onnx", "model_uuid", uuid, "run_id", about->run_id, "utc_time_created",
		created);
	json_canonical(list, out);
	json_decref(list);
}
