/* arrow_dict: the dictionaries of an Arrow input.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/arrow_text.h"

enum { DICTIONARY_ID, DICTIONARY_DATA, DICTIONARY_DELTA };

int arrow_dicts_init(struct arrow_dicts *d, const struct arrow_schema *s, struct err *e)
{
	memset(d, 0, sizeof(*d));
	arrow_body_init(&d->body, 1);
	d->items = mem_new(s->schema.n, sizeof(*d->items));
	for (size_t i = 0; i < s->schema.n; i++) {
		const struct arrow_field *f = &s->fields[i];
		struct arrow_dict *dict;
		int is_new;

		if (!f->has_dict)
			continue;
		dict = &d->items[map_add(
			&d->ids, (const char *)&f->dict, sizeof(f->dict), &is_new)];
		if (!is_new && dict->type.tag != f->type.tag)
			return err_set(e, ERR_DATA,
				"column '%s' shares a dictionary with one of another type",
				s->schema.fields[i].name);
		if (!is_new)
			continue;
		dict->type = f->type;
		dict->meaning.dict = dict_new();
		dict->meaning.is_identity = 1;
	}
	return 0;
}

void arrow_dicts_release(struct arrow_dicts *d)
{
	for (size_t i = 0; i < d->ids.n; i++) {
		dict_unref(d->items[i].meaning.dict);
		free(d->items[i].meaning.of);
	}
	free(d->items);
	map_release(&d->ids);
	arrow_body_release(&d->body);
	memset(d, 0, sizeof(*d));
}

struct arrow_dict *arrow_dicts_find(const struct arrow_dicts *d, int64_t id)
{
	size_t i = map_find(&d->ids, (const char *)&id, sizeof(id));

	return i == MAP_NONE ? NULL : &d->items[i];
}

void arrow_dicts_rewind(struct arrow_dicts *d)
{
	for (size_t i = 0; i < d->ids.n; i++) {
		d->items[i].meaning.n = 0;
		d->items[i].meaning.is_identity = 1;
		d->items[i].is_set = 0;
	}
}

/* Row `row` of the dictionary batch becomes the meaning of the next index. */
static int meaning_add(
	struct arrow_meaning *m, const struct arrow_column *c, uint64_t row, struct err *e)
{
	const char *text;
	uint64_t len;
	int32_t entry = -1;

	if (!c->validity || bit_get(c->validity, row)) {
		text = arrow_text_at(c, row, &len);
		if (!text)
			return err_set(e, ERR_DATA,
				"a value of a dictionary is outside the bytes of the column");
		if (!utf8_valid(text, len))
			return err_set(e, ERR_DATA, "a value of a dictionary is not UTF-8");
		if (m->dict->values.n >= INT32_MAX)
			return err_set(e, ERR_DATA, "a dictionary has more than 2^31-1 values");
		entry = (int32_t)map_add(&m->dict->values, text, len, NULL);
	}
	MEM_ROOM(m->of, m->n, m->cap);
	if (entry < 0 || (size_t)entry != m->n)
		m->is_identity = 0;
	m->of[m->n++] = entry;
	return 0;
}

int arrow_dicts_add(struct arrow_dicts *d, struct arrow_message *m, int in_file, struct err *e)
{
	int64_t id = flatbuf_int(&m->flat, &m->header, DICTIONARY_ID, 8, 0);
	int is_delta = flatbuf_int(&m->flat, &m->header, DICTIONARY_DELTA, 1, 0) != 0;
	struct flatbuf_table data = flatbuf_table(&m->flat, &m->header, DICTIONARY_DATA);
	struct arrow_dict *dict = arrow_dicts_find(d, id);

	if (m->flat.bad || !data.at)
		return err_set(e, ERR_DATA, "a dictionary batch is malformed");
	if (!dict)
		return err_set(e, ERR_DATA, "a dictionary that no column refers to");
	if (in_file && dict->is_set && !is_delta)
		return err_set(e, ERR_DATA, "a dictionary is there twice");
	if (arrow_body_read(&d->body, m, &data, &dict->type, NULL, e) < 0)
		return err_prefix(e, "dictionary %lld", (long long)id);
	if (!is_delta) {
		dict->meaning.n = 0;
		dict->meaning.is_identity = 1;
	}
	dict->is_set = 1;
	for (uint64_t i = 0; i < d->body.rows; i++)
		if (meaning_add(&dict->meaning, &d->body.cols[0], i, e) < 0)
			return -1;
	return 0;
}
