/* init: from one file and a target, write a working pipeline; states every guess.
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/tool.h"
#include "feat/propose.h"
#include "feat/survey.h"
#include "io/source.h"

static struct options {
	const char *target, *key, *name, *directory, *from;
	int ordered;
	struct opt_list nulls;
} options;

static const struct opt opts[] = {
	{'t', "target", OPT_STRING, "COLUMN", "the column to predict (needed)",
		OPT_AT(options, target), 0, NULL, 0, 0},
	{0, "key", OPT_STRING, "COLUMN", "the column that names a row (default: guessed)",
		OPT_AT(options, key), 0, NULL, 0, 0},
	{0, "name", OPT_STRING, "NAME", "the model's name (default: the file's)",
		OPT_AT(options, name), 0, NULL, 0, 0},
	{0, "ordered", OPT_FLAG, NULL, "the rows are in time order: split by position",
		OPT_AT(options, ordered), 0, NULL, 0, 0},
	{0, "nulls", OPT_LIST, "TOKEN", "a token that means missing, as NA; may be repeated",
		OPT_AT(options, nulls), 0, NULL, 0, 0},
	{'C', "directory", OPT_STRING, "DIR", "where to write the pipeline",
		OPT_AT(options, directory), 0, ".", 0, 0},
	OPT_FROM(options, from),
	OPT_END,
};

struct init {
	const char *file;
	char *name;   /* of the model */
	char *link;   /* raw/NAME, safe in a Makefile */
	char **nulls; /* tokens that mean missing, besides "": given, and blanks among numbers */
	size_t nnulls;
	struct survey survey;
	struct proposal proposal;
};

/* A name that is safe in make, the shell and the registry: other characters become '_', runs of
 * them one. */
static char *safe_name(const char *name)
{
	struct buf out = BUF_INIT;

	for (const char *p = name; *p; p++) {
		int fine = isalnum((unsigned char)*p) || *p == '-' || *p == '.' || *p == '_';

		if (fine && !(*p == '.' && !out.len))
			buf_addc(&out, *p);
		else if (out.len && out.data[out.len - 1] != '_')
			buf_addc(&out, '_');
	}
	while (out.len && out.data[out.len - 1] == '_')
		out.data[--out.len] = 0;
	if (!out.len)
		buf_adds(&out, "data");
	return buf_detach(&out);
}

/* telco.csv.gz -> telco; what is left of a name such as "my data (1).csv" -> my_data_1. */
static char *model_name(const char *file)
{
	char *stem = mem_strdup(file_name(file)), *name;
	size_t dot = strcspn(stem + (stem[0] == '.'), ".") + (stem[0] == '.');

	stem[dot] = 0;
	name = safe_name(stem);
	free(stem);
	return name;
}

static void add_null(struct init *in, const char *token)
{
	in->nulls = mem_grow(in->nulls, in->nnulls + 2, sizeof(*in->nulls));
	in->nulls[in->nnulls++] = mem_strdup(token);
	in->nulls[in->nnulls] = NULL;
}

static int check_options(struct init *in, struct run *r, struct err *e)
{
	if (run_operand(r, &in->file, e) < 0)
		return -1;
	if (!in->file)
		return err_set(e, ERR_USAGE, "which file? pawl init --target COLUMN FILE");
	if (!options.target)
		return err_set(e, ERR_USAGE, "which column is to be predicted? --target COLUMN");
	if (options.name &&
		(!*options.name || strcmp(options.name, ".") == 0 ||
			strspn(options.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
					     "VWXYZ0123456789-_.") != strlen(options.name)))
		return err_set(e, ERR_USAGE,
			"--name: '%s' has characters other than letters, digits, '-', '_' and '.'",
			options.name);
	in->name = options.name ? mem_strdup(options.name) : model_name(in->file);
	in->nulls = mem_new(1, sizeof(*in->nulls));
	for (size_t i = 0; i < options.nulls.n; i++)
		add_null(in, options.nulls.items[i]);
	return 0;
}

/* Nothing is overwritten: all names are free, or nothing is written at all. */
static int check_free(struct err *e)
{
	static const char *const names[] = {
		"Makefile", "pawl.yaml", "schema.yaml", "features.yaml", ".gitignore", "raw", NULL};
	int rc = 0;

	for (size_t i = 0; names[i] && rc == 0; i++) {
		char *path = file_join(options.directory, names[i]);

		if (access(path, F_OK) == 0)
			rc = err_set(e, ERR_USAGE,
				"'%s' exists, and nothing is overwritten: -C DIR "
				"names another directory",
				path);
		free(path);
	}
	return rc;
}

