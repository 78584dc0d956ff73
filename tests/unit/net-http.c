/* net-http: raw bytes at the server: what is refused, what is answered, and when it hangs up.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "net/http.h"

static atomic_int refusals, handled;

/* METHOD PATH QUERY HOST BODY; /slow takes its time, /fail fails. */
static int handle(void *arg, const struct http_request *rq, struct http_response *rs)
{
	const char *host = http_header(rq, "HOST");

	(void)arg;
	handled++;
	if (strcmp(rq->path, "/slow") == 0)
		usleep(300000);
	if (strcmp(rq->path, "/fail") == 0)
		return -1;
	buf_addf(&rs->body, "[%s %s %s %s %zu %.*s]", rq->method, rq->path, rq->query,
		host ? host : "-", rq->worker, (int)(rq->body_len < 64 ? rq->body_len : 64),
		rq->body);
	http_response_header(rs, "X-Size", rq->body_len > 64 ? "big" : "small");
	http_response_header(rs, "X-Evil", "a\r\nSet-Cookie: b");
	return 0;
}

static void refused(void *arg, int status)
{
	(void)arg;
	(void)status;
	refusals++;
}

static struct http_server *start(struct http_options o)
{
	struct err e = ERR_INIT;
	struct http_server *s;

	o.handle = handle;
	o.refused = refused;
	s = http_start(&o, &e);
	if (!s)
		fail_msg("%s", e.text);
	return s;
}

static int dial(const struct http_server *s)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s))};
	struct timeval limit = {.tv_sec = 5};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* All that comes until the server hangs up, or is silent for `ms`: 1 where it hung up. */
