/* arrow_in: layouts that pawl itself does not write, and inputs that lie. The messages are made
 * here, field by field from Arrow's Schema.fbs and Message.fbs, not by arrow_out.
 * SPDX-License-Identifier: MIT
 */
#include "arrow_table.h"

#include <lz4frame.h>
#include <zstd.h>

#include "io/flatbuf.h"

struct raw { /* a stream of one column that is being made */
	struct buf out, meta;
	int legacy; /* without the FF FF FF FF */
	int codec;  /* 0 LZ4, 1 ZSTD, -1 none, 2: "compressed" with every buffer stored raw */
};

struct part {
	const void *bytes;
	size_t len;
};
#define PART(...)                                                                                  \
	{                                                                                          \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})             \
	}
#define TEXT(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
#define ARRAY(type, ...)                                                                           \
	{                                                                                          \
		(const type[]){__VA_ARGS__}, sizeof((const type[]){__VA_ARGS__})                   \
	}
#define NO_PART                                                                                    \
	{                                                                                          \
		"", 0                                                                              \
	}

struct type_spec {
	int tag;
	struct flatbuf_slot slots[3];
	size_t nslots;
};

struct batch_spec {
	int64_t rows, nulls;
	struct part parts[5];
	size_t nparts;
	int64_t variadic; /* -1: not a view */
};

static void raw_begin(struct raw *r)
{
	*r = (struct raw){BUF_INIT, BUF_INIT, 0, -1};
}

static void raw_release(struct raw *r)
{
	buf_release(&r->out);
	buf_release(&r->meta);
}

static size_t raw_message(struct raw *r, int tag, size_t body)
{
	struct flatbuf_slot slots[] = {{0, 2, 4}, {1, 1, tag}, {2, 4, 0}, {3, 8, (int64_t)body}};

	flatbuf_start(&r->meta);
	return flatbuf_put_table(&r->meta, slots, 4);
}

static void raw_flush(struct raw *r, size_t table, size_t header, const struct buf *body)
{
	uint32_t mark = UINT32_MAX, len;

	flatbuf_link(&r->meta, table, 2, header);
	flatbuf_finish(&r->meta, table);
	len = (uint32_t)r->meta.len;
	if (!r->legacy)
		buf_add(&r->out, &mark, 4);
	buf_add(&r->out, &len, 4);
	buf_add(&r->out, r->meta.data, r->meta.len);
	if (body)
		buf_add(&r->out, body->data, body->len);
}

/* `ncols` columns of the same type, named c, d, ...; index_bits: dictionary of id 5. */
static void raw_schema(struct raw *r, const struct type_spec *t, int ncols, int index_bits,
	int index_signed, int big_endian)
{
	struct flatbuf_slot schema[] = {{0, 2, big_endian}, {1, 4, 0}};
	struct flatbuf_slot field[] = {{0, 4, 0}, {1, 1, 1}, {2, 1, t->tag}, {3, 4, 0}, {4, 4, 0}};
	struct flatbuf_slot dict[] = {{0, 8, 5}, {1, 4, 0}};
	struct flatbuf_slot index[] = {{0, 4, index_bits}, {1, 1, index_signed}};
	size_t message = raw_message(r, 1, 0), header = flatbuf_put_table(&r->meta, schema, 2);
	size_t fields = flatbuf_put_vector(&r->meta, (size_t)ncols, 4, 4);

	flatbuf_link(&r->meta, header, 1, fields);
	for (int i = 0; i < ncols; i++) {
		size_t f = flatbuf_put_table(&r->meta, field, index_bits ? 5 : 4), d;
		char name[] = {(char)('c' + i)};

		flatbuf_link_item(&r->meta, fields, (size_t)i, f);
		flatbuf_link(&r->meta, f, 0, flatbuf_put_text(&r->meta, name, 1));
		flatbuf_link(&r->meta, f, 3, flatbuf_put_table(&r->meta, t->slots, t->nslots));
		if (!index_bits)
			continue;
		d = flatbuf_put_table(&r->meta, dict, 2);
		flatbuf_link(&r->meta, f, 4, d);
		flatbuf_link(&r->meta, d, 1, flatbuf_put_table(&r->meta, index, 2));
	}
	raw_flush(r, message, header, NULL);
}

