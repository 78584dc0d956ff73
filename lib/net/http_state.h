/* http_state: what the parts of http share. The only headers that name libmicrohttpd.
 * SPDX-License-Identifier: MIT
 */
#ifndef NET_HTTP_STATE_H
#define NET_HTTP_STATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "net/http.h"

enum conn_state {
	CONN_IDLE,    /* nothing of a request is known to have come */
	CONN_READING, /* a request is on its way */
	CONN_WORKING, /* the handler has it */
	CONN_WRITING, /* its answer is on its way */
};

/* One connection; the list, state, since and received are the lock's, the rest its thread's. */
struct conn {
	struct conn *next, **link;
	int fd;
	enum conn_state state;
	int64_t since;	   /* ms */
	uint64_t received; /* bytes, after the last request; UINT64_MAX: unknown */

	struct buf target; /* the request's, as sent */
	size_t path_len;   /* of it; the query follows */
	struct buf body;
	int begun, too_large;
	int64_t arrived_us, started_ns;
};

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_options options;
	char *url;
	unsigned port;
	int listener; /* ours from the drain on */

	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct conn *conns;
	size_t nconns;
	int stopping;
	pthread_t sweeper;
	atomic_int draining;

	pthread_t threads[HTTP_WORKERS_MAX]; /* by the number of the worker */
	atomic_size_t nthreads;
};

/* http_guard.c: 0, or the status by which the request is refused. Fills target and path_len of the
 * connection with the decoded path and the query. */
int http_guard(struct MHD_Connection *c, const char *method, const char *version, struct conn *conn,
	size_t body_max);

int64_t http_now_ms(void);

#endif
