/* utf8: whether bytes are UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

int utf8_valid(const char *text, size_t len);

/* The length of the valid sequence at the start of len > 0 bytes, or 0 where there is none. */
size_t utf8_next(const char *text, size_t len);

/* The code point of a valid sequence of n bytes. */
uint32_t utf8_point(const char *text, size_t n);

/* How many columns of a terminal the text takes, whatever the locale; a bad byte takes one. */
size_t utf8_width(const char *text, size_t len);

#endif