/* A buffer as it lies in the body. */
static void raw_part(const struct raw *r, const struct part *p, struct buf *body)
{
	int64_t len = r->codec == 2 ? -1 : (int64_t)p->len;
	char packed[4096];
	size_t n = 0;

	if (r->codec < 0 || !p->len) {
		buf_add(body, p->bytes, p->len);
		return;
	}
	buf_add(body, &len, 8);
	if (r->codec == 0)
		n = LZ4F_compressFrame(packed, sizeof(packed), p->bytes, p->len, NULL);
	else if (r->codec == 1)
		n = ZSTD_compress(packed, sizeof(packed), p->bytes, p->len, 1);
	if (r->codec == 2)
		buf_add(body, p->bytes, p->len);
	else
		buf_add(body, packed, n);
}

static size_t raw_batch_table(
	struct raw *r, const struct batch_spec *b, int ncols, struct buf *body)
{
	struct flatbuf_slot slots[] = {{0, 8, b->rows}, {1, 4, 0}, {2, 4, 0}, {3, 4, 0}, {4, 4, 0}};
	struct flatbuf_slot compression[] = {{0, 1, r->codec == 2 ? 0 : r->codec}};
	size_t table, nodes, buffers, k = 0, n = b->nparts * (size_t)ncols;

	if (r->codec < 0) { /* without compression; views need what comes behind it */
		slots[3] = slots[4];
		table = flatbuf_put_table(&r->meta, slots, b->variadic < 0 ? 3 : 4);
	} else {
		table = flatbuf_put_table(&r->meta, slots, b->variadic < 0 ? 4 : 5);
		flatbuf_link(&r->meta, table, 3, flatbuf_put_table(&r->meta, compression, 1));
	}
	nodes = flatbuf_put_vector(&r->meta, (size_t)ncols, 16, 8);
	flatbuf_link(&r->meta, table, 1, nodes);
	buffers = flatbuf_put_vector(&r->meta, n, 16, 8);
	flatbuf_link(&r->meta, table, 2, buffers);
	for (int c = 0; c < ncols; c++) {
		flatbuf_set_i64(&r->meta, nodes + 4 + 16 * (size_t)c, b->rows);
		flatbuf_set_i64(&r->meta, nodes + 12 + 16 * (size_t)c, b->nulls);
		for (size_t i = 0; i < b->nparts; i++, k++) {
			size_t at = body->len;

			raw_part(r, &b->parts[i], body);
			flatbuf_set_i64(&r->meta, buffers + 4 + 16 * k, (int64_t)at);
			flatbuf_set_i64(&r->meta, buffers + 12 + 16 * k, (int64_t)(body->len - at));
			buf_addz(body, (8 - body->len % 8) % 8);
		}
	}
	if (b->variadic >= 0) {
		size_t v = flatbuf_put_vector(&r->meta, (size_t)ncols, 8, 8);

		for (int c = 0; c < ncols; c++)
			flatbuf_set_i64(&r->meta, v + 4 + 8 * (size_t)c, b->variadic);
		flatbuf_link(&r->meta, table, 4, v);
	}
	return table;
}

/* The length of the body has to be in the metadata before it: made twice. */
static size_t raw_body_len(const struct raw *r, const struct batch_spec *b, int ncols)
{
	struct buf body = BUF_INIT;
	size_t len;

	for (int c = 0; c < ncols; c++) {
		for (size_t i = 0; i < b->nparts; i++) {
			raw_part(r, &b->parts[i], &body);
			buf_addz(&body, (8 - body.len % 8) % 8);
		}
	}
	len = body.len;
	buf_release(&body);
	return len;
}

static void raw_batch(struct raw *r, const struct batch_spec *b, int ncols)
{
	struct buf body = BUF_INIT;
	size_t message = raw_message(r, 3, raw_body_len(r, b, ncols));
	size_t table = raw_batch_table(r, b, ncols, &body);

	raw_flush(r, message, table, &body);
	buf_release(&body);
}

static void raw_dict(struct raw *r, const struct batch_spec *b, int is_delta)
{
	struct flatbuf_slot slots[] = {{0, 8, 5}, {1, 4, 0}, {2, 1, is_delta}};
	struct buf body = BUF_INIT;
	size_t message = raw_message(r, 2, raw_body_len(r, b, 1));
	size_t header = flatbuf_put_table(&r->meta, slots, 3);

	flatbuf_link(&r->meta, header, 1, raw_batch_table(r, b, 1, &body));
	raw_flush(r, message, header, &body);
	buf_release(&body);
}

