/* verify: whether what was registered is still what is there.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <stddef.h>

#include "base/err.h"

/* Every version's model has the bytes that were registered and a right seal, and the history its
 * lines; else ERR_DATA names the first version, or the line, that has not. */
int verify_model(const char *home, const char *name, struct err *e);

/* Fills *e for a history whose line (from 1) does not follow from the one before; returns -1. */
int verify_history_broken(const char *dir, size_t line, struct err *e);

#endif
