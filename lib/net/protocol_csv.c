/* protocol_csv: a body of CSV, read as the tools read a file of it.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/source.h"
#include "net/protocol_state.h"

/* The line and the column are told, what stood there is not. */
static int csv_reject(void *arg, const struct reject *r, struct err *e)
{
	struct parse *x = arg;
	size_t n;

	(void)e;
	for (size_t i = 0; i < x->p->schema.n; i++) {
		const struct field *f = &x->p->schema.fields[i];

		n = strlen(f->name);
		if (strncmp(r->reason, "column '", 8) != 0 ||
			strncmp(r->reason + 8, f->name, n) != 0 || r->reason[8 + n] != '\'')
			continue;
		protocol_fault_set(x->fault, 400, "column '%s', line %llu: not a value of type %s",
			f->name, (unsigned long long)r->line, type_name(f->type));
		x->fault->code = "INVALID_PARAMETER_VALUE";
		return -1;
	}
	return protocol_fault_set(x->fault, 400,
		"line %llu of the CSV: not as many fields as the header has, or quotes that do not "
		"match",
		(unsigned long long)r->line);
}

static int csv_batch(struct parse *x, const struct batch *b, const size_t *cols)
{
	struct batch *to = &x->out->batch;

	for (size_t i = 0; i < to->n; i++)
		for (uint64_t r = 0; r < b->rows; r++) {
			if (cols[i] == SCHEMA_NONE)
				column_push_null(&to->cols[i], to->rows + r);
			else if (column_push_from(
					 &to->cols[i], to->rows + r, &b->cols[cols[i]], r) < 0)
				return protocol_fault_set(
					x->fault, 413, "more than 2 GiB of text in a column");
		}
	to->rows += b->rows;
	return 0;
}

/* Where each of the model's columns is in the source. */
static int csv_columns(struct parse *x, const struct schema *s, size_t *cols)
{
	parse_begin(x);
	for (size_t i = 0; i < x->p->schema.n; i++) {
		cols[i] = schema_find(s, x->p->schema.fields[i].name);
		if (cols[i] != SCHEMA_NONE && parse_once(x, i) < 0)
			return -1;
	}
	return parse_columns_end(x, 0);
}

static int csv_read(struct parse *x, const char *path, const struct source_options *o)
{
	size_t *cols = mem_array(x->p->schema.n + 1, sizeof(*cols));
	struct err e = ERR_INIT;
	struct source *source = source_open(path, o, &e);
	const struct batch *b;
	int rc = -1;

	if (!source) {
		if (!x->fault->status)
			protocol_fault_set(x->fault, 400, "the header of the CSV cannot be read");
		goto end;
	}
	rc = csv_columns(x, source_schema(source), cols);
	while (rc == 0) {
		int more = source_next(source, &b, &e);

		if (more < 0 && !x->fault->status)
			protocol_fault_set(x->fault, 400, "the CSV cannot be read");
		rc = more <= 0 ? more : csv_batch(x, b, cols);
		if (more <= 0)
			break;
	}
end:
	source_close(source);
	free(cols);
	return rc;
}

/* The reader takes files: the body becomes one in memory. */
static int csv_file(const char *body, size_t len)
{
	int fd = memfd_create("body", MFD_CLOEXEC);

	for (size_t at = 0; fd >= 0 && at < len;) {
		ssize_t n = pwrite(fd, body + at, len - at, (off_t)at);

		if (n <= 0) {
			close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	return fd;
}

int parse_csv(struct parse *x)
{
	const struct schema *s = &x->p->schema;
	struct text_type *types = mem_array(s->n + 1, sizeof(*types));
	struct source_options o = {.from = FORMAT_CSV,
		.types = types,
		.ntypes = s->n,
		.only_types = 1,
		.nulls = (const char *const *)x->p->nulls,
		.delimiter = ',',
		.reject = csv_reject,
		.reject_arg = x};
	int fd = csv_file(x->scan.text, x->scan.len), rc;
	char path[64];

	for (size_t i = 0; i < s->n; i++)
		types[i] = (struct text_type){s->fields[i].name,
			s->fields[i].type == TYPE_NULL ? TYPE_STRING : s->fields[i].type, 1};
	if (fd < 0) {
		rc = protocol_fault_set(x->fault, 500, "no memory for the body");
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		rc = csv_read(x, path, &o);
		close(fd);
	}
	free(types);
	return rc;
}