static void raw_end(struct raw *r)
{
	uint32_t mark = UINT32_MAX;

	if (!r->legacy)
		buf_add(&r->out, &mark, 4);
	buf_addz(&r->out, 4);
}

/* Reads the stream; the values of all columns, row by row, with '|' behind each; or the message. */
static void raw_read(struct raw *r, int truncate, struct buf *text, enum type *type)
{
	struct table_input t = {NULL, NULL, ERR_INIT};
	struct buf value = BUF_INIT;
	const struct batch *b;
	char *path = table_path("raw.arrows");
	int rc = -1;

	assert_int_equal(file_write(path, r->out.data, r->out.len, &t.e), 0);
	t.stream = stream_open(path, &t.e);
	buf_reset(text);
	t.in = arrow_in_open(t.stream, FORMAT_ARROW_STREAM, truncate, &t.e);
	if (t.in && type)
		*type = arrow_in_schema(t.in)->fields[0].type;
	while (t.in && (rc = arrow_in_next(t.in, &b, &t.e)) > 0) {
		for (uint64_t row = 0; row < b->rows; row++) {
			for (size_t i = 0; i < b->n; i++) {
				table_text(&b->cols[i], row, &value);
				buf_add(text, value.data, value.len);
				buf_addc(text, '|');
			}
		}
	}
	if (rc < 0) {
		buf_reset(text);
		buf_addf(text, "%d %s", (int)t.e.kind, t.e.text);
	}
	table_close(&t);
	buf_release(&value);
	free(path);
}

struct layout_case {
	const char *want; /* the values, or a part of the message */
	struct type_spec type;
	struct batch_spec batch;
	int truncate;
};

#define INT_TYPE(bits, sign)                                                                       \
	{                                                                                          \
		ARROW_INT, {{0, 4, bits}, {1, 1, sign}}, 2                                         \
	}
#define UNIT_TYPE(tag, unit)                                                                       \
	{                                                                                          \
		tag, {{0, 2, unit}}, 1                                                             \
	}
#define TIME_TYPE(unit, bits)                                                                      \
	{                                                                                          \
		ARROW_TIME, {{0, 2, unit}, {1, 4, bits}}, 2                                        \
	}
#define PLAIN(tag)                                                                                 \
	{                                                                                          \
		tag, {{0, 0, 0}}, 0                                                                \
	}
#define BATCH(rows, nulls, nparts, ...)                                                            \
	{                                                                                          \
		rows, nulls, {__VA_ARGS__}, nparts, -1                                             \
	}

enum {
	ARROW_INT = 2,
	ARROW_FLOAT = 3,
	ARROW_BINARY = 4,
	ARROW_UTF8 = 5,
	ARROW_BOOL = 6,
	ARROW_DATE = 8,
	ARROW_TIME = 9,
	ARROW_TIMESTAMP = 10,
	ARROW_FIXED = 15,
	ARROW_DURATION = 18,
	ARROW_LARGE_UTF8 = 20,
	ARROW_UTF8_VIEW = 24
};

