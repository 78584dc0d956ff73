/* describe: artifacts as text for people: reports, lineage, models, the columns of a table.
 * SPDX-License-Identifier: MIT
 *
 * Each appends lines to `out`, no wider than `width` columns of a terminal (0: any).
 */
#ifndef REPORT_DESCRIBE_H
#define REPORT_DESCRIBE_H

#include <jansson.h>

#include "base/buf.h"
#include "frame/schema.h"
#include "onnx/model.h"

/* A JSON report: scalars first, then metrics beside their baseline, then objects and lists as
 * tables; its lineage is left out. */
void describe_report(const json_t *report, size_t width, struct buf *out);
/* The steps, the last one last: tool, inputs, parameters. NULL: "no lineage". */
void describe_lineage(const json_t *lineage, size_t width, struct buf *out);
void describe_model(const struct onnx_model *m, size_t width, struct buf *out);
/* One line a column: name, type, role. */
void describe_schema(const struct schema *s, size_t width, struct buf *out);

#endif
