/* intake: what a raw table becomes when it enters: roles, the tokens that meant missing, and the
 * position of each row where no key names it.
 * SPDX-License-Identifier: MIT
 */
#ifndef IO_INTAKE_H
#define IO_INTAKE_H

#include "base/err.h"
#include "frame/batch.h"
#include "io/contract.h"
#include "io/source.h"

struct intake;

/* All are borrowed until intake_free(). The contract, where there is one, says what the columns and
 * roles are; else key and target do (NULL: none). nulls: NULL-ended tokens that the source was
 * told, or NULL. */
struct intake *intake_new(
	const struct contract *c, const char *key, const char *target, const char *const *nulls);
void intake_free(struct intake *in); /* NULL is allowed */

/* Takes the schema of the source (borrowed until the last intake_batch()); called again when the
 * source begins again. Columns that are not those of the contract, two of one name, a key or target
 * that is not there, or a column called _row where that name is needed are ERR_DATA. */
int intake_start(struct intake *in, struct source *source, struct err *e);

/* Of the result (borrowed): that of the source with roles and tokens noted, and a last column _row
 * (uint64, from 0) where there is neither a key nor a column of role row. */
const struct schema *intake_schema(const struct intake *in);

/* The next batch of the source as one of the result, whose columns are those of b: it lives as long
 * as b, and until the next call. A missing key is ERR_DATA. */
int intake_batch(struct intake *in, const struct batch *b, const struct batch **out, struct err *e);

#endif
