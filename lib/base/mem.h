/* mem: allocation that cannot fail. Memory exhaustion is the one failure that ends the process
 * from within the library (exit 4), since nothing useful can be done about it; a size that comes
 * from input is therefore checked against a named cap before it is allocated.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* n * size bytes, zeroed (mem_new) or not (mem_array); never NULL; free() with free(). */
void *mem_new(size_t n, size_t size);
void *mem_array(size_t n, size_t size);
void *mem_grow(void *p, size_t n, size_t size);

char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);

/* Makes room for element n of an array whose capacity is *cap: doubles it where needed. */
#define MEM_ROOM(array, n, cap)                                                                    \
	do {                                                                                       \
		if ((n) >= (cap)) {                                                                \
			(cap) = (cap) ? (cap)*2 : 8;                                               \
			if ((cap) <= (n))                                                          \
				(cap) = (n) + 1;                                                   \
			(array) = mem_grow((array), (cap), sizeof(*(array)));                      \
		}                                                                                  \
	} while (0)

/* printf into fresh memory; the caller frees. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the process with exit code 4 and one line. */
_Noreturn void mem_exhausted(void);

#endif
