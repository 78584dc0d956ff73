/* doctor: says what is installed here, what is missing, and what would bring it.
 * SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "cli/tool.h"

static struct options {
	const char *format;
} options;

static const struct opt opts[] = {
	{'f', "format", OPT_CHOICE, "text|json", "format of the report", OPT_AT(options, format), 0,
		"text", 0, 0},
	OPT_END,
};

enum state { FINE, ABSENT, BROKEN }; /* absent: optional; broken: something will not work */

struct report {
	json_t *lines;
	int broken;
};

static void note(
	struct report *r, enum state state, const char *what, const char *found, const char *remedy)
{
	static const char *const states[] = {"ok", "absent", "broken"};
	json_t *line = json_object();

	json_object_set_new(line, "item", json_string(what));
	json_object_set_new(line, "state", json_string(states[state]));
	json_object_set_new(line, "found", json_text(found, strlen(found)));
	if (state != FINE)
		json_object_set_new(line, "remedy", json_string(remedy));
	json_array_append_new(r->lines, line);
	r->broken |= state == BROKEN;
}

/* The first line that a command prints, or NULL where there is no such command. */
static char *first_line(const char *command)
{
	FILE *pipe = popen(command, "r");
	char line[256] = "";

	if (!pipe)
		return NULL;
	if (!fgets(line, sizeof(line), pipe))
		line[0] = 0;
	line[strcspn(line, "\n")] = 0;
	while (fgetc(pipe) != EOF)
		;
	return pclose(pipe) == 0 && line[0] ? mem_strdup(line) : NULL;
}

static void check_make(struct report *r)
{
	char *line = first_line("make --version 2>/dev/null");
	const char *version = line && strncmp(line, "GNU Make ", 9) == 0 ? line + 9 : NULL;
	int major = 0, minor = 0;

	if (version && sscanf(version, "%d.%d", &major, &minor) == 2 &&
		(major > 4 || (major == 4 && minor >= 3)))
		note(r, FINE, "GNU make", version, "");
	else
		note(r, BROKEN, "GNU make", version ? version : "none",
			"pipelines need GNU make 4.3 or newer: apt-get install make");
	free(line);
}

static void check_command(
	struct report *r, const char *what, const char *command, const char *remedy)
{
	char *line = first_line(command);

	note(r, line ? FINE : ABSENT, what, line ? line : "none", remedy);
	free(line);
}

/* Whether files can be locked and renamed in a directory, as every output is. */
static int can_write(const char *dir)
{
	char *path = mem_printf("%s/.pawl-doctor.%ld", dir, (long)getpid());
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int fine = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fsync(fd) == 0;

	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(path);
	return fine;
}

static void check_directory(struct report *r)
{
	struct statvfs fs;
	char *found;

	if (!can_write(".")) {
		note(r, BROKEN, "working directory", "cannot write, lock and sync files here",
			"work in a directory of a local file system that you own");
		return;
	}
	if (statvfs(".", &fs) < 0) {
		note(r, FINE, "working directory", "writable", "");
		return;
	}
	found = mem_printf("writable, %.1f GiB free",
		(double)fs.f_bavail * (double)fs.f_frsize / 1073741824.0);
	note(r, FINE, "working directory", found, "");
	free(found);
}

static void check_home(struct report *r)
{
	const char *home = getenv("PAWL_HOME");

	if (!home || !*home)
		home = ".pawl";
	if (!file_exists(home))
		note(r, ABSENT, "home", "none here",
			"the first make of a project makes one: pawl init --target COLUMN FILE");
	else if (access(home, W_OK) < 0)
		note(r, ABSENT, "home", home, "it can be read, but not written to");
	else
		note(r, FINE, "home", home, "");
}

static void check_kernels(struct report *r)
{
#if defined(__x86_64__)
	const char *found = __builtin_cpu_supports("avx512f") ? "AVX-512"
			    : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
				    ? "AVX2"
				    : "portable (slow, the same bits)";
#else
	const char *found = "portable";
#endif
	char *text = mem_printf("%s, %zu processors", found, pool_cpus());

	note(r, FINE, "vector kernels", text, "");
	free(text);
}

static void print_text(const struct report *r)
{
	for (size_t i = 0; i < json_array_size(r->lines); i++) {
		const json_t *line = json_array_get(r->lines, i);
		const char *remedy = json_str(line, "remedy", NULL);

		printf("%-7s %-18s %s\n", json_str(line, "state", ""), json_str(line, "item", ""),
			json_str(line, "found", ""));
		if (remedy)
			printf("%-7s %-18s -> %s\n", "", "", remedy);
	}
}

static int doctor(struct run *run, struct err *e)
{
	struct report r = {json_array(), 0};
	struct buf text = BUF_INIT;

	if (run->noperands) {
		json_decref(r.lines);
		return err_set(e, ERR_USAGE, "unexpected operand '%s'", run->operands[0]);
	}
	note(&r, FINE, "pawl", TOOL_RELEASE, "");
	check_make(&r);
	check_command(&r, "git", "git --version 2>/dev/null",
		"runs then record no commit: apt-get install git");
	check_command(&r, "man", "command -v man 2>/dev/null",
		"for the manual pages: apt-get install man-db");
	check_kernels(&r);
	check_directory(&r);
	check_home(&r);
	if (strcmp(options.format, "json") == 0) {
		json_pretty(r.lines, &text);
		fputs(text.data, stdout);
		buf_release(&text);
	} else {
		print_text(&r);
	}
	json_decref(r.lines);
	return r.broken ? err_set(e, ERR_NO, "something that pawl needs is missing, see above") : 0;
}

static const struct tool tool = {
	.name = "doctor",
	.summary = "say what is installed and what would bring the rest",
	.usage = "",
	.opts = opts,
	.options = &options,
	.run = doctor,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