static const struct layout_case layouts[] = {
	{"-1|~|127|", INT_TYPE(8, 1), BATCH(3, 1, 2, PART(5), PART(0xff, 9, 0x7f)), 0},
	{"255|2|", INT_TYPE(8, 0), BATCH(2, 0, 2, NO_PART, PART(255, 2)), 0},
	{"-2|300|", INT_TYPE(16, 1), BATCH(2, 0, 2, NO_PART, ARRAY(int16_t, -2, 300)), 0},
	{"65535|", INT_TYPE(16, 0), BATCH(1, 0, 2, NO_PART, ARRAY(uint16_t, 65535)), 0},
	{"-70000|", INT_TYPE(32, 1), BATCH(1, 0, 2, NO_PART, ARRAY(int32_t, -70000)), 0},
	{"4294967295|", INT_TYPE(32, 0), BATCH(1, 0, 2, NO_PART, ARRAY(uint32_t, UINT32_MAX)), 0},
	{"-5|", INT_TYPE(64, 1), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, -5)), 0},
	{"0x1p+0|-0x1p+1|0x1p-24|inf|0x0p+0|0x1.ffcp+15|", UNIT_TYPE(ARROW_FLOAT, 0),
		BATCH(6, 0, 2, NO_PART, ARRAY(uint16_t, 0x3c00, 0xc000, 1, 0x7c00, 0, 0x7bff)), 0},
	{"0x1.99999ap-4|", UNIT_TYPE(ARROW_FLOAT, 1), BATCH(1, 0, 2, NO_PART, ARRAY(float, 0.1f)),
		0},
	{"0|1|~|1|", PLAIN(ARROW_BOOL), BATCH(4, 1, 2, PART(11), PART(10)), 0},
	{"ab|~||größe|", PLAIN(ARROW_UTF8),
		BATCH(4, 1, 3, PART(13), ARRAY(int32_t, 0, 2, 3, 3, 10), TEXT("ab\xffgröße")), 0},
	{"ab|cd|", PLAIN(ARROW_LARGE_UTF8),
		BATCH(2, 0, 3, NO_PART, ARRAY(int64_t, 1, 3, 5), TEXT("xabcd")), 0},
	{"\xff|", PLAIN(ARROW_BINARY), BATCH(1, 0, 3, NO_PART, ARRAY(int32_t, 0, 1), PART(0xff)),
		0},
	{"abc|def|", {ARROW_FIXED, {{0, 4, 3}}, 1}, BATCH(2, 0, 2, NO_PART, TEXT("abcdef")), 0},
	{"-1|19000|", UNIT_TYPE(ARROW_DATE, 0), BATCH(2, 0, 2, NO_PART, ARRAY(int32_t, -1, 19000)),
		0},
	{"-1|1|", UNIT_TYPE(ARROW_DATE, 1),
		BATCH(2, 0, 2, NO_PART, ARRAY(int64_t, -86400000, 86400000)), 0},
	{"a date with a time of day", UNIT_TYPE(ARROW_DATE, 1),
		BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, 5)), 0},
	{"-1|", UNIT_TYPE(ARROW_DATE, 1), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, -5)), 1},
	{"61000000|", TIME_TYPE(0, 32), BATCH(1, 0, 2, NO_PART, ARRAY(int32_t, 61)), 0},
	{"61000|", TIME_TYPE(1, 32), BATCH(1, 0, 2, NO_PART, ARRAY(int32_t, 61)), 0},
	{"61|", TIME_TYPE(2, 64), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, 61)), 0},
	{"61|", TIME_TYPE(3, 64), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, 61000)), 0},
	{"a time of day outside", TIME_TYPE(0, 32), BATCH(1, 0, 2, NO_PART, ARRAY(int32_t, 86400)),
		0},
	{"malformed Arrow type Time", TIME_TYPE(3, 32), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"-7000000|", UNIT_TYPE(ARROW_TIMESTAMP, 0), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, -7)),
		0},
	{"-7000|", UNIT_TYPE(ARROW_TIMESTAMP, 1), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, -7)), 0},
	{"-7|", UNIT_TYPE(ARROW_TIMESTAMP, 3), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, -7000)), 0},
	{"column 'c', row 2: a time finer than a microsecond", UNIT_TYPE(ARROW_TIMESTAMP, 3),
		BATCH(2, 0, 2, NO_PART, ARRAY(int64_t, 0, -7001)), 0},
	{"0|-8|", UNIT_TYPE(ARROW_TIMESTAMP, 3), BATCH(2, 0, 2, NO_PART, ARRAY(int64_t, 0, -7001)),
		1},
	{"~|0|", UNIT_TYPE(ARROW_TIMESTAMP, 3), BATCH(2, 1, 2, PART(2), ARRAY(int64_t, -7001, 0)),
		0},
	{"a time too far away", UNIT_TYPE(ARROW_TIMESTAMP, 0),
		BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, INT64_MAX / 1000)), 0},
	{"3000|", UNIT_TYPE(ARROW_DURATION, 1), BATCH(1, 0, 2, NO_PART, ARRAY(int64_t, 3)), 0},
	{"~|~|", PLAIN(1), BATCH(2, 2, 0, NO_PART), 0},
	{"~|~|", PLAIN(1), BATCH(2, -1, 0, NO_PART), 0},
	/* what lies */
	{"a buffer is too short", INT_TYPE(64, 1), BATCH(2, 0, 2, NO_PART, ARRAY(int64_t, 1)), 0},
	{"claims -1 rows", INT_TYPE(64, 1), BATCH(-1, 0, 2, NO_PART, NO_PART), 0},
	{"claims 9000000000000000000 rows", PLAIN(1), BATCH(9000000000000000000, 0, 0, NO_PART), 0},
	{"its null count is impossible", INT_TYPE(8, 1), BATCH(1, 2, 2, PART(0), PART(0)), 0},
	{"its null count is not that", INT_TYPE(8, 1), BATCH(2, 1, 2, PART(0), PART(0, 0)), 0},
	{"a buffer is too short", INT_TYPE(8, 1), BATCH(9, 1, 2, PART(0), PART(0, 0)), 0},
	{"too few buffers", INT_TYPE(8, 1), BATCH(1, 0, 1, NO_PART), 0},
	{"more buffers", INT_TYPE(8, 1), BATCH(1, 0, 3, NO_PART, PART(1), NO_PART), 0},
	{"a value outside the bytes", PLAIN(ARROW_UTF8),
		BATCH(2, 0, 3, NO_PART, ARRAY(int32_t, 0, 3, 2), TEXT("abcd")), 0},
	{"a value outside the bytes", PLAIN(ARROW_UTF8),
		BATCH(1, 0, 3, NO_PART, ARRAY(int32_t, -1, 2), TEXT("abcd")), 0},
	{"a value outside the bytes", PLAIN(ARROW_LARGE_UTF8),
		BATCH(2, 0, 3, NO_PART, ARRAY(int64_t, 0, INT64_MIN, 2), TEXT("abcd")), 0},
	{"a value outside the bytes", PLAIN(ARROW_LARGE_UTF8),
		BATCH(1, 0, 3, NO_PART, ARRAY(int64_t, INT64_MIN, 2), TEXT("abcd")), 0},
	{"a buffer is too short", PLAIN(ARROW_UTF8),
		BATCH(1, 0, 3, NO_PART, ARRAY(int32_t, 0, 5), TEXT("abcd")), 0},
	{"column 'c', row 2: a string that is not UTF-8", PLAIN(ARROW_UTF8),
		BATCH(2, 0, 3, NO_PART, ARRAY(int32_t, 0, 1, 2), PART('a', 0xff)), 0},
	{"column 'c', row 1: a string that is not UTF-8", PLAIN(ARROW_UTF8),
		BATCH(2, 0, 3, NO_PART, ARRAY(int32_t, 0, 1, 2), PART(0xc3, 0xa4)), 0},
	{"Int", INT_TYPE(7, 1), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"malformed Arrow type FloatingPoint", UNIT_TYPE(ARROW_FLOAT, 9),
		BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"malformed Arrow type FixedSizeBinary", {ARROW_FIXED, {{0, 4, -3}}, 1},
		BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	/* what is refused */
	{"column 'c' is of Arrow type Decimal, which pawl does not read", PLAIN(7),
		BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type Interval", PLAIN(11), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type List", PLAIN(12), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type Struct", PLAIN(13), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type Union", PLAIN(14), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type Map", PLAIN(17), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type RunEndEncoded", PLAIN(22), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
	{"type unknown to this version", PLAIN(99), BATCH(0, 0, 2, NO_PART, NO_PART), 0},
};

static void every_layout_is_widened_or_refused(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		const struct layout_case *c = &layouts[i];

		/* Two columns, and all codecs: the buffers must be counted right. */
		for (int codec = -1; codec <= 2; codec++) {
			struct raw r;
			int exact = c->want[strlen(c->want) - 1] == '|';

			raw_begin(&r);
			r.codec = codec;
			raw_schema(&r, &c->type, 1, 0, 0, 0);
			raw_batch(&r, &c->batch, 1);
			raw_end(&r);
			raw_read(&r, c->truncate, &text, NULL);
			if (exact ? strcmp(text.data, c->want) != 0
				  : text.data[0] != '3' || !strstr(text.data, c->want))
				fail_msg("case %zu codec %d: '%s', not '%s'", i, codec, text.data,
					c->want);
			raw_release(&r);
		}
	}
	buf_release(&text);
}

