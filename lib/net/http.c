/* http: the server's start and its end.
 * SPDX-License-Identifier: MIT
 */
#include "net/http.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pool.h"
#include "net/http_serve.h"

#define BACKLOG 511

static void options_fill(struct http_options *o)
{
	if (!o->host)
		o->host = "127.0.0.1";
	if (!o->workers)
		o->workers = pool_cpus();
	if (o->workers > HTTP_WORKERS_MAX)
		o->workers = HTTP_WORKERS_MAX;
	if (!o->connections)
		o->connections = 1024;
	if (o->connections < o->workers)
		o->connections = o->workers;
	if (!o->body_max)
		o->body_max = HTTP_BODY_MAX;
	if (!o->deadline_ms)
		o->deadline_ms = 10000;
	if (!o->idle_ms)
		o->idle_ms = 75000;
}

static int listen_at(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

static int server_listen(struct http_server *s, struct err *e)
{
	const struct http_options *o = &s->options;
	struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char port[16];
	int rc;

	snprintf(port, sizeof(port), "%u", o->port);
	if (o->port > 65535)
		return err_set(e, ERR_USAGE, "%u is no port", o->port);
	rc = getaddrinfo(o->host, port, &want, &found);
	if (rc != 0)
		return err_set(e, ERR_USAGE, "host '%s': %s", o->host, gai_strerror(rc));
	s->listener = listen_at(found);
	rc = errno;
	freeaddrinfo(found);
	if (s->listener < 0 && rc == EADDRINUSE)
		return err_set(e, ERR_SYSTEM,
			"port %u of %s is in use: --port takes another, 0 any free one", o->port,
			o->host);
	if (s->listener < 0)
		return err_set(e, ERR_SYSTEM, "port %u of %s: %s", o->port, o->host, strerror(rc));
	if (getsockname(s->listener, (struct sockaddr *)&bound, &len) < 0)
		return err_errno(e, "port %u of %s", o->port, o->host);
	s->port = ntohs(bound.ss_family == AF_INET6
				? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
				: ((struct sockaddr_in *)(void *)&bound)->sin_port);
	s->url = strchr(o->host, ':') ? mem_printf("http://[%s]:%u", o->host, s->port)
				      : mem_printf("http://%s:%u", o->host, s->port);
	return 0;
}

/* The threads take no signals: those are for whoever waits for them. */
static int server_run(struct http_server *s, struct err *e)
{
	const struct http_options *o = &s->options;
	struct MHD_OptionItem pool[] = {
		{o->workers > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
			(intptr_t)o->workers, NULL},
		{MHD_OPTION_END, 0, NULL}};
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL,
		http_serve, s, MHD_OPTION_LISTEN_SOCKET, s->listener, MHD_OPTION_ARRAY, pool,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEADER_MAX,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections,
		MHD_OPTION_CONNECTION_TIMEOUT, (o->idle_ms + 1999) / 1000,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, http_notify, s,
		MHD_OPTION_NOTIFY_COMPLETED, http_completed, s, MHD_OPTION_URI_LOG_CALLBACK,
		http_target, s, MHD_OPTION_UNESCAPE_CALLBACK, http_unescape, s, MHD_OPTION_END);
	if (s->daemon && pthread_create(&s->sweeper, NULL, http_sweep, s) != 0) {
		MHD_stop_daemon(s->daemon);
		s->daemon = NULL;
		s->listener = -1;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!s->daemon)
		return err_set(e, ERR_SYSTEM, "the server's threads cannot be started");
	return 0;
}

struct http_server *http_start(const struct http_options *o, struct err *e)
{
	struct http_server *s = mem_new(1, sizeof(*s));

	s->options = *o;
	s->listener = -1;
	options_fill(&s->options);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	if (server_listen(s, e) == 0 && server_run(s, e) == 0)
		return s;
	http_free(s);
	return NULL;
}

unsigned http_port(const struct http_server *s)
{
	return s->port;
}

const char *http_url(const struct http_server *s)
{
	return s->url;
}

size_t http_connections(struct http_server *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->nconns;
	pthread_mutex_unlock(&s->lock);
	return n;
}

size_t http_drain(struct http_server *s, unsigned timeout_ms)
{
	int64_t end = http_now_ms() + timeout_ms;
	size_t left;

	if (!atomic_exchange(&s->draining, 1)) {
		MHD_quiesce_daemon(s->daemon);
		close(s->listener);
		s->listener = -1;
	}
	pthread_mutex_lock(&s->lock);
	/* What an idle connection has sent already is still read; then comes its end. */
	while (s->nconns && http_now_ms() < end) {
		struct timespec until;

		for (struct conn *c = s->conns; c; c = c->next)
			if (c->state == CONN_IDLE)
				shutdown(c->fd, SHUT_RD);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 20000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	}
	left = s->nconns;
	pthread_mutex_unlock(&s->lock);
	return left;
}

void http_free(struct http_server *s)
{
	if (!s)
		return;
	if (s->daemon) {
		pthread_mutex_lock(&s->lock);
		s->stopping = 1;
		pthread_cond_broadcast(&s->wake);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->sweeper, NULL);
		MHD_stop_daemon(s->daemon);
		s->listener = -1; /* the library closed it, or http_drain() */
	}
	if (s->listener >= 0)
		close(s->listener);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s->url);
	free(s);
}
