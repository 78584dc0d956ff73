/* lineage: how an artifact came to be, carried inside it.
 * SPDX-License-Identifier: MIT
 *
 * While a step is being made, each of its inputs keeps the lineage it carried in a member
 * "lineage" beside role and sha256; lineage_chain() flattens these and leaves them out.
 */
#include "io/lineage.h"

#include <string.h>

#include "base/json.h"
#include "base/map.h"

enum { LINEAGE_VERSION = 1, LINEAGE_STEPS_CAP = 10000 };

/* jansson does not change a value that it is given to read, but does not say const. */
static json_t *lineage_loose(const json_t *value)
{
	return (json_t *)(uintptr_t)value;
}

json_t *lineage_step(const char *tool, int result, json_t *params)
{
	return json_pack("{s:s, s:i, s:o, s:[]}", "tool", tool, "result", result, "params", params,
		"inputs");
}

void lineage_input(json_t *step, const char *role, const char *sha256, const json_t *lineage)
{
	json_t *input = json_pack("{s:s, s:s}", "role", role, "sha256", sha256);
	json_t *inputs = json_object_get(step, "inputs");
	size_t at = json_array_size(inputs);

	if (lineage)
		json_object_set(input, "lineage", lineage_loose(lineage));
	/* By role, those of one role in the order given: what came through a pipe is known last. */
	while (at > 0 && strcmp(json_str(json_array_get(inputs, at - 1), "role", ""), role) > 0)
		at--;
	json_array_insert_new(inputs, at, input);
}

/* The step's inputs as they stand in a lineage: without the lineages they carried. */
static json_t *lineage_bare_inputs(const json_t *step)
{
	const json_t *inputs = json_object_get(step, "inputs");
	json_t *bare = json_array();

	for (size_t i = 0; i < json_array_size(inputs); i++) {
		json_t *input = json_copy(json_array_get(inputs, i));

		json_object_del(input, "lineage");
		json_array_append_new(bare, input);
	}
	return bare;
}

/* Appends a step unless an equal one is there already; takes over the reference. */
static void lineage_add(json_t *steps, struct map *seen, json_t *step)
{
	struct buf text = BUF_INIT;
	int is_new;

	json_canonical(step, &text);
	map_add(seen, text.data, text.len, &is_new);
	buf_release(&text);
	if (is_new)
		json_array_append_new(steps, step);
	else
		json_decref(step);
}

json_t *lineage_chain(const json_t *step)
{
	const json_t *inputs = json_object_get(step, "inputs");
	json_t *steps = json_array(), *last = json_copy(lineage_loose(step));
	struct map seen = MAP_INIT;

	for (size_t i = 0; i < json_array_size(inputs); i++) {
		const json_t *input = json_array_get(inputs, i);
		const json_t *above = json_object_get(json_object_get(input, "lineage"), "steps");
		size_t n = json_array_size(above);

		for (size_t j = 0; j < n; j++) {
			json_t *copy = json_copy(json_array_get(above, j));

			if (j + 1 == n) /* the hash by which it was read here */
				json_object_set(copy, "output", json_object_get(input, "sha256"));
			lineage_add(steps, &seen, copy);
		}
	}
	map_release(&seen);
	json_object_set_new(last, "inputs", lineage_bare_inputs(step));
	json_array_append_new(steps, last);
	return json_pack("{s:o, s:i}", "steps", steps, "version", LINEAGE_VERSION);
}

const json_t *lineage_last(const json_t *lineage)
{
	const json_t *steps = json_object_get(lineage, "steps");
	size_t n = json_array_size(steps);

	return n ? json_array_get(steps, n - 1) : NULL;
}

int lineage_matches(const json_t *lineage, const json_t *step)
{
	const json_t *last = lineage_last(lineage);
	static const char *const same[] = {"tool", "result", "params"};
	json_t *inputs;
	int equal;

	if (!last)
		return 0;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (!json_equal(json_object_get(last, same[i]), json_object_get(step, same[i])))
			return 0;
	inputs = lineage_bare_inputs(step);
	equal = json_equal(json_object_get(last, "inputs"), inputs);
	json_decref(inputs);
	return equal;
}

static int lineage_is_sha256(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static int lineage_good_step(const json_t *step, int is_last)
{
	const json_t *inputs = json_object_get(step, "inputs");
	const json_t *output = json_object_get(step, "output");

	if (!json_is_string(json_object_get(step, "tool")) ||
		!json_is_integer(json_object_get(step, "result")) ||
		!json_is_object(json_object_get(step, "params")) || !json_is_array(inputs))
		return 0;
	if (is_last ? output != NULL : !lineage_is_sha256(output))
		return 0;
	for (size_t i = 0; i < json_array_size(inputs); i++) {
		const json_t *input = json_array_get(inputs, i);

		if (!json_is_string(json_object_get(input, "role")) ||
			!lineage_is_sha256(json_object_get(input, "sha256")) ||
			json_object_size(input) != 2)
			return 0;
	}
	return json_object_size(step) == (is_last ? 4 : 5);
}

int lineage_check(const json_t *lineage, const char *name, struct err *e)
{
	const json_t *steps = json_object_get(lineage, "steps");
	size_t n = json_array_size(steps);

	if (!json_is_object(lineage) || !n || n > LINEAGE_STEPS_CAP)
		return err_set(e, ERR_DATA, "%s: its lineage has no list of steps", name);
	if (json_int(lineage, "version", 0) != LINEAGE_VERSION)
		return err_set(
			e, ERR_DATA, "%s: its lineage is not of version %d", name, LINEAGE_VERSION);
	for (size_t i = 0; i < n; i++)
		if (!lineage_good_step(json_array_get(steps, i), i + 1 == n))
			return err_set(e, ERR_DATA, "%s: step %zu of its lineage is malformed",
				name, i + 1);
	return 0;
}
