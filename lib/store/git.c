/* git: the commit that a working directory is at (gitrepository-layout(5)).
 * SPDX-License-Identifier: MIT
 */
#include "store/git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

extern char **environ;

enum { GIT_CAP = 64 << 20 };

/* A small file without the white space at its end (malloced), or NULL. */
static char *git_read(const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	struct buf text = BUF_INIT;
	struct err unused = ERR_INIT;
	int rc = file_exists(path) ? file_read(path, GIT_CAP, &text, &unused) : -1;

	free(path);
	if (rc < 0) {
		buf_release(&text);
		return NULL;
	}
	while (text.len && strchr(" \r\n\t", text.data[text.len - 1]))
		text.data[--text.len] = 0;
	return buf_detach(&text);
}

/* The git directory above `at` (which is cut), or NULL. A file .git (of a work tree or a submodule)
 * says where it is. */
static char *git_dir_above(char *at)
{
	for (;;) {
		char *git = mem_printf("%s/.git", at), *slash = strrchr(at, '/'), *text, *dir;
		struct stat st;

		if (stat(git, &st) == 0 && S_ISDIR(st.st_mode))
			return git;
		text = git_read(at, ".git");
		free(git);
		if (text && strncmp(text, "gitdir: ", 8) == 0) {
			dir = text[8] == '/' ? mem_strdup(text + 8) : file_join(at, text + 8);
			free(text);
			return dir;
		}
		free(text);
		if (!slash)
			return NULL;
		*slash = 0;
	}
}

static char *git_dir(void)
{
	char *cwd = getcwd(NULL, 0), *dir = cwd ? git_dir_above(cwd) : NULL;

	free(cwd);
	return dir;
}

static int git_is_id(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");

	return (n == 40 || n == 64) && !text[n];
}

/* "HEX refs/heads/main" lines. */
static char *git_packed(const char *dir, const char *ref)
{
	char *packed = git_read(dir, "packed-refs"), *id = NULL;
	size_t len = strlen(ref);

	for (char *p = packed; p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t line = strcspn(p, "\n"), hex = strspn(p, "0123456789abcdef");

		if (hex + 1 + len == line && p[hex] == ' ' && memcmp(p + hex + 1, ref, len) == 0)
			id = mem_strndup(p, hex);
		if (id)
			break;
	}
	free(packed);
	return id;
}

static char *git_ref(const char *dir, const char *ref)
{
	char *common = git_read(dir, "commondir"), *shared, *id;

	shared = !common	  ? mem_strdup(dir)
		 : *common == '/' ? mem_strdup(common)
				  : file_join(dir, common);
	id = git_read(dir, ref);
	if (!id)
		id = git_read(shared, ref);
	if (!id)
		id = git_packed(shared, ref);
	free(common);
	free(shared);
	return id;
}

char *git_commit(void)
{
	char *dir = git_dir(), *head = dir ? git_read(dir, "HEAD") : NULL, *id = NULL;

	if (head && strncmp(head, "ref: refs/", 10) == 0 && !strstr(head, "..")) {
		id = git_ref(dir, head + 5);
	} else {
		id = head;
		head = NULL;
	}
	if (id && !git_is_id(id)) {
		free(id);
		id = NULL;
	}
	free(head);
	free(dir);
	return id;
}

char *git_branch(void)
{
	char *dir = git_dir(), *head = dir ? git_read(dir, "HEAD") : NULL, *branch = NULL;

	if (head && strncmp(head, "ref: refs/heads/", 16) == 0)
		branch = mem_strdup(head + 16);
	free(head);
	free(dir);
	return branch;
}

int git_dirty(void)
{
	char *argv[] = {"git", "--no-optional-locks", "status", "--porcelain",
		"--untracked-files=no", NULL};
	posix_spawn_file_actions_t actions;
	int out = memfd_create("status", MFD_CLOEXEC), status = -1, dirty = -1;
	struct stat st;
	pid_t pid;

	if (out < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, "git", &actions, NULL, argv, environ) == 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && fstat(out, &st) == 0)
			dirty = st.st_size > 0;
	}
	posix_spawn_file_actions_destroy(&actions);
	close(out);
	return dirty;
}
