/* feedback: labels that came late, beside the rows that were scored: new training data.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/tool.h"
#include "store/due.h"
#include "store/home.h"
#include "store/lock.h"
#include "store/place.h"
#include "watch/join.h"
#include "watch/labels.h"

static struct options {
	const char *schema, *name, *log, *partitions, *by, *time, *horizon, *format;
} options;

static const struct opt opts[] = {
	OPT_SCHEMA(options, schema),
	{0, "name", OPT_STRING, "NAME", "the model whose log and labels these are (needed)",
		OPT_AT(options, name), OPT_PARAM, NULL, 0, 0},
	{0, "log", OPT_STRING, "DIR", "the request log (default: log/NAME in the home)",
		OPT_AT(options, log), 0, NULL, 0, 0},
	{0, "partitions", OPT_STRING, "DIR", "where the labelled rows go",
		OPT_AT(options, partitions), OPT_PARAM, "partitions", 0, 0},
	{0, "by", OPT_CHOICE, "request|key", "how a label names its row", OPT_AT(options, by),
		OPT_PARAM, "request", 0, 0},
	{0, "label-time", OPT_STRING, "COLUMN", "the column that says when a label was known",
		OPT_AT(options, time), OPT_PARAM, NULL, 0, 0},
	{0, "horizon", OPT_STRING, "PERIOD", "by key: how old a score may be (90d); needs times",
		OPT_AT(options, horizon), OPT_PARAM, NULL, 0, 0},
	{'f', "format", OPT_CHOICE, "text|json", "format of the report", OPT_AT(options, format), 0,
		"text", 0, 0},
	OPT_END,
};

struct work {
	char *home, *store, *log;
	struct lock lock;
	struct contract *contract;
	struct labels labels;
	char **segments;
	size_t nsegments, nfiles;
	struct join join;
	json_t *written;
};

/* ---- labels are kept: HOME/labels/NAME/NUMBER-SHA256, in the order in which they came */

static int is_plain(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/') && strlen(name) <= 200;
}

static int check_options(struct work *w, struct err *e)
{
	int64_t ms = 0;
	int by_key = strcmp(options.by, "key") == 0;

	if (!options.name || !is_plain(options.name))
		return err_set(e, ERR_USAGE, "which model? --name NAME");
	if (options.horizon && (due_duration(options.horizon, "--horizon", &ms, e) < 0 || !by_key ||
				       !options.time))
		return e->kind ? -1
			       : err_set(e, ERR_USAGE,
					 "--horizon is for --by key with --label-time");
	w->join.horizon = ms * 1000;
	w->contract = contract_read(options.schema ? options.schema : "schema.yaml", e);
	if (!w->contract)
		return -1;
	if (!w->contract->target || (by_key && !w->contract->key))
		return err_set(e, ERR_USAGE, "%s: it names no %s", w->contract->file,
			w->contract->target ? "key" : "target");
	labels_init(
		&w->labels, w->contract, by_key ? LABEL_BY_KEY : LABEL_BY_REQUEST, options.time);
	return 0;
}

static int open_store(struct work *w, struct err *e)
{
	char *name = mem_printf("feedback-%s", options.name);
	int rc = -1;

	w->home = home_make(e);
	if (w->home) {
		w->store = mem_printf("%s/labels/%s", w->home, options.name);
		w->log = options.log ? mem_strdup(options.log)
				     : mem_printf("%s/log/%s", w->home, options.name);
		if (file_mkdirs(w->store, e) == 0 && file_mkdirs(options.partitions, e) == 0)
			rc = lock_take(&w->lock, w->home, name, e);
	}
	free(name);
	return rc;
}

static int read_stored(struct work *w, char **names, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		char *path = file_join(w->store, names[i]);
		int rc = labels_add(&w->labels, path, e);

		free(path);
		if (rc < 0)
			return -1;
		w->nfiles++;
	}
	return 0;
}

static int is_stored(char *const *names, size_t n, const char *sha256)
{
	for (size_t i = 0; i < n; i++) {
		const char *dash = strchr(names[i], '-');

		if (dash && strcmp(dash + 1, sha256) == 0)
			return 1;
	}
	return 0;
}

/* Takes a file that passed into the store, whole. */
static int keep(struct work *w, const char *path, const char *sha256, size_t number, struct err *e)
{
	char *tmp = file_join(w->lock.tmp, "labels");
	char *to = mem_printf("%s/%06zu-%s", w->store, number, sha256);
	int rc = place_copy(path, tmp, e);

	if (rc == 0 && rename(tmp, to) < 0)
		rc = err_errno(e, "cannot write '%s'", to);
	if (rc == 0)
		rc = place_fsync(w->store, e);
	free(to);
	free(tmp);
	return rc;
}

static int take_labels(struct work *w, const struct run *r, struct err *e)
{
	size_t n, number;
	char **names = place_names(w->store, &n, e), sha256[SHA256_HEX];
	int rc = names ? read_stored(w, names, n, e) : -1;

	number = n ? strtoul(names[n - 1], NULL, 10) + 1 : 1;
	for (int i = 0; rc == 0 && i < r->noperands; i++) {
		const char *path = r->operands[i];
		int again = 0;

		rc = file_sha256(path, sha256, e);
		for (int j = 0; rc == 0 && j < i && !again; j++) {
			char other[SHA256_HEX];

			rc = file_sha256(r->operands[j], other, e);
			again = strcmp(sha256, other) == 0;
		}
		if (rc < 0 || again || is_stored(names, n, sha256))
			continue;
		rc = labels_add(&w->labels, path, e);
		if (rc == 0)
			rc = keep(w, path, sha256, number++, e);
		w->nfiles++;
	}
	place_names_free(names, n);
	return rc;
}

