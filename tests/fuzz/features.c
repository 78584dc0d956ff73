/* Fuzzes feat/rules and feat/transform: what is JSON goes through a transform into a graph that the
 * evaluator takes, and back; everything else is feature rules.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "feat/graph.h"
#include "feat/rules.h"
#include "model/plan.h"
#include "onnx/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *canonical(json_t *json)
{
	struct buf out = BUF_INIT;

	json_canonical(json, &out);
	json_decref(json);
	return buf_detach(&out);
}

static void fuzz_rules(const char *text, size_t size)
{
	struct err e = ERR_INIT;
	struct rules *r = rules_parse(text, size, "features.yaml", &e);

	if (!r) {
		if (e.kind != ERR_USAGE || !e.text[0])
			abort();
		return;
	}
	free(canonical(rules_params(r)));
	rules_free(r);
}

static void fuzz_graph(const struct transform *t)
{
	struct transform back = TRANSFORM_INIT;
	struct err e = ERR_INIT;
	struct onnx_model *m = graph_build(t, &e);
	struct plan *p;
	char *a, *b;

	if (!m)
		return;
	if (onnx_build_check(m, &e) < 0 || graph_transform(m, "m", &back, &e) < 0)
		abort();
	a = canonical(transform_json(t));
	b = canonical(transform_json(&back));
	if (strcmp(a, b) != 0)
		abort();
	free(a);
	free(b);
	p = plan_new(m, &e);
	if (!p)
		abort();
	plan_free(p);
	transform_release(&back);
	onnx_model_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transform t = TRANSFORM_INIT;
	struct err e = ERR_INIT;
	json_t *json;

	if (!size || data[0] != '{') {
		fuzz_rules((const char *)data, size);
		return 0;
	}
	json = json_parse((const char *)data, size, "m", &e);
	if (json && transform_parse(&t, json, "m", &e) == 0)
		fuzz_graph(&t);
	transform_release(&t);
	json_decref(json);
	return 0;
}
