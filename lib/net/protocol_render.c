/* protocol_render: answers and refusals as JSON.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "net/protocol_state.h"

#define ROLE "pawl.role"

static void put_string(struct buf *out, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = 0;

	buf_addc(out, '"');
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i];
		size_t n = c < 0x80 ? 1 : utf8_next(text + i, len - i);

		if (c >= 0x20 && c != '"' && c != '\\' && n) {
			i += n;
			continue;
		}
		buf_add(out, text + start, i - start);
		if (!n) {
			buf_adds(out, "\xef\xbf\xbd");
		} else if (c == '"' || c == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
		} else {
			buf_adds(out, "\\u00");
			buf_addc(out, hex[c >> 4]);
			buf_addc(out, hex[c & 15]);
		}
		start = ++i;
	}
	buf_add(out, text + start, len - start);
	buf_addc(out, '"');
}

static void put_text(struct buf *out, const char *text)
{
	put_string(out, text, strlen(text));
}

static void put_number(struct buf *out, double x)
{
	char text[NUM_TEXT];

	if (isfinite(x))
		buf_add(out, text, num_print(x, text));
	else
		buf_adds(out, "null");
}

static void put_value(struct buf *out, const struct column *c, uint64_t row)
{
	char text[NUM_TEXT];
	const char *bytes;
	size_t len;

	if (!column_valid(c, row)) {
		buf_adds(out, "null");
		return;
	}
	switch (c->type) {
	case TYPE_FLOAT64:
		put_number(out, c->f64[row]);
		return;
	case TYPE_BOOL:
		buf_adds(out, bit_get(c->bits, row) ? "true" : "false");
		return;
	case TYPE_UINT64:
		buf_add(out, text, num_print_uint64(c->u64[row], text));
		return;
	case TYPE_STRING:
	case TYPE_CATEGORY:
	case TYPE_BINARY:
		bytes = column_text(c, row, &len);
		put_string(out, bytes, len);
		return;
	default:
		buf_add(out, text, num_print_int64(c->i64[row], text));
	}
}

/* The columns that the model made: cols[result]. */
static size_t made(const struct schema *s, size_t *cols)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!notes_get(&s->fields[i].notes, ROLE))
			cols[n++] = i;
	return n;
}

static void render_mlflow(const struct schema *s, const struct batch *b, const size_t *cols,
	size_t n, struct buf *out)
{
	struct buf *names = mem_new(n + 1, sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		names[i] = (struct buf)BUF_INIT;
		put_text(&names[i], s->fields[cols[i]].name);
		buf_addc(&names[i], ':');
	}
	buf_adds(out, "{\"predictions\":[");
	for (uint64_t r = 0; r < b->rows; r++) {
		if (r)
			buf_addc(out, ',');
		if (n == 1) {
			put_value(out, &b->cols[cols[0]], r);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			buf_addc(out, i ? ',' : '{');
			buf_add(out, names[i].data, names[i].len);
			put_value(out, &b->cols[cols[i]], r);
		}
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
	for (size_t i = 0; i < n; i++)
		buf_release(&names[i]);
	free(names);
}

static int wanted(const struct protocol *p, const struct protocol_rows *request, const char *name)
{
	if (!request->noutputs)
		return 1;
	for (size_t i = 0; i < request->noutputs; i++)
		if (strcmp(p->outputs.fields[request->outputs[i]].name, name) == 0)
			return 1;
	return 0;
}

static void render_tensor(const char *name, const struct column *c, uint64_t rows, struct buf *out)
{
	buf_adds(out, "{\"name\":");
	put_text(out, name);
	buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[%llu,1],\"data\":[",
		protocol_datatype(c->type), (unsigned long long)rows);
	for (uint64_t r = 0; r < rows; r++) {
		if (r)
			buf_addc(out, ',');
		put_value(out, c, r);
	}
	buf_adds(out, "]}");
}

static void render_v2(const struct protocol *p, const struct protocol_rows *request,
	const struct schema *s, const struct batch *b, const size_t *cols, size_t n,
	struct buf *out)
{
	int first = 1;

	buf_adds(out, "{\"model_name\":");
	put_text(out, p->name);
	if (p->version)
		buf_addf(out, ",\"model_version\":\"%lld\"", p->version);
	if (request->id.len) {
		buf_adds(out, ",\"id\":");
		buf_add(out, request->id.data, request->id.len);
	}
	buf_adds(out, ",\"outputs\":[");
	for (size_t i = 0; i < n; i++) {
		const char *name = s->fields[cols[i]].name;

		if (!wanted(p, request, name))
			continue;
		if (!first)
			buf_addc(out, ',');
		first = 0;
		render_tensor(name, &b->cols[cols[i]], b->rows, out);
	}
	buf_adds(out, "]}");
}

void protocol_render(const struct protocol *p, enum protocol_kind kind,
	const struct protocol_rows *request, const struct schema *s, const struct batch *output,
	struct buf *out)
{
	size_t *cols = mem_array(s->n + 1, sizeof(*cols)), n = made(s, cols);

	if (kind == PROTOCOL_MLFLOW)
		render_mlflow(s, output, cols, n, out);
	else
		render_v2(p, request, s, output, cols, n, out);
	free(cols);
}

void protocol_fault_render(
	enum protocol_kind kind, const struct protocol_fault *fault, struct buf *out)
{
	if (kind == PROTOCOL_V2) {
		buf_adds(out, "{\"error\":");
	} else {
		buf_adds(out, "{\"error_code\":");
		put_text(out, fault->code);
		buf_adds(out, ",\"message\":");
	}
	put_text(out, fault->why.text);
	buf_addc(out, '}');
}

void protocol_server_render(const char *version, struct buf *out)
{
	buf_adds(out, "{\"name\":\"pawl\",\"version\":");
	put_text(out, version);
	buf_adds(out, ",\"extensions\":[]}");
}

static void render_columns(const struct schema *s, size_t from, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = from; i < s->n; i++) {
		if (i > from)
			buf_addc(out, ',');
		buf_adds(out, "{\"name\":");
		put_text(out, s->fields[i].name);
		buf_addf(out, ",\"datatype\":\"%s\",\"shape\":[-1,1]}",
			protocol_datatype(s->fields[i].type));
	}
	buf_addc(out, ']');
}

void protocol_model_render(const struct protocol *p, struct buf *out)
{
	buf_adds(out, "{\"name\":");
	put_text(out, p->name);
	if (p->version)
		buf_addf(out, ",\"versions\":[\"%lld\"]", p->version);
	buf_adds(out, ",\"platform\":\"pawl_onnx\",\"inputs\":");
	render_columns(&p->schema, p->passed, out);
	buf_adds(out, ",\"outputs\":");
	render_columns(&p->outputs, 0, out);
	buf_addc(out, '}');
}
