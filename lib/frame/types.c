/* types: what a column may hold.
 * SPDX-License-Identifier: MIT
 */
#include "frame/types.h"

#include <string.h>

static const struct {
	const char *name;
	size_t width;
} types[TYPE_COUNT] = {
	[TYPE_NULL] = {"null", 0},
	[TYPE_BOOL] = {"bool", 0},
	[TYPE_INT64] = {"int64", 8},
	[TYPE_UINT64] = {"uint64", 8},
	[TYPE_FLOAT64] = {"float64", 8},
	[TYPE_STRING] = {"string", 0},
	[TYPE_CATEGORY] = {"category", 4},
	[TYPE_BINARY] = {"binary", 0},
	[TYPE_DATE] = {"date", 4},
	[TYPE_TIME] = {"time", 8},
	[TYPE_TIMESTAMP] = {"timestamp", 8},
	[TYPE_TIMESTAMP_UTC] = {"timestamp_utc", 8},
	[TYPE_DURATION] = {"duration", 8},
};

const char *type_name(enum type type)
{
	return types[type].name;
}

int type_of_name(const char *name, enum type *out)
{
	for (int i = 0; i < TYPE_COUNT; i++)
		if (strcmp(types[i].name, name) == 0) {
			*out = (enum type)i;
			return 0;
		}
	return -1;
}

size_t type_width(enum type type)
{
	return types[type].width;
}

int type_is_number(enum type type)
{
	return type == TYPE_BOOL || type == TYPE_INT64 || type == TYPE_UINT64 ||
	       type == TYPE_FLOAT64;
}

int type_is_text(enum type type)
{
	return type == TYPE_STRING || type == TYPE_CATEGORY;
}

int type_is_time(enum type type)
{
	return type == TYPE_DATE || type == TYPE_TIMESTAMP || type == TYPE_TIMESTAMP_UTC;
}
