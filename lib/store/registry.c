/* registry: the models that were registered; reading.
 * SPDX-License-Identifier: MIT
 */
#include "store/registry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/home.h"
#include "store/meta.h"
#include "store/place.h"

void version_release(struct version *v)
{
	free(v->name);
	free(v->dir);
	free(v->model);
	free(v->sha256);
	free(v->payload);
	free(v->task);
	free(v->run);
	free(v->user);
	free(v->stage);
	free(v->source);
	memset(v, 0, sizeof(*v));
}

void versions_release(struct versions *v)
{
	for (size_t i = 0; i < v->n; i++)
		version_release(&v->items[i]);
	free(v->items);
	*v = (struct versions)VERSIONS_INIT;
}

/* ---- names */

int registry_check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (strspn(name, " \t") == len)
		return err_set(e, ERR_USAGE, "the name of a model may not be blank");
	if (name[strcspn(name, "/:%")])
		return err_set(e, ERR_USAGE, "the name of a model may not hold '%c': '%s'",
			name[strcspn(name, "/:%")], name);
	if (strchr(name, '@'))
		return err_set(e, ERR_USAGE,
			"the name of a model may not hold '@', which comes before an alias: '%s'",
			name);
	if (name[0] == '.')
		return err_set(
			e, ERR_USAGE, "the name of a model may not begin with a dot: '%s'", name);
	if (len > 250)
		return err_set(
			e, ERR_USAGE, "the name of a model may have 250 bytes, not %zu", len);
	if (meta_fit(name, len) != len)
		return err_set(e, ERR_USAGE, "the name of a model must be UTF-8");
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)name[i]))
			return err_set(e, ERR_USAGE,
				"the name of a model may not hold control characters: '%s'", name);
	return 0;
}

int registry_check_alias(const char *alias, struct err *e)
{
	size_t len = strlen(alias);

	if (!len || len > 255)
		return err_set(e, ERR_USAGE, "an alias has 1 to 255 characters");
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)alias[i]) && alias[i] != '_' && alias[i] != '-')
			return err_set(e, ERR_USAGE,
				"an alias has letters, digits, - and _ only: '%s'", alias);
	if (strcasecmp(alias, "latest") == 0)
		return err_set(e, ERR_USAGE, "'%s' is reserved and cannot be an alias", alias);
	if (tolower((unsigned char)alias[0]) == 'v' && len > 1 &&
		strspn(alias + 1, "0123456789") == len - 1)
		return err_set(
			e, ERR_USAGE, "'%s' looks like a version and cannot be an alias", alias);
	return 0;
}

char *registry_dir(const char *home, const char *name)
{
	return mem_printf("%s/mlruns/models/%s", home, name);
}

int registry_exists(const char *home, const char *name)
{
	char *path = mem_printf("%s/mlruns/models/%s/meta.yaml", home, name);
	int exists = file_exists(path);

	free(path);
	return exists;
}

char **registry_names(const char *home, size_t *n, struct err *e)
{
	char *models = mem_printf("%s/mlruns/models", home), **names;
	size_t kept = 0;

	names = place_names(models, n, e);
	for (size_t i = 0; names && i < *n; i++) {
		if (registry_exists(home, names[i]))
			names[kept++] = names[i];
		else
			free(names[i]);
	}
	if (names)
		*n = kept;
	free(models);
	return names;
}

int registry_need(const char *home, const char *name, struct err *e)
{
	if (registry_check_name(name, e) < 0)
		return -1;
	if (!registry_exists(home, name))
		return err_set(
			e, ERR_USAGE, "no model '%s' ('pawl register list' shows them)", name);
	return 0;
}

/* ---- versions */

static char *version_tag(const char *dir, const char *key)
{
	char *path = mem_printf("%s/tags/%s", dir, key);
	struct buf text = BUF_INIT;
	struct err unused = ERR_INIT;

	if (file_exists(path))
		file_read(path, 1 << 20, &text, &unused);
	free(path);
	return buf_detach(&text);
}

/* .../mlruns/EXPERIMENT/RUN/artifacts/model -> the same below this home, else where source says. */
static char *version_model(const char *home, const char *source)
{
	char *path = meta_path(source), *here = NULL, *found;
	const char *inside = NULL;

	for (const char *p = path; p && (p = strstr(p, "/mlruns/")); p++)
		inside = p;
	if (inside)
		here = mem_printf("%s%s/model.onnx", home, inside);
	if (here && (file_exists(here) || !path))
		found = mem_strdup(here);
	else
		found = path ? file_join(path, "model.onnx") : mem_strdup("");
	free(here);
	free(path);
	return found;
}

