/* protocol_mlflow: the four shapes of JSON that MLflow's scoring server takes.
 * SPDX-License-Identifier: MIT
 *
 *   {"dataframe_split": {"columns": [...], "data": [[...], ...], "index": ...}}
 *   {"dataframe_records": [{...}, ...]}
 *   {"instances": [{...}, ...]} or rows of values in the model's order
 *   {"inputs": {"column": [...], ...}} or as instances
 */
#include <stdlib.h>

#include "base/mem.h"
#include "net/protocol_state.h"

#define ONE_OF                                                                                     \
	"exactly one of dataframe_split, dataframe_records, instances and inputs is wanted, and "  \
	"besides it at most params"

/* {"column": value, ...} as row `row`. */
static int mlflow_record(struct parse *x, uint64_t row)
{
	struct scan *s = &x->scan;
	struct cell cell;
	const char *key;
	size_t len, next = x->p->passed;
	int first = 1, rc;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	parse_begin(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		size_t col = parse_column(x, key, len, next);

		if (col == SCHEMA_NONE) {
			if (scan_skip(s) < 0)
				break;
			continue;
		}
		next = col + 1;
		if (parse_once(x, col) < 0)
			return -1;
		if (scan_cell(s, &cell) < 0)
			break;
		if (parse_push(x, col, row, &cell) < 0)
			return -1;
	}
	if (rc != 0)
		return parse_not_json(x);
	return parse_finish(x, row);
}

/* Values in the order of cols[n]; SCHEMA_NONE: of no column. `what` is where a wrong number of them
 * is told. */
static int mlflow_values(
	struct parse *x, const size_t *cols, size_t n, uint64_t row, const char *what)
{
	struct scan *s = &x->scan;
	struct cell cell;
	size_t i = 0;
	int first = 1, rc;

	if (scan_enter(s, '[') < 0)
		return parse_not_json(x);
	parse_begin(x);
	for (; (rc = scan_item(s, &first)) > 0; i++) {
		if (i == n)
			break;
		if (cols[i] == SCHEMA_NONE) {
			if (scan_skip(s) < 0)
				return parse_not_json(x);
			continue;
		}
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		if (parse_once(x, cols[i]) < 0 || parse_push(x, cols[i], row, &cell) < 0)
			return -1;
	}
	if (rc < 0)
		return parse_not_json(x);
	if (rc > 0 || i < n)
		return protocol_fault_set(x->fault, 400, "row %llu: %s values than the %zu %s",
			(unsigned long long)row, rc > 0 ? "more" : "fewer", n, what);
	return parse_finish(x, row);
}

/* A list of objects; with `positional` also of rows of values in the model's order. */
static int mlflow_rows(struct parse *x, int positional)
{
	size_t n = x->p->schema.n - x->p->passed;
	size_t *cols = mem_array(n + 1, sizeof(*cols));
	struct scan *s = &x->scan;
	uint64_t row = 0;
	int first = 1, rc = -1;

	for (size_t i = 0; i < n; i++)
		cols[i] = x->p->passed + i;
	if (scan_enter(s, '[') == 0)
		while ((rc = scan_item(s, &first)) > 0) {
			rc = positional && scan_peek(s) == '['
				     ? mlflow_values(x, cols, n, row, "columns of the model")
				     : mlflow_record(x, row);
			if (rc < 0)
				break;
			x->out->batch.rows = ++row;
		}
	free(cols);
	return rc < 0 && !x->fault->status ? parse_not_json(x) : rc;
}

/* The names of dataframe_split; the number of columns in *n. */
static int split_columns(struct parse *x, size_t **cols, size_t *n)
{
	struct scan *s = &x->scan;
	struct cell cell;
	size_t cap = 0;
	int first = 1, rc;

	if (*cols)
		return protocol_fault_set(x->fault, 400, "dataframe_split has columns twice");
	*cols = mem_array(1, sizeof(**cols));
	if (scan_enter(s, '[') < 0)
		return parse_not_json(x);
	parse_begin(x);
	for (*n = 0; (rc = scan_item(s, &first)) > 0; ++*n) {
		if (scan_cell(s, &cell) < 0)
			return parse_not_json(x);
		MEM_ROOM(*cols, *n, cap);
		(*cols)[*n] = cell.kind == CELL_STRING
				      ? parse_column(x, cell.text, cell.len, x->p->passed + *n)
				      : SCHEMA_NONE;
		if ((*cols)[*n] != SCHEMA_NONE && parse_once(x, (*cols)[*n]) < 0)
			return -1;
	}
	return rc < 0 ? parse_not_json(x) : parse_columns_end(x, 0);
}

