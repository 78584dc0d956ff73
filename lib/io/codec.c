/* codec: the two compressions of Arrow's buffers: LZ4 (frame format) and ZSTD.
 * SPDX-License-Identifier: MIT
 */
#include "io/codec.h"

#include <lz4frame.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/mem.h"

enum { CODEC_STEP = 1 << 20 }; /* bytes by which the output grows at least */

struct codec {
	LZ4F_dctx *lz4;
	ZSTD_DCtx *zstd;
};

struct codec *codec_new(void)
{
	return mem_new(1, sizeof(struct codec));
}

void codec_free(struct codec *c)
{
	if (!c)
		return;
	LZ4F_freeDecompressionContext(c->lz4);
	ZSTD_freeDCtx(c->zstd);
	free(c);
}

/* One turn of the decoder: takes *in bytes, gives *out; -1 where the data is broken. */
static int codec_turn(struct codec *c, enum codec_kind kind, const char *from, size_t *in, char *to,
	size_t *out, int *done)
{
	size_t rc;

	if (kind == CODEC_LZ4) {
		rc = LZ4F_decompress(c->lz4, to, out, from, in, NULL);
		if (LZ4F_isError(rc))
			return -1;
	} else {
		ZSTD_inBuffer source = {from, *in, 0};
		ZSTD_outBuffer target = {to, *out, 0};

		rc = ZSTD_decompressStream(c->zstd, &target, &source);
		if (ZSTD_isError(rc))
			return -1;
		*in = source.pos;
		*out = target.pos;
	}
	*done = rc == 0;
	return 0;
}

static void codec_begin(struct codec *c, enum codec_kind kind)
{
	if (kind == CODEC_ZSTD) {
		if (!c->zstd && !(c->zstd = ZSTD_createDCtx()))
			mem_exhausted();
		ZSTD_DCtx_reset(c->zstd, ZSTD_reset_session_only);
		return;
	}
	if (!c->lz4 && LZ4F_isError(LZ4F_createDecompressionContext(&c->lz4, LZ4F_VERSION)))
		mem_exhausted();
	LZ4F_resetDecompressionContext(c->lz4);
}

int codec_unpack(struct codec *c, enum codec_kind kind, const void *bytes, size_t len, size_t need,
	struct buf *out, struct err *e)
{
	const char *from = bytes;
	int done = 0;

	codec_begin(c, kind);
	buf_reset(out);
	while (out->len < need && !done) {
		size_t left = need - out->len, in = len, room;

		/* buf_room grows by half, so that the copies stay few. */
		buf_room(out, left < CODEC_STEP ? left : CODEC_STEP);
		room = out->cap - 1 - out->len;
		if (room > left)
			room = left;
		if (codec_turn(c, kind, from, &in, out->data + out->len, &room, &done) < 0)
			return err_set(e, ERR_DATA, "a compressed buffer is damaged");
		if (!in && !room)
			break; /* neither took nor gave: the input is cut */
		from += in;
		len -= in;
		out->len += room;
	}
	if (out->len < need)
		return err_set(e, ERR_DATA, "a compressed buffer ends early");
	return 0;
}
