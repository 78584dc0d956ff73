/* monitoring: a report of `pawl monitor` as text for people, and for Prometheus.
 * SPDX-License-Identifier: MIT
 */
#include "report/monitoring.h"

#include <math.h>
#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "base/num.h"

/* ---- for people */

static void cell_number(struct grid *g, const json_t *o, const char *key)
{
	double x = json_dbl(o, key, NAN);

	if (isnan(x))
		grid_add(g, "-");
	else if (x != 0 && x < 1e-4)
		grid_addf(g, "%.0e", x);
	else
		grid_addf(g, "%.4f", x);
}

static void cell_level(struct grid *g, const json_t *o, const char *key)
{
	static const char *const words[] = {"", "near", "over"};
	long long level = json_int(o, key, 0);

	grid_add(g, words[level < 0 || level > 2 ? 0 : level]);
}

static void text_columns(const json_t *columns, size_t width, struct buf *out)
{
	static const char *const head[] = {
		"column", "role", "missing", "was", "psi", "ks", "js", "p", "drift", "missing"};
	struct grid g = GRID_OF(10);
	const json_t *c;
	size_t i;

	if (!json_array_size(columns))
		return;
	for (i = 0; i < 10; i++)
		grid_add(&g, head[i]);
	json_array_foreach(columns, i, c)
	{
		const json_t *missing = json_object_get(c, "missing");

		grid_add(&g, json_str(c, "column", ""));
		grid_add(&g, json_str(c, "role", ""));
		grid_addf(&g, "%.1f%%", 100 * json_number_value(json_array_get(missing, 1)));
		grid_addf(&g, "%.1f%%", 100 * json_number_value(json_array_get(missing, 0)));
		cell_number(&g, c, "psi");
		cell_number(&g, c, "ks");
		cell_number(&g, c, "js");
		cell_number(&g, c, "p");
		cell_level(&g, c, "drift");
		cell_level(&g, c, "missingness");
	}
	buf_addc(out, '\n');
	grid_print(&g, 0, 1, width, out);
	grid_release(&g);
}

static void text_performance(const json_t *p, size_t width, struct buf *out)
{
	const json_t *before = json_object_get(p, "baseline");
	struct grid g = GRID_OF(3);
	const char *name;
	json_t *value;

	if (!json_int(p, "rows", 0))
		return;
	grid_addf(&g, "on %lld labelled rows", json_int(p, "rows", 0));
	grid_add(&g, "now");
	grid_add(&g, "was");
	json_object_foreach(json_object_get(p, "metrics"), name, value)
	{
		grid_add(&g, name);
		cell_number(&g, json_object_get(p, "metrics"), name);
		cell_number(&g, before, name);
	}
	buf_addc(out, '\n');
	grid_print(&g, 0, 1, width, out);
	grid_release(&g);
	if (json_object_get(p, "increase"))
		buf_addf(out, "%s %+.1f%%, p %.2g\n", json_str(p, "loss", ""),
			100 * json_dbl(p, "increase", NAN), json_dbl(p, "p", NAN));
}

static void text_checks(const json_t *checks, size_t width, struct buf *out)
{
	struct grid g = GRID_OF(3);
	const json_t *c;
	size_t i;

	json_array_foreach(checks, i, c)
	{
		if (strcmp(json_str(c, "state", "ok"), "ok") == 0)
			continue;
		if (g.n == 0) {
			grid_add(&g, "check");
			grid_add(&g, "state");
			grid_add(&g, "since window");
		}
		grid_add(&g, json_str(c, "check", ""));
		grid_add(&g, json_str(c, "state", ""));
		grid_addf(&g, "%lld", json_int(c, "since", 0));
	}
	if (g.n) {
		buf_addc(out, '\n');
		grid_print(&g, 0, 1, width, out);
	}
	grid_release(&g);
}

static void text_skew(const json_t *skew, struct buf *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(skew, i, one)
	{
		const char *found = json_str(one, "found", NULL);

		buf_addf(out, "%s: column '%s' ", json_str(one, "table", ""),
			json_str(one, "column", ""));
		if (found)
			buf_addf(out, "is %s, was %s\n", found, json_str(one, "wanted", ""));
		else
			buf_adds(out, "is missing\n");
	}
}

void monitoring_text(const json_t *report, size_t width, struct buf *out)
{
	buf_addf(out, "%s: %s, %lld rows, window %lld%s\n", json_str(report, "name", ""),
		json_str(report, "verdict", ""), json_int(report, "rows", 0),
		json_int(report, "windows", 0),
		json_is_false(json_object_get(report, "counted")) ? " (not counted again)" : "");
	text_skew(json_object_get(report, "schema"), out);
	text_columns(json_object_get(report, "columns"), width, out);
	text_performance(json_object_get(report, "performance"), width, out);
	text_checks(json_object_get(report, "checks"), width, out);
}

