/* graph: a transform as an ONNX graph.
 * SPDX-License-Identifier: MIT
 */
#include "feat/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "onnx/build.h"
#include "onnx/signature.h"

static const char *graph_number(struct onnx_model *m, const struct feature *f)
{
	const char *x = f->name;

	for (size_t i = 0; i < f->nsteps; i++) {
		const char *a = NULL, *b = NULL;

		if (f->steps[i].op != TRANSFORM_LOG1P)
			a = onnx_build_double(m, f->steps[i].a);
		if (f->steps[i].op == TRANSFORM_STANDARDIZE || f->steps[i].op == TRANSFORM_CLIP)
			b = onnx_build_double(m, f->steps[i].b);
		switch (f->steps[i].op) {
		case TRANSFORM_IMPUTE:
			x = onnx_build_op(m, NULL, "Where",
				onnx_build_op(m, NULL, "IsNaN", x, NULL), a, x, NULL);
			break;
		case TRANSFORM_STANDARDIZE:
			x = onnx_build_op(
				m, NULL, "Div", onnx_build_op(m, NULL, "Sub", x, a, NULL), b, NULL);
			break;
		case TRANSFORM_LOG1P:
			a = onnx_build_double(m, 1);
			x = onnx_build_op(
				m, NULL, "Log", onnx_build_op(m, NULL, "Add", x, a, NULL), NULL);
			break;
		case TRANSFORM_CLIP:
			x = onnx_build_op(m, NULL, "Clip", x, a, b, NULL);
			break;
		}
	}
	return x;
}

/* Text to category number: each category, and "" where missing is one; all others are unknown. */
static const char *graph_label(struct onnx_model *m, const struct feature *f)
{
	const struct map *map = &f->categories->values;
	const char **keys = mem_array(map->n + 1, sizeof(*keys));
	int64_t *values = mem_array(map->n + 1, sizeof(*values));
	struct Onnx__NodeProto *node;
	size_t n;

	for (n = 0; n < map->n; n++) {
		size_t len;
		const char *text = map_key(map, n, &len);

		keys[n] = mem_strndup(text, len);
		values[n] = (int64_t)n;
	}
	if (f->missing != f->unknown) {
		keys[n] = mem_strdup("");
		values[n++] = f->missing;
	}
	node = onnx_build_node(m, ONNX_ML, "LabelEncoder", 1, (const char *const[]){f->name});
	onnx_attr_strings(node, "keys_strings", keys, n);
	onnx_attr_ints(node, "values_int64s", values, n);
	onnx_attr_int(node, "default_int64", f->unknown);
	while (n)
		free((char *)keys[--n]);
	free(keys);
	free(values);
	return onnx_build_result(m, node, NULL);
}

static const char *graph_category(struct onnx_model *m, const struct feature *f)
{
	const char *label = graph_label(m, f), *x;
	size_t n = f->categories->values.n;
	int64_t *numbers = mem_array(n, sizeof(*numbers));
	struct Onnx__NodeProto *node;

	for (size_t i = 0; i < n; i++)
		numbers[i] = (int64_t)i;
	node = onnx_build_node(m, ONNX_ML, "OneHotEncoder", 1, &label);
	onnx_attr_ints(node, "cats_int64s", numbers, n);
	onnx_attr_int(node, "zeros", 1);
	free(numbers);
	x = onnx_build_result(m, node, NULL); /* float [N, 1, n] */
	x = onnx_build_op_int(m, NULL, "Flatten", "axis", 1, x, NULL);
	return onnx_build_op_int(m, NULL, "Cast", "to", ONNX_DOUBLE, x, NULL);
}

static void graph_properties(struct onnx_model *m, const struct transform *t)
{
	struct signature s = SIGNATURE_INIT;
	struct buf text = BUF_INIT;
	json_t *json = transform_json(t);

	json_canonical(json, &text);
	onnx_model_set_prop(m, TRANSFORM_KEY, text.data);
	buf_release(&text);
	json_decref(json);
	for (size_t i = 0; i < t->n; i++) {
		const struct feature *f = &t->features[i];

		signature_add_input(&s, f->name, f->type, NULL);
		signature_add_feature(&s, f->name, feature_width(f));
	}
	for (size_t i = 0; i < t->ncarried; i++) {
		signature_add_input(&s, t->carried[i].name, t->carried[i].type, t->carried[i].role);
		if (strcmp(t->carried[i].role, "target") == 0)
			signature_set_target(&s, t->carried[i].name, t->carried[i].type);
	}
	signature_set(&s, m);
	signature_release(&s);
}

struct onnx_model *graph_build(const struct transform *t, struct err *e)
{
	struct onnx_model *m = onnx_model_new(GRAPH_OUTPUT);
	const char **parts = mem_array(t->n + 1, sizeof(*parts));
	struct Onnx__NodeProto *concat;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->n; i++) {
		const struct feature *f = &t->features[i];

		rc = onnx_build_input(m, f->name, f->categories ? ONNX_STRING : ONNX_DOUBLE, 1, e);
	}
	if (rc == 0 && onnx_build_taken(m, GRAPH_OUTPUT))
		rc = err_set(e, ERR_DATA,
			"a feature cannot be called '%s', which is what the graph calls its "
			"output: "
			"rename the column",
			GRAPH_OUTPUT);
	if (rc == 0) {
		for (size_t i = 0; i < t->n; i++)
			parts[i] = t->features[i].categories ? graph_category(m, &t->features[i])
							     : graph_number(m, &t->features[i]);
		concat = onnx_build_node(m, NULL, "Concat", t->n, parts);
		onnx_attr_int(concat, "axis", 1);
		onnx_build_result(m, concat, GRAPH_OUTPUT);
		rc = onnx_build_output(m, GRAPH_OUTPUT, ONNX_DOUBLE, transform_width(t), e);
	}
	free(parts);
	if (rc == 0) {
		graph_properties(m, t);
		return m;
	}
	onnx_model_free(m);
	return NULL;
}

int graph_transform(
	const struct onnx_model *m, const char *name, struct transform *t, struct err *e)
{
	const char *text = onnx_model_prop(m, TRANSFORM_KEY);
	json_t *json;
	int rc;

	if (!text)
		return err_set(e, ERR_DATA, "%s: no feature graph of pawl featurize", name);
	json = json_parse(text, strlen(text), name, e);
	if (!json)
		return -1;
	rc = transform_parse(t, json, name, e);
	json_decref(json);
	return rc;
}
