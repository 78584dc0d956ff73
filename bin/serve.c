/* serve: answer requests for predictions over HTTP.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "cli/tool.h"
#include "net/http.h"
#include "net/metrics.h"
#include "net/protocol.h"
#include "net/requestlog.h"
#include "net/router.h"
#include "store/home.h"

static struct options {
	const char *host, *log;
	long long port, threads, max_body;
	double poll, drain;
	int no_log;
} options;

static const struct opt opts[] = {
	{'p', "port", OPT_INT, "PORT", "where to listen; 0: any free port", OPT_AT(options, port),
		0, "8080", 0, 65535},
	{'H', "host", OPT_STRING, "HOST", "the address to listen on", OPT_AT(options, host), 0,
		"127.0.0.1", 0, 0},
	{'j', "threads", OPT_INT, "N", "threads that answer; 0: one per processor",
		OPT_AT(options, threads), 0, "0", 0, HTTP_WORKERS_MAX},
	{0, "log", OPT_STRING, "DIR", "log requests here (default: log/NAME in the home)",
		OPT_AT(options, log), 0, NULL, 0, 0},
	{0, "no-log", OPT_FLAG, NULL, "log no requests", OPT_AT(options, no_log), 0, NULL, 0, 0},
	{0, "poll", OPT_NUMBER, "SECONDS",
		"how often to look whether the alias or the file moved; 0: never",
		OPT_AT(options, poll), 0, "1", 0, 86400},
	{0, "max-body", OPT_INT, "BYTES", "larger requests are refused", OPT_AT(options, max_body),
		0, "16777216", 1, 1 << 30},
	{0, "drain", OPT_NUMBER, "SECONDS", "at the end, wait so long for requests in flight",
		OPT_AT(options, drain), 0, "10", 0, 3600},
	OPT_END,
};

struct server {
	struct run *run;
	struct router *router;
	struct requestlog *log; /* or NULL */
	struct http_server *http;
	struct metrics metrics;
	uint64_t nonce; /* of the request ids that are made here */
	atomic_uint_fast64_t requests;
	atomic_int draining;
};

static void say(void *arg, const char *text)
{
	run_say(arg, "%s", text);
}

/* ---- one request */

#define REQUEST_ID 128

/* The client's id, where it is fit for a log, else one of ours. */
static void request_id(struct server *s, const struct http_request *rq, char id[REQUEST_ID + 1])
{
	static const char sane[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-._~:/+=@";
	const char *given = http_header(rq, "X-Request-Id");
	size_t len = given ? strlen(given) : 0;

	if (len && len <= REQUEST_ID && strspn(given, sane) == len)
		memcpy(id, given, len + 1);
	else
		snprintf(id, REQUEST_ID + 1, "%016" PRIx64 "-%08" PRIx64, s->nonce,
			(uint64_t)atomic_fetch_add(&s->requests, 1));
}

static void refuse(
	struct http_response *rs, enum protocol_kind kind, const struct protocol_fault *fault)
{
	rs->status = fault->status;
	buf_reset(&rs->body);
	protocol_fault_render(kind, fault, &rs->body);
}

/* V2 names the model, and perhaps its version. */
static int check_model(
	const struct served *m, const struct protocol_route *route, struct protocol_fault *fault)
{
	char version[24];

	if (!route->model)
		return 0;
	if (strlen(m->name) != route->model_len ||
		memcmp(m->name, route->model, route->model_len) != 0)
		return protocol_fault_set(fault, 404, "no such model: '%s' is served", m->name);
	snprintf(version, sizeof(version), "%" PRId64, m->version);
	if (route->version && (strlen(version) != route->version_len ||
				      memcmp(version, route->version, route->version_len) != 0))
		return protocol_fault_set(
			fault, 404, "no such version: '%s' is served at %s", m->name, version);
	return 0;
}

static int64_t since_ns(int64_t started)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - started;
}

/* Answers with the seat's model, counts and logs. */
static int predict_in(struct server *s, struct served *m, struct seat *seat,
	const struct protocol_route *route, const struct http_request *rq, struct http_response *rs,
	struct protocol_fault *fault)
{
	const struct batch *rows = &seat->rows.batch;
	char id[REQUEST_ID + 1];
	struct err e = ERR_INIT;
	int64_t ns;

