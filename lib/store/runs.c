/* runs: reading what is in the run store.
 * SPDX-License-Identifier: MIT
 */
#include "store/runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/meta.h"
#include "store/place.h"

enum { RUNS_VALUE_CAP = 64 << 20 };

int runs_load(const char *dir, struct run_info *out, struct err *e)
{
	char *path = file_join(dir, "meta.yaml"), *tag;
	json_t *meta = meta_read(path, e);
	const char *id, *name;

	free(path);
	if (!meta)
		return -1;
	id = json_str(meta, "run_id", json_str(meta, "run_uuid", file_name(dir)));
	name = json_str(meta, "run_name", "");
	tag = *name ? NULL : runs_tag(dir, "mlflow.runName");
	*out = (struct run_info){
		.dir = mem_strdup(dir),
		.id = mem_strdup(id),
		.experiment = mem_strdup(json_str(meta, "experiment_id", "")),
		.name = mem_strdup(*name ? name
				   : tag ? tag
					 : id),
		.user = mem_strdup(json_str(meta, "user_id", "")),
		.artifacts = mem_strdup(json_str(meta, "artifact_uri", "")),
		.status = (enum run_status)json_int(meta, "status", 0),
		.start = json_int(meta, "start_time", 0),
		.end = json_int(meta, "end_time", 0),
		.deleted = strcmp(json_str(meta, "lifecycle_stage", "active"), "deleted") == 0,
	};
	free(tag);
	json_decref(meta);
	return 0;
}

static int runs_by_start(const void *a, const void *b)
{
	const struct run_info *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* What is no run (datasets, MLflow's logged models) has no meta.yaml of its own. */
static int runs_add_all(const char *dir, struct runs *out, struct buf *skipped, struct err *e)
{
	size_t n;
	char **names = place_names(dir, &n, e);

	if (!names)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char *run = file_join(dir, names[i]), *meta = file_join(run, "meta.yaml");
		struct err why = ERR_INIT;

		MEM_ROOM(out->items, out->n, out->cap);
		if (file_exists(meta)) {
			if (runs_load(run, &out->items[out->n], &why) < 0)
				buf_addf(skipped, "%s\n", why.text);
			else if (out->items[out->n].deleted)
				run_info_release(&out->items[out->n]);
			else
				out->n++;
		}
		free(meta);
		free(run);
	}
	place_names_free(names, n);
	return 0;
}

/* The registry is beside the experiments, deleted ones are in .trash. */
static int runs_is_experiment(const char *name)
{
	return name[0] != '.' && strcmp(name, "models") != 0;
}

int runs_list(const char *home, const char *experiment, struct runs *out, struct err *e)
{
	char *mlruns = file_join(home, "mlruns"), **names;
	struct buf skipped = BUF_INIT;
	size_t n;
	int rc = 0;

	names = place_names(mlruns, &n, e);
	for (size_t i = 0; names && rc == 0 && i < n; i++) {
		char *dir = file_join(mlruns, names[i]),
		     *name = runs_experiment_name(home, names[i]);

		if (runs_is_experiment(names[i]) && (!experiment || strcmp(experiment, name) == 0 ||
							    strcmp(experiment, names[i]) == 0))
			rc = runs_add_all(dir, out, &skipped, e);
		free(dir);
		free(name);
	}
	if (!names)
		rc = -1;
	place_names_free(names, n);
	free(mlruns);
	out->skipped = buf_detach(&skipped);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), runs_by_start);
	return rc;
}

void runs_release(struct runs *r)
{
	for (size_t i = 0; i < r->n; i++)
		run_info_release(&r->items[i]);
	free(r->items);
	free(r->skipped);
	*r = (struct runs)RUNS_INIT;
}

/* 2: the id itself, 1: it begins or ends so, 0: another. */
static int runs_match(const char *id, const char *wanted)
{
	size_t n = strlen(id), m = strlen(wanted);

	if (strcmp(id, wanted) == 0)
		return 2;
	return m >= 4 && m < n && (strncmp(id, wanted, m) == 0 || strcmp(id + n - m, wanted) == 0);
}

/* Whether a directory is a run: the registry, datasets and logged models are none, and a model of
 * the registry also has a meta.yaml. */
static int runs_is_run(const char *dir)
{
	char *params = file_join(dir, "params"), *meta = file_join(dir, "meta.yaml");
	int is = file_exists(meta) && file_exists(params);

	free(params);
	free(meta);
	return is;
}

/* Adds what matches in one experiment; the best match so far is *found, of which there are *many.
 */
static int runs_find_in(
	const char *dir, const char *id, char **found, int *best, int *many, struct err *e)
{
	size_t n;
	char **names = place_names(dir, &n, e);

	for (size_t i = 0; names && i < n; i++) {
		int match = runs_match(names[i], id);
		char *run = match && match >= *best ? file_join(dir, names[i]) : NULL;

		if (run && runs_is_run(run)) {
			*many = match == *best ? *many + 1 : 1;
			*best = match;
			free(*found);
			*found = run;
		} else {
			free(run);
		}
	}
	place_names_free(names, n);
	return names ? 0 : -1;
}

