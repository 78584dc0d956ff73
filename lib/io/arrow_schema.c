/* arrow_schema: Arrow's Schema tables, read and written.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/lineage.h"

#define NOTE_TYPE "pawl.type"
#define NOTE_ENCODING "pawl.encoding"

enum { ARROW_COLUMNS_CAP = 1 << 17 };

/* Fields of the FlatBuffers tables, numbered as in Schema.fbs. */
enum { SCHEMA_ENDIANNESS, SCHEMA_FIELDS, SCHEMA_NOTES };
enum { FIELD_NAME, FIELD_NULLABLE, FIELD_TAG, FIELD_TYPE, FIELD_DICT, FIELD_CHILDREN, FIELD_NOTES };
enum { DICT_ID, DICT_INDEX, DICT_ORDERED };
enum { INT_BITS, INT_SIGNED };
enum { TIME_UNIT, TIME_BITS };
enum { TIMESTAMP_UNIT, TIMESTAMP_ZONE };

static const char *const arrow_tag_names[ARROW_TAGS] = {"no type", "Null", "Int", "FloatingPoint",
	"Binary", "Utf8", "Bool", "Decimal", "Date", "Time", "Timestamp", "Interval", "List",
	"Struct", "Union", "FixedSizeBinary", "FixedSizeList", "Map", "Duration", "LargeBinary",
	"LargeUtf8", "LargeList", "RunEndEncoded", "BinaryView", "Utf8View", "ListView",
	"LargeListView"};

int arrow_type_is_view(const struct arrow_type *t)
{
	return t->tag == ARROW_UTF8_VIEW || t->tag == ARROW_BINARY_VIEW;
}

int arrow_type_is_string(const struct arrow_type *t)
{
	return t->tag == ARROW_UTF8 || t->tag == ARROW_LARGE_UTF8 || t->tag == ARROW_UTF8_VIEW;
}

int arrow_type_is_text(const struct arrow_type *t)
{
	return arrow_type_is_string(t) || arrow_type_is_view(t) || t->tag == ARROW_BINARY ||
	       t->tag == ARROW_LARGE_BINARY || t->tag == ARROW_FIXED_BINARY;
}

void arrow_schema_release(struct arrow_schema *s)
{
	schema_release(&s->schema);
	free(s->fields);
	free(s->lineage);
	*s = (struct arrow_schema)ARROW_SCHEMA_INIT;
}

/* ---- reading */

/* A copy as a C string; NULL where the text is none. */
static char *arrow_text(const char *text, size_t len)
{
	if (!text || memchr(text, 0, len) || !utf8_valid(text, len))
		return NULL;
	return mem_strndup(text, len);
}

static int arrow_note_is_foreign(const char *key)
{
	return strcmp(key, "pandas") == 0 || strncmp(key, "ARROW:", 6) == 0 ||
	       strncmp(key, "PARQUET:", 8) == 0 || strncmp(key, "_PL_", 4) == 0;
}

static void arrow_read_notes(struct notes *notes, struct flatbuf *f, const struct flatbuf_vector *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct flatbuf_table t = flatbuf_item(f, v, i);
		size_t key_len, value_len;
		const char *k = flatbuf_text(f, &t, 0, &key_len);
		const char *v_text = flatbuf_text(f, &t, 1, &value_len);
		char *key = arrow_text(k, key_len);
		char *value = v_text ? arrow_text(v_text, value_len) : mem_strdup("");

		if (key && value && !arrow_note_is_foreign(key))
			notes_set(notes, key, value);
		free(key);
		free(value);
	}
}

static int arrow_refuse(struct err *e, const char *name, const char *what)
{
	return err_set(e, ERR_DATA, "column '%s' is of Arrow type %s, which pawl does not read",
		name, what);
}

static int arrow_read_int(
	struct arrow_type *t, struct flatbuf *f, const struct flatbuf_table *table)
{
	int64_t bits = flatbuf_int(f, table, INT_BITS, 4, 0);

