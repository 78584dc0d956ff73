/* base/file: nothing half-written, nobody overtaken, and what keeps its kind.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "scratch.h"

static void holds(const char *path, const char *text)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	if (file_read(path, 1 << 20, &b, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(b.data, text);
	buf_release(&b);
}

static void put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	if (file_write(path, text, strlen(text), &e) < 0)
		fail_msg("%s", e.text);
}

static void open_out(struct outfile *o, const char *path)
{
	struct err e = ERR_INIT;

	if (outfile_open(o, path, &e) < 0)
		fail_msg("%s", e.text);
}

static void commit(struct outfile *o)
{
	struct err e = ERR_INIT;

	if (outfile_commit(o, &e) < 0)
		fail_msg("%s", e.text);
}

static void an_output_appears_whole_or_not_at_all(void **state)
{
	struct outfile o;
	struct err e = ERR_INIT;

	(void)state;
	put("f", "old");
	open_out(&o, "f");
	assert_int_equal(outfile_write(&o, "new", 3, &e), 0);
	holds("f", "old");
	holds(".f.part", "new");
	commit(&o);
	holds("f", "new");
	assert_false(file_exists(".f.part"));
	open_out(&o, "f");
	outfile_write(&o, "never", 5, &e);
	outfile_discard(&o);
	outfile_discard(&o);
	holds("f", "new");
	assert_false(file_exists(".f.part"));
}

static void what_a_killed_writer_left_is_used_by_the_next(void **state)
{
	int status;

	(void)state;
	if (fork() == 0) {
		struct err e = ERR_INIT;
		struct outfile o;

		outfile_open(&o, "k", &e);
		outfile_write(&o, "a long half-written text", 24, &e);
		_exit(0);
	}
	wait(&status);
	assert_true(file_exists(".k.part"));
	put("k", "short");
	holds("k", "short");
	assert_false(file_exists(".k.part"));
}

static void two_writers_of_one_name_queue(void **state)
{
	struct outfile o;
	struct err e = ERR_INIT;
	pid_t child;
	int status;

	(void)state;
	open_out(&o, "q");
	child = fork();
	if (child == 0) {
		close(o.fd); /* a lock lasts as long as any copy of its descriptor */
		outfile_open(&o, "q", &e);
		outfile_write(&o, "second", 6, &e);
		_exit(outfile_commit(&o, &e) == 0 ? 0 : 1);
	}
	usleep(100000);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	outfile_write(&o, "first", 5, &e);
	commit(&o);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	holds("q", "second");
	assert_false(file_exists(".q.part"));
}

static void many_writers_leave_one_whole_file(void **state)
{
	char text[100001];
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	int status;

	(void)state;
	for (int i = 0; i < 8; i++) {
		if (fork() != 0)
			continue;
		memset(text, 'a' + i, 100000);
		for (int k = 0; k < 10; k++)
			if (file_write("m", text, 100000, &e) < 0)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 8; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_int_equal(file_read("m", 1 << 20, &b, &e), 0);
	assert_int_equal(b.len, 100000);
	for (size_t i = 1; i < b.len; i++)
		assert_int_equal(b.data[i], b.data[0]);
	assert_false(file_exists(".m.part"));
	buf_release(&b);
}

static void keeping_touches_and_leaves_the_bytes(void **state)
{
	struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}}, start = file_started();
	struct err e = ERR_INIT;
	struct outfile o;
	struct stat before, after;

	(void)state;
	put("t", "same");
	utimensat(AT_FDCWD, "t", old, 0);
	stat("t", &before);
	open_out(&o, "t");
	assert_int_equal(outfile_keep(&o, &e), 0);
	stat("t", &after);
	assert_true(before.st_ino == after.st_ino);
	assert_true(after.st_mtim.tv_sec == start.tv_sec && after.st_mtim.tv_nsec == start.tv_nsec);
	holds("t", "same");
	assert_false(file_exists(".t.part"));
}

static void the_time_of_an_output_is_that_of_the_start(void **state)
{
	struct timespec start = file_started();
	struct stat st;

	(void)state;
	usleep(20000);
	put("u", "x");
	stat("u", &st);
	assert_true(st.st_mtim.tv_sec == start.tv_sec && st.st_mtim.tv_nsec == start.tv_nsec);
}

