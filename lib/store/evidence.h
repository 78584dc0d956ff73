/* evidence: what a decision about a model is made on: the model itself, its metrics, the gates that
 * passed, the rows to compare on; each known by its hash, and about each other.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include <jansson.h>

#include "base/err.h"
#include "base/hash.h"
#include "onnx/model.h"

struct evidence {
	struct onnx_model *model;
	char sha256[SHA256_HEX]; /* of the model's file */
	json_t *inputs;		 /* {role: sha256} */
	json_t *tags;		 /* {key: text} of the version to be */
};

#define EVIDENCE_INIT                                                                              \
	{                                                                                          \
		NULL, "", NULL, NULL                                                               \
	}

struct evidence_files { /* paths; all but the model may be NULL */
	const char *model, *metrics, *gates, *data;
};

/* Reads and checks: the model's seal and payload, that the metrics are this model's, and that the
 * gates judged these metrics of this model; else ERR_DATA. Released by the caller also on failure.
 */
int evidence_read(struct evidence *v, const struct evidence_files *files, struct err *e);
void evidence_release(struct evidence *v);

#endif