static int listen_to(int fd, struct buf *out, int ms)
{
	struct timeval limit = {ms / 1000, ms % 1000 * 1000};
	char bytes[4096];
	ssize_t n;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	buf_reset(out);
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_add(out, bytes, (size_t)n);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static size_t answers(const struct buf *b)
{
	size_t n = 0;

	for (const char *p = b->data; (p = strstr(p, "HTTP/1.1 ")); p++)
		n += p[9] >= '0' && p[9] <= '9'; /* not the text of a page */
	return n;
}

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: h\r\n"
#define NEXT "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
#define BYTES(x) x, sizeof(x) - 1

/* The strictness table: each is refused and the connection closed, whatever follows. */
static const struct {
	const char *title, *bytes;
	size_t len;
	const char *status;
} wrong[] = {
	{"length and chunked",
		BYTES(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
			   "0\r\n\r\n" NEXT),
		"400"},
	{"two lengths", BYTES(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" NEXT),
		"400"},
	{"the same length twice",
		BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" NEXT), "400"},
	{"a list of lengths", BYTES(POST "Content-Length: 5, 5\r\n\r\nhello" NEXT), "400"},
	{"a signed length", BYTES(POST "Content-Length: +5\r\n\r\nhello" NEXT), "400"},
	{"a negative length", BYTES(POST "Content-Length: -5\r\n\r\nhello" NEXT), "400"},
	{"a length in hex", BYTES(POST "Content-Length: 0x5\r\n\r\nhello" NEXT), "400"},
	{"a length beyond 2^64",
		BYTES(POST "Content-Length: 18446744073709551621\r\n\r\nhello" NEXT), "4"},
	{"a space before the colon", BYTES(POST "Content-Length : 5\r\n\r\nhello" NEXT), "400"},
	{"a NUL in a value", BYTES(GET "X: a\0b\r\nY: c\r\n\r\n" NEXT), "400"},
	{"a NUL in the last value", BYTES(GET "X: a\0b\r\n\r\n" NEXT), "400"},
	{"a NUL in the last value, line feeds only",
		BYTES("GET /a HTTP/1.1\nHost: h\nX: a\0b\n\n" NEXT), "400"},
	{"a NUL in a name", BYTES(GET "X\0Y: a\r\n\r\n" NEXT), "400"},
	{"a folded line", BYTES(GET "X: a\r\n b\r\nY: c\r\n\r\n" NEXT), "400"},
	{"a folded last line", BYTES(GET "X: a\r\n\tb\r\n\r\n" NEXT), "400"},
	{"a folded first line", BYTES("GET /a HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n" NEXT), "400"},
	{"an empty folded line", BYTES(GET "X: a\r\n \r\nY: c\r\n\r\n" NEXT), "400"},
	{"no host", BYTES("GET /a HTTP/1.1\r\n\r\n" NEXT), "400"},
	{"two hosts", BYTES(GET "Host: i\r\n\r\n" NEXT), "400"},
	{"a host with a path", BYTES("GET /a HTTP/1.1\r\nHost: h/x\r\n\r\n" NEXT), "400"},
	{"an unknown coding", BYTES(POST "Transfer-Encoding: zip\r\n\r\n" NEXT), "501"},
	{"two codings", BYTES(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" NEXT),
		"501"},
	{"chunked twice",
		BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
			   "0\r\n\r\n" NEXT),
		"400"},
	{"chunked in HTTP/1.0",
		BYTES("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "0\r\n\r\n" NEXT),
		"400"},
	{"a chunk that is no number",
		BYTES(POST "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"
			   "0\r\n\r\n" NEXT),
		"400"},
	{"a chunk longer than it says",
		BYTES(POST "Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n"
			   "0\r\n\r\n" NEXT),
		"400"},
	{"a chunk beyond 2^64",
		BYTES(POST "Transfer-Encoding: chunked\r\n\r\n"
			   "fffffffffffffffff\r\nhello\r\n0\r\n\r\n" NEXT),
		"4"},
	{"a name that is no token", BYTES(GET "X(Y: a\r\n\r\n" NEXT), "400"},
	{"a header without a colon", BYTES(GET "hello\r\n\r\n" NEXT), "400"},
	{"a control character in a value", BYTES(GET "X: a\001b\r\n\r\n" NEXT), "400"},
	{"a version of the future", BYTES("GET /a HTTP/9.9\r\nHost: h\r\n\r\n" NEXT), "505"},
	{"a method that is no token", BYTES("G(T /a HTTP/1.1\r\nHost: h\r\n\r\n" NEXT), "400"},
	{"a target that is no path", BYTES("GET a HTTP/1.1\r\nHost: h\r\n\r\n" NEXT), "400"},
	{"a NUL encoded in the path", BYTES("GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n" NEXT), "400"},
	{"a bad escape in the path", BYTES("GET /a%zz HTTP/1.1\r\nHost: h\r\n\r\n" NEXT), "400"},
	{"a body too large", BYTES(POST "Content-Length: 100001\r\n\r\nhello"), "413"},
};

static void test_wrong(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 1, .body_max = 100000});
	struct buf got = BUF_INIT;
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		int fd = dial(s), before = atomic_load(&handled), closed;

		assert_int_equal(
			send(fd, wrong[i].bytes, wrong[i].len, MSG_NOSIGNAL), wrong[i].len);
		closed = listen_to(fd, &got, 1000);
		close(fd);
		if (closed && handled == before && !strstr(got.data, "HTTP/1.1 200") &&
			(!got.len || strncmp(got.data + 9, wrong[i].status,
					     strlen(wrong[i].status)) == 0))
			continue;
		print_message(
			"# %s: %s, %.60s\n", wrong[i].title, closed ? "closed" : "open", got.data);
		bad++;
	}
	http_free(s);
	buf_release(&got);
	assert_int_equal(bad, 0);
}

static const struct {
	const char *title, *bytes;
	const char *body; /* of the answer; NULL: any */
} right[] = {
	{"the plain request", GET "\r\n", "[GET /a  h 0 ]"},
	{"no blank behind the colon", "GET /a HTTP/1.1\r\nHost:h\r\nX:\r\nY:  z\t \r\n\r\n",
		"[GET /a  h 0 ]"},
	{"line feeds only", "GET /a HTTP/1.1\nHost: h\nX: y\n\n", "[GET /a  h 0 ]"},
	{"an empty line before it", "\r\n" GET "\r\n", "[GET /a  h 0 ]"},
	{"a query", "GET /a%20b?c=%20d&e HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /a b c=%20d&e h 0 ]"},
	{"an empty query", "GET /? HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /  h 0 ]"},
	{"the absolute form", "GET http://x:1/a?q HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /a q h 0 ]"},
	{"HTTP/1.0 without a host", "GET /a HTTP/1.0\r\n\r\n", "[GET /a  - 0 ]"},
	{"a body with a length", POST "Content-Length: 5\r\n\r\nhello", "[POST /a  h 0 hello]"},
	{"a body in chunks",
		POST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
		"[POST /a  h 0 hello]"},
	{"an empty body", POST "Content-Length: 0\r\n\r\n", "[POST /a  h 0 ]"},
	{"bytes beyond ASCII in a value", GET "X: \303\251\r\n\r\n", "[GET /a  h 0 ]"},
	{"an IPv6 host", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "[GET /a  [::1]:80 0 ]"},
	{"a handler that fails", "GET /fail HTTP/1.1\r\nHost: h\r\n\r\n", "500 "},
};

static void test_right(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 1});
	struct buf got = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++) {
		int fd = dial(s);

		assert_int_equal(send(fd, right[i].bytes, strlen(right[i].bytes), 0),
			strlen(right[i].bytes));
		listen_to(fd, &got, 150);
		close(fd);
		if (!strstr(got.data, right[i].body) || strstr(got.data, "Set-Cookie"))
			fail_msg("%s: %s", right[i].title, got.data);
	}
	http_free(s);
	buf_release(&got);
}

