/* http_serve: one connection's requests.
 * SPDX-License-Identifier: MIT
 */
#include "net/http_serve.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define BODY_KEPT ((size_t)1 << 16) /* memory that a connection keeps for its next body */
#define LINGER 200		    /* ms that a connection may stay whose other side has hung up */
#define CLOSE_WAIT 8 /* TCP_CLOSE_WAIT of the kernel: its headers and libc's do not go together */

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t http_now_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

const char *http_header(const struct http_request *r, const char *name)
{
	union {
		const void *in;
		struct MHD_Connection *out;
	} c = {r->headers}; /* MHD takes no const */

	return MHD_lookup_connection_value(c.out, MHD_HEADER_KIND, name);
}

void http_response_header(struct http_response *r, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (r->nheaders == HTTP_HEADERS_MAX || len >= sizeof(r->headers[0].value))
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return;
	r->headers[r->nheaders].name = name;
	memcpy(r->headers[r->nheaders++].value, value, len + 1);
}

/* ---- the list of connections */

static struct conn *conn_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void http_notify(void *arg, struct MHD_Connection *c, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct http_server *s = arg;
	struct conn *conn = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
		conn = mem_new(1, sizeof(*conn));
		conn->fd = info->connect_fd;
		conn->since = http_now_ms();
		conn->target = conn->body = (struct buf)BUF_INIT;
		*context = conn;
		pthread_mutex_lock(&s->lock);
		conn->next = s->conns;
		conn->link = &s->conns;
		if (conn->next)
			conn->next->link = &conn->next;
		s->conns = conn;
		s->nconns++;
		pthread_mutex_unlock(&s->lock);
		return;
	}
	if (!conn)
		return;
	pthread_mutex_lock(&s->lock);
	*conn->link = conn->next;
	if (conn->next)
		conn->next->link = conn->link;
	s->nconns--;
	pthread_cond_broadcast(&s->wake);
	pthread_mutex_unlock(&s->lock);
	buf_release(&conn->target);
	buf_release(&conn->body);
	free(conn);
	*context = NULL;
}

static void conn_set(struct http_server *s, struct conn *conn, enum conn_state state)
{
	int64_t now = http_now_ms();

	pthread_mutex_lock(&s->lock);
	/* The time to read counts from the first byte that the sweeper saw. */
	if (state != CONN_READING || conn->state != CONN_READING)
		conn->since = now;
	conn->state = state;
	if (state == CONN_IDLE)
		conn->received = UINT64_MAX; /* unknown: the sweeper asks */
	pthread_mutex_unlock(&s->lock);
}

/* ---- a request */

/* Undone by http_guard(), which sees the target as it was sent. */
size_t http_unescape(void *arg, struct MHD_Connection *c, char *text)
{
	(void)arg;
	(void)c;
	return strlen(text);
}

void *http_target(void *arg, const char *target, struct MHD_Connection *c)
{
	struct conn *conn = conn_of(c);

	(void)arg;
	if (!conn)
		return NULL;
	buf_reset(&conn->target);
	buf_adds(&conn->target, target);
	buf_reset(&conn->body);
	conn->begun = conn->too_large = 0;
	return conn;
}

static size_t worker_of(struct http_server *s)
{
	pthread_t self = pthread_self();
	size_t n = atomic_load(&s->nthreads), i;

	for (i = 0; i < n; i++)
		if (pthread_equal(s->threads[i], self))
			return i;
	pthread_mutex_lock(&s->lock);
	i = atomic_load(&s->nthreads);
	s->threads[i] = self;
	atomic_store(&s->nthreads, i + 1);
	pthread_mutex_unlock(&s->lock);
	return i;
}

static const char *peer_of(struct MHD_Connection *c, char text[INET6_ADDRSTRLEN])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const void *address;

	if (!info || !info->client_addr)
		return "";
	address =
		info->client_addr->sa_family == AF_INET6
			? (const void *)&(
				  (const struct sockaddr_in6 *)(const void *)info->client_addr)
				  ->sin6_addr
			: &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr;
	return inet_ntop(info->client_addr->sa_family, address, text, INET6_ADDRSTRLEN) ? text : "";
}

