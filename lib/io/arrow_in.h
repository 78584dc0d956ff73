/* arrow_in: a table read from an Arrow IPC stream or file, its types widened to pawl's.
 * SPDX-License-Identifier: MIT
 *
 * Batches come out with exactly BATCH_ROWS rows each, but for the last (and for one that would
 * hold 2^31 bytes of text in a column), however the input is cut into record batches. Memory is
 * bounded by the largest record batch of the input; what is laid out as pawl lays it out is handed
 * out where it lies, without a copy.
 *
 * What pawl wrote is known by a note that other programs do not copy: pawl.stream on the first
 * message of a stream, pawl.rows in the footer of a file. It has to be whole: a stream must end
 * with its trailer and end mark, the rows must be as many as were written. Only then its lineage
 * counts; on what another program made of our table it would be a lie, and is dropped. Streams of
 * others may end without a mark, at the end of a message, as the format allows. Nothing may follow
 * an end mark: of two streams, one behind the other, the second would be lost.
 */
#ifndef IO_ARROW_IN_H
#define IO_ARROW_IN_H

#include <jansson.h>

#include "base/err.h"
#include "frame/batch.h"
#include "io/source.h"
#include "io/stream.h"

#define ARROW_NOTE_STREAM "pawl.stream"
#define ARROW_NOTE_ROWS "pawl.rows"

struct arrow_in;

/* The stream (borrowed) stands at its start. A file that comes through a pipe is spooled. Messages
 * begin with the stream's name. NULL on failure. */
struct arrow_in *arrow_in_open(
	struct stream *s, enum format format, int truncate_time, struct err *e);
void arrow_in_close(struct arrow_in *in); /* NULL is allowed */

/* The stream may be cut off anywhere behind its schema: what comes before is the table. For a file
 * that is being written, or was when its writer died. */
void arrow_in_torn(struct arrow_in *in);

const struct schema *arrow_in_schema(const struct arrow_in *in);
/* 1: *out is the next batch, which lives until the next call; 0: the end; -1. */
int arrow_in_next(struct arrow_in *in, const struct batch **out, struct err *e);
/* Back to the first row; a category's indices mean the same in every pass. */
int arrow_in_rewind(struct arrow_in *in, struct err *e);
/* The lineage that the input carried (borrowed), or NULL; of a stream known after the end. */
const json_t *arrow_in_lineage(const struct arrow_in *in);

/* The lineage of an Arrow file on disk, from its footer alone, which must be whole and describe
 * nothing outside the file: a new reference, or NULL where it has none. */
int arrow_file_lineage(const char *path, json_t **out, struct err *e);

#endif
