/* registry: the models that were registered, in the layout of MLflow's file store; reading.
 * SPDX-License-Identifier: MIT
 *
 *   mlruns/models/NAME/meta.yaml        history.jsonl (store/audit.h)
 *   mlruns/models/NAME/tags/KEY         aliases/ALIAS: a version number, no newline
 *   mlruns/models/NAME/version-N/meta.yaml  tags/KEY
 *   mlruns/EXPERIMENT/RUN/artifacts/model/model.onnx  MLmodel  reference.json
 *
 * A version never changes: its tag pawl.sha256 is the hash of its model.onnx, and a model whose
 * bytes do not match is refused wherever it would be used. In MLflow's meta.yaml a version number
 * is an integer, and source a file:// URI; we find the model relative to mlruns/, so that a home
 * may be moved. current_stage is derived from the aliases: champion is in Production, previous is
 * Archived.
 */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define VERSION_DELETED "Deleted_Internal" /* MLflow's stage of what was deleted */

struct version {
	char *name;
	long long number;
	char *dir, *model;	       /* version-N; the path of model.onnx */
	char *sha256, *payload, *task; /* of the tags; "" where there is none */
	char *run, *user, *stage, *source;
	int64_t created; /* ms */
	int deleted;
};

void version_release(struct version *v);

struct versions {
	struct version *items; /* by number */
	size_t n, cap;
};

#define VERSIONS_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void versions_release(struct versions *v);

/* Whether MLflow takes it as the name of a model, or of an alias; ERR_USAGE says why not. */
int registry_check_name(const char *name, struct err *e);
int registry_check_alias(const char *alias, struct err *e);

/* The registered models' names, sorted; place_names_free() frees. */
char **registry_names(const char *home, size_t *n, struct err *e);
char *registry_dir(const char *home, const char *name); /* malloced; may not exist */
int registry_exists(const char *home, const char *name);
int registry_need(const char *home, const char *name, struct err *e); /* ERR_USAGE: no such model */

/* N of a directory "version-N"; 0: no version is called so. */
long long registry_number(const char *name);

/* All versions of a model that are not deleted. */
int registry_versions(const char *home, const char *name, struct versions *out, struct err *e);
/* One version; ERR_USAGE where there is none. */
int registry_version(
	const char *home, const char *name, long long number, struct version *out, struct err *e);

/* {alias: number} (a new reference); NULL on failure, also where one holds no number. */
json_t *registry_aliases(const char *home, const char *name, struct err *e);

/* The version that an alias points to; ERR_USAGE where there is no such alias, ERR_DATA where it
 * points to nothing. */
int registry_alias(
	const char *home, const char *name, const char *alias, struct version *out, struct err *e);

/* NAME@ALIAS, NAME/VERSION, or NAME (its champion). */
int registry_find(const char *home, const char *spec, struct version *out, struct err *e);

/* Whether the version's model has the bytes that were registered; ERR_DATA where not. */
int registry_check(const struct version *v, struct err *e);

/* The bytes of a model, at most `cap`, which are those that were registered. */
int registry_read(const char *home, const char *spec, size_t cap, struct buf *out, struct err *e);

/* The path of a model whose bytes were checked; home NULL: it is looked for. For predict. */
int registry_model_path(const char *home, const char *spec, char **path, struct err *e);
/* Whether a text can only be NAME@ALIAS or NAME/VERSION: no file is called so. */
int registry_is_spec(const char *text);

#endif
