/* plan: an ONNX graph compiled once and evaluated for record batches.
 * SPDX-License-Identifier: MIT
 */
#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/plan_bind.h"
#include "model/plan_step.h"
#include "onnx/proto.h"
#include "onnx/build.h"

struct input {
	struct plan_value *value;
	const char *name;
	size_t column; /* of the bound schema */
};

struct output {
	struct plan_value *value;
	const char *name;
	double *doubles; /* [cap * width], one of the three */
	int64_t *ints;
	struct onnx_text *texts;
	size_t cap; /* rows */
};

struct plan {
	const Onnx__GraphProto *graph;
	struct map names;	    /* value name -> entry number = index into values */
	struct plan_value **values; /* [nvalues] */
	size_t nvalues, values_cap;
	struct plan_step *steps; /* [graph->n_node] at most; nsteps are compiled */
	size_t nsteps;
	struct input *inputs;	/* [graph->n_input] */
	struct output *outputs; /* [graph->n_output] */
	size_t chunk;		/* rows */
	size_t columns;		/* of the bound schema; 0: not bound */
	int bound;
	uint64_t rows;
};

/* ---- values */

/* The value of that name; it is made where it is new. */
static struct plan_value *plan_value(struct plan *p, const char *name)
{
	int is_new;
	size_t at = map_add(&p->names, name, strlen(name), &is_new);

	if (is_new) {
		MEM_ROOM(p->values, p->nvalues, p->values_cap);
		p->values[p->nvalues++] = mem_new(1, sizeof(**p->values));
	}
	return p->values[at];
}

static int plan_add_constant(
	struct plan *p, const char *name, const Onnx__TensorProto *t, struct err *e)
{
	struct plan_value *v = plan_value(p, name);

	if (onnx_tensor_read(t, &v->tensor, e) < 0 ||
		plan_kind_of((int)v->tensor.type, &v->kind, name, e) < 0)
		return -1;
	v->constant = 1;
	v->width = v->tensor.ndims ? (size_t)v->tensor.dims[v->tensor.ndims - 1] : 1;
	plan_constant_data(v);
	return 0;
}

static int plan_add_inputs(struct plan *p, const struct onnx_model *m, struct err *e)
{
	for (size_t i = 0; i < p->graph->n_input; i++) {
		const Onnx__TensorShapeProto *shape = p->graph->input[i]->type->tensor_type->shape;
		struct input *in = &p->inputs[i];
		size_t width;
		int type;

		in->name = onnx_model_input(m, i, &type, &width);
		in->value = plan_value(p, in->name);
		if (plan_kind_of(type, &in->value->kind, in->name, e) < 0)
			return -1;
		if (in->value->kind == PLAN_BOOL || width != 1)
			return err_set(e, ERR_DATA,
				"input '%s' is not one column of numbers or text", in->name);
		in->value->rank = (unsigned)shape->n_dim;
		in->value->width = 1;
	}
	return 0;
}

static int plan_add_outputs(struct plan *p, const struct onnx_model *m, struct err *e)
{
	for (size_t i = 0; i < p->graph->n_output; i++) {
		struct output *out = &p->outputs[i];
		enum plan_kind kind;
		size_t width;
		int type;

		out->name = onnx_model_output(m, i, &type, &width);
		out->value = plan_value(p, out->name);
		if (plan_kind_of(type, &kind, out->name, e) < 0)
			return -1;
		if (out->value->constant)
			return err_set(
				e, ERR_DATA, "output '%s' does not depend on the rows", out->name);
		if (kind != out->value->kind || (width && width != out->value->width))
			return err_set(e, ERR_DATA,
				"output '%s' is %zu columns of %s, not %zu of %s", out->name,
				out->value->width, plan_kind_name(out->value->kind), width,
				plan_kind_name(kind));
	}
	return 0;
}

/* ---- nodes */

