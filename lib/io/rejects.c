/* rejects: the bad rows of a text input, kept aside as CSV.
 * SPDX-License-Identifier: MIT
 */
#include "io/rejects.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/textout.h"

struct rejects {
	struct outfile out;
	struct textout *text;
	struct schema schema;
	struct batch batch;
	uint64_t count, max;
};

static void rejects_free(struct rejects *r)
{
	textout_free(r->text);
	batch_release(&r->batch);
	schema_release(&r->schema);
	free(r);
}

struct rejects *rejects_open(const char *path, uint64_t max, struct err *e)
{
	struct rejects *r = mem_new(1, sizeof(*r));

	r->max = max;
	if (outfile_open(&r->out, path, e) < 0) {
		free(r);
		return NULL;
	}
	schema_add(&r->schema, "line", TYPE_UINT64);
	schema_add(&r->schema, "offset", TYPE_UINT64);
	schema_add(&r->schema, "reason", TYPE_STRING);
	schema_add(&r->schema, "raw", TYPE_STRING);
	batch_init(&r->batch, &r->schema);
	r->text = textout_open(&r->out, FORMAT_CSV, 0, &r->schema, e);
	if (r->text)
		return r;
	rejects_discard(r);
	return NULL;
}

int rejects_add(void *arg, const struct reject *bad, struct err *e)
{
	struct rejects *r = arg;

	if (r->count == r->max)
		return err_set(e, ERR_DATA, "more than %llu bad rows; the next one, line %llu: %s",
			(unsigned long long)r->max, (unsigned long long)bad->line, bad->reason);
	r->count++;
	batch_clear(&r->batch);
	column_push_uint64(&r->batch.cols[0], 0, bad->line);
	column_push_uint64(&r->batch.cols[1], 0, bad->offset);
	column_push_text(&r->batch.cols[2], 0, bad->reason, strlen(bad->reason));
	column_push_text(&r->batch.cols[3], 0, bad->raw, bad->raw_len);
	r->batch.rows = 1;
	return textout_write(r->text, &r->batch, e);
}

int rejects_restart(struct rejects *r, struct err *e)
{
	r->count = 0;
	textout_free(r->text);
	r->text = NULL;
	if (outfile_regular(&r->out) &&
		(ftruncate(r->out.fd, 0) < 0 || lseek(r->out.fd, 0, SEEK_SET) < 0))
		return err_errno(e, "cannot write '%s'", r->out.path);
	r->text = textout_open(&r->out, FORMAT_CSV, 0, &r->schema, e);
	return r->text ? 0 : -1;
}

uint64_t rejects_count(const struct rejects *r)
{
	return r->count;
}

int rejects_commit(struct rejects *r, struct err *e)
{
	int rc = textout_finish(r->text, e);

	if (rc == 0)
		rc = outfile_commit(&r->out, e);
	else
		outfile_discard(&r->out);
	rejects_free(r);
	return rc;
}

void rejects_discard(struct rejects *r)
{
	if (!r)
		return;
	outfile_discard(&r->out);
	rejects_free(r);
}
