/* feed: a table together with a model's predictions for it.
 * SPDX-License-Identifier: MIT
 */
#include "watch/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/predictor.h"

struct feed {
	struct source *source;
	struct source_options options;
	struct text_type *types; /* [ntypes, cap] */
	size_t ntypes, cap;
	const char **nulls; /* NULL-ended */
	struct predictor *predictor;
	struct batch predictions;
};

static void feed_type(struct feed *f, const char *name, enum type type)
{
	for (size_t i = 0; i < f->ntypes; i++)
		if (strcmp(f->types[i].name, name) == 0)
			return;
	MEM_ROOM(f->types, f->ntypes, f->cap);
	if (type_is_text(type) || type == TYPE_NULL)
		type = TYPE_STRING;
	f->types[f->ntypes++] = (struct text_type){name, type, 1};
}

static void feed_types(struct feed *f, const struct drift *reference, const struct signature *sig)
{
	for (size_t i = 0; reference && i < reference->n; i++)
		feed_type(f, reference->columns[i].name, reference->columns[i].type);
	for (size_t i = 0; sig && i < sig->ninputs; i++)
		feed_type(f, sig->inputs[i].name, sig->inputs[i].type);
	f->options.types = f->types;
	f->options.ntypes = f->ntypes;
	f->options.only_types = f->ntypes > 0;
	if (sig && sig->nulls) {
		f->options.nulls = (const char *const *)sig->nulls;
	} else if (reference && reference->nulls) {
		size_t n = json_array_size(reference->nulls);

		f->nulls = mem_new(n + 1, sizeof(*f->nulls));
		for (size_t i = 0, k = 0; i < n; i++) {
			f->nulls[k] = json_string_value(json_array_get(reference->nulls, i));
			k += f->nulls[k] != NULL;
		}
		f->options.nulls = f->nulls;
	}
}

struct feed *feed_open(const char *path, const struct drift *reference, const struct signature *sig,
	int torn, struct err *e)
{
	struct feed *f = mem_new(1, sizeof(*f));

	feed_types(f, reference, sig);
	f->options.torn = torn;
	f->source = source_open(path, &f->options, e);
	if (f->source)
		return f;
	feed_close(f);
	return NULL;
}

void feed_close(struct feed *f)
{
	if (!f)
		return;
	batch_release(&f->predictions);
	source_close(f->source);
	predictor_free(f->predictor);
	free(f->types);
	free(f->nulls);
	free(f);
}

struct source *feed_source(struct feed *f)
{
	return f->source;
}

const struct schema *feed_schema(const struct feed *f)
{
	return source_schema(f->source);
}

int feed_predicted(const struct feed *f)
{
	return schema_find(feed_schema(f), FEED_PREDICTION) != SCHEMA_NONE;
}

int feed_predict(struct feed *f, const struct onnx_model *m, struct err *e)
{
	f->predictor = predictor_new(m, NULL, 0, e);
	if (!f->predictor)
		return -1;
	if (predictor_start(f->predictor, feed_schema(f), e) < 0)
		return err_prefix(e, "%s", source_name(f->source));
	batch_init(&f->predictions, predictor_schema(f->predictor));
	return 0;
}

const struct schema *feed_predictions(const struct feed *f)
{
	return f->predictor ? predictor_schema(f->predictor) : feed_schema(f);
}

int feed_next(
	struct feed *f, const struct batch **rows, const struct batch **predictions, struct err *e)
{
	int more = source_next(f->source, rows, e);

	*predictions = *rows;
	if (more <= 0 || !f->predictor)
		return more;
	batch_clear(&f->predictions);
	if (predictor_batch(f->predictor, *rows, e) < 0)
		return err_prefix(e, "%s", source_name(f->source));
	if (predictor_rows(f->predictor, *rows, 0, (*rows)->rows, &f->predictions, e) < 0)
		return -1;
	*predictions = &f->predictions;
	return 1;
}

int feed_rewind(struct feed *f, struct err *e)
{
	return source_rewind(f->source, e);
}