static void the_mode_is_what_umask_leaves(void **state)
{
	mode_t old = umask(027);
	struct stat st;

	(void)state;
	put("mode", "x");
	umask(old);
	stat("mode", &st);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void a_symlink_stays_one(void **state)
{
	struct stat st;

	(void)state;
	mkdir("deep", 0777);
	put("deep/real", "old");
	assert_int_equal(symlink("deep/real", "link"), 0);
	assert_int_equal(symlink("link", "chain"), 0);
	put("chain", "new");
	lstat("chain", &st);
	assert_true(S_ISLNK(st.st_mode));
	lstat("link", &st);
	assert_true(S_ISLNK(st.st_mode));
	lstat("deep/real", &st);
	assert_true(S_ISREG(st.st_mode));
	holds("deep/real", "new");
	assert_int_equal(symlink("deep/born", "dangling"), 0);
	put("dangling", "born");
	holds("deep/born", "born");
	symlink("loop", "loop");
	assert_int_equal(file_write("loop", "x", 1, &(struct err){0}), -1);
}

static void a_fifo_and_dev_null_are_written_directly(void **state)
{
	struct stat st;
	char text[8] = "";
	pid_t child;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0666), 0);
	child = fork();
	if (child == 0) {
		struct err e = ERR_INIT;

		_exit(file_write("fifo", "through", 7, &e) == 0 ? 0 : 1);
	}
	fd = open("fifo", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 7);
	close(fd);
	waitpid(child, NULL, 0);
	assert_memory_equal(text, "through", 7);
	stat("fifo", &st);
	assert_true(S_ISFIFO(st.st_mode));
	put("/dev/null", "gone");
	stat("/dev/null", &st);
	assert_true(S_ISCHR(st.st_mode));
}

static void a_full_disk_a_directory_and_no_directory_are_told_apart(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_write("/dev/full", "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_non_null(strstr(e.text, strerror(ENOSPC)));
	mkdir("d", 0777);
	assert_int_equal(file_write("d", "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "directory"));
	assert_int_equal(file_write("nowhere/f", "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(file_write("", "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(file_read("nowhere", 10, &(struct buf)BUF_INIT, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void reading_stops_at_the_cap(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	put("cap", "0123456789");
	assert_int_equal(file_read("cap", 10, &b, &e), 0);
	assert_int_equal(b.len, 10);
	assert_int_equal(file_read("cap", 9, &b, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	buf_release(&b);
}

static void the_hash_is_that_of_the_bytes(void **state)
{
	char hex[SHA256_HEX], want[SHA256_HEX];
	struct err e = ERR_INIT;

	(void)state;
	put("h", "abc");
	assert_int_equal(file_sha256("h", hex, &e), 0);
	sha256_of("abc", 3, want);
	assert_string_equal(hex, want);
	assert_int_equal(file_sha256("nowhere", hex, &e), -1);
	assert_int_equal(file_sha256(".", hex, &e), -1);
}

static void a_change_of_a_file_shows(void **state)
{
	struct stat a, b;

	(void)state;
	put("s", "abc");
	stat("s", &a);
	stat("s", &b);
	assert_true(file_same(&a, &b));
	put("s", "abd");
	stat("s", &b);
	assert_false(file_same(&a, &b));
}

static void paths_are_joined_and_taken_apart(void **state)
{
	static const struct {
		const char *path, *dir, *name;
	} cases[] = {{"a", ".", "a"}, {"/a", "/", "a"}, {"a/b", "a", "b"}, {"/a/b/c", "/a/b", "c"}};
	struct err e = ERR_INIT;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text = file_dir(cases[i].path);
		assert_string_equal(text, cases[i].dir);
		free(text);
		assert_string_equal(file_name(cases[i].path), cases[i].name);
	}
	text = file_join("a", "b");
	assert_string_equal(text, "a/b");
	free(text);
	text = file_join("/", "b");
	assert_string_equal(text, "/b");
	free(text);
	assert_int_equal(file_mkdirs("x/y/z", &e), 0);
	assert_int_equal(file_mkdirs("x/y/z/", &e), 0);
	put("x/y/z/f", "");
	assert_int_equal(file_mkdirs("x/y/z/f/g", &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_output_appears_whole_or_not_at_all),
		cmocka_unit_test(what_a_killed_writer_left_is_used_by_the_next),
		cmocka_unit_test(two_writers_of_one_name_queue),
		cmocka_unit_test(many_writers_leave_one_whole_file),
		cmocka_unit_test(keeping_touches_and_leaves_the_bytes),
		cmocka_unit_test(the_time_of_an_output_is_that_of_the_start),
		cmocka_unit_test(the_mode_is_what_umask_leaves),
		cmocka_unit_test(a_symlink_stays_one),
		cmocka_unit_test(a_fifo_and_dev_null_are_written_directly),
		cmocka_unit_test(a_full_disk_a_directory_and_no_directory_are_told_apart),
		cmocka_unit_test(reading_stops_at_the_cap),
		cmocka_unit_test(the_hash_is_that_of_the_bytes),
		cmocka_unit_test(a_change_of_a_file_shows),
		cmocka_unit_test(paths_are_joined_and_taken_apart),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
