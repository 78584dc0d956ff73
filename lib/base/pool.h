/* pool: the whole threading interface: run a function over 0..n-1 with up to `threads` threads.
 * SPDX-License-Identifier: MIT
 *
 * Task i may only write what belongs to i; the caller combines the parts in order, so that any
 * number of threads gives the same bytes.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

void pool_run(size_t threads, size_t n, void (*task)(void *arg, size_t i), void *arg);

/* The processors that this process may run on, at least 1. */
size_t pool_cpus(void);

#endif