static const struct type_spec utf8 = PLAIN(ARROW_UTF8);

static void views_are_read_inline_and_from_their_buffers(void **state)
{
	static const struct type_spec view = PLAIN(ARROW_UTF8_VIEW);
	/* "short"; 13 bytes in buffer 1 at 2; null with garbage; "" */
	int32_t views[16] = {5, 0, 0, 0, 13, 0, 1, 2, 99, 0, 77, 88, 0, 0, 0, 0};
	struct batch_spec b = {4, 1,
		{PART(11), {views, sizeof(views)}, TEXT("unused"), TEXT("..thirteen long")}, 4, 2};
	struct buf text = BUF_INIT;

	(void)state;
	memcpy(&views[1], "short", 5);
	for (int codec = -1; codec <= 2; codec++) {
		struct raw r;

		raw_begin(&r);
		r.codec = codec;
		raw_schema(&r, &view, 2, 0, 0, 0);
		raw_batch(&r, &b, 2);
		raw_end(&r);
		raw_read(&r, 0, &text, NULL);
		assert_string_equal(text.data, "short|short|thirteen long|thirteen long|~|~|||");
		raw_release(&r);
	}
	views[7] = 3; /* one byte beyond the buffer */
	for (int codec = -1; codec <= 2; codec++) {
		struct raw r;

		raw_begin(&r);
		r.codec = codec;
		raw_schema(&r, &view, 1, 0, 0, 0);
		raw_batch(&r, &b, 1);
		raw_read(&r, 0, &text, NULL);
		assert_int_equal(text.data[0], '3');
		raw_release(&r);
	}
	buf_release(&text);
}

