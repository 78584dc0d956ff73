/* http: an HTTP/1.1 server that hands whole requests to a function, with guards and deadlines. No
 * library is named here.
 * SPDX-License-Identifier: MIT
 *
 *     s = http_start(&options, e);      handlers run from now on, in the server's threads
 *     ... wait for a signal ...
 *     http_drain(s, seconds);           refuses new connections, lets requests in flight end
 *     http_free(s);
 *
 * Refused before the handler sees it, and the connection closed: what two servers may understand
 * differently (RFC 9112 section 11: Content-Length twice or with Transfer-Encoding, an unknown
 * coding, a folded line, a space before the colon, a control character, no Host or two), a body
 * or a header that is too large (413, 431), and a client that takes longer than the deadline.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_BODY_MAX ((size_t)16 << 20) /* the usual body_max */
#define HTTP_HEADER_MAX 8192		 /* bytes of a request's line and header */
#define HTTP_WORKERS_MAX 64

struct http_server;

/* All is borrowed for the time of the call. */
struct http_request {
	const char *method, *path; /* the path without its query, percent-encoding undone */
	const char *query;	   /* behind the '?', as sent; "" where there is none */
	const char *body;	   /* [body_len], a NUL behind them */
	size_t body_len;
	const char *peer;    /* the client's address in figures */
	size_t worker;	     /* which thread this is, 0 .. workers - 1: for buffers of one's own */
	int64_t arrived_us;  /* when the header was whole: us since 1970 */
	int64_t started_ns;  /* the same on CLOCK_MONOTONIC, for latencies */
	const void *headers; /* http_header() */
};

/* The value of a header (any case), or NULL. */
const char *http_header(const struct http_request *r, const char *name);

#define HTTP_HEADERS_MAX 8

/* Filled by the handler; status 200 and JSON at first. */
struct http_response {
	int status;
	const char *type; /* Content-Type; borrowed, NULL: none */
	struct buf body;
	int close; /* end the connection behind this answer */
	struct {
		const char *name;
		char value[256];
	} headers[HTTP_HEADERS_MAX];
	size_t nheaders;
};

/* Adds a header: name is borrowed, the value copied. A value with control characters or too long,
 * or a header too many, is left out. */
void http_response_header(struct http_response *r, const char *name, const char *value);

struct http_options {
	const char *host;     /* an address in figures or a name, IPv4 or IPv6; NULL: 127.0.0.1 */
	unsigned port;	      /* 0: any free one */
	size_t workers;	      /* threads; 0: as many as there are processors */
	size_t connections;   /* at a time, in all; 0: 1024 */
	size_t body_max;      /* 0: HTTP_BODY_MAX */
	unsigned deadline_ms; /* from a request's first byte to its last; 0: 10000 */
	unsigned idle_ms;     /* between requests; 0: 75000 */
	/* Answers. Called from several threads at a time, one per worker. Nonzero: 500. */
	int (*handle)(void *arg, const struct http_request *rq, struct http_response *rs);
	void *arg;
	/* May be NULL: an answer that the handler had no part in (400, 408, 413, ...). */
	void (*refused)(void *arg, int status);
};

/* A port in use is ERR_SYSTEM, a host that is none ERR_USAGE; NULL on failure. */
struct http_server *http_start(const struct http_options *o, struct err *e);
unsigned http_port(const struct http_server *s);
const char *http_url(const struct http_server *s); /* "http://127.0.0.1:8080" */
size_t http_connections(struct http_server *s);	   /* open now */

/* Takes no more connections, ends idle ones, says `Connection: close` on what is answered from now
 * on and waits for it. The number of connections that were cut because they took longer. */
size_t http_drain(struct http_server *s, unsigned timeout_ms);
void http_free(struct http_server *s); /* cuts what is left; NULL is allowed */

#endif
