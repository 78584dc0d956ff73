/* propose_write: what was guessed, as the files of a pipeline.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/yaml.h"
#include "feat/propose.h"

enum { PROPOSE_DOMAIN = 30 }; /* a text column of at most so many values gets them as its domain */

/* A share of missing values with room for twice as many, rounded up to a hundredth. */
static double propose_missing(const struct survey *s, size_t col)
{
	double share = 2 * (double)s->cols[col].missing / (double)s->rows;

	return share >= 1 ? 1 : ceil(share * 100) / 100;
}

static void propose_domain(struct contract_column *c, const struct survey_column *from)
{
	for (size_t i = 0; i < from->values.n; i++) {
		size_t len;
		const char *text = map_key(&from->values, i, &len);

		map_add(&c->values, text, len, NULL);
	}
}

static void propose_contract_column(const struct proposal *p, struct contract *contract, size_t col)
{
	const struct survey_column *from = &p->survey->cols[col];
	const struct field *f = &p->survey->schema.fields[col];
	enum type type = f->type == TYPE_CATEGORY || f->type == TYPE_NULL ? TYPE_STRING : f->type;
	struct contract_column *c = contract_add(contract, f->name, type);

	if (p->roles[col] == PROPOSE_KEY)
		c->unique = 1;
	if (from->missing && col != p->target)
		c->missing = propose_missing(p->survey, col);
	if (type == TYPE_STRING && from->values.n && from->values.n <= PROPOSE_DOMAIN &&
		p->roles[col] != PROPOSE_KEY)
		propose_domain(c, from);
	if (from->distinct && from->min >= 0 && (type == TYPE_INT64 || type == TYPE_FLOAT64)) {
		c->has_min = 1; /* of value 0, whichever member is read */
		memset(&c->min, 0, sizeof(c->min));
	}
	if (p->reasons[col] && p->roles[col] != PROPOSE_KEY)
		c->comment = mem_strdup(p->reasons[col]);
}

struct contract *propose_contract(const struct proposal *p, const struct propose_options *o)
{
	struct contract *c = contract_new();

	c->heading = mem_strdup(
		"The data contract, pawl-schema(5): drafted from the data, adjust it to "
		"what you know.\n`missing` is the largest share of empty values allowed; "
		"absent, none is.");
	if (p->key)
		c->key = mem_strdup(p->key);
	for (size_t i = 0; i < p->survey->schema.n; i++)
		if (p->roles[i] == PROPOSE_KEY)
			c->key_comment = mem_strdup(p->reasons[i]);
	if (o->target) {
		c->target = mem_strdup(o->target);
		c->target_comment = mem_strdup(p->task_reason);
	}
	if (p->time != SCHEMA_NONE) {
		c->time = mem_strdup(p->survey->schema.fields[p->time].name);
		c->time_comment = mem_strdup(p->split_reason);
	}
	for (size_t i = 0; o->nulls && o->nulls[i]; i++)
		contract_add_null(c, o->nulls[i]);
	for (size_t i = 0; i < p->survey->schema.n; i++)
		propose_contract_column(p, c, i);
	return c;
}

/* The steps of one feature, and why. */
static void propose_steps(const struct proposal *p, size_t col, struct buf *out)
{
	const struct survey_column *c = &p->survey->cols[col];
	enum type type = p->survey->schema.fields[col].type;

	if (type == TYPE_BOOL) {
		buf_adds(out, "[{impute: most_frequent}]");
	} else if (type_is_number(type)) {
		int skewed = c->min >= 0 && survey_skew(p->survey, col) > 2;

		buf_addf(out, "[{impute: median}, %sstandardize]", skewed ? "log1p, " : "");
		if (skewed)
			buf_adds(out, " # log1p: a long tail to the right");
	} else if (c->distinct > PROPOSE_DOMAIN) {
		buf_addf(out,
			"[{onehot: {min_count: 10}}] # %llu values: rarer ones share a bucket",
			(unsigned long long)c->distinct);
	} else {
		buf_adds(out, "[onehot]");
	}
}

void propose_features(const struct proposal *p, struct buf *out)
{
	size_t width = 0, dropped = 0;
	struct buf key = BUF_INIT;

	buf_adds(out,
		"# The feature rules, pawl-features(5): fitted on the training part, kept inside "
		"the model.\nversion: 1\nfeatures:\n");
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < p->survey->schema.n; i++) {
			if (p->roles[i] != PROPOSE_FEATURE)
				continue;
			buf_reset(&key);
			yaml_quote(&key, p->survey->schema.fields[i].name);
			if (!pass) {
				width = key.len > width && key.len <= 32 ? key.len : width;
				continue;
			}
			buf_addf(out, "  %s:%*s", key.data,
				key.len < width ? (int)(width - key.len) + 1 : 1, "");
			propose_steps(p, i, out);
			buf_addc(out, '\n');
		}
	}
	for (size_t i = 0; i < p->survey->schema.n; i++) {
		if (p->roles[i] == PROPOSE_FEATURE || p->roles[i] == PROPOSE_KEY ||
			p->roles[i] == PROPOSE_TARGET || i == p->time)
			continue;
		if (!dropped++)
			buf_adds(out, "drop:\n");
		buf_reset(&key);
		yaml_quote(&key, p->survey->schema.fields[i].name);
		buf_addf(out, "  - %s # %s\n", key.data, p->reasons[i]);
	}
	buf_release(&key);
}

void propose_parameters(const struct proposal *p, struct buf *out)
{
	buf_adds(out, "# Parameters: a section per tool, the keys are its long options "
		      "(pawl TOOL --help).\nversion: 1\n");
	buf_addf(out, "split: {by: %s, test: 0.2} # %s\n", p->split, p->split_reason);
	buf_addf(out, "# %s", p->task_reason);
	if (p->positive)
		buf_addf(out, "; the positive class: %s", p->positive_reason);
	buf_addc(out, '\n');
	if (p->classification) {
		buf_adds(out, "train: {estimator: logistic, l2: 1.0, task: classification");
		if (p->positive) {
			buf_adds(out, ", positive: ");
			yaml_quote(out, p->positive);
		}
		buf_adds(out, "}\ngates: [\"log_loss <= baseline\"]");
	} else {
		buf_adds(out, "train: {estimator: ridge, l2: 1.0, task: regression}\n"
			      "gates: [\"rmse <= baseline\"]");
	}
	buf_adds(out, " # a model that does not pass is not registered\n");
}