static const struct batch_spec abc =
	BATCH(3, 1, 3, PART(5), ARRAY(int32_t, 0, 1, 1, 2), TEXT("ac"));
static const struct batch_spec de = BATCH(2, 0, 3, NO_PART, ARRAY(int32_t, 0, 1, 2), TEXT("de"));

static void dictionaries_may_grow_and_be_replaced_and_hold_nulls(void **state)
{
	static const int bits[] = {8, 16, 32, 64};
	static const uint8_t i8[] = {0, 1, 2, 200};
	static const uint16_t i16[] = {0, 1, 2, 200};
	static const uint32_t i32[] = {0, 1, 2, 200};
	static const uint64_t i64[] = {0, 1, 2, 200};
	const void *indices[] = {i8, i16, i32, i64};
	struct buf text = BUF_INIT;
	enum type type;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct batch_spec b = BATCH(4, 1, 2, PART(7), NO_PART);
		struct raw r;

		b.parts[1] = (struct part){indices[i / 2], (size_t)bits[i / 2] / 2};
		raw_begin(&r);
		raw_schema(&r, &utf8, 1, bits[i / 2], i % 2, 0);
		raw_dict(&r, &abc, 0);
		raw_batch(&r, &b, 1); /* a, null of the dictionary, c, null with a wild index */
		raw_dict(&r, &de, 1);
		raw_batch(&r, &b, 1);
		raw_dict(&r, &de, 0);
		raw_dict(&r, &abc, 1);
		raw_batch(&r, &b, 1); /* d, e, a */
		raw_end(&r);
		raw_read(&r, 0, &text, &type);
		assert_string_equal(text.data, "a|~|c|~|a|~|c|~|d|e|a|~|");
		assert_int_equal(type, TYPE_CATEGORY);
		raw_release(&r);
	}
	buf_release(&text);
}

static void an_index_outside_the_dictionary_is_a_data_error(void **state)
{
	const struct batch_spec high = BATCH(1, 0, 2, NO_PART, PART(3));
	const struct batch_spec negative = BATCH(1, 0, 2, NO_PART, PART(255));
	const struct batch_spec *specs[] = {&high, &negative};
	struct buf text = BUF_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct raw r;

		raw_begin(&r);
		raw_schema(&r, &utf8, 1, 8, 1, 0);
		raw_dict(&r, &abc, 0);
		raw_batch(&r, specs[i], 1);
		raw_read(&r, 0, &text, NULL);
		assert_non_null(
			strstr(text.data, "column 'c', row 1: an index outside the dictionary"));
		raw_release(&r);
	}
	buf_release(&text);
}

static void a_dictionary_of_numbers_is_refused(void **state)
{
	static const struct type_spec number = INT_TYPE(32, 1);
	struct buf text = BUF_INIT;
	struct raw r;

	(void)state;
	raw_begin(&r);
	raw_schema(&r, &number, 1, 8, 1, 0);
	raw_read(&r, 0, &text, NULL);
	assert_non_null(strstr(text.data, "column 'c' is a Dictionary of Arrow type Int"));
	raw_release(&r);
	buf_release(&text);
}

