/* say: what a tool answers, on stdout.
 * SPDX-License-Identifier: MIT
 */
#include "cli/say.h"

#include <stdio.h>
#include <string.h>

#include "base/grid.h"
#include "base/json.h"

int say_is_text(const char *format)
{
	return !format || strcmp(format, "text") == 0;
}

void say_text(struct buf *text)
{
	fwrite(text->data, 1, text->len, stdout);
	buf_release(text);
}

void say_json(const char *format, json_t *value)
{
	struct buf out = BUF_INIT;
	const json_t *item;
	size_t i;

	if (strcmp(format, "json") == 0) {
		json_pretty(value, &out);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item)
		{
			json_canonical(item, &out);
			buf_addc(&out, '\n');
		}
	} else {
		json_canonical(value, &out);
		buf_addc(&out, '\n');
	}
	say_text(&out);
	json_decref(value);
}

int say_view(const char *format, json_t *value,
	void (*print)(const json_t *value, size_t width, struct buf *out))
{
	struct buf out = BUF_INIT;

	if (!value)
		return -1;
	if (!say_is_text(format)) {
		say_json(format, value);
		return 0;
	}
	print(value, grid_terminal(1), &out);
	json_decref(value);
	say_text(&out);
	return 0;
}
