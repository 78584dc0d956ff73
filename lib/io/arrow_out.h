/* arrow_out: a table written as an Arrow IPC stream or file.
 * SPDX-License-Identifier: MIT
 *
 * The bytes depend on the schema, the rows and the lineage, not on how the rows arrive: every
 * record batch but the last has BATCH_ROWS rows (fewer only where a column would hold 2^31 bytes of
 * text), what lies under a null is written as zeros, a bitmap is left out where nothing is null,
 * nothing is compressed. A category's dictionary has its values in the order in which the rows
 * bring them; one with a note pawl.encoding is written as it is, since its indices have a meaning.
 *
 * Stream: the first message has the note pawl.stream = 1 (on the message, which other programs do
 * not copy). Last comes the trailer: a record batch of no rows whose message has the notes
 * pawl.rows and pawl.lineage. Then the end mark. Dictionaries that are known come before the record
 * batches.
 *
 * File: record batches, then the dictionaries, each whole; the footer tells where they are, and it
 * is by the footer that files are read. Its schema has the note pawl.lineage, the footer itself
 * pawl.rows. The first message has the schema without the lineage, which is known only at the end:
 * no reader of files looks there, and so nothing is written twice and a pipe gets the same bytes.
 */
#ifndef IO_ARROW_OUT_H
#define IO_ARROW_OUT_H

#include <jansson.h>

#include "base/err.h"
#include "base/file.h"
#include "frame/batch.h"
#include "io/source.h"

struct arrow_out;

/* Writes the beginning to o, which stands where the table is to begin; both are borrowed until
 * arrow_out_free(). NULL on failure. */
struct arrow_out *arrow_out_open(
	struct outfile *o, enum format format, const struct schema *schema, struct err *e);
int arrow_out_write(struct arrow_out *out, const struct batch *b, struct err *e);
/* Writes what was given so far, as a record batch of its own: so that it can be read while the
 * table is still open. The bytes then depend on when this was called. */
int arrow_out_flush(struct arrow_out *out, struct err *e);
/* Writes what is left and the end; lineage may be NULL. Once, and last. */
int arrow_out_finish(struct arrow_out *out, const json_t *lineage, struct err *e);
/* Without arrow_out_finish() what was written stays without an end. NULL is allowed. */
void arrow_out_free(struct arrow_out *out);

#endif
