/* date: ISO 8601 dates and times from and to text; the proleptic Gregorian calendar, no TZ.
 * SPDX-License-Identifier: MIT
 *
 * Dates are int32 days since 1970-01-01, times int64 microseconds since its midnight, as in
 * Arrow. Years 0001 to 9999.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stddef.h>
#include <stdint.h>

#define DATE_TEXT 40 /* room for any text of this module and its NUL */

/* YYYY-MM-DD; 0 or -1. */
int date_parse(const char *text, size_t len, int32_t *days);

enum time_zone { TIME_NAIVE, TIME_ZONED };

/* YYYY-MM-DD, 'T' or a space, HH:MM[:SS[.fraction]], then nothing (naive) or Z, +HH[:MM], +HHMM
 * (zoned, turned into UTC). Digits behind the sixth of the fraction must be 0 unless `truncate`.
 * 0, or -1 where the token is no time, -2 where it is finer than a microsecond. */
int time_parse(const char *text, size_t len, int truncate, int64_t *us, enum time_zone *zone);

/* "2026-11-21"; "2026-11-21T05:06:07.5Z" (zoned) or without the Z; as few digits as hold it.
 * Return the length. */
size_t date_print(int32_t days, char text[DATE_TEXT]);
size_t time_print(int64_t us, enum time_zone zone, char text[DATE_TEXT]);
/* A time of day, "05:06:07.5", of 0 <= us < 86400e6. */
size_t clock_print(int64_t us, char text[DATE_TEXT]);

#endif
