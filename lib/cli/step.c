/* step: one run of a tool that makes artifacts.
 * SPDX-License-Identifier: MIT
 */
#include "cli/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/journal.h"
#include "io/arrow_in.h"
#include "io/lineage.h"
#include "onnx/file.h"

int step_begin(struct step *s, struct run *r, struct err *e)
{
	json_t *params = run_params(r, e);

	memset(s, 0, sizeof(*s));
	if (!params)
		return -1;
	s->run = r;
	s->step = lineage_step(r->tool->name, r->tool->result, params);
	s->metrics = json_object();
	return 0;
}

static struct step_file *step_add(
	struct step_file **files, size_t *n, size_t *cap, const char *role, const char *path)
{
	struct step_file *f;

	MEM_ROOM(*files, *n, *cap);
	f = &(*files)[(*n)++];
	memset(f, 0, sizeof(*f));
	f->role = mem_strdup(role);
	f->path = path ? mem_strdup(path) : NULL;
	return f;
}

json_t *step_lineage_of(const char *path)
{
	struct err unused = ERR_INIT;
	struct stat st;
	json_t *lineage = NULL, *report;
	char head[8] = "";
	/* A FIFO would wait for a writer, and what it brought would be lost. */
	int fd =
		stat(path, &st) == 0 && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	if (n < 1)
		return NULL;
	if (n >= 6 && memcmp(head, "ARROW1", 6) == 0) {
		arrow_file_lineage(path, &lineage, &unused);
	} else if (head[0] == 8) { /* field 1 of a ModelProto: ir_version */
		onnx_file_lineage(path, &lineage, &unused);
	} else if (head[0] == '{') {
		report = json_read(path, &unused);
		lineage = json_incref(json_object_get(report, "lineage"));
		json_decref(report);
	}
	return lineage;
}

int step_input(struct step *s, const char *role, const char *path, struct err *e)
{
	struct step_file *f;
	struct stat st;
	json_t *lineage;

	if (!path || strcmp(path, "-") == 0) {
		step_add(&s->inputs, &s->ninputs, &s->inputs_cap, role, NULL);
		s->streamed = 1;
		return 0;
	}
	if (stat(path, &st) < 0)
		return err_errno(e, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE, "cannot read '%s': it is a directory", path);
	f = step_add(&s->inputs, &s->ninputs, &s->inputs_cap, role, path);
	if (!S_ISREG(st.st_mode)) {
		s->streamed = 1;
		return 0;
	}
	f->st = st;
	if (file_sha256(path, f->sha256, e) < 0)
		return -1;
	lineage = step_lineage_of(path);
	lineage_input(s->step, role, f->sha256, lineage);
	json_decref(lineage);
	return 0;
}

void step_stream(struct step *s, const char *role, const char *sha256, const json_t *lineage)
{
	for (size_t i = 0; i < s->ninputs; i++) {
		if (strcmp(s->inputs[i].role, role) == 0 && !s->inputs[i].sha256[0]) {
			memcpy(s->inputs[i].sha256, sha256, SHA256_HEX);
			break;
		}
	}
	lineage_input(s->step, role, sha256, lineage);
}

int step_source(struct step *s, const char *role, struct source *source, struct err *e)
{
	char hex[SHA256_HEX];

	for (size_t i = 0; i < s->ninputs; i++) {
		if (strcmp(s->inputs[i].role, role) != 0 || s->inputs[i].sha256[0])
			continue;
		if (source_sha256(source, hex, e) < 0)
			return -1;
		step_stream(s, role, hex, source_lineage(source));
		break;
	}
	return 0;
}

/* The step with the parameter that tells its outputs apart (a new reference). */
static json_t *step_with_part(const struct step *s, const char *part)
{
	json_t *step = json_copy(s->step), *params = json_copy(json_object_get(step, "params"));

	json_object_set_new(params, "part", json_string(part));
	json_object_set_new(step, "params", params);
	return step;
}

int step_current_parts(
	struct step *s, const char *const *outputs, const char *const *parts, size_t n)
{
	int current = !s->streamed;

	for (size_t i = 0; current && i < n; i++) {
		json_t *lineage = outputs[i] ? step_lineage_of(outputs[i]) : NULL;
		json_t *step = parts ? step_with_part(s, parts[i]) : json_incref(s->step);

		current = lineage && lineage_matches(lineage, step);
		json_decref(step);
		json_decref(lineage);
	}
	s->current = current;
	return current;
}

int step_current(struct step *s, const char *const *outputs, size_t n)
{
	return step_current_parts(s, outputs, NULL, n);
}

static int step_unchanged(const struct step *s, struct err *e)
{
	for (size_t i = 0; i < s->ninputs; i++) {
		const struct step_file *f = &s->inputs[i];
		struct stat st;

		if (!f->path || !f->st.st_ino)
			continue;
		if (stat(f->path, &st) < 0 || !file_same(&st, &f->st))
			return err_set(e, ERR_SYSTEM, "'%s' changed while it was read", f->path);
	}
	return 0;
}

json_t *step_lineage(const struct step *s, struct err *e)
{
	return step_unchanged(s, e) < 0 ? NULL : lineage_chain(s->step);
}

json_t *step_lineage_part(const struct step *s, const char *part, struct err *e)
{
	json_t *step, *lineage;

	if (step_unchanged(s, e) < 0)
		return NULL;
	step = step_with_part(s, part);
	lineage = lineage_chain(step);
	json_decref(step);
	return lineage;
}

void step_metric(struct step *s, const char *name, double value)
{
	json_object_set_new(s->metrics, name, json_number(value));
}

void step_output(struct step *s, const char *role, const char *path)
{
	step_add(&s->outputs, &s->noutputs, &s->outputs_cap, role, path);
}

static void step_files_free(struct step_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(files[i].role);
		free(files[i].path);
	}
	free(files);
}

void step_end(struct step *s)
{
	struct run *r = s->run;

	if (!r)
		return;
	r->step = mem_new(1, sizeof(*r->step));
	*r->step = *s;
	r->finish = journal_end;
	memset(s, 0, sizeof(*s));
}

void step_free(struct step *s)
{
	step_files_free(s->inputs, s->ninputs);
	step_files_free(s->outputs, s->noutputs);
	json_decref(s->step);
	json_decref(s->metrics);
	free(s);
}
