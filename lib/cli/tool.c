/* tool: what every program does.
 * SPDX-License-Identifier: MIT
 */
#include "cli/tool.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "cli/install.h"
#include "cli/outputs.h"

struct common {
	int help, version, params, quiet;
	const char *config;
};

static const struct opt common_opts[] = {
	{0, NULL, OPT_GROUP, NULL, "Common options", 0, 0, NULL, 0, 0},
	{'c', "config", OPT_STRING, "FILE",
		"take parameters from the tool's section of this pawl.yaml", OPT_AT(common, config),
		0, NULL, 0, 0},
	{0, "params", OPT_FLAG, NULL, "print the effective parameters as JSON and stop",
		OPT_AT(common, params), 0, NULL, 0, 0},
	{'q', "quiet", OPT_FLAG, NULL, "say nothing but errors", OPT_AT(common, quiet), 0, NULL, 0,
		0},
	{0, "help", OPT_FLAG, NULL, "print this help and stop", OPT_AT(common, help), 0, NULL, 0,
		0},
	{0, "version", OPT_FLAG, NULL, "print the release and stop", OPT_AT(common, version), 0,
		NULL, 0, 0},
	OPT_END,
};

void run_say(const struct run *r, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	if (r->quiet)
		return;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	fprintf(stderr, "pawl %s: %s\n", r->name, text.data);
	buf_release(&text);
}

int run_operand(const struct run *r, const char **path, struct err *e)
{
	if (r->noperands > 1)
		return err_set(e, ERR_USAGE, "unexpected operand '%s': only one input is taken",
			r->operands[1]);
	*path = r->noperands ? r->operands[0] : NULL;
	return 0;
}

int run_operands(const struct run *r, int min, int max, struct err *e)
{
	const char *usage = r->command ? r->command->usage : r->tool->usage;

	if (r->noperands < min)
		return err_set(e, ERR_USAGE, "usage: pawl %s %s", r->name, usage);
	if (r->noperands > max)
		return err_set(e, ERR_USAGE, "unexpected operand '%s'", r->operands[max]);
	return 0;
}

/* A section that is no tool's is a typing error; `gates` is one by itself. */
static int tool_check_sections(const struct yaml *root, struct err *e)
{
	char *home = install_home(e);
	int rc = home ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < root->n; i++) {
		const char *key = root->items[i]->key;
		char *path = mem_printf("%s/libexec/pawl/%s", home, key);

		if (strcmp(key, "version") != 0 && strcmp(key, "gates") != 0 &&
			(strchr(key, '/') || access(path, X_OK) < 0))
			rc = yaml_error(root->items[i], e,
				"unknown section '%s': sections are named after pawl's tools", key);
		free(path);
	}
	free(home);
	return rc;
}

static int tool_configure(const struct tool *tool, const char *config, struct err *e)
{
	struct yaml *root;
	int rc;

	if (!config)
		return 0;
	root = yaml_read(config, e);
	if (!root)
		return -1;
	rc = tool_check_sections(root, e);
	if (rc == 0)
		rc = opt_from_yaml(tool->opts, tool->options, tool->name, root, e);
	if (rc == 0)
		rc = opt_from_set(tool->opts, tool->options, tool->name, getenv("PAWL_SET"), e);
	yaml_free(root);
	return rc;
}

json_t *run_params(struct run *r, struct err *e)
{
	json_t *params = json_object();

	opt_params(r->tool->opts, r->tool->options, params);
	if (r->command && r->command->opts)
		opt_params(r->command->opts, r->tool->options, params);
	if (r->tool->params && r->tool->params(r, params, e) < 0) {
		json_decref(params);
		return NULL;
	}
	return params;
}

static int tool_print_params(struct run *r, struct err *e)
{
	json_t *params = run_params(r, e), *line;
	struct buf out = BUF_INIT;

	if (!params)
		return -1;
	line = json_object();
	json_object_set_new(line, "params", params);
	json_object_set_new(line, "result", json_integer(r->tool->result));
	json_object_set_new(line, "tool", json_string(r->tool->name));
	json_canonical(line, &out);
	puts(out.data);
	buf_release(&out);
	json_decref(line);
	return 0;
}

