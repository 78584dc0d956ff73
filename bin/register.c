/* register: the model registry: versions, aliases, promotion, history.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "cli/when.h"
#include "onnx/file.h"
#include "onnx/model.h"
#include "store/audit.h"
#include "store/brief.h"
#include "store/home.h"
#include "store/place.h"
#include "store/registry.h"
#include "store/release.h"
#include "store/runs.h"
#include "store/verify.h"
#include "watch/reference.h"

struct register_options {
	const char *format, *output, *metrics, *gates, *data, *reference, *why;
	int promote, summary, force, remove;
};

static struct register_options options;

static int register_text(void)
{
	return !options.format || strcmp(options.format, "text") == 0;
}

static void register_say(const struct buf *out)
{
	fwrite(out->data, 1, out->len, stdout);
}

static void register_say_json(const json_t *value)
{
	struct buf out = BUF_INIT;
	const json_t *item;
	size_t i;

	if (strcmp(options.format, "json") == 0) {
		json_pretty(value, &out);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item)
		{
			json_canonical(item, &out);
			buf_addc(&out, '\n');
		}
	} else {
		json_canonical(value, &out);
		buf_addc(&out, '\n');
	}
	register_say(&out);
	buf_release(&out);
}

static void register_say_text(void (*brief)(const json_t *, struct buf *), const json_t *value)
{
	struct buf out = BUF_INIT;

	brief(value, &out);
	register_say(&out);
	buf_release(&out);
}

static int register_operands(const struct run *r, int min, int max, struct err *e)
{
	if (r->noperands < min)
		return err_set(e, ERR_USAGE, "usage: pawl %s %s", r->name, r->command->usage);
	if (r->noperands > max)
		return err_set(e, ERR_USAGE, "unexpected operand '%s'", r->operands[max]);
	return 0;
}

/* ---- add and promote */

static int register_inputs(struct step *s, const struct release_request *q, struct err *e)
{
	if (step_input(s, "model", q->model, e) < 0)
		return -1;
	if (q->metrics && step_input(s, "metrics", q->metrics, e) < 0)
		return -1;
	if (q->gates && step_input(s, "gates", q->gates, e) < 0)
		return -1;
	if (options.reference && step_input(s, "reference", options.reference, e) < 0)
		return -1;
	return q->data ? step_input(s, "data", q->data, e) : 0;
}

/* How the training data and the model's predictions for it are distributed: reference.json, for
 * monitor; NULL on failure. */
static char *register_reference(const char *path, const char *model, struct err *e)
{
	struct onnx_model *m = onnx_file_read(model, e);
	char data_hex[SHA256_HEX], model_hex[SHA256_HEX];
	struct drift d = DRIFT_INIT;
	struct buf text = BUF_INIT;
	json_t *json;

	if (m && reference_build(&d, path, m, e) == 0 && file_sha256(path, data_hex, e) == 0 &&
		file_sha256(model, model_hex, e) == 0) {
		json = drift_json(&d);
		json_object_set_new(json, "model", json_string(model_hex));
		json_object_set_new(json, "data", json_string(data_hex));
		json_pretty(json, &text);
		json_decref(json);
	}
	drift_release(&d);
	onnx_model_free(m);
	if (text.len)
		return buf_detach(&text);
	return NULL;
}

/* Writes release.json where -o asks for it, else says what was decided. */
static int register_report(struct step *s, struct outfile *o, const struct release_request *q,
	const struct release_decision *d, struct err *e)
{
	json_t *lineage = step_lineage(s, e), *report;
	struct buf out = BUF_INIT;
	int rc = 0;

	if (!lineage)
		return -1;
	report = brief_decision_json(q->name, d, lineage);
	if (options.output) {
		json_pretty(report, &out);
		rc = outfile_write(o, out.data, out.len, e);
		if (rc == 0)
			rc = outfile_commit(o, e);
	} else if (register_text()) {
		brief_decision(q->name, d, &out);
		buf_addc(&out, '\n');
		register_say(&out);
	} else {
		register_say_json(report);
	}
	buf_release(&out);
	json_decref(report);
	json_decref(lineage);
	return rc;
}

