/* source: a table read batch by batch, whatever its format, from a file or a pipe.
 * SPDX-License-Identifier: MIT
 *
 * The format is recognised by content: Arrow file ("ARROW1"), Arrow stream (a continuation mark
 * or a legacy length, then a Schema message), JSON Lines ('{' first), else CSV or TSV (the
 * delimiter that fits the first lines); gzip around the text formats. `from` overrides.
 *
 * A stream without its end mark, or a file without its footer, is ERR_DATA: a dead upstream
 * never looks like the end of the data. One exception: plain EOF at a message boundary of a
 * stream that does not come from pawl (no pawl.* metadata) is its end, as the format allows.
 */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "frame/batch.h"

enum format {
	FORMAT_AUTO,
	FORMAT_ARROW_FILE,
	FORMAT_ARROW_STREAM,
	FORMAT_CSV,
	FORMAT_TSV,
	FORMAT_JSONL
};

/* arrow, arrows, csv, tsv, jsonl; also by extension of a path (".gz" is passed over). */
int format_of_name(const char *name, enum format *out);
int format_of_path(const char *path, enum format *out);

/* Text has no types: what to make of a column that is not inferred. */
struct text_type {
	const char *name;
	enum type type;
	int optional; /* the column may be missing; it is then left out */
};

struct reject {		       /* a bad row of a text input */
	uint64_t line, offset; /* of its first byte; line from 1 */
	const char *reason;    /* without file and line */
	const char *raw;       /* the row as it stood, without its line end */
	size_t raw_len;
};

struct source_options {
	enum format from;
	const struct text_type *types; /* [ntypes] copied; others are inferred */
	size_t ntypes;
	int only_types; /* text: columns that are not in types are left out, not inferred */
	const char *const *nulls; /* tokens that are null, NULL-ended; NULL: "" only (text columns
				   * of CSV keep a quoted "" as the empty string) */
	char delimiter;		  /* 0: recognised */
	int categories;	 /* text: string columns of few distinct values are read as categories */
	const char *key; /* text: a row in which this column is missing is bad; or NULL */
	int restart;	 /* text: the caller can begin again when source_next() returns 2 */
	int truncate_time;
	int torn; /* an Arrow stream that may be cut off or still grow: its whole batches. So is a
		   * file whose name ends in ".arrows.open", by which a log that is open is known */
	/* Called for each bad row; returns 0 to go on, -1 with *e set to stop. NULL: a bad row is
	 * ERR_DATA "FILE:LINE: reason". */
	int (*reject)(void *arg, const struct reject *r, struct err *e);
	void *reject_arg;
};

#define SOURCE_OPTIONS_INIT                                                                        \
	{                                                                                          \
		0                                                                                  \
	}

struct source;

/* Opens and reads as far as the schema; NULL on failure. o may be NULL; what its nulls, key and
 * reject_arg point to must live as long as the source. */
struct source *source_open(const char *path, const struct source_options *o, struct err *e);
/* Several files of text with one header (n > 0), read one behind the other. */
struct source *source_open_all(
	const char *const *paths, size_t n, const struct source_options *o, struct err *e);
/* As source_open, on a stream of which nothing was read, only peeked at after stream_hold(). Takes
 * it over, also on failure. */
struct stream;
struct source *source_open_stream(
	struct stream *stream, const struct source_options *o, struct err *e);
/* As source_open, on the output of a shell command. */
struct source *source_exec(const char *command, const struct source_options *o, struct err *e);
void source_close(struct source *s); /* NULL is allowed */

const char *source_name(const struct source *s); /* for messages */
const struct schema *source_schema(const struct source *s);
enum format source_format(const struct source *s);
/* What inference decided that a person should know, lines without an end of the last, or "". */
const char *source_remarks(const struct source *s);
/* NULL-ended: the tokens, besides the empty field, that inference took as missing (borrowed). */
const char *const *source_nulls(const struct source *s);

/* 1: *out is the next batch (it has rows; it lives until the next call), 0: the end, -1: failure.
 * 2, only where options.restart was set: a row contradicted what was inferred; the schema has
 * changed, and the next call begins at the first row again. At most once. */
int source_next(struct source *s, const struct batch **out, struct err *e);
/* Back to the first row. A pipe is spooled to an unlinked temporary file the first time through
 * when source_keep() was called before the first source_next(). */
void source_keep(struct source *s);
int source_rewind(struct source *s, struct err *e);

/* Where row `row` of the last batch stands in a text input: line from 1; 0 for Arrow. */
uint64_t source_line(const struct source *s, uint64_t row);

/* After the end: sha256 of the input's bytes, and the lineage that it carried (borrowed, NULL
 * for raw data). For a named file both may be asked for at any time. */
int source_sha256(struct source *s, char hex[SHA256_HEX], struct err *e);
/* The same for input `i` of source_open_all(). */
int source_sha256_of(struct source *s, size_t i, char hex[SHA256_HEX], struct err *e);
const json_t *source_lineage(const struct source *s);

#endif