static void tool_help(const struct tool *tool, const struct command *command)
{
	struct buf out = BUF_INIT;

	if (command)
		buf_addf(&out, "usage: pawl %s %s [OPTION...] %s\n\n%s\n", tool->name,
			command->name, command->usage ? command->usage : "", command->summary);
	else if (tool->commands)
		buf_addf(&out, "usage: pawl %s COMMAND [OPTION...] ...\n\n%s\n", tool->name,
			tool->summary);
	else
		buf_addf(&out, "usage: pawl %s [OPTION...]%s%s\n\n%s\n", tool->name,
			tool->usage && *tool->usage ? " " : "", tool->usage ? tool->usage : "",
			tool->summary);
	if (tool->commands && !command) {
		buf_adds(&out, "\nCommands:\n");
		for (const struct command *c = tool->commands; c->name; c++)
			buf_addf(&out, "  %-14s %s\n", c->name, c->summary);
	}
	if ((tool->opts && tool->opts->name) || (command && command->opts))
		buf_adds(&out, "\nOptions:\n");
	if (command && command->opts)
		opt_help(command->opts, &out);
	if (tool->opts)
		opt_help(tool->opts, &out);
	buf_addc(&out, '\n');
	opt_help(common_opts, &out);
	if (tool->notes && !command)
		buf_addf(&out, "\n%s\n", tool->notes);
	buf_addf(&out, "\nThe manual: man pawl-%s\n", tool->name);
	fputs(out.data, stdout);
	buf_release(&out);
}

static const struct command *tool_command(const struct tool *tool, const char *name, struct err *e)
{
	for (const struct command *c = tool->commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	err_set(e, ERR_USAGE, "no command '%s' (--help lists them)", name);
	return NULL;
}

/* Options and operands in any order, until "--". */
static int tool_words(
	struct run *r, const struct opt_set *sets, size_t nsets, int at, struct err *e)
{
	int only_operands = 0;

	while (at < r->argc) {
		if (!only_operands) {
			only_operands = opt_parse(sets, nsets, r->argc, r->argv, &at, e);
			if (only_operands < 0)
				return -1;
		}
		if (at < r->argc)
			r->operands[r->noperands++] = r->argv[at++];
	}
	return 0;
}

/* Parses twice when there is a configuration file: it is named on the command line, which wins. */
static int tool_parse(struct run *r, struct common *common, int at, struct err *e)
{
	static const struct opt none[] = {OPT_END};
	const struct tool *tool = r->tool;
	struct opt_set sets[3] = {
		{common_opts, common},
		{tool->opts ? tool->opts : none, tool->options},
		{r->command && r->command->opts ? r->command->opts : none, tool->options},
	};
	int asks;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 1; i < 3; i++)
			opt_reset(sets[i].opts, sets[i].values);
		if (pass && tool_configure(tool, common->config, e) < 0)
			return -1;
		r->noperands = 0;
		if (tool_words(r, sets, 3, at, e) < 0)
			return -1;
		if (common->help || common->version || !common->config)
			break;
	}
	r->quiet = common->quiet;
	r->config = common->config;
	asks = common->help || common->version || common->params;
	return asks ? 0 : outputs_check(r, sets + 1, 2, e);
}

/* The name for messages, and the work; *e says what went wrong. */
static int tool_run(struct run *r, char **name, struct err *e)
{
	const struct tool *tool = r->tool;
	struct common common = {0, 0, 0, 0, NULL};
	int at = 1;

	if (tool->commands && r->argc > 1 && r->argv[1][0] != '-') {
		r->command = tool_command(tool, r->argv[1], e);
		if (!r->command)
			return -1;
		*name = mem_printf("%s %s", tool->name, r->command->name);
		r->name = *name;
		at = 2;
	}
	if (tool_parse(r, &common, at, e) < 0)
		return -1;
	if (common.help) {
		tool_help(tool, r->command);
		return 0;
	}
	if (common.version) {
		printf("pawl %s %s\n", tool->name, TOOL_RELEASE);
		return 0;
	}
	if (common.params)
		return tool_print_params(r, e);
	if (tool->commands && !r->command)
		return err_set(e, ERR_USAGE, "which command? (--help lists them)");
	return r->command ? r->command->run(r, e) : tool->run(r, e);
}

/* Standard files that are closed stay unusable, so that reading or writing them fails: else the
 * first file to be opened would take their number, and get what is meant for people. */
static void tool_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(ERR_SYSTEM);
}

int tool_main(const struct tool *tool, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct run r = {.tool = tool, .name = tool->name, .argc = argc, .argv = argv};
	char *name = NULL;
	int code = 0;

	file_started();
	tool_descriptors();
	r.operands = mem_new((size_t)argc + 1, sizeof(*r.operands));
	if (tool_run(&r, &name, &e) < 0)
		code = e.kind ? (int)e.kind : (int)ERR_SYSTEM;
	if (fflush(stdout) != 0 || ferror(stdout)) {
		if (!code)
			err_set(&e, ERR_SYSTEM, "cannot write standard output");
		code = code ? code : (int)ERR_SYSTEM;
	}
	if (e.text[0])
		fprintf(stderr, "pawl %s: %s\n", r.name, e.text);
	if (r.finish)
		r.finish(&r, code, &e);
	free(r.operands);
	free(name);
	return code;
}
