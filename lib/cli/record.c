/* record: the record of a step in the run store.
 * SPDX-License-Identifier: MIT
 */
#include "cli/record.h"

#include "cli/step.h"

void record_end(struct run *r, int code, const struct err *e)
{
	(void)code;
	(void)e;
	step_end(r->step);
}
