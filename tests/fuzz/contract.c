/* Fuzzes io/contract: whatever is read can be written, and reads back with the same rules.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "io/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *rules(const struct contract *c)
{
	struct buf out = BUF_INIT;
	json_t *params = contract_rules_params(c);

	json_canonical(params, &out);
	json_decref(params);
	return buf_detach(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct contract *c = contract_parse((const char *)data, size, "schema.yaml", &e), *again;
	struct buf text = BUF_INIT;
	char *a, *b;

	if (!c) {
		if (e.kind != ERR_USAGE || !e.text[0])
			abort();
		return 0;
	}
	contract_write(c, &text);
	again = contract_parse(text.data, text.len, "written", &e);
	if (!again) {
		fprintf(stderr, "%s\n%s\n", e.text, text.data);
		abort();
	}
	a = rules(c);
	b = rules(again);
	if (strcmp(a, b) != 0)
		abort();
	free(a);
	free(b);
	buf_release(&text);
	contract_free(again);
	contract_free(c);
	return 0;
}