/* Directories are matched by their names first: of all runs only one meta.yaml is read. */
int runs_find(const char *home, const char *id, struct run_info *out, struct err *e)
{
	char *mlruns = file_join(home, "mlruns"), *found = NULL, **names;
	int best = 0, many = 0, rc = -1;
	size_t n, i;

	names = place_names(mlruns, &n, e);
	for (i = 0; names && i < n; i++) {
		char *dir = file_join(mlruns, names[i]);
		int failed = runs_is_experiment(names[i]) &&
			     runs_find_in(dir, id, &found, &best, &many, e) < 0;

		free(dir);
		if (failed)
			break;
	}
	if (!names || i < n)
		goto end;
	if (!found)
		err_set(e, ERR_USAGE, "no run '%s' ('pawl runs list' shows them)", id);
	else if (best < 2 && many > 1)
		err_set(e, ERR_USAGE, "%d runs are called '%s...': give more of the id", many, id);
	else
		rc = runs_load(found, out, e);
end:
	place_names_free(names, n);
	free(found);
	free(mlruns);
	return rc;
}

/* One line "ms value step"; 0, or -1 where it is none. */
static int runs_point(const char *line, size_t len, double *value, int64_t *ms, int64_t *step)
{
	const char *part[3] = {NULL, NULL, NULL}, *end = line + len;
	size_t size[3] = {0, 0, 0};
	int n = 0;

	for (const char *p = line; p < end && n < 3; n++) {
		const char *q = memchr(p, ' ', (size_t)(end - p));

		part[n] = p;
		size[n] = (size_t)((q ? q : end) - p);
		p = q ? q + 1 : end;
	}
	*step = 0;
	if (n < 2 || num_int64(part[0], size[0], ms) < 0 || num_double(part[1], size[1], value) < 0)
		return -1;
	return n > 2 ? num_int64(part[2], size[2], step) : 0;
}

static json_t *runs_last_point(const char *text)
{
	int64_t ms, step, last_ms = 0, last_step = 0;
	double value, last = NAN;
	int any = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (runs_point(text, len, &value, &ms, &step) == 0) {
			int later = step != last_step ? step > last_step
				    : ms != last_ms   ? ms > last_ms
						      : value > last || isnan(last);
			if (!any || later) {
				last = value;
				last_ms = ms;
				last_step = step;
			}
			any = 1;
		}
		text += len + (text[len] != 0);
	}
	return any ? json_number(last) : NULL;
}

/* A key with a slash is a directory: `prefix` is "" or ends in a slash. Depth: a key has at most
 * 250 characters. */
static int runs_values_of(
	const char *dir, const char *prefix, int metrics, int depth, json_t *out, struct err *e)
{
	size_t n;
	char **names = place_names(dir, &n, e);
	int rc = names ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char *path = file_join(dir, names[i]), *key = mem_printf("%s%s", prefix, names[i]);
		struct buf text = BUF_INIT;
		struct stat st;

		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			char *below = mem_printf("%s/", key);

			if (depth < 125)
				rc = runs_values_of(path, below, metrics, depth + 1, out, e);
			free(below);
		} else if (file_read(path, RUNS_VALUE_CAP, &text, e) < 0) {
			rc = -1;
		} else {
			json_t *value = metrics ? runs_last_point(text.data)
						: json_text(text.data, text.len);
			if (value)
				json_object_set_new(out, key, value);
		}
		buf_release(&text);
		free(path);
		free(key);
	}
	place_names_free(names, n);
	return rc;
}

json_t *runs_values(const char *dir, const char *kind, struct err *e)
{
	char *path = file_join(dir, kind);
	json_t *out = json_object();

	if (runs_values_of(path, "", strcmp(kind, "metrics") == 0, 0, out, e) < 0) {
		json_decref(out);
		out = NULL;
	}
	free(path);
	return out;
}

char *runs_tag(const char *dir, const char *key)
{
	char *path = mem_printf("%s/tags/%s", dir, key);
	struct err unused = ERR_INIT;
	struct buf text = BUF_INIT;
	int rc = file_read(path, RUNS_VALUE_CAP, &text, &unused);

	free(path);
	if (rc == 0)
		return buf_detach(&text);
	buf_release(&text);
	return NULL;
}

char *runs_experiment_name(const char *home, const char *id)
{
	char *path = mem_printf("%s/mlruns/%s/meta.yaml", home, id), *name;
	struct err unused = ERR_INIT;
	json_t *meta = file_exists(path) ? meta_read(path, &unused) : NULL;

	name = mem_strdup(json_str(meta, "name", id));
	json_decref(meta);
	free(path);
	return name;
}
