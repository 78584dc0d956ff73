/* monitor: compares new rows with those that a model was trained on, and its metrics with what they
 * were.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "net/requestlog.h"
#include "onnx/file.h"
#include "report/monitoring.h"
#include "store/home.h"
#include "store/registry.h"
#include "store/runs.h"
#include "watch/judge.h"
#include "watch/reference.h"
#include "watch/snapshot.h"
#include "watch/verdict.h"
#include "watch/window.h"

static struct options {
	const char *reference, *model, *name, *target, *confirm, *metrics, *format, *output, *state;
	double psi, ks, js, missing, decay, alpha;
	long long min_rows;
	int no_state;
} options;

#define LIMIT(member, arg_, help_, value_)                                                         \
	{                                                                                          \
		0, #member, OPT_NUMBER, arg_, help_, OPT_AT(options, member), OPT_PARAM, value_,   \
			1e-9, 1e9                                                                  \
	}

static const struct opt opts[] = {
	{0, "reference", OPT_STRING, "REF",
		"what to compare with: NAME@ALIAS, NAME/VERSION, a reference.json or a table",
		OPT_AT(options, reference), 0, NULL, 0, 0},
	{'m', "model", OPT_STRING, "MODEL",
		"the model that predicts where FILE has no predictions (default: that of REF)",
		OPT_AT(options, model), 0, NULL, 0, 0},
	{'t', "target", OPT_STRING, "COLUMN", "the labels (default: the model's target)",
		OPT_AT(options, target), OPT_PARAM, NULL, 0, 0},
	{0, "baseline-metrics", OPT_STRING, "FILE",
		"the metrics.json to hold the metrics against (default: those of REF)",
		OPT_AT(options, metrics), 0, NULL, 0, 0},
	{0, NULL, OPT_GROUP, NULL, "Limits", 0, 0, NULL, 0, 0},
	LIMIT(psi, "X", "of the population stability index", "0.2"),
	LIMIT(ks, "X", "of the Kolmogorov-Smirnov statistic of numbers", "0.1"),
	LIMIT(js, "X", "of the Jensen-Shannon divergence of text, to base 2", "0.05"),
	LIMIT(missing, "X", "of the difference of the shares of missing values", "0.05"),
	LIMIT(decay, "X", "of the relative increase of log_loss or rmse", "0.1"),
	{0, "alpha", OPT_NUMBER, "P", "and at most this probability of an error",
		OPT_AT(options, alpha), OPT_PARAM, "0.01", 1e-12, 0.5},
	{0, "min-rows", OPT_INT, "N", "fewer rows say nothing: exit 5", OPT_AT(options, min_rows),
		OPT_PARAM, "100", 1, 1e15},
	{0, NULL, OPT_GROUP, NULL, "Verdict", 0, 0, NULL, 0, 0},
	{0, "confirm", OPT_STRING, "K/N",
		"confirmed after a breach in K of the last N windows (default: 2/3, with "
		"--no-state 1/1)",
		OPT_AT(options, confirm), OPT_PARAM, NULL, 0, 0},
	{0, "name", OPT_STRING, "NAME", "what is monitored (default: by REF)",
		OPT_AT(options, name), 0, NULL, 0, 0},
	{0, "state", OPT_STRING, "FILE",
		"what is remembered of windows (default: state/monitor-NAME.json in the home)",
		OPT_AT(options, state), 0, NULL, 0, 0},
	{0, "no-state", OPT_FLAG, NULL, "judge this window by itself, remember nothing",
		OPT_AT(options, no_state), 0, NULL, 0, 0},
	{0, NULL, OPT_GROUP, NULL, "Output", 0, 0, NULL, 0, 0},
	OPT_OUTPUT(options, output),
	{'f', "format", OPT_CHOICE, "text|json|prometheus",
		"format of the report (default: by the extension .json or .prom, else text)",
		OPT_AT(options, format), 0, NULL, 0, 0},
	OPT_END,
};

struct work {
	struct run *run;
	struct step step;
	struct outfile out;
	struct drift reference;
	char *model_path, *name;
	struct onnx_model *model;
	struct signature sig;
	json_t *baseline; /* {"metrics","rows"?} or NULL */
	struct window window;
	struct verdict_rule rule;
	char identity[SHA256_HEX], seen[SHA256_HEX]; /* of the reference, of the window */
	json_t *report;
	int code;
};

