/* codec: the two compressions of Arrow's buffers: LZ4 (frame format) and ZSTD.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_CODEC_H
#define IO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum codec_kind { CODEC_LZ4 = 0, CODEC_ZSTD = 1 }; /* as in Arrow's BodyCompression.codec */

struct codec; /* contexts, made when first needed and reused */
struct codec *codec_new(void);
void codec_free(struct codec *c); /* NULL is allowed */

/* Replaces what `out` holds by the first `need` bytes of what `bytes` unpacks to; fewer is
 * ERR_DATA. Memory grows with what really comes out, not with what is claimed. */
int codec_unpack(struct codec *c, enum codec_kind kind, const void *bytes, size_t len, size_t need,
	struct buf *out, struct err *e);

#endif