static int register_say_summary(
	const struct release_request *q, const struct release_decision *d, struct err *e)
{
	struct buf out = BUF_INIT;
	int rc = brief_summary(q, d, &out, e);

	if (rc == 0)
		register_say(&out);
	buf_release(&out);
	return rc;
}

static int register_add(struct run *r, struct err *e)
{
	struct release_request q = {.metrics = options.metrics,
		.gates = options.gates,
		.data = options.data,
		.promote = options.promote,
		.why = options.why};
	struct outfile o = OUTFILE_INIT;
	struct release_decision d;
	struct step s = {0};
	char *home = NULL, *reference = NULL;
	int rc = -1;

	if (register_operands(r, 2, 2, e) < 0)
		return -1;
	q.name = r->operands[0];
	q.model = r->operands[1];
	if (registry_check_name(q.name, e) < 0 || step_begin(&s, r, e) < 0)
		return -1;
	if (options.output && outfile_open(&o, options.output, e) < 0)
		goto end;
	home = home_make(e);
	q.home = home;
	if (!home || register_inputs(&s, &q, e) < 0)
		goto end;
	if (options.reference) {
		reference = register_reference(options.reference, q.model, e);
		if (!reference)
			goto end;
		q.reference = reference;
	}
	if (release_add(&q, &d, e) < 0)
		goto end;
	if (options.output)
		step_output(&s, "release", options.output);
	rc = register_report(&s, &o, &q, &d, e);
	if (rc == 0 && options.summary && !r->quiet)
		rc = register_say_summary(&q, &d, e);
end:
	outfile_discard(&o);
	step_end(&s);
	free(home);
	free(reference);
	return rc;
}

static int register_promote(struct run *r, struct err *e)
{
	struct release_request q = {
		.data = options.data, .promote = 1, .force = options.force, .why = options.why};
	struct release_decision d;
	struct buf out = BUF_INIT;
	struct version v = {0};
	json_t *report;
	char *home;
	int rc = -1;

	if (register_operands(r, 1, 1, e) < 0)
		return -1;
	if (options.force && !options.why)
		return err_set(e, ERR_USAGE, "--force needs a reason for the history: --why TEXT");
	home = home_need(e);
	if (!home || registry_find(home, r->operands[0], &v, e) < 0)
		goto end;
	q.home = home;
	q.name = v.name;
	q.version = v.number;
	if (release_promote(&q, &d, e) < 0)
		goto end;
	if (register_text()) {
		brief_decision(q.name, &d, &out);
		buf_addc(&out, '\n');
		register_say(&out);
	} else {
		report = brief_decision_json(q.name, &d, NULL);
		register_say_json(report);
		json_decref(report);
	}
	rc = 0;
end:
	buf_release(&out);
	version_release(&v);
	free(home);
	return rc;
}

/* ---- changes by hand */

static int register_rollback(struct run *r, struct err *e)
{
	long long from, to;
	char *home;
	int rc = -1;

	if (register_operands(r, 1, 1, e) < 0)
		return -1;
	home = home_need(e);
	if (home && release_rollback(home, r->operands[0], options.why, &from, &to, e) == 0) {
		printf("%s@champion is version %lld again, version %lld is @previous\n",
			r->operands[0], to, from);
		rc = 0;
	}
	free(home);
	return rc;
}

static int register_number(const char *text, long long *out, struct err *e)
{
	int64_t number;

	if (num_int64(text, strlen(text), &number) < 0 || number < 1)
		return err_set(e, ERR_USAGE, "'%s' is no version: 1, 2, ...", text);
	*out = number;
	return 0;
}

static int register_alias(struct run *r, struct err *e)
{
	long long version = 0;
	char *home;
	int rc = -1;

	if (register_operands(r, options.remove ? 2 : 3, options.remove ? 2 : 3, e) < 0)
		return -1;
	if (!options.remove && register_number(r->operands[2], &version, e) < 0)
		return -1;
	home = home_need(e);
	if (home)
		rc = release_alias(home, r->operands[0], r->operands[1], version, e);
	free(home);
	return rc;
}