/* ---- what to compare with */

static int load_model(struct work *w, struct err *e)
{
	if (!w->model_path)
		return 0;
	w->model = onnx_file_read(w->model_path, e);
	if (!w->model)
		return -1;
	if (signature_get(&w->sig, w->model, e) < 0)
		return err_prefix(e, "%s", w->model_path);
	return step_input(&w->step, "model", w->model_path, e);
}

static int use_reference(struct work *w, json_t *json, const char *path, struct err *e)
{
	int rc = drift_parse(&w->reference, json, e);

	json_decref(json);
	return rc < 0 ? err_prefix(e, "%s", path) : step_input(&w->step, "reference", path, e);
}

/* The metrics that a version was registered with are its tags. */
static int version_metrics(struct work *w, const struct version *v, struct err *e)
{
	json_t *tags = runs_values(v->dir, "tags", e), *metrics = json_object(), *value;
	const char *key;

	json_object_foreach(tags, key, value)
	{
		const char *text = json_string_value(value);
		double number;

		if (text && strncmp(key, "metric.", 7) == 0 &&
			num_double(text, strlen(text), &number) == 0)
			json_object_set_new(metrics, key + 7, json_number(number));
	}
	w->baseline = json_object();
	json_object_set_new(w->baseline, "metrics", metrics);
	json_decref(tags);
	return tags ? 0 : -1;
}

static int registered_reference(struct work *w, struct err *e)
{
	struct version v = {0};
	char *home = home_need(e), *dir = NULL, *path = NULL;
	json_t *json;
	int rc = -1;

	if (!home || registry_find(home, options.reference, &v, e) < 0 ||
		registry_check(&v, e) < 0 || version_metrics(w, &v, e) < 0)
		goto end;
	dir = file_dir(v.model);
	path = file_join(dir, REFERENCE_FILE);
	w->name = mem_strdup(v.name);
	if (!w->model_path)
		w->model_path = mem_strdup(v.model);
	json = file_exists(path) ? json_read(path, e) : NULL;
	if (!file_exists(path))
		err_set(e, ERR_USAGE,
			"%s/%lld was registered without its training data: 'pawl register add "
			"--reference train.arrow' adds it",
			v.name, v.number);
	rc = json && use_reference(w, json, path, e) == 0 ? load_model(w, e) : -1;
end:
	version_release(&v);
	free(home);
	free(dir);
	free(path);
	return rc;
}

