/* file: a model.onnx that notices when it was tampered with.
 * SPDX-License-Identifier: MIT
 *
 * The last three metadata properties of every model that pawl writes are
 *   pawl.lineage  canonical JSON, io/lineage.h ("" where there is none)
 *   pawl.payload  sha256 of the serialized model in which the values of these three are empty:
 * names the model whatever its lineage pawl.seal     sha256 of all bytes of the file before these
 * 64 digits, which are its last bytes so that one flipped bit anywhere shows. A file without a
 * right seal and payload is ERR_DATA.
 */
#ifndef ONNX_FILE_H
#define ONNX_FILE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "onnx/model.h"

#define ONNX_PAYLOAD_KEY "pawl.payload"
#define ONNX_SEAL_KEY "pawl.seal"

/* Appends the file's bytes; sets the three properties of m on the way. lineage (borrowed) may be
 * NULL. A model that onnx_build_check() finds fault with is not written. */
int onnx_file_pack(struct onnx_model *m, const json_t *lineage, struct buf *out, struct err *e);
/* The same into an output that is open; the caller commits it. */
int onnx_file_write(struct outfile *o, struct onnx_model *m, const json_t *lineage, struct err *e);

/* Reads, verifies seal and payload, checks (onnx_model_parse). NULL on failure. */
struct onnx_model *onnx_file_read(const char *path, struct err *e);
struct onnx_model *onnx_file_parse(const void *bytes, size_t len, const char *name, struct err *e);

/* Verifies the seal and gives the lineage (a new reference; NULL where the model has none), without
 * unpacking the model. */
int onnx_file_lineage(const char *path, json_t **lineage, struct err *e);
/* Whether the file's bytes look like an ONNX model that pawl sealed: for recognition by content. */
int onnx_file_sealed(const void *bytes, size_t len);

/* The payload digest, computed anew. */
void onnx_payload(const struct onnx_model *m, char hex[SHA256_HEX]);

#endif
