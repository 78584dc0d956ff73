/* recognise: what format an input has, by its first bytes.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_RECOGNISE_H
#define IO_RECOGNISE_H

#include <stddef.h>

#include "io/source.h"

/* Never FORMAT_TSV: a tab is a delimiter that CSV's reader recognises. -1 and ERR_DATA for
 * well-known formats that are no table of ours, named. */
int recognise(const char *head, size_t len, const char *name, enum format *out, struct err *e);

#endif
