/* router: the model that serves, and its replacement while requests are answered.
 * SPDX-License-Identifier: MIT
 */
#include "net/router.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "onnx/file.h"
#include "store/home.h"
#include "store/registry.h"

/* What tells one state of the source from another. */
struct router_mark {
	long long version;
	struct stat file;
};

struct router {
	struct router_options options;
	char *home; /* NULL: a file */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	int started, stopping;
	struct served *served;	   /* under lock */
	struct router_state state; /* under lock */
	/* The polling thread's: where the source was when what serves was loaded, and when the last
	 * that could not was tried. */
	struct router_mark good, bad;
	char told[sizeof(((struct err *)0)->text)]; /* the last reason */
};

/* Where the model is now. v is released by the caller. */
static int router_look(
	struct router *r, struct version *v, char **path, struct router_mark *mark, struct err *e)
{
	memset(mark, 0, sizeof(*mark));
	if (r->home) {
		if (registry_find(r->home, r->options.spec, v, e) < 0)
			return -1;
		mark->version = v->number;
	}
	*path = mem_strdup(r->home ? v->model : r->options.spec);
	if (stat(*path, &mark->file) < 0)
		return err_errno(e, "cannot read '%s'", *path);
	return 0;
}

/* The bytes are read once: what was hashed is what serves. */
static struct served *router_load(
	struct router *r, const struct version *v, const char *path, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct served *s = NULL;
	char hex[SHA256_HEX];

	if (r->home && registry_check(v, e) < 0)
		return NULL;
	if (file_read(path, ONNX_SIZE_CAP, &bytes, e) == 0) {
		sha256_of(bytes.data, bytes.len, hex);
		if (r->home && strcmp(hex, v->sha256) != 0)
			err_set(e, ERR_DATA, "'%s' changed while it was read", path);
		else
			s = served_new(&(struct served_from){v->name, v->number, path, hex,
					       bytes.data, bytes.len, r->options.seats},
				e);
	}
	buf_release(&bytes);
	return s;
}

static int router_same(const struct router_mark *a, const struct router_mark *b)
{
	return a->version == b->version && file_same(&a->file, &b->file);
}

static void router_swap(struct router *r, struct served *s)
{
	struct served *old;

	pthread_mutex_lock(&r->lock);
	old = r->served;
	r->served = s;
	r->state.reloads += old != NULL;
	pthread_mutex_unlock(&r->lock);
	served_drop(old);
}

/* 1: loaded; 0: what serves is what should; 2: what should was tried and cannot; -1. */
static int router_try(struct router *r, struct err *e)
{
	struct version v = {0};
	struct router_mark mark;
	struct served *s = NULL;
	char *path = NULL;
	int rc = router_look(r, &v, &path, &mark, e);

	if (rc == 0 && router_same(&mark, &r->bad))
		rc = 2;
	else if (rc == 0 && !router_same(&mark, &r->good)) {
		s = router_load(r, &v, path, e);
		*(s ? &r->good : &r->bad) = mark;
		rc = s ? 1 : -1;
	}
	if (s)
		router_swap(r, s);
	free(path);
	version_release(&v);
	return rc;
}

static void router_say(struct router *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void router_say(struct router *r, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	if (!r->options.say)
		return;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	r->options.say(r->options.arg, text.data);
	buf_release(&text);
}

static void router_failed(struct router *r, const struct err *why)
{
	int is_new = strcmp(why->text, r->told) != 0;

	pthread_mutex_lock(&r->lock);
	r->state.failures += (uint64_t)is_new;
	r->state.stale = 1;
	pthread_mutex_unlock(&r->lock);
	if (is_new && r->home)
		router_say(r, "%s; version %lld goes on serving", why->text,
			(long long)r->served->version);
	else if (is_new)
		router_say(r, "%s; the model that was read before goes on serving", why->text);
	memcpy(r->told, why->text, sizeof(r->told));
}

int router_poll(struct router *r, struct err *e)
{
	struct err why = ERR_INIT;
	int rc = router_try(r, &why);

	if (rc < 0) {
		router_failed(r, &why);
		*e = why;
		return -1;
	}
	if (rc == 2)
		return 0;
	r->told[0] = 0;
	memset(&r->bad, 0, sizeof(r->bad));
	pthread_mutex_lock(&r->lock);
	r->state.stale = 0;
	pthread_mutex_unlock(&r->lock);
	if (rc == 1 && r->home)
		router_say(r, "now serves version %lld of '%s'", (long long)r->served->version,
			r->served->name);
	else if (rc == 1)
		router_say(r, "now serves '%s' as it is now", r->options.spec);
	return rc;
}

static void *router_thread(void *arg)
{
	struct router *r = arg;
	struct timespec until;
	double whole;

	pthread_mutex_lock(&r->lock);
	while (!r->stopping) {
		struct err unused = ERR_INIT;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += (long)(modf(r->options.poll, &whole) * 1e9);
		until.tv_sec += (time_t)whole + until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		while (!r->stopping &&
			pthread_cond_timedwait(&r->wake, &r->lock, &until) != ETIMEDOUT)
			;
		if (r->stopping)
			break;
		pthread_mutex_unlock(&r->lock);
		router_poll(r, &unused);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct router *router_open(const struct router_options *o, struct err *e)
{
	struct router *r = mem_new(1, sizeof(*r));
	pthread_condattr_t attr;

	r->options = *o;
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (registry_is_spec(o->spec)) {
		r->home = o->home ? mem_strdup(o->home) : home_need(e);
		if (!r->home)
			goto fail;
	}
	if (router_try(r, e) == 1)
		return r;
fail:
	router_close(r);
	return NULL;
}

int router_start(struct router *r, struct err *e)
{
	int rc;

	if (!(r->options.poll > 0))
		return 0;
	rc = pthread_create(&r->thread, NULL, router_thread, r);
	if (rc)
		return err_set(e, ERR_SYSTEM, "cannot start a thread: %s", strerror(rc));
	r->started = 1;
	return 0;
}

void router_close(struct router *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stopping = 1;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	if (r->started)
		pthread_join(r->thread, NULL);
	served_drop(r->served);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r->home);
	free(r);
}

struct router_state router_state(struct router *r)
{
	struct router_state state;

	pthread_mutex_lock(&r->lock);
	state = r->state;
	pthread_mutex_unlock(&r->lock);
	return state;
}

struct served *router_hold(struct router *r)
{
	struct served *s;

	pthread_mutex_lock(&r->lock);
	s = r->served;
	served_hold(s);
	pthread_mutex_unlock(&r->lock);
	return s;
}