	t->tag = ARROW_INT;
	t->is_signed = flatbuf_int(f, table, INT_SIGNED, 1, 0) != 0;
	t->width = (uint32_t)bits / 8;
	return bits == 8 || bits == 16 || bits == 32 || bits == 64 ? 0 : -1;
}

/* The unit of a type whose default is `missing`; -1 where there is no such unit. */
static int arrow_read_unit(struct arrow_type *t, struct flatbuf *f,
	const struct flatbuf_table *table, int missing, int max)
{
	int64_t unit = flatbuf_int(f, table, TIME_UNIT, 2, missing);

	if (unit < 0 || unit > max)
		return -1;
	t->unit = (enum arrow_unit)unit;
	return 0;
}

static int arrow_read_time(
	struct arrow_type *t, struct flatbuf *f, const struct flatbuf_table *table)
{
	int64_t bits = flatbuf_int(f, table, TIME_BITS, 4, 32);

	if (arrow_read_unit(t, f, table, ARROW_MILLI, ARROW_NANO) < 0)
		return -1;
	t->width = t->unit <= ARROW_MILLI ? 4 : 8;
	return bits == 8 * (int64_t)t->width ? 0 : -1;
}

static int arrow_read_timestamp(
	struct arrow_type *t, struct flatbuf *f, const struct flatbuf_table *table, enum type *type)
{
	size_t zone_len;
	const char *zone = flatbuf_text(f, table, TIMESTAMP_ZONE, &zone_len);

	t->width = 8;
	*type = zone && zone_len ? TYPE_TIMESTAMP_UTC : TYPE_TIMESTAMP;
	return arrow_read_unit(t, f, table, ARROW_SECOND, ARROW_NANO);
}

/* The layout and pawl's type of a column. 0, 1: a type that pawl does not read, -1: malformed. */
static int arrow_read_type(struct arrow_type *t, struct flatbuf *f,
	const struct flatbuf_table *table, int tag, enum type *type)
{
	int64_t n;

	t->tag = (enum arrow_tag)tag;
	t->width = 0;
	switch (t->tag) {
	case ARROW_NULL:
		*type = TYPE_NULL;
		return 0;
	case ARROW_BOOL:
		*type = TYPE_BOOL;
		return 0;
	case ARROW_INT:
		if (arrow_read_int(t, f, table) < 0)
			return -1;
		*type = t->width == 8 && !t->is_signed ? TYPE_UINT64 : TYPE_INT64;
		return 0;
	case ARROW_FLOAT:
		n = flatbuf_int(f, table, 0, 2, 0);
		*type = TYPE_FLOAT64;
		t->width = n == 0 ? 2 : n == 1 ? 4 : 8;
		return n >= 0 && n <= 2 ? 0 : -1;
	case ARROW_UTF8_VIEW:
	case ARROW_BINARY_VIEW:
		t->width = 16;
		/* fall through */
	case ARROW_UTF8:
	case ARROW_LARGE_UTF8:
	case ARROW_BINARY:
	case ARROW_LARGE_BINARY:
		*type = arrow_type_is_string(t) ? TYPE_STRING : TYPE_BINARY;
		return 0;
	case ARROW_FIXED_BINARY:
		n = flatbuf_int(f, table, 0, 4, 0);
		*type = TYPE_BINARY;
		t->width = (uint32_t)n;
		return n > 0 && n <= INT32_MAX ? 0 : -1;
	case ARROW_DATE:
		*type = TYPE_DATE;
		if (arrow_read_unit(t, f, table, 1, 1) < 0)
			return -1;
		t->width = t->unit == 0 ? 4 : 8;
		return 0;
	case ARROW_TIME:
		*type = TYPE_TIME;
		return arrow_read_time(t, f, table);
	case ARROW_TIMESTAMP:
		return arrow_read_timestamp(t, f, table, type);
	case ARROW_DURATION:
		*type = TYPE_DURATION;
		t->width = 8;
		return arrow_read_unit(t, f, table, ARROW_MILLI, ARROW_NANO);
	default:
		return 1;
	}
}

