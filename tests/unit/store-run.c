/* store-run: what MLflow's readers insist on, field by field, and nothing lost when many write.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
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
#include "store/home.h"
#include "store/meta.h"
#include "store/place.h"
#include "store/record.h"
#include "store/run.h"
#include "store/runs.h"

static int setup(void **state)
{
	char *dir = mem_strdup("/tmp/pawl-run-XXXXXX");

	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	*state = dir;
	return setenv("PAWL_HOME", "my home", 1);
}

static int teardown(void **state)
{
	struct err e = ERR_INIT;

	if (chdir("/") < 0 || place_remove(*state, &e) < 0)
		return -1;
	free(*state);
	return 0;
}

static char *text_of(const char *path)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	if (file_read(path, 1 << 20, &text, &e) < 0)
		fail_msg("%s", e.text);
	return buf_detach(&text);
}

static void assert_file(const char *dir, const char *name, const char *want)
{
	char *path = file_join(dir, name), *text = text_of(path);

	assert_string_equal(text, want);
	free(text);
	free(path);
}

static struct run_record sample(const char *run)
{
	static const struct run_file inputs[] = {
		{"data", "00ff", "out/train.features.arrow"}, {"graph", "11ee", NULL}};
	static const struct run_file outputs[] = {{"model", "22dd", "out/model.onnx"}};
	static const struct run_value metrics[] = {
		{"roc_auc", 1.0 / 3.0}, {"p@k", 0.5}, {"mape", NAN}};
	static char a0[] = "pawl", a1[] = "train", a2[] = "it's";
	static char *const argv[] = {a0, a1, a2, NULL};

	return (struct run_record){.run = run,
		.experiment = "telco",
		.tool = "train",
		.result = 3,
		.inputs = inputs,
		.ninputs = 2,
		.outputs = outputs,
		.noutputs = 1,
		.metrics = metrics,
		.nmetrics = 3,
		.start = 1763696090000,
		.end = 1763696091500,
		.argv = argv};
}

static void record(const struct run_record *r)
{
	struct err e = ERR_INIT;

	if (run_record_step(r, &e) < 0)
		fail_msg("%s", e.text);
}

/* The nested run of that tool. */
static struct run_info child(const char *tool)
{
	struct run_info out = {0};
	struct runs all = RUNS_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(runs_list("my home", NULL, &all, &e), 0);
	for (size_t i = 0; i < all.n; i++) {
		char *parent = runs_tag(all.items[i].dir, "mlflow.parentRunId");

		if (parent && strcmp(all.items[i].name, tool) == 0)
			assert_int_equal(runs_load(all.items[i].dir, &out, &e), 0);
		free(parent);
	}
	runs_release(&all);
	assert_non_null(out.dir);
	return out;
}

static void assert_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (!at || (at != text && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line \"%s\" in:\n%s", line, text);
}

static void test_meta_has_every_field_readers_want(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");
	char *meta, *line, *cwd = getcwd(NULL, 0);
	struct run_info info;

	(void)state;
	r.run_name = "it's \"l2-01\"";
	record(&r);
	meta = text_of("my home/mlruns/1/meta.yaml");
	line = mem_printf("artifact_location: 'file://%s/my%%20home/mlruns/1'", cwd);
	assert_line(meta, line);
	assert_line(meta, "experiment_id: '1'");
	assert_line(meta, "lifecycle_stage: 'active'");
	assert_line(meta, "name: 'telco'");
	assert_non_null(strstr(meta, "\ncreation_time: 1"));
	assert_non_null(strstr(meta, "\nlast_update_time: 1"));
	free(line);
	free(meta);

	meta = text_of("my home/mlruns/1/20251121-033450-00000001/meta.yaml");
	line = mem_printf("artifact_uri: 'file://%s/my%%20home/mlruns/1/"
			  "20251121-033450-00000001/artifacts'",
		cwd);
	assert_line(meta, line);
	assert_line(meta, "end_time: 1763696091500");
	assert_line(meta, "experiment_id: '1'");
	assert_line(meta, "lifecycle_stage: 'active'");
	assert_line(meta, "run_id: '20251121-033450-00000001'");
	assert_line(meta, "run_uuid: '20251121-033450-00000001'");
	assert_line(meta, "run_name: 'it''s \"l2-01\"'");
	assert_line(meta, "start_time: 1763696090000");
	assert_line(meta, "status: 3");
	assert_non_null(strstr(meta, "\nuser_id: '"));
	free(line);
	free(meta);
	free(cwd);

	info = child("train");
	assert_string_equal(info.experiment, "1");
	assert_int_equal(info.status, RUN_FINISHED);
	assert_file(info.dir, "tags/mlflow.parentRunId", "20251121-033450-00000001");
	run_info_release(&info);
}

