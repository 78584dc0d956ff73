/* protocol: a model's columns, and values as they are filled in.
 * SPDX-License-Identifier: MIT
 */
#include "net/protocol.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "net/protocol_state.h"

#define ROLE "pawl.role"
#define NO_ROW UINT64_MAX

/* A column that is not for the graph, yet worth having in the log and for labels that come late. */
static int is_passed(const char *role)
{
	return role &&
	       (strcmp(role, "key") == 0 || strcmp(role, "row") == 0 || strcmp(role, "time") == 0);
}

static void add_column(struct protocol *p, const struct signature_input *in)
{
	enum type type = in->type == TYPE_CATEGORY ? TYPE_STRING : in->type;
	struct field *f = schema_add(&p->schema, in->name, type);

	if (in->role)
		notes_set(&f->notes, ROLE, in->role);
	map_add(&p->names, in->name, strlen(in->name), NULL);
}

static void add_outputs(struct protocol *p, const struct signature *s)
{
	int integral = s->target_type == TYPE_BOOL || s->target_type == TYPE_INT64 ||
		       s->target_type == TYPE_UINT64;

	schema_add(&p->outputs, "prediction",
		s->task == TASK_REGRESSION ? TYPE_FLOAT64
		: integral		   ? TYPE_INT64
					   : TYPE_STRING);
	for (size_t i = 0; s->task == TASK_CLASSIFICATION && i < s->nclasses; i++) {
		char *name = mem_printf("probability_%s", s->classes[i]);

		schema_add(&p->outputs, name, TYPE_FLOAT64);
		free(name);
	}
}

struct protocol *protocol_new(const struct signature *s, const char *name, long long version)
{
	struct protocol *p = mem_new(1, sizeof(*p));

	p->name = mem_strdup(name);
	p->version = version;
	for (size_t i = 0; i < s->ninputs; i++)
		if (is_passed(s->inputs[i].role))
			add_column(p, &s->inputs[i]);
	p->passed = p->schema.n;
	for (size_t i = 0; i < s->ninputs; i++)
		if (!s->inputs[i].role)
			add_column(p, &s->inputs[i]);
	p->nulls = mem_new(s->nnulls + 1, sizeof(*p->nulls));
	for (size_t i = 0; i < s->nnulls; i++)
		p->nulls[i] = mem_strdup(s->nulls[i]);
	nulls_init(&p->convert.nulls, (const char *const *)p->nulls);
	add_outputs(p, s);
	return p;
}

void protocol_free(struct protocol *p)
{
	if (!p)
		return;
	schema_release(&p->schema);
	schema_release(&p->outputs);
	map_release(&p->names);
	for (size_t i = 0; p->nulls[i]; i++)
		free(p->nulls[i]);
	free(p->nulls);
	free(p->name);
	free(p);
}

const struct schema *protocol_schema(const struct protocol *p)
{
	return &p->schema;
}

size_t protocol_passed(const struct protocol *p)
{
	return p->passed;
}

void protocol_rows_release(struct protocol_rows *r)
{
	batch_release(&r->batch);
	buf_release(&r->id);
	buf_release(&r->text);
	free(r->outputs);
	free(r->seen);
	*r = (struct protocol_rows)PROTOCOL_ROWS_INIT;
}

int protocol_fault_set(struct protocol_fault *f, int status, const char *format, ...)
{
	va_list args;
	struct buf text = BUF_INIT;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	err_set(&f->why, status < 500 ? ERR_DATA : ERR_SYSTEM, "%s", text.data);
	buf_release(&text);
	f->status = status;
	f->code = status == 404	  ? "RESOURCE_DOES_NOT_EXIST"
		  : status == 429 ? "REQUEST_LIMIT_EXCEEDED"
		  : status == 501 ? "NOT_IMPLEMENTED"
		  : status == 503 ? "TEMPORARILY_UNAVAILABLE"
		  : status == 504 ? "DEADLINE_EXCEEDED"
		  : status >= 500 ? "INTERNAL_ERROR"
				  : "BAD_REQUEST";
	return -1;
}