	if (protocol_parse(m->protocol, route->kind, http_header(rq, "Content-Type"), rq->body,
		    rq->body_len, &seat->rows, fault) < 0)
		return -1;
	if (predictor_batch(seat->predictor, rows, &e) < 0 ||
		predictor_rows(seat->predictor, rows, 0, rows->rows, &seat->results, &e) < 0)
		return protocol_fault_set(fault, e.kind == ERR_DATA ? 400 : 500, "%s", e.text);
	protocol_render(
		m->protocol, route->kind, &seat->rows, &m->result, &seat->results, &rs->body);
	request_id(s, rq, id);
	http_response_header(rs, "X-Request-Id", id);
	ns = since_ns(rq->started_ns);
	metrics_predicted(&s->metrics, rows->rows, ns);
	if (s->log && rows->rows)
		requestlog_add(s->log, &(struct requestlog_entry){m, id, rq->arrived_us, ns / 1000,
					       rows, &seat->results});
	return 0;
}

static void predict(struct server *s, const struct protocol_route *route,
	const struct http_request *rq, struct http_response *rs)
{
	struct served *m = router_hold(s->router);
	struct protocol_fault fault;
	struct err e = ERR_INIT;
	struct seat *seat = NULL;
	int rc = check_model(m, route, &fault);

	if (rc == 0) {
		seat = served_take(m, &e);
		if (!seat)
			rc = protocol_fault_set(&fault, 500, "%s", e.text);
	}
	if (rc == 0)
		rc = predict_in(s, m, seat, route, rq, rs, &fault);
	if (rc < 0)
		refuse(rs, route->kind, &fault);
	if (seat)
		served_give(m, seat);
	served_drop(m);
}

/* ---- what is no prediction */

static void describe(struct server *s, const struct protocol_route *route, struct http_response *rs)
{
	struct served *m = router_hold(s->router);
	struct protocol_fault fault;
	int ready = !atomic_load(&s->draining);

	if (check_model(m, route, &fault) < 0) {
		refuse(rs, route->kind, &fault);
	} else if (route->call == PROTOCOL_MODEL) {
		protocol_model_render(m->protocol, &rs->body);
	} else if (route->call == PROTOCOL_MODEL_READY) {
		json_t *answer = json_pack("{s:s, s:b}", "name", m->name, "ready", ready);

		json_canonical(answer, &rs->body);
		json_decref(answer);
		rs->status = ready ? 200 : 503;
	}
	served_drop(m);
}

static void no_route(const struct protocol_route *route, struct http_response *rs)
{
	struct protocol_fault fault;

	if (route->call == PROTOCOL_NOT_ALLOWED) {
		http_response_header(rs, "Allow", route->allow);
		protocol_fault_set(&fault, 405, "this path takes %s", route->allow);
	} else {
		protocol_fault_set(&fault, 404, "there is nothing here");
	}
	refuse(rs, route->kind, &fault);
}

static void answer(struct server *s, const struct protocol_route *route,
	const struct http_request *rq, struct http_response *rs)
{
	int ready = !atomic_load(&s->draining);

	switch (route->call) {
	case PROTOCOL_INVOCATIONS:
	case PROTOCOL_INFER:
		predict(s, route, rq, rs);
		break;
	case PROTOCOL_MODEL:
	case PROTOCOL_MODEL_READY:
		describe(s, route, rs);
		break;
	case PROTOCOL_PING:
		buf_adds(&rs->body, "\n");
		break;
	case PROTOCOL_VERSION:
		buf_adds(&rs->body, TOOL_RELEASE);
		break;
	case PROTOCOL_LIVE:
		buf_adds(&rs->body, "{\"live\":true}");
		break;
	case PROTOCOL_READY:
		rs->status = ready ? 200 : 503;
		buf_adds(&rs->body, ready ? "{\"ready\":true}" : "{\"ready\":false}");
		break;
	case PROTOCOL_SERVER:
		protocol_server_render(TOOL_RELEASE, &rs->body);
		break;
	case PROTOCOL_METRICS:
		rs->type = METRICS_TYPE;
		metrics_print(&s->metrics, s->router, s->log, &rs->body);
		break;
	case PROTOCOL_UNKNOWN:
	case PROTOCOL_NOT_ALLOWED:
		no_route(route, rs);
		break;
	}
}

