/* store-ledger: registries written by hand, and what killed processes left of them.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/ledger.h"
#include "store/place.h"
#include "store/registry.h"
#include "store/release.h"

#define MODEL "home/mlruns/models/m"

static void put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(place_new(path, text, strlen(text), &e), 0);
}

static void put_version(const char *name, const char *number)
{
	char *dir = mem_printf(MODEL "/%s/tags", name);
	char *meta = mem_printf(MODEL "/%s/meta.yaml", name);
	char *text = mem_printf("name: m\nversion: %s\ncurrent_stage: None\n", number);
	struct err e = ERR_INIT;

	assert_int_equal(file_mkdirs(dir, &e), 0);
	put(meta, text);
	free(text);
	free(meta);
	free(dir);
}

static int setup(void **state)
{
	char *dir = mem_strdup("/tmp/pawl-ledger-XXXXXX");
	struct err e = ERR_INIT;

	if (!mkdtemp(dir) || chdir(dir) < 0 || file_mkdirs(MODEL "/aliases", &e) < 0)
		return -1;
	*state = dir;
	put(MODEL "/meta.yaml", "name: m\n");
	put_version("version-1", "1");
	put_version("version-2", "2");
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

static long long alias(const char *name)
{
	struct err e = ERR_INIT;
	json_t *aliases = registry_aliases("home", "m", &e);
	long long number = json_int(aliases, name, 0);

	json_decref(aliases);
	return number;
}

static void set_alias(const char *name, long long number)
{
	struct err e = ERR_INIT;

	if (release_alias("home", "m", name, number, &e) < 0)
		fail_msg("%s", e.text);
}

/* What a process writes first of a change. */
static void announce(const char *event, long long version, const char *aliases)
{
	struct err e = ERR_INIT;
	json_t *full = json_object();

	json_object_set_new(full, "event", json_string(event));
	json_object_set_new(full, "version", json_integer(version));
	json_object_set_new(full, "aliases", json_parse(aliases, strlen(aliases), "test", &e));
	assert_int_equal(audit_append(MODEL, full, &e), 0);
	json_decref(full);
}

static void test_a_line_of_the_history_that_was_cut_is_none(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	size_t whole, broken;
	json_t *events;

	(void)state;
	set_alias("one", 1);
	assert_int_equal(file_read(MODEL "/" AUDIT_FILE, 1 << 20, &text, &e), 0);
	whole = text.len;
	buf_adds(&text, "{\"aliases\":{\"one\":2},\"ev");
	put(MODEL "/" AUDIT_FILE, text.data);
	buf_release(&text);
	events = audit_read(MODEL, &broken, &e);
	assert_int_equal(broken, 0);
	json_decref(events);
	set_alias("two", 2);
	assert_int_equal(alias("one"), 1);
	events = audit_read(MODEL, &broken, &e);
	assert_int_equal(broken, 0);
	json_decref(events);
	assert_int_equal(file_read(MODEL "/" AUDIT_FILE, 1 << 20, &text, &e), 0);
	assert_int_equal(text.data[whole], '{');
	assert_null(strstr(text.data, "\"ev{"));
	buf_release(&text);
}

static void test_an_alias_that_is_no_number_is_bad_data_and_not_none(void **state)
{
	struct version v = {0};
	struct err e = ERR_INIT;

	(void)state;
	put(MODEL "/aliases/champion", "1\n"); /* as echo writes it */
	assert_int_equal(registry_find("home", "m@champion", &v, &e), 0);
	assert_int_equal(v.number, 1);
	version_release(&v);
	put(MODEL "/aliases/champion", "one");
	assert_int_equal(registry_find("home", "m", &v, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_non_null(strstr(e.text, "aliases/champion"));
	assert_int_equal(release_alias("home", "m", "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	put(MODEL "/aliases/champion", "7");
	assert_int_equal(registry_find("home", "m", &v, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_non_null(strstr(e.text, "m@champion"));
}

static void test_a_version_is_known_by_its_directory(void **state)
{
	struct versions all = VERSIONS_INIT;
	struct version v = {0};
	struct err e = ERR_INIT;

	(void)state;
	put_version("version-3", "'3'"); /* quoted, as some programs do */
	put_version("version-x", "9");
	put_version("version-04", "4");
	assert_int_equal(registry_versions("home", "m", &all, &e), 0);
	assert_int_equal(all.n, 3);
	assert_int_equal(all.items[2].number, 3);
	versions_release(&all);
	put_version("version-3", "2");
	assert_int_equal(registry_version("home", "m", 3, &v, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
}

static void test_a_deletion_that_was_announced_is_finished(void **state)
{
	struct version v = {0};
	struct err e = ERR_INIT;

	(void)state;
	set_alias("one", 1);
	announce("delete", 2, "{\"one\":1}");
	set_alias("one", 0);
	assert_int_equal(registry_version("home", "m", 2, &v, &e), -1);
	assert_non_null(strstr(e.text, "deleted"));
}

/* Killed when it had removed challenger, and neither made previous nor moved champion. */
static void test_a_promotion_that_was_announced_is_finished(void **state)
{
	struct err e = ERR_INIT;
	size_t broken;
	json_t *events;

	(void)state;
	set_alias("challenger", 2);
	put(MODEL "/aliases/champion", "1");
	set_alias("mine", 1); /* notes the champion that was put there */
	usleep(5000);
	announce("promote", 2, "{\"champion\":2,\"previous\":1,\"mine\":1}");
	usleep(5000);
	assert_int_equal(unlink(MODEL "/aliases/challenger"), 0);
	set_alias("other", 1);
	assert_int_equal(alias("champion"), 2);
	assert_int_equal(alias("previous"), 1);
	assert_int_equal(alias("challenger"), 0);
	events = audit_read(MODEL, &broken, &e);
	assert_string_equal(
		json_str(json_array_get(events, json_array_size(events) - 2), "event", ""),
		"promote");
	json_decref(events);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_line_of_the_history_that_was_cut_is_none),
		TEST(test_an_alias_that_is_no_number_is_bad_data_and_not_none),
		TEST(test_a_version_is_known_by_its_directory),
		TEST(test_a_deletion_that_was_announced_is_finished),
		TEST(test_a_promotion_that_was_announced_is_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
