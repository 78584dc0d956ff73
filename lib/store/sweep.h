/* sweep: removes what killed writers left.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "base/err.h"

/* Removes the `.NAME.part` files (base/file.h) in a directory that nobody writes any more: their
 * flock is free. A directory that is not there is fine. */
int sweep_parts(const char *dir, struct err *e);

#endif
