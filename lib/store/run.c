/* run: writing runs in the layout of MLflow's file store.
 * SPDX-License-Identifier: MIT
 */
#include "store/run.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/home.h"
#include "store/lock.h"
#include "store/meta.h"
#include "store/place.h"

const char *run_status_name(enum run_status status)
{
	static const char *const names[] = {
		"?", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};

	return names[status >= RUN_RUNNING && status <= RUN_KILLED ? status : 0];
}

void run_fresh_id(char id[RUN_ID])
{
	time_t now = time(NULL);
	struct tm tm;
	uint32_t random = 0;

	gmtime_r(&now, &tm);
	if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		random = (uint32_t)t.tv_nsec ^ (uint32_t)getpid() << 16;
	}
	strftime(id, RUN_ID, "%Y%m%d-%H%M%S-", &tm);
	for (int i = 0; i < 8; i++)
		id[16 + i] = "0123456789abcdef"[random >> (4 * i) & 15];
	id[24] = 0;
}

static int run_id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int run_id_valid(const char *id)
{
	size_t n = strlen(id);

	if (n < 1 || n > RUN_ID - 1 || !run_id_char(id[0]))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!run_id_char(id[i]) && id[i] != '-' && id[i] != '_')
			return 0;
	return 1;
}

/* The login name, or the number: containers have users without a name. */
static char *run_user(void)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &found) == 0 && found &&
		*found->pw_name)
		return mem_strdup(found->pw_name);
	return mem_printf("%u", (unsigned)geteuid());
}

/* ---- experiments */

static int run_experiment_make(
	const struct lock *l, const char *mlruns, const char *name, const char *id, struct err *e)
{
	char *tmp = file_join(l->tmp, id), *tags = file_join(tmp, "tags");
	char *to = file_join(mlruns, id), *meta = file_join(tmp, "meta.yaml"), *root = NULL;
	char *location = NULL;
	struct buf text = BUF_INIT;
	long long now = meta_now();
	int rc = -1;

	root = meta_uri(mlruns, e);
	if (!root || file_mkdirs(tags, e) < 0)
		goto end;
	location = mem_printf("%s/%s", root, id);
	meta_string(&text, "artifact_location", location);
	meta_int(&text, "creation_time", now);
	meta_string(&text, "experiment_id", id);
	meta_int(&text, "last_update_time", now);
	meta_string(&text, "lifecycle_stage", "active");
	meta_string(&text, "name", name);
	if (place_new(meta, text.data, text.len, e) == 0)
		rc = place_dir(tmp, to, e);
	if (rc == 1)
		rc = err_set(e, ERR_DATA, "'%s' exists but is no experiment", to);
end:
	buf_release(&text);
	free(location);
	free(root);
	free(meta);
	free(to);
	free(tags);
	free(tmp);
	return rc;
}

/* Whether an experiment's directory has this name. */
static int run_experiment_is(const char *mlruns, const char *id, const char *name)
{
	char *path = mem_printf("%s/%s/meta.yaml", mlruns, id);
	struct err unused = ERR_INIT;
	json_t *meta = file_exists(path) ? meta_read(path, &unused) : NULL;
	int is = meta && strcmp(json_str(meta, "name", ""), name) == 0;

	json_decref(meta);
	free(path);
	return is;
}

/* The smallest number that is free: MLflow's data bases want ids of 32 bits. A deleted experiment
 * keeps its id. "0" is MLflow's own "Default". */
static char *run_experiment_free(const char *mlruns)
{
	for (unsigned i = 1;; i++) {
		char *id = mem_printf("%u", i);
		char *here = file_join(mlruns, id), *trash = mem_printf("%s/.trash/%s", mlruns, id);
		int taken = file_exists(here) || file_exists(trash);

		free(here);
		free(trash);
		if (!taken)
			return id;
		free(id);
	}
}

