/* decision_view: what was decided about a model, as release.json and as text for people.
 * SPDX-License-Identifier: MIT
 */
#include "report/decision_view.h"

#include <string.h>

#include "base/json.h"
#include "onnx/file.h"
#include "onnx/signature.h"

/* What release.json says: no time and no path, so that the same decision has the same bytes. */
json_t *decision_view_json(const char *name, const struct release_decision *d, json_t *lineage)
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
void decision_view_print(const char *name, const struct release_decision *d, struct buf *out)
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

static void decision_view_metrics(const json_t *report, struct buf *out)
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
int decision_view_summary(const struct release_request *q, const struct release_decision *d,
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
	decision_view_metrics(report, out);
	buf_adds(out, "\nversion  ");
	decision_view_print(q->name, d, out);
	buf_adds(out, "\nnext     make scores IN=FILE\n");
	rc = 0;
end:
	signature_release(&s);
	json_decref(report);
	onnx_model_free(model);
	return rc;
}