long long registry_number(const char *name)
{
	int64_t number;

	if (strncmp(name, "version-", 8) != 0 || name[8] < '1' || name[8] > '9' ||
		num_int64(name + 8, strlen(name + 8), &number) < 0 || number > INT32_MAX)
		return 0; /* MLflow's data bases have numbers of 32 bits */
	return number;
}

static int version_load(
	const char *home, const char *name, const char *dir, struct version *out, struct err *e)
{
	char *path = file_join(dir, "meta.yaml");
	json_t *meta = meta_read(path, e);
	long long number;

	if (!meta) {
		free(path);
		return -1;
	}
	/* Written by hand, or by a program that quotes numbers: the directory says it too. */
	number = json_int(meta, "version", registry_number(file_name(dir)));
	if (number != registry_number(file_name(dir))) {
		json_decref(meta);
		err_set(e, ERR_DATA, "'%s' says that it is version %lld", path, number);
		free(path);
		return -1;
	}
	free(path);
	*out = (struct version){
		.name = mem_strdup(name),
		.number = number,
		.dir = mem_strdup(dir),
		.sha256 = version_tag(dir, "pawl.sha256"),
		.payload = version_tag(dir, "pawl.payload"),
		.task = version_tag(dir, "pawl.task"),
		.run = mem_strdup(json_str(meta, "run_id", "")),
		.user = mem_strdup(json_str(meta, "user_id", "")),
		.stage = mem_strdup(json_str(meta, "current_stage", "None")),
		.source = mem_strdup(json_str(meta, "source", "")),
		.created = json_int(meta, "creation_timestamp", 0),
	};
	out->model = version_model(home, json_str(meta, "storage_location", out->source));
	out->deleted = strcmp(out->stage, VERSION_DELETED) == 0;
	json_decref(meta);
	return 0;
}

static int version_by_number(const void *a, const void *b)
{
	const struct version *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

int registry_versions(const char *home, const char *name, struct versions *out, struct err *e)
{
	char *dir = registry_dir(home, name), **names;
	size_t n;
	int rc = 0;

	names = place_names(dir, &n, e);
	for (size_t i = 0; names && rc == 0 && i < n; i++) {
		char *path;

		if (!registry_number(names[i]))
			continue;
		MEM_ROOM(out->items, out->n, out->cap);
		path = file_join(dir, names[i]);
		rc = version_load(home, name, path, &out->items[out->n], e);
		if (rc == 0 && out->items[out->n].deleted)
			version_release(&out->items[out->n]);
		else if (rc == 0)
			out->n++;
		free(path);
	}
	if (!names)
		rc = -1;
	place_names_free(names, n);
	free(dir);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), version_by_number);
	return rc;
}

int registry_version(
	const char *home, const char *name, long long number, struct version *out, struct err *e)
{
	char *dir = mem_printf("%s/mlruns/models/%s/version-%lld", home, name, number);
	int rc = registry_need(home, name, e);

	if (rc == 0 && !file_exists(dir))
		rc = err_set(e, ERR_USAGE, "'%s' has no version %lld", name, number);
	if (rc == 0)
		rc = version_load(home, name, dir, out, e);
	if (rc == 0 && out->deleted) {
		version_release(out);
		rc = err_set(e, ERR_USAGE, "version %lld of '%s' was deleted", number, name);
	}
	free(dir);
	return rc;
}

json_t *registry_aliases(const char *home, const char *name, struct err *e)
{
	char *dir = mem_printf("%s/mlruns/models/%s/aliases", home, name), **names;
	json_t *out = json_object();
	size_t n;
	int rc;

	names = place_names(dir, &n, e);
	rc = names ? 0 : -1;
	for (size_t i = 0; names && i < n; i++) {
		char *path = file_join(dir, names[i]);
		struct buf text = BUF_INIT;
		int64_t number = 0;

		/* A file system of the network leaves dot files of its own. */
		if (names[i][0] == '.' || rc < 0) {
			free(path);
			continue;
		}
		rc = file_read(path, 64, &text, e);
		while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
			text.len--; /* what was written by hand ends in a newline */
		/* Not passed over: a champion that cannot be read is not a model without one. */
		if (rc == 0 && (num_int64(text.data, text.len, &number) < 0 || number < 1))
			rc = err_set(e, ERR_DATA, "'%s' holds no version number", path);
		if (rc == 0)
			json_object_set_new(out, names[i], json_integer(number));
		buf_release(&text);
		free(path);
	}
	if (rc < 0) {
		json_decref(out);
		out = NULL;
	}
	place_names_free(names, n);
	free(dir);
	return out;
}