int run_experiment(
	const struct lock *l, const char *home, const char *name, char id[RUN_ID], struct err *e)
{
	char *mlruns = home_mlruns(home, e), **names = NULL, *fresh = NULL;
	size_t n = 0;
	int rc = -1;

	if (!name || !*name)
		name = "Default";
	if (!mlruns)
		return -1;
	if (meta_fit(name, 500) != strlen(name)) {
		err_set(e, ERR_USAGE,
			"the name of an experiment is UTF-8 of at most 500 characters");
		goto end;
	}
	names = place_names(mlruns, &n, e);
	for (size_t i = 0; names && i < n; i++) {
		if (strlen(names[i]) < RUN_ID && run_experiment_is(mlruns, names[i], name)) {
			memcpy(id, names[i], strlen(names[i]) + 1);
			rc = 0;
			goto end;
		}
	}
	if (!names)
		goto end;
	fresh = strcmp(name, "Default") == 0 ? mem_strdup("0") : run_experiment_free(mlruns);
	rc = run_experiment_make(l, mlruns, name, fresh, e);
	if (rc == 0)
		memcpy(id, fresh, strlen(fresh) + 1);
end:
	free(fresh);
	place_names_free(names, n);
	free(mlruns);
	return rc;
}

/* ---- runs */

void run_info_release(struct run_info *info)
{
	free(info->dir);
	free(info->id);
	free(info->experiment);
	free(info->name);
	free(info->user);
	free(info->artifacts);
	memset(info, 0, sizeof(*info));
}

static void run_meta(const struct run_info *r, struct buf *out)
{
	meta_string(out, "artifact_uri", r->artifacts);
	if (r->end)
		meta_int(out, "end_time", r->end);
	else
		meta_string(out, "end_time", NULL);
	meta_string(out, "experiment_id", r->experiment);
	meta_string(out, "lifecycle_stage", r->deleted ? "deleted" : "active");
	meta_string(out, "run_id", r->id);
	meta_string(out, "run_name", r->name);
	meta_string(out, "run_uuid", r->id);
	meta_int(out, "start_time", r->start);
	meta_int(out, "status", (long long)r->status);
	meta_string(out, "user_id", r->user);
}

int run_put_meta(const struct run_info *info, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	run_meta(info, &text);
	rc = place_file(info->dir, "meta.yaml", text.data, text.len, e);
	buf_release(&text);
	return rc;
}

static int run_draft_meta(const struct run_info *info, struct err *e)
{
	char *path = file_join(info->dir, "meta.yaml");
	struct buf text = BUF_INIT;
	int rc;

	run_meta(info, &text);
	rc = place_new(path, text.data, text.len, e);
	buf_release(&text);
	free(path);
	return rc;
}

static int run_begin_tags(const struct run_info *r, const char *parent, struct err *e)
{
	if (run_draft_tag(r->dir, "mlflow.runName", r->name, e) < 0 ||
		run_draft_tag(r->dir, "mlflow.user", r->user, e) < 0 ||
		run_draft_tag(r->dir, "mlflow.source.type", "LOCAL", e) < 0)
		return -1;
	return parent ? run_draft_tag(r->dir, "mlflow.parentRunId", parent, e) : 0;
}

int run_begin(
	const struct lock *l, const char *home, const struct run_new *n, char **dir, struct err *e)
{
	static const char *const subs[] = {"", "/artifacts", "/params", "/metrics", "/tags"};
	char *mlruns = file_join(home, "mlruns"), *uri = meta_uri(mlruns, e);
	const char *name = n->name && *n->name ? n->name : n->id;
	struct run_info r = {
		.status = n->status ? n->status : RUN_RUNNING, .start = n->start, .end = n->end};
	int rc = -1;

	if (!uri)
		goto end;
	if (!run_id_valid(n->id)) {
		err_set(e, ERR_USAGE, "'%s' is no run id: letters, digits, - and _, at most 32",
			n->id);
		goto end;
	}
	r.dir = file_join(l->tmp, n->id);
	r.id = mem_strdup(n->id);
	r.experiment = mem_strdup(n->experiment);
	r.name = mem_strndup(name, meta_fit(name, META_KEY - 1));
	r.user = run_user();
	r.artifacts = mem_printf("%s/%s/%s/artifacts", uri, n->experiment, n->id);
	for (size_t i = 0; i < sizeof(subs) / sizeof(*subs); i++) {
		char *sub = mem_printf("%s%s", r.dir, subs[i]);
		int made = mkdir(sub, 0777);

		free(sub);
		if (made < 0) {
			err_errno(e, "cannot make '%s'", r.dir);
			goto end;
		}
	}
	if (run_draft_meta(&r, e) < 0 || run_begin_tags(&r, n->parent, e) < 0)
		goto end;
	*dir = r.dir;
	r.dir = NULL;
	rc = 0;
end:
	run_info_release(&r);
	free(uri);
	free(mlruns);
	return rc;
}

