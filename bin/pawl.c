/* pawl: runs its sibling: `pawl train ...` becomes ../libexec/pawl/train.
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/install.h"
#include "cli/tool.h"

static int is_tool(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* What no tool is called would run whatever else lies there: '..', or nothing. */
static int is_name(const char *text)
{
	return *text >= 'a' && *text <= 'z' &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int printed(void)
{
	if (fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "pawl: cannot write standard output: %s\n", strerror(errno));
	return (int)ERR_SYSTEM;
}

static int help(const char *home)
{
	char *dir = mem_printf("%s/libexec/pawl", home);
	struct dirent **tools = NULL;
	int n = scandir(dir, &tools, is_tool, by_name);

	puts("usage: pawl TOOL [OPTION...] [FILE...]\n\n"
	     "MLOps as small Unix tools: from a raw file to a served, watched, retrained model.\n\n"
	     "Tools:");
	for (int i = 0; i < n; i++) {
		printf("  %s\n", tools[i]->d_name);
		free(tools[i]);
	}
	free(tools);
	free(dir);
	puts("\n  pawl TOOL --help   what a tool does and its options\n"
	     "  pawl --share       the directory of pawl.mk, for a Makefile's include\n"
	     "  pawl --version     the release\n\n"
	     "The first step with data of your own: pawl init --target COLUMN FILE.csv\n"
	     "The manual: man 7 pawl");
	return printed();
}

static int fail(const char *what, const char *name, const char *hint, enum err_kind kind)
{
	fprintf(stderr, "pawl: %s '%s'%s\n", what, name, hint);
	return (int)kind;
}

static int print(const char *text, const char *end)
{
	printf("%s%s\n", text, end);
	return printed();
}

static int run(const char *home, char **argv)
{
	char *program;
	int missing;

	if (strcmp(argv[1], "--help") == 0)
		return help(home);
	if (strcmp(argv[1], "--version") == 0)
		return print("pawl ", TOOL_RELEASE);
	if (strcmp(argv[1], "--share") == 0)
		return print(home, "/share/pawl");
	if (!is_name(argv[1]))
		return fail("no tool", argv[1], " (pawl --help lists them)", ERR_USAGE);
	program = mem_printf("%s/libexec/pawl/%s", home, argv[1]);
	execv(program, argv + 1);
	missing = errno == ENOENT;
	if (!missing)
		fail("cannot run", program, "", ERR_SYSTEM);
	free(program);
	return missing ? fail("no tool", argv[1], " (pawl --help lists them)", ERR_USAGE)
		       : (int)ERR_SYSTEM;
}

int main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char *home = install_home(&e);
	int code;

	if (!home)
		return fail("cannot find", "pawl's own directory", "", ERR_SYSTEM);
	code = argc < 2 ? fail("which", "TOOL", "? (pawl --help lists them)", ERR_USAGE)
			: run(home, argv);
	free(home);
	return code;
}
