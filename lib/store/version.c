/* version: making a version of a registered model.
 * SPDX-License-Identifier: MIT
 */
#include "store/version.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/meta.h"
#include "store/mlmodel.h"
#include "store/place.h"
#include "store/record.h"
#include "store/run.h"
#include "store/runs.h"

static int version_put(const char *dir, const char *name, const struct buf *text, struct err *e)
{
	char *path = file_join(dir, name);
	int rc = place_new(path, text->data, text->len, e);

	free(path);
	return rc;
}

static int version_mkdir(const char *dir, const char *name, struct err *e)
{
	char *path = file_join(dir, name);
	int rc = file_mkdirs(path, e);

	free(path);
	return rc;
}

/* fsync of a directory and of those above it, up to the home: each may be new. */
static int version_sync_up(const char *dir, const char *home, struct err *e)
{
	char *at = mem_strdup(dir);
	int rc = place_fsync(at, e);

	while (rc == 0 && strlen(at) > strlen(home)) {
		char *up = file_dir(at);

		free(at);
		at = up;
		rc = place_fsync(at, e);
	}
	free(at);
	return rc;
}

int version_model_dir(const struct lock *l, const char *home, const char *name, struct err *e)
{
	char *models = file_join(home, "mlruns/models"), *to = file_join(models, name);
	char *tmp = file_join(l->tmp, "model");
	struct buf text = BUF_INIT;
	long long now = meta_now();
	int rc = -1;

	if (registry_exists(home, name)) {
		rc = 0;
		goto end;
	}
	meta_int(&text, "creation_timestamp", now);
	meta_string(&text, "description", NULL);
	meta_int(&text, "last_updated_timestamp", now);
	meta_string(&text, "name", name);
	if (file_mkdirs(models, e) < 0 || version_mkdir(tmp, "tags", e) < 0 ||
		version_mkdir(tmp, "aliases", e) < 0 ||
		version_put(tmp, "meta.yaml", &text, e) < 0 || place_sync(tmp, e) < 0)
		goto end;
	rc = place_dir(tmp, to, e);
	if (rc == 1)
		rc = err_set(e, ERR_DATA, "'%s' is there but has no meta.yaml: move it away", to);
	if (rc == 0)
		rc = version_sync_up(models, home, e);
end:
	buf_release(&text);
	free(tmp);
	free(to);
	free(models);
	return rc;
}

/* ---- the run that holds the artifacts */

static int version_run(const char *home, const char *name, struct run_info *run, struct err *e)
{
	struct run_record r = {.tool = "register", .code = 0};
	char id[RUN_ID], *dir = NULL;
	int rc = -1;

	if (!run_record_env(&r)) {
		run_fresh_id(id);
		r.run = id;
		r.run_name = "register";
	}
	if (!r.experiment)
		r.experiment = name;
	if (run_record_parent(home, &r, &dir, e) == 0)
		rc = runs_load(dir, run, e);
	free(dir);
	return rc;
}

/* Whether there is a model of these bytes in a directory: 1, 0, or -1 where nothing is there. */
static int version_holds(const char *dir, const char *sha256)
{
	char *path = file_join(dir, "model.onnx"), hex[SHA256_HEX];
	struct err unused = ERR_INIT;
	int holds = !file_exists(dir) ? -1 : 0;

	if (file_exists(path) && file_sha256(path, hex, &unused) == 0)
		holds = strcmp(hex, sha256) == 0;
	free(path);
	return holds;
}

static int version_build(const char *tmp, const struct version_new *n, const struct run_info *run,
	const char *name, struct err *e)
{
	struct mlmodel about = {.artifact_path = name,
		.run_id = run->id,
		.sha256 = n->sha256,
		.created = meta_now()};
	char *model = file_join(tmp, "model.onnx"), hex[SHA256_HEX];
	struct buf text = BUF_INIT;
	int rc = -1;

	mlmodel_write(&text, n->model, &about);
	if (file_mkdirs(tmp, e) == 0 && place_copy(n->path, model, e) == 0 &&
		file_sha256(model, hex, e) == 0 && version_put(tmp, "MLmodel", &text, e) == 0 &&
		place_sync(tmp, e) == 0)
		rc = strcmp(hex, n->sha256) == 0
			     ? 0
			     : err_set(e, ERR_SYSTEM, "'%s' changed while it was read", n->path);
	buf_release(&text);
	free(model);
	return rc;
}

/* What MLflow 2 shows in the run's column "Models". Steps of the same make may write their records
 * into this run meanwhile. */
static int version_history(const char *home, const struct version_new *n,
	const struct run_info *run, const char *name, struct err *e)
{
	struct mlmodel about = {.artifact_path = name,
		.run_id = run->id,
		.sha256 = n->sha256,
		.created = meta_now()};
	struct lock lock = LOCK_INIT;
	struct buf text = BUF_INIT;
	int rc = lock_take(&lock, home, "runs", e);

	mlmodel_history(&text, &about);
	if (rc == 0)
		rc = run_put_tag(run->dir, "mlflow.log-model.history", text.data, e);
	buf_release(&text);
	lock_drop(&lock);
	return rc;
}