static int arrow_read_dict(struct arrow_field *field, struct flatbuf *f,
	const struct flatbuf_table *dict, const char *name, enum type *type, struct err *e)
{
	struct flatbuf_table index = flatbuf_table(f, dict, DICT_INDEX);

	field->has_dict = 1;
	field->dict = flatbuf_int(f, dict, DICT_ID, 8, 0);
	field->index = (struct arrow_type){ARROW_INT, 1, 0, 4};
	if (index.at && arrow_read_int(&field->index, f, &index) < 0)
		return arrow_refuse(e, name, "Dictionary with indices of no such width");
	if (!arrow_type_is_string(&field->type))
		return err_set(e, ERR_DATA,
			"column '%s' is a Dictionary of Arrow type %s; pawl reads those of strings",
			name, arrow_tag_names[field->type.tag]);
	*type = TYPE_CATEGORY;
	return 0;
}

static int arrow_read_field(struct arrow_schema *s, struct flatbuf *f,
	const struct flatbuf_table *t, char **name, struct err *e)
{
	struct arrow_field *field = &s->fields[s->schema.n];
	int64_t tag = flatbuf_int(f, t, FIELD_TAG, 1, 0);
	struct flatbuf_table type_table = flatbuf_table(f, t, FIELD_TYPE);
	struct flatbuf_table dict = flatbuf_table(f, t, FIELD_DICT);
	struct flatbuf_vector notes = flatbuf_vector(f, t, FIELD_NOTES, 4);
	enum type type = TYPE_NULL;
	struct field *added;
	const char *text;
	size_t len;
	int rc;

	text = flatbuf_text(f, t, FIELD_NAME, &len);
	*name = text ? arrow_text(text, len) : mem_strdup("");
	if (!*name)
		return err_set(
			e, ERR_DATA, "the name of column %zu is not UTF-8 text", s->schema.n + 1);
	if (tag <= 0 || tag >= ARROW_TAGS)
		return arrow_refuse(e, *name, "unknown to this version");
	rc = arrow_read_type(&field->type, f, &type_table, (int)tag, &type);
	if (rc > 0)
		return arrow_refuse(e, *name, arrow_tag_names[tag]);
	if (rc < 0 || !type_table.at)
		return err_set(e, ERR_DATA, "column '%s' has a malformed Arrow type %s", *name,
			arrow_tag_names[tag]);
	if (dict.at && arrow_read_dict(field, f, &dict, *name, &type, e) < 0)
		return -1;
	added = schema_add(&s->schema, *name, type);
	arrow_read_notes(&added->notes, f, &notes);
	text = notes_get(&added->notes, NOTE_TYPE);
	if (text && strcmp(text, type_name(TYPE_CATEGORY)) == 0 && type == TYPE_STRING)
		added->type = TYPE_CATEGORY;
	notes_set(&added->notes, NOTE_TYPE, NULL);
	return 0;
}

int arrow_schema_read(
	struct arrow_schema *s, struct flatbuf *f, const struct flatbuf_table *t, struct err *e)
{
	struct flatbuf_vector fields = flatbuf_vector(f, t, SCHEMA_FIELDS, 4);
	struct flatbuf_vector notes = flatbuf_vector(f, t, SCHEMA_NOTES, 4);
	const char *lineage;

