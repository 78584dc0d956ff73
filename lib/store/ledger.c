/* ledger: one model of the registry, locked for changes.
 * SPDX-License-Identifier: MIT
 */
#include "store/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/place.h"
#include "store/registry.h"
#include "store/version.h"

void ledger_close(struct ledger *l)
{
	json_decref(l->aliases);
	json_decref(l->events);
	lock_drop(&l->lock);
	free(l->dir);
	*l = (struct ledger)LEDGER_INIT;
}

long long ledger_alias(const struct ledger *l, const char *alias)
{
	return json_int(l->aliases, alias, 0);
}

/* ---- writing */

static int ledger_put_alias(struct ledger *l, const char *alias, long long number, struct err *e)
{
	char *name = mem_printf("aliases/%s", alias), *path = file_join(l->dir, name), text[32];
	int rc = 0;

	if (number) {
		snprintf(text, sizeof(text), "%lld", number);
		rc = file_exists(path) ? 0 : file_mkdirs(l->dir, e);
		if (rc == 0)
			rc = place_safe(l->dir, name, text, strlen(text), e);
	} else if (unlink(path) < 0 && errno != ENOENT) {
		rc = err_errno(e, "cannot remove '%s'", path);
	}
	free(path);
	free(name);
	return rc;
}

/* champion goes last: until then nothing has changed for who serves it. */
static int ledger_put_aliases(struct ledger *l, const json_t *after, struct err *e)
{
	json_t *all = json_copy(l->aliases);
	const char *alias;
	json_t *unused;
	int rc = 0;

	json_object_update_missing(all, (json_t *)(uintptr_t)after);
	json_object_foreach(all, alias, unused)
	{
		long long want = json_int(after, alias, 0);

		if (rc == 0 && strcmp(alias, "champion") != 0 && ledger_alias(l, alias) != want)
			rc = ledger_put_alias(l, alias, want, e);
	}
	if (rc == 0 && ledger_alias(l, "champion") != json_int(after, "champion", 0))
		rc = ledger_put_alias(l, "champion", json_int(after, "champion", 0), e);
	json_decref(all);
	if (rc == 0) {
		json_t *now = json_copy((json_t *)(uintptr_t)after); /* may be l->aliases */

		json_decref(l->aliases);
		l->aliases = now;
	}
	return rc;
}

/* MLflow's stages, which it has deprecated but shows: derived from the aliases. */
static int ledger_put_stages(struct ledger *l, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	int rc = registry_versions(l->home, l->name, &all, e);

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		const struct version *v = &all.items[i];
		const char *stage = v->number == ledger_alias(l, "champion")   ? "Production"
				    : v->number == ledger_alias(l, "previous") ? "Archived"
									       : "None";

		rc = version_set_stage(v, stage, e);
	}
	versions_release(&all);
	return rc;
}

static json_t *ledger_number(long long number)
{
	return number ? json_integer(number) : json_null();
}

int ledger_commit(
	struct ledger *l, const struct ledger_event *v, const json_t *after, struct err *e)
{
	json_t *event = json_object();
	int rc;

	if (!after)
		after = l->aliases;
	json_object_set_new(event, "event", json_string(v->event));
	json_object_set_new(event, "version", ledger_number(v->version));
	json_object_set_new(event, "alias", v->alias ? json_string(v->alias) : json_null());
	json_object_set_new(event, "from", ledger_number(v->from));
	json_object_set_new(event, "to", ledger_number(v->to));
	json_object_set_new(event, "why", json_text(v->why, strlen(v->why)));
	json_object_set_new(event, "aliases", json_copy((json_t *)(uintptr_t)after));
	json_object_set_new(event, "inputs",
		v->inputs ? json_deep_copy((json_t *)(uintptr_t)v->inputs) : json_object());
	rc = audit_append(l->dir, event, e);
	if (rc == 0)
		json_array_append(l->events, event);
	if (rc == 0)
		rc = ledger_put_aliases(l, after, e);
	if (rc == 0)
		rc = ledger_put_stages(l, e);
	json_decref(event);
	return rc;
}

/* ---- opening */

