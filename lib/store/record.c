/* record: one step of a pipeline as a run nested in the run of its make.
 * SPDX-License-Identifier: MIT
 */
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/git.h"
#include "store/home.h"
#include "store/lock.h"
#include "store/meta.h"
#include "store/run.h"
#include "store/runs.h"

enum { RECORD_DEPTH = 32 };

static const char *record_getenv(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

int run_record_env(struct run_record *r)
{
	r->run = record_getenv("PAWL_RUN");
	r->experiment = record_getenv("PAWL_EXPERIMENT");
	r->run_name = record_getenv("PAWL_RUN_NAME");
	r->overrides = record_getenv("PAWL_SET");
	return r->run != NULL;
}

/* ---- what is known of the sources and the machine: on the parent alone */

static int record_tag(const char *dir, const char *key, const char *value, struct err *e)
{
	return value && *value ? run_draft_tag(dir, key, value, e) : 0;
}

static int record_git(const char *dir, struct err *e)
{
	char *commit = git_commit(), *branch = git_branch();
	int rc = record_tag(dir, "mlflow.source.git.commit", commit, e);

	if (rc == 0)
		rc = record_tag(dir, "mlflow.source.git.branch", branch, e);
	if (rc == 0 && commit)
		switch (git_dirty()) {
		case 0:
			rc = run_draft_tag(dir, "mlflow.source.git.dirty", "false", e);
			break;
		case 1:
			rc = run_draft_tag(dir, "mlflow.source.git.dirty", "true", e);
			break;
		default:
			break;
		}
	free(commit);
	free(branch);
	return rc;
}

static int record_host(const char *dir, struct err *e)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	return record_tag(dir, "pawl.host", host, e);
}

/* ---- the step */

/* One parameter; the same key twice (after what MLflow refuses was changed) gets a number. */
static int record_param(
	const char *dir, struct map *seen, const char *key, const char *value, struct err *e)
{
	char clean[META_KEY], name[META_KEY + 16];
	int is_new;

	meta_key(key, clean);
	snprintf(name, sizeof(name), "%s", clean);
	for (unsigned i = 2;; i++) {
		map_add(seen, name, strlen(name), &is_new);
		if (is_new)
			break;
		snprintf(name, sizeof(name), "%.230s_%u", clean, i);
	}
	return run_draft_param(dir, name, value, e);
}

/* Objects become "a.b"; lists and other values are their text. */
static int record_params(const char *dir, struct map *seen, const char *prefix, int depth,
	const json_t *value, struct err *e)
{
	struct buf text = BUF_INIT;
	const char *key;
	json_t *item;
	int rc = 0;

	if (json_is_object(value) && depth < RECORD_DEPTH) {
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
		{
			char *name = *prefix ? mem_printf("%s.%s", prefix, key) : mem_strdup(key);

			if (rc == 0)
				rc = record_params(dir, seen, name, depth + 1, item, e);
			free(name);
		}
		return rc;
	}
	if (json_is_string(value))
		buf_adds(&text, json_string_value(value));
	else
		json_canonical(value, &text);
	rc = record_param(dir, seen, prefix, text.data, e);
	buf_release(&text);
	return rc;
}

