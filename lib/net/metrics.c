/* metrics: what a server counts, as text in Prometheus's exposition format 0.0.4.
 * SPDX-License-Identifier: MIT
 */
#include "net/metrics.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/num.h"

/* Upper bounds: the usual ones, from 5 ms on, would put every request into the first. */
static const int64_t bounds_ns[METRICS_BUCKETS] = {10000, 25000, 50000, 100000, 250000, 500000,
	1000000, 2500000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000,
	1000000000, 2500000000, 5000000000, 10000000000};

void metrics_init(struct metrics *m)
{
	struct timespec now;

	memset(m, 0, sizeof(*m));
	clock_gettime(CLOCK_REALTIME, &now);
	m->started = (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3;
}

void metrics_status(struct metrics *m, int status)
{
	if (status >= 0 && status < METRICS_CODES)
		atomic_fetch_add_explicit(&m->codes[status], 1, memory_order_relaxed);
}

void metrics_predicted(struct metrics *m, uint64_t rows, int64_t ns)
{
	size_t i = 0;

	while (i < METRICS_BUCKETS && ns > bounds_ns[i])
		i++;
	atomic_fetch_add_explicit(&m->rows, rows, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->sum_ns, (uint64_t)ns, memory_order_relaxed);
}

/* ---- text */

static void put_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_number(struct buf *out, double value)
{
	char text[NUM_TEXT];

	buf_add(out, text, num_print(value, text));
	buf_addc(out, '\n');
}

static void put_one(
	struct buf *out, const char *name, const char *type, const char *help, double value)
{
	put_head(out, name, type, help);
	buf_addf(out, "%s ", name);
	put_number(out, value);
}

/* The value of a label: quotes, backslashes and line ends escaped. */
static void put_label(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, "%s=\"", key);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_addc(out, '\\');
		if (*value == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *value);
	}
	buf_addc(out, '"');
}

static void put_requests(struct buf *out, struct metrics *m)
{
	put_head(out, "pawl_requests_total", "counter", "Requests answered, by status.");
	for (int i = 0; i < METRICS_CODES; i++) {
		uint64_t n = atomic_load_explicit(&m->codes[i], memory_order_relaxed);

		if (!n && i != 200)
			continue;
		buf_addf(out, "pawl_requests_total{code=\"%d\"} ", i);
		put_number(out, (double)n);
	}
	put_one(out, "pawl_requests_in_flight", "gauge", "Requests being answered.",
		(double)atomic_load(&m->in_flight));
	put_one(out, "pawl_predicted_rows_total", "counter", "Rows predicted.",
		(double)atomic_load(&m->rows));
}

static void put_latency(struct buf *out, struct metrics *m)
{
	static const char name[] = "pawl_request_duration_seconds";
	uint64_t n = 0;

	put_head(out, name, "histogram",
		"Time from a request's header to its answer, of answered predictions.");
	for (size_t i = 0; i <= METRICS_BUCKETS; i++) {
		char bound[NUM_TEXT] = "+Inf";

		if (i < METRICS_BUCKETS)
			num_print((double)bounds_ns[i] / 1e9, bound);
		n += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
		buf_addf(out, "%s_bucket{le=\"%s\"} ", name, bound);
		put_number(out, (double)n);
	}
	buf_addf(out, "%s_sum ", name);
	put_number(out, (double)atomic_load(&m->sum_ns) / 1e9);
	buf_addf(out, "%s_count ", name);
	put_number(out, (double)n);
}

static void put_model(struct buf *out, struct router *router)
{
	struct router_state state = router_state(router);
	struct served *s = router_hold(router);
	char version[NUM_TEXT];

	num_print_int64(s->version, version);
	put_head(out, "pawl_model_info", "gauge", "The model that serves; version 0 is a file.");
	buf_adds(out, "pawl_model_info{");
	put_label(out, "name", s->name);
	buf_addc(out, ',');
	put_label(out, "version", version);
	buf_addc(out, ',');
	put_label(out, "sha256", s->sha256);
	buf_adds(out, "} 1\n");
	put_one(out, "pawl_model_load_timestamp_seconds", "gauge", "When it was loaded.",
		(double)s->loaded / 1e6);
	served_drop(s);
	put_head(out, "pawl_model_reloads_total", "counter",
		"New models that took over, and those that could not.");
	buf_adds(out, "pawl_model_reloads_total{result=\"ok\"} ");
	put_number(out, (double)state.reloads);
	buf_adds(out, "pawl_model_reloads_total{result=\"failed\"} ");
	put_number(out, (double)state.failures);
	put_one(out, "pawl_model_stale", "gauge",
		"1 while the newest model cannot serve and an older one does.", state.stale);
}

static void put_log(struct buf *out, struct requestlog *log)
{
	struct requestlog_state state = requestlog_state(log);

	put_one(out, "pawl_log_rows_total", "counter", "Rows written to the request log.",
		(double)state.rows);
	put_one(out, "pawl_log_dropped_rows_total", "counter",
		"Rows that are not in the request log: its queue or its disk was full.",
		(double)state.dropped);
	put_one(out, "pawl_log_queued_rows", "gauge", "Rows waiting to be written.",
		(double)state.queued);
}

static void put_process(struct buf *out, struct metrics *m)
{
	struct buf text = BUF_INIT;
	struct err unused = ERR_INIT;
	struct rusage used;
	int64_t pages = 0;

	put_one(out, "process_start_time_seconds", "gauge", "When the server started.", m->started);
	getrusage(RUSAGE_SELF, &used);
	put_one(out, "process_cpu_seconds_total", "counter", "Time on processors.",
		(double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
			(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	if (file_read("/proc/self/statm", 4096, &text, &unused) == 0) {
		const char *at = strchr(text.data, ' ');

		if (at && num_int64(at + 1, strcspn(at + 1, " \n"), &pages) == 0)
			put_one(out, "process_resident_memory_bytes", "gauge", "Memory in use.",
				(double)pages * (double)sysconf(_SC_PAGESIZE));
	}
	buf_release(&text);
}

void metrics_print(
	struct metrics *m, struct router *router, struct requestlog *log, struct buf *out)
{
	put_requests(out, m);
	put_latency(out, m);
	put_model(out, router);
	if (log)
		put_log(out, log);
	put_process(out, m);
}
