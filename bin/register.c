/* register: the model registry: versions, aliases, promotion, history.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/say.h"
#include "cli/step.h"
#include "cli/tool.h"
#include "onnx/file.h"
#include "onnx/model.h"
#include "report/decision_view.h"
#include "report/model_view.h"
#include "store/audit.h"
#include "store/home.h"
#include "store/registry.h"
#include "store/release.h"
#include "store/verify.h"
#include "watch/reference.h"

struct register_options {
	const char *format, *output, *metrics, *gates, *data, *reference, *why;
	int promote, summary, force, remove;
};

static struct register_options options;

/* ---- add and promote */

static int register_inputs(struct step *s, const struct release_request *q, struct err *e)
{
	const struct {
		const char *role, *path;
	} inputs[] = {{"model", q->model}, {"metrics", q->metrics}, {"gates", q->gates},
		{"data", q->data}, {"reference", options.reference}};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++)
		if (inputs[i].path && step_input(s, inputs[i].role, inputs[i].path, e) < 0)
			return -1;
	return 0;
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
	return text.len ? buf_detach(&text) : NULL;
}

static void register_say_decision(
	const char *name, const struct release_decision *d, json_t *lineage)
{
	struct buf out = BUF_INIT;

	if (say_is_text(options.format)) {
		decision_view_print(name, d, &out);
		buf_addc(&out, '\n');
		say_text(&out);
	} else {
		say_json(options.format, decision_view_json(name, d, lineage));
	}
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
	if (options.output) {
		report = decision_view_json(q->name, d, lineage);
		json_pretty(report, &out);
		json_decref(report);
		rc = outfile_write(o, out.data, out.len, e);
		if (rc == 0)
			rc = outfile_commit(o, e);
		buf_release(&out);
	} else {
		register_say_decision(q->name, d, lineage);
	}
	json_decref(lineage);
	return rc;
}

static int register_say_summary(
	const struct release_request *q, const struct release_decision *d, struct err *e)
{
	struct buf out = BUF_INIT;
	int rc = decision_view_summary(q, d, &out, e);

	say_text(&out);
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

	if (run_operands(r, 2, 2, e) < 0)
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

/* ---- changes of what is registered, and looking: all in a home that is there */

static int register_home(struct run *r, int min, int max,
	int (*work)(const char *home, char *const *operands, struct err *e), struct err *e)
{
	char *home = run_operands(r, min, max, e) < 0 ? NULL : home_need(e);
	int rc = home ? work(home, r->operands, e) : -1;

	free(home);
	return rc;
}

static int promote(const char *home, char *const *operands, struct err *e)
{
	struct release_request q = {.home = home,
		.data = options.data,
		.promote = 1,
		.force = options.force,
		.why = options.why};
	struct release_decision d;
	struct version v = {0};
	int rc = -1;

	if (options.force && !options.why)
		return err_set(e, ERR_USAGE, "--force needs a reason for the history: --why TEXT");
	if (registry_find(home, operands[0], &v, e) == 0) {
		q.name = v.name;
		q.version = v.number;
		rc = release_promote(&q, &d, e);
	}
	if (rc == 0)
		register_say_decision(q.name, &d, NULL);
	version_release(&v);
	return rc;
}

static int rollback(const char *home, char *const *operands, struct err *e)
{
	long long from, to;

	if (release_rollback(home, operands[0], options.why, &from, &to, e) < 0)
		return -1;
	printf("%s@champion is version %lld again, version %lld is @previous\n", operands[0], to,
		from);
	return 0;
}

static int alias(const char *home, char *const *operands, struct err *e)
{
	int64_t version = 0;

	if (!options.remove &&
		(num_int64(operands[2], strlen(operands[2]), &version) < 0 || version < 1))
		return err_set(e, ERR_USAGE, "'%s' is no version: 1, 2, ...", operands[2]);
	return release_alias(home, operands[0], operands[1], version, e);
}

static int delete (const char *home, char *const *operands, struct err *e)
{
	struct version v = {0};
	int rc = -1;

	if (!strpbrk(operands[0], "/@"))
		return err_set(e, ERR_USAGE, "which version? NAME/VERSION");
	if (registry_find(home, operands[0], &v, e) == 0)
		rc = release_delete(home, v.name, v.number, e);
	version_release(&v);
	return rc;
}

static int show(const char *home, char *const *operands, struct err *e)
{
	int one = strpbrk(operands[0], "@/") != NULL;
	json_t *json;

	json = one ? model_view_find(home, operands[0], e) : model_view_list(home, operands[0], e);
	return say_view(options.format, json, one ? model_view_print : model_view_table);
}

/* A history that was edited is shown all the same. */
static int history(const char *home, char *const *operands, struct err *e)
{
	char *dir = registry_dir(home, operands[0]);
	size_t broken = 0;
	int rc = registry_need(home, operands[0], e);

	if (rc == 0)
		rc = say_view(options.format, audit_read(dir, &broken, e), model_view_history);
	if (rc == 0 && broken)
		rc = audit_broken(dir, broken, e);
	free(dir);
	return rc;
}

static int verify(const char *home, char *const *operands, struct err *e)
{
	return operands[0] ? verify_model(home, operands[0], e) : verify_all(home, e);
}

static int get(const char *home, char *const *operands, struct err *e)
{
	struct outfile o = OUTFILE_INIT;
	struct buf bytes = BUF_INIT;
	int rc = -1;

	if (outfile_open(&o, options.output, e) == 0 &&
		registry_read(home, operands[0], ONNX_SIZE_CAP, &bytes, e) == 0 &&
		outfile_write(&o, bytes.data, bytes.len, e) == 0)
		rc = outfile_commit(&o, e);
	outfile_discard(&o);
	buf_release(&bytes);
	return rc;
}

/* ---- the command line */

/* An empty registry where there is no home yet. */
static int register_list(struct run *r, struct err *e)
{
	char *home = home_find();
	json_t *all;
	int rc = run_operands(r, 0, 0, e);

	if (rc == 0) {
		all = home ? model_view_list(home, NULL, e) : json_array();
		rc = say_view(options.format, all, model_view_table);
	}
	free(home);
	return rc;
}

#define REGISTER_COMMAND(work, min, max)                                                           \
	static int register_##work(struct run *r, struct err *e)                                   \
	{                                                                                          \
		return register_home(r, min, max, work, e);                                        \
	}

REGISTER_COMMAND(promote, 1, 1)
REGISTER_COMMAND(rollback, 1, 1)
REGISTER_COMMAND(alias, options.remove ? 2 : 3, options.remove ? 2 : 3)
REGISTER_COMMAND(delete, 1, 1)
REGISTER_COMMAND(show, 1, 1)
REGISTER_COMMAND(history, 1, 1)
REGISTER_COMMAND(verify, 0, 1)
REGISTER_COMMAND(get, 1, 1)

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
