/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "io/source.h"
#include "net/requestlog.h"
#include "net/router.h"
#include "net/segment.h"
#include "net_model.h"
#include "store/place.h"

static char dir[] = "/tmp/pawl-log.XXXXXX";
static char path[64], logs[64];
static struct router *router;
static struct served *model;

static int set_up(void **state)
{
	struct router_options o = {.spec = path, .seats = 1};
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/m.onnx", dir);
	snprintf(logs, sizeof(logs), "%s/log", dir);
	net_model_write(path, 3);
	router = router_open(&o, &e);
	assert_non_null(router);
	model = router_hold(router);
	return 0;
}

static int tear_down(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	served_drop(model);
	router_close(router);
	return place_remove(dir, &e);
}

/* One request of n rows. */
static void add(struct requestlog *l, int n)
{
	struct err e = ERR_INIT;
	struct seat *seat = served_take(model, &e);
	struct protocol_fault fault;
	struct buf body = BUF_INIT;

	buf_adds(&body, "{\"instances\":[");
	for (int i = 0; i < n; i++)
		buf_addf(&body, "%s{\"x\":%d,\"k\":\"key%d\"}", i ? "," : "", i, i);
	buf_adds(&body, "]}");
	assert_int_equal(protocol_parse(model->protocol, PROTOCOL_MLFLOW, "application/json",
				 body.data, body.len, &seat->rows, &fault),
		0);
	assert_int_equal(predictor_batch(seat->predictor, &seat->rows.batch, &e), 0);
	assert_int_equal(predictor_rows(seat->predictor, &seat->rows.batch, 0, (uint64_t)n,
				 &seat->results, &e),
		0);
	requestlog_add(l, &(struct requestlog_entry){
				  model, "r1", 1000000, 42, &seat->rows.batch, &seat->results});
	served_give(model, seat);
	buf_release(&body);
}

/* The rows of all segments; checks what each says. */
static uint64_t count(size_t *segments)
{
	struct err e = ERR_INIT;
	char **paths = requestlog_list(logs, segments, &e);
	uint64_t rows = 0;

	assert_non_null(paths);
	for (size_t i = 0; i < *segments; i++) {
		struct source *s = requestlog_source(paths[i], &e);
		const struct batch *b;
		int rc;

		if (!s)
			fail_msg("%s", e.text);
		while ((rc = source_next(s, &b, &e)) > 0) {
			for (uint64_t r = 0; r < b->rows; r++) {
				double row = (double)b->cols[2].i64[r];

				assert_true(b->cols[6].f64[r] == row);
				assert_true(b->cols[7].f64[r] == 3 * row);
				assert_int_equal(b->cols[8].i64[r], 42);
			}
			rows += b->rows;
		}
		assert_int_equal(rc, 0);
		source_close(s);
	}
	requestlog_list_free(paths, *segments);
	return rows;
}

static void clear(void)
{
	struct err e = ERR_INIT;

	assert_int_equal(place_empty(logs, &e), 0);
}

static void rows_are_logged_in_columns_that_say_what_they_are(void **state)
{
	static const char *const names[] = {"_time", "_request", "_row", "_model", "_version", "k",
		"x", "prediction", "_latency_us"};
	struct requestlog_options o = {.dir = logs};
	struct err e = ERR_INIT;
	struct requestlog *l = requestlog_open(&o, &e);
	const struct schema *s;
	struct source *source;
	char **paths;
	size_t n;

	(void)state;
	assert_non_null(l);
	add(l, 3);
	add(l, 1500);
	requestlog_close(l);
	assert_int_equal(count(&n), 1503);
	paths = requestlog_list(logs, &n, &e);
	assert_int_equal(n, 1);
	assert_null(strstr(paths[0], SEGMENT_OPEN));
	source = source_open(paths[0], NULL, &e);
	s = source_schema(source);
	assert_int_equal(s->n, 9);
	for (size_t i = 0; i < 9; i++)
		assert_string_equal(s->fields[i].name, names[i]);
	assert_string_equal(notes_get(&s->fields[5].notes, "pawl.role"), "key");
	assert_string_equal(notes_get(&s->notes, "pawl.model"), model->sha256);
	source_close(source);
	requestlog_list_free(paths, n);
	clear();
}

