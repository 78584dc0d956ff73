/* protocol_v2: the request of the Open Inference Protocol's infer, with its tensors in JSON.
 * SPDX-License-Identifier: MIT
 *
 *   {"id": "...", "inputs": [{"name", "shape": [N] or [N,1], "datatype", "data": [...]}, ...],
 *    "outputs": [{"name"}, ...]}
 *
 * A tensor is a column. Members that are not known, and parameters, are passed over.
 */
#include <string.h>

#include "base/mem.h"
#include "net/protocol_state.h"

enum element { ELEMENT_NONE, ELEMENT_INT, ELEMENT_REAL, ELEMENT_BOOL, ELEMENT_BYTES };

/* What is known of a tensor. */
struct tensor {
	size_t col;
	int named;
	enum element element;
	uint64_t rows;	/* of its shape */
	int shaped;	/* 1: a shape, -1: one that is no column's */
	size_t data;	/* where it stands, or SIZE_MAX */
	uint64_t count; /* how many values it has */
};

const char *protocol_datatype(enum type type)
{
	switch (type) {
	case TYPE_BOOL:
		return "BOOL";
	case TYPE_INT64:
		return "INT64";
	case TYPE_UINT64:
		return "UINT64";
	case TYPE_FLOAT64:
	case TYPE_NULL:
		return "FP64";
	default:
		return "BYTES";
	}
}

static enum element v2_element(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum element element;
	} known[] = {{"BOOL", ELEMENT_BOOL}, {"BYTES", ELEMENT_BYTES}, {"FP32", ELEMENT_REAL},
		{"FP64", ELEMENT_REAL}, {"INT8", ELEMENT_INT}, {"INT16", ELEMENT_INT},
		{"INT32", ELEMENT_INT}, {"INT64", ELEMENT_INT}, {"UINT8", ELEMENT_INT},
		{"UINT16", ELEMENT_INT}, {"UINT32", ELEMENT_INT}, {"UINT64", ELEMENT_INT}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (scan_is(name, len, known[i].name))
			return known[i].element;
	return ELEMENT_NONE;
}

static int v2_takes(enum type type, enum element element)
{
	switch (type) {
	case TYPE_NULL:
		return element != ELEMENT_NONE;
	case TYPE_BOOL:
		return element == ELEMENT_BOOL;
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_FLOAT64:
		return element == ELEMENT_INT || element == ELEMENT_REAL;
	default:
		return element == ELEMENT_BYTES;
	}
}

static int v2_fits(const struct cell *cell, enum element element)
{
	switch (cell->kind) {
	case CELL_NULL:
		return 1;
	case CELL_STRING:
		return element == ELEMENT_BYTES;
	case CELL_BOOL:
		return element == ELEMENT_BOOL;
	case CELL_REAL:
		return element == ELEMENT_REAL;
	default:
		return element == ELEMENT_INT || element == ELEMENT_REAL;
	}
}

static int v2_shape(struct parse *x, struct tensor *t)
{
	struct scan *s = &x->scan;
	struct cell cell;
	int first = 1, rc;

	if (scan_enter(s, '[') < 0)
		return parse_not_json(x);
	for (t->shaped = 0; (rc = scan_item(s, &first)) > 0;) {
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		if (cell.kind != CELL_INT || cell.integer < 0 || t->shaped < 0 ||
			(t->shaped > 0 && cell.integer != 1))
			t->shaped = -1;
		else if (!t->shaped) {
			t->shaped = 1;
			t->rows = (uint64_t)cell.integer;
		}
	}
	return rc < 0 ? parse_not_json(x) : 0;
}

/* The values, nested as they may be; that they are JSON has been seen by scan_skip(). */
static int v2_data(struct parse *x, struct tensor *t)
{
	struct scan *s = &x->scan;
	enum type type = x->p->schema.fields[t->col].type;
	size_t end = s->at, depth = 0;
	struct cell cell;

	s->at = t->data;
	do {
		char c = scan_peek(s);

		if (c == '[' || c == ']' || c == ',') {
			depth += c == '[';
			depth -= c == ']';
			s->at++;
			continue;
		}
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		if (!v2_fits(&cell, t->element)) {
			protocol_fault_set(x->fault, 400,
				"column '%s', row %llu: not a value of the tensor's datatype, "
				"which should be %s",
				x->p->schema.fields[t->col].name, (unsigned long long)t->count,
				protocol_datatype(type));
			x->fault->code = "INVALID_PARAMETER_VALUE";
			return -1;
		}
		if (parse_push(x, t->col, t->count++, &cell) < 0)
			return -1;
	} while (depth);
	s->at = end;
	return 0;
}

static int v2_member(struct parse *x, struct tensor *t, const char *key, size_t len)
{
	struct scan *s = &x->scan;
	struct cell cell;

	if (scan_is(key, len, "name")) {
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		t->named = cell.kind == CELL_STRING;
		t->col = t->named ? parse_column(x, cell.text, cell.len, SCHEMA_NONE) : SCHEMA_NONE;
		return 0;
	}
	if (scan_is(key, len, "datatype")) {
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		t->element =
			cell.kind == CELL_STRING ? v2_element(cell.text, cell.len) : ELEMENT_NONE;
		return 0;
	}
	if (scan_is(key, len, "shape"))
		return v2_shape(x, t);
	if (scan_is(key, len, "data")) {
		scan_peek(s);
		t->data = s->at;
	}
	return scan_skip(s) < 0 ? parse_not_json(x) : 0;
}