/* ---- values */

size_t parse_column(const struct parse *x, const char *name, size_t len, size_t guess)
{
	size_t n, at;

	if (guess < x->p->names.n) {
		const char *key = map_key(&x->p->names, guess, &n);

		if (n == len && memcmp(key, name, n) == 0)
			return guess;
	}
	at = map_find(&x->p->names, name, len);
	return at == MAP_NONE ? SCHEMA_NONE : at;
}

/* A value that its column cannot hold; rows are counted from 0, as clients count theirs. */
static int parse_mistyped(struct parse *x, size_t col, uint64_t row)
{
	const struct field *f = &x->p->schema.fields[col];

	protocol_fault_set(x->fault, 400, "column '%s', row %llu: not a value of type %s", f->name,
		(unsigned long long)row, type_name(f->type));
	x->fault->code = "INVALID_PARAMETER_VALUE";
	return -1;
}

int parse_push(struct parse *x, size_t col, uint64_t row, const struct cell *cell)
{
	struct column *c = &x->out->batch.cols[col];
	struct err unused;
	struct value value;

	if (c->type == TYPE_FLOAT64 && (cell->kind == CELL_REAL || cell->kind == CELL_INT)) {
		column_push_float64(
			c, row, cell->kind == CELL_REAL ? cell->real : (double)cell->integer);
		return 0;
	}
	/* What was text in training is text, as it is for tables: JSON's 1 and true are neither. */
	if (c->type == TYPE_STRING && cell->kind != CELL_STRING && cell->kind != CELL_NULL)
		return parse_mistyped(x, col, row);
	if (convert_cell(&x->p->convert, cell, c->type, 0, &value, &unused) < 0)
		return parse_mistyped(x, col, row);
	if (convert_push(c, row, &value) < 0)
		return protocol_fault_set(x->fault, 413, "more than 2 GiB of text in a column");
	return 0;
}

void parse_begin(struct parse *x)
{
	x->out->row++;
	x->out->nseen = 0;
}

int parse_once(struct parse *x, size_t col)
{
	if (x->out->seen[col] == x->out->row) {
		protocol_fault_set(
			x->fault, 400, "column '%s' is there twice", x->p->schema.fields[col].name);
		x->fault->code = "INVALID_PARAMETER_VALUE";
		return -1;
	}
	x->out->seen[col] = x->out->row;
	x->out->nseen++;
	return 0;
}

/* Names what is missing, all of it as far as it fits. */
static int parse_missing(struct parse *x, uint64_t row)
{
	struct buf names = BUF_INIT;
	size_t n = 0;

	for (size_t i = x->p->passed; i < x->p->schema.n; i++) {
		if (x->out->seen[i] == x->out->row)
			continue;
		if (names.len < 400)
			buf_addf(&names, "%s'%s'", n ? ", " : "", x->p->schema.fields[i].name);
		else if (names.data[names.len - 1] != '.')
			buf_adds(&names, ", ...");
		n++;
	}
	if (row == NO_ROW)
		protocol_fault_set(
			x->fault, 400, "column%s missing: %s", n > 1 ? "s" : "", names.data);
	else
		protocol_fault_set(x->fault, 400, "row %llu: column%s missing: %s",
			(unsigned long long)row, n > 1 ? "s" : "", names.data);
	x->fault->code = "INVALID_PARAMETER_VALUE";
	buf_release(&names);
	return -1;
}

int parse_finish(struct parse *x, uint64_t row)
{
	if (x->out->nseen == x->p->schema.n)
		return 0;
	for (size_t i = x->p->passed; i < x->p->schema.n; i++)
		if (x->out->seen[i] != x->out->row)
			return parse_missing(x, row);
	for (size_t i = 0; i < x->p->passed; i++)
		if (x->out->seen[i] != x->out->row)
			column_push_null(&x->out->batch.cols[i], row);
	return 0;
}

