/* stamp: what stat says of a file's content.
 * SPDX-License-Identifier: MIT
 */
#include "store/stamp.h"

#include <stdint.h>
#include <time.h>

static int64_t stamp_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void stamp_print(struct buf *out, const struct stat *st)
{
	buf_addf(out, "%llu:%llu:%lld:%lld:%lld", (unsigned long long)st->st_dev,
		(unsigned long long)st->st_ino, (long long)st->st_size,
		(long long)stamp_ns(st->st_mtim), (long long)stamp_ns(st->st_ctim));
}

int stamp_settle(const char *path, struct stat *st, int *settled, struct err *e)
{
	const int64_t ms = 1000000;

	for (int tries = 0; tries < 4; tries++) {
		struct timespec coarse, pause = {0, 10 * ms};
		int64_t age, margin = 10 * ms; /* a tick is 1 to 10 ms */

		if (stat(path, st) < 0)
			return err_errno(e, "cannot read '%s'", path);
		if (st->st_mtim.tv_nsec == 0 && st->st_ctim.tv_nsec == 0)
			margin = 2000 * ms;
		/* ctime moves with every change, whatever becomes of mtime; the kernel takes it
		 * from this clock. */
		clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
		age = stamp_ns(coarse) - stamp_ns(st->st_ctim);
		*settled = age > margin;
		if (*settled || margin > 10 * ms || age < -10 * ms)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 0;
}
