/* ask: runs a program that prints something and ends.
 * SPDX-License-Identifier: MIT
 */
#include "store/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

enum { ASK_CAP = 16 << 20 };

int ask_start(struct ask *a, const char *path, char **argv, struct err *e)
{
	posix_spawn_file_actions_t actions;
	int rc;

	/* Files in memory, not pipes: however much it writes, it waits for nobody. */
	a->out = memfd_create("out", MFD_CLOEXEC);
	a->err = memfd_create("err", MFD_CLOEXEC);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, a->out, 1);
	posix_spawn_file_actions_adddup2(&actions, a->err, 2);
	rc = a->out < 0 || a->err < 0 ? errno
				      : posix_spawn(&a->pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (!rc)
		return 0;
	a->pid = 0;
	errno = rc;
	return err_errno(e, "cannot run '%s'", path);
}

static int ask_refused(struct ask *a, const char *path, int status, struct buf *said, struct err *e)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	struct err unused = ERR_INIT;

	lseek(a->err, 0, SEEK_SET);
	if (code < ERR_NO || code > ERR_FEW ||
		file_read_fd(a->err, path, ASK_CAP, said, &unused) < 0 || !said->len)
		return err_set(e, ERR_SYSTEM, "'%s' ended with %s %d", path,
			WIFSIGNALED(status) ? "signal" : "exit code",
			WIFSIGNALED(status) ? WTERMSIG(status) : code);
	e->kind = (enum err_kind)code;
	e->text[0] = 0;
	return -1;
}

static int ask_wait(struct ask *a, const char *path, int *status, struct err *e)
{
	while (waitpid(a->pid, status, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, "cannot wait for '%s'", path);
	a->pid = 0;
	return 0;
}

int ask_code(struct ask *a, const char *path, int *code, struct buf *said, struct err *e)
{
	int status, rc = -1;

	if (ask_wait(a, path, &status, e) < 0)
		goto end;
	if (!WIFEXITED(status)) {
		err_set(e, ERR_SYSTEM, "'%s' ended with signal %d", path, WTERMSIG(status));
		goto end;
	}
	lseek(a->err, 0, SEEK_SET);
	rc = file_read_fd(a->err, path, ASK_CAP, said, e);
	*code = WEXITSTATUS(status);
end:
	ask_stop(a);
	return rc;
}

int ask_end(struct ask *a, const char *path, struct buf *out, struct buf *said, struct err *e)
{
	int status, rc;

	if (ask_wait(a, path, &status, e) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		rc = ask_refused(a, path, status, said, e);
	} else {
		lseek(a->out, 0, SEEK_SET);
		rc = file_read_fd(a->out, path, ASK_CAP, out, e);
	}
	ask_stop(a);
	return rc;
}

void ask_stop(struct ask *a)
{
	if (a->pid > 0) {
		kill(a->pid, SIGKILL);
		waitpid(a->pid, NULL, 0);
	}
	if (a->out >= 0)
		close(a->out);
	if (a->err >= 0)
		close(a->err);
	*a = (struct ask)ASK_INIT;
}
