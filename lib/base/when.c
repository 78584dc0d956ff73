/* when: times and durations for people.
 * SPDX-License-Identifier: MIT
 */
#include "base/when.h"

#include <stdio.h>
#include <time.h>

void when_time(int64_t ms, char text[WHEN_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (ms && gmtime_r(&seconds, &tm))
		strftime(text, WHEN_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	else
		snprintf(text, WHEN_TEXT, "-");
}

void when_duration(int64_t ms, char text[WHEN_TEXT])
{
	if (ms < 0)
		snprintf(text, WHEN_TEXT, "-");
	else if (ms < 60000)
		snprintf(text, WHEN_TEXT, "%lld.%02lld s", (long long)(ms / 1000),
			(long long)(ms % 1000 / 10));
	else
		snprintf(text, WHEN_TEXT, "%lld m %02lld s", (long long)(ms / 60000),
			(long long)(ms / 1000 % 60));
}
