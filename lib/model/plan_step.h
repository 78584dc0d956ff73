/* plan_step: what the evaluator's operators see of a plan: values and the steps between them.
 * Private to model/plan*.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef MODEL_PLAN_STEP_H
#define MODEL_PLAN_STEP_H

#include "base/map.h"
#include "model/plan.h"

#define PLAN_CHUNK 1024		     /* rows evaluated at a time, at most */
#define PLAN_CHUNK_BYTES (64u << 20) /* fewer rows where a chunk would need more than this */
#define PLAN_WIDTH_CAP (1u << 24)    /* columns of one value */
#define PLAN_INPUTS_CAP 65536	     /* inputs of one node: a Concat of all features */

struct Onnx__NodeProto;

/* A value is constant (of any shape, `tensor` holds it) or has one row per row of the batch: rank 1
 * [N], 2 [N,width] or 3 [N,1,width]. */
struct plan_value {
	enum plan_kind kind;
	int constant;
	unsigned rank;		   /* of rows */
	size_t width;		   /* of rows: elements per row */
	struct onnx_tensor tensor; /* of constants: the shape */
	void *narrow; /* of constant PLAN_FLOAT and PLAN_BOOL: the values in their C type */
	void *data;   /* rows: [chunk * width] of the kind's C type; constants: [tensor.n] */
};

/* C types: double, float, int64_t, uint8_t (0 or 1), struct onnx_text. */
size_t plan_kind_size(enum plan_kind kind);
const char *plan_kind_name(enum plan_kind kind);
/* The kind of an ONNX element type; `name` is whose, for the message. */
int plan_kind_of(int type, enum plan_kind *kind, const char *name, struct err *e);
/* Sets data of a constant whose tensor and kind are set. */
void plan_constant_data(struct plan_value *v);

struct plan_step;

struct plan_op {
	const char *name;
	int ml; /* of ai.onnx.ml, else of the standard */
	unsigned min_inputs, max_inputs, outputs;
	/* Checks inputs and attributes, sets kind, rank and width of the outputs. */
	int (*compile)(struct plan_step *s, struct err *e);
	/* Fills the outputs' data of `rows` rows. */
	int (*run)(struct plan_step *s, size_t rows, struct err *e);
	void (*release)(struct plan_step *s); /* frees what compile put into s->own; may be NULL */
};

struct plan_step {
	const struct plan_op *op;
	const struct Onnx__NodeProto *node;
	struct plan_value **in; /* [nin]; NULL: an optional input left out */
	size_t nin;
	struct plan_value **out; /* [nout] */
	size_t nout;
	uint64_t attrs_seen; /* which attributes compile asked for */
	void *own;	     /* the operator's */
	int64_t n[4];	     /* small parameters of the operator */
};

/* Operators by file, each ended by a NULL name. */
extern const struct plan_op plan_ops_math[];
extern const struct plan_op plan_ops_shape[];
extern const struct plan_op plan_ops_linear[];
extern const struct plan_op plan_ops_ml[];

/* Attributes with a default; a wrong type is ERR_DATA. Lists are borrowed from the model. */
int plan_attr_int(
	struct plan_step *s, const char *name, int64_t otherwise, int64_t *out, struct err *e);
int plan_attr_float(
	struct plan_step *s, const char *name, float otherwise, float *out, struct err *e);
int plan_attr_text(struct plan_step *s, const char *name, const char *otherwise,
	struct onnx_text *out, struct err *e);
int plan_attr_ints(
	struct plan_step *s, const char *name, const int64_t **v, size_t *n, struct err *e);
int plan_attr_floats(
	struct plan_step *s, const char *name, const float **v, size_t *n, struct err *e);
/* The list is new memory (NULL where n is 0); its bytes are the model's. */
int plan_attr_texts(
	struct plan_step *s, const char *name, struct onnx_text **v, size_t *n, struct err *e);
/* Whether the node has the attribute, of any type. */
int plan_attr_has(const struct plan_step *s, const char *name);

/* Shapes of the outputs. */
int plan_out(struct plan_step *s, size_t i, enum plan_kind kind, unsigned rank, size_t width,
	struct err *e);

/* An input must be rows; a constant. */
int plan_need_rows(const struct plan_step *s, size_t i, struct err *e);
int plan_need_constant(const struct plan_step *s, size_t i, enum plan_kind kind, struct err *e);
int plan_need_kind(const struct plan_step *s, size_t i, enum plan_kind kind, struct err *e);
/* An axis attribute, where negative ones count from the end, must be the last one: the columns. */
int plan_need_columns(const struct plan_step *s, size_t i, int64_t axis, struct err *e);

/* An input of an elementwise operator: element k of row r stands at data[r * row + k * col]. */
struct plan_operand {
	const void *data;
	size_t row, col;
};

struct plan_operand plan_operand_of(const struct plan_value *v);

/* Rank and width that all inputs broadcast to; at least one must be rows. */
int plan_broadcast(const struct plan_step *s, unsigned *rank, size_t *width, struct err *e);

#endif