static void streams_of_before_2020_are_read(void **state)
{
	static const struct type_spec number = INT_TYPE(8, 1);
	const struct batch_spec b = BATCH(2, 0, 2, NO_PART, PART(7, 8));
	struct buf text = BUF_INIT;
	struct raw r;

	(void)state;
	raw_begin(&r);
	r.legacy = 1;
	raw_schema(&r, &number, 1, 0, 0, 0);
	raw_batch(&r, &b, 1);
	raw_end(&r);
	raw_read(&r, 0, &text, NULL);
	assert_string_equal(text.data, "7|8|");
	raw_release(&r);
	buf_release(&text);
}

static void a_foreign_stream_may_end_without_a_mark_but_nothing_may_follow_one(void **state)
{
	static const struct type_spec number = INT_TYPE(8, 1);
	const struct batch_spec b = BATCH(2, 0, 2, NO_PART, PART(7, 8));
	struct buf text = BUF_INIT;
	struct raw r;

	(void)state;
	raw_begin(&r);
	raw_schema(&r, &number, 1, 0, 0, 0);
	raw_batch(&r, &b, 1);
	raw_read(&r, 0, &text, NULL);
	assert_string_equal(text.data, "7|8|");
	raw_end(&r);
	raw_read(&r, 0, &text, NULL);
	assert_string_equal(text.data, "7|8|");
	raw_schema(&r, &number, 1, 0, 0, 0);
	raw_read(&r, 0, &text, NULL);
	assert_non_null(strstr(text.data, "bytes follow the end mark"));
	raw_release(&r);
	buf_release(&text);
}

static void big_endian_and_a_second_schema_are_refused(void **state)
{
	static const struct type_spec number = INT_TYPE(8, 1);
	struct buf text = BUF_INIT;
	struct raw r;

	(void)state;
	raw_begin(&r);
	raw_schema(&r, &number, 1, 0, 0, 1);
	raw_read(&r, 0, &text, NULL);
	assert_non_null(strstr(text.data, "big-endian"));
	buf_reset(&r.out);
	raw_schema(&r, &number, 1, 0, 0, 0);
	raw_schema(&r, &number, 1, 0, 0, 0);
	raw_read(&r, 0, &text, NULL);
	assert_non_null(strstr(text.data, "second schema"));
	raw_release(&r);
	buf_release(&text);
}

/* A claim of 2^40 bytes in a few bytes of input neither allocates nor reads them. */
static void a_claimed_length_is_not_believed(void **state)
{
	static const struct type_spec number = INT_TYPE(64, 1);
	const struct batch_spec b = BATCH(2, 0, 2, NO_PART, ARRAY(int64_t, 7, 8));
	struct buf text = BUF_INIT;
	struct raw r;
	size_t message;

	(void)state;
	raw_begin(&r);
	raw_schema(&r, &number, 1, 0, 0, 0);
	message = raw_message(&r, 3, (size_t)1 << 40);
	raw_flush(&r, message, flatbuf_put_table(&r.meta, NULL, 0), NULL);
	raw_read(&r, 0, &text, NULL);
	assert_non_null(strstr(text.data, "cut off"));
	buf_reset(&r.out);
	raw_schema(&r, &number, 1, 0, 0, 0);
	r.codec = 0;
	raw_batch(&r, &b, 1);
	/* The uncompressed length stands at the start of the body, the last 48 bytes or fewer. */
	for (size_t at = r.out.len - 8; at > 8; at -= 8) {
		int64_t claim = 16;

		if (memcmp(r.out.data + at, &claim, 8) != 0)
			continue;
		claim = INT64_C(1) << 60;
		memcpy(r.out.data + at, &claim, 8);
		break;
	}
	raw_read(&r, 0, &text, NULL); /* only what the rows need is unpacked */
	assert_string_equal(text.data, "7|8|");
	raw_release(&r);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_is_widened_or_refused),
		cmocka_unit_test(views_are_read_inline_and_from_their_buffers),
		cmocka_unit_test(dictionaries_may_grow_and_be_replaced_and_hold_nulls),
		cmocka_unit_test(an_index_outside_the_dictionary_is_a_data_error),
		cmocka_unit_test(a_dictionary_of_numbers_is_refused),
		cmocka_unit_test(streams_of_before_2020_are_read),
		cmocka_unit_test(
			a_foreign_stream_may_end_without_a_mark_but_nothing_may_follow_one),
		cmocka_unit_test(big_endian_and_a_second_schema_are_refused),
		cmocka_unit_test(a_claimed_length_is_not_believed),
	};

	return cmocka_run_group_tests(tests, table_begin, table_end);
}
