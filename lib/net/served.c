/* served: a model that is ready to serve, shared by the requests that hold it.
 * SPDX-License-Identifier: MIT
 */
#include "net/served.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "frame/batch.h"
#include "onnx/file.h"

/* Seats that nobody uses. More than were asked for are only made when more threads than expected
 * predict at once, and are kept. */
struct served_pool {
	atomic_size_t refs;
	pthread_mutex_t lock;
	struct seat **idle;
	size_t n, cap;
};

/* "out/model.onnx" serves as "model". */
static char *served_name(const char *path)
{
	const char *name = file_name(path), *dot = strrchr(name, '.');

	return dot && dot != name ? mem_strndup(name, (size_t)(dot - name)) : mem_strdup(name);
}

static void seat_free(struct seat *seat)
{
	predictor_free(seat->predictor);
	protocol_rows_release(&seat->rows);
	batch_release(&seat->results);
	free(seat);
}

static struct seat *seat_new(struct served *s, struct err *e)
{
	struct seat *seat = mem_new(1, sizeof(*seat));

	seat->rows = (struct protocol_rows)PROTOCOL_ROWS_INIT;
	seat->predictor = predictor_new(s->model, NULL, 0, e);
	if (!seat->predictor ||
		predictor_start(seat->predictor, protocol_schema(s->protocol), e) < 0) {
		seat_free(seat);
		return NULL;
	}
	batch_init(&seat->results, predictor_schema(seat->predictor));
	return seat;
}

/* One row of zeros and empty texts: what it gives does not matter, that it works does. */
static int seat_warm(struct seat *seat, const struct schema *inputs, struct err *e)
{
	struct batch row = BATCH_INIT;
	int rc;

	batch_init(&row, inputs);
	for (size_t i = 0; i < row.n; i++) {
		struct column *c = &row.cols[i];

		switch (c->type) {
		case TYPE_FLOAT64:
			column_push_float64(c, 0, 0);
			break;
		case TYPE_BOOL:
			column_push_bool(c, 0, 0);
			break;
		case TYPE_UINT64:
			column_push_uint64(c, 0, 0);
			break;
		case TYPE_DATE:
			column_push_date(c, 0, 0);
			break;
		case TYPE_STRING:
		case TYPE_BINARY:
			column_push_text(c, 0, "", 0);
			break;
		case TYPE_CATEGORY:
		case TYPE_NULL:
			column_push_null(c, 0);
			break;
		default:
			column_push_int64(c, 0, 0);
			break;
		}
	}
	row.rows = 1;
	rc = predictor_batch(seat->predictor, &row, e);
	if (rc == 0)
		rc = predictor_rows(seat->predictor, &row, 0, 1, &seat->results, e);
	batch_clear(&seat->results);
	batch_release(&row);
	return rc;
}

static void served_free(struct served *s)
{
	for (size_t i = 0; i < s->pool->n; i++)
		seat_free(s->pool->idle[i]);
	free(s->pool->idle);
	pthread_mutex_destroy(&s->pool->lock);
	free(s->pool);
	onnx_model_free(s->model);
	signature_release(&s->signature);
	protocol_free(s->protocol);
	schema_release(&s->result);
	free(s->name);
	free(s);
}

static int served_fill(struct served *s, size_t n, struct err *e)
{
	if (signature_get(&s->signature, s->model, e) < 0)
		return -1;
	s->protocol = protocol_new(&s->signature, s->name, s->version);
	for (size_t i = 0; i < (n ? n : 1); i++) {
		struct seat *seat = seat_new(s, e);

		if (!seat)
			return -1;
		if (i == 0) {
			schema_copy(&s->result, predictor_schema(seat->predictor));
			s->ncarried = s->result.n - onnx_model_outputs(s->model);
		}
		served_give(s, seat);
		if (seat_warm(seat, protocol_schema(s->protocol), e) < 0)
			return -1;
	}
	return 0;
}

struct served *served_new(const struct served_from *from, struct err *e)
{
	struct served *s = mem_new(1, sizeof(*s));
	struct timespec now;

	s->pool = mem_new(1, sizeof(*s->pool));
	atomic_init(&s->pool->refs, 1);
	pthread_mutex_init(&s->pool->lock, NULL);
	s->name = from->name ? mem_strdup(from->name) : served_name(from->path);
	s->version = from->version;
	memcpy(s->sha256, from->sha256, SHA256_HEX);
	s->model = onnx_file_parse(from->bytes, from->len, from->path, e);
	if (!s->model || served_fill(s, from->seats, e) < 0) {
		if (s->model)
			err_prefix(e, "%s", from->path);
		served_free(s);
		return NULL;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	s->loaded = now.tv_sec * 1000000 + now.tv_nsec / 1000;
	return s;
}

void served_hold(struct served *s)
{
	atomic_fetch_add_explicit(&s->pool->refs, 1, memory_order_relaxed);
}

void served_drop(struct served *s)
{
	if (s && atomic_fetch_sub_explicit(&s->pool->refs, 1, memory_order_acq_rel) == 1)
		served_free(s);
}

struct seat *served_take(struct served *s, struct err *e)
{
	struct seat *seat = NULL;

	pthread_mutex_lock(&s->pool->lock);
	if (s->pool->n)
		seat = s->pool->idle[--s->pool->n];
	pthread_mutex_unlock(&s->pool->lock);
	return seat ? seat : seat_new(s, e);
}

void served_give(struct served *s, struct seat *seat)
{
	batch_clear(&seat->results);
	pthread_mutex_lock(&s->pool->lock);
	MEM_ROOM(s->pool->idle, s->pool->n, s->pool->cap);
	s->pool->idle[s->pool->n++] = seat;
	pthread_mutex_unlock(&s->pool->lock);
}
