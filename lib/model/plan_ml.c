/* plan_ml: operators of ai.onnx.ml: label encoding, one-hot, scaling, imputing.
 * SPDX-License-Identifier: MIT
 *
 * https://onnx.ai/onnx/operators/index.html, versions of operator set ai.onnx.ml 3.
 */
#include "model/plan_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Keys of any kind as bytes: texts as they are; numbers as their 8 bytes, where -0 is 0 and every
 * NaN the same. */
struct key {
	double number;
	int64_t integer;
};

static const char *key_of(const struct plan_value *v, size_t i, struct key *room, size_t *len)
{
	const struct onnx_text *text;

	switch (v->kind) {
	case PLAN_STRING:
		text = (const struct onnx_text *)v->data + i;
		*len = text->len;
		return text->bytes;
	case PLAN_INT64:
		room->integer = ((const int64_t *)v->data)[i];
		break;
	case PLAN_BOOL:
		room->integer = ((const uint8_t *)v->data)[i];
		break;
	default:
		room->number = v->kind == PLAN_DOUBLE ? ((const double *)v->data)[i]
						      : (double)((const float *)v->data)[i];
		if (room->number != room->number)
			room->number = (double)NAN;
		*len = sizeof(room->number);
		room->number += 0.0; /* -0 becomes 0 */
		return (const char *)&room->number;
	}
	*len = sizeof(room->integer);
	return (const char *)&room->integer;
}

/* ---- LabelEncoder */

struct encoder {
	struct map map; /* key -> number of the value */
	size_t n;
	const int64_t *ints; /* [n] values, one of the three; borrowed */
	const float *floats;
	struct onnx_text *texts; /* owned */
	struct onnx_text other_text;
	int64_t other_int;
	float other_float;
};

static void release_encoder(struct plan_step *s)
{
	struct encoder *c = s->own;

	if (!c)
		return;
	map_release(&c->map);
	free(c->texts);
	free(c);
	s->own = NULL;
}

/* The first of equal keys holds, as in onnxruntime. */
static void encoder_add(struct encoder *c, const char *key, size_t len, size_t i)
{
	int is_new;
	size_t at = map_add(&c->map, key, len, &is_new);

	if (is_new)
		c->map.values[at] = i;
}

static int encoder_keys(struct plan_step *s, struct encoder *c, size_t *n, struct err *e)
{
	struct onnx_text *texts = NULL;
	const int64_t *ints;
	const float *floats;
	size_t nints, nfloats, ntexts;
	struct plan_value v = {0};

	if (plan_attr_texts(s, "keys_strings", &texts, &ntexts, e) < 0)
		return -1;
	if (plan_attr_ints(s, "keys_int64s", &ints, &nints, e) < 0 ||
		plan_attr_floats(s, "keys_floats", &floats, &nfloats, e) < 0) {
		free(texts);
		return -1;
	}
	*n = ntexts + nints + nfloats;
	if (!*n || (ntexts && *n != ntexts) || (nints && *n != nints)) {
		free(texts);
		return err_set(e, ERR_DATA, "exactly one list of keys is needed");
	}
	v.kind = ntexts ? PLAN_STRING : nints ? PLAN_INT64 : PLAN_FLOAT;
	v.data = (void *)(uintptr_t)(ntexts  ? (const void *)texts
				     : nints ? (const void *)ints
					     : (const void *)floats);
	for (size_t i = 0; i < *n; i++) {
		struct key room;
		size_t len;
		const char *key = key_of(&v, i, &room, &len);

		encoder_add(c, key, len, i);
	}
	free(texts);
	return plan_need_kind(s, 0, v.kind, e);
}

static int encoder_values(
	struct plan_step *s, struct encoder *c, size_t n, enum plan_kind *kind, struct err *e)
{
	size_t nints, nfloats, ntexts;

	if (plan_attr_texts(s, "values_strings", &c->texts, &ntexts, e) < 0 ||
		plan_attr_ints(s, "values_int64s", &c->ints, &nints, e) < 0 ||
		plan_attr_floats(s, "values_floats", &c->floats, &nfloats, e) < 0 ||
		plan_attr_text(s, "default_string", "_Unused", &c->other_text, e) < 0 ||
		plan_attr_int(s, "default_int64", -1, &c->other_int, e) < 0 ||
		plan_attr_float(s, "default_float", -0.0f, &c->other_float, e) < 0)
		return -1;
	if (ntexts + nints + nfloats != n || (ntexts && n != ntexts) || (nints && n != nints))
		return err_set(
			e, ERR_DATA, "exactly one list of values, as long as the keys, is needed");
	*kind = ntexts ? PLAN_STRING : nints ? PLAN_INT64 : PLAN_FLOAT;
	return 0;
}