	*s = (struct arrow_schema)ARROW_SCHEMA_INIT;
	if (!t->at || f->bad)
		return err_set(e, ERR_DATA, "the Arrow schema is malformed");
	if (flatbuf_int(f, t, SCHEMA_ENDIANNESS, 2, 0) != 0)
		return err_set(
			e, ERR_DATA, "the Arrow data is big-endian, which pawl does not read");
	if (fields.n > ARROW_COLUMNS_CAP)
		return err_set(e, ERR_DATA, "more than %d columns", ARROW_COLUMNS_CAP);
	s->fields = mem_new(fields.n, sizeof(*s->fields));
	for (uint32_t i = 0; i < fields.n; i++) {
		struct flatbuf_table item = flatbuf_item(f, &fields, i);
		char *name = NULL;
		int rc = arrow_read_field(s, f, &item, &name, e);

		free(name);
		if (rc < 0)
			goto fail;
	}
	arrow_read_notes(&s->schema.notes, f, &notes);
	if (f->bad) {
		err_set(e, ERR_DATA, "the Arrow schema is malformed");
		goto fail;
	}
	lineage = notes_get(&s->schema.notes, LINEAGE_KEY);
	if (lineage)
		s->lineage = mem_strdup(lineage);
	notes_set(&s->schema.notes, LINEAGE_KEY, NULL);
	return schema_unique(&s->schema, e) < 0 ? (arrow_schema_release(s), -1) : 0;
fail:
	arrow_schema_release(s);
	return -1;
}

/* ---- writing */

int arrow_schema_is_dict(const struct field *f, int in_file)
{
	return f->type == TYPE_CATEGORY && (in_file || notes_get(&f->notes, NOTE_ENCODING));
}

size_t arrow_schema_put_notes(struct buf *b, const struct note *notes, size_t n)
{
	static const struct flatbuf_slot slots[] = {{0, 4, 0}, {1, 4, 0}};
	size_t vector = flatbuf_put_vector(b, n, 4, 4);

	for (size_t i = 0; i < n; i++) {
		size_t item = flatbuf_put_table(b, slots, 2);

		flatbuf_link_item(b, vector, i, item);
		flatbuf_link(b, item, 0, flatbuf_put_text(b, notes[i].key, strlen(notes[i].key)));
		flatbuf_link(
			b, item, 1, flatbuf_put_text(b, notes[i].value, strlen(notes[i].value)));
	}
	return vector;
}

static size_t arrow_put_int(struct buf *b, int bits, int is_signed)
{
	struct flatbuf_slot slots[] = {{INT_BITS, 4, bits}, {INT_SIGNED, 1, is_signed}};

	return flatbuf_put_table(b, slots, 2);
}

/* Every scalar is written, also where it equals its default: always legal. */
static size_t arrow_put_type(struct buf *b, enum type type)
{
	static const struct flatbuf_slot precision[] = {{0, 2, 2}}; /* double */
	static const struct flatbuf_slot day[] = {{0, 2, 0}};
	static const struct flatbuf_slot micro[] = {
		{TIME_UNIT, 2, ARROW_MICRO}, {TIME_BITS, 4, 64}};
	static const struct flatbuf_slot zoned[] = {
		{TIMESTAMP_UNIT, 2, ARROW_MICRO}, {TIMESTAMP_ZONE, 4, 0}};
	size_t table;

	switch (type) {
	case TYPE_INT64:
		return arrow_put_int(b, 64, 1);
	case TYPE_UINT64:
		return arrow_put_int(b, 64, 0);
	case TYPE_FLOAT64:
		return flatbuf_put_table(b, precision, 1);
	case TYPE_DATE:
		return flatbuf_put_table(b, day, 1);
	case TYPE_TIME:
		return flatbuf_put_table(b, micro, 2);
	case TYPE_TIMESTAMP:
	case TYPE_DURATION:
		return flatbuf_put_table(b, micro, 1);
	case TYPE_TIMESTAMP_UTC:
		table = flatbuf_put_table(b, zoned, 2);
		flatbuf_link(b, table, TIMESTAMP_ZONE, flatbuf_put_text(b, "UTC", 3));
		return table;
	default:
		return flatbuf_put_table(b, NULL, 0);
	}
}

