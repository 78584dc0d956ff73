/* file: a model.onnx that notices when it was tampered with.
 * SPDX-License-Identifier: MIT
 */
#include "onnx/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/lineage.h"
#include "onnx/proto.h"
#include "onnx/build.h"
#include "onnx/scan.h"

enum { SEAL = SHA256_HEX - 1, OWN_PROPS = 3 };

static const char *const file_props[OWN_PROPS] = {LINEAGE_KEY, ONNX_PAYLOAD_KEY, ONNX_SEAL_KEY};

static int file_owns(const char *key)
{
	for (size_t i = 0; i < OWN_PROPS; i++)
		if (strcmp(key, file_props[i]) == 0)
			return 1;
	return 0;
}

/* Packs the model as if its own three properties were the last ones, with these values. */
static void file_pack(
	const struct onnx_model *m, const char *const values[OWN_PROPS], struct buf *out)
{
	Onnx__ModelProto copy = *m->proto;
	const struct onnx_model view = {.proto = &copy};
	Onnx__StringStringEntryProto own[OWN_PROPS];
	size_t n = 0;

	copy.metadata_props =
		mem_array(copy.n_metadata_props + OWN_PROPS, sizeof(*copy.metadata_props));
	for (size_t i = 0; i < m->proto->n_metadata_props; i++)
		if (!file_owns(m->proto->metadata_props[i]->key))
			copy.metadata_props[n++] = m->proto->metadata_props[i];
	for (size_t i = 0; i < OWN_PROPS; i++) {
		onnx__string_string_entry_proto__init(&own[i]);
		own[i].key = (char *)(uintptr_t)file_props[i];
		own[i].value = (char *)(uintptr_t)values[i];
		copy.metadata_props[n++] = &own[i];
	}
	copy.n_metadata_props = n;
	onnx_model_pack(&view, out);
	free(copy.metadata_props);
}

void onnx_payload(const struct onnx_model *m, char hex[SHA256_HEX])
{
	static const char *const empty[OWN_PROPS] = {"", "", ""};
	struct buf bytes = BUF_INIT;

	file_pack(m, empty, &bytes);
	sha256_of(bytes.data, bytes.len, hex);
	buf_release(&bytes);
}

int onnx_file_pack(struct onnx_model *m, const json_t *lineage, struct buf *out, struct err *e)
{
	struct buf chain = BUF_INIT;
	size_t start = out->len;
	char payload[SHA256_HEX], seal[SHA256_HEX];
	const char *values[OWN_PROPS];

	if (onnx_build_check(m, e) < 0)
		return -1;
	onnx_payload(m, payload);
	memset(seal, '0', SEAL);
	seal[SEAL] = 0;
	if (lineage)
		json_canonical(lineage, &chain);
	values[0] = chain.data;
	values[1] = payload;
	values[2] = seal;
	file_pack(m, values, out);
	sha256_of(out->data + start, out->len - start - SEAL, seal);
	memcpy(out->data + out->len - SEAL, seal, SEAL);
	for (size_t i = 0; i < OWN_PROPS; i++) {
		onnx_model_set_prop(m, file_props[i], NULL);
		onnx_model_set_prop(m, file_props[i], values[i]);
	}
	buf_release(&chain);
	return 0;
}

int onnx_file_write(struct outfile *o, struct onnx_model *m, const json_t *lineage, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = onnx_file_pack(m, lineage, &bytes, e);

	if (rc == 0)
		rc = outfile_write(o, bytes.data, bytes.len, e);
	buf_release(&bytes);
	return rc;
}

/* The seal is where it must be and right. Functions and training data, which a writer would put
 * behind the properties, are not in pawl's models. */
static int file_verify(const void *bytes, size_t len, const char *name, struct err *e)
{
	char seal[SHA256_HEX];
	const char *found, *last;
	size_t n;

	if (len <= SEAL || onnx_scan_prop(bytes, len, ONNX_SEAL_KEY, &found, &n) < 0)
		return err_set(e, ERR_DATA,
			"%s: not a model that pawl wrote, or cut short: no seal", name);
	last = (const char *)bytes + len - SEAL;
	sha256_of(bytes, len - SEAL, seal);
	if (found != last || n != SEAL || memcmp(last, seal, SEAL) != 0)
		return err_set(
			e, ERR_DATA, "%s: tampered with or damaged: its seal is broken", name);
	return 0;
}

int onnx_file_sealed(const void *bytes, size_t len)
{
	struct err ignored = ERR_INIT;

	return file_verify(bytes, len, "", &ignored) == 0;
}

struct onnx_model *onnx_file_parse(const void *bytes, size_t len, const char *name, struct err *e)
{
	struct onnx_model *m;
	const char *claimed;
	char payload[SHA256_HEX];

	if (file_verify(bytes, len, name, e) < 0)
		return NULL;
	m = onnx_model_parse(bytes, len, name, e);
	if (!m)
		return NULL;
	claimed = onnx_model_prop(m, ONNX_PAYLOAD_KEY);
	onnx_payload(m, payload);
	if (!claimed || strcmp(claimed, payload) != 0) {
		err_set(e, ERR_DATA, "%s: tampered with: its payload is not what it was", name);
		onnx_model_free(m);
		return NULL;
	}
	return m;
}

struct onnx_model *onnx_file_read(const char *path, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct onnx_model *m = NULL;

	if (file_read(path, ONNX_SIZE_CAP, &bytes, e) == 0)
		m = onnx_file_parse(bytes.data, bytes.len, path, e);
	buf_release(&bytes);
	return m;
}

int onnx_file_lineage(const char *path, json_t **lineage, struct err *e)
{
	struct buf bytes = BUF_INIT;
	json_t *parsed = NULL;
	const char *text;
	size_t n;
	int rc = -1;

	if (file_read(path, ONNX_SIZE_CAP, &bytes, e) < 0 ||
		file_verify(bytes.data, bytes.len, path, e) < 0)
		goto end;
	if (onnx_scan_prop(bytes.data, bytes.len, LINEAGE_KEY, &text, &n) == 0 && n) {
		parsed = json_parse(text, n, path, e);
		if (!parsed || lineage_check(parsed, path, e) < 0) {
			json_decref(parsed);
			goto end;
		}
	}
	*lineage = parsed;
	rc = 0;
end:
	buf_release(&bytes);
	return rc;
}
