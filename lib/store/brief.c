/* brief: what is said of decisions, versions and histories.
 * SPDX-License-Identifier: MIT
 */
#include "store/brief.h"

#include <string.h>

#include "base/grid.h"
#include "base/json.h"
#include "onnx/file.h"
#include "onnx/signature.h"

/* What release.json says: no time and no path, so that the same decision has the same bytes. */
json_t *brief_decision_json(const char *name, const struct release_decision *d, json_t *lineage)
{
	json_t *out = json_object();
	int champion = d->champion == d->version;

	json_object_set_new(out, "name", json_text(name, strlen(name)));
	json_object_set_new(out, "version", json_integer(d->version));
	json_object_set_new(out, "model", json_string(d->sha256));
	json_object_set_new(out, "alias", champion ? json_string("champion") : json_null());
	json_object_set_new(out, "decision", json_string(d->word));
	json_object_set_new(out, "reason", json_text(d->reason, strlen(d->reason)));
	if (lineage)
		json_object_set(out, "lineage", lineage);
	return out;
}

/* One line about the version and who is champion now. */
void brief_decision(const char *name, const struct release_decision *d, struct buf *out)
{
	buf_addf(out, "%s/%lld ", name, d->version);
	if (d->champion == d->version)
		buf_addf(out, "is %s@champion", name);
	else if (d->champion)
		buf_addf(out, "is registered, %s@champion stays version %lld", name, d->champion);
	else
		buf_addf(out, "is registered, there is no %s@champion", name);
	buf_addf(out, ": %s", d->reason);
}

static void brief_metrics(const json_t *report, struct buf *out)
{
	static const char *const names[] = {"roc_auc", "log_loss", "rmse", "r2", NULL};
	const json_t *metrics = json_object_get(report, "metrics");
	const json_t *baseline = json_object_get(report, "baseline");
	int n = 0;

	for (const char *const *name = names; *name; name++) {
		if (!json_is_number(json_object_get(metrics, *name)))
			continue;
		buf_addf(out, "%s%s %.4g", n++ ? ", " : "", *name, json_dbl(metrics, *name, 0));
		if (json_is_number(json_object_get(baseline, *name)))
			buf_addf(out, " (baseline %.4g)", json_dbl(baseline, *name, 0));
	}
	if (!n)
		buf_adds(out, "none");
}

/* How a make ends: rows, metrics, version, what next. */
int brief_summary(const struct release_request *q, const struct release_decision *d,
	struct buf *out, struct err *e)
{
	struct onnx_model *model = onnx_file_read(q->model, e);
	json_t *report = model && q->metrics ? json_read(q->metrics, e) : NULL;
	struct signature s = SIGNATURE_INIT;
	long long train, test;
	int rc = -1;

	if (!model || (q->metrics && !report) || signature_get(&s, model, e) < 0)
		goto end;
	train = json_int(s.training, "rows", 0);
	test = json_int(report, "rows", 0);
	buf_addf(
		out, "rows     %lld: %lld to train on, %lld held out\n", train + test, train, test);
	buf_adds(out, "metrics  ");
	brief_metrics(report, out);
	buf_adds(out, "\nversion  ");
	brief_decision(q->name, d, out);
	buf_adds(out, "\nnext     make scores IN=FILE\n");
	rc = 0;
end:
	signature_release(&s);
	json_decref(report);
	onnx_model_free(model);
	return rc;
}

void brief_version(const json_t *all, struct buf *out)
{
	struct grid t = GRID_OF(2);
	struct buf line = BUF_INIT;
	const char *key;
	json_t *value, *item;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)all, key, value)
	{
		if (json_is_object(value))
			continue;
		buf_reset(&line);
		json_array_foreach(value, i, item)
		{
			buf_addf(&line, "%s@%s", i ? " " : "", json_string_value(item));
		}
		grid_addf(&t, "%s", key);
		if (json_is_integer(value))
			grid_addf(&t, "%lld", (long long)json_integer_value(value));
		else
			grid_addf(&t, "%s",
				json_is_string(value) ? json_string_value(value)
				: line.len	      ? line.data
						      : "-");
	}
	json_object_foreach(json_object_get(all, "tags"), key, value)
	{
		if (strcmp(key, "pawl.sha256") == 0)
			continue;
		grid_addf(&t, "%s", key);
		grid_addf(&t, "%s", json_string_value(value));
	}
	grid_print(&t, 0, 1, grid_terminal(1), out);
	buf_release(&line);
	grid_release(&t);
}

void brief_history(const json_t *events, struct buf *out)
{
	struct grid t = GRID_OF(6);
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		long long from = json_int(event, "from", 0), to = json_int(event, "to", 0);
		const char *alias = json_str(event, "alias", NULL);

		grid_addf(&t, "%.19sZ", json_str(event, "time", "?"));
		grid_addf(&t, "%s", json_str(event, "who", "?"));
		grid_addf(&t, "%s", json_str(event, "event", "?"));
		grid_addf(&t, "version %lld", json_int(event, "version", 0));
		if (!alias || (from == to && from))
			grid_addf(&t, "-");
		else if (from && to)
			grid_addf(&t, "@%s %lld -> %lld", alias, from, to);
		else
			grid_addf(&t, "@%s -> %lld", alias, to);
		grid_addf(&t, "%s", json_str(event, "why", ""));
	}
	grid_print(&t, 0, 1, grid_terminal(1), out);
	grid_release(&t);
}
