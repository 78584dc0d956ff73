/* model/gates: what a gate may say, and when it is met.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "model/gates.h"

static void a_gate_is_a_metric_an_operator_and_a_value(void **state)
{
	struct err e = ERR_INIT;
	struct gate g;

	(void)state;
	assert_int_equal(gate_parse("roc_auc >= 0.8", &g, &e), 0);
	assert_string_equal(g.metric, "roc_auc");
	assert_string_equal(g.op, ">=");
	assert_true(!g.baseline && g.number == 0.8);
	assert_int_equal(gate_parse("  f1>baseline  ", &g, &e), 0);
	assert_string_equal(g.op, ">");
	assert_true(g.baseline && g.number == 0);
	assert_int_equal(gate_parse("log_loss <= baseline - 0.05", &g, &e), 0);
	assert_true(g.baseline && g.number == -0.05);
	assert_int_equal(gate_parse("r2<baseline+1e-3", &g, &e), 0);
	assert_true(g.baseline && g.number == 1e-3);
	assert_int_equal(gate_parse("r2 > -1", &g, &e), 0);
	assert_true(!g.baseline && g.number == -1);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"", "roc_auc", "roc_auc >=", ">= 0.8", "roc_auc = 0.8",
		"roc_auc == 0.8", "roc_auc => 0.8", "roc_auc >> 1", "roc_auc >== 1", "roc_auc >= x",
		"roc_auc >= 0.8 0.9", "roc_auc >= nan", "roc_auc >= inf", "roc_auc >= baseline 0.1",
		"roc_auc >= baseline +", "roc_auc >= baseline + -1", "roc_auc >= baseline * 2",
		"roc-auc >= 1", "roc auc >= 1"};
	struct err e = ERR_INIT;
	struct gate g;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (gate_parse(bad[i], &g, &e) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static int met(const char *text, double actual, double baseline)
{
	struct err e = ERR_INIT;
	struct gate g;

	assert_int_equal(gate_parse(text, &g, &e), 0);
	return gate_met(&g, actual, baseline);
}

static void a_gate_is_met_as_its_operator_says(void **state)
{
	(void)state;
	assert_true(met("a >= 1", 1, 0) && met("a >= 1", 2, 0) && !met("a >= 1", 0.9, 0));
	assert_true(!met("a > 1", 1, 0) && met("a > 1", 1.1, 0));
	assert_true(met("a <= 1", 1, 0) && met("a <= 1", 0, 0) && !met("a <= 1", 1.1, 0));
	assert_true(!met("a < 1", 1, 0) && met("a < 1", 0.9, 0));
	assert_true(met("a >= baseline + 0.5", 1, 0.5) && !met("a >= baseline + 0.5", 0.9, 0.5));
	assert_true(met("a <= baseline - 0.5", 0, 0.5) && !met("a <= baseline - 0.5", 0.1, 0.5));
}

static void the_undefined_meets_nothing(void **state)
{
	(void)state;
	assert_false(met("a >= 1", NAN, 0) || met("a < 1", NAN, 0) || met("a <= 1", NAN, 0));
	assert_false(met("a > baseline", 1, NAN) || met("a < baseline", 1, NAN));
}

static void a_report_is_judged_with_the_reason(void **state)
{
	static const char text[] = "{\"metrics\":{\"roc_auc\":0.75,\"f1\":null},"
				   "\"baseline\":{\"roc_auc\":0.5},"
				   "\"undefined\":{\"f1\":\"no row\"}}";
	struct err e = ERR_INIT;
	struct buf why = BUF_INIT, out = BUF_INIT;
	json_t *report = json_parse(text, strlen(text), "t", &e), *row = NULL;
	struct gate g;

	(void)state;
	gate_parse("roc_auc >= baseline + 0.25", &g, &e);
	assert_int_equal(gate_judge(&g, report, &row, &why, &e), 1);
	json_canonical(row, &out);
	assert_string_equal(out.data, "{\"actual\":0.75,\"baseline\":0.5,\"metric\":\"roc_auc\","
				      "\"op\":\">=\",\"value\":0.75}");
	json_decref(row);
	gate_parse("roc_auc > 0.9", &g, &e);
	assert_int_equal(gate_judge(&g, report, &row, &why, &e), 0);
	assert_string_equal(why.data, "0.75 is not > 0.9");
	json_decref(row);
	buf_reset(&why);
	gate_parse("f1 > 0.9", &g, &e);
	assert_int_equal(gate_judge(&g, report, &row, &why, &e), 0);
	assert_string_equal(why.data, "it is undefined: no row");
	json_decref(row);
	gate_parse("rocauc > 0.9", &g, &e);
	assert_int_equal(gate_judge(&g, report, &row, &why, &e), -1);
	assert_string_equal(e.text, "gate: there is no metric 'rocauc': do you mean 'roc_auc'?");
	assert_int_equal(e.kind, ERR_USAGE);
	json_decref(report);
	buf_release(&why);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_is_a_metric_an_operator_and_a_value),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_gate_is_met_as_its_operator_says),
		cmocka_unit_test(the_undefined_meets_nothing),
		cmocka_unit_test(a_report_is_judged_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
