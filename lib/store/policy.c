/* policy: what a home demands before a version may become the champion.
 * SPDX-License-Identifier: MIT
 */
#include "store/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/yaml.h"

/* One of two words; *second: whether it is the second. */
static int policy_choice(
	const struct yaml *y, const char *first, const char *second, int *is_second, struct err *e)
{
	const char *word;

	*is_second = 0;
	if (!y)
		return 0;
	if (yaml_string(y, &word, e) < 0)
		return -1;
	*is_second = strcmp(word, second) == 0;
	if (!*is_second && strcmp(word, first) != 0)
		return yaml_error(y, e, "'%s' is '%s', not %s or %s", y->key, word, first, second);
	return 0;
}

int policy_read(const char *home, struct policy *out, struct err *e)
{
	static const char *const top[] = {"version", "promote", NULL};
	static const char *const keys[] = {"gates", "comparison", NULL};
	char *path = file_join(home, "policy.yaml");
	const struct yaml *promote;
	struct yaml *y = NULL;
	int rc = 0;

	*out = (struct policy){0, 0};
	if (file_exists(path)) {
		y = yaml_read(path, e);
		promote = yaml_get(y, "promote");
		rc = y && yaml_keys(y, top, e) == 0 && yaml_keys(promote, keys, e) == 0 &&
				     policy_choice(yaml_get(promote, "gates"), "required",
					     "optional", &out->gates_optional, e) == 0 &&
				     policy_choice(yaml_get(promote, "comparison"), "better",
					     "not-worse", &out->not_worse, e) == 0
			     ? 0
			     : -1;
	}
	yaml_free(y);
	free(path);
	return rc;
}
