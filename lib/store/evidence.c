/* evidence: what a decision about a model is made on.
 * SPDX-License-Identifier: MIT
 */
#include "store/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "onnx/file.h"

void evidence_release(struct evidence *v)
{
	onnx_model_free(v->model);
	json_decref(v->inputs);
	json_decref(v->tags);
}

/* Adds a file's hash to the inputs and the tags; the hash also to the caller. */
static int evidence_file(
	struct evidence *v, const char *role, const char *path, char hex[SHA256_HEX], struct err *e)
{
	char *tag;

	if (file_sha256(path, hex, e) < 0)
		return -1;
	tag = mem_printf("pawl.%s", role);
	json_object_set_new(v->inputs, role, json_string(hex));
	json_object_set_new(v->tags, tag, json_string(hex));
	free(tag);
	return 0;
}

/* A report that names the sha256 of what it is about. */
static int evidence_names(const json_t *report, const char *path, const char *member,
	const char *hex, const char *what, struct err *e)
{
	if (strcmp(json_str(report, member, ""), hex) == 0)
		return 0;
	return err_set(e, ERR_DATA, "'%s' is about %s than '%s'", path,
		strcmp(member, "model") == 0 ? "another model" : "other metrics", what);
}

static int evidence_metrics(
	struct evidence *v, const struct evidence_files *q, char hex[SHA256_HEX], struct err *e)
{
	json_t *report = json_read(q->metrics, e), *value;
	const char *name;
	int rc;

	if (!report)
		return -1;
	rc = evidence_names(report, q->metrics, "model", v->sha256, q->model, e);
	if (rc == 0)
		rc = evidence_file(v, "metrics", q->metrics, hex, e);
	json_object_foreach(json_object_get(report, "metrics"), name, value)
	{
		char *key = mem_printf("metric.%s", name), text[NUM_TEXT];

		if (json_is_number(value)) {
			num_print(json_number_value(value), text);
			json_object_set_new(v->tags, key, json_string(text));
		}
		free(key);
	}
	json_decref(report);
	return rc;
}

static int evidence_gates(
	struct evidence *v, const struct evidence_files *q, const char *metrics, struct err *e)
{
	json_t *report = json_read(q->gates, e);
	char hex[SHA256_HEX];
	int rc;

	if (!report)
		return -1;
	rc = evidence_names(report, q->gates, "model", v->sha256, q->model, e);
	if (rc == 0 && !q->metrics)
		rc = err_set(e, ERR_USAGE, "gates need the metrics that they judged: --metrics");
	if (rc == 0)
		rc = evidence_names(report, q->gates, "metrics", metrics, q->metrics, e);
	if (rc == 0)
		rc = evidence_file(v, "gates", q->gates, hex, e);
	json_decref(report);
	return rc;
}

static void evidence_prop(struct evidence *v, const char *key)
{
	const char *value = onnx_model_prop(v->model, key);

	if (value)
		json_object_set_new(v->tags, key, json_text(value, strlen(value)));
}

int evidence_read(struct evidence *v, const struct evidence_files *q, struct err *e)
{
	char metrics[SHA256_HEX] = "", hex[SHA256_HEX];

	v->inputs = json_object();
	v->tags = json_object();
	v->model = onnx_file_read(q->model, e);
	if (!v->model || file_sha256(q->model, v->sha256, e) < 0)
		return -1;
	json_object_set_new(v->inputs, "model", json_string(v->sha256));
	json_object_set_new(v->tags, "pawl.sha256", json_string(v->sha256));
	evidence_prop(v, "pawl.payload");
	evidence_prop(v, "pawl.task");
	if (q->metrics && evidence_metrics(v, q, metrics, e) < 0)
		return -1;
	if (q->gates && evidence_gates(v, q, metrics, e) < 0)
		return -1;
	return q->data ? evidence_file(v, "data", q->data, hex, e) : 0;
}
