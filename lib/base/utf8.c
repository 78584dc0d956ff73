/* utf8: whether bytes are UTF-8.
 * SPDX-License-Identifier: MIT
 */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_next(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (!n || n > len || p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

int utf8_valid(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint64_t word;
		size_t n;

		/* Most text is ASCII: eight bytes at a time. */
		if (len - i >= sizeof(word)) {
			memcpy(&word, text + i, sizeof(word));
			if (!(word & 0x8080808080808080u)) {
				i += sizeof(word);
				continue;
			}
		}
		n = utf8_next(text + i, len - i);
		if (!n)
			return 0;
		i += n;
	}
	return 1;
}

uint32_t utf8_point(const char *text, size_t n)
{
	const unsigned char *u = (const unsigned char *)text;
	uint32_t c = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3f);
	return c;
}

/* After Unicode's East Asian Width (wide, fullwidth) and the blocks of combining marks; good enough
 * for aligning, and independent of the locale, which wcwidth() is not. */
static size_t utf8_point_width(uint32_t c)
{
	static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
		{0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
		{0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
	static const uint32_t none[][2] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
		{0x610, 0x61a}, {0x64b, 0x65f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
		{0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};

	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (c >= wide[i][0] && c <= wide[i][1])
			return 2;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (c >= none[i][0] && c <= none[i][1])
			return 0;
	return 1;
}

size_t utf8_width(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t at = 0; at < len;) {
		size_t n = utf8_next(text + at, len - at);

		width += n ? utf8_point_width(utf8_point(text + at, n)) : 1;
		at += n ? n : 1;
	}
	return width;
}
