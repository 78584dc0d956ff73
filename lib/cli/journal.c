/* journal: the record of a step in the run store.
 * SPDX-License-Identifier: MIT
 */
#include "cli/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/step.h"
#include "store/record.h"

/* An output beyond this is not hashed for the record: whoever reads it records its hash as input.
 */
enum { JOURNAL_HASHED = 16 << 20 };

static int64_t journal_started(void)
{
	struct timespec t = file_started();

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct run_file *journal_files(struct step_file *files, size_t n)
{
	struct run_file *out = mem_new(n, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = (struct run_file){files[i].role,
			files[i].sha256[0] ? files[i].sha256 : NULL,
			files[i].path ? file_name(files[i].path) : NULL};
	return out;
}

static void journal_hash_outputs(struct step *s)
{
	for (size_t i = 0; i < s->noutputs; i++) {
		struct step_file *f = &s->outputs[i];
		struct err unused = ERR_INIT;

		if (f->path && stat(f->path, &f->st) == 0 && S_ISREG(f->st.st_mode) &&
			f->st.st_size <= JOURNAL_HASHED)
			file_sha256(f->path, f->sha256, &unused);
	}
}

static struct run_value *journal_metrics(const struct step *s, size_t *n)
{
	struct run_value *out = mem_new(json_object_size(s->metrics), sizeof(*out));
	const char *key;
	json_t *value;

	*n = 0;
	json_object_foreach(s->metrics, key, value) if (json_is_number(value)) out[(*n)++] =
		(struct run_value){key, json_number_value(value)};
	return out;
}

static void journal_write(struct run *r, struct step *s, struct run_record *record)
{
	struct err e = ERR_INIT;
	struct run_file *inputs = journal_files(s->inputs, s->ninputs), *outputs;
	struct run_value *metrics = journal_metrics(s, &record->nmetrics);

	if (!record->code)
		journal_hash_outputs(s);
	outputs = journal_files(s->outputs, s->noutputs);
	record->inputs = inputs;
	record->ninputs = s->ninputs;
	record->outputs = outputs;
	record->noutputs = record->code ? 0 : s->noutputs;
	record->metrics = metrics;
	if (run_record_step(record, &e) < 0)
		run_say(r, "warning: this step is not recorded: %s", e.text);
	free(inputs);
	free(outputs);
	free(metrics);
}

void journal_end(struct run *r, int code, const struct err *e)
{
	struct step *s = r->step;
	struct run_record record = {
		.tool = r->tool->name,
		.release = TOOL_RELEASE,
		.result = r->tool->result,
		.params = json_object_get(s->step, "params"),
		.start = journal_started(),
		.code = code,
		.error = e->text,
		.argv = r->argv,
	};

	if (!s->current && run_record_env(&record))
		journal_write(r, s, &record);
	step_free(s);
}
