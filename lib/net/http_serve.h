/* http_serve: one connection's requests, as callbacks of libmicrohttpd.
 * SPDX-License-Identifier: MIT
 */
#ifndef NET_HTTP_SERVE_H
#define NET_HTTP_SERVE_H

#include "net/http_state.h"

/* arg is the server throughout. */
void http_notify(void *arg, struct MHD_Connection *c, void **context,
	enum MHD_ConnectionNotificationCode code);
void *http_target(void *arg, const char *target, struct MHD_Connection *c);
size_t http_unescape(void *arg, struct MHD_Connection *c, char *text);
enum MHD_Result http_serve(void *arg, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *data, size_t *len, void **state);
void http_completed(
	void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why);

/* The thread that cuts connections that take too long. */
void *http_sweep(void *server);

#endif
