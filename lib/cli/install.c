/* install: where the programs of this build are.
 * SPDX-License-Identifier: MIT
 */
#include "cli/install.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

char *install_home(struct err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *dir, *up;

	if (n < 0) {
		err_errno(e, "cannot find this program");
		return NULL;
	}
	self[n] = 0;
	dir = file_dir(self); /* DIR/bin or DIR/libexec/pawl */
	up = file_dir(dir);
	if (strcmp(file_name(dir), "bin") != 0) {
		free(dir);
		dir = up;
		up = file_dir(dir);
	}
	free(dir);
	return up;
}