static void test_values_are_whole_files_under_keys_that_readers_take(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");
	static const char *const dirs[] = {"artifacts", "params", "metrics", "tags"};
	struct run_info info;
	char *big = mem_new(7001, 1), *text;
	struct err e = ERR_INIT;
	json_t *params;

	(void)state;
	memset(big, 'x', 7000);
	params = json_pack("{s:{s:f,s:[i,i]},s:s,s:s,s:s,s:b,s:n,s:s,s:s}", "rules", "a/b", 0.25,
		"list", 1, 2, "p@k", "one", "p%k", "two", "big", big, "flag", 1, "none", "..", "up",
		"gr\xc3\xb6\xc3\x9f"
		"e \xe2\x82\xac",
		"line\nend");
	r.params = params;
	record(&r);
	info = child("train");
	for (size_t i = 0; i < 4; i++) {
		char *path = file_join(info.dir, dirs[i]);

		assert_true(file_exists(path));
		free(path);
	}
	assert_file(info.dir, "params/rules.a_b", "0.25");
	assert_file(info.dir, "params/rules.list", "[1,2]");
	assert_file(info.dir, "params/p_k", "one");
	assert_file(info.dir, "params/p_k_2", "two");
	assert_file(info.dir, "params/flag", "true");
	assert_file(info.dir, "params/none", "null");
	assert_file(info.dir, "params/_", "up");
	assert_file(info.dir,
		"params/gr\xc3\xb6\xc3\x9f"
		"e _",
		"line\nend");
	text = mem_printf("%s/params/big", info.dir);
	big[5997] = 0;
	free(big);
	big = text_of(text);
	assert_int_equal(strlen(big), 6000);
	free(text);
	assert_file(info.dir, "metrics/roc_auc", "1763696091500 0.3333333333333333 0\n");
	assert_file(info.dir, "metrics/p_k", "1763696091500 0.5 0\n");
	assert_file(info.dir, "metrics/mape", "1763696091500 nan 0\n");
	assert_file(info.dir, "tags/pawl.tool", "train");
	assert_file(info.dir, "tags/pawl.result", "3");
	assert_file(info.dir, "tags/pawl.exit_code", "0");
	assert_file(info.dir, "tags/pawl.input.data", "00ff");
	assert_file(info.dir, "tags/pawl.input.data.file", "out/train.features.arrow");
	assert_file(info.dir, "tags/pawl.input.graph", "11ee");
	assert_file(info.dir, "tags/pawl.output.model", "22dd");
	assert_file(info.dir, "tags/pawl.command", "pawl train 'it'\\''s'");
	assert_file(info.dir, "tags/mlflow.runName", "train");
	assert_file(info.dir, "tags/mlflow.source.type", "LOCAL");
	run_info_release(&info);
	/* Final metrics are those of the parent too. */
	assert_int_equal(runs_find("my home", "20251121-033450-00000001", &info, &e), 0);
	assert_file(info.dir, "metrics/roc_auc", "1763696091500 0.3333333333333333 0\n");
	run_info_release(&info);
	json_decref(params);
	free(big);
}

static void test_one_metric_point_is_never_written_twice(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");

	(void)state;
	record(&r);
	record(&r);
	assert_file("my home/mlruns/1/20251121-033450-00000001", "metrics/p_k",
		"1763696091500 0.5 0\n");
}

