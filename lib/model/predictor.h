/* predictor: a table's predictions by a model: the rows' keys, then the model's outputs.
 * SPDX-License-Identifier: MIT
 *
 * Carried through are the columns of role key and row, by the input's notes or by the model's
 * signature, and those asked for by name, in the order of the input. Outputs are float64, int64 or
 * string columns, in the model's order; all are null in a row for which one of them would be no
 * finite number. Raw text is typed by the model's signature: as the columns were when it was
 * fitted, with the same tokens for missing values.
 */
#ifndef MODEL_PREDICTOR_H
#define MODEL_PREDICTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "frame/batch.h"
#include "io/source.h"
#include "model/plan.h"
#include "onnx/model.h"
#include "onnx/signature.h"

struct predictor;

/* Compiles the model, which must predict something: a feature graph is ERR_DATA. Both m and keep
 * [nkeep] are borrowed until predictor_free(). NULL on failure. */
struct predictor *predictor_new(
	const struct onnx_model *m, const char *const *keep, size_t nkeep, struct err *e);
void predictor_free(struct predictor *s); /* NULL is allowed */

/* Sets types and nulls for raw text; they live as long as s. Columns that the model knows nothing
 * of are left out, those of `keep` are text. */
void predictor_text_types(struct predictor *s, struct source_options *o);

/* Asks for a column `_row`, the position in the input from 0, where the input has neither key nor
 * positions to carry; before predictor_start(). */
void predictor_number(struct predictor *s);

/* Binds to an input and gives the schema of the result. A missing or wrong column, or two columns
 * of one name in the result, is ERR_DATA; a missing column to keep is ERR_USAGE. */
int predictor_start(struct predictor *s, const struct schema *input, struct err *e);
const struct schema *predictor_schema(const struct predictor *s);

/* Evaluates all rows of a batch of the input. */
int predictor_batch(struct predictor *s, const struct batch *b, struct err *e);
/* Appends rows [from, from + n) of the batch just evaluated to `out`, a batch of
 * predictor_schema(). */
int predictor_rows(struct predictor *s, const struct batch *b, uint64_t from, uint64_t n,
	struct batch *out, struct err *e);

const struct signature *predictor_signature(const struct predictor *s);

#endif
