/* recognise: what format an input has, by its first bytes.
 * SPDX-License-Identifier: MIT
 */
#include "io/recognise.h"

#include <stdint.h>
#include <string.h>

static int starts(const char *head, size_t len, const char *magic, size_t n)
{
	return len >= n && memcmp(head, magic, n) == 0;
}

static uint32_t little(const char *b)
{
	const unsigned char *u = (const unsigned char *)b;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

/* A continuation mark, or, before format version 0.15, the length of a flatbuffer at once, in which
 * the root's offset comes first. Text has no NUL, of which both have some. */
static int is_arrow_stream(const char *head, size_t len)
{
	uint32_t size, root;

	if (len < 8)
		return 0;
	size = little(head);
	root = little(head + 4);
	if (size == 0xffffffff)
		return 1;
	return size >= 16 && size < 1u << 24 && root >= 4 && root < size && root < 1u << 16;
}

int format_of_name(const char *name, enum format *out)
{
	static const struct {
		const char *name;
		enum format format;
	} names[] = {{"arrow", FORMAT_ARROW_FILE}, {"arrows", FORMAT_ARROW_STREAM},
		{"csv", FORMAT_CSV}, {"tsv", FORMAT_TSV}, {"jsonl", FORMAT_JSONL}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i].name) == 0) {
			*out = names[i].format;
			return 0;
		}
	}
	return -1;
}

int format_of_path(const char *path, enum format *out)
{
	static const struct {
		const char *extension;
		enum format format;
	} known[] = {{".arrow", FORMAT_ARROW_FILE}, {".feather", FORMAT_ARROW_FILE},
		{".arrows", FORMAT_ARROW_STREAM}, {".csv", FORMAT_CSV}, {".tsv", FORMAT_TSV},
		{".jsonl", FORMAT_JSONL}, {".ndjson", FORMAT_JSONL}};
	size_t len = strlen(path);

	if (len > 3 && strcmp(path + len - 3, ".gz") == 0)
		len -= 3;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t n = strlen(known[i].extension);

		if (len > n && memcmp(path + len - n, known[i].extension, n) == 0) {
			*out = known[i].format;
			return 0;
		}
	}
	return -1;
}

int recognise(const char *head, size_t len, const char *name, enum format *out, struct err *e)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *what;
	} others[] = {{"PAR1", 4, "Parquet"}, {"PK\3\4", 4, "a zip archive or a workbook"},
		{"\x28\xb5\x2f\xfd", 4, "zstd"}, {"BZh", 3, "bzip2"},
		{"\xfd"
		 "7zXZ",
			5, "xz"},
		{"\x1f\x8b", 2, "gzip within gzip"}, {"\x1f", 1, "gzip cut short"},
		{"SQLite format 3", 15, "an SQLite database"}, {"%PDF", 4, "PDF"},
		{"\x89HDF", 4, "HDF5"}};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (starts(head, len, others[i].magic, others[i].n))
			return err_set(e, ERR_DATA,
				"%s: this is %s; a table is Arrow, CSV, TSV or JSON Lines", name,
				others[i].what);
	if (len > 1 && len < 6 && memcmp(head, "ARROW1", len) == 0)
		return err_set(e, ERR_DATA, "%s: an Arrow file cut short", name);
	*out = FORMAT_CSV;
	if (starts(head, len, "ARROW1", 6)) {
		*out = FORMAT_ARROW_FILE;
	} else if (is_arrow_stream(head, len)) {
		*out = FORMAT_ARROW_STREAM;
	} else {
		size_t at = starts(head, len, "\xef\xbb\xbf", 3) ? 3 : 0;

		while (at < len && strchr(" \t\r\n", head[at]) && head[at])
			at++;
		if (at < len && head[at] == '{')
			*out = FORMAT_JSONL;
	}
	return 0;
}
