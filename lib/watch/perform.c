/* perform: how well predictions fit the labels that came.
 * SPDX-License-Identifier: MIT
 */
#include "watch/perform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fmath.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/metrics.h"
#include "watch/feed.h"

#define NEAR 0.8 /* of the limit: a window that is neither a breach nor clean */

void perform_release(struct perform *p)
{
	for (size_t i = 0; i < p->nclasses; i++)
		free(p->classes[i]);
	free(p->classes);
	free(p->probability);
	free(p->label);
	free(p->predicted);
	free(p->probabilities);
	free(p->target);
	free(p->value);
	*p = (struct perform)PERFORM_INIT;
}

static size_t class_of(const struct perform *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->nclasses; i++)
		if (strlen(p->classes[i]) == len && memcmp(p->classes[i], name, len) == 0)
			return i;
	return SIZE_MAX;
}

int perform_start(struct perform *p, const struct schema *s, struct err *e)
{
	size_t prefix = strlen(FEED_PROBABILITY), n = 0;
	int first = !p->started;

	if (schema_need(s, FEED_PREDICTION, &p->prediction, e) < 0)
		return -1;
	p->started = 1;
	p->probability = mem_grow(p->probability, s->n + 1, sizeof(*p->probability));
	for (size_t i = 0; i < s->n; i++) {
		const char *name = s->fields[i].name;

		if (strncmp(name, FEED_PROBABILITY, prefix) != 0 ||
			s->fields[i].type != TYPE_FLOAT64)
			continue;
		if (first) {
			MEM_ROOM(p->classes, p->nclasses, p->classes_cap);
			p->classes[p->nclasses++] = mem_strdup(name + prefix);
		}
		if (n >= p->nclasses || strcmp(p->classes[n], name + prefix) != 0)
			return err_set(e, ERR_DATA, "'%s': predictions of other classes", name);
		p->probability[n++] = i;
	}
	if (n != p->nclasses)
		return err_set(e, ERR_DATA, "predictions of other classes");
	if (n == 0 && !type_is_number(s->fields[p->prediction].type))
		return err_set(e, ERR_DATA, "classes were predicted without probabilities");
	return 0;
}

/* The name of a value as a class: bool as 0 and 1. */
static size_t class_at(const struct perform *p, const struct column *c, uint64_t row)
{
	struct buf text = BUF_INIT;
	size_t at;

	if (c->type == TYPE_BOOL)
		return class_of(p, bit_get(c->bits, row) ? "1" : "0", 1);
	column_print(c, row, &text);
	at = class_of(p, text.data, text.len);
	buf_release(&text);
	return at;
}

static void room(struct perform *p)
{
	if (p->rows < p->cap)
		return;
	p->cap = p->cap ? 2 * p->cap : 1024;
	if (p->nclasses) {
		p->label = mem_grow(p->label, p->cap, sizeof(*p->label));
		p->predicted = mem_grow(p->predicted, p->cap, sizeof(*p->predicted));
		p->probabilities =
			mem_grow(p->probabilities, p->cap * p->nclasses, sizeof(*p->probabilities));
	} else {
		p->target = mem_grow(p->target, p->cap, sizeof(*p->target));
		p->value = mem_grow(p->value, p->cap, sizeof(*p->value));
	}
}

static int add_class(
	struct perform *p, const struct column *label, const struct batch *b, uint64_t row)
{
	size_t truth = class_at(p, label, row);
	size_t said = class_at(p, &b->cols[p->prediction], row);

	if (truth == SIZE_MAX || said == SIZE_MAX)
		return -1;
	p->label[p->rows] = (int32_t)truth;
	p->predicted[p->rows] = (int32_t)said;
	for (size_t i = 0; i < p->nclasses; i++) {
		double x = column_number(&b->cols[p->probability[i]], row);

		if (!isfinite(x))
			return -1;
		p->probabilities[p->rows * p->nclasses + i] = x;
	}
	moments_add(&p->loss, metrics_log_loss(p->probabilities[p->rows * p->nclasses + truth]));
	return 0;
}