static void what_does_not_fit_the_queue_is_dropped_and_counted(void **state)
{
	struct requestlog_options o = {.dir = logs, .rows = 10};
	struct err e = ERR_INIT;
	struct requestlog *l = requestlog_open(&o, &e);
	struct requestlog_state state_now;
	size_t n;

	(void)state;
	add(l, 11);
	add(l, 8);
	add(l, 3);
	state_now = requestlog_state(l);
	assert_int_equal(state_now.dropped, 14);
	requestlog_close(l);
	assert_int_equal(count(&n), 8);
	clear();
}

static void segments_are_rotated_by_size(void **state)
{
	struct requestlog_options o = {.dir = logs, .segment_bytes = 1};
	struct err e = ERR_INIT;
	struct requestlog *l = requestlog_open(&o, &e);
	size_t n;

	(void)state;
	add(l, 2000);
	while (requestlog_state(l).rows < 2000)
		usleep(1000);
	add(l, 2000);
	requestlog_close(l);
	assert_int_equal(count(&n), 4000);
	assert_int_equal(n, 2);
	clear();
}

/* A dead writer's segment, cut at every length behind its first record batch. */
static void a_torn_segment_gives_its_whole_batches_and_is_ended_once(void **state)
{
	struct requestlog_options o = {.dir = logs};
	struct err e = ERR_INIT;
	struct requestlog *l = requestlog_open(&o, &e);
	struct buf whole = BUF_INIT;
	uint64_t saved, last = 0;
	char **paths, *torn;
	size_t n;

	(void)state;
	add(l, 1100);
	while (requestlog_state(l).rows < 1100)
		usleep(1000);
	add(l, 1200);
	requestlog_close(l);
	paths = requestlog_list(logs, &n, &e);
	assert_int_equal(file_read(paths[0], 1 << 24, &whole, &e), 0);
	requestlog_list_free(paths, n);
	torn = file_join(logs, "20261121T000000000000-1-0.arrows.open");
	for (size_t len = whole.len; len > 1024; len -= len / 7 + 1) {
		clear();
		assert_int_equal(file_write(torn, whole.data, len, &e), 0);
		last = count(&n);
		assert_true(last == 0 || last == 1100 || last == 2300);
		saved = 0;
		assert_int_equal(segment_recover(logs, &saved, &e), 0);
		assert_int_equal(saved, last);
		assert_int_equal(access(torn, F_OK), -1);
		assert_int_equal(count(&n), last);
		/* Killed between the copy and the removal. */
		assert_int_equal(file_write(torn, whole.data, len, &e), 0);
		assert_int_equal(count(&n), last);
		assert_int_equal(segment_recover(logs, &saved, &e), 0);
		assert_int_equal(count(&n), last);
	}
	assert_int_equal(file_write(torn, "", 0, &e), 0);
	assert_int_equal(segment_recover(logs, &saved, &e), 0);
	assert_int_equal(access(torn, F_OK), -1);
	free(torn);
	buf_release(&whole);
	clear();
}

static void a_full_disk_drops_rows_and_the_log_goes_on_when_there_is_room(void **state)
{
	struct requestlog_options o = {.dir = logs};
	struct rlimit was, small;
	struct err e = ERR_INIT;
	struct requestlog *l;
	size_t n;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	l = requestlog_open(&o, &e);
	add(l, 1100);
	while (requestlog_state(l).rows < 1100)
		usleep(1000);
	small.rlim_cur = 150000;
	setrlimit(RLIMIT_FSIZE, &small);
	add(l, 3000);
	while (requestlog_state(l).dropped < 3000)
		usleep(1000);
	setrlimit(RLIMIT_FSIZE, &was);
	add(l, 1200);
	while (requestlog_state(l).rows < 2300)
		usleep(1000);
	requestlog_close(l);
	assert_int_equal(count(&n), 2300);
	assert_int_equal(n, 2);
	clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_logged_in_columns_that_say_what_they_are),
		cmocka_unit_test(what_does_not_fit_the_queue_is_dropped_and_counted),
		cmocka_unit_test(segments_are_rotated_by_size),
		cmocka_unit_test(a_torn_segment_gives_its_whole_batches_and_is_ended_once),
		cmocka_unit_test(a_full_disk_drops_rows_and_the_log_goes_on_when_there_is_room),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
