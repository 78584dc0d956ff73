/* arrow_convert: rows of an Arrow column, widened to what pawl holds, each value checked.
 * SPDX-License-Identifier: MIT
 */
#include "io/arrow_convert.h"

#include <string.h>

#include "base/utf8.h"
#include "io/arrow_text.h"

#define DAY_US INT64_C(86400000000)
#define DAY_MS INT64_C(86400000)

void arrow_rows_release(struct arrow_rows *r)
{
	buf_release(&r->values);
	buf_release(&r->validity);
	buf_release(&r->offsets);
	buf_release(&r->bytes);
}

void arrow_rows_clear(struct arrow_rows *r)
{
	buf_reset(&r->values);
	buf_reset(&r->validity);
	buf_reset(&r->offsets);
	buf_reset(&r->bytes);
	r->nulls = 0;
}

/* ---- bits */

static void bits_copy(uint8_t *to, uint64_t at, const uint8_t *from, uint64_t start, uint64_t n)
{
	uint64_t i = 0;

	if (at % 8 == 0 && (!from || start % 8 == 0)) {
		if (from)
			memcpy(to + at / 8, from + start / 8, n / 8);
		else
			memset(to + at / 8, 0xff, n / 8);
		i = n / 8 * 8;
	}
	for (; i < n; i++)
		bit_set(to, at + i, from ? bit_get(from, start + i) : 1);
}

static uint64_t bits_clear(const uint8_t *bits, uint64_t start, uint64_t n)
{
	uint64_t set = 0, i = 0;

	if (start % 8 == 0) {
		for (; i + 64 <= n; i += 64) {
			uint64_t word;

			memcpy(&word, bits + (start + i) / 8, 8);
			set += (uint64_t)__builtin_popcountll(word);
		}
	}
	for (; i < n; i++)
		set += (uint64_t)bit_get(bits, start + i);
	return n - set;
}

static int slice_valid(const struct arrow_slice *s, uint64_t i)
{
	return !s->column->validity || bit_get(s->column->validity, s->from + i);
}

/* Room for `rows` validity bits; those that were never written are of rows without nulls. */
static void rows_bits(struct arrow_rows *r, uint64_t rows)
{
	size_t need = (size_t)(rows + 7) / 8;

	if (need <= r->validity.len)
		return;
	buf_room(&r->validity, need - r->validity.len);
	memset(r->validity.data + r->validity.len, 0xff, need - r->validity.len);
	r->validity.len = need;
}

static void rows_validity(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s)
{
	const uint8_t *bits = s->column->validity;
	uint64_t nulls = bits ? bits_clear(bits, s->from, s->n) : 0;

	if (r->type == TYPE_NULL)
		return;
	if (!nulls && !r->nulls)
		return; /* no bitmap as long as nothing is null */
	rows_bits(r, at + s->n);
	bits_copy((uint8_t *)r->validity.data, at, bits, s->from, s->n);
	r->nulls += nulls;
}

/* ---- numbers */

#define WIDEN(FROM, TO)                                                                            \
	do {                                                                                       \
		TO *out = to;                                                                      \
		for (uint64_t i = 0; i < n; i++) {                                                 \
			FROM v;                                                                    \
			memcpy(&v, from + i * sizeof(v), sizeof(v));                               \
			out[i] = (TO)v;                                                            \
		}                                                                                  \
	} while (0)

static void widen_int(void *to, const uint8_t *from, uint64_t n, const struct arrow_type *t)
{
	switch (t->width * 2 + (t->is_signed ? 1 : 0)) {
	case 3:
		WIDEN(int8_t, int64_t);
		break;
	case 2:
		WIDEN(uint8_t, int64_t);
		break;
	case 5:
		WIDEN(int16_t, int64_t);
		break;
	case 4:
		WIDEN(uint16_t, int64_t);
		break;
	case 9:
		WIDEN(int32_t, int64_t);
		break;
	case 8:
		WIDEN(uint32_t, int64_t);
		break;
	default:
		memcpy(to, from, n * 8);
	}
}