/* ---- for Prometheus */

static void family(struct buf *out, const char *name, const char *help)
{
	buf_addf(
		out, "# HELP pawl_monitor_%s %s\n# TYPE pawl_monitor_%s gauge\n", name, help, name);
}

static void label(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, "%s%s=\"", out->data[out->len - 1] == '{' ? "" : ",", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_addc(out, '\\');
		if (*value == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *value);
	}
	buf_addc(out, '"');
}

/* NAME{name="..",KEY="..",KEY2=".."} VALUE; keys may be NULL. */
static void sample(struct buf *out, const json_t *report, const char *name, const char *const *keys,
	double value)
{
	char text[NUM_TEXT];

	buf_addf(out, "pawl_monitor_%s{", name);
	label(out, "name", json_str(report, "name", ""));
	for (size_t i = 0; keys && keys[i]; i += 2)
		label(out, keys[i], keys[i + 1]);
	num_print(value, text);
	buf_addf(out, "} %s\n", text);
}

static void prom_columns(const json_t *report, struct buf *out)
{
	static const char *const methods[] = {"psi", "ks", "js"};
	const json_t *columns = json_object_get(report, "columns"), *c;
	size_t i;

	if (!json_array_size(columns))
		return;
	family(out, "drift", "How far a column is from the reference, by method.");
	json_array_foreach(columns, i, c)
	{
		for (size_t k = 0; k < 3; k++) {
			const char *keys[] = {
				"column", json_str(c, "column", ""), "method", methods[k], NULL};

			if (json_object_get(c, methods[k]))
				sample(out, report, "drift", keys, json_dbl(c, methods[k], NAN));
		}
	}
	family(out, "missing_ratio", "Share of missing values in a column.");
	json_array_foreach(columns, i, c)
	{
		const char *keys[] = {"column", json_str(c, "column", ""), NULL};

		sample(out, report, "missing_ratio", keys,
			json_number_value(json_array_get(json_object_get(c, "missing"), 1)));
	}
}

static void prom_metrics(const json_t *report, struct buf *out)
{
	static const char *const kinds[][2] = {{"metrics", "actual"}, {"baseline", "baseline"}};
	const json_t *p = json_object_get(report, "performance");
	const char *name;
	json_t *value;

	if (!json_int(p, "rows", 0))
		return;
	family(out, "metric", "A metric of the model on labelled rows, and what it was.");
	for (size_t k = 0; k < 2; k++) {
		json_object_foreach(json_object_get(p, kinds[k][0]), name, value)
		{
			const char *keys[] = {"metric", name, "kind", kinds[k][1], NULL};

			if (json_is_number(value))
				sample(out, report, "metric", keys, json_number_value(value));
		}
	}
	family(out, "labelled_rows", "Rows whose label is known.");
	sample(out, report, "labelled_rows", NULL, json_dbl(p, "rows", 0));
}

static void prom_checks(const json_t *report, struct buf *out)
{
	static const char *const states[] = {"ok", "pending", "firing", "clearing"};
	const json_t *checks = json_object_get(report, "checks"), *c;
	size_t i;

	if (!json_array_size(checks))
		return;
	family(out, "check_state", "0 ok, 1 pending, 2 firing, 3 clearing.");
	json_array_foreach(checks, i, c)
	{
		const char *keys[] = {"check", json_str(c, "check", ""), NULL};
		int state = 0;

		while (state < 3 && strcmp(states[state], json_str(c, "state", "ok")) != 0)
			state++;
		sample(out, report, "check_state", keys, state);
	}
}

void monitoring_prometheus(const json_t *report, double now, struct buf *out)
{
	family(out, "exit_code", "0 fine, 1 drift or decay confirmed, 3 schema skew, 5 too few.");
	sample(out, report, "exit_code", NULL, json_dbl(report, "exit", 0));
	family(out, "rows", "Rows of the window.");
	sample(out, report, "rows", NULL, json_dbl(report, "rows", 0));
	family(out, "schema_problems", "Columns that are missing or of another type.");
	sample(out, report, "schema_problems", NULL,
		(double)json_array_size(json_object_get(report, "schema")));
	prom_columns(report, out);
	prom_metrics(report, out);
	prom_checks(report, out);
	family(out, "last_run_timestamp_seconds", "When monitor ran.");
	sample(out, report, "last_run_timestamp_seconds", NULL, now);
}