static void test_keep_alive(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 2});
	struct buf got = BUF_INIT;
	int fd = dial(s);

	(void)state;
	/* Two at once, then one more on the same connection. */
	assert_true(send(fd, GET "\r\n" POST "Content-Length: 2\r\n\r\nhi",
			    sizeof(GET "\r\n" POST "Content-Length: 2\r\n\r\nhi") - 1, 0) > 0);
	assert_int_equal(listen_to(fd, &got, 300), 0);
	assert_int_equal(answers(&got), 2);
	assert_true(send(fd, GET "\r\n", sizeof(GET "\r\n") - 1, 0) > 0);
	assert_int_equal(listen_to(fd, &got, 300), 0);
	assert_int_equal(answers(&got), 1);
	assert_int_equal(http_connections(s), 1);
	close(fd);
	http_free(s);
	buf_release(&got);
}

/* Sends one byte each 20 ms until the server hangs up; how many ms that took. */
static int trickle(struct http_server *s, const char *first, const char *bytes)
{
	struct timespec from, to;
	struct buf got = BUF_INIT;
	int fd = dial(s);

	if (first) {
		assert_true(send(fd, first, strlen(first), 0) > 0);
		assert_int_equal(listen_to(fd, &got, 200), 0);
		assert_int_equal(answers(&got), 1);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < 250; i++) {
		if (send(fd, bytes + (bytes[i] ? i : 0), 1, MSG_NOSIGNAL) < 0 ||
			listen_to(fd, &got, 20))
			break;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	close(fd);
	buf_release(&got);
	return (int)((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
}

static void test_trickle(void **state)
{
	static const char header[] =
		"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct http_server *s =
		start((struct http_options){.workers = 1, .deadline_ms = 500, .idle_ms = 1500});
	struct buf got = BUF_INIT;
	int fd, ms, before = atomic_load(&handled);

	(void)state;
	ms = trickle(s, NULL, header);
	assert_in_range(ms, 400, 1400);
	ms = trickle(s, GET "\r\n", header);
	assert_in_range(ms, 400, 1400);
	fd = dial(s);
	assert_true(send(fd, BYTES(POST "Content-Length: 9\r\n\r\nh"), 0) > 0);
	assert_int_equal(listen_to(fd, &got, 1300), 1);
	close(fd);
	assert_int_equal(handled, before + 1);
	assert_true(refusals > 0);
	/* Silence between requests is no trickle. */
	fd = dial(s);
	assert_true(send(fd, GET "\r\n", sizeof(GET "\r\n") - 1, 0) > 0);
	assert_int_equal(listen_to(fd, &got, 900), 0);
	assert_int_equal(listen_to(fd, &got, 1500), 1);
	close(fd);
	http_free(s);
	buf_release(&got);
}

static void test_large(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 1, .body_max = 100000});
	struct buf ask = BUF_INIT, got = BUF_INIT;
	int fd = dial(s);

	(void)state;
	buf_adds(&ask, POST "Content-Length: 100000\r\n\r\n");
	for (int i = 0; i < 100000; i++)
		buf_addc(&ask, 'x');
	assert_int_equal(send(fd, ask.data, ask.len, 0), ask.len);
	listen_to(fd, &got, 300);
	assert_non_null(strstr(got.data, "X-Size: big"));
	buf_reset(&ask);
	buf_adds(&ask, POST "Transfer-Encoding: chunked\r\n\r\n186a1\r\n");
	for (int i = 0; i < 100001; i++)
		buf_addc(&ask, 'x');
	buf_adds(&ask, "\r\n0\r\n\r\n");
	assert_int_equal(send(fd, ask.data, ask.len, MSG_NOSIGNAL), ask.len);
	assert_int_equal(listen_to(fd, &got, 1000), 1);
	assert_non_null(strstr(got.data, "HTTP/1.1 413 "));
	close(fd);
	buf_reset(&ask);
	buf_adds(&ask, GET "X: ");
	for (int i = 0; i < 9000; i++)
		buf_addc(&ask, 'x');
	buf_adds(&ask, "\r\n\r\n");
	fd = dial(s);
	assert_int_equal(send(fd, ask.data, ask.len, MSG_NOSIGNAL), ask.len);
	assert_int_equal(listen_to(fd, &got, 1000), 1);
	if (got.len)
		assert_non_null(strstr(got.data, "HTTP/1.1 431 "));
	close(fd);
	http_free(s);
	buf_release(&ask);
	buf_release(&got);
}

static void test_half(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 1});
	struct buf got = BUF_INIT;
	int fd = dial(s);

	(void)state;
	assert_true(send(fd, GET "\r\n", sizeof(GET "\r\n") - 1, 0) > 0);
	shutdown(fd, SHUT_WR);
	assert_int_equal(listen_to(fd, &got, 2000), 1);
	assert_int_equal(answers(&got), 1);
	close(fd);
	fd = dial(s);
	close(fd);
	for (int i = 0; i < 100 && http_connections(s); i++)
		usleep(20000);
	assert_int_equal(http_connections(s), 0);
	http_free(s);
	buf_release(&got);
}