/* IEEE 754 binary16 to double, exactly. */
static double half_to_double(uint16_t h)
{
	uint64_t sign = (uint64_t)(h >> 15) << 63, fraction = h & 0x3ff, bits;
	int exponent = h >> 10 & 0x1f;
	double value;

	if (exponent == 0) { /* zero and subnormals: fraction * 2^-24 */
		value = (double)fraction * 0x1p-24;
		return sign ? -value : value;
	}
	bits = sign | (uint64_t)(exponent == 31 ? 0x7ff : exponent - 15 + 1023) << 52 |
	       fraction << 42;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void widen_float(void *to, const uint8_t *from, uint64_t n, const struct arrow_type *t)
{
	double *half = to;

	if (t->width == 4) {
		WIDEN(float, double);
	} else if (t->width == 8) {
		memcpy(to, from, n * 8);
	} else {
		for (uint64_t i = 0; i < n; i++) {
			uint16_t v;

			memcpy(&v, from + 2 * i, 2);
			half[i] = half_to_double(v);
		}
	}
}

/* ---- times */

static int64_t floor_div(int64_t v, int64_t by)
{
	int64_t q = v / by;

	return v % by < 0 ? q - 1 : q;
}

/* One value in the unit to microseconds; NULL, or what is wrong with it. */
static const char *time_scale(int64_t *v, enum arrow_unit unit, int truncate)
{
	if (unit == ARROW_NANO) {
		if (*v % 1000 && !truncate)
			return "a time finer than a microsecond";
		*v = floor_div(*v, 1000);
	} else if (unit == ARROW_SECOND || unit == ARROW_MILLI) {
		if (__builtin_mul_overflow(*v, unit == ARROW_SECOND ? 1000000 : 1000, v))
			return "a time too far away to be held in microseconds";
	}
	return NULL;
}

static const char *time_check(int64_t *v, enum type type, const struct arrow_slice *s)
{
	const char *wrong = time_scale(v, s->column->type.unit, s->truncate_time);

	if (!wrong && type == TYPE_TIME && (*v < 0 || *v >= DAY_US))
		return "a time of day outside 00:00 to 24:00";
	return wrong;
}

static int add_times(int64_t *to, enum type type, const struct arrow_slice *s,
	const struct arrow_type *t, uint64_t *bad, struct err *e)
{
	struct arrow_type as = {ARROW_INT, 1, ARROW_SECOND, t->width};

	widen_int(to, s->column->values.at + s->from * t->width, s->n, &as);
	for (uint64_t i = 0; i < s->n; i++) {
		const char *wrong = slice_valid(s, i) ? time_check(&to[i], type, s) : NULL;

		if (wrong) {
			*bad = i;
			return err_set(e, ERR_DATA, "%s", wrong);
		}
	}
	return 0;
}

static int add_dates(int32_t *to, const struct arrow_slice *s, uint64_t *bad, struct err *e)
{
	const uint8_t *from = s->column->values.at + s->from * s->column->type.width;

	if (s->column->type.width == 4) {
		memcpy(to, from, s->n * 4);
		return 0;
	}
	for (uint64_t i = 0; i < s->n; i++) {
		int64_t ms, days;

		to[i] = 0;
		if (!slice_valid(s, i))
			continue;
		memcpy(&ms, from + 8 * i, 8);
		days = floor_div(ms, DAY_MS);
		*bad = i;
		if (ms % DAY_MS && !s->truncate_time)
			return err_set(e, ERR_DATA, "a date with a time of day");
		if (days != (int32_t)days)
			return err_set(e, ERR_DATA, "a date too far away");
		to[i] = (int32_t)days;
	}
	return 0;
}

/* ---- dictionaries */

static uint64_t index_at(const uint8_t *values, uint64_t row, const struct arrow_type *t)
{
	int64_t index;

	widen_int(&index, values + row * t->width, 1, t);
	return (uint64_t)index; /* a negative one is far outside */
}

static int add_indices(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s,
	uint64_t *bad, struct err *e)
{
	const struct arrow_column *c = s->column;
	int32_t *to = (int32_t *)(void *)r->values.data + at;

	for (uint64_t i = 0; i < s->n; i++) {
		uint64_t index;

		to[i] = 0;
		if (!slice_valid(s, i))
			continue;
		index = index_at(c->values.at, s->from + i, &c->type);
		if (index >= s->meaning->n) {
			*bad = i;
			return err_set(e, ERR_DATA, "an index outside the dictionary");
		}
		if (s->meaning->of[index] >= 0) {
			to[i] = s->meaning->of[index];
			continue;
		}
		rows_bits(r, at + s->n); /* the dictionary's entry is null */
		bit_set((uint8_t *)r->validity.data, at + i, 0);
		r->nulls++;
	}
	return 0;
}

/* ---- all */

static void rows_room(struct arrow_rows *r, uint64_t rows)
{
	size_t need =
		r->type == TYPE_BOOL ? (size_t)(rows + 7) / 8 : (size_t)rows * type_width(r->type);

	if (need > r->values.len) {
		buf_room(&r->values, need - r->values.len);
		r->values.len = need;
	}
}

int arrow_rows_add(struct arrow_rows *r, uint64_t at, const struct arrow_slice *s, uint64_t *bad,
	struct err *e)
{
	const struct arrow_type *t = &s->column->type;
	const uint8_t *from = s->column->values.at + s->from * t->width;
	char *to;

	if (!s->n)
		return 0;
	rows_validity(r, at, s);
	rows_room(r, at + s->n);
	to = r->values.data + at * type_width(r->type);
	if (s->meaning)
		return add_indices(r, at, s, bad, e);
	switch (r->type) {
	case TYPE_BOOL:
		bits_copy((uint8_t *)r->values.data, at, s->column->values.at, s->from, s->n);
		return 0;
	case TYPE_INT64:
	case TYPE_UINT64:
		widen_int(to, from, s->n, t);
		return 0;
	case TYPE_FLOAT64:
		widen_float(to, from, s->n, t);
		return 0;
	case TYPE_STRING:
	case TYPE_BINARY:
		return arrow_text_add(r, at, s, bad, e);
	case TYPE_CATEGORY:
		return arrow_text_code(r, at, s, bad, e);
	case TYPE_DATE:
		return add_dates((int32_t *)(void *)to, s, bad, e);
	case TYPE_TIME:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMP_UTC:
	case TYPE_DURATION:
		return add_times((int64_t *)(void *)to, r->type, s, t, bad, e);
	default:
		return 0;
	}
}

void arrow_rows_column(const struct arrow_rows *r, struct column *out)
{
	*out = (struct column){.type = r->type, .nulls = r->nulls, .dict = r->dict};
	out->validity = r->nulls ? (uint8_t *)r->validity.data : NULL;
	out->values = r->values.data;
	out->offsets = (int32_t *)(void *)r->offsets.data;
	out->bytes = r->bytes.data;
}

/* ---- without a copy */

static int same_layout(enum type type, const struct arrow_slice *s)
{
	const struct arrow_type *t = &s->column->type;

	switch (type) {
	case TYPE_NULL:
		return 1;
	case TYPE_BOOL:
		return s->from % 8 == 0;
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_FLOAT64:
		return t->width == 8;
	case TYPE_DATE:
		return t->width == 4;
	case TYPE_TIME:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMP_UTC:
	case TYPE_DURATION:
		return t->unit == ARROW_MICRO;
	case TYPE_CATEGORY:
		return s->meaning && s->meaning->is_identity && t->width == 4;
	default:
		return s->from == 0 && arrow_text_is_plain(s);
	}
}

static int check_borrowed(enum type type, const struct arrow_slice *s, uint64_t *bad, struct err *e)
{
	const uint8_t *values = s->column->values.at;

	if (type == TYPE_STRING || type == TYPE_BINARY)
		return arrow_text_check(s, bad, e);
	if (type != TYPE_CATEGORY && type != TYPE_TIME)
		return 0;
	for (uint64_t i = 0; i < s->n; i++) {
		int64_t us;

		if (!slice_valid(s, i))
			continue;
		*bad = i;
		if (type == TYPE_CATEGORY) {
			if (index_at(values, s->from + i, &s->column->type) >= s->meaning->n)
				return err_set(e, ERR_DATA, "an index outside the dictionary");
			continue;
		}
		memcpy(&us, values + 8 * (s->from + i), 8);
		if (time_check(&us, type, s))
			return err_set(e, ERR_DATA, "%s", time_check(&us, type, s));
	}
	return 0;
}

int arrow_borrow(enum type type, const struct arrow_slice *s, struct column *out, uint64_t *bad,
	struct err *e)
{
	const struct arrow_column *c = s->column;
	uintptr_t values = (uintptr_t)c->values.at + s->from * c->type.width;

	if (!same_layout(type, s) || values % 8 || (c->validity && s->from % 8))
		return 0;
	if (check_borrowed(type, s, bad, e) < 0)
		return -1;
	*out = (struct column){.type = type};
	if (type == TYPE_NULL) {
		out->nulls = s->n;
		return 1;
	}
	if (type == TYPE_BOOL)
		values += s->from / 8;
	out->nulls = c->validity ? bits_clear(c->validity, s->from, s->n) : 0;
	if (out->nulls)
		out->validity = (uint8_t *)((uintptr_t)c->validity + s->from / 8);
	out->values = (void *)values;
	if (type == TYPE_STRING || type == TYPE_BINARY) {
		out->values = NULL;
		out->offsets = (int32_t *)values;
		out->bytes = (char *)(uintptr_t)c->spans[0].at;
	}
	if (type == TYPE_CATEGORY)
		out->dict = s->meaning->dict;
	return 1;
}
