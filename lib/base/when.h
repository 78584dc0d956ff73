/* when: times and durations for people.
 * SPDX-License-Identifier: MIT
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

#define WHEN_TEXT 32

/* "2026-11-21 05:06:07" UTC of ms since 1970; "-" for 0. */
void when_time(int64_t ms, char text[WHEN_TEXT]);
/* "0.02 s", "1 m 05 s" of a duration in ms. */
void when_duration(int64_t ms, char text[WHEN_TEXT]);

#endif