static int register_delete(struct run *r, struct err *e)
{
	struct version v = {0};
	char *home;
	int rc = -1;

	if (register_operands(r, 1, 1, e) < 0)
		return -1;
	if (!strpbrk(r->operands[0], "/@"))
		return err_set(e, ERR_USAGE, "which version? NAME/VERSION");
	home = home_need(e);
	if (home && registry_find(home, r->operands[0], &v, e) == 0)
		rc = release_delete(home, v.name, v.number, e);
	version_release(&v);
	free(home);
	return rc;
}

/* ---- looking */

static char *register_aliases_of(const json_t *aliases, long long number)
{
	struct buf out = BUF_INIT;
	const char *alias;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)aliases, alias, value)
	{
		if (json_integer_value(value) == number)
			buf_addf(&out, "%s@%s", out.len ? " " : "", alias);
	}
	return buf_detach(&out);
}

static json_t *register_version_json(const char *home, const struct version *v, struct err *e)
{
	json_t *aliases = registry_aliases(home, v->name, e), *out = NULL, *list, *number, *tags;
	char created[WHEN_TEXT];
	const char *alias;

	tags = aliases ? runs_values(v->dir, "tags", e) : NULL;
	if (!tags)
		goto end;
	when_time(v->created, created);
	list = json_array();
	json_object_foreach(aliases, alias, number)
	{
		if (json_integer_value(number) == v->number)
			json_array_append_new(list, json_string(alias));
	}
	out = json_object();
	json_object_set_new(out, "name", json_text(v->name, strlen(v->name)));
	json_object_set_new(out, "version", json_integer(v->number));
	json_object_set_new(out, "aliases", list);
	json_object_set_new(out, "stage", json_text(v->stage, strlen(v->stage)));
	json_object_set_new(out, "created", json_string(created));
	json_object_set_new(out, "run", json_text(v->run, strlen(v->run)));
	json_object_set_new(out, "user", json_text(v->user, strlen(v->user)));
	json_object_set_new(out, "sha256", json_text(v->sha256, strlen(v->sha256)));
	json_object_set_new(out, "path", json_text(v->model, strlen(v->model)));
	json_object_set(out, "tags", tags);
end:
	json_decref(tags);
	json_decref(aliases);
	return out;
}

/* Versions of one model, the newest last. */
static int register_versions(
	const char *home, const char *name, struct grid *t, json_t *list, struct err *e)
{
	struct versions all = VERSIONS_INIT;
	json_t *aliases = registry_aliases(home, name, e);
	int rc = aliases ? registry_versions(home, name, &all, e) : -1;

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		char created[WHEN_TEXT], *of;
		json_t *one = register_version_json(home, &all.items[i], e);

		if (!one) {
			rc = -1;
			break;
		}
		json_array_append_new(list, one);
		of = register_aliases_of(aliases, all.items[i].number);
		when_time(all.items[i].created, created);
		grid_addf(t, "%s/%lld", name, all.items[i].number);
		grid_addf(t, "%s", *of ? of : "-");
		grid_addf(t, "%s", created);
		grid_addf(t, "%.12s", *all.items[i].sha256 ? all.items[i].sha256 : "-");
		grid_addf(t, "%s", *all.items[i].run ? all.items[i].run : "-");
		free(of);
	}
	versions_release(&all);
	json_decref(aliases);
	return rc;
}

static void register_say_table(struct grid *t, const json_t *list)
{
	static const char *const head[] = {
		"version", "aliases", "registered (UTC)", "sha256", "run"};
	struct grid full = GRID_OF(5);
	struct buf out = BUF_INIT;

	if (!register_text()) {
		register_say_json(list);
		return;
	}
	for (size_t i = 0; t->n && i < 5; i++)
		grid_addf(&full, "%s", head[i]);
	for (size_t i = 0; i < t->n; i++)
		grid_addf(&full, "%s", t->cells[i]);
	grid_print(&full, 0, 1, grid_terminal(1), &out);
	register_say(&out);
	buf_release(&out);
	grid_release(&full);
}