static int look(struct init *in, struct err *e)
{
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct propose_options p = {
		options.target, options.key, options.ordered, (const char *const *)in->nulls};
	struct source *source;
	int rc;

	if (options.from && format_of_name(options.from, &o.from) < 0)
		return err_set(e, ERR_USAGE, "--from: no format '%s'", options.from);
	o.nulls = in->nnulls ? (const char *const *)in->nulls : NULL;
	source = source_open(in->file, &o, e);
	if (!source)
		return -1;
	rc = survey_read(&in->survey, source, e);
	if (rc == 0)
		rc = propose(&in->proposal, &in->survey, &p, e);
	if (rc == 0 && *source_remarks(source))
		buf_addf(&in->proposal.remarks, "%s\n", source_remarks(source));
	for (const char *const *blank = source_nulls(source); rc == 0 && *blank; blank++)
		add_null(in, *blank);
	source_close(source);
	return rc;
}

static int write_text(const char *name, const struct buf *text, struct err *e)
{
	char *path = file_join(options.directory, name);
	int rc = file_write(path, text->data, text->len, e);

	free(path);
	return rc;
}

/* raw/NAME is a link to the file under a name that make can bear. */
static int write_link(struct init *in, struct err *e)
{
	char *name = safe_name(file_name(in->file)), *dir = file_join(options.directory, "raw");
	char *real = realpath(in->file, NULL), *path = NULL;
	int rc = real ? file_mkdirs(dir, e) : err_errno(e, "cannot find '%s'", in->file);

	if (rc == 0) {
		path = file_join(dir, name);
		in->link = file_join("raw", name);
		if (symlink(real, path) < 0)
			rc = err_errno(e, "cannot link '%s'", path);
	}
	free(path);
	free(real);
	free(dir);
	free(name);
	return rc;
}

/* The Makefile last: with it the pipeline is whole. */
static int write_pipeline(struct init *in, struct err *e)
{
	struct propose_options p = {
		options.target, options.key, options.ordered, (const char *const *)in->nulls};
	struct contract *contract = propose_contract(&in->proposal, &p);
	struct buf text = BUF_INIT;
	int rc = file_mkdirs(options.directory, e);

	contract_write(contract, &text);
	if (rc == 0)
		rc = write_link(in, e);
	if (rc == 0)
		rc = write_text("schema.yaml", &text, e);
	buf_reset(&text);
	propose_features(&in->proposal, &text);
	if (rc == 0)
		rc = write_text("features.yaml", &text, e);
	buf_reset(&text);
	propose_parameters(&in->proposal, &text);
	if (rc == 0)
		rc = write_text("pawl.yaml", &text, e);
	buf_reset(&text);
	buf_adds(&text, "/raw/\n/out/\n/.pawl/\n");
	if (rc == 0)
		rc = write_text(".gitignore", &text, e);
	buf_reset(&text);
	buf_addf(&text,
		"# %s: from raw data to %s@champion. `make` runs what is stale, `make help` lists "
		"the "
		"goals.\nMODEL := %s\nRAW   := %s\nPAWL  ?= pawl\n"
		"include $(shell $(PAWL) --share)/pawl.mk\n",
		in->name, in->name, in->name, in->link);
	if (rc == 0)
		rc = write_text("Makefile", &text, e);
	buf_release(&text);
	contract_free(contract);
	return rc;
}

/* What was guessed, for the person; the files say it again where it matters. */
static void state(const struct init *in, const struct run *r)
{
	size_t features = 0;

	for (size_t i = 0; i < in->survey.schema.n; i++)
		features += in->proposal.roles[i] == PROPOSE_FEATURE;
	if (r->quiet)
		return;
	printf("%llu rows, %zu columns, %zu of them features\n%s",
		(unsigned long long)in->survey.rows, in->survey.schema.n, features,
		in->proposal.remarks.data);
	printf("wrote Makefile, pawl.yaml, schema.yaml, features.yaml, .gitignore and the link "
	       "%s\n",
		in->link);
	printf("next: make%s%s\n", strcmp(options.directory, ".") ? " -C " : "",
		strcmp(options.directory, ".") ? options.directory : "");
}

static int init(struct run *r, struct err *e)
{
	struct init in = {.survey = SURVEY_INIT};
	int rc = check_options(&in, r, e);

	if (rc == 0)
		rc = check_free(e);
	if (rc == 0)
		rc = look(&in, e);
	if (rc == 0)
		rc = write_pipeline(&in, e);
	if (rc == 0)
		state(&in, r);
	proposal_release(&in.proposal);
	survey_release(&in.survey);
	for (size_t i = 0; i < in.nnulls; i++)
		free(in.nulls[i]);
	free(in.nulls);
	free(in.name);
	free(in.link);
	return rc;
}

static const struct tool tool = {
	.name = "init",
	.summary = "write a working pipeline from one file and a target",
	.usage = "FILE",
	.opts = opts,
	.options = &options,
	.run = init,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
