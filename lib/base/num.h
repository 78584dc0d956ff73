/* num: numbers from and to text, independent of the locale.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#define NUM_TEXT 32 /* room for any number and its NUL */

/* The whole token as a number; 0, or -1 where it is none (or, for integers, overflows).
 * Doubles: optional sign, digits, '.', exponent; inf, infinity, nan in any case; correctly
 * rounded; an overflowing token such as 1e999 is none. No spaces, no hex, no digit groups. */
int num_double(const char *text, size_t len, double *out);
int num_int64(const char *text, size_t len, int64_t *out);
int num_uint64(const char *text, size_t len, uint64_t *out);

/* The decimal of fewest digits, of those that printf rounds to, that reads back the same ("0.1",
 * "1e+300", "-0", "nan", "inf"); returns the length. Integers up to 2^53 have no exponent. */
size_t num_print(double value, char text[NUM_TEXT]);
size_t num_print_int64(int64_t value, char text[NUM_TEXT]);
size_t num_print_uint64(uint64_t value, char text[NUM_TEXT]);

#endif
