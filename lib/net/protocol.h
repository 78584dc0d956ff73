/* protocol: requests for predictions as record batches, and predictions as answers, in the words of
 * MLflow's scoring server and of the Open Inference Protocol (V2), for one model.
 * SPDX-License-Identifier: MIT
 *
 *     p = protocol_new(signature, name, version);
 *     predictor_start(predictor, protocol_schema(p), e);          once: the schema never changes
 *     protocol_parse(p, kind, content_type, body, len, &rows, &fault) < 0 ?
 *             protocol_fault_render(kind, &fault, &answer)
 *     predictor_batch(predictor, &rows.batch, e); predictor_rows(...)
 *     protocol_render(p, kind, &rows, predictor_schema(predictor), &output, &answer);
 *
 * Accepted by /invocations: JSON with exactly one of dataframe_split, dataframe_records, instances,
 * inputs (and params, which is ignored), or CSV with a header; by V2 infer: JSON tensors of shape
 * [N] or [N,1], one per column. A value is read as the tools read JSON Lines and CSV, so that the
 * answers are those of pawl predict. A missing column, or a value that the column's type cannot
 * hold without loss, is refused by name; other columns are ignored. Messages hold the model's
 * names and row numbers, never a value that was sent.
 */
#ifndef NET_PROTOCOL_H
#define NET_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "frame/batch.h"
#include "frame/schema.h"
#include "onnx/signature.h"

enum protocol_kind { PROTOCOL_MLFLOW, PROTOCOL_V2 };

/* Of one model; immutable, so that threads share it. */
struct protocol;

/* All is copied. version 0: none (a model from a file). */
struct protocol *protocol_new(const struct signature *s, const char *name, long long version);
void protocol_free(struct protocol *p); /* NULL is allowed */

/* The columns of what is parsed: the signature's key, row and time columns (role noted; null where
 * a request has none), then what the graph takes, in the signature's order. Text is string. */
const struct schema *protocol_schema(const struct protocol *p);
size_t protocol_passed(const struct protocol *p); /* how many of them the graph does not take */

/* One request; reused for the next, one per thread. */
struct protocol_rows {
	struct batch batch; /* of protocol_schema() */
	struct buf id;	    /* V2's id, as JSON text; empty where there is none */
	size_t *outputs;    /* [noutputs] V2: those asked for, by number; none: all */
	size_t noutputs, outputs_cap;
	/* of the parser: */
	struct buf text;     /* strings without their escapes */
	uint64_t *seen, row; /* the row in which each column was last */
	size_t nseen;
};

#define PROTOCOL_ROWS_INIT                                                                         \
	{                                                                                          \
		.id = BUF_INIT, .text = BUF_INIT                                                   \
	}

void protocol_rows_release(struct protocol_rows *r); /* harmless twice */

/* Why a request is refused. */
struct protocol_fault {
	int status;	  /* of HTTP: 400, 415, ... */
	const char *code; /* MLflow's error_code: BAD_REQUEST, INVALID_PARAMETER_VALUE, ... */
	struct err why;
};

/* Parses a body; content_type as sent, or NULL. 0, or -1 with *fault filled. */
int protocol_parse(const struct protocol *p, enum protocol_kind kind, const char *content_type,
	const char *body, size_t len, struct protocol_rows *out, struct protocol_fault *fault);

/* Appends the answer: `output` is a batch of schema s (of the predictor, whose columns with a role
 * are left out), the rows in the order of the request. NaN and infinity are null. MLflow: a list of
 * values where there is one column (regression), else of objects. */
void protocol_render(const struct protocol *p, enum protocol_kind kind,
	const struct protocol_rows *request, const struct schema *s, const struct batch *output,
	struct buf *out);

/* Appends a refusal: {"error_code","message"} or {"error"}. */
void protocol_fault_render(
	enum protocol_kind kind, const struct protocol_fault *fault, struct buf *out);
/* Fills a fault; code is chosen by the status. Returns -1. */
int protocol_fault_set(struct protocol_fault *f, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Which call a method and a path are. */
enum protocol_call {
	PROTOCOL_UNKNOWN,     /* 404 */
	PROTOCOL_NOT_ALLOWED, /* 405: the path is known, the method is not; see `allow` */
	PROTOCOL_PING,	      /* GET /ping, /health */
	PROTOCOL_VERSION,     /* GET /version */
	PROTOCOL_INVOCATIONS, /* POST /invocations */
	PROTOCOL_METRICS,     /* GET /metrics */
	PROTOCOL_LIVE,	      /* GET /v2/health/live */
	PROTOCOL_READY,	      /* GET /v2/health/ready */
	PROTOCOL_SERVER,      /* GET /v2, /v2/ */
	PROTOCOL_MODEL,	      /* GET /v2/models/NAME[/versions/V] */
	PROTOCOL_MODEL_READY, /* GET .../ready */
	PROTOCOL_INFER,	      /* POST .../infer */
};

struct protocol_route {
	enum protocol_call call;
	enum protocol_kind kind; /* in whose words errors are answered */
	const char *allow;	 /* PROTOCOL_NOT_ALLOWED: the methods, for the header Allow */
	const char *model;	 /* [model_len] in the path, or NULL */
	size_t model_len;
	const char *version; /* [version_len] in the path, or NULL */
	size_t version_len;
};

/* The path has its percent-encoding undone. HEAD goes where GET goes. */
struct protocol_route protocol_route(const char *method, const char *path);

/* Appends the answer of PROTOCOL_SERVER and PROTOCOL_MODEL. */
void protocol_server_render(const char *version_of_pawl, struct buf *out);
void protocol_model_render(const struct protocol *p, struct buf *out);

#endif
