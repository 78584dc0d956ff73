/* launch: runs make for a trigger, and finds out why it failed.
 * SPDX-License-Identifier: MIT
 */
#include "store/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/place.h"
#include "store/runs.h"

extern char **environ;

enum { LAUNCH_LOGS = 20, LAUNCH_LOG_CAP = 64 << 20 };

char *launch_log(const char *home, const char *id)
{
	return mem_printf("%s/log/trigger/%s.log", home, id);
}

/* Names begin with the time. What cannot be removed now is removed the next time. */
static void launch_prune(const char *dir)
{
	struct err unused = ERR_INIT;
	size_t n;
	char **names = place_names(dir, &n, &unused);

	for (size_t i = 0; names && i + LAUNCH_LOGS < n; i++) {
		char *path = file_join(dir, names[i]);

		unlink(path);
		free(path);
	}
	place_names_free(names, n);
}

/* ---- the process */

static int launch_is(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* The environment, with pawl in the path, and without that of a make around us. */
static char **launch_environment(const struct launch *l)
{
	static const char *const dropped[] = {"PATH", "PAWL_HOME", "PAWL_TRIGGER", "PAWL_RUN",
		"MAKEFLAGS", "MFLAGS", "MAKELEVEL"};
	const char *path = getenv("PATH");
	size_t n = 0, kept = 0;
	char **out;

	while (environ[n])
		n++;
	out = mem_new(n + 4, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		int drop = 0;

		for (size_t j = 0; j < sizeof(dropped) / sizeof(*dropped); j++)
			drop |= launch_is(environ[i], dropped[j]);
		if (!drop)
			out[kept++] = mem_strdup(environ[i]);
	}
	out[kept++] =
		mem_printf("PATH=%s:%s", l->bin, path ? path : "/usr/local/bin:/usr/bin:/bin");
	out[kept++] = mem_printf("PAWL_HOME=%s", l->home);
	out[kept] = mem_printf("PAWL_TRIGGER=%s", l->id);
	return out;
}

static int launch_spawn(
	const struct launch *l, const char *log, const sigset_t *mask, pid_t *pid, struct err *e)
{
	char make[] = "make", quiet[] = "--no-print-directory", end[] = "--";
	char *goal = mem_strdup(l->goal), **env = launch_environment(l);
	char *argv[] = {make, quiet, end, goal, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (l->lock >= 0) /* onto itself: it loses its close-on-exec */
		posix_spawn_file_actions_adddup2(&actions, l->lock, l->lock);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, mask);
	rc = posix_spawnp(pid, make, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	for (char **p = env; *p; p++)
		free(*p);
	free(env);
	free(goal);
	if (!rc)
		return 0;
	errno = rc;
	return err_errno(e, "cannot run 'make'");
}

static int launch_wait(pid_t pid, const sigset_t *set, struct launch_end *out, struct err *e)
{
	int status, sig;
	pid_t got;

	*out = (struct launch_end){-1, 0, 0};
	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			break;
		if (got < 0 && errno != EINTR)
			return err_errno(e, "cannot wait for 'make'");
		if (sigwait(set, &sig) != 0 || sig == SIGCHLD)
			continue;
		out->stopped = sig;
		kill(-pid, sig);
	}
	if (WIFSIGNALED(status))
		out->signal = WTERMSIG(status);
	else
		out->code = WEXITSTATUS(status);
	return 0;
}

int launch_make(const struct launch *l, struct launch_end *out, struct err *e)
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	char *log = launch_log(l->home, l->id), *dir = file_dir(log);
	struct sigaction plain = {.sa_handler = SIG_DFL}, before;
	sigset_t set, old;
	pid_t pid;
	int rc = -1;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	if (file_mkdirs(dir, e) < 0)
		goto end;
	/* Where SIGCHLD is ignored, nobody can wait for a child. */
	sigaction(SIGCHLD, &plain, &before);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (launch_spawn(l, log, &old, &pid, e) == 0)
		rc = launch_wait(pid, &set, out, e);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGCHLD, &before, NULL);
	launch_prune(dir);
end:
	free(dir);
	free(log);
	return rc;
}

/* ---- why it failed */

/* The last line in which a tool of pawl speaks, else the last one at all. */
static char *launch_last_line(const char *path)
{
	struct err unused = ERR_INIT;
	struct buf text = BUF_INIT;
	char *last = NULL, *spoken = NULL, *out;

	if (file_read(path, LAUNCH_LOG_CAP, &text, &unused) < 0)
		buf_reset(&text);
	for (char *p = text.data, *end; *p; p = end) {
		end = p + strcspn(p, "\n");
		if (*end)
			*end++ = 0;
		if (*p)
			last = p;
		if (strncmp(p, "pawl ", 5) == 0)
			spoken = p;
	}
	out = spoken ? spoken : last;
	out = mem_strdup(out ? out : "it left no message");
	buf_release(&text);
	return out;
}

/* The failed step that started last: those of an interrupted attempt are in the same run. */
static void launch_failed_step(const struct runs *all, const char *id, struct launch_why *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct run_info *r = &all->items[i];
		char *of = runs_tag(r->dir, "mlflow.parentRunId");
		char *code = of && strcmp(of, id) == 0 ? runs_tag(r->dir, "pawl.exit_code") : NULL;
		int64_t number = 0;

		if (code && num_int64(code, strlen(code), &number) == 0 && number) {
			free(out->step);
			free(out->why);
			out->step = mem_strdup(r->name);
			out->why = runs_tag(r->dir, "pawl.error");
			out->code = number >= ERR_NO && number <= ERR_FEW ? (int)number
									  : (int)ERR_SYSTEM;
		}
		free(code);
		free(of);
	}
}

int launch_failure(const char *home, const char *id, struct launch_why *out, struct err *e)
{
	char *mlruns = file_join(home, "mlruns"), *log = launch_log(home, id);
	struct run_info parent = {0};
	struct runs all = RUNS_INIT;
	struct err none = ERR_INIT;
	int rc = 0;

	*out = (struct launch_why){ERR_SYSTEM, NULL, NULL};
	if (file_exists(mlruns) && runs_find(home, id, &parent, &none) == 0) {
		rc = runs_list(home, parent.experiment, &all, e);
		if (rc == 0)
			launch_failed_step(&all, id, out);
	}
	if (rc == 0 && !out->why)
		out->why = launch_last_line(log);
	runs_release(&all);
	run_info_release(&parent);
	free(log);
	free(mlruns);
	return rc;
}