static enum arrow_tag arrow_tag_of(enum type type)
{
	static const enum arrow_tag tags[TYPE_COUNT] = {ARROW_NULL, ARROW_BOOL, ARROW_INT,
		ARROW_INT, ARROW_FLOAT, ARROW_UTF8, ARROW_UTF8, ARROW_BINARY, ARROW_DATE,
		ARROW_TIME, ARROW_TIMESTAMP, ARROW_TIMESTAMP, ARROW_DURATION};

	return tags[type];
}

static size_t arrow_put_dict(struct buf *b, size_t id)
{
	struct flatbuf_slot slots[] = {
		{DICT_ID, 8, (int64_t)id}, {DICT_INDEX, 4, 0}, {DICT_ORDERED, 1, 0}};
	size_t table = flatbuf_put_table(b, slots, 3);

	flatbuf_link(b, table, DICT_INDEX, arrow_put_int(b, 32, 1));
	return table;
}

static size_t arrow_put_field(struct buf *b, const struct field *f, size_t number, int in_file)
{
	int is_dict = arrow_schema_is_dict(f, in_file);
	struct flatbuf_slot slots[] = {{FIELD_NAME, 4, 0}, {FIELD_NULLABLE, 1, 1},
		{FIELD_TAG, 1, arrow_tag_of(f->type)}, {FIELD_TYPE, 4, 0}, {FIELD_DICT, 4, 0},
		{FIELD_CHILDREN, 4, 0}, {FIELD_NOTES, 4, 0}};
	struct notes notes = {0};
	size_t table, n = 7;

	notes_copy(&notes, &f->notes);
	if (f->type == TYPE_CATEGORY && !is_dict)
		notes_set(&notes, NOTE_TYPE, type_name(TYPE_CATEGORY));
	if (!notes.n)
		n--;
	if (!is_dict) { /* an offset of width 4 that is not linked would point at itself */
		memmove(slots + FIELD_DICT, slots + FIELD_CHILDREN, 2 * sizeof(*slots));
		n--;
	}
	table = flatbuf_put_table(b, slots, n);
	flatbuf_link(b, table, FIELD_NAME, flatbuf_put_text(b, f->name, strlen(f->name)));
	flatbuf_link(b, table, FIELD_TYPE, arrow_put_type(b, f->type));
	if (is_dict)
		flatbuf_link(b, table, FIELD_DICT, arrow_put_dict(b, number));
	flatbuf_link(b, table, FIELD_CHILDREN, flatbuf_put_vector(b, 0, 4, 4));
	if (notes.n)
		flatbuf_link(
			b, table, FIELD_NOTES, arrow_schema_put_notes(b, notes.items, notes.n));
	notes_release(&notes);
	return table;
}

size_t arrow_schema_put(struct buf *b, const struct schema *s, int in_file, const char *lineage)
{
	static const struct flatbuf_slot slots[] = {
		{SCHEMA_ENDIANNESS, 2, 0}, {SCHEMA_FIELDS, 4, 0}, {SCHEMA_NOTES, 4, 0}};
	struct notes notes = {0};
	size_t table, fields;

	notes_copy(&notes, &s->notes);
	notes_set(&notes, LINEAGE_KEY, NULL); /* at its place at the end, or not at all */
	if (lineage)
		notes_set(&notes, LINEAGE_KEY, lineage);
	table = flatbuf_put_table(b, slots, notes.n ? 3 : 2);
	fields = flatbuf_put_vector(b, s->n, 4, 4);
	flatbuf_link(b, table, SCHEMA_FIELDS, fields);
	for (size_t i = 0; i < s->n; i++)
		flatbuf_link_item(b, fields, i, arrow_put_field(b, &s->fields[i], i, in_file));
	if (notes.n)
		flatbuf_link(
			b, table, SCHEMA_NOTES, arrow_schema_put_notes(b, notes.items, notes.n));
	notes_release(&notes);
	return table;
}