static const struct plan_op *plan_find_op(const Onnx__NodeProto *n)
{
	static const struct plan_op *const tables[] = {
		plan_ops_math, plan_ops_shape, plan_ops_linear, plan_ops_ml};
	const char *domain = n->domain ? n->domain : "";
	int ml = strcmp(domain, ONNX_ML) == 0;

	if (!ml && *domain && strcmp(domain, "ai.onnx") != 0)
		return NULL;
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct plan_op *op = tables[t]; op->name; op++)
			if (op->ml == ml && strcmp(op->name, n->op_type) == 0)
				return op;
	return NULL;
}

/* Inputs that are needed are there; an operator of any number needs each. */
static int plan_wire(struct plan *p, struct plan_step *s, struct err *e)
{
	const Onnx__NodeProto *n = s->node;
	unsigned least = s->op->max_inputs == PLAN_INPUTS_CAP ? PLAN_INPUTS_CAP : s->op->min_inputs;

	if (n->n_input < s->op->min_inputs || n->n_input > s->op->max_inputs || n->n_output < 1 ||
		n->n_output > s->op->outputs)
		return err_set(e, ERR_DATA, "%zu inputs and %zu results are not what it takes",
			n->n_input, n->n_output);
	if (n->n_attribute > 64)
		return err_set(e, ERR_DATA, "more than 64 attributes");
	s->nin = n->n_input;
	s->nout = n->n_output;
	s->in = mem_new(s->nin, sizeof(*s->in));
	s->out = mem_new(s->nout, sizeof(*s->out));
	for (size_t i = 0; i < s->nin; i++) {
		if (*n->input[i])
			s->in[i] = plan_value(p, n->input[i]);
		else if (i < least)
			return err_set(e, ERR_DATA, "input %zu is missing", i + 1);
	}
	for (size_t i = 0; i < s->nout; i++) {
		if (!*n->output[i])
			return err_set(e, ERR_DATA, "result %zu has no name", i + 1);
		s->out[i] = plan_value(p, n->output[i]);
	}
	return 0;
}

static int plan_compile(struct plan *p, struct plan_step *s, struct err *e)
{
	if (plan_wire(p, s, e) < 0 || s->op->compile(s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->node->n_attribute; i++)
		if (!(s->attrs_seen >> i & 1))
			return err_set(e, ERR_DATA, "attribute '%s' is not supported",
				s->node->attribute[i]->name);
	return 0;
}

/* A Constant node is an initializer of another name. */
static int plan_add_constant_node(struct plan *p, const Onnx__NodeProto *n, struct err *e)
{
	if (n->n_input || n->n_output != 1 || n->n_attribute != 1 || !n->attribute[0]->t ||
		strcmp(n->attribute[0]->name, "value") != 0)
		return err_set(e, ERR_DATA, "only a tensor is supported");
	return plan_add_constant(p, n->output[0], n->attribute[0]->t, e);
}

static int plan_add_nodes(struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->graph->n_node; i++) {
		const Onnx__NodeProto *n = p->graph->node[i];
		struct plan_step *s = &p->steps[p->nsteps];
		const char *name = n->name ? n->name : n->n_output ? n->output[0] : "";
		int rc;

		if (strcmp(n->op_type, "Constant") == 0 && (!n->domain || !*n->domain)) {
			rc = plan_add_constant_node(p, n, e);
		} else {
			s->node = n;
			s->op = plan_find_op(n);
			if (!s->op)
				return err_set(e, ERR_DATA,
					"operator '%s' of node '%s' is not supported", n->op_type,
					name);
			p->nsteps++;
			rc = plan_compile(p, s, e);
		}
		if (rc < 0)
			return err_prefix(e, "node '%s' (%s)", name, n->op_type);
	}
	return 0;
}

/* ---- the whole */

