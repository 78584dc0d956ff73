/* version: making a version of a registered model: its artifacts in a run, its directory in the
 * registry. Each appears whole, by a rename, and is on the disk by then.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_VERSION_H
#define STORE_VERSION_H

#include <jansson.h>

#include "base/err.h"
#include "onnx/model.h"
#include "store/lock.h"
#include "store/registry.h"

struct version_new {
	const char *name;
	const char *path; /* of the model */
	const struct onnx_model *model;
	const char *sha256;
	const json_t *tags; /* {key: text} */
};

/* Makes models/NAME where it is not there. The caller holds the registry's lock. */
int version_model_dir(const struct lock *l, const char *home, const char *name, struct err *e);

/* Makes the next version; its run is $PAWL_RUN's, or one of its own. */
int version_make(const struct lock *l, const char *home, const struct version_new *n,
	long long *number, struct err *e);

/* Rewrites meta.yaml with another stage. */
int version_set_stage(const struct version *v, const char *stage, struct err *e);

#endif