/* ---- segments and partitions */

static int ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && strcmp(text + n - m, end) == 0;
}

static int find_segments(struct work *w, struct err *e)
{
	size_t n;
	char **names = place_names(w->log, &n, e);

	if (!names)
		return -1;
	w->segments = mem_new(n + 1, sizeof(*w->segments));
	for (size_t i = 0; i < n; i++)
		if (ends_with(names[i], ".arrows") || ends_with(names[i], ".arrows.open"))
			w->segments[w->nsegments++] = file_join(w->log, names[i]);
	place_names_free(names, n);
	return 0;
}

/* One partition for each segment, named after it: more labels rewrite it, nothing counts twice. */
static int write_partition(struct work *w, size_t i, struct err *e)
{
	const char *name = file_name(w->segments[i]);
	char *path = mem_printf("%s/part-%.*s.csv", options.partitions,
		(int)(strstr(name, ".arrows") - name), name);
	uint64_t rows;
	json_t *one;
	int rc = join_write(&w->join, i, path, &rows, e);

	if (rc == 0 && rows) {
		one = json_object();
		json_object_set_new(one, "path", json_text(path, strlen(path)));
		json_object_set_new(one, "rows", json_integer((json_int_t)rows));
		json_array_append_new(w->written, one);
	} else if (rc == 0) {
		rc = place_remove(path, e); /* its labels went to later rows */
	}
	free(path);
	return rc;
}

static int join(struct work *w, struct err *e)
{
	w->join.labels = &w->labels;
	w->join.segments = w->segments;
	w->join.n = w->nsegments;
	if (join_find(&w->join, e) < 0)
		return -1;
	for (size_t i = 0; i < w->nsegments; i++)
		if (write_partition(w, i, e) < 0)
			return -1;
	return 0;
}

/* ---- report */

static json_t *quantile(const int64_t *sorted, size_t n, double q)
{
	return json_number((double)sorted[(size_t)((double)(n - 1) * q + 0.5)] / 1e6);
}

static json_t *report(const struct work *w)
{
	const struct labels *l = &w->labels;
	const struct join *j = &w->join;
	json_t *out = json_object(), *delay = json_object();
	size_t n;
	int64_t *delays = join_delays(j, &n);

#define COUNT(key, value) json_object_set_new(out, key, json_integer((json_int_t)(value)))
	COUNT("log_rows", j->rows);
	COUNT("labelled_rows", j->labelled);
	json_object_set_new(out, "coverage",
		j->rows ? json_number((double)j->labelled / (double)j->rows) : json_null());
	COUNT("label_files", w->nfiles);
	COUNT("label_rows", l->rows);
	COUNT("without_target_or_id", l->missing);
	COUNT("corrections", l->corrected);
	COUNT("unknown", j->unknown);
	COUNT("ambiguous", j->ambiguous);
#undef COUNT
	if (n) {
		json_object_set_new(delay, "p50", quantile(delays, n, 0.5));
		json_object_set_new(delay, "p90", quantile(delays, n, 0.9));
		json_object_set_new(delay, "max", quantile(delays, n, 1));
	}
	json_object_set_new(out, "delay_seconds", n ? delay : json_null());
	if (!n)
		json_decref(delay);
	json_object_set(out, "partitions", w->written);
	free(delays);
	return out;
}

static void print_report(const json_t *values)
{
	struct grid t = GRID_OF(2);
	struct buf out = BUF_INIT, text = BUF_INIT;
	const char *key;
	json_t *value;

	if (strcmp(options.format, "json") == 0) {
		json_pretty(values, &out);
	} else {
		json_object_foreach((json_t *)(uintptr_t)values, key, value)
		{
			buf_reset(&text);
			if (json_is_array(value))
				buf_addf(&text, "%zu", json_array_size(value));
			else
				json_canonical(value, &text);
			grid_add(&t, key);
			grid_add(&t, json_is_null(value) ? "-" : text.data);
		}
		grid_print(&t, 0, 0, grid_terminal(1), &out);
	}
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	buf_release(&text);
	grid_release(&t);
}

static int feedback(struct run *r, struct err *e)
{
	struct work w = {.lock = LOCK_INIT, .written = json_array()};
	json_t *values;
	int rc = -1;

	if (check_options(&w, e) == 0 && open_store(&w, e) == 0 && take_labels(&w, r, e) == 0 &&
		find_segments(&w, e) == 0 && join(&w, e) == 0) {
		values = report(&w);
		print_report(values);
		json_decref(values);
		if (w.join.unknown)
			run_say(r, "%" PRIu64 " labels are about no row of the log",
				w.join.unknown);
		if (w.join.ambiguous)
			run_say(r, "%" PRIu64 " labels name no row of a request that has several",
				w.join.ambiguous);
		rc = 0;
	}
	join_release(&w.join);
	labels_release(&w.labels);
	contract_free(w.contract);
	place_names_free(w.segments, w.nsegments);
	lock_drop(&w.lock);
	json_decref(w.written);
	free(w.log);
	free(w.store);
	free(w.home);
	return rc;
}

static const struct tool tool = {
	.name = "feedback",
	.summary = "join labels that came late with the request log, as new training data",
	.usage = "[LABELS...]",
	.opts = opts,
	.options = &options,
	.run = feedback,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
