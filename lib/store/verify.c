/* verify: whether what was registered is still what is there.
 * SPDX-License-Identifier: MIT
 */
#include "store/verify.h"

#include <jansson.h>
#include <stdlib.h>

#include "onnx/file.h"
#include "store/audit.h"
#include "store/place.h"
#include "store/registry.h"

int verify_model(const char *home, const char *name, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	char *dir = registry_dir(home, name);
	json_t *events = NULL, *lineage = NULL;
	size_t broken = 0;
	int rc = registry_need(home, name, e) < 0 ? -1 : registry_versions(home, name, &all, e);

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		rc = registry_check(&all.items[i], e);
		if (rc == 0 && onnx_file_lineage(all.items[i].model, &lineage, e) < 0)
			rc = err_prefix(e, "%s/%lld", name, all.items[i].number);
		json_decref(lineage);
		lineage = NULL;
	}
	if (rc == 0) {
		events = audit_read(dir, &broken, e);
		rc = events ? 0 : -1;
	}
	if (rc == 0 && broken)
		rc = audit_broken(dir, broken, e);
	json_decref(events);
	free(dir);
	versions_release(&all);
	return rc;
}

int verify_all(const char *home, struct err *e)
{
	size_t n;
	char **names = registry_names(home, &n, e);
	int rc = names ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = verify_model(home, names[i], e);
	place_names_free(names, n);
	return rc;
}
