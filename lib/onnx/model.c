/* model: an ONNX model in memory.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "onnx/proto.h"
#include "onnx/build.h"
#include "onnx/check.h"
#include "onnx/scan.h"

/* What pawl writes: IR 8 with these operator sets loads everywhere without warnings. */
enum { MODEL_IR = 8, MODEL_OPSET = 17, MODEL_ML_OPSET = 3 };

static Onnx__OperatorSetIdProto *model_opset(const char *domain, int64_t version)
{
	Onnx__OperatorSetIdProto *o = mem_new(1, sizeof(*o));

	onnx__operator_set_id_proto__init(o);
	o->domain = mem_strdup(domain);
	o->has_version = 1;
	o->version = version;
	return o;
}

struct onnx_model *onnx_model_new(const char *graph_name)
{
	struct onnx_model *m = mem_new(1, sizeof(*m));
	Onnx__ModelProto *p = mem_new(1, sizeof(*p));

	onnx__model_proto__init(p);
	p->has_ir_version = 1;
	p->ir_version = MODEL_IR;
	p->producer_name = mem_strdup("pawl");
	p->n_opset_import = 2;
	p->opset_import = mem_array(2, sizeof(*p->opset_import));
	p->opset_import[0] = model_opset("", MODEL_OPSET);
	p->opset_import[1] = model_opset(ONNX_ML, MODEL_ML_OPSET);
	p->graph = mem_new(1, sizeof(*p->graph));
	onnx__graph_proto__init(p->graph);
	p->graph->name = mem_strdup(graph_name);
	m->proto = p;
	return m;
}

void onnx_model_free(struct onnx_model *m)
{
	if (!m)
		return;
	if (m->proto)
		onnx__model_proto__free_unpacked(m->proto, NULL);
	map_release(&m->names);
	free(m);
}

struct onnx_model *onnx_model_parse(const void *bytes, size_t len, const char *name, struct err *e)
{
	struct onnx_model *m;

	if (len > ONNX_SIZE_CAP) {
		err_set(e, ERR_DATA, "%s: larger than %u bytes", name, ONNX_SIZE_CAP);
		return NULL;
	}
	if (onnx_scan(bytes, len, name, e) < 0)
		return NULL;
	m = mem_new(1, sizeof(*m));
	m->proto = onnx__model_proto__unpack(NULL, len, bytes);
	if (!m->proto) {
		err_set(e, ERR_DATA, "%s: not a valid ONNX model", name);
		goto fail;
	}
	if (onnx_check(m->proto, &m->names, e) < 0) {
		err_prefix(e, "%s", name);
		goto fail;
	}
	return m;
fail:
	onnx_model_free(m);
	return NULL;
}

void onnx_model_pack(const struct onnx_model *m, struct buf *out)
{
	size_t len = onnx__model_proto__get_packed_size(m->proto);

	buf_room(out, len);
	out->len += onnx__model_proto__pack(m->proto, (uint8_t *)out->data + out->len);
	out->data[out->len] = 0;
}

const char *onnx_model_prop(const struct onnx_model *m, const char *key)
{
	const Onnx__ModelProto *p = m->proto;

	for (size_t i = 0; i < p->n_metadata_props; i++)
		if (strcmp(p->metadata_props[i]->key, key) == 0)
			return p->metadata_props[i]->value;
	return NULL;
}

static void model_drop_prop(Onnx__ModelProto *p, size_t at)
{
	onnx__string_string_entry_proto__free_unpacked(p->metadata_props[at], NULL);
	p->n_metadata_props--;
	memmove(p->metadata_props + at, p->metadata_props + at + 1,
		(p->n_metadata_props - at) * sizeof(*p->metadata_props));
}

void onnx_model_set_prop(struct onnx_model *m, const char *key, const char *value)
{
	Onnx__ModelProto *p = m->proto;
	Onnx__StringStringEntryProto *entry;

	for (size_t i = 0; i < p->n_metadata_props; i++) {
		if (strcmp(p->metadata_props[i]->key, key) != 0)
			continue;
		if (!value) {
			model_drop_prop(p, i);
			return;
		}
		entry = p->metadata_props[i];
		free(entry->value);
		entry->value = mem_strdup(value);
		return;
	}
	if (!value)
		return;
	entry = mem_new(1, sizeof(*entry));
	onnx__string_string_entry_proto__init(entry);
	entry->key = mem_strdup(key);
	entry->value = mem_strdup(value);
	p->metadata_props =
		mem_grow(p->metadata_props, p->n_metadata_props + 1, sizeof(*p->metadata_props));
	p->metadata_props[p->n_metadata_props++] = entry;
}

/* Element type and width of a value that onnx_check() let pass as a tensor. */
static const char *model_value(const Onnx__ValueInfoProto *v, int *type, size_t *width)
{
	const Onnx__TypeProto__Tensor *t = v->type->tensor_type;
	const Onnx__TensorShapeProto *s = t->shape;
	const Onnx__TensorShapeProto__Dimension *d;

	*type = t->elem_type;
	*width = s && s->n_dim == 1;
	if (s && s->n_dim == 2) {
		d = s->dim[1];
		if (d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
			d->dim_value > 0)
			*width = (size_t)d->dim_value;
	}
	return v->name;
}

size_t onnx_model_inputs(const struct onnx_model *m)
{
	return m->proto->graph->n_input;
}

const char *onnx_model_input(const struct onnx_model *m, size_t i, int *type, size_t *width)
{
	return model_value(m->proto->graph->input[i], type, width);
}

size_t onnx_model_outputs(const struct onnx_model *m)
{
	return m->proto->graph->n_output;
}

const char *onnx_model_output(const struct onnx_model *m, size_t i, int *type, size_t *width)
{
	return model_value(m->proto->graph->output[i], type, width);
}