int run_publish(const char *home, const struct run_new *n, const char *dir, struct err *e)
{
	char *to = mem_printf("%s/mlruns/%s/%s", home, n->experiment, n->id);
	int rc = place_dir(dir, to, e);

	free(to);
	return rc;
}

/* place_new() or place_file() below a run's directory. */
static int run_place(const char *dir, const char *kind, const char *key, const struct buf *text,
	int draft, struct err *e)
{
	char *name = mem_printf("%s/%s", kind, key), *path;
	int rc;

	if (draft) {
		path = file_join(dir, name);
		rc = place_new(path, text->data, text->len, e);
		free(path);
	} else {
		rc = place_file(dir, name, text->data, text->len, e);
	}
	free(name);
	return rc;
}

static int run_put(const char *dir, const char *kind, const char *key, const char *value,
	size_t max, int draft, struct err *e)
{
	struct buf text = BUF_INIT;
	size_t fits = meta_fit(value, max);
	char name[META_KEY];
	int rc;

	meta_key(key, name);
	buf_add(&text, value, fits);
	if (value[fits]) { /* too long, or not UTF-8 from here on */
		text.len = meta_fit(value, fits < max ? fits : max - 3);
		buf_adds(&text, "...");
	}
	rc = run_place(dir, kind, name, &text, draft, e);
	buf_release(&text);
	return rc;
}

int run_draft_param(const char *dir, const char *key, const char *value, struct err *e)
{
	return run_put(dir, "params", key, value, META_PARAM, 1, e);
}

int run_draft_tag(const char *dir, const char *key, const char *value, struct err *e)
{
	return run_put(dir, "tags", key, value, META_TAG, 1, e);
}

int run_put_param(const char *dir, const char *key, const char *value, struct err *e)
{
	return run_put(dir, "params", key, value, META_PARAM, 0, e);
}

int run_put_tag(const char *dir, const char *key, const char *value, struct err *e)
{
	return run_put(dir, "tags", key, value, META_TAG, 0, e);
}

/* Python's float() reads what num_print() writes, also nan and inf. */
static void run_point(struct buf *out, double value, int64_t ms, int64_t step)
{
	char number[NUM_TEXT];

	num_print(value, number);
	buf_addf(out, "%lld %s %lld\n", (long long)ms, number, (long long)step);
}

int run_draft_metric(
	const char *dir, const char *key, double value, int64_t ms, int64_t step, struct err *e)
{
	struct buf line = BUF_INIT;
	char name[META_KEY];
	int rc;

	meta_key(key, name);
	run_point(&line, value, ms, step);
	rc = run_place(dir, "metrics", name, &line, 1, e);
	buf_release(&line);
	return rc;
}

/* The file is replaced and not appended to: a metric file that is empty for a moment, or ends in a
 * part of a line, hides the whole experiment from MLflow. */
int run_put_metric(
	const char *dir, const char *key, double value, int64_t ms, int64_t step, struct err *e)
{
	struct buf line = BUF_INIT, text = BUF_INIT;
	const char *same = NULL;
	char name[META_KEY], *path;
	int rc = 0;

	meta_key(key, name);
	path = mem_printf("%s/metrics/%s", dir, name);
	run_point(&line, value, ms, step);
	if (file_exists(path))
		rc = file_read(path, 64 << 20, &text, e);
	/* One line twice, and mlflow migrate-filestore fails on the whole store. */
	if (rc == 0)
		same = strstr(text.data, line.data);
	if (rc == 0 && !(same && (same == text.data || same[-1] == '\n'))) {
		buf_add(&text, line.data, line.len);
		rc = run_place(dir, "metrics", name, &text, 0, e);
	}
	buf_release(&line);
	buf_release(&text);
	free(path);
	return rc;
}