/* Whether an alias was last changed after the event that says otherwise: then another program did
 * it; before: whoever wrote the event was killed. */
static int ledger_is_later(const struct ledger *l, const char *alias, const json_t *event)
{
	char *path = mem_printf("%s/aliases/%s", l->dir, alias);
	const char *text = json_str(event, "time", "");
	enum time_zone zone;
	struct stat st;
	/* The files of the process that wrote the event are older, or a little later at most. */
	int64_t us, changed = 0, margin = 1000;

	/* Not there: when its directory changed is all that can be known, and that may have been
	 * for another alias which the killed process had moved, some fsyncs after the event. */
	if (stat(path, &st) < 0) {
		margin = 2000000;
		free(path);
		path = mem_printf("%s/aliases", l->dir);
		if (stat(path, &st) < 0)
			memset(&st, 0, sizeof(st));
	}
	free(path);
	changed = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
	return time_parse(text, strlen(text), 0, &us, &zone) == 0 && changed > us + margin;
}

/* Makes the aliases what the last event says, or notes that they are not. */
static int ledger_recover_aliases(struct ledger *l, struct err *e)
{
	const json_t *last = json_array_get(l->events, json_array_size(l->events) - 1);
	json_t *want = json_object_get(last, "aliases"), *all;
	struct ledger_event outside = {
		.event = "outside", .why = "aliases were changed by another program"};
	const char *alias;
	json_t *unused;
	int later = 0, differ = 0;

	if (!last && !json_object_size(l->aliases))
		return 0;
	all = json_copy(l->aliases);
	json_object_update_missing(all, want);
	json_object_foreach(all, alias, unused)
	{
		if (json_int(want, alias, 0) == ledger_alias(l, alias))
			continue;
		differ = 1;
		later = later || ledger_is_later(l, alias, last);
	}
	json_decref(all);
	if (!differ)
		return 0;
	if (!last || later)
		return ledger_commit(l, &outside, NULL, e);
	return ledger_put_aliases(l, want, e) == 0 ? ledger_put_stages(l, e) : -1;
}

/* Whether the history has such an event about a version. */
static int ledger_has(const struct ledger *l, const char *event, long long version)
{
	const json_t *item;
	size_t i;

	json_array_foreach(l->events, i, item)
	{
		if (json_int(item, "version", 0) == version &&
			strcmp(json_str(item, "event", ""), event) == 0)
			return 1;
	}
	return 0;
}

/* A version without an event, or that is there after the event that deleted it: its process was
 * killed; or another program registered it. */
static int ledger_recover_versions(struct ledger *l, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	int rc = registry_versions(l->home, l->name, &all, e);

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		struct ledger_event found = {.event = "register",
			.version = all.items[i].number,
			.why = "found: the process that registered it did not end, or another "
			       "program did"};

		if (ledger_has(l, "delete", found.version))
			rc = version_set_stage(&all.items[i], VERSION_DELETED, e);
		else if (!ledger_has(l, "register", found.version))
			rc = ledger_commit(l, &found, NULL, e);
	}
	versions_release(&all);
	return rc;
}

int ledger_open(struct ledger *l, const char *home, const char *name, int create, struct err *e)
{
	size_t broken = 0;

	*l = (struct ledger)LEDGER_INIT;
	if ((create ? registry_check_name(name, e) : registry_need(home, name, e)) < 0)
		return -1;
	l->home = home;
	l->name = name;
	l->dir = registry_dir(home, name);
	if (lock_take(&l->lock, home, "registry", e) < 0)
		goto fail;
	if (create && version_model_dir(&l->lock, home, name, e) < 0)
		goto fail;
	l->aliases = registry_aliases(home, name, e);
	l->events = l->aliases ? audit_read(l->dir, &broken, e) : NULL;
	if (!l->events)
		goto fail;
	if (broken) {
		audit_broken(l->dir, broken, e);
		goto fail;
	}
	if (ledger_recover_aliases(l, e) == 0 && ledger_recover_versions(l, e) == 0 &&
		ledger_put_stages(l, e) == 0)
		return 0;
fail:
	ledger_close(l);
	return -1;
}