/* The meaning of an operator depends on the operator set that the model imports. */
static int plan_check_opsets(const Onnx__ModelProto *m, struct err *e)
{
	int standard = 0;

	for (size_t i = 0; i < m->n_opset_import; i++) {
		const Onnx__OperatorSetIdProto *o = m->opset_import[i];
		const char *domain = o->domain ? o->domain : "";
		int ml = strcmp(domain, ONNX_ML) == 0;

		if (!ml && *domain && strcmp(domain, "ai.onnx") != 0)
			return err_set(e, ERR_DATA, "operators of '%s' are not supported", domain);
		if (o->version < (ml ? 2 : 13) || o->version > (ml ? 3 : 17))
			return err_set(e, ERR_DATA,
				"operator set %lld of '%s' is not supported (%s)",
				(long long)o->version, domain, ml ? "2 to 3 are" : "13 to 17 are");
		standard |= !ml;
	}
	return standard ? 0 : err_set(e, ERR_DATA, "the model imports no operator set");
}

/* Buffers for a chunk of rows: as many as fit into PLAN_CHUNK_BYTES. */
static int plan_allocate(struct plan *p, struct err *e)
{
	size_t row = 0;

	for (size_t i = 0; i < p->nvalues; i++)
		if (!p->values[i]->constant)
			row += p->values[i]->width * plan_kind_size(p->values[i]->kind);
	if (row > PLAN_CHUNK_BYTES)
		return err_set(e, ERR_DATA, "the model needs %zu bytes per row, more than %u", row,
			PLAN_CHUNK_BYTES);
	p->chunk = row ? PLAN_CHUNK_BYTES / row : PLAN_CHUNK;
	if (p->chunk > PLAN_CHUNK)
		p->chunk = PLAN_CHUNK;
	for (size_t i = 0; i < p->nvalues; i++) {
		struct plan_value *v = p->values[i];

		if (!v->constant)
			v->data = mem_new(p->chunk * v->width + 1, plan_kind_size(v->kind));
	}
	return 0;
}

struct plan *plan_new(const struct onnx_model *m, struct err *e)
{
	struct plan *p = mem_new(1, sizeof(*p));
	const Onnx__GraphProto *g = m->proto->graph;

	p->graph = g;
	p->inputs = mem_new(g->n_input, sizeof(*p->inputs));
	p->outputs = mem_new(g->n_output, sizeof(*p->outputs));
	p->steps = mem_new(g->n_node, sizeof(*p->steps));
	if (onnx_build_check(m, e) < 0 || plan_check_opsets(m->proto, e) < 0 ||
		plan_add_inputs(p, m, e) < 0)
		goto fail;
	for (size_t i = 0; i < g->n_initializer; i++)
		if (plan_add_constant(p, g->initializer[i]->name, g->initializer[i], e) < 0)
			goto fail;
	if (plan_add_nodes(p, e) < 0 || plan_add_outputs(p, m, e) < 0 || plan_allocate(p, e) < 0)
		goto fail;
	return p;
fail:
	plan_free(p);
	return NULL;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nsteps; i++) {
		if (p->steps[i].op->release)
			p->steps[i].op->release(&p->steps[i]);
		free(p->steps[i].in);
		free(p->steps[i].out);
	}
	for (size_t i = 0; i < p->nvalues; i++) {
		if (!p->values[i]->constant)
			free(p->values[i]->data);
		free(p->values[i]->narrow);
		onnx_tensor_release(&p->values[i]->tensor);
		free(p->values[i]);
	}
	for (size_t i = 0; i < p->graph->n_output; i++) {
		free(p->outputs[i].doubles);
		free(p->outputs[i].ints);
		free(p->outputs[i].texts);
	}
	free(p->values);
	free(p->steps);
	free(p->inputs);
	free(p->outputs);
	map_release(&p->names);
	free(p);
}

int plan_bind(struct plan *p, const struct schema *s, struct err *e)
{
	p->bound = 0;
	p->rows = 0;
	for (size_t i = 0; i < p->graph->n_input; i++) {
		struct input *in = &p->inputs[i];

		if (schema_need(s, in->name, &in->column, e) < 0 ||
			plan_bind_type(in->name, s->fields[in->column].type, in->value->kind, e) <
				0)
			return -1;
	}
	p->bound = 1;
	p->columns = s->n;
	return 0;
}

/* ---- running */