static enum MHD_Result send_answer(struct http_server *s, struct MHD_Connection *c,
	struct conn *conn, struct http_response *rs)
{
	size_t len = rs->body.len;
	char *body = len ? buf_detach(&rs->body) : NULL;
	struct MHD_Response *r = MHD_create_response_from_buffer(
		len, body, len ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	buf_release(&rs->body);
	if (!r) {
		free(body);
		return MHD_NO;
	}
	if (rs->type)
		MHD_add_response_header(r, "Content-Type", rs->type);
	for (size_t i = 0; i < rs->nheaders; i++)
		MHD_add_response_header(r, rs->headers[i].name, rs->headers[i].value);
	if (rs->close || atomic_load(&s->draining))
		MHD_add_response_header(r, "Connection", "close");
	conn_set(s, conn, CONN_WRITING);
	rc = MHD_queue_response(c, (unsigned)rs->status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result refuse(
	struct http_server *s, struct MHD_Connection *c, struct conn *conn, int status)
{
	struct http_response rs = {.status = status, .type = "text/plain", .close = 1};

	rs.body = (struct buf)BUF_INIT;
	buf_adds(&rs.body, status == 413   ? "the body is too large\n"
			   : status == 501 ? "this transfer coding is not known\n"
			   : status == 505 ? "this version of HTTP is not known\n"
					   : "the request is malformed\n");
	if (s->options.refused)
		s->options.refused(s->options.arg, status);
	return send_answer(s, c, conn, &rs);
}

static enum MHD_Result answer(
	struct http_server *s, struct MHD_Connection *c, struct conn *conn, const char *method)
{
	struct http_response rs = {.status = 200, .type = "application/json"};
	char peer[INET6_ADDRSTRLEN];
	struct http_request rq = {
		.method = method,
		.path = conn->target.data,
		.query = conn->target.data + conn->path_len + 1,
		.body = conn->body.data,
		.body_len = conn->body.len,
		.peer = peer_of(c, peer),
		.worker = worker_of(s),
		.arrived_us = conn->arrived_us,
		.started_ns = conn->started_ns,
		.headers = c,
	};

	rs.body = (struct buf)BUF_INIT;
	conn_set(s, conn, CONN_WORKING);
	if (s->options.handle(s->options.arg, &rq, &rs) != 0) {
		buf_reset(&rs.body);
		rs.status = 500;
		rs.nheaders = 0;
	}
	return send_answer(s, c, conn, &rs);
}

enum MHD_Result http_serve(void *arg, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *data, size_t *len, void **state)
{
	struct http_server *s = arg;
	struct conn *conn = *state;
	int status;

	(void)url;
	if (!conn)
		return MHD_NO;
	if (!conn->begun) {
		conn->begun = 1;
		conn->arrived_us = now_ns(CLOCK_REALTIME) / 1000;
		conn->started_ns = now_ns(CLOCK_MONOTONIC);
		conn_set(s, conn, CONN_READING);
		status = http_guard(c, method, version, conn, s->options.body_max);
		return status ? refuse(s, c, conn, status) : MHD_YES;
	}
	if (*len) {
		/* Without a length, as chunks: what is too much is passed over, but not for ever.
		 */
		if (*len > s->options.body_max - conn->body.len)
			conn->too_large = 1;
		if (!conn->too_large)
			buf_add(&conn->body, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return conn->too_large ? refuse(s, c, conn, 413) : answer(s, c, conn, method);
}

/* Bytes that came on a connection so far; whether the other side has hung up. */
static uint64_t received(int fd, int *ended)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return 0;
	*ended = info.tcpi_state == CLOSE_WAIT;
	return info.tcpi_bytes_received;
}

void http_completed(
	void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct http_server *s = arg;
	struct conn *conn = conn_of(c);

	(void)why;
	*state = NULL;
	if (!conn)
		return;
	if (conn->body.cap > BODY_KEPT)
		buf_release(&conn->body);
	conn_set(s, conn, CONN_IDLE);
}

/* ---- the sweeper: the library's own timeout is for silence only */

/* Whether the connection has had its time. */
static int conn_late(struct http_server *s, struct conn *conn, int64_t now)
{
	const struct http_options *o = &s->options;

	if (conn->state == CONN_IDLE) {
		int ended = 0;
		uint64_t bytes = received(conn->fd, &ended);

		if (conn->received == UINT64_MAX)
			conn->received = bytes;
		if (bytes > conn->received) {
			conn->state = CONN_READING;
			conn->since = now;
		} else if (ended && now - conn->since > LINGER)
			return 1; /* the library does not always notice */
		return now - conn->since > o->idle_ms;
	}
	if (conn->state == CONN_READING)
		return now - conn->since > o->deadline_ms;
	return conn->state == CONN_WRITING && now - conn->since > o->idle_ms;
}

void *http_sweep(void *arg)
{
	struct http_server *s = arg;
	struct timespec until;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping) {
		int64_t now = http_now_ms();

		for (struct conn *c = s->conns; c; c = c->next) {
			if (!conn_late(s, c, now))
				continue;
			shutdown(c->fd, SHUT_RDWR);
			c->since = now;
			if (c->state == CONN_READING && s->options.refused)
				s->options.refused(s->options.arg, 408);
		}
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 250000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}