int parse_columns_end(struct parse *x, uint64_t rows)
{
	for (size_t i = x->p->passed; i < x->p->schema.n; i++)
		if (x->out->seen[i] != x->out->row)
			return parse_missing(x, NO_ROW);
	for (size_t i = 0; i < x->p->passed; i++)
		for (uint64_t r = 0; r < rows && x->out->seen[i] != x->out->row; r++)
			column_push_null(&x->out->batch.cols[i], r);
	x->out->batch.rows = rows;
	return 0;
}

int parse_not_json(struct parse *x)
{
	return protocol_fault_set(x->fault, 400,
		"the body is not the JSON that is wanted: %s (byte %zu)",
		x->scan.why ? x->scan.why : "not JSON", x->scan.at);
}

/* ---- what is in a body */

/* The batch may be that of another model, which served before. */
static void parse_fit(const struct protocol *p, struct protocol_rows *r)
{
	size_t i = 0;

	while (i < p->schema.n && i < r->batch.n &&
		r->batch.cols[i].type == p->schema.fields[i].type)
		i++;
	if (i < p->schema.n || i < r->batch.n || !r->seen) {
		batch_release(&r->batch);
		batch_init(&r->batch, &p->schema);
		r->seen = mem_grow(r->seen, p->schema.n + 1, sizeof(*r->seen));
		memset(r->seen, 0, (p->schema.n + 1) * sizeof(*r->seen));
		r->row = 0;
	}
	batch_clear(&r->batch);
	buf_reset(&r->id);
	r->noutputs = 0;
}

enum media { MEDIA_JSON, MEDIA_CSV, MEDIA_NONE, MEDIA_OTHER };

/* The media type; the one parameter that is known is charset=utf-8. */
static enum media parse_media(const char *type)
{
	static const struct {
		const char *name;
		enum media media;
	} known[] = {{"application/json", MEDIA_JSON}, {"text/csv", MEDIA_CSV}};
	size_t len;

	if (!type || !*type)
		return MEDIA_NONE;
	for (size_t i = 0; i < 2; i++) {
		len = strlen(known[i].name);
		if (strncasecmp(type, known[i].name, len) != 0)
			continue;
		type += len + strspn(type + len, " \t");
		if (!*type)
			return known[i].media;
		if (*type != ';')
			return MEDIA_OTHER;
		type += 1 + strspn(type + 1, " \t");
		if (!*type || strcasecmp(type, "charset=utf-8") == 0 ||
			strcasecmp(type, "charset=\"utf-8\"") == 0)
			return known[i].media;
		return MEDIA_OTHER;
	}
	return MEDIA_OTHER;
}

int protocol_parse(const struct protocol *p, enum protocol_kind kind, const char *content_type,
	const char *body, size_t len, struct protocol_rows *out, struct protocol_fault *fault)
{
	struct parse x = {p, out, fault, {.text = body, .len = len, .keep = &out->text}};
	enum media media = parse_media(content_type);

	fault->status = 0;
	parse_fit(p, out);
	if (media == MEDIA_OTHER || (media == MEDIA_NONE && kind == PROTOCOL_MLFLOW) ||
		(media == MEDIA_CSV && kind == PROTOCOL_V2))
		return protocol_fault_set(fault, 415,
			"the Content-Type must be application/json%s, "
			"with no parameter but charset=utf-8",
			kind == PROTOCOL_MLFLOW ? " or text/csv" : "");
	if (!utf8_valid(body, len))
		return protocol_fault_set(fault, 400, "the body is not UTF-8");
	if (media == MEDIA_CSV)
		return parse_csv(&x);
	return kind == PROTOCOL_V2 ? parse_v2(&x) : parse_mlflow(&x);
}
