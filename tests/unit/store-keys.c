/* store-keys: what make depends on is rewritten when its content differs, and only then.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/keys.h"
#include "store/place.h"
#include "store/sweep.h"
#include "store/words.h"

static int setup(void **state)
{
	char *dir = mem_strdup("/tmp/pawl-keys-XXXXXX");

	unsetenv("PAWL_SET");
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	*state = dir;
	return mkdir("tools", 0777);
}

static int teardown(void **state)
{
	struct err e = ERR_INIT;

	if (chdir("/") < 0 || place_remove(*state, &e) < 0)
		return -1;
	free(*state);
	return 0;
}

static void put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(place_new(path, text, strlen(text), &e), 0);
}

/* A tool that counts its starts and prints its configuration as parameters. */
static void put_tool(const char *body)
{
	put("tools/train", body);
	assert_int_equal(chmod("tools/train", 0777), 0);
}

static const char *const good =
	"#!/bin/sh\necho x >>starts\nprintf '{\"l2\":%s,\"set\":\"%s\"}\\n' "
	"\"$(grep -v '^#' \"$2\")\" \"$PAWL_SET\"\n";

static size_t starts(void)
{
	struct stat st;

	return stat("starts", &st) == 0 ? (size_t)st.st_size / 2 : 0;
}

static int sync_one(const char *raw, const char *step, struct err *e)
{
	struct keys *k = keys_open("key", "tools", e);
	int rc = -1;

	assert_non_null(k);
	if ((!raw || keys_raw(k, raw, e) == 0) && (!step || keys_step(k, step, e) == 0))
		rc = keys_commit(k, e);
	if (rc < 0 && !e->text[0])
		snprintf(e->text, sizeof(e->text), "said: %.900s", keys_said(k));
	keys_free(k);
	return rc;
}

static void sync_ok(const char *raw, const char *step)
{
	struct err e = ERR_INIT;

	if (sync_one(raw, step, &e) < 0)
		fail_msg("%s", e.text);
}

static char *text_of(const char *path)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(file_read(path, 1 << 20, &text, &e), 0);
	return buf_detach(&text);
}

static void assert_text(const char *path, const char *want)
{
	char *text = text_of(path);

	assert_string_equal(text, want);
	free(text);
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st;
}

