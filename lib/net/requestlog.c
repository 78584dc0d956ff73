/* requestlog: what was asked and answered, as Arrow segments in one directory.
 * SPDX-License-Identifier: MIT
 */
#include "net/requestlog.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/source.h"
#include "net/logrows.h"
#include "net/segment.h"
#include "store/place.h"

enum { REQUESTLOG_BATCH = 1024 }; /* rows for which the writer does not wait a second */

struct requestlog {
	struct requestlog_options options;
	char *dir;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	int stopping;		       /* under lock, as what follows */
	struct logrows *first, *spare; /* one for each model that has rows; an empty one */
	struct requestlog_state state; /* queued: also those being written */
	uint64_t text;		       /* bytes in the queue */
	struct segment *segment;       /* the writer's, as what follows */
	struct served *model;	       /* of the segment */
	unsigned number;	       /* of the next segment */
	int failing;		       /* the last write failed, and was told */
};

static void requestlog_say(struct requestlog *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void requestlog_say(struct requestlog *l, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	if (!l->options.say)
		return;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	l->options.say(l->options.arg, text.data);
	buf_release(&text);
}

/* ---- the queue */

/* Where rows of this model are gathered. Rows of a model that was replaced still come from requests
 * in flight. Called under the lock. */
static struct logrows *requestlog_rows(struct requestlog *l, struct served *model)
{
	struct logrows **at = &l->first;

	while (*at && (*at)->model != model)
		at = &(*at)->next;
	if (*at)
		return *at;
	if (l->spare && l->spare->model == model) {
		*at = l->spare;
		l->spare = NULL;
	} else {
		*at = logrows_new(model);
	}
	return *at;
}

void requestlog_add(struct requestlog *l, const struct requestlog_entry *entry)
{
	uint64_t text = logrows_text(entry), n = entry->rows->rows;
	uint64_t cap = l->options.rows ? l->options.rows : REQUESTLOG_ROWS;

	pthread_mutex_lock(&l->lock);
	if (l->stopping || n > cap - l->state.queued || text > REQUESTLOG_TEXT - l->text) {
		l->state.dropped += n;
	} else {
		struct logrows *rows = requestlog_rows(l, entry->model);

		logrows_add(rows, entry);
		rows->text += text;
		l->text += text;
		l->state.queued += n;
		if (l->state.queued >= REQUESTLOG_BATCH)
			pthread_cond_signal(&l->wake);
	}
	pthread_mutex_unlock(&l->lock);
}

struct requestlog_state requestlog_state(struct requestlog *l)
{
	struct requestlog_state state;

	pthread_mutex_lock(&l->lock);
	state = l->state;
	pthread_mutex_unlock(&l->lock);
	return state;
}

/* ---- the writer */

static void requestlog_end_segment(struct requestlog *l)
{
	struct err e = ERR_INIT;

	if (segment_close(l->segment, &e) < 0 && !l->failing)
		requestlog_say(l, "%s", e.text);
	l->segment = NULL;
	served_drop(l->model);
	l->model = NULL;
}

static int requestlog_is_full(const struct requestlog *l)
{
	const struct requestlog_options *o = &l->options;
	double seconds = o->segment_seconds > 0 ? o->segment_seconds : 3600;

	return segment_bytes(l->segment) >=
		       (o->segment_bytes ? o->segment_bytes : (uint64_t)64 << 20) ||
	       (double)segment_age(l->segment) >= seconds * 1e6;
}

static int requestlog_write(struct requestlog *l, struct logrows *rows, struct err *e)
{
	if (l->segment && (l->model != rows->model || requestlog_is_full(l)))
		requestlog_end_segment(l);
	if (!l->segment) {
		l->segment = segment_open(l->dir, l->number++, &rows->schema, e);
		if (!l->segment)
			return -1;
		l->model = rows->model;
		served_hold(l->model);
	}
	return segment_write(l->segment, &rows->batch, e);
}

/* After the disk was full: what could not be ended then. */
static void requestlog_healed(struct requestlog *l)
{
	struct err unused = ERR_INIT;
	uint64_t saved = 0;

	l->failing = 0;
	segment_recover(l->dir, &saved, &unused);
	requestlog_say(l, "requests are logged again");
}

/* Writes and frees, or keeps as the spare. */
static void requestlog_put(struct requestlog *l, struct logrows *rows)
{
	struct err e = ERR_INIT;
	uint64_t n = rows->batch.rows;
	int rc = requestlog_write(l, rows, &e);

	if (rc < 0 && !l->failing)
		requestlog_say(l, "requests are not logged: %s", e.text);
	if (rc < 0) {
		l->failing = 1;
		requestlog_end_segment(l);
	} else if (l->failing) {
		requestlog_healed(l);
	}
	pthread_mutex_lock(&l->lock);
	l->state.queued -= n;
	l->text -= rows->text;
	*(rc < 0 ? &l->state.dropped : &l->state.rows) += n;
	logrows_clear(rows);
	if (l->spare) {
		struct logrows *old = l->spare;

		l->spare = rows;
		rows = old;
	} else {
		l->spare = rows;
		rows = NULL;
	}
	pthread_mutex_unlock(&l->lock);
	logrows_free(rows);
}

/* Waits for a second, 1,024 rows or the end. Returns what was gathered. */
static struct logrows *requestlog_wait(struct requestlog *l, int *stopping)
{
	struct logrows *rows;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&l->lock);
	while (!l->stopping && l->state.queued < REQUESTLOG_BATCH)
		if (pthread_cond_timedwait(&l->wake, &l->lock, &until) == ETIMEDOUT)
			break;
	*stopping = l->stopping;
	rows = l->first;
	l->first = NULL;
	pthread_mutex_unlock(&l->lock);
	return rows;
}