/* What is wrong with a tensor that is a column of the model. */
static int v2_check(struct parse *x, const struct tensor *t)
{
	const struct field *f = &x->p->schema.fields[t->col];

	if (!v2_takes(f->type, t->element))
		protocol_fault_set(x->fault, 400, "column '%s': the datatype should be %s", f->name,
			protocol_datatype(f->type));
	else if (t->shaped != 1)
		protocol_fault_set(
			x->fault, 400, "column '%s': the shape should be [N] or [N,1]", f->name);
	else if (t->data == SIZE_MAX || x->scan.text[t->data] != '[')
		protocol_fault_set(x->fault, 400,
			"column '%s': there is no list of data (binary tensors are not taken)",
			f->name);
	else
		return 0;
	x->fault->code = "INVALID_PARAMETER_VALUE";
	return -1;
}

static int v2_tensor(struct parse *x, uint64_t *rows, int *any)
{
	struct tensor t = {.col = SCHEMA_NONE, .data = SIZE_MAX};
	struct scan *s = &x->scan;
	const char *key;
	size_t len;
	int first = 1, rc;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0)
		if (v2_member(x, &t, key, len) < 0)
			return -1;
	if (rc < 0)
		return parse_not_json(x);
	if (!t.named)
		return protocol_fault_set(x->fault, 400, "a tensor of inputs has no name");
	if (t.col == SCHEMA_NONE)
		return 0;
	if (parse_once(x, t.col) < 0 || v2_check(x, &t) < 0 || v2_data(x, &t) < 0)
		return -1;
	if (t.count != t.rows)
		return protocol_fault_set(x->fault, 400,
			"column '%s': the shape says %llu values, there are %llu",
			x->p->schema.fields[t.col].name, (unsigned long long)t.rows,
			(unsigned long long)t.count);
	if (*any && t.rows != *rows)
		return protocol_fault_set(x->fault, 400,
			"column '%s' has %llu rows, those before it %llu",
			x->p->schema.fields[t.col].name, (unsigned long long)t.rows,
			(unsigned long long)*rows);
	*any = 1;
	*rows = t.rows;
	return 0;
}

static int v2_inputs(struct parse *x)
{
	uint64_t rows = 0;
	int first = 1, rc, any = 0;

	if (scan_enter(&x->scan, '[') < 0)
		return parse_not_json(x);
	parse_begin(x);
	while ((rc = scan_item(&x->scan, &first)) > 0)
		if (v2_tensor(x, &rows, &any) < 0)
			return -1;
	return rc < 0 ? parse_not_json(x) : parse_columns_end(x, rows);
}

static int v2_output(struct parse *x)
{
	const struct schema *known = &x->p->outputs;
	struct protocol_rows *out = x->out;
	struct scan *s = &x->scan;
	struct cell cell;
	const char *key;
	size_t len, at = SCHEMA_NONE;
	int first = 1, rc;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		if (!scan_is(key, len, "name")) {
			if (scan_skip(s) < 0)
				return parse_not_json(x);
			continue;
		}
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		for (size_t i = 0; i < known->n && cell.kind == CELL_STRING; i++)
			if (scan_is(cell.text, cell.len, known->fields[i].name))
				at = i;
	}
	if (rc < 0)
		return parse_not_json(x);
	if (at == SCHEMA_NONE)
		return protocol_fault_set(x->fault, 400,
			"an output is asked for that the model does not have: GET /v2/models/%s "
			"lists them",
			x->p->name);
	for (size_t i = 0; i < out->noutputs; i++)
		if (out->outputs[i] == at)
			return protocol_fault_set(x->fault, 400, "output '%s' is asked for twice",
				known->fields[at].name);
	MEM_ROOM(out->outputs, out->noutputs, out->outputs_cap);
	out->outputs[out->noutputs++] = at;
	return 0;
}

static int v2_outputs(struct parse *x)
{
	int first = 1, rc;

	if (scan_enter(&x->scan, '[') < 0)
		return parse_not_json(x);
	while ((rc = scan_item(&x->scan, &first)) > 0)
		if (v2_output(x) < 0)
			return -1;
	return rc < 0 ? parse_not_json(x) : 0;
}

/* Kept as it was written, since it goes back as it came. */
static int v2_id(struct parse *x)
{
	struct scan *s = &x->scan;
	struct cell cell;
	size_t start;

	scan_peek(s);
	start = s->at;
	if (scan_cell(s, &cell) < 0)
		return parse_not_json(x);
	if (cell.kind != CELL_STRING)
		return protocol_fault_set(x->fault, 400, "the id should be a string");
	buf_reset(&x->out->id);
	buf_add(&x->out->id, s->text + start, s->at - start);
	return 0;
}

int parse_v2(struct parse *x)
{
	struct scan *s = &x->scan;
	int first = 1, rc, inputs = 0, outputs = 0;
	const char *key;
	size_t len;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		int in = scan_is(key, len, "inputs"), out = scan_is(key, len, "outputs");

		if ((in && inputs++) || (out && outputs++))
			return protocol_fault_set(
				x->fault, 400, "%s is there twice", in ? "inputs" : "outputs");
		if (in || out || scan_is(key, len, "id")) {
			if ((in ? v2_inputs(x) : out ? v2_outputs(x) : v2_id(x)) < 0)
				return -1;
		} else if (scan_skip(s) < 0) {
			break;
		}
	}
	if (rc != 0 || scan_end(s) < 0)
		return parse_not_json(x);
	return inputs ? 0 : protocol_fault_set(x->fault, 400, "inputs is missing");
}