/* RUN/artifacts/model, or model-HASH where that is another model; *uri is its file:// URI. */
static int version_artifacts(const struct lock *l, const char *home, const struct version_new *n,
	const struct run_info *run, char **uri, struct err *e)
{
	char *name = mem_strdup("model"), *tmp = NULL, *place = file_join(run->dir, "artifacts");
	char *to = mem_printf("%s/artifacts/%s", run->dir, name);
	int holds = version_holds(to, n->sha256), rc = 0;

	if (holds == 0) {
		free(name);
		free(to);
		name = mem_printf("model-%.12s", n->sha256);
		to = mem_printf("%s/artifacts/%s", run->dir, name);
		holds = version_holds(to, n->sha256);
	}
	if (holds == 0)
		rc = err_set(
			e, ERR_DATA, "'%s' does not hold the model that it is named after", to);
	if (holds < 0) {
		tmp = file_join(l->tmp, "artifacts");
		rc = version_build(tmp, n, run, name, e);
		if (rc == 0)
			rc = place_dir(tmp, to, e);
		/* The run is a record, which is not synced; the model in it must not go. */
		if (rc == 0)
			rc = version_sync_up(place, home, e);
		if (rc == 0)
			rc = version_history(home, n, run, name, e);
	}
	if (rc >= 0) {
		*uri = meta_uri(to, e);
		rc = *uri ? 0 : -1;
	}
	free(place);
	free(tmp);
	free(to);
	free(name);
	return rc;
}

/* ---- the version */

static void version_meta(struct buf *text, const struct version *v, int64_t now)
{
	meta_int(text, "creation_timestamp", v->created);
	meta_string(text, "current_stage", v->stage);
	meta_string(text, "description", NULL);
	meta_int(text, "last_updated_timestamp", now);
	meta_string(text, "name", v->name);
	meta_string(text, "run_id", v->run);
	meta_string(text, "run_link", NULL);
	meta_string(text, "source", v->source);
	meta_string(text, "status", "READY");
	meta_string(text, "status_message", NULL);
	meta_string(text, "storage_location", v->source);
	meta_string(text, "user_id", v->user);
	meta_int(text, "version", v->number);
}

int version_set_stage(const struct version *v, const char *stage, struct err *e)
{
	struct version changed = *v;
	struct buf text = BUF_INIT;
	char *copy = mem_strdup(stage);
	int rc = 0;

	changed.stage = copy;
	if (strcmp(v->stage, stage) != 0) {
		version_meta(&text, &changed, meta_now());
		rc = place_safe(v->dir, "meta.yaml", text.data, text.len, e);
	}
	buf_release(&text);
	free(copy);
	return rc;
}

/* One more than the highest there is, also among the deleted. */
static long long version_next(const char *dir, struct err *e)
{
	long long next = 1;
	size_t n;
	char **names = place_names(dir, &n, e);

	for (size_t i = 0; names && i < n; i++) {
		long long number = registry_number(names[i]);

		next = number >= next ? number + 1 : next;
	}
	place_names_free(names, n);
	return names ? next : -1;
}

static int version_tags(const char *dir, const json_t *tags, struct err *e)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)tags, key, value)
	{
		if (run_draft_tag(dir, key, json_string_value(value), e) < 0)
			return -1;
	}
	return 0;
}

int version_make(const struct lock *l, const char *home, const struct version_new *n,
	long long *number, struct err *e)
{
	char *dir = registry_dir(home, n->name), *tmp = NULL, *to = NULL, *uri = NULL;
	struct version v = {.name = (char *)(uintptr_t)n->name, .stage = (char[]){"None"}};
	struct run_info run = {0};
	struct buf text = BUF_INIT;
	int rc = -1;

	v.number = version_next(dir, e);
	if (v.number < 0 || version_run(home, n->name, &run, e) < 0 ||
		version_artifacts(l, home, n, &run, &uri, e) < 0)
		goto end;
	v.source = uri;
	v.run = run.id;
	v.user = run.user;
	v.created = meta_now();
	version_meta(&text, &v, v.created);
	tmp = mem_printf("%s/version-%lld", l->tmp, v.number);
	to = mem_printf("%s/version-%lld", dir, v.number);
	if (version_mkdir(tmp, "tags", e) < 0 || version_put(tmp, "meta.yaml", &text, e) < 0 ||
		version_tags(tmp, n->tags, e) < 0 || place_sync(tmp, e) < 0)
		goto end;
	rc = place_dir(tmp, to, e);
	if (rc == 1)
		rc = err_set(
			e, ERR_SYSTEM, "'%s' appeared meanwhile: another program registers", to);
	if (rc == 0)
		rc = place_fsync(dir, e);
	if (rc == 0)
		*number = v.number;
end:
	buf_release(&text);
	run_info_release(&run);
	free(uri);
	free(tmp);
	free(to);
	free(dir);
	return rc;
}
