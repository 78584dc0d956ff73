/* release: registering, promoting, rolling back.
 * SPDX-License-Identifier: MIT
 */
#include "store/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/compare.h"
#include "onnx/file.h"
#include "store/evidence.h"
#include "store/ledger.h"
#include "store/place.h"
#include "store/policy.h"
#include "store/registry.h"
#include "store/version.h"

/* ---- deciding */

static void decide(struct release_decision *out, const char *word, const char *reason)
{
	out->word = word;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

/* The same decision was taken before, and what it led to still stands. */
static int release_replay(
	const struct ledger *l, const json_t *inputs, struct release_decision *out)
{
	static const char *const words[][2] = {
		{"first", "first"}, {"promote", "promoted"}, {"keep", "kept"}};
	long long champion = ledger_alias(l, "champion");

	for (size_t i = json_array_size(l->events); i-- > 0;) {
		const json_t *event = json_array_get(l->events, i);

		if (json_int(event, "version", 0) != out->version ||
			!json_equal(json_object_get(event, "inputs"), inputs))
			continue;
		for (size_t w = 0; w < 3; w++) {
			if (strcmp(json_str(event, "event", ""), words[w][0]) != 0 ||
				json_int(event, "to", 0) != champion)
				continue;
			decide(out, words[w][1], json_str(event, "why", ""));
			return 1;
		}
	}
	return 0;
}

static int release_make_champion(struct ledger *l, const char *event, const json_t *inputs,
	struct release_decision *out, struct err *e)
{
	long long before = ledger_alias(l, "champion");
	json_t *after = json_copy(l->aliases);
	struct ledger_event v = {.event = event,
		.version = out->version,
		.alias = "champion",
		.from = before,
		.to = out->version,
		.why = out->reason,
		.inputs = inputs};
	int rc;

	json_object_set_new(after, "champion", json_integer(out->version));
	if (before)
		json_object_set_new(after, "previous", json_integer(before));
	if (ledger_alias(l, "challenger") == out->version)
		json_object_del(after, "challenger");
	rc = ledger_commit(l, &v, after, e);
	json_decref(after);
	return rc;
}

static int release_keep(
	struct ledger *l, const json_t *inputs, struct release_decision *out, struct err *e)
{
	long long champion = ledger_alias(l, "champion");
	json_t *after = json_copy(l->aliases);
	struct ledger_event v = {.event = "keep",
		.version = out->version,
		.alias = "challenger",
		.from = champion,
		.to = champion,
		.why = out->reason,
		.inputs = inputs};
	int rc;

	json_object_set_new(after, "challenger", json_integer(out->version));
	rc = ledger_commit(l, &v, after, e);
	json_decref(after);
	return rc;
}

/* On the same rows, under the lock. */
static int release_measure(const struct release_request *q, const struct version *champion,
	const struct version *challenger, struct compare *out, struct err *e)
{
	struct onnx_model *a = NULL, *b = NULL;
	int rc = -1;

	if (registry_check(champion, e) < 0)
		return -1;
	a = onnx_file_read(champion->model, e);
	b = a ? onnx_file_read(challenger->model, e) : NULL;
	if (b && compare_models(a, b, q->data, out, e) < 0)
		err_prefix(e, "cannot compare %s/%lld with the champion %s/%lld", q->name,
			challenger->number, q->name, champion->number);
	else if (b)
		rc = 0;
	onnx_model_free(a);
	onnx_model_free(b);
	return rc;
}

/* The champion stays unless the challenger's mean loss is lower and the interval of the difference
 * excludes zero; where the policy says not-worse, unless the same is true of the champion's. */
static int release_compare(const struct release_request *q, const struct policy *policy,
	const struct version *challenger, struct release_decision *out, int *better, struct err *e)
{
	struct version champion = {0};
	struct compare c;
	int rc = -1;

	if (!q->data)
		return err_set(e, ERR_USAGE,
			"'%s' has a champion: name the rows to compare on with --data", q->name);
	if (registry_alias(q->home, q->name, "champion", &champion, e) < 0 ||
		release_measure(q, &champion, challenger, &c, e) < 0)
		goto end;
	*better = c.low > 0 || (policy->not_worse && c.high >= 0);
	out->word = *better ? "promoted" : "kept";
	snprintf(out->reason, sizeof(out->reason),
		"%s %.5g against %.5g of version %lld on %llu rows, lower by %.3g (95 %%: %.3g to "
		"%.3g)%s",
		c.loss, c.challenger, c.champion, champion.number, (unsigned long long)c.rows,
		c.difference, c.low, c.high,
		c.low > 0    ? ""
		: c.high < 0 ? ": worse"
		: *better    ? ": not worse"
			     : ": not certainly better");
	rc = 0;
end:
	version_release(&champion);
	return rc;
}

/* Whether the last that happened to this version as champion is that a person rolled it back. */
static int release_rolled_back(const struct ledger *l, long long version)
{
	for (size_t i = json_array_size(l->events); i-- > 0;) {
		const json_t *event = json_array_get(l->events, i);

		if (strcmp(json_str(event, "alias", ""), "champion") != 0)
			continue;
		if (json_int(event, "to", 0) == version)
			return 0;
		if (json_int(event, "from", 0) == version)
			return strcmp(json_str(event, "event", ""), "rollback") == 0;
	}
	return 0;
}

static int release_decide(struct ledger *l, const struct release_request *q,
	const struct policy *policy, const struct version *v, json_t *inputs,
	struct release_decision *out, struct err *e)
{
	int better = 0;

	json_object_set_new(
		inputs, "policy", json_string(policy->not_worse ? "not-worse" : "better"));
	if (q->model && !q->force && release_replay(l, inputs, out))
		return 0;
	if (ledger_alias(l, "champion") == out->version) {
		decide(out, "same", "it is the champion already");
		return 0;
	}
	if (q->model && !q->force && release_rolled_back(l, out->version)) {
		decide(out, "kept",
			"it was rolled back: only 'pawl register promote' brings it back");
		return release_keep(l, inputs, out, e);
	}
	if (q->force) {
		decide(out, "promoted", q->why ? q->why : "by force");
		return release_make_champion(l, "promote", inputs, out, e);
	}
	if (!ledger_alias(l, "champion")) {
		decide(out, "first",
			q->gates || json_object_get(inputs, "gates")
				? "the first version, and its gates passed"
				: "the first version");
		return release_make_champion(l, "first", inputs, out, e);
	}
	if (release_compare(q, policy, v, out, &better, e) < 0)
		return -1;
	return better ? release_make_champion(l, "promote", inputs, out, e)
		      : release_keep(l, inputs, out, e);
}

/* ---- registering */

/* The version with these bytes, or 0. */
static int release_known(
	const struct release_request *q, const char *sha256, long long *number, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	int rc = registry_versions(q->home, q->name, &all, e);

	*number = 0;
	for (size_t i = 0; rc == 0 && i < all.n; i++)
		if (strcmp(all.items[i].sha256, sha256) == 0)
			*number = all.items[i].number;
	versions_release(&all);
	return rc;
}

/* The text lies beside the model in the version's artifacts: once. */
static int release_keep_reference(
	const struct release_request *q, const struct version *v, struct err *e)
{
	char *dir = file_dir(v->model), *path = file_join(dir, RELEASE_REFERENCE);
	int rc = 0;

	if (q->reference && !file_exists(path))
		rc = place_safe(dir, RELEASE_REFERENCE, q->reference, strlen(q->reference), e);
	free(dir);
	free(path);
	return rc;
}

static int release_register(struct ledger *l, const struct release_request *q,
	const struct evidence *v, struct release_decision *out, struct err *e)
{
	struct version_new n = {.name = q->name,
		.path = q->model,
		.model = v->model,
		.sha256 = v->sha256,
		.tags = v->tags};
	struct ledger_event event = {.event = "register", .why = "registered", .inputs = v->inputs};

	if (release_known(q, v->sha256, &out->version, e) < 0)
		return -1;
	if (out->version)
		return 0;
	if (version_make(&l->lock, q->home, &n, &out->version, e) < 0)
		return -1;
	event.version = out->version;
	return ledger_commit(l, &event, NULL, e);
}

int release_add(const struct release_request *q, struct release_decision *out, struct err *e)
{
	struct evidence v = EVIDENCE_INIT;
	struct evidence_files files = {q->model, q->metrics, q->gates, q->data};
	struct ledger l = LEDGER_INIT;
	struct version version = {0};
	struct policy policy;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (policy_read(q->home, &policy, e) < 0 || evidence_read(&v, &files, e) < 0)
		goto end;
	if (q->promote && !q->gates && !q->force && !policy.gates_optional) {
		err_set(e, ERR_NO,
			"'%s' is not registered: its gates did not pass, or --gates is missing",
			q->model);
		goto end;
	}
	memcpy(out->sha256, v.sha256, sizeof(out->sha256));
	/* A version that is there already may have been tampered with: then it is not these bytes.
	 */
	if (ledger_open(&l, q->home, q->name, 1, e) < 0 ||
		release_register(&l, q, &v, out, e) < 0 ||
		registry_version(q->home, q->name, out->version, &version, e) < 0 ||
		registry_check(&version, e) < 0 || release_keep_reference(q, &version, e) < 0)
		goto end;
	decide(out, "registered", "promotion was not asked for");
	rc = q->promote ? release_decide(&l, q, &policy, &version, v.inputs, out, e) : 0;
	out->champion = ledger_alias(&l, "champion");
end:
	version_release(&version);
	ledger_close(&l);
	evidence_release(&v);
	return rc;
}

/* The hashes that were recorded with a version, and that of the data. */
static json_t *release_inputs(const struct version *v, const char *data, struct err *e)
{
	static const char *const roles[] = {"gates", "metrics"};
	json_t *inputs = json_object();
	char hex[SHA256_HEX];
	int rc = 0;

	json_object_set_new(inputs, "model", json_string(v->sha256));
	for (size_t i = 0; i < 2; i++) {
		char *path = mem_printf("%s/tags/pawl.%s", v->dir, roles[i]);
		struct buf text = BUF_INIT;

		if (rc == 0 && file_exists(path))
			rc = file_read(path, 1 << 16, &text, e);
		if (rc == 0 && text.len)
			json_object_set_new(inputs, roles[i], json_text(text.data, text.len));
		buf_release(&text);
		free(path);
	}
	if (rc == 0 && data)
		rc = file_sha256(data, hex, e);
	if (rc < 0) {
		json_decref(inputs);
		return NULL;
	}
	if (data)
		json_object_set_new(inputs, "data", json_string(hex));
	return inputs;
}

int release_promote(const struct release_request *q, struct release_decision *out, struct err *e)
{
	struct ledger l = LEDGER_INIT;
	struct version v = {0};
	struct policy policy;
	json_t *inputs = NULL;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	out->version = q->version;
	if (policy_read(q->home, &policy, e) < 0 || ledger_open(&l, q->home, q->name, 0, e) < 0)
		return -1;
	if (registry_version(q->home, q->name, q->version, &v, e) < 0 || registry_check(&v, e) < 0)
		goto end;
	inputs = release_inputs(&v, q->data, e);
	if (!inputs)
		goto end;
	memcpy(out->sha256, v.sha256, strlen(v.sha256) < SHA256_HEX ? strlen(v.sha256) + 1 : 0);
	if (!q->force && !policy.gates_optional && !json_object_get(inputs, "gates")) {
		err_set(e, ERR_NO,
			"%s/%lld was registered without gates, which the policy asks for", q->name,
			q->version);
		goto end;
	}
	rc = release_decide(&l, q, &policy, &v, inputs, out, e);
	out->champion = ledger_alias(&l, "champion");
end:
	json_decref(inputs);
	version_release(&v);
	ledger_close(&l);
	return rc;
}

int release_rollback(const char *home, const char *name, const char *why, long long *from,
	long long *to, struct err *e)
{
	struct ledger l = LEDGER_INIT;
	struct version v = {0};
	struct ledger_event event = {
		.event = "rollback", .alias = "champion", .why = why ? why : "rolled back"};
	json_t *after = NULL;
	int rc = -1;

	if (ledger_open(&l, home, name, 0, e) < 0)
		return -1;
	event.from = ledger_alias(&l, "champion");
	event.to = event.version = ledger_alias(&l, "previous");
	if (!event.from || !event.to) {
		err_set(e, ERR_NO, "'%s' has no previous champion to go back to", name);
		goto end;
	}
	if (registry_version(home, name, event.to, &v, e) < 0 || registry_check(&v, e) < 0)
		goto end;
	after = json_copy(l.aliases);
	json_object_set_new(after, "champion", json_integer(event.to));
	json_object_set_new(after, "previous", json_integer(event.from));
	rc = ledger_commit(&l, &event, after, e);
	*from = event.from;
	*to = event.to;
end:
	json_decref(after);
	version_release(&v);
	ledger_close(&l);
	return rc;
}

int release_alias(
	const char *home, const char *name, const char *alias, long long version, struct err *e)
{
	struct ledger l = LEDGER_INIT;
	struct version v = {0};
	struct ledger_event event = {.event = "alias",
		.version = version,
		.alias = alias,
		.to = version,
		.why = version ? "set by hand" : "removed by hand"};
	json_t *after = NULL;
	int rc = -1;

	if (registry_check_alias(alias, e) < 0)
		return -1;
	if (strcmp(alias, "champion") == 0 || strcmp(alias, "previous") == 0)
		return err_set(e, ERR_USAGE,
			"@%s is moved by 'pawl register promote' and 'rollback'", alias);
	if (ledger_open(&l, home, name, 0, e) < 0)
		return -1;
	event.from = ledger_alias(&l, alias);
	if (!version && !event.from) {
		err_set(e, ERR_USAGE, "'%s' has no alias '%s'", name, alias);
		goto end;
	}
	if (version && registry_version(home, name, version, &v, e) < 0)
		goto end;
	if (!version)
		event.version = event.from;
	after = json_copy(l.aliases);
	if (version)
		json_object_set_new(after, alias, json_integer(version));
	else
		json_object_del(after, alias);
	rc = version && event.from == version ? 0 : ledger_commit(&l, &event, after, e);
end:
	json_decref(after);
	version_release(&v);
	ledger_close(&l);
	return rc;
}

int release_delete(const char *home, const char *name, long long version, struct err *e)
{
	struct ledger l = LEDGER_INIT;
	struct version v = {0};
	struct ledger_event event = {
		.event = "delete", .version = version, .why = "deleted by hand"};
	json_t *after = NULL, *number;
	const char *alias;
	int rc = -1;

	if (ledger_open(&l, home, name, 0, e) < 0)
		return -1;
	if (registry_version(home, name, version, &v, e) < 0)
		goto end;
	if (ledger_alias(&l, "champion") == version) {
		err_set(e, ERR_USAGE, "%s/%lld is the champion: promote another one first", name,
			version);
		goto end;
	}
	after = json_copy(l.aliases);
	json_object_foreach(l.aliases, alias, number)
	{
		if (json_integer_value(number) == version)
			json_object_del(after, alias);
	}
	rc = ledger_commit(&l, &event, after, e);
	if (rc == 0)
		rc = version_set_stage(&v, VERSION_DELETED, e);
end:
	json_decref(after);
	version_release(&v);
	ledger_close(&l);
	return rc;
}
