/* signature: what a model takes, predicts and was trained on.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/signature.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define TASK_KEY "pawl.task"
#define SIGNATURE_KEY "pawl.signature"
#define TRAINING_KEY "pawl.training"

const char *task_name(enum task task)
{
	return task == TASK_REGRESSION	     ? "regression"
	       : task == TASK_CLASSIFICATION ? "classification"
					     : "none";
}

void signature_release(struct signature *s)
{
	for (size_t i = 0; i < s->ninputs; i++) {
		free(s->inputs[i].name);
		free(s->inputs[i].role);
	}
	for (size_t i = 0; i < s->nfeatures; i++)
		free(s->features[i].name);
	for (size_t i = 0; i < s->nclasses; i++)
		free(s->classes[i]);
	free(s->inputs);
	free(s->features);
	for (size_t i = 0; i < s->nnulls; i++)
		free(s->nulls[i]);
	free(s->nulls);
	free(s->classes);
	free(s->target);
	free(s->positive);
	json_decref(s->training);
	*s = (struct signature)SIGNATURE_INIT;
}

void signature_add_input(struct signature *s, const char *name, enum type type, const char *role)
{
	MEM_ROOM(s->inputs, s->ninputs, s->inputs_cap);
	s->inputs[s->ninputs++] =
		(struct signature_input){mem_strdup(name), type, role ? mem_strdup(role) : NULL};
}

void signature_add_feature(struct signature *s, const char *name, size_t width)
{
	MEM_ROOM(s->features, s->nfeatures, s->features_cap);
	s->features[s->nfeatures++] = (struct signature_feature){mem_strdup(name), width};
}

void signature_add_class(struct signature *s, const char *name)
{
	MEM_ROOM(s->classes, s->nclasses, s->classes_cap);
	s->classes[s->nclasses++] = mem_strdup(name);
}

void signature_add_null(struct signature *s, const char *token)
{
	s->nulls = mem_grow(s->nulls, s->nnulls + 2, sizeof(*s->nulls));
	s->nulls[s->nnulls++] = mem_strdup(token);
	s->nulls[s->nnulls] = NULL;
}

void signature_set_target(struct signature *s, const char *name, enum type type)
{
	free(s->target);
	s->target = mem_strdup(name);
	s->target_type = type;
}

void signature_set_positive(struct signature *s, const char *name)
{
	free(s->positive);
	s->positive = name ? mem_strdup(name) : NULL;
}

static json_t *signature_strings(char **items, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_text(items[i], strlen(items[i])));
	return list;
}

static void signature_put_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_text(text, strlen(text)));
}

static json_t *signature_json(const struct signature *s)
{
	json_t *root = json_object(), *list = json_array(), *item;

	for (size_t i = 0; i < s->ninputs; i++) {
		item = json_object();
		signature_put_text(item, "name", s->inputs[i].name);
		signature_put_text(item, "type", type_name(s->inputs[i].type));
		if (s->inputs[i].role)
			signature_put_text(item, "role", s->inputs[i].role);
		json_array_append_new(list, item);
	}
	json_object_set_new(root, "inputs", list);
	list = json_array();
	for (size_t i = 0; i < s->nfeatures; i++) {
		item = json_object();
		signature_put_text(item, "name", s->features[i].name);
		json_object_set_new(item, "width", json_integer((json_int_t)s->features[i].width));
		json_array_append_new(list, item);
	}
	json_object_set_new(root, "features", list);
	if (s->target) {
		item = json_object();
		signature_put_text(item, "name", s->target);
		signature_put_text(item, "type", type_name(s->target_type));
		json_object_set_new(root, "target", item);
	}
	if (s->nclasses)
		json_object_set_new(root, "classes", signature_strings(s->classes, s->nclasses));
	if (s->positive)
		signature_put_text(root, "positive", s->positive);
	if (s->nnulls)
		json_object_set_new(root, "nulls", signature_strings(s->nulls, s->nnulls));
	return root;
}

static void signature_put(struct onnx_model *m, const char *key, const json_t *value)
{
	struct buf text = BUF_INIT;

	json_canonical(value, &text);
	onnx_model_set_prop(m, key, text.data);
	buf_release(&text);
}

void signature_set(const struct signature *s, struct onnx_model *m)
{
	json_t *root = signature_json(s);

	onnx_model_set_prop(m, TASK_KEY, s->task == TASK_NONE ? NULL : task_name(s->task));
	signature_put(m, SIGNATURE_KEY, root);
	if (s->training)
		signature_put(m, TRAINING_KEY, s->training);
	else
		onnx_model_set_prop(m, TRAINING_KEY, NULL);
	json_decref(root);
}

static int signature_bad(const char *what, struct err *e)
{
	return err_set(e, ERR_DATA, "the model's signature is malformed: %s", what);
}

static int signature_type(const json_t *item, enum type *type, struct err *e)
{
	const char *name = json_str(item, "type", NULL);

	if (!name || type_of_name(name, type) < 0)
		return signature_bad("a column without a known type", e);
	return 0;
}

static int signature_get_columns(struct signature *s, const json_t *root, struct err *e)
{
	const json_t *inputs = json_object_get(root, "inputs");
	const json_t *features = json_object_get(root, "features");
	const json_t *item;
	size_t i;

	if (!json_is_array(inputs) || !json_is_array(features))
		return signature_bad("inputs and features must be lists", e);
	json_array_foreach(json_object_get(root, "nulls"), i, item)
	{
		if (!json_is_string(item))
			return signature_bad("nulls must be strings", e);
		signature_add_null(s, json_string_value(item));
	}
	json_array_foreach(inputs, i, item)
	{
		const char *name = json_str(item, "name", NULL);
		enum type type;

		if (!name)
			return signature_bad("an input without a name", e);
		if (signature_type(item, &type, e) < 0)
			return -1;
		signature_add_input(s, name, type, json_str(item, "role", NULL));
	}
	json_array_foreach(features, i, item)
	{
		const char *name = json_str(item, "name", NULL);
		long long width = json_int(item, "width", -1);

		if (!name || width < 0)
			return signature_bad("a feature without a name and a width", e);
		signature_add_feature(s, name, (size_t)width);
	}
	return 0;
}

static int signature_get_target(struct signature *s, const json_t *root, struct err *e)
{
	const json_t *target = json_object_get(root, "target");
	const json_t *classes = json_object_get(root, "classes"), *item;
	enum type type;
	size_t i;

	if (target) {
		const char *name = json_str(target, "name", NULL);

		if (!name)
			return signature_bad("a target without a name", e);
		if (signature_type(target, &type, e) < 0)
			return -1;
		signature_set_target(s, name, type);
	}
	json_array_foreach(classes, i, item)
	{
		if (!json_is_string(item))
			return signature_bad("classes must be strings", e);
		signature_add_class(s, json_string_value(item));
	}
	signature_set_positive(s, json_str(root, "positive", NULL));
	for (i = 0; s->positive && i < s->nclasses; i++)
		if (strcmp(s->classes[i], s->positive) == 0)
			break;
	if (s->positive && i == s->nclasses)
		return signature_bad("the positive class is none of the classes", e);
	if (s->task == TASK_CLASSIFICATION && s->nclasses < 2)
		return signature_bad("fewer than two classes", e);
	if (s->task != TASK_NONE && !s->target)
		return signature_bad("no target", e);
	return 0;
}

static int signature_get_task(struct signature *s, const struct onnx_model *m, struct err *e)
{
	const char *task = onnx_model_prop(m, TASK_KEY);

	s->task = TASK_NONE;
	if (task && strcmp(task, "regression") == 0)
		s->task = TASK_REGRESSION;
	else if (task && strcmp(task, "classification") == 0)
		s->task = TASK_CLASSIFICATION;
	else if (task)
		return signature_bad("neither regression nor classification", e);
	return 0;
}

int signature_get(struct signature *s, const struct onnx_model *m, struct err *e)
{
	struct signature r = SIGNATURE_INIT;
	const char *text = onnx_model_prop(m, SIGNATURE_KEY);
	const char *training = onnx_model_prop(m, TRAINING_KEY);
	json_t *root = NULL;
	int rc = -1;

	if (!text) {
		err_set(e, ERR_DATA, "the model has no signature (" SIGNATURE_KEY ")");
		goto end;
	}
	root = json_parse(text, strlen(text), SIGNATURE_KEY, e);
	if (!root || signature_get_task(&r, m, e) < 0 || signature_get_columns(&r, root, e) < 0 ||
		signature_get_target(&r, root, e) < 0)
		goto end;
	if (training) {
		r.training = json_parse(training, strlen(training), TRAINING_KEY, e);
		if (!r.training)
			goto end;
		if (!json_is_object(r.training)) {
			signature_bad("the training statistics must be an object", e);
			goto end;
		}
	}
	signature_release(s);
	*s = r;
	r = (struct signature)SIGNATURE_INIT;
	rc = 0;
end:
	signature_release(&r);
	json_decref(root);
	return rc;
}
