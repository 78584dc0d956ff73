/* http_guard: requests that two servers may understand differently are refused, since behind a
 * proxy that is how one client speaks in another's name (RFC 9112 section 11).
 * SPDX-License-Identifier: MIT
 *
 * libmicrohttpd before 1.0 joins folded lines and cuts a value at a NUL byte, and tells nobody. It
 * does so in place, though: request line and header lie in its buffer as they came, each line's end
 * overwritten by NULs. So a value that does not end where the next name begins was not what it
 * seems. From 1.0 on the library refuses these itself.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "net/http_state.h"

#define GUARD_IN_PLACE 0x01000000 /* versions before this one */

struct guard {
	int in_place;
	const char *end; /* of what came before: the request line, a value */
	int bad, lengths, codings, chunked, hosts;
	uint64_t length;
	size_t too_long; /* the length has more digits than a number */
};

static int guard_token(const char *text, size_t len)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && (!text[i] || !strchr(others, text[i])))
			return 0;
	return len > 0;
}

static int guard_is(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

/* Digits only: no sign, no list. */
static void guard_length(struct guard *g, const char *value, size_t len)
{
	g->lengths++;
	g->bad |= !len;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			g->bad = 1;
		else if (g->length > UINT64_MAX / 10 - 1)
			g->too_long = 1;
		else
			g->length = g->length * 10 + (uint64_t)(value[i] - '0');
	}
}

static enum MHD_Result guard_header(void *arg, enum MHD_ValueKind kind, const char *name,
	size_t name_len, const char *value, size_t len)
{
	struct guard *g = arg;

	(void)kind;
	if (!value)
		value = "";
	if (g->in_place) {
		/* CRLF or LF before the name, a colon and blanks before the value */
		size_t gap = (size_t)(name - g->end);
		const char *at = name + name_len + 1;

		g->bad |= (gap != 1 && gap != 2) || value < at || value - at > HTTP_HEADER_MAX;
		for (; !g->bad && at < value; at++)
			g->bad |= *at != ' ' && *at != '\t';
		g->end = value + len;
	}
	g->bad |= !guard_token(name, name_len);
	for (size_t i = 0; i < len; i++)
		g->bad |= ((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f;
	while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (guard_is(name, name_len, "Content-Length"))
		guard_length(g, value, len);
	if (guard_is(name, name_len, "Host")) {
		g->hosts++;
		g->bad |= strcspn(value, " \t,/@?#\\") < len;
	}
	if (guard_is(name, name_len, "Transfer-Encoding")) {
		g->codings++;
		g->chunked = guard_is(value, len, "chunked");
	}
	return MHD_YES;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "PATH?QUERY" becomes PATH, decoded, a NUL, and QUERY. */
static int guard_target(struct conn *conn)
{
	char *t = conn->target.data, *from = t, *to = t, *query;

	for (char *p = t; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '#')
			return -1;
	if (strncasecmp(from, "http://", 7) == 0) { /* absolute-form */
		from += 7;
		if (!strcspn(from, "/?"))
			return -1;
		from += strcspn(from, "/?");
	}
	if (*from != '/')
		return -1;
	query = strchr(from, '?');
	if (query)
		*query++ = 0;
	for (; *from; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		high = hex_value(from[1]);
		low = high < 0 ? -1 : hex_value(from[2]);
		if (low < 0 || high * 16 + low == 0)
			return -1;
		*to++ = (char)(high * 16 + low);
		from += 2;
	}
	*to = 0;
	conn->path_len = (size_t)(to - t);
	if (query)
		memmove(to + 1, query, strlen(query) + 1);
	else if (conn->path_len < conn->target.len)
		to[1] = 0;
	else
		buf_addc(&conn->target, 0);
	return 0;
}

static int guard_lines(
	struct MHD_Connection *c, const char *method, const char *version, struct guard *g)
{
	const union MHD_ConnectionInfo *info;
	const char *end;

	g->in_place = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE) &&
		      MHD_VERSION < GUARD_IN_PLACE;
	g->end = version + strlen(version);
	MHD_get_connection_values_n(c, MHD_HEADER_KIND, guard_header, g);
	if (!g->in_place || g->bad)
		return g->bad ? -1 : 0;
	/* The last line and the empty one: two to four bytes up to the end of the header. */
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	if (!info || info->header_size > HTTP_HEADER_MAX)
		return -1;
	end = method + info->header_size;
	if (end - g->end < 2 || end - g->end > 4)
		return -1;
	for (const char *at = g->end; at < end; at++)
		if (*at && *at != '\r' && *at != '\n')
			return -1;
	return 0;
}

int http_guard(struct MHD_Connection *c, const char *method, const char *version, struct conn *conn,
	size_t body_max)
{
	struct guard g = {0};
	int one = strcmp(version, "HTTP/1.1") == 0;

	if (!one && strcmp(version, "HTTP/1.0") != 0)
		return 505;
	if (guard_lines(c, method, version, &g) < 0 || !guard_token(method, strlen(method)) ||
		guard_target(conn) < 0)
		return 400;
	if (g.hosts > 1 || (one && !g.hosts))
		return 400;
	if (g.lengths > 1 || g.codings > 1 || (g.lengths && g.codings) || (g.codings && !one))
		return 400;
	if (g.codings && !g.chunked)
		return 501;
	return g.too_long || g.length > body_max ? 413 : 0;
}
