/* jsonlin: rows of JSON Lines: one object a line, parsed by jansson.
 * SPDX-License-Identifier: MIT
 */
#include "io/jsonlin.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define JSONLIN_DEPTH 32
#define JSONLIN_COLUMNS_MAX ((size_t)1 << 20)

struct jsonlin {
	struct map names;
	json_t *object;	 /* of the current row, which borrows its strings */
	struct buf name; /* of the member at hand: outer.inner */
	size_t *filled;	 /* [filled_cap] the row that filled the cell last */
	size_t filled_cap, rows;
};

struct jsonlin *jsonlin_new(void)
{
	struct jsonlin *j = mem_new(1, sizeof(*j));

	j->name = (struct buf)BUF_INIT;
	return j;
}

void jsonlin_free(struct jsonlin *j)
{
	if (!j)
		return;
	map_release(&j->names);
	json_decref(j->object);
	buf_release(&j->name);
	free(j->filled);
	free(j);
}

struct map *jsonlin_names(struct jsonlin *j)
{
	return &j->names;
}

/* The cell of column `at`, which the row may not have yet. */
static struct cell *jsonlin_cell(struct jsonlin *j, struct row *row, size_t at)
{
	for (; row->n <= at; row->n++) {
		MEM_ROOM(row->cells, row->n, row->cap);
		row->cells[row->n] = (struct cell){.kind = CELL_NULL, .text = ""};
		if (row->n >= j->filled_cap) {
			size_t old = j->filled_cap;

			MEM_ROOM(j->filled, row->n, j->filled_cap);
			memset(j->filled + old, 0, (j->filled_cap - old) * sizeof(*j->filled));
		}
	}
	return &row->cells[at];
}

static int jsonlin_set(struct jsonlin *j, struct row *row, const json_t *value, struct err *e)
{
	size_t at = map_add(&j->names, j->name.data, j->name.len, NULL);
	struct cell *cell;

	if (at >= JSONLIN_COLUMNS_MAX)
		return err_set(e, ERR_DATA, "more than %zu columns", JSONLIN_COLUMNS_MAX);
	cell = jsonlin_cell(j, row, at);
	if (j->filled[at] == j->rows)
		return err_set(e, ERR_DATA, "two members are called '%s'", j->name.data);
	j->filled[at] = j->rows;
	*cell = (struct cell){.kind = CELL_NULL, .text = ""};
	if (json_is_array(value))
		return err_set(e, ERR_DATA, "column '%s': an array, which no column can hold",
			j->name.data);
	if (json_is_integer(value)) {
		cell->kind = CELL_INT;
		cell->integer = json_integer_value(value);
	} else if (json_is_real(value)) {
		cell->kind = CELL_REAL;
		cell->real = json_real_value(value);
	} else if (json_is_boolean(value)) {
		cell->kind = CELL_BOOL;
		cell->integer = json_is_true(value);
		cell->text = cell->integer ? "true" : "false";
		cell->len = strlen(cell->text);
	} else if (json_is_string(value)) {
		cell->kind = CELL_STRING;
		cell->text = json_string_value(value);
		cell->len = json_string_length(value);
	}
	return 0;
}

/* Walks the object and those within it, by a stack of its own. */
static int jsonlin_walk(struct jsonlin *j, struct row *row, struct err *e)
{
	struct {
		json_t *object;
		void *iter;
		size_t name_len;
	} stack[JSONLIN_DEPTH];
	size_t depth = 1;

	stack[0].object = j->object;
	stack[0].iter = json_object_iter(j->object);
	stack[0].name_len = 0;
	while (depth) {
		json_t *value;

		if (!stack[depth - 1].iter) {
			depth--;
			continue;
		}
		j->name.len = stack[depth - 1].name_len;
		if (depth > 1)
			buf_addc(&j->name, '.');
		buf_adds(&j->name, json_object_iter_key(stack[depth - 1].iter));
		value = json_object_iter_value(stack[depth - 1].iter);
		stack[depth - 1].iter =
			json_object_iter_next(stack[depth - 1].object, stack[depth - 1].iter);
		if (!json_is_object(value)) {
			if (jsonlin_set(j, row, value, e) < 0)
				return -1;
			continue;
		}
		if (depth == JSONLIN_DEPTH)
			return err_set(e, ERR_DATA, "objects nested deeper than %d", JSONLIN_DEPTH);
		stack[depth].object = value;
		stack[depth].iter = json_object_iter(value);
		stack[depth++].name_len = j->name.len;
	}
	return 0;
}

static int jsonlin_parse(struct jsonlin *j, struct row *row, struct err *e)
{
	json_error_t why;

	json_decref(j->object);
	j->object = json_loadb(row->raw, row->raw_len, JSON_REJECT_DUPLICATES, &why);
	if (!j->object)
		return err_set(e, ERR_DATA, "not JSON: %s", why.text);
	if (!json_is_object(j->object))
		return err_set(e, ERR_DATA, "not a JSON object");
	j->rows++;
	return jsonlin_walk(j, row, e);
}

enum row_result jsonlin_next(struct jsonlin *j, struct lines *l, struct row *row, struct err *e)
{
	const char *text;
	size_t len;
	int rc;

	do {
		rc = lines_next(l, &text, &len, e);
		if (rc <= 0)
			return rc < 0 ? ROW_FAILED : ROW_END;
		while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
			len--;
	} while (!len);
	row->raw = text;
	row->raw_len = len;
	row->line = l->line;
	row->offset = l->offset;
	row->fault = ROW_NOWHERE;
	row->n = 0;
	if (j->names.n)
		jsonlin_cell(j, row, j->names.n - 1);
	return jsonlin_parse(j, row, e) < 0 ? ROW_BAD : ROW_GOOD;
}
