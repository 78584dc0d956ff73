/* gzip: RFC 1952 by zlib: members one behind the other in, the same bytes every time out.
 * SPDX-License-Identifier: MIT
 */
#include "io/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

#define GZIP_BLOCK 65536

struct gunzip {
	z_stream z;
	int inside;  /* a member has begun and not ended */
	int members; /* that ended: 0, or 1 for any number */
	uint64_t in, out;
};

int gzip_is(const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	return len >= 3 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8;
}

struct gunzip *gunzip_new(void)
{
	struct gunzip *g = mem_new(1, sizeof(*g));

	if (inflateInit2(&g->z, 15 + 16) != Z_OK)
		mem_exhausted();
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}

void gunzip_reset(struct gunzip *g)
{
	inflateReset(&g->z);
	g->inside = g->members = 0;
	g->in = g->out = 0;
}

/* Between two members: passes over zero bytes; 1 where a member begins, 0 at the end of `in`. */
static int gunzip_between(struct gunzip *g, const unsigned char **in, size_t *in_len, struct err *e)
{
	while (g->members && *in_len && **in == 0) {
		++*in;
		--*in_len;
	}
	if (!*in_len)
		return 0;
	if (**in != 0x1f)
		return err_set(e, ERR_DATA, "bytes that are not gzip follow the gzip data");
	inflateReset(&g->z);
	g->inside = 1;
	return 1;
}

static int gunzip_failed(const struct gunzip *g, struct err *e)
{
	return err_set(e, ERR_DATA, "the gzip data is damaged%s%s", g->z.msg ? ": " : "",
		g->z.msg ? g->z.msg : "");
}

int gunzip_read(struct gunzip *g, const unsigned char **in, size_t *in_len, int last, void *out,
	size_t want, size_t *len, struct err *e)
{
	*len = 0;
	while (*len == 0 && *in_len) {
		uInt room = want > UINT32_MAX ? UINT32_MAX : (uInt)want;
		uInt have = *in_len > UINT32_MAX ? UINT32_MAX : (uInt)*in_len;
		int rc;

		if (!g->inside) {
			rc = gunzip_between(g, in, in_len, e);
			if (rc < 0)
				return -1;
			if (rc == 0)
				break;
			continue;
		}
		g->z.next_in = (unsigned char *)(uintptr_t)*in;
		g->z.avail_in = have;
		g->z.next_out = out;
		g->z.avail_out = room;
		rc = inflate(&g->z, Z_NO_FLUSH);
		*in += have - g->z.avail_in;
		*in_len -= have - g->z.avail_in;
		*len = room - g->z.avail_out;
		g->in += have - g->z.avail_in;
		g->out += *len;
		if (rc == Z_STREAM_END) {
			g->inside = 0;
			g->members = 1;
		} else if (rc == Z_MEM_ERROR) {
			mem_exhausted();
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			return gunzip_failed(g, e);
		}
		if (g->out > GZIP_RATIO_FROM && g->out / GZIP_RATIO_MAX > g->in)
			return err_set(e, ERR_DATA, "the gzip data grows more than %d times",
				GZIP_RATIO_MAX);
	}
	if (last && !*len && !*in_len && g->inside)
		return err_set(e, ERR_DATA, "the gzip data is cut off");
	return 0;
}

struct gzip {
	z_stream z;
	unsigned char block[GZIP_BLOCK];
};

struct gzip *gzip_new(void)
{
	static const gz_header plain = {.os = 255};
	struct gzip *g = mem_new(1, sizeof(*g));

	if (deflateInit2(&g->z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		mem_exhausted();
	deflateSetHeader(&g->z, (gz_header *)(uintptr_t)&plain);
	return g;
}

void gzip_free(struct gzip *g)
{
	if (!g)
		return;
	deflateEnd(&g->z);
	free(g);
}

int gzip_write(
	struct gzip *g, struct outfile *o, const void *bytes, size_t len, int last, struct err *e)
{
	const unsigned char *p = bytes;
	int rc = Z_OK;

	do {
		uInt have = len > (1u << 30) ? 1u << 30 : (uInt)len;
		int flush = last && have == len ? Z_FINISH : Z_NO_FLUSH;

		g->z.next_in = (unsigned char *)(uintptr_t)p;
		g->z.avail_in = have;
		do {
			g->z.next_out = g->block;
			g->z.avail_out = GZIP_BLOCK;
			rc = deflate(&g->z, flush);
			if (outfile_write(o, g->block, GZIP_BLOCK - g->z.avail_out, e) < 0)
				return -1;
		} while (g->z.avail_out == 0 || (flush == Z_FINISH && rc == Z_OK));
		p += have;
		len -= have;
	} while (len);
	return 0;
}
