/* mem: allocation that cannot fail.
 * SPDX-License-Identifier: MIT
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void mem_exhausted(void)
{
	static const char text[] = "pawl: out of memory\n";
	ssize_t n = write(2, text, sizeof(text) - 1);

	(void)n;
	_exit(4);
}

static size_t mem_size(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
		mem_exhausted();
	return total ? total : 1;
}

void *mem_new(size_t n, size_t size)
{
	void *p = calloc(1, mem_size(n, size));

	if (!p)
		mem_exhausted();
	return p;
}

void *mem_array(size_t n, size_t size)
{
	void *p = malloc(mem_size(n, size));

	if (!p)
		mem_exhausted();
	return p;
}

void *mem_grow(void *p, size_t n, size_t size)
{
	p = realloc(p, mem_size(n, size));
	if (!p)
		mem_exhausted();
	return p;
}

char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_array(len + 1, 1);

	memcpy(copy, text, len);
	copy[len] = 0;
	return copy;
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

char *mem_printf(const char *format, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		mem_exhausted();
	text = mem_array((size_t)n + 1, 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}
