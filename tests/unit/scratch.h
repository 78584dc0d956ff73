/* scratch: a directory of its own for each test, the working directory while it runs; for
 * cmocka_unit_test_setup_teardown() or a group.
 * SPDX-License-Identifier: MIT
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static char *scratch_dir;

static int scratch_begin(void **state)
{
	char template[] = "/tmp/pawl-unit.XXXXXX";

	(void)state;
	if (!mkdtemp(template))
		return -1;
	scratch_dir = mem_strdup(template);
	return chdir(scratch_dir);
}

static int scratch_end(void **state)
{
	char *command = mem_printf("rm -rf '%s'", scratch_dir);
	int rc = chdir("/") || system(command);

	(void)state;
	free(command);
	free(scratch_dir);
	return rc;
}

#endif
