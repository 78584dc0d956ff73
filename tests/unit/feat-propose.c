/* Tests of feat/survey and feat/propose, against counts made by hand.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "feat/propose.h"
#include "feat/survey.h"

static char *table_write(const char *text)
{
	char name[] = "/tmp/pawl-propose-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return strdup(name);
}

static void survey_text(struct survey *s, const char *text)
{
	struct err e = ERR_INIT;
	char *path = table_write(text);
	struct source_options o = SOURCE_OPTIONS_INIT;
	struct source *source = source_open(path, &o, &e);

	if (!source)
		fail_msg("%s", e.text);
	*s = (struct survey)SURVEY_INIT;
	assert_int_equal(survey_read(s, source, &e), 0);
	source_close(source);
	unlink(path);
	free(path);
}

static void a_survey_counts_what_is_there(void **state)
{
	struct survey s;

	(void)state;
	survey_text(&s, "a,b,c\n1,x,\n2,y,3.5\n2,x,-1\n4,x,7\n");
	assert_int_equal(s.rows, 4);
	assert_int_equal(s.cols[0].distinct, 3);
	assert_int_equal(s.cols[0].repeats, 1);
	assert_int_equal(s.cols[0].increasing, 1);
	assert_int_equal(s.cols[0].integral, 1);
	assert_true(s.cols[0].min == 1 && s.cols[0].max == 4);
	assert_true(fabs(s.cols[0].mean - 2.25) < 1e-15);
	assert_true(fabs(s.cols[0].m2 - 4.75) < 1e-12);
	assert_int_equal(s.cols[1].distinct, 2);
	assert_int_equal(s.cols[1].values.values[map_find(&s.cols[1].values, "x", 1)], 3);
	assert_int_equal(s.cols[2].missing, 1);
	assert_int_equal(s.cols[2].distinct, 3);
	assert_int_equal(s.cols[2].repeats, 0);
	assert_int_equal(s.cols[2].increasing, 0);
	assert_int_equal(s.cols[2].integral, 0);
	survey_release(&s);
}

static void skew_is_the_third_standardised_moment(void **state)
{
	struct survey s;
	double x[] = {1, 2, 2, 3, 3, 3, 20}, mean = 0, m2 = 0, m3 = 0;

	(void)state;
	survey_text(&s, "a\n1\n2\n2\n3\n3\n3\n20\n");
	for (int i = 0; i < 7; i++)
		mean += x[i] / 7;
	for (int i = 0; i < 7; i++) {
		m2 += (x[i] - mean) * (x[i] - mean) / 7;
		m3 += (x[i] - mean) * (x[i] - mean) * (x[i] - mean) / 7;
	}
	assert_true(fabs(survey_skew(&s, 0) - m3 / pow(m2, 1.5)) < 1e-12);
	survey_release(&s);
}

static void a_time_column_in_order_calls_for_a_split_by_time(void **state)
{
	struct propose_options o = {.target = "y"};
	struct proposal p;
	struct survey s;
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT;

	(void)state;
	buf_adds(&text, "t,x,y\n");
	for (int i = 1; i <= 28; i++)
		buf_addf(&text, "2026-02-%02d,%d,%d\n", i, i * 7 % 11, i % 2);
	survey_text(&s, text.data);
	assert_int_equal(propose(&p, &s, &o, &e), 0);
	assert_string_equal(p.split, "time");
	assert_int_equal(p.time, 0);
	assert_int_equal(p.roles[0], PROPOSE_TIME);
	assert_int_equal(p.classification, 1);
	assert_string_equal(p.positive, "1");
	proposal_release(&p);
	o.ordered = 1;
	assert_int_equal(propose(&p, &s, &o, &e), 0);
	assert_string_equal(p.split, "position");
	proposal_release(&p);
	survey_release(&s);
	buf_release(&text);
}

static void the_rarer_class_is_positive_when_no_name_tells(void **state)
{
	struct propose_options o = {.target = "y"};
	struct proposal p;
	struct survey s;
	struct err e = ERR_INIT;

	(void)state;
	survey_text(&s, "x,y\n1,up\n2,down\n3,up\n5,up\n");
	assert_int_equal(propose(&p, &s, &o, &e), 0);
	assert_string_equal(p.positive, "down");
	proposal_release(&p);
	survey_release(&s);
}

static void a_table_without_a_feature_is_refused(void **state)
{
	struct propose_options o = {.target = "y"};
	struct proposal p;
	struct survey s;
	struct err e = ERR_INIT;

	(void)state;
	survey_text(&s, "x,y\n1,up\n1,down\n1,up\n1,up\n");
	assert_int_equal(propose(&p, &s, &o, &e), -1);
	assert_int_equal(e.kind, ERR_DATA);
	assert_string_equal(e.text, "no column is left that could be a feature");
	proposal_release(&p);
	survey_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_survey_counts_what_is_there),
		cmocka_unit_test(skew_is_the_third_standardised_moment),
		cmocka_unit_test(a_time_column_in_order_calls_for_a_split_by_time),
		cmocka_unit_test(the_rarer_class_is_positive_when_no_name_tells),
		cmocka_unit_test(a_table_without_a_feature_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
