/* store-release: versions by content, who becomes champion and why, and that nothing of it is lost.
 * Which of two models is better is decided here by the test: see compare_models().
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/compare.h"
#include "onnx/build.h"
#include "onnx/file.h"
#include "onnx/tensor.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/place.h"
#include "store/registry.h"
#include "store/release.h"
#include "store/runs.h"

static double difference; /* what compare_models() finds: champion - challenger */
static int compared;

int compare_models(const struct onnx_model *champion, const struct onnx_model *challenger,
	const char *data_path, struct compare *out, struct err *e)
{
	(void)champion;
	(void)challenger;
	(void)data_path;
	(void)e;
	compared++;
	*out = (struct compare){"log_loss", 100, 0.5, 0.5 - difference, difference, 0.01,
		difference - 0.02, difference + 0.02};
	return 0;
}

/* y = x * factor: another factor, another model. */
static void put_model(const char *path, double factor)
{
	struct onnx_model *m = onnx_model_new("sample");
	struct err e = ERR_INIT;
	struct outfile o;

	assert_int_equal(onnx_build_input(m, "x", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_input(m, "it's \xc3\xa9", ONNX_STRING, 1, &e), 0);
	onnx_build_op(m, "y", "Mul", "x", onnx_build_double(m, factor), NULL);
	onnx_build_op(m, "z", "Identity", "it's \xc3\xa9", NULL);
	assert_int_equal(onnx_build_output(m, "y", ONNX_DOUBLE, 1, &e), 0);
	assert_int_equal(onnx_build_output(m, "z", ONNX_STRING, 1, &e), 0);
	onnx_model_set_prop(m, "pawl.task", "regression");
	assert_int_equal(outfile_open(&o, path, &e), 0);
	if (onnx_file_write(&o, m, NULL, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(outfile_commit(&o, &e), 0);
	onnx_model_free(m);
}

static void put(const char *path, const char *format, ...)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	assert_int_equal(place_new(path, text.data, text.len, &e), 0);
	buf_release(&text);
}

static void hash(const char *path, char hex[SHA256_HEX])
{
	struct err e = ERR_INIT;

	assert_int_equal(file_sha256(path, hex, &e), 0);
}

/* NAME.onnx with its metrics and gates. */
static void put_all(const char *name, double factor)
{
	char *model = mem_printf("%s.onnx", name), *metrics = mem_printf("%s.json", name);
	char *gates = mem_printf("%s.ok", name), hex[SHA256_HEX], report[SHA256_HEX];

	put_model(model, factor);
	hash(model, hex);
	put(metrics, "{\"model\":\"%s\",\"metrics\":{\"rmse\":%g,\"r2\":null},\"rows\":10}", hex,
		factor);
	hash(metrics, report);
	put(gates, "{\"model\":\"%s\",\"metrics\":\"%s\",\"gates\":[]}", hex, report);
	free(model);
	free(metrics);
	free(gates);
}

static int setup(void **state)
{
	char *dir = mem_strdup("/tmp/pawl-release-XXXXXX");

	unsetenv("PAWL_RUN");
	unsetenv("PAWL_EXPERIMENT");
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	*state = dir;
	difference = 0;
	compared = 0;
	put_all("a", 1);
	put_all("b", 2);
	put_all("c", 3);
	put("test.csv", "x,y\n1,2\n");
	return 0;
}

static int teardown(void **state)
{
	struct err e = ERR_INIT;

	if (chdir("/") < 0 || place_remove(*state, &e) < 0)
		return -1;
	free(*state);
	return 0;
}

static int add(const char *name, struct release_decision *d, struct err *e)
{
	char *model = mem_printf("%s.onnx", name), *metrics = mem_printf("%s.json", name);
	char *gates = mem_printf("%s.ok", name);
	struct release_request q = {.home = "home",
		.name = "churn",
		.model = model,
		.metrics = metrics,
		.gates = gates,
		.data = "test.csv",
		.promote = 1};
	int rc = release_add(&q, d, e);

	free(model);
	free(metrics);
	free(gates);
	return rc;
}

static struct release_decision add_ok(const char *name)
{
	struct release_decision d;
	struct err e = ERR_INIT;

	if (add(name, &d, &e) < 0)
		fail_msg("%s", e.text);
	return d;
}

static long long alias(const char *name)
{
	struct err e = ERR_INIT;
	json_t *aliases = registry_aliases("home", "churn", &e);
	long long number = json_int(aliases, name, 0);

	json_decref(aliases);
	return number;
}

static char *text_of(const char *path)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	if (file_read(path, 1 << 20, &text, &e) < 0)
		fail_msg("%s", e.text);
	return buf_detach(&text);
}

static void assert_file(const char *path, const char *want)
{
	char *text = text_of(path);

	assert_string_equal(text, want);
	free(text);
}

static void assert_has(const char *path, const char *want)
{
	char *text = text_of(path);

	if (!strstr(text, want))
		fail_msg("%s lacks %s:\n%s", path, want, text);
	free(text);
}

static json_t *history(void)
{
	struct err e = ERR_INIT;
	size_t broken;
	json_t *events = audit_read("home/mlruns/models/churn", &broken, &e);

	assert_non_null(events);
	assert_int_equal(broken, 0);
	return events;
}

static void test_first_version_becomes_champion(void **state)
{
	struct release_decision d = add_ok("a");
	char hex[SHA256_HEX];

	(void)state;
	assert_string_equal(d.word, "first");
	assert_int_equal(d.version, 1);
	assert_int_equal(d.champion, 1);
	hash("a.onnx", hex);
	assert_string_equal(d.sha256, hex);
	assert_int_equal(alias("champion"), 1);
	assert_int_equal(compared, 0);
	assert_file("home/mlruns/models/churn/aliases/champion", "1");
}

static void test_layout_has_every_field_readers_want(void **state)
{
	const char *meta = "home/mlruns/models/churn/meta.yaml";
	const char *v = "home/mlruns/models/churn/version-1/meta.yaml";
	char *line, *cwd = getcwd(NULL, 0), *path;
	struct version found = {0};
	struct err e = ERR_INIT;
	json_t *parsed;

	(void)state;
	add_ok("a");
	assert_has(meta, "name: 'churn'\n");
	assert_has(meta, "creation_timestamp: 1");
	assert_has(meta, "last_updated_timestamp: 1");
	assert_has(meta, "description: null\n");
	assert_has(v, "name: 'churn'\n");
	assert_has(v, "\nversion: 1\n");
	assert_has(v, "creation_timestamp: 1");
	assert_has(v, "last_updated_timestamp: 1");
	assert_has(v, "current_stage: 'Production'\n");
	assert_has(v, "status: 'READY'\n");
	assert_has(v, "status_message: null\n");
	assert_has(v, "run_link: null\n");
	assert_has(v, "description: null\n");
	assert_has(v, "user_id: '");
	assert_int_equal(registry_find("home", "churn@champion", &found, &e), 0);
	line = mem_printf("source: 'file://%s/home/mlruns/1/%s/artifacts/model'\n", cwd, found.run);
	assert_has(v, line);
	free(line);
	line = mem_printf(
		"storage_location: 'file://%s/home/mlruns/1/%s/artifacts/model'\n", cwd, found.run);
	assert_has(v, line);
	free(line);
	line = mem_printf("run_id: '%s'\n", found.run);
	assert_has(v, line);
	assert_file("home/mlruns/models/churn/version-1/tags/pawl.sha256", found.sha256);
	assert_file("home/mlruns/models/churn/version-1/tags/pawl.task", "regression");
	assert_file("home/mlruns/models/churn/version-1/tags/metric.rmse", "1");
	path = mem_printf("home/mlruns/1/%s/artifacts/model/MLmodel", found.run);
	assert_has(path, line);
	assert_has(path, "    loader_module: 'mlflow.onnx'\n");
	assert_has(path, "    data: 'model.onnx'\n");
	parsed = meta_read(path, &e);
	assert_non_null(parsed);
	assert_string_equal(json_str(json_object_get(parsed, "signature"), "inputs", ""),
		"[{\"name\":\"x\",\"required\":true,\"type\":\"double\"},"
		"{\"name\":\"it's \xc3\xa9\",\"required\":true,\"type\":\"string\"}]");
	json_decref(parsed);
	free(path);
	path = mem_printf("home/mlruns/1/%s/tags/mlflow.log-model.history", found.run);
	assert_has(path, "\"artifact_path\":\"model\"");
	free(path);
	free(line);
	free(cwd);
	version_release(&found);
}

static void test_same_bytes_are_the_same_version(void **state)
{
	struct release_decision d;
	struct versions all = VERSIONS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	add_ok("a");
	add_ok("b");
	d = add_ok("a");
	assert_int_equal(d.version, 1);
	assert_int_equal(registry_versions("home", "churn", &all, &e), 0);
	assert_int_equal(all.n, 2);
	versions_release(&all);
}

static void test_better_challenger_is_promoted_and_worse_one_kept(void **state)
{
	struct release_decision d;

	(void)state;
	add_ok("a");
	difference = 0.01; /* better, but zero is within the interval */
	d = add_ok("b");
	assert_string_equal(d.word, "kept");
	assert_int_equal(alias("champion"), 1);
	assert_int_equal(alias("challenger"), 2);
	assert_int_equal(alias("previous"), 0);
	difference = 0.05;
	d = add_ok("c");
	assert_string_equal(d.word, "promoted");
	assert_int_equal(alias("champion"), 3);
	assert_int_equal(alias("previous"), 1);
	assert_has("home/mlruns/models/churn/version-3/meta.yaml", "current_stage: 'Production'\n");
	assert_has("home/mlruns/models/churn/version-1/meta.yaml", "current_stage: 'Archived'\n");
	assert_has("home/mlruns/models/churn/version-2/meta.yaml", "current_stage: 'None'\n");
}

static void test_a_decision_on_the_same_inputs_is_taken_once(void **state)
{
	struct release_decision d;
	json_t *before, *after;

	(void)state;
	add_ok("a");
	d = add_ok("a");
	assert_string_equal(d.word, "first");
	add_ok("b");
	assert_int_equal(compared, 1);
	before = history();
	d = add_ok("b");
	assert_string_equal(d.word, "kept");
	assert_int_equal(compared, 1);
	after = history();
	assert_int_equal(json_array_size(before), json_array_size(after));
	json_decref(before);
	json_decref(after);
	put("test.csv", "x,y\n1,3\n"); /* other rows, another question */
	difference = 1;
	d = add_ok("b");
	assert_string_equal(d.word, "promoted");
	put("test.csv", "x,y\n1,4\n");
	d = add_ok("b");
	assert_string_equal(d.word, "same");
	assert_int_equal(compared, 2);
}

static void test_gates_that_did_not_pass_register_nothing(void **state)
{
	struct release_request q = {.home = "home",
		.name = "churn",
		.model = "a.onnx",
		.metrics = "a.json",
		.data = "test.csv",
		.promote = 1};
	struct release_decision d;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(release_add(&q, &d, &e), -1);
	assert_int_equal(e.kind, ERR_NO);
	assert_false(file_exists("home/mlruns/models"));
	q.gates = "b.ok"; /* those of another model */
	assert_int_equal(release_add(&q, &d, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	q.gates = "a.ok";
	put("a.json", "{\"model\":\"%s\"}", "0");
	assert_int_equal(release_add(&q, &d, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_false(file_exists("home/mlruns/models"));
	assert_int_equal(file_mkdirs("home", &e), 0);
	put("home/policy.yaml", "version: 1\npromote: {gates: optional, comparison: not-worse}\n");
	q.gates = q.metrics = NULL;
	assert_int_equal(release_add(&q, &d, &e), 0);
	assert_string_equal(d.word, "first");
	q.model = "b.onnx";
	assert_int_equal(release_add(&q, &d, &e), 0);
	assert_string_equal(d.word, "promoted");
	put("home/policy.yaml", "version: 1\npromote: {gates: maybe}\n");
	assert_int_equal(release_add(&q, &d, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void test_rollback_swaps_champion_and_previous(void **state)
{
	struct err e = ERR_INIT;
	long long from, to;

	(void)state;
	add_ok("a");
	assert_int_equal(release_rollback("home", "churn", NULL, &from, &to, &e), -1);
	assert_int_equal(e.kind, ERR_NO);
	difference = 1;
	add_ok("b");
	assert_int_equal(release_rollback("home", "churn", "too slow", &from, &to, &e), 0);
	assert_int_equal(from, 2);
	assert_int_equal(to, 1);
	assert_int_equal(alias("champion"), 1);
	assert_int_equal(alias("previous"), 2);
	/* What a person rolled back, no pipeline brings back. */
	put("test.csv", "other rows");
	assert_string_equal(add_ok("b").word, "kept");
	assert_int_equal(alias("champion"), 1);
	assert_int_equal(release_rollback("home", "churn", NULL, &from, &to, &e), 0);
	assert_int_equal(alias("champion"), 2);
}

static void test_aliases_are_set_within_mlflows_rules(void **state)
{
	static const char *const bad[] = {
		"latest", "LATEST", "v1", "V22", "a b", "a/b", "", "../x", "champion", "previous"};
	struct err e = ERR_INIT;

	(void)state;
	add_ok("a");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(release_alias("home", "churn", bad[i], 1, &e), -1);
	assert_int_equal(release_alias("home", "churn", "v1b", 1, &e), 0);
	assert_int_equal(alias("v1b"), 1);
	assert_int_equal(release_alias("home", "churn", "v1b", 7, &e), -1);
	assert_int_equal(release_alias("home", "churn", "v1b", 0, &e), 0);
	assert_int_equal(alias("v1b"), 0);
	assert_int_equal(release_alias("home", "churn", "v1b", 0, &e), -1);
}

static void test_names_that_mlflow_refuses_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "  ", "a/b", "a:b", "a%b", "..", "a@b", "x\ny", "\xff"};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(registry_check_name(bad[i], &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
	}
	assert_int_equal(registry_check_name("my data (1) \xc3\xa9", &e), 0);
}

static void test_tampered_model_is_refused_everywhere(void **state)
{
	struct release_request q = {
		.home = "home", .name = "churn", .promote = 1, .force = 1, .why = "test"};
	struct version v = {0};
	struct release_decision d;
	struct err e = ERR_INIT;
	char *path, *bytes;
	long long from, to;
	struct stat st;

	(void)state;
	add_ok("a");
	difference = 1;
	add_ok("b");
	assert_int_equal(registry_find("home", "churn/1", &v, &e), 0);
	assert_int_equal(stat(v.model, &st), 0);
	bytes = text_of(v.model);
	bytes[st.st_size / 2] ^= 1;
	assert_int_equal(place_new(v.model, bytes, (size_t)st.st_size, &e), 0);
	free(bytes);
	assert_int_equal(registry_model_path("home", "churn/1", &path, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_non_null(strstr(e.text, "churn/1"));
	assert_int_equal(release_rollback("home", "churn", NULL, &from, &to, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_int_equal(add("a", &d, &e), -1); /* also where it was decided before */
	assert_int_equal(e.kind, ERR_DATA);
	q.version = 1;
	assert_int_equal(release_promote(&q, &d, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	put("test.csv", "other");
	assert_int_equal(add("a", &d, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_int_equal(alias("champion"), 2);
	assert_int_equal(registry_model_path("home", "churn@champion", &path, &e), 0);
	free(path);
	version_release(&v);
}

static void test_moved_home_still_finds_its_models(void **state)
{
	struct err e = ERR_INIT;
	char *path;

	(void)state;
	add_ok("a");
	assert_int_equal(rename("home", "elsewhere"), 0);
	assert_int_equal(registry_model_path("elsewhere", "churn@champion", &path, &e), 0);
	assert_int_equal(strncmp(path, "elsewhere/mlruns/1/", 19), 0);
	free(path);
}

static void test_edited_history_shows(void **state)
{
	const char *path = "home/mlruns/models/churn/history.jsonl";
	struct release_decision d;
	struct err e = ERR_INIT;
	char *text, *line;
	size_t broken;
	json_t *events;

	(void)state;
	add_ok("a");
	add_ok("b");
	text = text_of(path);
	line = strchr(text, '\n') + 1; /* the first line is taken out */
	assert_int_equal(place_new(path, line, strlen(line), &e), 0);
	events = audit_read("home/mlruns/models/churn", &broken, &e);
	assert_int_equal(broken, 1);
	json_decref(events);
	assert_int_equal(add("c", &d, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	line = strstr(text, "\"version\":1");
	line[10] = '3';
	assert_int_equal(place_new(path, text, strlen(text), &e), 0);
	events = audit_read("home/mlruns/models/churn", &broken, &e);
	assert_int_equal(broken, 2);
	json_decref(events);
	free(text);
}

static void test_change_by_another_program_is_noted_not_undone(void **state)
{
	struct timespec later[2];
	struct err e = ERR_INIT;
	json_t *events;

	(void)state;
	add_ok("a");
	difference = 1;
	add_ok("b");
	put("home/mlruns/models/churn/aliases/champion", "1");
	clock_gettime(CLOCK_REALTIME, &later[0]);
	later[0].tv_sec += 5;
	later[1] = later[0];
	assert_int_equal(
		utimensat(AT_FDCWD, "home/mlruns/models/churn/aliases/champion", later, 0), 0);
	assert_int_equal(release_alias("home", "churn", "mine", 1, &e), 0);
	assert_int_equal(alias("champion"), 1);
	events = history();
	assert_string_equal(
		json_str(json_array_get(events, json_array_size(events) - 2), "event", ""),
		"outside");
	json_decref(events);
}

static void test_deleted_versions_are_gone_and_numbers_not_used_again(void **state)
{
	struct release_decision d;
	struct err e = ERR_INIT;

	(void)state;
	add_ok("a");
	add_ok("b");
	assert_int_equal(release_delete("home", "churn", 1, &e), -1);
	assert_int_equal(release_delete("home", "churn", 2, &e), 0);
	assert_int_equal(alias("challenger"), 0);
	assert_has("home/mlruns/models/churn/version-2/meta.yaml",
		"current_stage: 'Deleted_Internal'\n");
	assert_int_equal(release_delete("home", "churn", 2, &e), -1);
	d = add_ok("b");
	assert_int_equal(d.version, 3);
}

static void test_forced_promotion_needs_no_comparison(void **state)
{
	struct release_request q = {.home = "home",
		.name = "churn",
		.version = 2,
		.promote = 1,
		.force = 1,
		.why = "the old one is down"};
	struct release_decision d;
	struct err e = ERR_INIT;

	(void)state;
	add_ok("a");
	difference = -1;
	d = add_ok("b");
	assert_string_equal(d.word, "kept");
	assert_int_equal(release_promote(&q, &d, &e), 0);
	assert_int_equal(alias("champion"), 2);
	assert_string_equal(d.reason, "the old one is down");
	q.force = 0;
	q.version = 1;
	assert_int_equal(release_promote(&q, &d, &e), -1); /* no rows to compare on */
	q.data = "test.csv";
	difference = 1;
	assert_int_equal(release_promote(&q, &d, &e), 0);
	assert_string_equal(d.word, "promoted");
	assert_int_equal(alias("previous"), 2);
}

static void test_parallel_registrations_lose_nothing(void **state)
{
	struct versions all = VERSIONS_INIT;
	struct err e = ERR_INIT;
	json_t *events;
	int status;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%d", i);
		put_all(name, 10 + i / 2); /* each model twice */
		if (fork() == 0) {
			struct release_decision d;

			_exit(add(name, &d, &e) < 0);
		}
	}
	for (int i = 0; i < 20; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(registry_versions("home", "churn", &all, &e), 0);
	assert_int_equal(all.n, 10);
	for (size_t i = 0; i < all.n; i++) {
		assert_int_equal(all.items[i].number, i + 1);
		assert_int_equal(registry_check(&all.items[i], &e), 0);
	}
	assert_int_equal(alias("champion"), 1);
	events = history();
	assert_true(json_array_size(events) >= 20); /* 10 registered, 1 first, 9 kept or more */
	json_decref(events);
	versions_release(&all);
}

/* Registering and rolling back is killed at random moments: what is there then can be read, and the
 * next change finds history and aliases of one mind. */
static void test_killed_registrations_leave_a_whole_registry(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct err e = ERR_INIT;

	(void)state;
	difference = 1;
	for (int i = 0; i < 40; i++) {
		struct timespec pause = {0, 500000 + 400000 * (i % 30)};
		struct versions all = VERSIONS_INIT;
		pid_t pid = fork();
		json_t *events;
		int status;

		if (pid == 0) {
			for (int n = 0;; n++) {
				struct release_decision d;
				long long from, to;

				put("test.csv", "%d %d", i, n);
				if (add(names[n % 3], &d, &e) < 0)
					_exit(1);
				if (n > 3)
					release_rollback("home", "churn", NULL, &from, &to, &e);
			}
		}
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		if (!registry_exists("home", "churn"))
			continue;
		assert_int_equal(registry_versions("home", "churn", &all, &e), 0);
		for (size_t j = 0; j < all.n; j++)
			if (registry_check(&all.items[j], &e) < 0)
				fail_msg("%s", e.text);
		if (all.n) {
			assert_int_equal(
				release_alias("home", "churn", "probe", all.items[0].number, &e),
				0);
			assert_int_equal(release_alias("home", "churn", "probe", 0, &e), 0);
			events = history();
			assert_int_equal(
				json_int(json_object_get(json_array_get(events,
								 json_array_size(events) - 1),
						 "aliases"),
					"champion", 0),
				alias("champion"));
			json_decref(events);
		}
		assert_true(all.n <= 3);
		versions_release(&all);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_version_becomes_champion),
		TEST(test_layout_has_every_field_readers_want),
		TEST(test_same_bytes_are_the_same_version),
		TEST(test_better_challenger_is_promoted_and_worse_one_kept),
		TEST(test_a_decision_on_the_same_inputs_is_taken_once),
		TEST(test_gates_that_did_not_pass_register_nothing),
		TEST(test_rollback_swaps_champion_and_previous),
		TEST(test_aliases_are_set_within_mlflows_rules),
		TEST(test_names_that_mlflow_refuses_are_refused),
		TEST(test_tampered_model_is_refused_everywhere),
		TEST(test_moved_home_still_finds_its_models),
		TEST(test_edited_history_shows),
		TEST(test_change_by_another_program_is_noted_not_undone),
		TEST(test_deleted_versions_are_gone_and_numbers_not_used_again),
		TEST(test_forced_promotion_needs_no_comparison),
		TEST(test_parallel_registrations_lose_nothing),
		TEST(test_killed_registrations_leave_a_whole_registry),
	};

	return cmocka_run_group_tests_name("store-release", tests, NULL, NULL);
}
