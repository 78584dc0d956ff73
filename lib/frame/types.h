/* types: what a column may hold. Everything read is widened to one of these.
 * SPDX-License-Identifier: MIT
 *
 *   name in schema.yaml  storage, one element a row      from Arrow
 *   null                 nothing                         Null
 *   bool                 bitmap, LSB first               Bool
 *   int64                int64_t                         Int8..64, UInt8..32
 *   uint64               uint64_t                        UInt64
 *   float64              double                          Float16, Float32, Float64
 *   string               int32 offsets[n+1] + UTF-8      Utf8, LargeUtf8, Utf8View
 *   category             int32 indices into a dictionary Dictionary of strings
 *   binary               as string, any bytes            Binary, LargeBinary, BinaryView,
 * FixedSizeBinary date                 int32_t days since 1970         Date32, Date64 time int64_t
 * us since midnight       Time32, Time64 timestamp            int64_t us since 1970, naive
 * Timestamp without a zone timestamp_utc        int64_t us since 1970, UTC      Timestamp with a
 * zone duration             int64_t us                      Duration
 *
 * A value finer than a microsecond is refused unless truncation is asked for.
 */
#ifndef FRAME_TYPES_H
#define FRAME_TYPES_H

#include <stddef.h>

enum type {
	TYPE_NULL,
	TYPE_BOOL,
	TYPE_INT64,
	TYPE_UINT64,
	TYPE_FLOAT64,
	TYPE_STRING,
	TYPE_CATEGORY,
	TYPE_BINARY,
	TYPE_DATE,
	TYPE_TIME,
	TYPE_TIMESTAMP,
	TYPE_TIMESTAMP_UTC,
	TYPE_DURATION,
};
#define TYPE_COUNT 13

/* As schema.yaml and messages call it; static. */
const char *type_name(enum type type);
int type_of_name(const char *name, enum type *out); /* 0, or -1 */

/* Bytes of one element in `values`: 8, 4, or 0 for null, bool (bits) and string, binary. */
size_t type_width(enum type type);
int type_is_number(enum type type); /* bool, int64, uint64, float64 */
int type_is_text(enum type type);   /* string, category */
int type_is_time(enum type type);   /* date, timestamp, timestamp_utc: has an order in time */

#endif
