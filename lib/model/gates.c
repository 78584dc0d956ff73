/* gates: conditions on metrics.
 * SPDX-License-Identifier: MIT
 */
#include "model/gates.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/near.h"
#include "base/num.h"
#include "model/metrics.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

static void skip(const char **p)
{
	*p += strspn(*p, " \t");
}

/* A number up to the end of the text. */
static int last_number(const char *p, double *out)
{
	size_t len = strcspn(p, " \t");

	if (p[len + strspn(p + len, " \t")])
		return -1;
	return num_double(p, len, out) < 0 || !isfinite(*out) ? -1 : 0;
}

static int parse(const char *p, struct gate *g)
{
	size_t len;
	int sign;

	skip(&p);
	len = strspn(p, letters);
	if (!len || len >= GATE_NAME)
		return -1;
	memcpy(g->metric, p, len);
	g->metric[len] = 0;
	p += len;
	skip(&p);
	len = strspn(p, "<>=");
	if (len < 1 || len > 2 || p[0] == '=' || (len == 2 && p[1] != '='))
		return -1;
	memcpy(g->op, p, len);
	g->op[len] = 0;
	p += len;
	skip(&p);
	g->number = 0;
	g->baseline = strncmp(p, "baseline", 8) == 0;
	if (!g->baseline)
		return last_number(p, &g->number);
	p += 8;
	skip(&p);
	if (!*p)
		return 0;
	sign = *p == '-' ? -1 : 1;
	if (*p != '-' && *p != '+')
		return -1;
	p++;
	skip(&p);
	if (*p == '-' || *p == '+' || last_number(p, &g->number) < 0)
		return -1;
	g->number *= sign;
	return 0;
}

int gate_parse(const char *text, struct gate *g, struct err *e)
{
	struct gate parsed;

	if (parse(text, &parsed) < 0)
		return err_set(e, ERR_USAGE,
			"gate '%s' is not 'METRIC >= NUMBER' or 'METRIC >= baseline + NUMBER' "
			"(or with <=, >, <)",
			text);
	*g = parsed;
	return 0;
}

double gate_value(const struct gate *g, double baseline)
{
	return g->baseline ? baseline + g->number : g->number;
}

int gate_met(const struct gate *g, double actual, double baseline)
{
	double value = gate_value(g, baseline);
	int equal = g->op[1] == '=';

	if (g->op[0] == '>')
		return equal ? actual >= value : actual > value;
	return equal ? actual <= value : actual < value;
}

static int unknown_metric(const json_t *metrics, const char *name, struct err *e)
{
	const char *names[METRICS_MAX], *key, *near;
	json_t *value, *object = (json_t *)(uintptr_t)metrics; /* the iterator takes no const */
	size_t n = 0;

	json_object_foreach(object, key, value) if (n < METRICS_MAX) names[n++] = key;
	near = near_name(name, names, n);
	if (near)
		return err_set(e, ERR_USAGE, "gate: there is no metric '%s': do you mean '%s'?",
			name, near);
	return err_set(e, ERR_USAGE, "gate: there is no metric '%s'", name);
}

int gate_judge(
	const struct gate *g, const json_t *report, json_t **row, struct buf *why, struct err *e)
{
	const json_t *metrics = json_object_get(report, "metrics");
	const json_t *undefined = json_object_get(report, "undefined");
	double actual = json_dbl(metrics, g->metric, NAN);
	double baseline = json_dbl(json_object_get(report, "baseline"), g->metric, NAN);
	double value = gate_value(g, baseline);

	if (!json_object_get(metrics, g->metric))
		return unknown_metric(metrics, g->metric, e);
	*row = json_object();
	json_object_set_new(*row, "metric", json_string(g->metric));
	json_object_set_new(*row, "op", json_string(g->op));
	json_object_set_new(*row, "value", json_number(value));
	json_object_set_new(*row, "actual", json_number(actual));
	if (g->baseline)
		json_object_set_new(*row, "baseline", json_number(baseline));
	if (gate_met(g, actual, baseline))
		return 1;
	if (isnan(actual))
		buf_addf(
			why, "it is undefined: %s", json_str(undefined, g->metric, "not a number"));
	else if (isnan(value))
		buf_adds(why, "the baseline is undefined");
	else
		buf_addf(why, "%.6g is not %s %.6g", actual, g->op, value);
	return 0;
}
