/* plan: an ONNX graph compiled once and evaluated for record batches. The same evaluator scores in
 * evaluate, predict and the registry, so that what was evaluated is what is used.
 * SPDX-License-Identifier: MIT
 *
 *     p = plan_new(model, e);           the model must outlive the plan
 *     plan_bind(p, schema, e);          which columns the inputs are
 *     while (... a batch ...) {
 *             plan_run(p, batch, e);
 *             y = plan_doubles(p, i);   [plan_rows(p)][plan_output_width(p, i)]
 *     }
 *     plan_free(p);
 *
 * A row's result does not depend on the rows beside it, nor on how many there are: rows are
 * evaluated in chunks whose buffers are reused. Exp, Log, Sigmoid and Softmax are base/fmath's and
 * products are fma chains (model/kernel.h), so the bits are the same on every CPU.
 *
 * Operators are those of operator set 13 to 17 and ai.onnx.ml 2 to 3 that act on rows: values are
 * [N], [N,K] or [N,1,K], constants broadcast over the rows. tensor(double), float, int64, bool and
 * string are known. Anything else is ERR_DATA that names operator and node.
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "frame/schema.h"
#include "onnx/model.h"
#include "onnx/tensor.h"

struct plan;

enum plan_kind { PLAN_DOUBLE, PLAN_FLOAT, PLAN_INT64, PLAN_BOOL, PLAN_STRING };

/* Compiles; m is borrowed until plan_free(). NULL on failure. */
struct plan *plan_new(const struct onnx_model *m, struct err *e);
void plan_free(struct plan *p); /* NULL is allowed */

/* The columns that the graph takes, each [N,1]. Kind PLAN_STRING wants a text column, every other
 * kind numbers, booleans, dates or times. */
size_t plan_input_count(const struct plan *p);
const char *plan_input_name(const struct plan *p, size_t i);
enum plan_kind plan_input_kind(const struct plan *p, size_t i);

/* Finds every input among the columns, by name; a missing one, or one of the wrong type, is
 * ERR_DATA naming it. Columns that no input asks for are ignored. May be called again. */
int plan_bind(struct plan *p, const struct schema *s, struct err *e);

/* Evaluates all rows of a batch of the bound schema. Numbers become doubles: booleans 0 and 1,
 * dates days since 1970, times microseconds; a null is NaN, a text null is "". An integer beyond
 * 2^53 is ERR_DATA naming the column. On failure the results are those of no rows. */
int plan_run(struct plan *p, const struct batch *b, struct err *e);

uint64_t plan_rows(const struct plan *p); /* of the last run */

/* The outputs in the model's order; names are borrowed, the width is the values of one row. */
size_t plan_output_count(const struct plan *p);
const char *plan_output_name(const struct plan *p, size_t i);
enum plan_kind plan_output_kind(const struct plan *p, size_t i);
size_t plan_output_width(const struct plan *p, size_t i);
/* The number of an output, or SIZE_MAX. */
size_t plan_output_find(const struct plan *p, const char *name);

/* The last run's values of an output, row-major [rows][width], owned by the plan until its next
 * run: PLAN_DOUBLE and PLAN_FLOAT as doubles; PLAN_INT64 and PLAN_BOOL as int64; PLAN_STRING as
 * texts, whose bytes are the model's or the batch's. NULL where the output is of another kind. */
const double *plan_doubles(const struct plan *p, size_t i);
const int64_t *plan_ints(const struct plan *p, size_t i);
const struct onnx_text *plan_texts(const struct plan *p, size_t i);

#endif
