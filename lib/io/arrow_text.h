/* arrow_text: strings and bytes in Arrow's layouts (offsets of 4 or 8 bytes, views, fixed width),
 * gathered into pawl's: offsets of 4 bytes and the bytes; strings checked to be UTF-8.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_ARROW_TEXT_H
#define IO_ARROW_TEXT_H

#include "io/arrow_convert.h"

/* The value in a row of a text column (which is not null); NULL where its place is wrong. */
const char *arrow_text_at(const struct arrow_column *c, uint64_t row, uint64_t *len);

/* Appends the slice's values, as arrow_rows_add. */
int arrow_text_add(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e);
/* The same as indices into r->dict, to which new values are added. */
int arrow_text_code(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e);

/* Whether the layout is pawl's, from offset 0 on; and whether all values in it are right. */
int arrow_text_is_plain(const struct arrow_slice *s);
int arrow_text_check(const struct arrow_slice *s, uint64_t *bad, struct err *e);

#endif
