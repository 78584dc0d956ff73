/* describe: a model as text for people.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "onnx/file.h"
#include "onnx/proto.h"
#include "onnx/signature.h"
#include "onnx/tensor.h"
#include "report/describe.h"
#include "base/grid.h"

static void add_pair(struct grid *g, const char *name, const char *value)
{
	grid_add(g, name);
	grid_add(g, value);
}

static void add_count(struct grid *g, const char *name, size_t n)
{
	char *text = mem_printf("%zu", n);

	add_pair(g, name, text);
	free(text);
}

/* Names and widths of the graph's inputs or outputs. */
static void put_values(const struct onnx_model *m, int inputs, size_t width, struct buf *out)
{
	size_t n = inputs ? onnx_model_inputs(m) : onnx_model_outputs(m);
	struct grid g = GRID_OF(3);

	for (size_t i = 0; i < n; i++) {
		size_t wide;
		int type;
		const char *name = inputs ? onnx_model_input(m, i, &type, &wide)
					  : onnx_model_output(m, i, &type, &wide);
		char *shape = wide ? mem_printf("[N, %zu]", wide) : mem_strdup("[N, ...]");

		grid_add(&g, name);
		grid_add(&g, onnx_type_name(type));
		grid_add(&g, shape);
		free(shape);
	}
	buf_addf(out, "\n%s\n", inputs ? "inputs" : "outputs");
	grid_print(&g, 2, 0, width, out);
	grid_release(&g);
}

static void put_nodes(const struct onnx_model *m, size_t width, struct buf *out)
{
	const Onnx__GraphProto *graph = m->proto->graph;
	struct map ops = MAP_INIT;
	struct grid g = GRID_OF(2);

	for (size_t i = 0; i < graph->n_node; i++) {
		const char *op = graph->node[i]->op_type;

		size_t at = map_add(&ops, op, strlen(op), NULL);

		ops.values[at]++;
	}
	for (size_t i = 0; i < ops.n; i++) {
		size_t len;
		const char *op = map_key(&ops, i, &len);
		char *name = mem_strndup(op, len);

		add_count(&g, name, ops.values[i]);
		free(name);
	}
	buf_adds(out, "\nnodes\n");
	grid_print(&g, 2, 0, width, out);
	grid_release(&g);
	map_release(&ops);
}

void describe_model(const struct onnx_model *m, size_t width, struct buf *out)
{
	struct signature s = SIGNATURE_INIT;
	struct err unused = ERR_INIT;
	struct grid g = GRID_OF(2);
	char payload[SHA256_HEX];

	onnx_payload(m, payload);
	add_pair(&g, "payload", payload);
	if (signature_get(&s, m, &unused) == 0) {
		struct buf classes = BUF_INIT;

		add_pair(&g, "task", task_name(s.task));
		if (s.target)
			add_pair(&g, "target", s.target);
		for (size_t i = 0; i < s.nclasses; i++)
			buf_addf(&classes, "%s%s", i ? ", " : "", s.classes[i]);
		if (s.nclasses)
			add_pair(&g, "classes", classes.data);
		if (s.positive)
			add_pair(&g, "positive", s.positive);
		add_count(&g, "features", s.nfeatures);
		if (json_object_get(s.training, "rows"))
			add_count(&g, "trained on rows", (size_t)json_int(s.training, "rows", 0));
		buf_release(&classes);
		signature_release(&s);
	}
	grid_print(&g, 0, 0, width, out);
	grid_release(&g);
	put_values(m, 1, width, out);
	put_values(m, 0, width, out);
	put_nodes(m, width, out);
}
