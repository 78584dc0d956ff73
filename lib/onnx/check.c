/* check: what must hold of a model's message before anything else looks at it.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/check.h"

#include <string.h>

#include "onnx/proto.h"
#include "onnx/tensor.h"

static int check_new(struct map *names, const char *name, struct err *e)
{
	int is_new;

	if (!name || !*name)
		return err_set(e, ERR_DATA, "the graph has a value without a name");
	map_add(names, name, strlen(name), &is_new);
	return is_new ? 0 : err_set(e, ERR_DATA, "two values of the graph are called '%s'", name);
}

static int check_tensor_type(const Onnx__ValueInfoProto *v, struct err *e)
{
	const Onnx__TypeProto *t = v->type;

	if (!t || t->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !t->tensor_type ||
		!t->tensor_type->has_elem_type)
		return err_set(e, ERR_DATA, "'%s' is not a tensor", v->name ? v->name : "");
	return 0;
}

static int check_whole(const Onnx__ModelProto *p, struct err *e)
{
	const Onnx__GraphProto *g = p->graph;

	if (!p->has_ir_version || p->ir_version < 3 || p->ir_version > 8)
		return err_set(e, ERR_DATA, "not an ONNX model of IR version 3 to 8");
	if (!g)
		return err_set(e, ERR_DATA, "the model has no graph");
	if (p->n_functions || p->n_training_info || g->n_sparse_initializer)
		return err_set(e, ERR_DATA,
			"the model uses functions, training or sparse tensors, which are not "
			"supported");
	for (size_t i = 0; i < p->n_opset_import; i++)
		if (!p->opset_import[i]->has_version)
			return err_set(e, ERR_DATA, "an operator set without a version");
	for (size_t i = 0; i < p->n_metadata_props; i++)
		if (!p->metadata_props[i]->key || !p->metadata_props[i]->value)
			return err_set(e, ERR_DATA, "a metadata property without a key or a value");
	return 0;
}

static int check_attribute(const Onnx__NodeProto *n, const Onnx__AttributeProto *a, struct err *e)
{
	int ok = 0;

	if (!a->name || !a->has_type)
		return err_set(e, ERR_DATA,
			"node '%s' (%s) has an attribute without a name or type",
			n->name ? n->name : "", n->op_type);
	switch (a->type) {
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
		ok = a->has_f;
		break;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
		ok = a->has_i;
		break;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
		ok = a->has_s;
		break;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
		if (a->t && onnx_tensor_check(a->t, e) < 0)
			return -1;
		ok = a->t != NULL;
		break;
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
	case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS:
		ok = 1; /* an empty list has no field */
		break;
	default:
		return err_set(e, ERR_DATA,
			"attribute '%s' of node '%s' (%s) is of an unsupported type", a->name,
			n->name ? n->name : "", n->op_type);
	}
	if (!ok || a->ref_attr_name)
		return err_set(e, ERR_DATA, "attribute '%s' of node '%s' (%s) lacks its value",
			a->name, n->name ? n->name : "", n->op_type);
	return 0;
}

static int check_node(const Onnx__NodeProto *n, struct map *names, struct err *e)
{
	if (!n->op_type)
		return err_set(e, ERR_DATA, "a node without an operator");
	for (size_t i = 0; i < n->n_input; i++)
		if (*n->input[i] && map_find(names, n->input[i], strlen(n->input[i])) == MAP_NONE)
			return err_set(e, ERR_DATA,
				"input '%s' of node '%s' (%s) does not exist before the node",
				n->input[i], n->name ? n->name : "", n->op_type);
	for (size_t i = 0; i < n->n_attribute; i++)
		if (check_attribute(n, n->attribute[i], e) < 0)
			return -1;
	for (size_t i = 0; i < n->n_output; i++)
		if (*n->output[i] && check_new(names, n->output[i], e) < 0)
			return -1;
	return 0;
}

int onnx_check(const Onnx__ModelProto *p, struct map *names, struct err *e)
{
	const Onnx__GraphProto *g = p->graph;

	if (check_whole(p, e) < 0)
		return -1;
	for (size_t i = 0; i < g->n_input; i++)
		if (check_tensor_type(g->input[i], e) < 0 ||
			check_new(names, g->input[i]->name, e) < 0)
			return -1;
	for (size_t i = 0; i < g->n_initializer; i++)
		if (onnx_tensor_check(g->initializer[i], e) < 0 ||
			check_new(names, g->initializer[i]->name, e) < 0)
			return -1;
	for (size_t i = 0; i < g->n_node; i++)
		if (check_node(g->node[i], names, e) < 0)
			return -1;
	for (size_t i = 0; i < g->n_output; i++) {
		const char *name = g->output[i]->name;

		if (check_tensor_type(g->output[i], e) < 0)
			return -1;
		if (!name || map_find(names, name, strlen(name)) == MAP_NONE)
			return err_set(
				e, ERR_DATA, "output '%s' is computed nowhere", name ? name : "");
	}
	return 0;
}
