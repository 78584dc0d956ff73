/* protocol_route: which call a method and a path are.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "net/protocol.h"

static const struct {
	const char *path;
	enum protocol_call call;
	enum protocol_kind kind;
	int post;
} fixed[] = {
	{"/ping", PROTOCOL_PING, PROTOCOL_MLFLOW, 0},
	{"/health", PROTOCOL_PING, PROTOCOL_MLFLOW, 0},
	{"/version", PROTOCOL_VERSION, PROTOCOL_MLFLOW, 0},
	{"/invocations", PROTOCOL_INVOCATIONS, PROTOCOL_MLFLOW, 1},
	{"/metrics", PROTOCOL_METRICS, PROTOCOL_MLFLOW, 0},
	{"/v2", PROTOCOL_SERVER, PROTOCOL_V2, 0},
	{"/v2/", PROTOCOL_SERVER, PROTOCOL_V2, 0},
	{"/v2/health/live", PROTOCOL_LIVE, PROTOCOL_V2, 0},
	{"/v2/health/ready", PROTOCOL_READY, PROTOCOL_V2, 0},
};

/* The method must be the one. */
static void route_call(
	struct protocol_route *r, const char *method, enum protocol_call call, int post)
{
	int get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (post ? strcmp(method, "POST") == 0 : get) {
		r->call = call;
		return;
	}
	r->call = PROTOCOL_NOT_ALLOWED;
	r->allow = post ? "POST" : "GET, HEAD";
}

static size_t segment(const char *text)
{
	return strcspn(text, "/");
}

/* NAME[/versions/V][/ready|/infer] */
static void route_model(struct protocol_route *r, const char *method, const char *rest)
{
	size_t len = segment(rest);

	if (!len)
		return;
	r->model = rest;
	r->model_len = len;
	rest += len;
	if (strncmp(rest, "/versions/", 10) == 0) {
		r->version = rest + 10;
		r->version_len = segment(r->version);
		if (!r->version_len)
			return;
		rest = r->version + r->version_len;
	}
	if (!*rest)
		route_call(r, method, PROTOCOL_MODEL, 0);
	else if (strcmp(rest, "/ready") == 0)
		route_call(r, method, PROTOCOL_MODEL_READY, 0);
	else if (strcmp(rest, "/infer") == 0)
		route_call(r, method, PROTOCOL_INFER, 1);
}

struct protocol_route protocol_route(const char *method, const char *path)
{
	struct protocol_route r = {.call = PROTOCOL_UNKNOWN, .kind = PROTOCOL_MLFLOW};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		if (strcmp(path, fixed[i].path) != 0)
			continue;
		r.kind = fixed[i].kind;
		route_call(&r, method, fixed[i].call, fixed[i].post);
		return r;
	}
	if (strncmp(path, "/v2/", 4) == 0)
		r.kind = PROTOCOL_V2;
	if (strncmp(path, "/v2/models/", 11) == 0)
		route_model(&r, method, path + 11);
	return r;
}
