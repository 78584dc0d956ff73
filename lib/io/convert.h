/* convert: one cell of text as a value of a given type.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_CONVERT_H
#define IO_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"
#include "frame/batch.h"
#include "io/row.h"

struct value {
	int null;
	union {
		int64_t i64;
		uint64_t u64;
		double f64;
		int32_t days;
		struct {
			const char *text;
			size_t len;
		};
	};
	char number[NUM_TEXT]; /* the text of a JSON number in a string column */
};

/* Tokens that mean missing. */
struct nulls {
	const char *const *tokens; /* NULL-ended, or NULL */
	uint8_t first[256];	   /* whether a token starts with this byte */
};

/* The tokens are borrowed. Whether a cell is one of them, or the empty field. */
void nulls_init(struct nulls *n, const char *const *tokens);
int nulls_has(const struct nulls *n, const struct cell *cell);

/* The text of a cell; numbers are printed to `number`. */
const char *cell_text(const struct cell *cell, char number[NUM_TEXT], size_t *len);
/* Without the spaces and tabs around it. */
void convert_trim(const char **text, size_t *len);
/* Whether the text is a number, but larger than any double. */
int convert_overflows(const char *text, size_t len);

struct convert {
	struct nulls nulls;
	int truncate_time;
};

/* The reason of a failure names the value, shortened to 40 bytes, not the column. `blank`: a value
 * of spaces only is missing, unless the type is text. Text is borrowed from the cell. */
int convert_cell(const struct convert *c, const struct cell *cell, enum type type, int blank,
	struct value *out, struct err *e);
/* Appends a value that convert_cell() made; 0, or -1 where text no longer fits into the batch. */
int convert_push(struct column *column, uint64_t row, const struct value *value);

#endif
