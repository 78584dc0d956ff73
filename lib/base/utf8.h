/* utf8: whether bytes are UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

int utf8_valid(const char *text, size_t len);

/* The length of the valid sequence at the start of len > 0 bytes, or 0 where there is none. */
size_t utf8_next(const char *text, size_t len);

#endif