static void *requestlog_thread(void *arg)
{
	struct requestlog *l = arg;
	int stopping = 0;

	while (!stopping) {
		struct logrows *rows = requestlog_wait(l, &stopping), *next;

		for (; rows; rows = next) {
			next = rows->next;
			rows->next = NULL;
			requestlog_put(l, rows);
		}
		if (l->segment && requestlog_is_full(l))
			requestlog_end_segment(l);
	}
	requestlog_end_segment(l);
	return NULL;
}

/* ---- beginning and end */

struct requestlog *requestlog_open(const struct requestlog_options *o, struct err *e)
{
	struct requestlog *l;
	pthread_condattr_t attr;
	uint64_t saved = 0;
	struct err why = ERR_INIT;
	int rc;

	if (file_mkdirs(o->dir, e) < 0)
		return NULL;
	l = mem_new(1, sizeof(*l));
	l->options = *o;
	l->dir = mem_strdup(o->dir);
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (segment_recover(l->dir, &saved, &why) < 0)
		requestlog_say(l, "%s", why.text);
	rc = pthread_create(&l->thread, NULL, requestlog_thread, l);
	if (rc == 0)
		return l;
	err_set(e, ERR_SYSTEM, "cannot start a thread: %s", strerror(rc));
	free(l->dir);
	free(l);
	return NULL;
}

void requestlog_close(struct requestlog *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = 1;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	logrows_free(l->spare);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l->dir);
	free(l);
}

/* ---- reading */

/* The length of a segment's name without `.open`, or 0 where it is none. */
static size_t requestlog_stem(const char *name)
{
	size_t n = strlen(name), open = strlen(SEGMENT_OPEN), end = strlen(".arrows");

	if (n > open && strcmp(name + n - open, SEGMENT_OPEN) == 0)
		n -= open;
	return name[0] != '.' && n > end && strncmp(name + n - end, ".arrows", end) == 0 ? n : 0;
}

char **requestlog_list(const char *dir, size_t *n, struct err *e)
{
	size_t all, kept = 0, stem, before = 0;
	char **names = place_names(dir, &all, e), **out;

	if (!names)
		return NULL;
	out = mem_new(all + 1, sizeof(*out));
	/* Sorted: an ended segment comes right before the open one that it was copied from. */
	for (size_t i = 0; i < all; i++, before = stem) {
		stem = requestlog_stem(names[i]);
		if (stem && !(stem == before && strncmp(names[i], names[i - 1], stem) == 0))
			out[kept++] = file_join(dir, names[i]);
	}
	place_names_free(names, all);
	*n = kept;
	return out;
}

void requestlog_list_free(char **paths, size_t n)
{
	place_names_free(paths, n);
}

struct source *requestlog_source(const char *path, struct err *e)
{
	size_t stem = requestlog_stem(file_name(path)) + (size_t)(file_name(path) - path);
	char *ended = mem_strndup(path, stem);
	struct err why = ERR_INIT;
	struct source *s = source_open(path, NULL, &why);

	if (!s && !file_exists(path) && stem < strlen(path))
		s = source_open(ended, NULL, e);
	else if (!s)
		*e = why;
	free(ended);
	return s;
}
