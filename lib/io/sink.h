/* sink: a table written batch by batch, in any format, so that it is whole or not there.
 * SPDX-License-Identifier: MIT
 *
 * On a pipe an Arrow stream; with a path by its extension (.arrow file, .arrows stream, .csv,
 * .tsv, .jsonl, .gz around the text formats; else Arrow file); on a terminal the first 20 rows as
 * a table and a count. In an Arrow stream lineage and row count ride in the trailer: a last record
 * batch of no rows whose message metadata has pawl.lineage and pawl.rows, before the end mark. In a
 * file the lineage is in the schema's metadata in the footer, by which files are read.
 * Text formats are exports: no lineage.
 */
#ifndef IO_SINK_H
#define IO_SINK_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "io/source.h"

struct sink;

/* Opens (and locks) before any input is read. path NULL or "-": standard output. NULL: failure. */
struct sink *sink_open(const char *path, enum format format, struct err *e);
/* Keeps the existing output, which is up to date, and gives it the mtime of this process. */
int sink_keep(struct sink *s, struct err *e);
/* Abandons: no output, or the old one; a stream is left without its end mark. NULL is allowed. */
void sink_discard(struct sink *s);

/* Whether what was written can be taken back: an own file, or a terminal. sink_restart() does, so
 * that sink_start() may be called again. */
int sink_restartable(const struct sink *s);
int sink_restart(struct sink *s, struct err *e);

/* The name of the output as it was given, or NULL where it is standard output. */
const char *sink_path(const struct sink *s);
enum format sink_format(const struct sink *s);

/* The columns to come; once, before the first write (also for a table without rows). */
int sink_start(struct sink *s, const struct schema *schema, struct err *e);
int sink_write(struct sink *s, const struct batch *b, struct err *e);
uint64_t sink_rows(const struct sink *s);
/* Writes all that is left to write. Of several outputs each is finished before the first is
 * committed, so that a full disk leaves none of them. */
int sink_finish(struct sink *s, const json_t *lineage, struct err *e);
/* Ends it, if sink_finish() did not, and commits; lineage (borrowed) may be NULL. Frees s, also on
 * failure. */
int sink_commit(struct sink *s, const json_t *lineage, struct err *e);

#endif
