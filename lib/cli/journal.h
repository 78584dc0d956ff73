/* journal: the record of a step in the run store, when a pipeline runs (PAWL_RUN is set).
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include "base/err.h"
#include "cli/tool.h"

/* Records the step that the run handed over with its exit code, and frees it: run->finish of a
 * step. What goes wrong here is a warning, never a failure of the step. */
void journal_end(struct run *r, int code, const struct err *e);

#endif