static int split_data(struct parse *x, const size_t *cols, size_t n)
{
	struct scan *s = &x->scan;
	uint64_t row = 0;
	int first = 1, rc;

	if (scan_enter(s, '[') < 0)
		return parse_not_json(x);
	while ((rc = scan_item(s, &first)) > 0) {
		if (mlflow_values(x, cols, n, row, "columns of dataframe_split") < 0)
			return -1;
		x->out->batch.rows = ++row;
	}
	return rc < 0 ? parse_not_json(x) : 0;
}

/* The members come in any order: data before its columns is passed over and read afterwards. */
static int split_members(struct parse *x, size_t **cols, size_t *n)
{
	struct scan *s = &x->scan;
	size_t len, data = SIZE_MAX, end;
	const char *key;
	int first = 1, rc, seen = 0;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		if (scan_is(key, len, "columns")) {
			if (split_columns(x, cols, n) < 0)
				return -1;
		} else if (scan_is(key, len, "data")) {
			if (seen++)
				return protocol_fault_set(
					x->fault, 400, "dataframe_split has data twice");
			data = *cols ? SIZE_MAX : s->at;
			if (*cols ? split_data(x, *cols, *n) < 0 : scan_skip(s) < 0)
				return x->fault->status ? -1 : parse_not_json(x);
		} else if (!scan_is(key, len, "index")) {
			return protocol_fault_set(x->fault, 400,
				"dataframe_split has a member besides columns, data and index");
		} else if (scan_skip(s) < 0) {
			return parse_not_json(x);
		}
	}
	if (rc < 0)
		return parse_not_json(x);
	if (!*cols || !seen)
		return protocol_fault_set(
			x->fault, 400, "dataframe_split lacks %s", *cols ? "data" : "columns");
	if (data == SIZE_MAX)
		return 0;
	end = s->at;
	s->at = data;
	rc = split_data(x, *cols, *n);
	s->at = end;
	return rc;
}

static int mlflow_split(struct parse *x)
{
	size_t *cols = NULL, n = 0;
	int rc = split_members(x, &cols, &n);

	free(cols);
	return rc;
}

/* One column of inputs, a list of its values. */
static int inputs_column(struct parse *x, size_t col, uint64_t *rows)
{
	struct scan *s = &x->scan;
	struct cell cell;
	int first = 1, rc;

	if (scan_peek(s) != '[')
		return protocol_fault_set(x->fault, 400, "column '%s' is not a list of values",
			x->p->schema.fields[col].name);
	s->at++;
	for (*rows = 0; (rc = scan_item(s, &first)) > 0; ++*rows) {
		if (scan_cell(s, &cell) < 0)
			break;
		if (parse_push(x, col, *rows, &cell) < 0)
			return -1;
	}
	return rc != 0 ? parse_not_json(x) : 0;
}

static int mlflow_columns(struct parse *x)
{
	struct scan *s = &x->scan;
	size_t len, next = x->p->passed;
	uint64_t rows = 0, n = 0;
	int first = 1, rc, any = 0;
	const char *key;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	parse_begin(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		size_t col = parse_column(x, key, len, next);

		if (col == SCHEMA_NONE) {
			if (scan_skip(s) < 0)
				break;
			continue;
		}
		next = col + 1;
		if (parse_once(x, col) < 0 || inputs_column(x, col, &n) < 0)
			return -1;
		if (any && n != rows)
			return protocol_fault_set(x->fault, 400,
				"column '%s' has %llu values, those before it %llu",
				x->p->schema.fields[col].name, (unsigned long long)n,
				(unsigned long long)rows);
		any = 1;
		rows = n;
	}
	if (rc != 0)
		return parse_not_json(x);
	return parse_columns_end(x, rows);
}

static int mlflow_shape(struct parse *x, const char *key, size_t len)
{
	if (scan_is(key, len, "dataframe_split"))
		return mlflow_split(x);
	if (scan_is(key, len, "dataframe_records"))
		return mlflow_rows(x, 0);
	if (scan_is(key, len, "instances"))
		return mlflow_rows(x, 1);
	if (!scan_is(key, len, "inputs"))
		return protocol_fault_set(x->fault, 400, ONE_OF);
	return scan_peek(&x->scan) == '{' ? mlflow_columns(x) : mlflow_rows(x, 1);
}

int parse_mlflow(struct parse *x)
{
	struct scan *s = &x->scan;
	int first = 1, rc, shapes = 0;
	const char *key;
	size_t len;

	if (scan_enter(s, '{') < 0)
		return parse_not_json(x);
	while ((rc = scan_member(s, &first, &key, &len)) > 0) {
		if (scan_is(key, len, "params")) {
			if (scan_skip(s) < 0)
				break;
			continue;
		}
		if (shapes++)
			return protocol_fault_set(x->fault, 400, ONE_OF);
		if (mlflow_shape(x, key, len) < 0)
			return -1;
	}
	if (rc != 0 || scan_end(s) < 0)
		return parse_not_json(x);
	return shapes ? 0 : protocol_fault_set(x->fault, 400, ONE_OF);
}
