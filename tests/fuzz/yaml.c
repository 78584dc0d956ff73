/* Fuzzes base/yaml: any text is a tree or one error with FILE:LINE; what is quoted reads back.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the tree in flow style, every scalar as a quoted string. */
static void write_tree(const struct yaml *y, struct buf *out)
{
	if (y->kind != YAML_MAP && y->kind != YAML_LIST) {
		yaml_quote(out, y->text);
		return;
	}
	buf_addc(out, y->kind == YAML_MAP ? '{' : '[');
	for (size_t i = 0; i < y->n; i++) {
		if (y->kind == YAML_MAP) {
			yaml_quote(out, y->items[i]->key);
			buf_adds(out, ": ");
		}
		write_tree(y->items[i], out);
		buf_adds(out, ", ");
	}
	buf_addc(out, y->kind == YAML_MAP ? '}' : ']');
}

static void same_tree(const struct yaml *a, const struct yaml *b)
{
	int scalar = a->kind != YAML_MAP && a->kind != YAML_LIST;

	if (scalar ? b->kind != YAML_STRING || strcmp(a->text, b->text) != 0 : a->kind != b->kind)
		abort();
	if (a->n != b->n || !a->key != !b->key || (a->key && strcmp(a->key, b->key) != 0))
		abort();
	for (size_t i = 0; i < a->n; i++)
		same_tree(a->items[i], b->items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct yaml *y = yaml_parse((const char *)data, size, "f", &e), *again;
	struct buf out = BUF_INIT;

	if (!y) {
		if (e.kind != ERR_USAGE || strncmp(e.text, "f:", 2) != 0)
			abort();
		return 0;
	}
	json_decref(yaml_to_json(y));
	write_tree(y, &out);
	again = yaml_parse(out.data, out.len, "g", &e);
	/* A key longer than 1024 bytes is no simple key to libyaml. */
	if (!again && !strstr(e.text, "could not find expected ':'") &&
		!strstr(e.text, "did not find expected ',' or")) {
		fprintf(stderr, "%s\n%s\n", e.text, out.data);
		abort();
	}
	if (again)
		same_tree(y, again);
	yaml_free(again);
	yaml_free(y);
	buf_release(&out);
	return 0;
}