static void test_raw_is_its_hash(void **state)
{
	(void)state;
	put("data.csv", "abc");
	sync_ok("data.csv", NULL);
	/* sha256("abc"), FIPS 180-2, B.1 */
	assert_text("key/raw.key",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
	sync_ok("other=data.csv", NULL);
	assert_text("key/other.key",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
}

static void test_touch_rewrites_nothing(void **state)
{
	struct stat before, after;

	(void)state;
	put("data.csv", "abc");
	sync_ok("data.csv", NULL);
	before = stat_of("key/raw.key");
	assert_int_equal(utimensat(AT_FDCWD, "data.csv", NULL, 0), 0);
	sync_ok("data.csv", NULL);
	after = stat_of("key/raw.key");
	assert_true(file_same(&before, &after));
}

static void test_older_content_is_noticed(void **state)
{
	struct timespec old[2] = {{1000000000, 5}, {1000000000, 5}};
	char *before, *after;

	(void)state;
	put("data.csv", "abc");
	assert_int_equal(utimensat(AT_FDCWD, "data.csv", old, 0), 0);
	sync_ok("data.csv", NULL);
	before = text_of("key/raw.key");
	put("data.csv", "abd");
	assert_int_equal(utimensat(AT_FDCWD, "data.csv", old, 0), 0);
	sync_ok("data.csv", NULL);
	after = text_of("key/raw.key");
	assert_string_not_equal(before, after);
	free(before);
	free(after);
}

/* As git's racy entries: same size, same inode, and within one tick of the clock. */
static void test_changes_within_a_tick_are_noticed(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		char text[16], *before, *after;

		snprintf(text, sizeof(text), "a%02d", i);
		put("data.csv", text);
		sync_ok("data.csv", NULL);
		before = text_of("key/raw.key");
		text[0] = 'b';
		put("data.csv", text);
		sync_ok("data.csv", NULL);
		after = text_of("key/raw.key");
		assert_string_not_equal(before, after);
		free(before);
		free(after);
	}
}

static void test_untouched_project_starts_no_tool(void **state)
{
	(void)state;
	put_tool(good);
	put("pawl.yaml", "0.5");
	sync_ok(NULL, "train -c pawl.yaml");
	assert_text("key/train.key", "{\"l2\":0.5,\"set\":\"\"}\n");
	assert_int_equal(starts(), 1);
	for (int i = 0; i < 3; i++)
		sync_ok(NULL, "train -c pawl.yaml");
	assert_int_equal(starts(), 1);
}

static void test_comment_rewrites_no_key_and_parameter_does(void **state)
{
	struct stat before, after;

	(void)state;
	put_tool(good);
	put("pawl.yaml", "0.5");
	sync_ok(NULL, "train -c pawl.yaml");
	before = stat_of("key/train.key");
	put("pawl.yaml", "# why\n0.5");
	sync_ok(NULL, "train -c pawl.yaml");
	after = stat_of("key/train.key");
	assert_int_equal(starts(), 2);
	assert_true(file_same(&before, &after));
	put("pawl.yaml", "0.7");
	sync_ok(NULL, "train -c pawl.yaml");
	assert_text("key/train.key", "{\"l2\":0.7,\"set\":\"\"}\n");
}

static void test_words_environment_and_binary_are_part_of_the_key(void **state)
{
	(void)state;
	put_tool(good);
	put("pawl.yaml", "0.5");
	put("my file", "0.6");
	sync_ok(NULL, "train -c pawl.yaml");
	sync_ok(NULL, "train -c 'my file'");
	assert_text("key/train.key", "{\"l2\":0.6,\"set\":\"\"}\n");
	setenv("PAWL_SET", "train.l2=2", 1);
	sync_ok(NULL, "train -c 'my file'");
	assert_text("key/train.key", "{\"l2\":0.6,\"set\":\"train.l2=2\"}\n");
	unsetenv("PAWL_SET");
	put_tool("#!/bin/sh\necho new\n");
	sync_ok(NULL, "train -c 'my file'");
	assert_text("key/train.key", "new\n");
	sync_ok(NULL, "first=train a");
	assert_text("key/first.key", "new\n");
}

static void test_deleted_keys_and_broken_caches_are_made_again(void **state)
{
	(void)state;
	put_tool(good);
	put("pawl.yaml", "0.5");
	sync_ok(NULL, "train -c pawl.yaml");
	assert_int_equal(unlink("key/train.key"), 0);
	sync_ok(NULL, "train -c pawl.yaml");
	assert_text("key/train.key", "{\"l2\":0.5,\"set\":\"\"}\n");
	assert_int_equal(starts(), 1);
	put("key/cache", "{\"files\":[],\"steps\":{\"train\":7");
	sync_ok(NULL, "train -c pawl.yaml");
	put("key/cache", "{\"files\":[],\"steps\":{\"train\":7}}");
	sync_ok(NULL, "train -c pawl.yaml");
	put("key/cache", "[]");
	sync_ok(NULL, "train -c pawl.yaml");
	assert_text("key/train.key", "{\"l2\":0.5,\"set\":\"\"}\n");
	assert_int_equal(starts(), 4);
}

static void test_refusal_of_a_tool_is_passed_on(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_tool("#!/bin/sh\necho 'pawl train: pawl.yaml:3: no' >&2\nexit 2\n");
	assert_int_equal(sync_one(NULL, "train -c pawl.yaml", &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, "said: pawl train: pawl.yaml:3: no\n");
	assert_false(file_exists("key/train.key"));
	put_tool("#!/bin/sh\nkill -9 $$\n");
	assert_int_equal(sync_one(NULL, "train", &e), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_int_equal(sync_one(NULL, "../../bin/sh", &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(sync_one(NULL, "nosuch", &e), -1);
	assert_int_equal(sync_one("x=absent.csv", NULL, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void test_lists_follow_their_patterns(void **state)
{
	struct err e = ERR_INIT;
	struct keys *k = keys_open("key", "tools", &e);

	(void)state;
	put("b 1.csv", "abc");
	put("a.csv", "abc");
	assert_int_equal(keys_list(k, "in=*.csv", &e), 0);
	assert_int_equal(keys_value(k, "command=psql -c 'select 1'", &e), 0);
	assert_int_equal(keys_value(k, "command=again", &e), -1);
	assert_int_equal(keys_commit(k, &e), 0);
	keys_free(k);
	assert_text("key/in.key",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.csv\n"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b 1.csv\n");
	assert_text("key/command.key", "psql -c 'select 1'\n");
}

static void test_sweep_takes_only_what_nobody_holds(void **state)
{
	struct err e = ERR_INIT;
	int fd;

	(void)state;
	put(".free.arrow.part", "x");
	put(".held.arrow.part", "x");
	put("kept.part", "x");
	put(".part", "x");
	fd = open(".held.arrow.part", O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(sweep_parts(".", &e), 0);
	assert_int_equal(sweep_parts("nowhere", &e), 0);
	assert_false(file_exists(".free.arrow.part"));
	assert_true(file_exists(".held.arrow.part"));
	assert_true(file_exists("kept.part"));
	assert_true(file_exists(".part"));
	close(fd);
}

static void test_words_are_those_of_the_shell(void **state)
{
	struct err e = ERR_INIT;
	struct words w = WORDS_INIT;

	(void)state;
	assert_int_equal(words_split(&w, " a 'b c'\\''d'  \"e\\\"f\" g\\ h '' ", &e), 0);
	assert_int_equal(w.n, 5);
	assert_string_equal(w.items[0], "a");
	assert_string_equal(w.items[1], "b c'd");
	assert_string_equal(w.items[2], "e\"f");
	assert_string_equal(w.items[3], "g h");
	assert_string_equal(w.items[4], "");
	assert_null(w.items[5]);
	words_release(&w);
	assert_int_equal(words_split(&w, "a 'b", &e), -1);
	words_release(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_raw_is_its_hash),
		TEST(test_touch_rewrites_nothing),
		TEST(test_older_content_is_noticed),
		TEST(test_changes_within_a_tick_are_noticed),
		TEST(test_untouched_project_starts_no_tool),
		TEST(test_comment_rewrites_no_key_and_parameter_does),
		TEST(test_words_environment_and_binary_are_part_of_the_key),
		TEST(test_deleted_keys_and_broken_caches_are_made_again),
		TEST(test_refusal_of_a_tool_is_passed_on),
		TEST(test_lists_follow_their_patterns),
		TEST(test_sweep_takes_only_what_nobody_holds),
		TEST(test_words_are_those_of_the_shell),
	};

	return cmocka_run_group_tests_name("store-keys", tests, NULL, NULL);
}
