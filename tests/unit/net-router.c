/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/router.h"
#include "net_model.h"

static char dir[] = "/tmp/pawl-router.XXXXXX";
static char path[64];

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/m.onnx", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

/* The factor that answers, or NaN where anything fails. */
static double ask(struct router *r)
{
	struct served *s = router_hold(r);
	struct err e = ERR_INIT;
	struct seat *seat = served_take(s, &e);
	const char *body = "{\"instances\":[{\"x\":1,\"k\":\"a\"}]}";
	struct protocol_fault fault;
	double out = 0.0 / 0.0;

	if (protocol_parse(s->protocol, PROTOCOL_MLFLOW, "application/json", body, strlen(body),
		    &seat->rows, &fault) == 0 &&
		predictor_batch(seat->predictor, &seat->rows.batch, &e) == 0 &&
		predictor_rows(seat->predictor, &seat->rows.batch, 0, 1, &seat->results, &e) == 0)
		out = seat->results.cols[s->ncarried].f64[0];
	served_give(s, seat);
	served_drop(s);
	return out;
}

struct asking {
	struct router *router;
	atomic_int stop, wrong, asked;
};

static void *ask_on(void *arg)
{
	struct asking *a = arg;

	while (!atomic_load(&a->stop)) {
		double factor = ask(a->router);

		atomic_fetch_add(&a->asked, 1);
		if (!(factor >= 1 && factor <= 40))
			atomic_fetch_add(&a->wrong, 1);
	}
	return NULL;
}

static void a_model_is_swapped_under_requests_and_none_fails(void **state)
{
	struct router_options o = {.spec = path, .seats = 2};
	struct asking a = {0};
	struct err e = ERR_INIT;
	pthread_t threads[3];

	(void)state;
	net_model_write(path, 1);
	a.router = router_open(&o, &e);
	assert_non_null(a.router);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &a), 0);
	for (int i = 2; i <= 40; i++) {
		int before = atomic_load(&a.asked);

		net_model_write(path, i);
		assert_int_equal(router_poll(a.router, &e), 1);
		while (atomic_load(&a.asked) < before + 10)
			usleep(100);
		assert_true(ask(a.router) == i);
	}
	atomic_store(&a.stop, 1);
	for (size_t i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&a.wrong), 0);
	assert_int_equal(router_state(a.router).reloads, 39);
	router_close(a.router);
}

static int told;

static void say(void *arg, const char *text)
{
	(void)arg;
	(void)text;
	told++;
}

static void a_bad_model_keeps_the_old_one_and_is_told_once(void **state)
{
	struct router_options o = {.spec = path, .seats = 1, .say = say};
	struct err e = ERR_INIT;
	struct router *r;

	(void)state;
	net_model_write(path, 5);
	r = router_open(&o, &e);
	assert_non_null(r);
	assert_int_equal(router_poll(r, &e), 0);
	assert_int_equal(file_write(path, "nonsense", 8, &e), 0);
	assert_int_equal(router_poll(r, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_int_equal(router_poll(r, &e), 0);
	assert_int_equal(told, 1);
	assert_int_equal(router_state(r).stale, 1);
	assert_int_equal(router_state(r).failures, 1);
	assert_true(ask(r) == 5);
	unlink(path);
	assert_int_equal(router_poll(r, &e), -1);
	assert_int_equal(router_poll(r, &e), -1);
	assert_int_equal(told, 2);
	assert_true(ask(r) == 5);
	net_model_write(path, 6);
	assert_int_equal(router_poll(r, &e), 1);
	assert_int_equal(router_state(r).stale, 0);
	assert_true(ask(r) == 6);
	router_close(r);
}

static void what_is_held_outlives_the_router(void **state)
{
	struct router_options o = {.spec = path, .seats = 1, .poll = 0.01};
	struct err e = ERR_INIT;
	struct router *r;
	struct served *s;

	(void)state;
	net_model_write(path, 7);
	r = router_open(&o, &e);
	assert_non_null(r);
	assert_int_equal(router_start(r, &e), 0);
	s = router_hold(r);
	net_model_write(path, 8);
	for (int i = 0; i < 500 && ask(r) != 8; i++)
		usleep(10000);
	assert_true(ask(r) == 8);
	router_close(r);
	assert_string_equal(s->name, "m");
	served_drop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_is_swapped_under_requests_and_none_fails),
		cmocka_unit_test(a_bad_model_keeps_the_old_one_and_is_told_once),
		cmocka_unit_test(what_is_held_outlives_the_router),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
