/* verify: whether what was registered is still what is there.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "base/err.h"

/* Every version's model has the bytes that were registered and a right seal, and the history its
 * lines; else ERR_DATA names the first version, or the line, that has not. */
int verify_model(const char *home, const char *name, struct err *e);

/* The same of every model. */
int verify_all(const char *home, struct err *e);

#endif
