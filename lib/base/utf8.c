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
