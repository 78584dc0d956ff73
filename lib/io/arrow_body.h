/* arrow_body: the body of a record batch: which bytes belong to which column, unpacked where they
 * are compressed, and found to be as long as the rows ask for.
 * SPDX-License-Identifier: MIT
 *
 * What is checked here is what one look at the metadata shows. What needs a look at each value
 * (offsets that go back, indices outside the dictionary, invalid UTF-8) is for arrow_convert.
 */
#ifndef IO_ARROW_BODY_H
#define IO_ARROW_BODY_H

#include <stdint.h>

#include "base/err.h"
#include "io/arrow_message.h"
#include "io/arrow_schema.h"
#include "io/codec.h"

struct arrow_span {
	const uint8_t *at;
	uint64_t len;
};

struct arrow_column {
	struct arrow_type type;	 /* of what is stored: of the indices for a dictionary */
	const uint8_t *validity; /* NULL: no nulls */
	uint64_t nulls;
	struct arrow_span values; /* fixed width, bits, offsets or views; enough for the rows */
	struct arrow_span
		*spans; /* text: [1] the bytes; views: [nspans] the buffers they point to */
	size_t nspans, spans_cap;
	struct buf unpacked[2];	    /* of validity and values, when they were compressed */
	struct buf *unpacked_spans; /* [spans_cap] */
};

struct arrow_body {
	struct arrow_column *cols; /* [n] */
	size_t n;
	uint64_t rows;
	struct codec *codec;
};

void arrow_body_init(struct arrow_body *b, size_t columns);
void arrow_body_release(struct arrow_body *b);

/* Lays out a RecordBatch table (of a message whose body is m->body) over the columns. The types
 * are those of the columns, names (for messages) the fields of the schema or NULL. The pointers
 * live as long as m. */
int arrow_body_read(struct arrow_body *b, struct arrow_message *m, const struct flatbuf_table *t,
	const struct arrow_type *types, const struct schema *names, struct err *e);

/* One view: its length, and where its bytes are (inline or in a span); NULL where it points
 * outside of what there is. */
const uint8_t *arrow_view(const struct arrow_column *c, uint64_t row, uint64_t *len);

#endif