static void *drain(void *arg)
{
	return (void *)(uintptr_t)http_drain(arg, 3000);
}

static void test_drain(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 2});
	struct buf got = BUF_INIT;
	int busy = dial(s), idle = dial(s);
	pthread_t thread;
	void *left;

	(void)state;
	assert_true(send(idle, GET "\r\n", sizeof(GET "\r\n") - 1, 0) > 0);
	assert_int_equal(listen_to(idle, &got, 200), 0);
	assert_true(send(busy, BYTES("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"), 0) > 0);
	usleep(100000);
	assert_int_equal(pthread_create(&thread, NULL, drain, s), 0);
	assert_int_equal(listen_to(idle, &got, 1000), 1);
	assert_int_equal(listen_to(busy, &got, 2000), 1);
	assert_non_null(strstr(got.data, "[GET /slow"));
	assert_non_null(strstr(got.data, "Connection: close"));
	assert_int_equal(pthread_join(thread, &left), 0);
	assert_ptr_equal(left, NULL);
	assert_int_equal(dial(s), -1);
	close(idle);
	close(busy);
	http_free(s);
	buf_release(&got);
}

static void test_address(void **state)
{
	struct http_server *s = start((struct http_options){.workers = 1});
	struct http_options o = {.port = http_port(s)};
	struct err e = ERR_INIT;
	char want[64];

	(void)state;
	snprintf(want, sizeof(want), "http://127.0.0.1:%u", http_port(s));
	assert_string_equal(http_url(s), want);
	assert_null(http_start(&o, &e));
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_non_null(strstr(e.text, "is in use"));
	http_free(s);
	s = http_start(&o, &e); /* the port is free again at once */
	assert_non_null(s);
	http_free(s);
	o.port = 70000;
	assert_null(http_start(&o, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	o = (struct http_options){.host = "no such host"};
	assert_null(http_start(&o, &e));
	assert_int_equal(e.kind, ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"what two servers may understand differently is refused and ends the connection",
			test_wrong, NULL, NULL, NULL},
		{"every right form of a request is answered", test_right, NULL, NULL, NULL},
		{"a connection is kept, and requests may follow at once", test_keep_alive, NULL,
			NULL, NULL},
		{"a client that trickles is cut at the deadline, one that waits is not",
			test_trickle, NULL, NULL, NULL},
		{"large bodies are taken up to the limit, large headers are not", test_large, NULL,
			NULL, NULL},
		{"a client that has hung up does not keep its connection", test_half, NULL, NULL,
			NULL},
		{"a drain ends what is idle and finishes what is not", test_drain, NULL, NULL,
			NULL},
		{"a port in use is a system error that says so", test_address, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
