/* install: where the programs of this build are.
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_INSTALL_H
#define CLI_INSTALL_H

#include "base/err.h"

/* DIR of DIR/bin/pawl and DIR/libexec/pawl/TOOL, found from the running program, so that a build
 * directory works in place and an installation may be moved. The caller frees; NULL on failure. */
char *install_home(struct err *e);

#endif