static void output_reserve(struct output *o, size_t rows)
{
	size_t n;

	if (rows <= o->cap)
		return;
	if (__builtin_mul_overflow(rows, o->value->width, &n))
		mem_exhausted();
	if (o->value->kind == PLAN_STRING)
		o->texts = mem_grow(o->texts, n + 1, sizeof(*o->texts));
	else if (o->value->kind == PLAN_DOUBLE || o->value->kind == PLAN_FLOAT)
		o->doubles = mem_grow(o->doubles, n + 1, sizeof(*o->doubles));
	else
		o->ints = mem_grow(o->ints, n + 1, sizeof(*o->ints));
	o->cap = rows;
}

/* The chunk's results behind those of the chunks before. */
static void output_take(struct output *o, uint64_t at, size_t rows)
{
	const struct plan_value *v = o->value;
	size_t n = rows * v->width, from = (size_t)at * v->width;

	switch (v->kind) {
	case PLAN_DOUBLE:
		memcpy(o->doubles + from, v->data, n * sizeof(double));
		break;
	case PLAN_INT64:
		memcpy(o->ints + from, v->data, n * sizeof(int64_t));
		break;
	case PLAN_STRING:
		memcpy(o->texts + from, v->data, n * sizeof(struct onnx_text));
		break;
	case PLAN_FLOAT:
		for (size_t i = 0; i < n; i++)
			o->doubles[from + i] = (double)((const float *)v->data)[i];
		break;
	case PLAN_BOOL:
		for (size_t i = 0; i < n; i++)
			o->ints[from + i] = ((const uint8_t *)v->data)[i];
		break;
	}
}

static int plan_run_chunk(
	struct plan *p, const struct batch *b, uint64_t at, size_t rows, struct err *e)
{
	for (size_t i = 0; i < p->graph->n_input; i++) {
		const struct input *in = &p->inputs[i];

		if (plan_bind_load(in->value, in->name, &b->cols[in->column], at, rows, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < p->nsteps; i++) {
		struct plan_step *s = &p->steps[i];

		if (s->op->run(s, rows, e) < 0)
			return err_prefix(e, "node '%s' (%s)", s->node->output[0], s->op->name);
	}
	for (size_t i = 0; i < p->graph->n_output; i++)
		output_take(&p->outputs[i], at, rows);
	return 0;
}

int plan_run(struct plan *p, const struct batch *b, struct err *e)
{
	p->rows = 0;
	if (!p->bound || b->n != p->columns)
		return err_set(e, ERR_SYSTEM, "the plan is bound to other columns");
	for (size_t i = 0; i < p->graph->n_output; i++)
		output_reserve(&p->outputs[i], (size_t)b->rows);
	for (uint64_t at = 0; at < b->rows; at += p->chunk) {
		uint64_t left = b->rows - at;

		if (plan_run_chunk(p, b, at, left < p->chunk ? (size_t)left : p->chunk, e) < 0)
			return -1;
	}
	p->rows = b->rows;
	return 0;
}

uint64_t plan_rows(const struct plan *p)
{
	return p->rows;
}

size_t plan_input_count(const struct plan *p)
{
	return p->graph->n_input;
}

const char *plan_input_name(const struct plan *p, size_t i)
{
	return p->inputs[i].name;
}

enum plan_kind plan_input_kind(const struct plan *p, size_t i)
{
	return p->inputs[i].value->kind;
}

size_t plan_output_count(const struct plan *p)
{
	return p->graph->n_output;
}

const char *plan_output_name(const struct plan *p, size_t i)
{
	return p->outputs[i].name;
}

enum plan_kind plan_output_kind(const struct plan *p, size_t i)
{
	return p->outputs[i].value->kind;
}

size_t plan_output_width(const struct plan *p, size_t i)
{
	return p->outputs[i].value->width;
}

size_t plan_output_find(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->graph->n_output; i++)
		if (strcmp(p->outputs[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

const double *plan_doubles(const struct plan *p, size_t i)
{
	return p->outputs[i].doubles;
}

const int64_t *plan_ints(const struct plan *p, size_t i)
{
	return p->outputs[i].ints;
}

const struct onnx_text *plan_texts(const struct plan *p, size_t i)
{
	return p->outputs[i].texts;
}
