/* arrow: any bytes as an Arrow stream or file: they are read, or refused with a data error, and
 * what was read can be written. `make fuzz` runs it; libFuzzer starts from tests/fuzz/corpus/arrow.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/arrow_in.h"
#include "io/arrow_out.h"

enum { BATCHES = 8 }; /* a few bytes may claim 2^32 rows of no width */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a file, which is what streams are opened from. */
static const char *as_file(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];

	if (fd < 0) {
		fd = memfd_create("input", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return path;
}

static void copy(struct arrow_in *in, enum format format)
{
	struct err e = ERR_INIT;
	const struct batch *b;
	struct arrow_out *out;
	struct outfile file;
	int rc = 0;

	if (outfile_open(&file, "/dev/null", &e) < 0)
		abort();
	out = arrow_out_open(&file, format, arrow_in_schema(in), &e);
	for (int i = 0; i < BATCHES && (rc = arrow_in_next(in, &b, &e)) > 0; i++)
		if (arrow_out_write(out, b, &e) < 0)
			break;
	if (rc == 0)
		arrow_out_finish(out, arrow_in_lineage(in), &e);
	if (rc < 0 && e.kind != ERR_DATA)
		abort();
	arrow_out_free(out);
	outfile_discard(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in_file = size >= 6 && memcmp(data, "ARROW1", 6) == 0;
	struct err e = ERR_INIT;
	struct stream *s;
	struct arrow_in *in;

	if (size > 1 && data[0] == 0x1f && data[1] == 0x8b)
		return 0; /* gzip is another matter */
	s = stream_open(as_file(data, size), &e);
	if (!s)
		abort();
	in = arrow_in_open(s, in_file ? FORMAT_ARROW_FILE : FORMAT_ARROW_STREAM, 1, &e);
	if (in) {
		copy(in, FORMAT_ARROW_STREAM);
		if (arrow_in_rewind(in, &e) == 0)
			copy(in, FORMAT_ARROW_FILE);
	} else if (e.kind != ERR_DATA) {
		abort();
	}
	arrow_in_close(in);
	stream_close(s);
	return 0;
}