static int register_list(struct run *r, struct err *e)
{
	struct grid t = GRID_OF(5);
	json_t *list = json_array();
	char *home = home_find(), **names = NULL;
	size_t n = 0;
	int rc = register_operands(r, 0, 0, e);

	if (rc == 0 && home) {
		names = registry_names(home, &n, e);
		rc = names ? 0 : -1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = register_versions(home, names[i], &t, list, e);
	if (rc == 0)
		register_say_table(&t, list);
	place_names_free(names, n);
	grid_release(&t);
	json_decref(list);
	free(home);
	return rc;
}

static int register_show(struct run *r, struct err *e)
{
	struct grid t = GRID_OF(5);
	json_t *list = json_array(), *one = NULL;
	struct version v = {0};
	char *home = NULL;
	int rc = register_operands(r, 1, 1, e);

	if (rc == 0) {
		home = home_need(e);
		rc = home ? 0 : -1;
	}
	if (rc == 0 && !strpbrk(r->operands[0], "@/")) {
		rc = registry_check_name(r->operands[0], e);
		if (rc == 0 && !registry_exists(home, r->operands[0]))
			rc = err_set(e, ERR_USAGE,
				"no model '%s' ('pawl register list' shows them)", r->operands[0]);
		if (rc == 0)
			rc = register_versions(home, r->operands[0], &t, list, e);
		if (rc == 0)
			register_say_table(&t, list);
	} else if (rc == 0) {
		rc = registry_find(home, r->operands[0], &v, e);
		one = rc == 0 ? register_version_json(home, &v, e) : NULL;
		rc = one ? 0 : -1;
		if (rc == 0 && register_text())
			register_say_text(brief_version, one);
		else if (rc == 0)
			register_say_json(one);
	}
	version_release(&v);
	json_decref(one);
	json_decref(list);
	grid_release(&t);
	free(home);
	return rc;
}

static int register_history(struct run *r, struct err *e)
{
	json_t *events = NULL;
	char *home, *dir = NULL;
	size_t broken = 0;
	int rc = -1;

	if (register_operands(r, 1, 1, e) < 0 || registry_check_name(r->operands[0], e) < 0)
		return -1;
	home = home_need(e);
	if (!home)
		return -1;
	dir = registry_dir(home, r->operands[0]);
	if (!registry_exists(home, r->operands[0]))
		err_set(e, ERR_USAGE, "no model '%s' ('pawl register list' shows them)",
			r->operands[0]);
	else
		events = audit_read(dir, &broken, e);
	if (events && register_text())
		register_say_text(brief_history, events);
	else if (events)
		register_say_json(events);
	if (events)
		rc = broken ? audit_broken(dir, broken, e) : 0;
	json_decref(events);
	free(dir);
	free(home);
	return rc;
}

/* ---- checking */

static int register_verify(struct run *r, struct err *e)
{
	char *home, **names = NULL;
	size_t n = 0;
	int rc = -1;

	if (register_operands(r, 0, 1, e) < 0)
		return -1;
	home = home_need(e);
	if (home && r->noperands) {
		if (registry_check_name(r->operands[0], e) == 0)
			rc = registry_exists(home, r->operands[0])
				     ? verify_model(home, r->operands[0], e)
				     : err_set(e, ERR_USAGE,
					       "no model '%s' ('pawl register list' shows them)",
					       r->operands[0]);
	} else if (home) {
		names = registry_names(home, &n, e);
		rc = names ? 0 : -1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = verify_model(home, names[i], e);
	place_names_free(names, n);
	free(home);
	return rc;
}

static int register_get(struct run *r, struct err *e)
{
	struct outfile o = OUTFILE_INIT;
	struct buf bytes = BUF_INIT;
	char *path = NULL;
	int rc = -1;

	if (register_operands(r, 1, 1, e) < 0 || outfile_open(&o, options.output, e) < 0)
		return -1;
	if (registry_model_path(NULL, r->operands[0], &path, e) == 0 &&
		file_read(path, ONNX_SIZE_CAP, &bytes, e) == 0 &&
		outfile_write(&o, bytes.data, bytes.len, e) == 0)
		rc = outfile_commit(&o, e);
	outfile_discard(&o);
	buf_release(&bytes);
	free(path);
	return rc;
}

/* ---- the command line */

static const struct opt opts[] = {
	{'f', "format", OPT_CHOICE, "text|json|jsonl", "format of what is printed",
		OPT_AT(register_options, format), 0, "text", 0, 0},
	OPT_END,
};

#define REGISTER_DATA                                                                              \
	{                                                                                          \
		0, "data", OPT_STRING, "FILE", "labelled rows to compare with the champion on",    \
			OPT_AT(register_options, data), 0, NULL, 0, 0                              \
	}
#define REGISTER_WHY                                                                               \
	{                                                                                          \
		0, "why", OPT_STRING, "TEXT", "the reason, for the history",                       \
			OPT_AT(register_options, why), 0, NULL, 0, 0                               \
	}

static const struct opt add_opts[] = {
	{'o', "output", OPT_STRING, "FILE", "write the decision as JSON",
		OPT_AT(register_options, output), OPT_WRITES, NULL, 0, 0},
	{0, "metrics", OPT_STRING, "FILE", "the model's metrics.json",
		OPT_AT(register_options, metrics), 0, NULL, 0, 0},
	{0, "gates", OPT_STRING, "FILE", "the gates.ok that says that they passed",
		OPT_AT(register_options, gates), 0, NULL, 0, 0},
	REGISTER_DATA,
	{0, "reference", OPT_STRING, "FILE",
		"the rows it was trained on: 'pawl monitor' compares with them",
		OPT_AT(register_options, reference), 0, NULL, 0, 0},
	{0, "promote", OPT_FLAG, NULL, "make it the champion if it is the first or better",
		OPT_AT(register_options, promote), 0, NULL, 0, 0},
	{0, "summary", OPT_FLAG, NULL, "print rows, metrics, version and what to do next",
		OPT_AT(register_options, summary), 0, NULL, 0, 0},
	OPT_END,
};

static const struct opt promote_opts[] = {
	REGISTER_DATA,
	{0, "force", OPT_FLAG, NULL, "without gates and comparison",
		OPT_AT(register_options, force), 0, NULL, 0, 0},
	REGISTER_WHY,
	OPT_END,
};

static const struct opt rollback_opts[] = {REGISTER_WHY, OPT_END};

static const struct opt alias_opts[] = {
	{'d', "delete", OPT_FLAG, NULL, "remove the alias", OPT_AT(register_options, remove), 0,
		NULL, 0, 0},
	OPT_END,
};

static const struct opt get_opts[] = {OPT_OUTPUT(register_options, output), OPT_END};

static const struct command commands[] = {
	{"add", "register a model: the same bytes are the same version", "NAME MODEL", add_opts,
		register_add},
	{"list", "every version of every model", "", NULL, register_list},
	{"show", "a model's versions, or one version", "NAME[@ALIAS|/VERSION]", NULL,
		register_show},
	{"alias", "point an alias to a version", "NAME ALIAS VERSION", alias_opts, register_alias},
	{"promote", "make a version the champion if it is better", "NAME/VERSION", promote_opts,
		register_promote},
	{"rollback", "make the previous champion the champion again", "NAME", rollback_opts,
		register_rollback},
	{"history", "who moved what when, and why", "NAME", NULL, register_history},
	{"verify", "check that every model has the bytes that were registered", "[NAME]", NULL,
		register_verify},
	{"get", "write a version's model", "NAME[@ALIAS|/VERSION]", get_opts, register_get},
	{"delete", "mark a version as deleted", "NAME/VERSION", NULL, register_delete},
	{NULL, NULL, NULL, NULL, NULL},
};

static const struct tool tool = {
	.name = "register",
	.summary = "keep models as versions, and move the champion when another one is better",
	.result = 1,
	.opts = opts,
	.options = &options,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
