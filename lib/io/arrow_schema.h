/* arrow_schema: Arrow's Schema tables: which columns can be read, and as what; and how ours are
 * written.
 * SPDX-License-Identifier: MIT
 *
 * Reading drops notes that describe how somebody else lays the table out, since pawl lays it out
 * anew: the keys "pandas", and those that begin with "ARROW:", "PARQUET:" or "_PL_"; likewise what
 * cannot be a C string. `pawl.lineage` is not a note of the schema but asked of arrow_in.
 *
 * A category column is written in one of two ways. In files, and where its dictionary is known in
 * advance, as Dictionary<int32, Utf8>, whose id is the number of the column. Otherwise, on a pipe,
 * as plain Utf8 with the note pawl.type = category, by which arrow_in makes a category of it
 * again: a pipe changes nothing.
 */
#ifndef IO_ARROW_SCHEMA_H
#define IO_ARROW_SCHEMA_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "frame/schema.h"
#include "io/flatbuf.h"

/* Tags of the union Type in Arrow's Schema.fbs. */
enum arrow_tag {
	ARROW_NULL = 1,
	ARROW_INT,
	ARROW_FLOAT,
	ARROW_BINARY,
	ARROW_UTF8,
	ARROW_BOOL,
	ARROW_DECIMAL,
	ARROW_DATE,
	ARROW_TIME,
	ARROW_TIMESTAMP,
	ARROW_INTERVAL,
	ARROW_LIST,
	ARROW_STRUCT,
	ARROW_UNION,
	ARROW_FIXED_BINARY,
	ARROW_FIXED_LIST,
	ARROW_MAP,
	ARROW_DURATION,
	ARROW_LARGE_BINARY,
	ARROW_LARGE_UTF8,
	ARROW_LARGE_LIST,
	ARROW_RUN_END,
	ARROW_BINARY_VIEW,
	ARROW_UTF8_VIEW,
	ARROW_LIST_VIEW,
	ARROW_LARGE_LIST_VIEW,
};
#define ARROW_TAGS 27

enum arrow_unit { ARROW_SECOND, ARROW_MILLI, ARROW_MICRO, ARROW_NANO }; /* Date: DAY 0, MILLI 1 */

struct arrow_type {
	enum arrow_tag tag;
	int is_signed;	      /* Int */
	enum arrow_unit unit; /* Date, Time, Timestamp, Duration */
	uint32_t width;	      /* bytes of a fixed-width value; Null, Bool, text: 0; views: 16 */
};

struct arrow_field {
	struct arrow_type type;	 /* of the values; of a dictionary's values */
	struct arrow_type index; /* of a dictionary's indices */
	int has_dict;		 /* the column holds indices into dictionary `dict` */
	int64_t dict;
};

struct arrow_schema {
	struct schema schema;	    /* as pawl sees it */
	struct arrow_field *fields; /* [schema.n], as it is laid out */
	char *lineage;		    /* the value of pawl.lineage, or NULL */
};

#define ARROW_SCHEMA_INIT                                                                          \
	{                                                                                          \
		SCHEMA_INIT, NULL, NULL                                                            \
	}

void arrow_schema_release(struct arrow_schema *s);
/* Reads a Schema table; a column that cannot be read is refused by name and type. */
int arrow_schema_read(
	struct arrow_schema *s, struct flatbuf *f, const struct flatbuf_table *t, struct err *e);

int arrow_type_is_text(const struct arrow_type *t); /* of any layout, also binary */
int arrow_type_is_view(const struct arrow_type *t);
int arrow_type_is_string(const struct arrow_type *t); /* UTF-8 of any layout */

/* Whether a field is written as a dictionary, in a file or on a stream. */
int arrow_schema_is_dict(const struct field *f, int in_file);
/* Writes the Schema table; lineage (text, NULL: none) becomes the note pawl.lineage. */
size_t arrow_schema_put(struct buf *b, const struct schema *s, int in_file, const char *lineage);
/* Writes a vector of KeyValue tables. */
size_t arrow_schema_put_notes(struct buf *b, const struct note *notes, size_t n);

#endif