static void test_models_of_the_registry_are_no_runs(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");
	struct run_info info = {0};
	struct err e = ERR_INIT;

	(void)state;
	record(&r);
	assert_int_equal(file_mkdirs("my home/mlruns/models/churn/tags", &e), 0);
	assert_int_equal(place_new("my home/mlruns/models/churn/meta.yaml", "name: x\n", 8, &e), 0);
	assert_int_equal(file_mkdirs("my home/mlruns/1/datasets/0001", &e), 0);
	assert_int_equal(runs_find("my home", "churn", &info, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(runs_find("my home", "datasets", &info, &e), -1);
	assert_int_equal(runs_find("my home", "20251121-033450-00000001", &info, &e), 0);
	run_info_release(&info);
}

static void test_status_follows_from_the_steps(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");
	struct run_info info;
	struct err e = ERR_INIT;

	(void)state;
	r.code = 3;
	r.error = "churn.csv:17: no";
	record(&r);
	info = child("train");
	assert_int_equal(info.status, RUN_FAILED);
	assert_file(info.dir, "tags/pawl.exit_code", "3");
	assert_file(info.dir, "tags/pawl.error", "churn.csv:17: no");
	run_info_release(&info);
	r.code = 0;
	r.tool = "profile";
	r.end += 500;
	record(&r);
	assert_int_equal(runs_find("my home", "20251121-033450-00000001", &info, &e), 0);
	assert_int_equal(info.status, RUN_FAILED);
	assert_int_equal(info.end, 1763696092000);
	run_info_release(&info);
}

static void test_experiments_have_small_ids_of_their_own(void **state)
{
	struct run_record r = sample("20251121-033450-00000001");

	(void)state;
	record(&r);
	r.run = "20251121-033450-00000002";
	record(&r);
	r.experiment = "1";
	r.run = "20251121-033450-00000003";
	record(&r);
	r.experiment = NULL;
	r.run = "20251121-033450-00000004";
	record(&r);
	assert_true(file_exists("my home/mlruns/1/20251121-033450-00000002"));
	assert_true(file_exists("my home/mlruns/2/20251121-033450-00000003"));
	assert_true(file_exists("my home/mlruns/0/20251121-033450-00000004"));
	assert_true(file_exists("my home/mlruns/.trash"));
}

static void test_ids_that_could_leave_the_store_are_refused(void **state)
{
	struct run_record r = sample("../../x");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(run_record_step(&r, &e), -1);
	r.run = "123456789012345678901234567890123";
	assert_int_equal(run_record_step(&r, &e), -1);
	r.run = "";
	assert_int_equal(run_record_step(&r, &e), -1);
}

static void test_last_point_is_by_step_then_time_then_value(void **state)
{
	struct err e = ERR_INIT;
	json_t *values;

	(void)state;
	assert_int_equal(file_mkdirs("run/metrics/val", &e), 0);
	assert_int_equal(place_new("run/metrics/a", "5 0.1 3\n9 0.2 2\n5 0.3 3\n", 24, &e), 0);
	assert_int_equal(place_new("run/metrics/val/auc", "5 0.5\n6 inf\n", 12, &e), 0);
	assert_int_equal(place_new("run/metrics/torn", "5 0.5 1\n1763", 12, &e), 0);
	values = runs_values("run", "metrics", &e);
	assert_true(json_dbl(values, "a", 0) == 0.3);
	assert_true(json_is_null(json_object_get(values, "val/auc")));
	assert_true(json_dbl(values, "torn", 0) == 0.5);
	json_decref(values);
}

static void test_quoted_text_survives_yaml(void **state)
{
	static const char *const texts[] = {"plain", "it's", "a\nb", "tab\there", "\x7f", "\"\\\"",
		"1", "null", "yes", "", " ", "# no comment", "a: b", "\xc3\xa9\xe2\x82\xac",
		"\xe2\x80\xa8", "\xf0\x9f\x98\x80\n", "- x", "'"};
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *meta;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_reset(&text);
		meta_string(&text, "key", texts[i]);
		assert_int_equal(place_new("x.yaml", text.data, text.len, &e), 0);
		meta = meta_read("x.yaml", &e);
		if (!meta)
			fail_msg("%s: %s", text.data, e.text);
		assert_string_equal(json_str(meta, "key", "none"), texts[i]);
		json_decref(meta);
	}
	buf_release(&text);
}

static void test_uris_read_back(void **state)
{
	struct err e = ERR_INIT;
	char *uri, *path, *real;

	(void)state;
	assert_int_equal(file_mkdirs("a b%20#?\xc3\xa9", &e), 0);
	uri = meta_uri("a b%20#?\xc3\xa9", &e);
	assert_non_null(strstr(uri, "/a%20b%2520%23%3F%C3%A9"));
	path = meta_path(uri);
	real = realpath("a b%20#?\xc3\xa9", NULL);
	assert_string_equal(path, real);
	assert_null(meta_path("runs:/123/model"));
	free(uri);
	free(path);
	free(real);
}

/* Twenty processes record at once into one parent that none of them finds. */
static void test_parallel_steps_lose_nothing(void **state)
{
	struct runs all = RUNS_INIT;
	struct err e = ERR_INIT;
	int status;

	(void)state;
	for (int i = 0; i < 20; i++) {
		if (fork() == 0) {
			struct run_record r = sample("20251121-033450-00000001");
			struct run_value mine = {mem_printf("m%d", i), i};

			r.metrics = &mine;
			r.nmetrics = 1;
			_exit(run_record_step(&r, &e) < 0);
		}
	}
	for (int i = 0; i < 20; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(runs_list("my home", "telco", &all, &e), 0);
	assert_string_equal(all.skipped, "");
	assert_int_equal(all.n, 21);
	runs_release(&all);
	{
		json_t *metrics =
			runs_values("my home/mlruns/1/20251121-033450-00000001", "metrics", &e);

		assert_int_equal(json_object_size(metrics), 20);
		json_decref(metrics);
	}
}

/* A recorder is killed at random moments; whatever is seen then is whole. */
static void test_killed_recorders_leave_a_readable_store(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct timespec pause = {0, 100000 + 70000 * (i % 30)};
		struct runs all = RUNS_INIT;
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct run_record r = sample("20251121-033450-00000001");

			for (;;)
				if (run_record_step(&r, &e) < 0)
					_exit(1);
		}
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(runs_list("my home", NULL, &all, &e), 0);
		assert_string_equal(all.skipped, "");
		for (size_t j = 0; j < all.n; j++) {
			json_t *metrics = runs_values(all.items[j].dir, "metrics", &e);
			char *tags = file_join(all.items[j].dir, "tags");

			assert_non_null(metrics);
			assert_true(file_exists(tags));
			json_decref(metrics);
			free(tags);
		}
		runs_release(&all);
	}
	{
		struct run_record r = sample("20251121-033450-00000001");
		size_t n;
		char **left;

		record(&r);
		left = place_names("my home/state/tmp/runs", &n, &e);
		assert_int_equal(n, 0);
		place_names_free(left, n);
		left = place_names("my home/mlruns", &n, &e);
		assert_int_equal(n, 2); /* .trash and 1 */
		place_names_free(left, n);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_meta_has_every_field_readers_want),
		TEST(test_values_are_whole_files_under_keys_that_readers_take),
		TEST(test_one_metric_point_is_never_written_twice),
		TEST(test_models_of_the_registry_are_no_runs),
		TEST(test_status_follows_from_the_steps),
		TEST(test_experiments_have_small_ids_of_their_own),
		TEST(test_ids_that_could_leave_the_store_are_refused),
		TEST(test_last_point_is_by_step_then_time_then_value),
		TEST(test_quoted_text_survives_yaml),
		TEST(test_uris_read_back),
		TEST(test_parallel_steps_lose_nothing),
		TEST(test_killed_recorders_leave_a_readable_store),
	};

	return cmocka_run_group_tests_name("store-run", tests, NULL, NULL);
}