static int file_reference(struct work *w, struct err *e)
{
	const char *base = file_name(options.reference), *dot = strrchr(base, '.');
	json_t *json = reference_read(options.reference);

	w->name = mem_strndup(base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
	if (load_model(w, e) < 0) {
		json_decref(json);
		return -1;
	}
	if (json)
		return use_reference(w, json, options.reference, e);
	if (step_input(&w->step, "reference", options.reference, e) < 0)
		return -1;
	return reference_build(&w->reference, options.reference, w->model, e);
}

static int load_reference(struct work *w, struct err *e)
{
	struct buf text = BUF_INIT;
	json_t *json;
	int rc = 0;

	if (!options.reference)
		return err_set(
			e, ERR_USAGE, "compare with what? --reference NAME@champion or FILE");
	if (options.model && registry_is_spec(options.model))
		rc = registry_model_path(NULL, options.model, &w->model_path, e);
	else if (options.model)
		w->model_path = mem_strdup(options.model);
	if (rc == 0)
		rc = registry_is_spec(options.reference) ? registered_reference(w, e)
							 : file_reference(w, e);
	if (rc == 0 && options.metrics) {
		json_decref(w->baseline);
		w->baseline = json_read(options.metrics, e);
		rc = w->baseline ? step_input(&w->step, "metrics", options.metrics, e) : -1;
	}
	if (rc < 0)
		return -1;
	json = drift_json(&w->reference);
	json_canonical(json, &text);
	sha256_of(text.data, text.len, w->identity);
	json_decref(json);
	buf_release(&text);
	return 0;
}

/* ---- the window */

static int done(void *arg, struct source *source, struct err *e)
{
	return step_source(arg, "data", source, e);
}

static int add_table(struct work *w, const char *path, struct err *e)
{
	if (step_input(&w->step, "data", path, e) < 0)
		return -1;
	return window_add(&w->window, path, done, &w->step, e);
}

/* An open segment grows while it is read: a copy is what was looked at. */
static int add_open(struct work *w, const char *path, struct err *e)
{
	char *name = NULL, hex[SHA256_HEX], *closed;
	int ended, rc = -1;
	FILE *copy = snapshot_take(path, &name, &ended, e);

	if (!copy && ended) {
		closed = mem_strndup(path, strlen(path) - strlen(".open"));
		rc = add_table(w, closed, e);
		free(closed);
		return rc;
	}
	if (!copy)
		return -1;
	w->window.label = path;
	w->window.torn = 1;
	if (step_input(&w->step, "data", NULL, e) == 0 && file_sha256(name, hex, e) == 0) {
		step_stream(&w->step, "data", hex, NULL);
		rc = window_add(&w->window, name, NULL, NULL, e);
	}
	w->window.label = NULL;
	w->window.torn = 0;
	fclose(copy);
	free(name);
	return rc;
}

/* A table, a segment, or a directory of segments. */
static int add_operand(struct work *w, const char *path, struct err *e)
{
	struct stat st;
	size_t n = 0;
	char **paths;
	int rc = 0;

	if (snapshot_is_open(path))
		return add_open(w, path, e);
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return add_table(w, path, e);
	paths = requestlog_list(path, &n, e);
	if (paths && n == 0)
		rc = err_set(e, ERR_FEW, "'%s' has no request log", path);
	for (size_t i = 0; paths && rc == 0 && i < n; i++)
		rc = snapshot_is_open(paths[i]) ? add_open(w, paths[i], e)
						: add_table(w, paths[i], e);
	if (!paths)
		rc = -1;
	requestlog_list_free(paths, n);
	return rc;
}

static int hex_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A window is the set of its files' contents. */
static void identify(struct work *w)
{
	const char **hex = mem_array(w->step.ninputs + 1, sizeof(*hex));
	struct sha256 *all = sha256_new();
	size_t n = 0;

	for (size_t i = 0; i < w->step.ninputs; i++)
		if (strcmp(w->step.inputs[i].role, "data") == 0)
			hex[n++] = w->step.inputs[i].sha256;
	qsort(hex, n, sizeof(*hex), hex_order);
	for (size_t i = 0; i < n; i++)
		sha256_add(all, hex[i], strlen(hex[i]));
	sha256_hex(all, w->seen);
	sha256_free(all);
	free(hex);
}

static int read_window(struct work *w, struct err *e)
{
	struct run *r = w->run;

	w->window.reference = &w->reference;
	w->window.model = w->model;
	w->window.sig = w->model ? &w->sig : NULL;
	w->window.target = options.target ? options.target : w->sig.target;
	for (size_t i = 0; !w->window.target && i < w->reference.n; i++)
		if (strcmp(w->reference.columns[i].role, "target") == 0)
			w->window.target = w->reference.columns[i].name;
	for (int i = 0; i < r->noperands; i++)
		if (add_operand(w, r->operands[i], e) < 0)
			return -1;
	if (r->noperands == 0 && add_table(w, NULL, e) < 0)
		return -1;
	identify(w);
	return 0;
}

/* ---- the verdict */

static char *state_path(const struct work *w, struct err *e)
{
	char *home, *dir, *path = NULL;

	if (options.state)
		return mem_strdup(options.state);
	home = home_make(e);
	if (!home)
		return NULL;
	dir = file_join(home, "state");
	if (file_mkdirs(dir, e) == 0)
		path = mem_printf("%s/monitor-%s.json", dir, w->name);
	free(dir);
	free(home);
	return path;
}

/* Counts the window in the state file, which is locked meanwhile. The state is a new reference. */
static json_t *count(struct work *w, const json_t *levels, struct err *e)
{
	struct outfile out = OUTFILE_INIT;
	struct buf text = BUF_INIT;
	json_t *state = NULL;
	char *path, *why = NULL;
	int counted, rc = 0;

	if (options.no_state) {
		state = verdict_new(w->identity);
		verdict_count(state, w->seen, levels, &w->rule);
		return state;
	}
	path = state_path(w, e);
	if (path && outfile_open(&out, path, e) == 0)
		state = verdict_read(path, w->identity, &why, e);
	if (state) {
		if (why)
			run_say(w->run, "%s", why);
		counted = verdict_count(state, w->seen, levels, &w->rule);
		json_object_set_new(w->report, "counted", json_boolean(counted));
		json_pretty(state, &text);
		if (counted || why)
			rc = outfile_write(&out, text.data, text.len, e);
		if (rc == 0 && (counted || why))
			rc = outfile_commit(&out, e);
	}
	outfile_discard(&out);
	buf_release(&text);
	free(path);
	free(why);
	if (rc == 0)
		return state;
	json_decref(state);
	return NULL;
}

/* The checks of this window with their states; names those that are confirmed in *e. */
static json_t *list_checks(
	const json_t *state, const json_t *levels, const char *rule, struct buf *confirmed)
{
	json_t *all = json_object_get(state, "checks"), *check, *out = json_array();
	const char *name;

	json_object_foreach(all, name, check)
	{
		const char *word = verdict_state(state, name);
		json_t *one = json_object();

		json_object_set_new(one, "check", json_string(name));
		json_object_set(one, "level", json_object_get(levels, name));
		if (!json_object_get(levels, name))
			json_object_set_new(one, "level", json_null());
		json_object_set_new(one, "state", json_string(word));
		json_object_set(one, "since", json_object_get(check, "since"));
		json_array_append_new(out, one);
		if (strcmp(word, "firing") == 0 || strcmp(word, "clearing") == 0)
			buf_addf(confirmed, "%s%s", confirmed->len ? ", " : "", name);
	}
	if (confirmed->len)
		buf_addf(confirmed, " (%s windows)", rule);
	return out;
}

static void set_verdict(struct work *w, const char *word, int code)
{
	w->code = code;
	json_object_set_new(w->report, "verdict", json_string(word));
	json_object_set_new(w->report, "exit", json_integer(code));
}

static json_t *judge(struct work *w)
{
	struct judge_limits limits = {
		options.psi, options.ks, options.js, options.missing, options.alpha};
	struct perform_limits decay = {options.decay, options.alpha, w->sig.positive};
	json_t *columns = judge_columns(&w->reference, w->window.tallies, &limits), *levels;
	json_t *performance;

	levels = judge_levels(columns);
	json_object_set_new(w->report, "columns", columns);
	if (w->window.perform.started) {
		performance = perform_report(&w->window.perform, w->baseline, &decay);
		if (w->window.perform.rows >= (size_t)options.min_rows && w->baseline)
			json_object_set(
				levels, "performance", json_object_get(performance, "level"));
		json_object_set_new(w->report, "performance", performance);
	}
	return levels;
}

static int reach_verdict(struct work *w, struct err *e)
{
	char *rule = mem_printf("%u of %u", w->rule.k, w->rule.n);
	struct buf confirmed = BUF_INIT;
	json_t *levels = judge(w), *state = count(w, levels, e), *checks;
	size_t pending = 0, i;
	const json_t *one;

	if (state) {
		json_object_set(w->report, "windows", json_object_get(state, "windows"));
		checks = list_checks(state, levels, rule, &confirmed);
		json_array_foreach(checks, i, one)
		{
			pending += strcmp(json_str(one, "state", ""), "pending") == 0;
		}
		json_object_set_new(w->report, "checks", checks);
		set_verdict(w,
			confirmed.len ? "confirmed"
			: pending     ? "pending"
				      : "ok",
			confirmed.len ? ERR_NO : 0);
		if (confirmed.len)
			err_set(e, ERR_NO, "confirmed: %s", confirmed.data);
	}
	buf_release(&confirmed);
	json_decref(levels);
	json_decref(state);
	free(rule);
	return state ? 0 : -1;
}

/* Schema skew and too few rows are said and not counted. */
static int decide(struct work *w, struct err *e)
{
	const json_t *first = json_array_get(w->window.skew, 0);

	w->report = json_object();
	json_object_set_new(w->report, "name", json_text(w->name, strlen(w->name)));
	json_object_set_new(w->report, "rows", json_integer((json_int_t)w->window.rows));
	json_object_set_new(w->report, "window", json_string(w->seen));
	json_object_set_new(w->report, "reference", json_string(w->identity));
	if (first) {
		set_verdict(w, "schema-skew", ERR_DATA);
		json_object_set(w->report, "schema", w->window.skew);
		err_set(e, ERR_DATA, "%s: column '%s' is %s%s%s", json_str(first, "table", ""),
			json_str(first, "column", ""), json_str(first, "found", "missing"),
			json_object_get(first, "found") ? ", the reference has " : "",
			json_object_get(first, "found") ? json_str(first, "wanted", "") : "");
		return 0;
	}
	if (w->window.rows < (uint64_t)options.min_rows) {
		set_verdict(w, "too-few", ERR_FEW);
		err_set(e, ERR_FEW, "%llu rows say nothing: at least %lld are wanted (--min-rows)",
			(unsigned long long)w->window.rows, options.min_rows);
		return 0;
	}
	return reach_verdict(w, e);
}

/* ---- the report */

static const char *report_format(void)
{
	size_t len = options.output ? strlen(options.output) : 0;

	if (options.format)
		return options.format;
	if (len > 5 && strcmp(options.output + len - 5, ".json") == 0)
		return "json";
	return len > 5 && strcmp(options.output + len - 5, ".prom") == 0 ? "prometheus" : "text";
}

static int write_report(struct work *w, struct err *e)
{
	const char *format = report_format();
	json_t *lineage = step_lineage(&w->step, e);
	struct buf text = BUF_INIT;
	int rc = -1;

	if (!lineage)
		return -1;
	json_object_set_new(w->report, "lineage", lineage);
	if (strcmp(format, "json") == 0)
		json_pretty(w->report, &text);
	else if (strcmp(format, "prometheus") == 0)
		monitoring_prometheus(w->report, (double)time(NULL), &text);
	else
		monitoring_text(w->report, options.output ? 0 : grid_terminal(1), &text);
	if (outfile_write(&w->out, text.data, text.len, e) == 0)
		rc = outfile_commit(&w->out, e);
	buf_release(&text);
	return rc;
}

/* The report is written whatever the verdict is; the verdict is the exit code. */
static int monitor(struct work *w, struct err *e)
{
	struct err verdict = ERR_INIT;

	if (load_reference(w, e) < 0)
		return -1;
	if (options.name) {
		free(w->name);
		w->name = mem_strdup(options.name);
	}
	if (strchr(w->name, '/') || w->name[0] == '.')
		return err_set(e, ERR_USAGE, "'%s' cannot be the name of a state: --name", w->name);
	if (read_window(w, e) < 0)
		return -1;
	if (decide(w, &verdict) < 0) {
		*e = verdict;
		return -1;
	}
	step_metric(&w->step, "rows", (double)w->window.rows);
	if (write_report(w, e) < 0)
		return -1;
	if (w->code)
		*e = verdict;
	return w->code ? -1 : 0;
}

static int run_monitor(struct run *r, struct err *e)
{
	struct work w = {.run = r,
		.out = OUTFILE_INIT,
		.reference = DRIFT_INIT,
		.sig = SIGNATURE_INIT,
		.window = {.perform = PERFORM_INIT}};
	const char *rule = options.confirm ? options.confirm : options.no_state ? "1/1" : "2/3";
	int rc = -1;

	if (options.no_state && options.state)
		return err_set(e, ERR_USAGE, "--state and --no-state exclude each other");
	if (verdict_rule_parse(rule, &w.rule, e) < 0 || step_begin(&w.step, r, e) < 0)
		return -1;
	if (outfile_open(&w.out, options.output, e) == 0) {
		step_output(&w.step, "monitoring", options.output);
		rc = monitor(&w, e);
	}
	outfile_discard(&w.out);
	step_end(&w.step);
	window_release(&w.window);
	drift_release(&w.reference);
	signature_release(&w.sig);
	onnx_model_free(w.model);
	json_decref(w.baseline);
	json_decref(w.report);
	free(w.model_path);
	free(w.name);
	return rc;
}

static const struct tool tool = {
	.name = "monitor",
	.summary = "compare new rows and their predictions with what a model was trained on",
	.usage = "[FILE...]",
	.result = 1,
	.opts = opts,
	.options = &options,
	.run = run_monitor,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
