/* judge: the distributions of a window judged by limits.
 * SPDX-License-Identifier: MIT
 */
#include "watch/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "stat/pvalue.h"

#define NEAR 0.8 /* of a limit: neither a breach nor clean */

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static double psi_limit(const struct drift_measure *m, const struct judge_limits *limits)
{
	return fmax(limits->psi, 2 * m->psi_noise);
}

/* How much of its limit the largest effect is. */
static double effect(const struct drift_measure *m, const struct judge_limits *limits)
{
	double most = 0;

	if (!isnan(m->psi))
		most = fmax(most, m->psi / psi_limit(m, limits));
	if (!isnan(m->ks))
		most = fmax(most, m->ks / limits->ks);
	if (!isnan(m->js)) /* in nats about an eighth of PSI, whose noise it has */
		most = fmax(
			most, m->js / fmax(limits->js, m->psi_noise / (4 * 0.6931471805599453)));
	return most;
}

static long long level_of(double effect, double p, double alpha)
{
	if (effect <= NEAR || !(p < 10 * alpha))
		return 0;
	return effect > 1 && p < alpha ? 2 : 1;
}

static void set(json_t *o, const char *name, double value)
{
	if (!isnan(value))
		json_object_set_new(o, name, json_number(value));
}

static json_t *column_json(const struct drift_column *c, const struct drift_measure *m, double p,
	double missing_p, const struct judge_limits *limits)
{
	double before = share(m->missing[0], m->rows[0]), now = share(m->missing[1], m->rows[1]);
	json_t *out = json_object(), *missing = json_array();

	json_object_set_new(out, "column", json_text(c->name, strlen(c->name)));
	json_object_set_new(out, "role", json_string(c->role));
	json_object_set_new(
		out, "kind", json_string(c->kind == DRIFT_NUMBER ? "number" : "category"));
	json_object_set_new(out, "rows", json_integer((json_int_t)m->rows[1]));
	json_array_append_new(missing, json_number(before));
	json_array_append_new(missing, json_number(now));
	json_object_set_new(out, "missing", missing);
	set(out, "missing_p", missing_p);
	set(out, "psi", m->psi);
	set(out, "psi_limit", isnan(m->psi) ? NAN : psi_limit(m, limits));
	set(out, "ks", m->ks);
	set(out, "ks_error", m->ks_error);
	set(out, "js", m->js);
	set(out, "chi_square", m->chi_square);
	set(out, "unseen", m->unseen);
	set(out, "p", p);
	json_object_set_new(
		out, "drift", json_integer(level_of(effect(m, limits), p, limits->alpha)));
	json_object_set_new(out, "missingness",
		json_integer(
			level_of(fabs(now - before) / limits->missing, missing_p, limits->alpha)));
	return out;
}

json_t *judge_columns(
	const struct drift *d, const struct drift_tally *t, const struct judge_limits *limits)
{
	struct drift_measure *m = mem_new(d->n + 1, sizeof(*m));
	double *p = mem_array(2 * d->n + 1, sizeof(*p)), *missing_p = p + d->n;
	json_t *out = json_array();

	for (size_t i = 0; i < d->n; i++) {
		drift_measure(&d->columns[i], &t[i], &m[i]);
		p[i] = m[i].p;
		missing_p[i] = m[i].rows[1] ? m[i].missing_p : NAN;
	}
	pvalue_adjust(p, 2 * d->n);
	for (size_t i = 0; i < d->n; i++)
		if (m[i].rows[1])
			json_array_append_new(out,
				column_json(&d->columns[i], &m[i], p[i], missing_p[i], limits));
	free(m);
	free(p);
	return out;
}

json_t *judge_levels(const json_t *columns)
{
	static const char *const checks[][2] = {{"drift", "drift"}, {"missingness", "missing"}};
	json_t *out = json_object();
	const json_t *column;
	size_t i;

	json_array_foreach(columns, i, column)
	{
		for (size_t k = 0; k < 2; k++) {
			char *name =
				mem_printf("%s %s", checks[k][1], json_str(column, "column", ""));

			json_object_set(out, name, json_object_get(column, checks[k][0]));
			free(name);
		}
	}
	return out;
}
