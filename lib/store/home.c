/* home: where a project keeps its state.
 * SPDX-License-Identifier: MIT
 */
#include "store/home.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static int home_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *home_find(void)
{
	const char *named = getenv("PAWL_HOME");
	char *at, *cwd;

	if (named && *named)
		return mem_strdup(named);
	if (home_is_dir(".pawl"))
		return mem_strdup(".pawl");
	cwd = getcwd(NULL, 0);
	at = cwd;
	while (at && *at) {
		char *slash = strrchr(at, '/'), *home;

		if (!slash)
			break;
		*slash = 0; /* the parent; "" is the root */
		home = mem_printf("%s/.pawl", at);
		if (home_is_dir(home)) {
			free(cwd);
			return home;
		}
		free(home);
	}
	free(cwd);
	return NULL;
}

char *home_need(struct err *e)
{
	char *home = home_find();

	if (!home) {
		err_set(e, ERR_USAGE,
			"no .pawl directory here or above: run in a project that 'pawl init' "
			"made, or set PAWL_HOME");
		return NULL;
	}
	if (!home_is_dir(home)) {
		err_set(e, ERR_USAGE, "PAWL_HOME is '%s', which is no directory", home);
		free(home);
		return NULL;
	}
	return home;
}

char *home_make(struct err *e)
{
	char *home = home_find();

	if (!home)
		home = mem_strdup(".pawl");
	if (!home_is_dir(home) && file_mkdirs(home, e) < 0) {
		free(home);
		return NULL;
	}
	return home;
}

char *home_mlruns(const char *home, struct err *e)
{
	/* MLflow makes .trash when it opens a store, which a reader on a read-only copy cannot. */
	char *trash = mem_printf("%s/mlruns/.trash", home);
	int rc = mkdir(trash, 0777) == 0 || errno == EEXIST ? 0 : file_mkdirs(trash, e);

	free(trash);
	return rc < 0 ? NULL : file_join(home, "mlruns");
}
