/* contract: written as YAML for people: one line a column, the reason for each guess beside it.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/num.h"
#include "base/yaml.h"
#include "io/contract.h"

#define WIDTH 96 /* longer lines are broken, or their comment stands above them */
#define SIMPLE_KEY                                                                                 \
	1000	      /* a longer key is written "? KEY": YAML allows 1024 bytes before the colon */
#define COMMENT_AT 44 /* the column where comments behind columns begin, where they can */

static void write_value(const struct contract_column *col, size_t i, struct buf *out)
{
	union contract_number v;
	size_t len;
	const char *key = map_key(&col->values, i, &len);
	struct buf text = BUF_INIT;

	if (col->type == TYPE_STRING) {
		buf_add(&text, key, len);
		yaml_quote(out, text.data);
		buf_release(&text);
		return;
	}
	memcpy(&v, key, sizeof(v));
	contract_print(col, v, out);
}

static void write_values(const struct contract_column *col, size_t line, struct buf *out)
{
	struct buf value = BUF_INIT;

	buf_adds(out, ", values: [");
	for (size_t i = 0; i < col->values.n; i++) {
		buf_reset(&value);
		write_value(col, i, &value);
		if (i)
			buf_addc(out, ',');
		if (i && out->len - line + value.len + 3 > WIDTH) {
			line = out->len + 1;
			buf_adds(out, "\n      ");
		} else if (i) {
			buf_addc(out, ' ');
		}
		buf_add(out, value.data, value.len);
	}
	buf_addc(out, ']');
	buf_release(&value);
}

static void write_rules(const struct contract_column *col, size_t line, struct buf *out)
{
	char text[NUM_TEXT];

	buf_addf(out, "{type: %s", type_name(col->type));
	if (col->missing > 0) {
		num_print(col->missing, text);
		buf_addf(out, ", missing: %s", text);
	}
	if (col->has_min) {
		buf_adds(out, ", min: ");
		contract_print(col, col->min, out);
	}
	if (col->has_max) {
		buf_adds(out, ", max: ");
		contract_print(col, col->max, out);
	}
	if (col->unique)
		buf_adds(out, ", unique: true");
	if (col->optional)
		buf_adds(out, ", optional: true");
	if (col->description) {
		buf_adds(out, ", description: ");
		yaml_quote(out, col->description);
	}
	if (col->values.n)
		write_values(col, line, out);
	buf_addc(out, '}');
}

/* A comment of one line: a line break in it would end it. */
static void write_comment(const char *comment, struct buf *out)
{
	buf_adds(out, "# ");
	for (; *comment; comment++)
		buf_addc(out, (unsigned char)*comment < ' ' ? ' ' : *comment);
}

/* "  NAME:" and spaces, or, of a name that is too long for that, two lines. */
static void write_name(const char *name, size_t names, struct buf *line)
{
	struct buf key = BUF_INIT;

	yaml_quote(&key, name);
	buf_addf(line, key.len > SIMPLE_KEY ? "  ? %s\n  :" : "  %s:", key.data);
	do
		buf_addc(line, ' ');
	while (line->len < names + 4);
	buf_release(&key);
}

static void write_column(const struct contract_column *col, size_t names, struct buf *out)
{
	struct buf line = BUF_INIT;
	size_t last;

	write_name(col->name, names, &line);
	write_rules(col, 0, &line);
	for (last = line.len; last > 0 && line.data[last - 1] != '\n'; last--)
		;
	last = line.len - last;
	if (col->comment && last + strlen(col->comment) + 4 <= WIDTH) {
		do
			buf_addc(&line, ' ');
		while (++last < COMMENT_AT + 1);
		write_comment(col->comment, &line);
	} else if (col->comment) {
		buf_adds(out, "  ");
		write_comment(col->comment, out);
		buf_addc(out, '\n');
	}
	buf_add(out, line.data, line.len);
	buf_addc(out, '\n');
	buf_release(&line);
}

static void write_role(const char *role, const char *name, const char *comment, struct buf *out)
{
	if (!name && !comment)
		return;
	if (name) {
		buf_addf(out, "%s: ", role);
		yaml_quote(out, name);
		buf_adds(out, comment ? "  " : "");
	}
	if (comment)
		write_comment(comment, out);
	buf_addc(out, '\n');
}

static void write_heading(const char *heading, struct buf *out)
{
	buf_adds(out, "# ");
	for (; *heading; heading++) {
		buf_addc(out, *heading == '\r' ? ' ' : *heading);
		if (*heading == '\n')
			buf_adds(out, "# ");
	}
	buf_addc(out, '\n');
}

/* The width of the names' column; a very long name does not push the others away. */
static size_t name_width(const struct contract *c)
{
	struct buf name = BUF_INIT;
	size_t width = 0;

	for (size_t i = 0; i < c->n; i++) {
		buf_reset(&name);
		yaml_quote(&name, c->columns[i].name);
		if (name.len > width && name.len <= 24)
			width = name.len;
	}
	buf_release(&name);
	return width;
}

void contract_write(const struct contract *c, struct buf *out)
{
	size_t names = name_width(c);

	if (c->heading)
		write_heading(c->heading, out);
	buf_adds(out, "version: 1\n");
	write_role("key", c->key, c->key_comment, out);
	write_role("target", c->target, c->target_comment, out);
	write_role("time", c->time, c->time_comment, out);
	write_role("weight", c->weight, c->weight_comment, out);
	if (c->nnulls > 1) {
		buf_adds(out, "nulls: [");
		for (size_t i = 1; i < c->nnulls; i++) {
			buf_adds(out, i > 1 ? ", " : "");
			yaml_quote(out, c->nulls[i]);
		}
		buf_adds(out, "]\n");
	}
	if (c->min_rows > 1)
		buf_addf(out, "rows: {min: %llu}\n", (unsigned long long)c->min_rows);
	buf_adds(out, "columns:\n");
	for (size_t i = 0; i < c->n; i++)
		write_column(&c->columns[i], names, out);
}
