/* served: a model that is ready to serve, shared by the requests that hold it.
 * SPDX-License-Identifier: MIT
 *
 * Counted: served_hold() and served_drop(); whoever drops it last frees it. What the struct shows
 * does not change. What a request is computed with, its seat, is not for two threads at once:
 * served_take() lends one.
 */
#ifndef NET_SERVED_H
#define NET_SERVED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "frame/schema.h"
#include "model/predictor.h"
#include "net/protocol.h"
#include "onnx/model.h"
#include "onnx/signature.h"

struct served_pool;

struct served {
	char *name; /* of the registered model, or the file's without directory and extension */
	int64_t version; /* 0: a file */
	char sha256[SHA256_HEX];
	int64_t loaded; /* when, us since 1970 */
	struct signature signature;
	struct protocol *protocol;
	struct schema result; /* of its predictors */
	size_t ncarried;      /* columns of result before the model's outputs */
	struct onnx_model *model;
	struct served_pool *pool;
};

struct served_from {
	const char *name; /* NULL: by the path */
	int64_t version;
	const char *path; /* for messages */
	const char *sha256;
	const void *bytes; /* of the file */
	size_t len;
	size_t seats; /* that are made, and predict a made-up row, before this returns */
};

/* Verifies the seal, compiles, warms; held once. NULL on failure. */
struct served *served_new(const struct served_from *from, struct err *e);
void served_hold(struct served *s);
void served_drop(struct served *s); /* NULL is allowed */

struct seat {
	struct predictor *predictor; /* started for the schema of the protocol */
	struct protocol_rows rows;
	struct batch results; /* of served.result */
};

/* A seat of this model; made where all are lent. NULL on failure. */
struct seat *served_take(struct served *s, struct err *e);
void served_give(struct served *s, struct seat *seat);

#endif