static int record_files(
	const char *dir, const char *kind, const struct run_file *files, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		char *hash, *name;
		int same = 0, rc;

		for (size_t j = 0; j < i; j++)
			same += strcmp(files[j].role, files[i].role) == 0;
		hash = same ? mem_printf("pawl.%s.%s.%d", kind, files[i].role, same + 1)
			    : mem_printf("pawl.%s.%s", kind, files[i].role);
		name = mem_printf("%s.file", hash);
		rc = record_tag(dir, hash, files[i].sha256, e);
		if (rc == 0)
			rc = record_tag(dir, name, files[i].name, e);
		free(hash);
		free(name);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* The command as it may be typed again. */
static void record_command(char *const *argv, struct buf *out)
{
	for (size_t i = 0; argv && argv[i]; i++) {
		size_t plain =
			strspn(argv[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_./:=,+-@%");

		if (i)
			buf_addc(out, ' ');
		if (*argv[i] && !argv[i][plain]) {
			buf_adds(out, argv[i]);
			continue;
		}
		buf_addc(out, '\'');
		for (const char *p = argv[i]; *p; p++) {
			if (*p == '\'')
				buf_adds(out, "'\\'");
			buf_addc(out, *p);
		}
		buf_addc(out, '\'');
	}
}

static int record_tags(const char *dir, const struct run_record *r, struct err *e)
{
	struct buf command = BUF_INIT;
	char number[32];
	int rc;

	record_command(r->argv, &command);
	snprintf(number, sizeof(number), "%d", r->result);
	rc = record_tag(dir, "pawl.tool", r->tool, e);
	if (rc == 0)
		rc = record_tag(dir, "mlflow.source.name", r->tool, e);
	if (rc == 0)
		rc = record_tag(dir, "pawl.result", number, e);
	if (rc == 0)
		rc = record_tag(dir, "pawl.release", r->release, e);
	if (rc == 0)
		rc = record_tag(dir, "pawl.command", command.data, e);
	snprintf(number, sizeof(number), "%d", r->code);
	if (rc == 0)
		rc = record_tag(dir, "pawl.exit_code", number, e);
	if (rc == 0)
		rc = record_tag(dir, "pawl.error", r->error, e);
	buf_release(&command);
	return rc;
}

static int record_metrics(const char *dir, const struct run_record *r, int64_t ms,
	int (*put)(const char *, const char *, double, int64_t, int64_t, struct err *),
	struct err *e)
{
	for (size_t i = 0; i < r->nmetrics; i++)
		if (put(dir, r->metrics[i].name, r->metrics[i].value, ms, 0, e) < 0)
			return -1;
	return 0;
}

static enum run_status record_status(const struct run_record *r)
{
	return r->code ? RUN_FAILED : RUN_FINISHED;
}

static int record_child(const struct lock *l, const char *home, const struct run_record *r,
	const char *experiment, struct err *e)
{
	int64_t end = r->end ? r->end : meta_now();
	struct map seen = MAP_INIT;
	char id[RUN_ID], *dir = NULL;
	struct run_new n = {.experiment = experiment,
		.id = id,
		.parent = r->run,
		.name = r->step ? r->step : r->tool,
		.start = r->start ? r->start : end,
		.end = end,
		.status = record_status(r)};
	int rc = -1;

	run_fresh_id(id);
	if (run_begin(l, home, &n, &dir, e) < 0)
		return -1;
	if ((!r->params || record_params(dir, &seen, "", 0, r->params, e) == 0) &&
		record_files(dir, "input", r->inputs, r->ninputs, e) == 0 &&
		record_files(dir, "output", r->outputs, r->noutputs, e) == 0 &&
		record_tags(dir, r, e) == 0 &&
		record_metrics(dir, r, end, run_draft_metric, e) == 0)
		rc = run_publish(home, &n, dir, e);
	if (rc == 1)
		rc = err_set(e, ERR_SYSTEM, "two runs have the id '%s'", id);
	map_release(&seen);
	free(dir);
	return rc;
}

/* ---- its parent */

static int record_parent_make(const struct lock *l, const char *home, const struct run_record *r,
	const struct run_new *n, struct err *e)
{
	char *dir = NULL;
	int rc = -1;

	if (run_begin(l, home, n, &dir, e) < 0)
		return -1;
	if (run_draft_tag(dir, "mlflow.source.name", "make", e) == 0 && record_host(dir, e) == 0 &&
		record_tag(dir, "pawl.set", r->overrides, e) == 0 && record_git(dir, e) == 0 &&
		record_metrics(dir, r, n->end, run_draft_metric, e) == 0)
		rc = run_publish(home, n, dir, e);
	free(dir);
	return rc < 0 ? -1 : 0;
}

/* What a parent learns of a step that is not its first. */
static int record_parent_update(
	const char *dir, const struct run_record *r, const struct run_new *n, struct err *e)
{
	struct run_info info = {0};
	int rc = -1;

	if (runs_load(dir, &info, e) < 0)
		return -1;
	if (n->start < info.start)
		info.start = n->start;
	if (n->end > info.end)
		info.end = n->end;
	info.status = r->code || info.status == RUN_FAILED ? RUN_FAILED : RUN_FINISHED;
	if (record_metrics(dir, r, n->end, run_put_metric, e) == 0)
		rc = run_put_meta(&info, e);
	run_info_release(&info);
	return rc;
}

/* Makes the parent where it is not there. */
static int record_parent(const struct lock *l, const char *home, const struct run_record *r,
	const char *experiment, struct err *e)
{
	char *dir = mem_printf("%s/mlruns/%s/%s", home, experiment, r->run);
	int64_t end = r->end ? r->end : meta_now();
	struct run_new n = {.experiment = experiment,
		.id = r->run,
		.name = r->run_name,
		.start = r->start ? r->start : end,
		.end = end,
		.status = record_status(r)};
	int rc = file_exists(dir) ? record_parent_update(dir, r, &n, e)
				  : record_parent_make(l, home, r, &n, e);

	free(dir);
	return rc;
}

int run_record_step(const struct run_record *r, struct err *e)
{
	char *home = home_make(e), experiment[RUN_ID];
	struct lock lock = LOCK_INIT;
	int rc = -1;

	if (!home)
		return -1;
	if (!run_id_valid(r->run)) {
		err_set(e, ERR_USAGE, "PAWL_RUN is '%s', which is no run id", r->run);
		goto end;
	}
	if (lock_take(&lock, home, "runs", e) < 0)
		goto end;
	if (run_experiment(&lock, home, r->experiment, experiment, e) == 0 &&
		record_parent(&lock, home, r, experiment, e) == 0)
		rc = record_child(&lock, home, r, experiment, e);
end:
	lock_drop(&lock);
	free(home);
	return rc;
}

int run_record_parent(const char *home, const struct run_record *r, char **dir, struct err *e)
{
	struct lock lock = LOCK_INIT;
	char experiment[RUN_ID];
	int rc = -1;

	if (!run_id_valid(r->run))
		return err_set(e, ERR_USAGE, "PAWL_RUN is '%s', which is no run id", r->run);
	if (lock_take(&lock, home, "runs", e) < 0)
		return -1;
	if (run_experiment(&lock, home, r->experiment, experiment, e) == 0 &&
		record_parent(&lock, home, r, experiment, e) == 0) {
		*dir = mem_printf("%s/mlruns/%s/%s", home, experiment, r->run);
		rc = 0;
	}
	lock_drop(&lock);
	return rc;
}
