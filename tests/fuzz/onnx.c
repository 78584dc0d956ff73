/* onnx: any bytes as a model: it is refused with a data error, or compiled, run on a few rows, and
 * written and read again with the same bytes. libFuzzer starts from tests/fuzz/corpus/onnx.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/plan.h"
#include "onnx/file.h"
#include "onnx/signature.h"

enum { ROWS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A table of the columns that the plan takes; names may be the same, which is as good. */
static void fill(const struct plan *p, struct schema *s, struct batch *b)
{
	static const double numbers[ROWS] = {1.5, NAN, -1e300};
	static const char *const texts[ROWS] = {"red", "", "No"};

	for (size_t i = 0; i < plan_input_count(p); i++)
		schema_add(s, plan_input_name(p, i),
			plan_input_kind(p, i) == PLAN_STRING  ? TYPE_STRING
			: plan_input_kind(p, i) == PLAN_INT64 ? TYPE_INT64
							      : TYPE_FLOAT64);
	batch_init(b, s);
	for (size_t i = 0; i < s->n; i++)
		for (uint64_t r = 0; r < ROWS; r++) {
			if (s->fields[i].type == TYPE_STRING)
				column_push_text(&b->cols[i], r, texts[r], strlen(texts[r]));
			else if (s->fields[i].type == TYPE_INT64)
				column_push_int64(&b->cols[i], r, r ? -(int64_t)r : INT64_MIN);
			else
				column_push_float64(&b->cols[i], r, numbers[r]);
		}
	b->rows = ROWS;
}

static void run(const struct onnx_model *m)
{
	struct err e = ERR_INIT;
	struct plan *p = plan_new(m, &e);
	struct schema s = SCHEMA_INIT;
	struct batch b = BATCH_INIT;

	if (!p) {
		if (e.kind != ERR_DATA)
			abort();
		return;
	}
	fill(p, &s, &b);
	if (plan_bind(p, &s, &e) < 0)
		abort();
	if (plan_run(p, &b, &e) < 0 && e.kind != ERR_DATA)
		abort();
	batch_release(&b);
	schema_release(&s);
	plan_free(p);
}

/* What was written is sealed, and reads back as the same. */
static void again(struct onnx_model *m)
{
	struct err e = ERR_INIT;
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct onnx_model *read;

	if (onnx_file_pack(m, NULL, &first, &e) < 0)
		abort();
	read = onnx_file_parse(first.data, first.len, "again", &e);
	if (!read || onnx_file_pack(read, NULL, &second, &e) < 0)
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	onnx_model_free(read);
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct signature s = SIGNATURE_INIT;
	struct onnx_model *m = onnx_model_parse(data, size, "input", &e);

	onnx_file_sealed(data, size);
	if (!m)
		return e.kind == ERR_DATA ? 0 : (abort(), 0);
	signature_get(&s, m, &e);
	signature_release(&s);
	run(m);
	again(m);
	onnx_model_free(m);
	return 0;
}
