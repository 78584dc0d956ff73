/* logrows: rows of the request log of one model, gathered until they are written.
 * SPDX-License-Identifier: MIT
 */
#ifndef NET_LOGROWS_H
#define NET_LOGROWS_H

#include <stdint.h>

#include "frame/batch.h"
#include "net/requestlog.h"

enum logrows_kind { LOGROWS_ROW, LOGROWS_RESULT };

struct logrows_column { /* where a column behind _version comes from */
	enum logrows_kind kind;
	size_t at;
};

struct logrows {
	struct served *model; /* held */
	struct schema schema;
	struct logrows_column *from; /* [schema.n], of those between _version and _latency_us */
	struct batch batch;
	uint64_t text; /* bytes, as logrows_text() counts */
	struct logrows *next;
};

struct logrows *logrows_new(struct served *model);
void logrows_free(struct logrows *l); /* NULL is allowed */
void logrows_clear(struct logrows *l);
/* Appends all rows of a request of this model. */
void logrows_add(struct logrows *l, const struct requestlog_entry *entry);
/* The bytes of text that a request brings. */
uint64_t logrows_text(const struct requestlog_entry *entry);

#endif
