/* say: what a tool answers, on stdout.
 * SPDX-License-Identifier: MIT
 *
 * A write that fails is found by tool_main(), which asks stdout at the end.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <jansson.h>

#include "base/buf.h"

/* Whether -f asks for text: it is not given, or "text". */
int say_is_text(const char *format);

/* Writes the text and releases it. */
void say_text(struct buf *text);

/* Writes the value, indented ("json") or on one line ("jsonl": a line for each item of an array),
 * and drops the reference. */
void say_json(const char *format, json_t *value);

/* One or the other: text as wide as the terminal, which `print` makes. Drops the reference; -1 and
 * nothing where the value is NULL: what was to make it failed. */
int say_view(const char *format, json_t *value,
	void (*print)(const json_t *value, size_t width, struct buf *out));

#endif
