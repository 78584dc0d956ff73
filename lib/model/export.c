/* export: puts an estimator behind a feature graph, so that one ONNX model holds both.
 * SPDX-License-Identifier: MIT
 */
#include "model/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "onnx/build.h"
#include "onnx/signature.h"

#define FEATURES "features"
#define PREDICTION "prediction"
#define PROBABILITY "probability_"

/* ---- the frame and the graph belong together */

static int check_features(const struct signature *s, const struct design *d, struct err *e)
{
	for (size_t i = 0; i < d->ncolumns || i < s->nfeatures; i++) {
		if (i >= d->ncolumns)
			return err_set(e, ERR_DATA,
				"the graph makes a feature '%s' that '%s' lacks: they come from "
				"different runs of featurize",
				s->features[i].name, source_name(d->source));
		if (i >= s->nfeatures || strcmp(s->features[i].name, d->columns[i].name) != 0 ||
			s->features[i].width != d->columns[i].width)
			return err_set(e, ERR_DATA,
				"column '%s' of '%s' is not what the graph makes: they come from "
				"different runs of featurize",
				d->columns[i].name, source_name(d->source));
	}
	return 0;
}

int export_check(const struct onnx_model *m, const struct design *d, struct err *e)
{
	struct signature s = SIGNATURE_INIT;
	size_t width = 0;
	int type = 0, rc;

	if (signature_get(&s, m, e) < 0)
		return -1;
	rc = check_features(&s, d, e);
	if (rc == 0 && s.task != TASK_NONE)
		rc = err_set(e, ERR_DATA, "the graph has an estimator already");
	if (rc == 0 && (onnx_model_outputs(m) != 1 ||
			       strcmp(onnx_model_output(m, 0, &type, &width), FEATURES) != 0 ||
			       type != ONNX_DOUBLE || width != d->width))
		rc = err_set(e, ERR_DATA,
			"the graph's output is not '" FEATURES "' of %zu doubles a row", d->width);
	signature_release(&s);
	return rc;
}

/* ---- nodes */

static int output(struct onnx_model *m, const char *name, enum onnx_type type, struct err *e)
{
	return onnx_build_output(m, name, type, 1, e);
}

static int free_name(const struct onnx_model *m, const char *name, struct err *e)
{
	if (onnx_build_taken(m, name))
		return err_set(e, ERR_DATA,
			"a column is called '%s', as an output of the model: rename it", name);
	return 0;
}

/* features [N, width] * coefficients [width, sets] + intercepts [1, sets]. */
static const char *scores(struct onnx_model *m, const struct fit *f, const char *name)
{
	int64_t shape[2] = {(int64_t)f->width, (int64_t)f->sets}, row[2] = {1, (int64_t)f->sets};
	double *w = mem_array(f->width, f->sets * sizeof(*w));
	const char *coef, *intercept;

	for (size_t c = 0; c < f->sets; c++)
		for (size_t k = 0; k < f->width; k++)
			w[k * f->sets + c] = f->coef[c * f->width + k];
	coef = onnx_build_doubles(m, NULL, w, shape, 2);
	intercept = onnx_build_doubles(m, NULL, f->intercept, row, 2);
	free(w);
	return onnx_build_op(m, name, "Add", onnx_build_op(m, NULL, "MatMul", FEATURES, coef, NULL),
		intercept, NULL);
}

/* The name of the class with the highest probability; the first of several. */
static int add_label(struct onnx_model *m, const struct target *t, const char *all, struct err *e)
{
	const char **texts = mem_new(t->nclasses, sizeof(*texts)), *labels, *best, *values;
	int64_t *numbers = mem_new(t->nclasses, sizeof(*numbers)), n = (int64_t)t->nclasses;

	for (size_t i = 0; i < t->nclasses; i++) {
		texts[i] = t->classes[i].name;
		numbers[i] = t->classes[i].value;
	}
	labels = t->text ? onnx_build_strings(m, NULL, texts, &n, 1)
			 : onnx_build_int64s(m, NULL, numbers, &n, 1);
	best = onnx_build_op_int(m, NULL, "ArgMax", "axis", 1, all, NULL);
	values = onnx_build_op(m, PREDICTION, "Gather", labels, best, NULL);
	free(texts);
	free(numbers);
	return output(m, values, t->text ? ONNX_STRING : ONNX_INT64, e);
}

