/* scan: looks over a serialized ONNX model before it is unpacked.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/scan.h"

#include <stdint.h>
#include <string.h>

#include "onnx/proto.h"

/* https://protobuf.dev/programming-guides/encoding: the wire types; groups (3, 4) are refused. */
enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct cursor {
	const uint8_t *at, *end;
};

static int scan_varint(struct cursor *c, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70 && c->at < c->end; shift += 7) {
		uint8_t byte = *c->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return 0;
		}
	}
	return -1;
}

struct item {
	uint32_t tag, wire;
	struct cursor body; /* of WIRE_BYTES */
};

/* One field; the cursor then stands behind it. */
static int scan_field(struct cursor *c, struct item *item)
{
	uint64_t key, len;

	if (scan_varint(c, &key) < 0 || key >> 3 == 0 || key >> 3 > 0x1fffffff)
		return -1;
	item->tag = (uint32_t)(key >> 3);
	item->wire = (uint32_t)(key & 7);
	switch (item->wire) {
	case WIRE_VARINT:
		return scan_varint(c, &len);
	case WIRE_64:
		len = 8;
		break;
	case WIRE_32:
		len = 4;
		break;
	case WIRE_BYTES:
		if (scan_varint(c, &len) < 0)
			return -1;
		break;
	default:
		return -1;
	}
	if (len > (uint64_t)(c->end - c->at))
		return -1;
	item->body = (struct cursor){c->at, c->at + len};
	c->at += len;
	return 0;
}

struct level {
	const ProtobufCMessageDescriptor *message;
	struct cursor rest;
	uint64_t seen; /* singular messages met, by number of the field */
};

struct walk {
	struct level levels[ONNX_NESTING_CAP];
	size_t depth, messages, fields;
	const char *name;
};

/* Checks one field of the innermost message and steps into it where it is a message. */
static int scan_step(struct walk *w, const struct item *item, struct err *e)
{
	struct level *l = &w->levels[w->depth - 1];
	const ProtobufCFieldDescriptor *f =
		protobuf_c_message_descriptor_get_field(l->message, item->tag);
	uint64_t bit;

	if (!f)
		return err_set(e, ERR_DATA, "%s: a field of %s that ONNX IR 8 does not have: %u",
			w->name, l->message->short_name, item->tag);
	if (++w->fields > ONNX_FIELDS_CAP)
		return err_set(e, ERR_DATA, "%s: more than %d fields", w->name, ONNX_FIELDS_CAP);
	if (f->type == PROTOBUF_C_TYPE_STRING && item->wire == WIRE_BYTES &&
		memchr(item->body.at, 0, (size_t)(item->body.end - item->body.at)))
		return err_set(e, ERR_DATA, "%s: a NUL in the %s of a %s", w->name, f->name,
			l->message->short_name);
	if (f->type != PROTOBUF_C_TYPE_MESSAGE)
		return 0;
	if (item->wire != WIRE_BYTES)
		return err_set(e, ERR_DATA, "%s: not a valid ONNX model", w->name);
	bit = 1ull << ((size_t)(f - l->message->fields) & 63);
	if (f->label != PROTOBUF_C_LABEL_REPEATED && (l->seen & bit))
		return err_set(e, ERR_DATA, "%s: %s of a %s given twice", w->name, f->name,
			l->message->short_name);
	l->seen |= bit;
	if (++w->messages > ONNX_MESSAGES_CAP)
		return err_set(
			e, ERR_DATA, "%s: more than %d messages", w->name, ONNX_MESSAGES_CAP);
	if (w->depth == ONNX_NESTING_CAP)
		return err_set(e, ERR_DATA, "%s: nested deeper than %d", w->name, ONNX_NESTING_CAP);
	w->levels[w->depth++] = (struct level){f->descriptor, item->body, 0};
	return 0;
}

int onnx_scan(const void *bytes, size_t len, const char *name, struct err *e)
{
	struct walk w = {.depth = 1, .name = name};
	const uint8_t *at = bytes;

	w.levels[0] = (struct level){&onnx__model_proto__descriptor, {at, at + len}, 0};
	while (w.depth) {
		struct cursor *rest = &w.levels[w.depth - 1].rest;
		struct item item = {0};

		if (rest->at == rest->end) {
			w.depth--;
			continue;
		}
		if (scan_field(rest, &item) < 0)
			return err_set(e, ERR_DATA, "%s: not a valid ONNX model", name);
		if (scan_step(&w, &item, e) < 0)
			return -1;
	}
	return 0;
}

enum { TAG_METADATA_PROPS = 14, TAG_KEY = 1, TAG_VALUE = 2 };

static int scan_is(const struct cursor *c, const char *text)
{
	size_t len = (size_t)(c->end - c->at);

	return len == strlen(text) && memcmp(c->at, text, len) == 0;
}

int onnx_scan_prop(const void *bytes, size_t len, const char *key, const char **value, size_t *n)
{
	const uint8_t *start = bytes;
	struct cursor c = {start, start + len};
	int found = -1;

	while (c.at < c.end) {
		struct cursor k = {start, start}, v = {start, start};
		struct item item = {0}, part = {0};

		if (scan_field(&c, &item) < 0)
			return -1;
		if (item.tag != TAG_METADATA_PROPS || item.wire != WIRE_BYTES)
			continue;
		while (item.body.at < item.body.end) {
			if (scan_field(&item.body, &part) < 0)
				return -1;
			if (part.tag == TAG_KEY && part.wire == WIRE_BYTES)
				k = part.body;
			if (part.tag == TAG_VALUE && part.wire == WIRE_BYTES)
				v = part.body;
		}
		if (scan_is(&k, key)) {
			*value = (const char *)v.at;
			*n = (size_t)(v.end - v.at);
			found = 0;
		}
	}
	return found;
}
