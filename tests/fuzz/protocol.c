/* protocol: any bytes as the body of a request: rows, or a refusal that says why in valid JSON. The
 * first byte chooses the protocol and the content type.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "net/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct protocol *model(void)
{
	struct signature s = SIGNATURE_INIT;
	struct protocol *p;

	s.task = TASK_CLASSIFICATION;
	signature_add_input(&s, "id", TYPE_INT64, "key");
	signature_add_input(&s, "x", TYPE_FLOAT64, NULL);
	signature_add_input(&s, "n", TYPE_INT64, NULL);
	signature_add_input(&s, "b", TYPE_BOOL, NULL);
	signature_add_input(&s, "t", TYPE_CATEGORY, NULL);
	signature_add_input(&s, "d", TYPE_DATE, NULL);
	signature_add_class(&s, "No");
	signature_add_class(&s, "Yes");
	signature_add_null(&s, " ");
	signature_set_target(&s, "answer", TYPE_CATEGORY);
	p = protocol_new(&s, "m", 1);
	signature_release(&s);
	return p;
}

static void must_be_json(const struct buf *text)
{
	struct err e = ERR_INIT;
	json_t *json = json_parse(text->data, text->len, "answer", &e);

	if (!json)
		abort();
	json_decref(json);
}

/* All columns of a batch have as many rows as it says. */
static void walk(const struct batch *b)
{
	struct buf text = BUF_INIT;

	for (uint64_t r = 0; r < b->rows; r++)
		for (size_t c = 0; c < b->n; c++)
			column_print(&b->cols[c], r, &text);
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"application/json", "text/csv"};
	struct protocol_rows rows = PROTOCOL_ROWS_INIT;
	struct protocol_fault fault = {0};
	struct protocol *p = model();
	struct buf out = BUF_INIT;
	enum protocol_kind kind;
	char *body;

	if (!size) {
		protocol_free(p);
		return 0;
	}
	kind = data[0] & 2 ? PROTOCOL_V2 : PROTOCOL_MLFLOW;
	body = malloc(size);
	if (!body)
		abort();
	memcpy(body, data + 1, size - 1);
	body[size - 1] = 0;
	if (protocol_parse(p, kind, types[data[0] & 1], body, size - 1, &rows, &fault) < 0) {
		if (fault.status < 400 || fault.status > 499 || !fault.code || !*fault.why.text)
			abort();
		protocol_fault_render(kind, &fault, &out);
	} else {
		walk(&rows.batch);
		protocol_render(p, kind, &rows, protocol_schema(p), &rows.batch, &out);
	}
	must_be_json(&out);
	free(body);
	buf_release(&out);
	protocol_rows_release(&rows);
	protocol_free(p);
	return 0;
}
