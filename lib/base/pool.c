/* pool: run a function over 0..n-1 with up to `threads` threads.
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

struct pool {
	void (*task)(void *arg, size_t i);
	void *arg;
	size_t n;
	atomic_size_t next;
};

static void *pool_work(void *arg)
{
	struct pool *p = arg;

	for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;)
		p->task(p->arg, i);
	return NULL;
}

/* Threads live for one call: what they share is this frame, and none is left behind. Where the
 * system grants no more of them, those there are (this one at least) do the rest. */
void pool_run(size_t threads, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
	struct pool p = {.task = task, .arg = arg, .n = n};
	size_t extra = (threads < n ? threads : n), started = 0;
	pthread_t *ids;

	extra = extra > 1 ? extra - 1 : 0;
	ids = extra ? mem_array(extra, sizeof(*ids)) : NULL;
	while (started < extra && pthread_create(&ids[started], NULL, pool_work, &p) == 0)
		started++;
	pool_work(&p);
	for (size_t i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	free(ids);
}

size_t pool_cpus(void)
{
	cpu_set_t set;
	int n;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1; /* more processors than the set has room for: ask with -j */
	n = CPU_COUNT(&set);
	return n > 0 ? (size_t)n : 1;
}