static int compile_label_encoder(struct plan_step *s, struct err *e)
{
	struct encoder *c;
	enum plan_kind kind = PLAN_FLOAT;
	size_t n;

	if (plan_need_rows(s, 0, e) < 0)
		return -1;
	c = s->own = mem_new(1, sizeof(*c));
	if (encoder_keys(s, c, &n, e) < 0 || encoder_values(s, c, n, &kind, e) < 0)
		return -1;
	return plan_out(s, 0, kind, s->in[0]->rank, s->in[0]->width, e);
}

static int run_label_encoder(struct plan_step *s, size_t rows, struct err *e)
{
	const struct encoder *c = s->own;
	struct plan_value *out = s->out[0];

	(void)e;
	for (size_t i = 0; i < rows * out->width; i++) {
		struct key room;
		size_t len, at;
		const char *key = key_of(s->in[0], i, &room, &len);

		at = map_find(&c->map, key, len);
		if (at != MAP_NONE)
			at = c->map.values[at];
		if (out->kind == PLAN_STRING)
			((struct onnx_text *)out->data)[i] =
				at == MAP_NONE ? c->other_text : c->texts[at];
		else if (out->kind == PLAN_INT64)
			((int64_t *)out->data)[i] = at == MAP_NONE ? c->other_int : c->ints[at];
		else
			((float *)out->data)[i] = at == MAP_NONE ? c->other_float : c->floats[at];
	}
	return 0;
}

/* ---- OneHotEncoder */

static void release_map(struct plan_step *s)
{
	if (s->own)
		map_release(s->own);
	free(s->own);
	s->own = NULL;
}

/* Where a category is listed twice both columns would be 1; nobody writes that. */
static int onehot_cats(struct plan_step *s, size_t *n, struct err *e)
{
	struct map *map = s->own = mem_new(1, sizeof(*map));
	struct onnx_text *texts = NULL;
	const int64_t *ints;
	size_t nints, ntexts;
	int is_new = 1;

	if (plan_attr_texts(s, "cats_strings", &texts, &ntexts, e) < 0)
		return -1;
	if (plan_attr_ints(s, "cats_int64s", &ints, &nints, e) < 0) {
		free(texts);
		return -1;
	}
	for (size_t i = 0; i < ntexts && is_new; i++)
		map_add(map, texts[i].bytes, texts[i].len, &is_new);
	for (size_t i = 0; i < nints && is_new; i++)
		map_add(map, (const char *)&ints[i], sizeof(ints[i]), &is_new);
	free(texts);
	*n = ntexts + nints;
	if (!is_new)
		return err_set(e, ERR_DATA, "a category is listed twice");
	if (!*n || (ntexts && nints))
		return err_set(e, ERR_DATA, "exactly one list of categories is needed");
	if (ntexts || s->in[0]->kind == PLAN_STRING)
		return plan_need_kind(s, 0, ntexts ? PLAN_STRING : PLAN_INT64, e);
	return 0;
}

static int compile_onehot(struct plan_step *s, struct err *e)
{
	size_t n;

	if (plan_need_rows(s, 0, e) < 0 || plan_attr_int(s, "zeros", 1, &s->n[0], e) < 0 ||
		onehot_cats(s, &n, e) < 0)
		return -1;
	if (s->in[0]->width != 1 || s->in[0]->rank > 2)
		return err_set(e, ERR_DATA, "only one column at a time is supported");
	return plan_out(s, 0, PLAN_FLOAT, s->in[0]->rank + 1, n, e);
}

/* A number is a category by its integral part, as in onnxruntime; NaN and what is beyond int64 is
 * none. */
static int onehot_integer(const struct plan_value *v, size_t i, int64_t *out)
{
	double x;

	if (v->kind == PLAN_INT64)
		*out = ((const int64_t *)v->data)[i];
	else if (v->kind == PLAN_BOOL)
		*out = ((const uint8_t *)v->data)[i];
	else {
		x = v->kind == PLAN_DOUBLE ? ((const double *)v->data)[i]
					   : (double)((const float *)v->data)[i];
		if (!(x >= -0x1p63 && x < 0x1p63))
			return -1;
		*out = (int64_t)x;
	}
	return 0;
}

static int run_onehot(struct plan_step *s, size_t rows, struct err *e)
{
	const struct map *map = s->own;
	const struct plan_value *v = s->in[0];
	size_t k = s->out[0]->width;
	float *out = s->out[0]->data;

	memset(out, 0, rows * k * sizeof(*out));
	for (size_t r = 0; r < rows; r++) {
		size_t at = MAP_NONE;
		int64_t integer;

		if (v->kind == PLAN_STRING) {
			const struct onnx_text *text = (const struct onnx_text *)v->data + r;

			at = map_find(map, text->bytes, text->len);
		} else if (onehot_integer(v, r, &integer) == 0) {
			at = map_find(map, (const char *)&integer, sizeof(integer));
		}
		if (at != MAP_NONE)
			out[r * k + at] = 1;
		else if (!s->n[0])
			return err_set(e, ERR_DATA, "a category that was never seen");
	}
	return 0;
}

/* ---- Scaler, Imputer */

