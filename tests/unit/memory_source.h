/* memory_source: a table in memory in the place of io/source, so that it comes in batches of any
 * size. To be included by one test program, which must not link the real one.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "frame/batch.h"
#include "io/source.h"

struct source {
	struct schema schema;
	struct batch all, now;
	uint64_t at, frame; /* rows of a batch */
};

const struct schema *source_schema(const struct source *s)
{
	return &s->schema;
}

const char *source_name(const struct source *s)
{
	(void)s;
	return "memory";
}

const char *const *source_nulls(const struct source *s)
{
	static const char *const none[] = {NULL};

	(void)s;
	return none;
}

int source_rewind(struct source *s, struct err *e)
{
	(void)e;
	s->at = 0;
	return 0;
}

int source_next(struct source *s, const struct batch **out, struct err *e)
{
	(void)e;
	batch_release(&s->now);
	batch_init(&s->now, &s->schema);
	for (; s->at < s->all.rows && s->now.rows < s->frame; s->at++, s->now.rows++)
		for (size_t c = 0; c < s->all.n; c++)
			column_push_from(&s->now.cols[c], s->now.rows, &s->all.cols[c], s->at);
	*out = &s->now;
	return s->now.rows > 0;
}

static void table_release(struct source *s)
{
	batch_release(&s->all);
	batch_release(&s->now);
	schema_release(&s->schema);
	memset(s, 0, sizeof(*s));
}
