/* outputs: no output of a command is one of its inputs, nor another of its outputs.
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "base/err.h"
#include "cli/opt.h"
#include "cli/tool.h"

/* Checks the OPT_WRITES options of the tables against each other, and against all files that the
 * command reads: other options, operands, standard input. An output that is also an input would
 * replace it, and two outputs of one name would wait for each other's lock. ERR_USAGE. */
int outputs_check(const struct run *r, const struct opt_set *sets, size_t nsets, struct err *e);

#endif