static int ml_number(const struct plan_step *s, struct err *e)
{
	enum plan_kind k = s->in[0]->kind;

	if (plan_need_rows(s, 0, e) < 0)
		return -1;
	if (k == PLAN_DOUBLE || k == PLAN_FLOAT || k == PLAN_INT64)
		return 0;
	return err_set(e, ERR_DATA, "input 1 is %s, not a number", plan_kind_name(k));
}

static double ml_value(const struct plan_value *v, size_t i)
{
	if (v->kind == PLAN_DOUBLE)
		return ((const double *)v->data)[i];
	if (v->kind == PLAN_FLOAT)
		return (double)((const float *)v->data)[i];
	return (double)((const int64_t *)v->data)[i];
}

struct scaler {
	const float *offset, *scale; /* [1] or [width]; borrowed */
	size_t noffset, nscale;
};

static void release_own(struct plan_step *s)
{
	free(s->own);
	s->own = NULL;
}

static int compile_scaler(struct plan_step *s, struct err *e)
{
	size_t width = s->in[0]->width;
	struct scaler *c;

	if (ml_number(s, e) < 0)
		return -1;
	c = s->own = mem_new(1, sizeof(*c));
	if (plan_attr_floats(s, "offset", &c->offset, &c->noffset, e) < 0 ||
		plan_attr_floats(s, "scale", &c->scale, &c->nscale, e) < 0)
		return -1;
	if (c->noffset != c->nscale || (c->nscale != 1 && c->nscale != width) || !c->nscale)
		return err_set(e, ERR_DATA, "offset and scale must have 1 or %zu elements", width);
	return plan_out(s, 0, PLAN_FLOAT, s->in[0]->rank, width, e);
}

static int run_scaler(struct plan_step *s, size_t rows, struct err *e)
{
	const struct scaler *c = s->own;
	size_t width = s->out[0]->width;
	float *out = s->out[0]->data;

	(void)e;
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < width; k++) {
			size_t i = r * width + k, j = c->nscale == 1 ? 0 : k;

			if (s->in[0]->kind == PLAN_FLOAT)
				out[i] = (((const float *)s->in[0]->data)[i] - c->offset[j]) *
					 c->scale[j];
			else
				out[i] = (float)((ml_value(s->in[0], i) - (double)c->offset[j]) *
						 (double)c->scale[j]);
		}
	return 0;
}

struct imputer {
	const float *floats; /* [n], one of the two; borrowed */
	const int64_t *ints;
	size_t n;
	float missing_float;
	int64_t missing_int;
};

/* As in onnxruntime there is no kernel for double. */
static int compile_imputer(struct plan_step *s, struct err *e)
{
	size_t width = s->in[0]->width, nfloats, nints;
	struct imputer *c;

	if (plan_need_rows(s, 0, e) < 0)
		return -1;
	c = s->own = mem_new(1, sizeof(*c));
	if (plan_attr_floats(s, "imputed_value_floats", &c->floats, &nfloats, e) < 0 ||
		plan_attr_ints(s, "imputed_value_int64s", &c->ints, &nints, e) < 0 ||
		plan_attr_float(s, "replaced_value_float", 0, &c->missing_float, e) < 0 ||
		plan_attr_int(s, "replaced_value_int64", 0, &c->missing_int, e) < 0)
		return -1;
	if (plan_need_kind(s, 0, nints ? PLAN_INT64 : PLAN_FLOAT, e) < 0)
		return -1;
	c->n = nfloats + nints;
	if ((nfloats && nints) || !c->n || (c->n != 1 && c->n != width))
		return err_set(e, ERR_DATA, "1 or %zu imputed values are needed", width);
	return plan_out(s, 0, s->in[0]->kind, s->in[0]->rank, width, e);
}

static int run_imputer(struct plan_step *s, size_t rows, struct err *e)
{
	const struct imputer *c = s->own;
	size_t width = s->out[0]->width;

	(void)e;
	for (size_t i = 0; i < rows * width; i++) {
		size_t j = c->n == 1 ? 0 : i % width;

		if (s->out[0]->kind == PLAN_INT64) {
			int64_t x = ((const int64_t *)s->in[0]->data)[i];

			((int64_t *)s->out[0]->data)[i] = x == c->missing_int ? c->ints[j] : x;
		} else {
			float x = ((const float *)s->in[0]->data)[i];
			int missing =
				x == c->missing_float || (isnan(x) && isnan(c->missing_float));

			((float *)s->out[0]->data)[i] = missing ? c->floats[j] : x;
		}
	}
	return 0;
}

const struct plan_op plan_ops_ml[] = {
	{"LabelEncoder", 1, 1, 1, 1, compile_label_encoder, run_label_encoder, release_encoder},
	{"OneHotEncoder", 1, 1, 1, 1, compile_onehot, run_onehot, release_map},
	{"Scaler", 1, 1, 1, 1, compile_scaler, run_scaler, release_own},
	{"Imputer", 1, 1, 1, 1, compile_imputer, run_imputer, release_own},
	{NULL, 0, 0, 0, 0, NULL, NULL, NULL},
};