static int handle(void *arg, const struct http_request *rq, struct http_response *rs)
{
	struct server *s = arg;
	struct protocol_route route = protocol_route(rq->method, rq->path);

	atomic_fetch_add(&s->metrics.in_flight, 1);
	answer(s, &route, rq, rs);
	metrics_status(&s->metrics, rs->status);
	atomic_fetch_sub(&s->metrics.in_flight, 1);
	return 0;
}

static void refused(void *arg, int status)
{
	metrics_status(&((struct server *)arg)->metrics, status);
}

/* ---- the server */

static int open_model(struct server *s, const char *spec, size_t threads, struct err *e)
{
	s->router = router_open(&(struct router_options){.spec = spec,
					.poll = options.poll,
					.seats = threads,
					.say = say,
					.arg = s->run},
		e);
	return s->router ? 0 : -1;
}

static int open_log(struct server *s, struct err *e)
{
	struct requestlog_options o = {.say = say, .arg = s->run};
	char *home = NULL, *dir = NULL;
	struct served *m;

	if (options.no_log && options.log)
		return err_set(e, ERR_USAGE, "--log and --no-log contradict each other");
	if (options.no_log)
		return 0;
	if (!options.log) {
		home = home_find();
		if (!home) {
			run_say(s->run, "there is no .pawl directory here or above: requests are "
					"not logged (--log DIR)");
			return 0;
		}
		m = router_hold(s->router);
		dir = mem_printf("%s/log/%s", home, m->name);
		served_drop(m);
	}
	o.dir = dir ? dir : options.log;
	s->log = requestlog_open(&o, e);
	free(dir);
	free(home);
	return s->log ? 0 : -1;
}

static int open_http(struct server *s, size_t threads, struct err *e)
{
	s->http = http_start(&(struct http_options){.host = options.host,
				     .port = (unsigned)options.port,
				     .workers = threads,
				     .body_max = (size_t)options.max_body,
				     .handle = handle,
				     .arg = s,
				     .refused = refused},
		e);
	return s->http ? 0 : -1;
}

/* Until SIGTERM or SIGINT, which all threads have blocked. */
static void serve(struct server *s, const sigset_t *ends)
{
	size_t cut;
	int sig;

	run_say(s->run, "listening on %s", http_url(s->http));
	sigwait(ends, &sig);
	atomic_store(&s->draining, 1);
	cut = http_drain(s->http, (unsigned)(options.drain * 1000));
	if (cut)
		run_say(s->run, "%zu connections were cut: they took longer than %g s", cut,
			options.drain);
}

static int run_serve(struct run *r, struct err *e)
{
	static struct server server;
	size_t threads = options.threads ? (size_t)options.threads : pool_cpus();
	struct server *s = &server;
	sigset_t ends;
	int rc = -1;

	if (r->noperands != 1)
		return err_set(e, ERR_USAGE,
			r->noperands ? "only one model is served"
				     : "which model? NAME@ALIAS, NAME/VERSION or a file");
	if (threads > HTTP_WORKERS_MAX)
		threads = HTTP_WORKERS_MAX;
	s->run = r;
	metrics_init(&s->metrics);
	if (getrandom(&s->nonce, sizeof(s->nonce), 0) != (ssize_t)sizeof(s->nonce))
		return err_errno(e, "cannot get random bytes");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a log that may not grow is a full disk */
	if (open_model(s, r->operands[0], threads, e) == 0 && open_log(s, e) == 0 &&
		open_http(s, threads, e) == 0 && router_start(s->router, e) == 0) {
		serve(s, &ends);
		rc = 0;
	}
	http_free(s->http);
	router_close(s->router);
	requestlog_close(s->log);
	return rc;
}

static const struct tool tool = {
	.name = "serve",
	.summary = "answer requests for predictions over HTTP",
	.usage = "MODEL",
	.opts = opts,
	.options = &options,
	.run = run_serve,
	.notes = "MODEL is NAME@ALIAS, NAME/VERSION or a file. An alias that moves is followed.\n"
		 "SIGTERM and SIGINT end it: requests in flight are answered first.",
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