/* One output per class, of the columns of all [N, nclasses]. */
static int add_columns(struct onnx_model *m, const struct target *t, const char *all, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < t->nclasses && rc == 0; i++) {
		int64_t column = (int64_t)i;
		char *name = mem_printf(PROBABILITY "%s", t->classes[i].name);
		const char *index = onnx_build_int64_vector(m, &column, 1);

		rc = output(m, onnx_build_op_int(m, name, "Gather", "axis", 1, all, index, NULL),
			ONNX_DOUBLE, e);
		free(name);
	}
	return rc;
}

static int add_classification(struct onnx_model *m, const struct target *t, const struct fit *f,
	size_t positive, struct err *e)
{
	const char *z, *all, *p[2];

	if (f->sets > 1) {
		z = scores(m, f, NULL);
		all = onnx_build_op_int(m, NULL, "Softmax", "axis", 1, z, NULL);
		return add_label(m, t, all, e) < 0 ? -1 : add_columns(m, t, all, e);
	}
	z = scores(m, f, NULL);
	for (size_t i = 0; i < 2; i++) {
		char *name = mem_printf(PROBABILITY "%s", t->classes[i].name);
		const char *side = i == positive ? z : onnx_build_op(m, NULL, "Neg", z, NULL);

		p[i] = onnx_build_op(m, name, "Sigmoid", side, NULL);
		free(name);
	}
	all = onnx_build_op_int(m, NULL, "Concat", "axis", 1, p[0], p[1], NULL);
	if (add_label(m, t, all, e) < 0 || output(m, p[0], ONNX_DOUBLE, e) < 0)
		return -1;
	return output(m, p[1], ONNX_DOUBLE, e);
}

/* ---- what the model says of itself */

static json_t *training(const struct design *d)
{
	const struct target *t = &d->target;
	int weighted = d->weight_at != SCHEMA_NONE;
	json_t *out = json_object(), *target = json_object(), *counts;

	json_object_set_new(out, "rows", json_integer((json_int_t)t->rows));
	json_object_set_new(out, "weight", json_number(t->total));
	if (t->classify) {
		counts = json_array();
		for (size_t i = 0; i < t->nclasses; i++)
			json_array_append_new(
				counts, weighted ? json_number(t->classes[i].weight)
						 : json_integer((json_int_t)t->classes[i].rows));
		json_object_set_new(target, "counts", counts);
	} else {
		json_object_set_new(target, "mean", json_number(t->mean));
		json_object_set_new(target, "variance", json_number(t->m2 / t->total));
	}
	json_object_set_new(out, "target", target);
	return out;
}

static int describe(struct onnx_model *m, const struct design *d, size_t positive, struct err *e)
{
	const struct target *t = &d->target;
	struct signature s = SIGNATURE_INIT;

	if (signature_get(&s, m, e) < 0)
		return -1;
	s.task = t->classify ? TASK_CLASSIFICATION : TASK_REGRESSION;
	signature_set_target(&s, t->name, t->type);
	for (size_t i = 0; i < t->nclasses; i++)
		signature_add_class(&s, t->classes[i].name);
	if (positive < t->nclasses)
		signature_set_positive(&s, t->classes[positive].name);
	json_decref(s.training);
	s.training = training(d);
	signature_set(&s, m);
	signature_release(&s);
	return 0;
}

int export_fit(struct onnx_model *m, const struct design *d, const struct fit *f, size_t positive,
	struct err *e)
{
	const struct target *t = &d->target;

	if (free_name(m, PREDICTION, e) < 0)
		return -1;
	for (size_t i = 0; i < t->nclasses; i++) {
		char *name = mem_printf(PROBABILITY "%s", t->classes[i].name);
		int rc = free_name(m, name, e);

		free(name);
		if (rc < 0)
			return -1;
	}
	onnx_build_clear_outputs(m);
	if (t->classify) {
		if (add_classification(m, t, f, positive, e) < 0)
			return -1;
	} else if (output(m, scores(m, f, PREDICTION), ONNX_DOUBLE, e) < 0) {
		return -1;
	}
	if (describe(m, d, positive, e) < 0)
		return -1;
	return onnx_build_check(m, e);
}