/* ---- which one */

int registry_is_spec(const char *text)
{
	const char *mark = strrchr(text, '@');

	if (file_exists(text))
		return 0;
	if (mark)
		return mark != text && mark[1] && !strchr(text, '/');
	mark = strchr(text, '/');
	return mark && mark != text && mark[1] && !mark[1 + strspn(mark + 1, "0123456789")];
}

int registry_alias(
	const char *home, const char *name, const char *alias, struct version *out, struct err *e)
{
	json_t *aliases, *number;
	int rc;

	if (registry_need(home, name, e) < 0)
		return -1;
	aliases = registry_aliases(home, name, e);
	if (!aliases)
		return -1;
	number = json_object_get(aliases, alias);
	if (number) {
		rc = registry_version(home, name, json_integer_value(number), out, e);
		if (rc < 0 && e->kind == ERR_USAGE) { /* nobody here asked for that number */
			e->kind = ERR_DATA;
			err_prefix(e, "%s@%s", name, alias);
		}
	} else {
		rc = err_set(e, ERR_USAGE, "'%s' has no %s%s%s", name,
			strcmp(alias, "champion") == 0 ? "" : "alias '", alias,
			strcmp(alias, "champion") == 0 ? " yet" : "'");
	}
	json_decref(aliases);
	return rc;
}

int registry_find(const char *home, const char *spec, struct version *out, struct err *e)
{
	const char *at = strrchr(spec, '@'), *slash = strrchr(spec, '/');
	const char *mark = at ? at : slash;
	char *name = mark ? mem_strndup(spec, (size_t)(mark - spec)) : mem_strdup(spec);
	int64_t number;
	int rc = registry_check_name(name, e);

	if (rc == 0 && mark && !mark[1])
		rc = err_set(e, ERR_USAGE, "'%s' is neither NAME@ALIAS nor NAME/VERSION", spec);
	else if (rc == 0 && slash && !at && num_int64(slash + 1, strlen(slash + 1), &number) < 0)
		rc = err_set(e, ERR_USAGE, "'%s' is neither NAME@ALIAS nor NAME/VERSION", spec);
	else if (rc == 0 && slash && !at)
		rc = registry_version(home, name, number, out, e);
	else if (rc == 0)
		rc = registry_alias(home, name, at ? at + 1 : "champion", out, e);
	free(name);
	return rc;
}

static int registry_check_there(const struct version *v, struct err *e)
{
	if (file_exists(v->model))
		return 0;
	return err_set(
		e, ERR_DATA, "%s/%lld: its model is gone: '%s'", v->name, v->number, v->model);
}

static int registry_check_hash(const struct version *v, const char *hex, struct err *e)
{
	if (!*v->sha256)
		return err_set(e, ERR_DATA,
			"%s/%lld: no hash of its model was recorded: another program registered it",
			v->name, v->number);
	if (strcmp(hex, v->sha256) != 0)
		return err_set(e, ERR_DATA,
			"%s/%lld: '%s' was tampered with: its bytes are not those that were "
			"registered",
			v->name, v->number, v->model);
	return 0;
}

int registry_check(const struct version *v, struct err *e)
{
	char hex[SHA256_HEX];

	if (registry_check_there(v, e) < 0 || file_sha256(v->model, hex, e) < 0)
		return -1;
	return registry_check_hash(v, hex, e);
}

int registry_read(const char *home, const char *spec, size_t cap, struct buf *out, struct err *e)
{
	struct version v = {0};
	char hex[SHA256_HEX];
	int rc = -1;

	if (registry_find(home, spec, &v, e) == 0 && registry_check_there(&v, e) == 0 &&
		file_read(v.model, cap, out, e) == 0) {
		sha256_of(out->data, out->len, hex);
		rc = registry_check_hash(&v, hex, e);
	}
	version_release(&v);
	return rc;
}

int registry_model_path(const char *home, const char *spec, char **path, struct err *e)
{
	char *found = home ? mem_strdup(home) : home_need(e);
	struct version v = {0};
	int rc = -1;

	if (found && registry_find(found, spec, &v, e) == 0)
		rc = registry_check(&v, e);
	if (rc == 0) {
		*path = v.model;
		v.model = NULL;
	}
	version_release(&v);
	free(found);
	return rc;
}
