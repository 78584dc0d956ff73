/* Streams: what is read is what is there, hashed, gunzipped, kept and read again.
 * SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "io/gzip.h"
#include "io/recognise.h"
#include "io/stream.h"
#include "scratch.h"

/* Text that compresses a little. */
static void fill(struct buf *out, size_t len, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	while (out->len < len)
		buf_addc(out, "abcdefgh\n0123456"[rng_below(&rng, 16)]);
}

static void put(const char *path, const void *bytes, size_t len)
{
	struct err e = ERR_INIT;

	assert_int_equal(file_write(path, bytes, len, &e), 0);
}

/* Everything, in pieces of odd sizes; -1 where it fails. */
static int drain(struct stream *s, struct buf *out, struct err *e)
{
	size_t want = 1, n;

	for (;;) {
		buf_room(out, want);
		if (stream_read(s, out->data + out->len, want, &n, e) < 0)
			return -1;
		out->len += n;
		if (n < want)
			return 0;
		want = want * 3 % 100003 + 1;
	}
}

static void gzip_of(const char *bytes, size_t len, struct buf *out)
{
	uLong bound = compressBound(len) + 64;
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_room(out, bound);
	z.next_in = (unsigned char *)(uintptr_t)bytes;
	z.avail_in = (uInt)len;
	z.next_out = (unsigned char *)out->data + out->len;
	z.avail_out = (uInt)bound;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void reads_as(struct stream *s, const struct buf *want)
{
	struct buf got = BUF_INIT;
	struct err e = ERR_INIT;

	if (drain(s, &got, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(got.len, want->len);
	assert_memory_equal(got.data, want->data, want->len);
	buf_release(&got);
}

static void test_file(void **state)
{
	struct buf text = BUF_INIT;
	char hex[SHA256_HEX], want[SHA256_HEX];
	struct err e = ERR_INIT;
	struct stream *s;
	const char *head;
	size_t len;

	(void)state;
	fill(&text, 300000, 1);
	put("x", text.data, text.len);
	sha256_of(text.data, text.len, want);
	s = stream_open("x", &e);
	assert_non_null(s);
	assert_true(stream_seekable(s));
	assert_int_equal(stream_size(s), text.len);
	assert_int_equal(stream_peek(s, &head, &len, 1000, &e), 0);
	assert_int_equal(len, 1000);
	assert_memory_equal(head, text.data, 1000);
	reads_as(s, &text);
	assert_int_equal(stream_rewind(s, &e), 0);
	reads_as(s, &text);
	assert_int_equal(stream_sha256(s, hex, &e), 0);
	assert_string_equal(hex, want);
	stream_close(s);
	buf_release(&text);
}

static void test_changed(void **state)
{
	struct err e = ERR_INIT;
	struct buf got = BUF_INIT;
	struct stream *s;

	(void)state;
	put("x", "abc", 3);
	s = stream_open("x", &e);
	assert_non_null(s);
	assert_int_equal(truncate("x", 2), 0);
	assert_int_equal(drain(s, &got, &e), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_string_equal(e.text, "'x' changed while it was read");
	stream_close(s);
	buf_release(&got);
}

static void test_gzip(void **state)
{
	struct buf text = BUF_INIT, packed = BUF_INIT, tail = BUF_INIT;
	char hex[SHA256_HEX], want[SHA256_HEX];
	struct err e = ERR_INIT;
	struct stream *s;

	(void)state;
	fill(&text, 200000, 2);
	gzip_of(text.data, 70000, &packed);
	gzip_of("", 0, &packed);
	gzip_of(text.data + 70000, text.len - 70000, &packed);
	buf_addz(&packed, 700); /* padding */
	put("x.gz", packed.data, packed.len);
	sha256_of(packed.data, packed.len, want);
	s = stream_open("x.gz", &e);
	assert_true(stream_is_gzip(s));
	assert_false(stream_seekable(s));
	assert_true(stream_rewindable(s));
	reads_as(s, &text);
	assert_int_equal(stream_rewind(s, &e), 0);
	reads_as(s, &text);
	assert_int_equal(stream_sha256(s, hex, &e), 0);
	assert_string_equal(hex, want);
	stream_close(s);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&tail);
}

/* Cut at any byte behind the mark, gzip is bad data, never a shorter text. */
static void test_gzip_cut(void **state)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;

	(void)state;
	fill(&text, 500, 3);
	gzip_of(text.data, text.len, &packed);
	for (size_t len = 3; len < packed.len; len++) {
		struct buf got = BUF_INIT;
		struct err e = ERR_INIT;
		struct stream *s;

		put("x.gz", packed.data, len);
		s = stream_open("x.gz", &e);
		assert_non_null(s);
		assert_int_equal(drain(s, &got, &e), -1);
		assert_int_equal(e.kind, ERR_DATA);
		assert_string_equal(e.text, "x.gz: the gzip data is cut off");
		stream_close(s);
		buf_release(&got);
	}
	buf_release(&text);
	buf_release(&packed);
}

static void test_gzip_written(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct stream *s;
	char a[SHA256_HEX], b[SHA256_HEX];

	(void)state;
	fill(&text, 1000000, 4);
	for (int round = 0; round < 2; round++) {
		struct gzip *g = gzip_new();
		struct outfile o;
		size_t step = round ? 777 : text.len;

		assert_int_equal(outfile_open(&o, round ? "b.gz" : "a.gz", &e), 0);
		for (size_t at = 0; at < text.len; at += step) {
			size_t n = text.len - at < step ? text.len - at : step;

			assert_int_equal(gzip_write(g, &o, text.data + at, n, 0, &e), 0);
		}
		assert_int_equal(gzip_write(g, &o, "", 0, 1, &e), 0);
		assert_int_equal(outfile_commit(&o, &e), 0);
		gzip_free(g);
	}
	assert_int_equal(file_sha256("a.gz", a, &e), 0);
	assert_int_equal(file_sha256("b.gz", b, &e), 0);
	assert_string_equal(a, b);
	s = stream_open("a.gz", &e);
	reads_as(s, &text);
	stream_close(s);
	buf_release(&text);
}

static void test_command(void **state)
{
	struct err e = ERR_INIT;
	struct buf got = BUF_INIT, want = BUF_INIT;
	struct stream *s = stream_exec("printf abc", &e);
	char hex[SHA256_HEX], right[SHA256_HEX];

	(void)state;
	buf_adds(&want, "abc");
	reads_as(s, &want);
	assert_int_equal(stream_sha256(s, hex, &e), 0);
	sha256_of("abc", 3, right);
	assert_string_equal(hex, right);
	stream_close(s);
	s = stream_exec("printf abc; exit 7", &e);
	assert_int_equal(drain(s, &got, &e), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_string_equal(e.text, "the command 'printf abc; exit 7' failed with exit code 7");
	stream_close(s);
	buf_release(&got);
	buf_release(&want);
}

/* A pipe that is kept is read twice, also when that is decided after a peek or half of it. */
static void test_kept(void **state)
{
	(void)state;
	for (int late = 0; late < 3; late++) {
		struct buf text = BUF_INIT, half = BUF_INIT;
		struct err e = ERR_INIT;
		struct stream *s;
		char hex[SHA256_HEX], want[SHA256_HEX];
		const char *head;
		size_t n;

		fill(&text, 400000, 5);
		put("x", text.data, text.len);
		s = stream_exec("cat x", &e);
		assert_false(stream_rewindable(s));
		stream_hold(s);
		if (late)
			assert_int_equal(stream_peek(s, &head, &n, 60000, &e), 0);
		if (late == 2) {
			buf_room(&half, 150000);
			assert_int_equal(stream_read(s, half.data, 150000, &n, &e), 0);
			assert_int_equal(n, 150000);
		}
		assert_int_equal(stream_keep(s, &e), 0);
		assert_true(stream_rewindable(s));
		assert_int_equal(stream_rewind(s, &e), 0);
		reads_as(s, &text);
		assert_int_equal(stream_rewind(s, &e), 0);
		reads_as(s, &text);
		assert_int_equal(stream_sha256(s, hex, &e), 0);
		sha256_of(text.data, text.len, want);
		assert_string_equal(hex, want);
		stream_close(s);
		buf_release(&text);
		buf_release(&half);
	}
}

static void test_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(stream_open("nothing", &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_null(stream_open("/tmp", &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

static void test_recognised(void **state)
{
	static const struct {
		const char *head;
		size_t len;
		enum format format;
	} cases[] = {
		{"ARROW1\0\0", 8, FORMAT_ARROW_FILE},
		{"\xff\xff\xff\xff\x10\x01\0\0", 8, FORMAT_ARROW_STREAM},
		{"\x10\x01\0\0\x10\0\0\0", 8, FORMAT_ARROW_STREAM},
		{"a,b\n", 4, FORMAT_CSV},
		{"", 0, FORMAT_CSV},
		{" {\"a\":1}", 8, FORMAT_JSONL},
		{"\xef\xbb\xbf{}", 5, FORMAT_JSONL},
		{"a\0b\0c\0d\0", 8, FORMAT_CSV},
	};
	struct err e = ERR_INIT;
	enum format format;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(recognise(cases[i].head, cases[i].len, "x", &format, &e), 0);
		assert_int_equal(format, cases[i].format);
	}
	assert_int_equal(recognise("PAR1....", 8, "x", &format, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_int_equal(format_of_path("a/b.csv.gz", &format), 0);
	assert_int_equal(format, FORMAT_CSV);
	assert_int_equal(format_of_path("a.arrow/b", &format), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_gzip_cut),
		cmocka_unit_test(test_gzip_written),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_recognised),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
