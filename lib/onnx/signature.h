/* signature: what a model takes, predicts and was trained on, as typed structs over its metadata.
 * SPDX-License-Identifier: MIT
 *
 * Properties:
 *   pawl.task       "regression" | "classification"; absent in a feature graph
 *   pawl.signature  {"inputs":[{"name","type","role"?}],"features":[{"name","width"}],
 *                    "target":{"name","type"},"classes":["..."],"positive":"Yes"?,"nulls":[" "]?}
 *   pawl.training   {"rows","weight","target":{"mean","variance"} or {"counts":[..per class]}}
 * nulls are the tokens of raw text, besides the empty field, that meant missing when the model was
 * fitted, so that raw text is read by the model as it was read for it.
 * A column with a role (key, row, weight, time, target) is listed among the inputs so that raw data
 * can be typed by the model; the graph does not take it and predict does not need it.
 */
#ifndef ONNX_SIGNATURE_H
#define ONNX_SIGNATURE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "frame/types.h"
#include "onnx/model.h"

enum task { TASK_NONE, TASK_REGRESSION, TASK_CLASSIFICATION };

const char *task_name(enum task task); /* "none" for a feature graph */

struct signature_input {
	char *name;
	enum type type; /* of the frame */
	char *role;	/* NULL: the graph takes it */
};

struct signature_feature {
	char *name;
	size_t width; /* columns of `features` that it makes */
};

struct signature {
	enum task task;
	struct signature_input *inputs; /* [ninputs] */
	size_t ninputs, inputs_cap;
	struct signature_feature *features; /* [nfeatures] */
	size_t nfeatures, features_cap;
	char *target; /* NULL in a feature graph that does not know it */
	enum type target_type;
	char **classes; /* [nclasses], sorted; classification only */
	size_t nclasses, classes_cap;
	char *positive; /* NULL, or one of the classes */
	char **nulls;	/* [nnulls + 1], NULL-ended; NULL where there are none */
	size_t nnulls;
	json_t *training; /* an object, or NULL */
};

#define SIGNATURE_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

void signature_release(struct signature *s); /* harmless twice */
/* Appending; all is copied. role may be NULL. */
void signature_add_input(struct signature *s, const char *name, enum type type, const char *role);
void signature_add_feature(struct signature *s, const char *name, size_t width);
void signature_add_class(struct signature *s, const char *name);
void signature_add_null(struct signature *s, const char *token);
void signature_set_target(struct signature *s, const char *name, enum type type);
void signature_set_positive(struct signature *s, const char *name); /* NULL: none */

/* Into and out of the metadata. Get: s is filled anew on success; a model without a signature, or
 * with one of the wrong form, is ERR_DATA. */
void signature_set(const struct signature *s, struct onnx_model *m);
int signature_get(struct signature *s, const struct onnx_model *m, struct err *e);

#endif