static int add_number(
	struct perform *p, const struct column *label, const struct batch *b, uint64_t row)
{
	double truth = column_number(label, row);
	double said = column_number(&b->cols[p->prediction], row);

	if (!isfinite(truth) || !isfinite(said))
		return -1;
	p->target[p->rows] = truth;
	p->value[p->rows] = said;
	moments_add(&p->loss, (truth - said) * (truth - said));
	return 0;
}

static int labelled(const struct column *c, uint64_t row)
{
	size_t len = 1;

	if (!column_valid(c, row))
		return 0;
	if (type_is_text(c->type))
		column_text(c, row, &len);
	return len && (c->type != TYPE_FLOAT64 || !isnan(c->f64[row]));
}

void perform_add(struct perform *p, const struct column *label, const struct batch *b)
{
	for (uint64_t i = 0; i < b->rows; i++) {
		int rc;

		if (!labelled(label, i) || !column_valid(&b->cols[p->prediction], i)) {
			p->unlabelled++;
			continue;
		}
		room(p);
		rc = p->nclasses ? add_class(p, label, b, i) : add_number(p, label, b, i);
		if (rc == 0)
			p->rows++;
		else
			p->unknown++;
	}
}

static void measure(const struct perform *p, const char *positive, struct metrics *m)
{
	struct metrics_classes classes = {p->rows, p->nclasses, p->label, p->predicted,
		p->probabilities, p->nclasses, NULL,
		p->nclasses == 2 ? !(positive && strcmp(p->classes[0], positive) == 0)
				 : METRICS_MULTICLASS};
	struct metrics_numbers numbers = {p->rows, p->target, p->value, NULL};

	if (p->nclasses)
		metrics_of_classes(&classes, m);
	else
		metrics_of_numbers(&numbers, m);
}

/* Compares means of losses per row; what people read is the increase of the metric. */
static void judge(const struct perform *p, const json_t *baseline, const char *name,
	const struct perform_limits *limits, json_t *report)
{
	double before = json_dbl(json_object_get(baseline, "metrics"), name, NAN), rows, error, z;
	double loss = p->loss.mean, increase, chance;
	int level = 0;

	if (!isfinite(before))
		return;
	increase = (p->nclasses ? loss : sqrt(loss)) / before - 1;
	before = p->nclasses ? before : before * before;
	rows = json_dbl(baseline, "rows", (double)p->rows);
	error = moments_std(&p->loss, 1) * sqrt(1 / (double)p->rows + 1 / fmax(rows, 1));
	z = (loss - before) / error;
	chance = 1 - fmath_normal_cdf(z);
	if (increase > limits->decay * NEAR && chance < 10 * limits->alpha)
		level = increase > limits->decay && chance < limits->alpha ? 2 : 1;
	json_object_set_new(report, "increase", json_number(increase));
	json_object_set_new(report, "p", json_number(chance));
	json_object_set_new(report, "level", json_integer(level));
}

json_t *perform_report(
	const struct perform *p, const json_t *baseline, const struct perform_limits *limits)
{
	const char *loss = p->nclasses ? "log_loss" : "rmse";
	const json_t *before = json_object_get(baseline, "metrics");
	struct metrics m = METRICS_INIT;
	json_t *out = json_object(), *metrics = json_object();

	json_object_set_new(out, "rows", json_integer((json_int_t)p->rows));
	json_object_set_new(out, "unlabelled", json_integer((json_int_t)p->unlabelled));
	json_object_set_new(out, "unknown", json_integer((json_int_t)p->unknown));
	if (p->rows)
		measure(p, limits->positive, &m);
	for (size_t i = 0; i < m.n; i++)
		json_object_set_new(metrics, m.items[i].name, json_number(m.items[i].value));
	json_object_set_new(out, "metrics", metrics);
	if (before)
		json_object_set_new(out, "baseline", json_deep_copy(before));
	json_object_set_new(out, "loss", json_string(loss));
	json_object_set_new(out, "level", json_integer(0));
	if (p->rows > 1)
		judge(p, baseline, loss, limits, out);
	return out;
}
