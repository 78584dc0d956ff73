/* net-protocol: bodies of requests, good and bad, and the answers.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "net/protocol.h"

/* A model of a number, an integer, a flag and a text; its key is an integer. */
static struct protocol *model(void)
{
	struct signature s = SIGNATURE_INIT;
	struct protocol *p;

	s.task = TASK_CLASSIFICATION;
	signature_add_input(&s, "id", TYPE_INT64, "key");
	signature_add_input(&s, "x", TYPE_FLOAT64, NULL);
	signature_add_input(&s, "n", TYPE_INT64, NULL);
	signature_add_input(&s, "b", TYPE_BOOL, NULL);
	signature_add_input(&s, "y\"z", TYPE_CATEGORY, NULL);
	signature_add_input(&s, "answer", TYPE_CATEGORY, "target");
	signature_add_class(&s, "No");
	signature_add_class(&s, "Yes");
	signature_add_null(&s, " ");
	signature_set_target(&s, "answer", TYPE_CATEGORY);
	p = protocol_new(&s, "churn", 3);
	signature_release(&s);
	return p;
}

/* The rows as text, a line each: id|x|n|b|y"z, a null is "-". */
static void rows_text(const struct protocol_rows *r, struct buf *out)
{
	buf_reset(out);
	for (uint64_t i = 0; i < r->batch.rows; i++)
		for (size_t c = 0; c < r->batch.n; c++) {
			if (!column_valid(&r->batch.cols[c], i))
				buf_addc(out, '-');
			column_print(&r->batch.cols[c], i, out);
			buf_addc(out, c + 1 < r->batch.n ? '|' : '\n');
		}
}

#define JSON "application/json"
#define CSV "text/csv"
#define OIP "v2" /* JSON, by the Open Inference Protocol */

#define ROW "\"x\":1.5,\"n\":2,\"b\":true,\"y\\\"z\":\"t\""
#define NAMES "\"columns\":[\"x\",\"n\",\"b\",\"y\\\"z\"]"
#define T(name, type, shape, data)                                                                 \
	"{\"name\":\"" name "\",\"shape\":[" shape "],\"datatype\":\"" type "\",\"data\":[" data   \
	"]}"
#define V2(x) "{\"inputs\":[" x "]}"
#define REST                                                                                       \
	"," T("n", "INT32", "1", "2") "," T("b", "BOOL", "1", "true") "," T(                       \
		"y\\\"z", "BYTES", "1", "\"t\"")

static const struct {
	const char *type, *body, *rows;
} good[] = {
	{JSON, "{\"dataframe_records\":[{" ROW "}]}", "-|1.5|2|true|t\n"},
	{JSON, " {\"params\":{\"a\":[1,{}]}, \"dataframe_records\" : [ {" ROW ",\"id\":7} ] } \n",
		"7|1.5|2|true|t\n"},
	{"application/json; charset=utf-8", "{\"dataframe_records\":[]}", ""},
	{"Application/JSON;charset=UTF-8", "{\"dataframe_records\":[],\"params\":null}", ""},
	{JSON,
		"{\"dataframe_records\":[{\"y\\\"z\":\"a\\u00e9\\ud83d\\ude00\\n\",\"b\":null,"
		"\"n\":null,\"x\":null,\"other\":{\"deep\":[[[]]]}}]}",
		"-|-|-|-|a\303\251\360\237\230\200\n\n"},
	{JSON, "{\"dataframe_split\":{" NAMES ",\"data\":[[1,2,false,\"t\"],[-0.5,3,true,\" \"]]}}",
		"-|1|2|false|t\n-|-0.5|3|true|-\n"},
	{JSON,
		"{\"dataframe_split\":{\"data\":[[1,2,false,\"t\"]],\"index\":[0]," NAMES
		"},\"params\":{}}",
		"-|1|2|false|t\n"},
	{JSON,
		"{\"dataframe_split\":{\"columns\":[\"q\",\"n\",\"b\",\"x\",\"id\",\"y\\\"z\"],"
		"\"data\":[[[1],2,false,1e3,9007199254740993,\"\"]]}}",
		"9007199254740993|1000|2|false|\n"},
	{JSON, "{\"instances\":[{" ROW "},{" ROW "}]}", "-|1.5|2|true|t\n-|1.5|2|true|t\n"},
	{JSON, "{\"instances\":[[1.5,2,true,\"t\"]]}", "-|1.5|2|true|t\n"},
	{JSON, "{\"inputs\":[[1.5,2,true,\"t\"]]}", "-|1.5|2|true|t\n"},
	{JSON,
		"{\"inputs\":{\"x\":[1,2],\"b\":[true,null],\"q\":3,\"n\":[4,5],\"y\\\"z\":"
		"[\"a\",\"b\"]}}",
		"-|1|4|true|a\n-|2|5|-|b\n"},
	/* as pawl predict reads them: a number in quotes, and one that is whole */
	{JSON, "{\"instances\":[[\"1.5\",2.0,\"TRUE\",\"t\"]]}", "-|1.5|2|true|t\n"},
	{CSV, "x,n,b,q,\"y\"\"z\"\n1.5,2,true,,t\n,,,,\n", "-|1.5|2|true|t\n-|-|-|-|-\n"},
	{CSV, "id,\"y\"\"z\",b,n,x\r\n5,\" \",false,1,1e300\r\n", "5|1e+300|1|false|-\n"},
	{CSV, "x,n,b,\"y\"\"z\"\n", ""},
	{OIP, V2(T("x", "FP64", "1", "1.5") REST), "-|1.5|2|true|t\n"},
	{OIP,
		V2(T("x", "FP32", "1,1", "[1.5]") REST
			"," T("q", "FP16", "9", "") "," T("id", "INT64", "1", "8")),
		"8|1.5|2|true|t\n"},
	{OIP,
		"{\"id\":\"a\\u0062\",\"parameters\":{},\"outputs\":[{\"name\":\"prediction\"}],"
		"\"inputs\":[" T("x", "INT64", "1", "1") REST "]}",
		"-|1|2|true|t\n"},
	{OIP,
		V2(T("x", "FP64", "0", "") "," T("n", "INT64", "0", "") "," T(
			"b", "BOOL", "0", "") "," T("y\\\"z", "BYTES", "0,1", "")),
		""},
};

#define MISSING(x) "{\"dataframe_records\":[{" x "}]}"

static const struct {
	const char *type, *body;
	int status;
	const char *says;
} bad[] = {
	{NULL, "{}", 415, "must be application/json or text/csv"},
	{"", "{}", 415, "must be"},
	{"text/plain", "{}", 415, "must be"},
	{"application/jsonx", "{}", 415, "must be"},
	{"application/json; charset=latin1", "{}", 415, "charset=utf-8"},
	{"application/json; q=1", "{}", 415, "charset=utf-8"},
	{JSON, "", 400, "an object is wanted (byte 0)"},
	{JSON, "[]", 400, "an object is wanted"},
	{JSON, "{\"dataframe_records\":[\377]}", 400, "not UTF-8"},
	{JSON, "{}", 400, "exactly one of dataframe_split"},
	{JSON, "{\"params\":{}}", 400, "exactly one of"},
	{JSON, "{\"secret\":[]}", 400, "exactly one of"},
	{JSON, "{\"instances\":[],\"inputs\":[]}", 400, "exactly one of"},
	{JSON, "{\"instances\":[],\"instances\":[]}", 400, "exactly one of"},
	{JSON, "{\"instances\":[]} x", 400, "more behind its end"},
	{JSON, "{\"instances\":[]", 400, "too early"},
	{JSON, "{\"instances\":[],}", 400, "missing behind a comma"},
	{JSON, "{\"instances\":[{" ROW "},]}", 400, "missing behind a comma"},
	{JSON, "{\"instances\":[{" ROW "} {" ROW "}]}", 400, "comma"},
	{JSON, "{\"instances\":7}", 400, "a list is wanted (byte 13)"},
	{JSON, "{\"instances\":[7]}", 400, "an object is wanted"},
	{JSON, "{\"instances\":[[1,2,true,NaN]]}", 400, "not a JSON value"},
	{JSON, "{\"instances\":[[01,2,true,\"\"]]}", 400, "not a JSON value"},
	{JSON, "{\"instances\":[[1.,2,true,\"\"]]}", 400, "not a JSON number"},
	{JSON, "{\"instances\":[[+1,2,true,\"\"]]}", 400, "not a JSON value"},
	{JSON, "{\"instances\":[[1e999,2,true,\"\"]]}", 400, "larger than any double"},
	{JSON, "{\"instances\":[[1,2,true,\"\\ud800\"]]}", 400, "surrogate"},
	{JSON, "{\"instances\":[[1,2,true,\"\\x\"]]}", 400, "escape"},
	{JSON, "{\"instances\":[[1,2,true,\"\n\"]]}", 400, "control character"},
	{JSON, "{\"instances\":[[1,2,true,\"", 400, "ends within a string"},
	{JSON, "{\"instances\":[[1,2,true]]}", 400, "row 0: fewer values than the 4 columns"},
	{JSON, "{\"instances\":[[1,2,true,\"t\"],[1,2,true,\"t\",5]]}", 400, "row 1: more values"},
	{JSON, "{\"dataframe_records\":[[1,2,true,\"t\"]]}", 400, "an object is wanted"},
	{JSON, MISSING("\"x\":1,\"n\":2,\"b\":true"), 400, "row 0: column missing: 'y\"z'"},
	{JSON, MISSING("\"X\":1"), 400, "row 0: columns missing: 'x', 'n', 'b', 'y\"z'"},
	{JSON, "{\"dataframe_records\":[{" ROW "},{\"x\":1,\"n\":2,\"b\":true}]}", 400,
		"row 1: column missing"},
	{JSON, MISSING(ROW ",\"x\":1"), 400, "column 'x' is there twice"},
	{JSON, "{\"instances\":[[\"Geheim\",2,true,\"\"]]}", 400,
		"column 'x', row 0: not a value of type float64"},
	{JSON, "{\"instances\":[[true,2,true,\"\"]]}", 400, "column 'x', row 0"},
	{JSON, "{\"instances\":[[1,2.5,true,\"\"]]}", 400,
		"column 'n', row 0: not a value of type int64"},
	{JSON, "{\"instances\":[[1,9223372036854775808,true,\"\"]]}", 400, "column 'n', row 0"},
	{JSON, "{\"instances\":[[1,1e19,true,\"\"]]}", 400, "column 'n', row 0"},
	{JSON, "{\"instances\":[[1,2,1,\"\"]]}", 400,
		"column 'b', row 0: not a value of type bool"},
	{JSON, "{\"instances\":[[1,2,true,3]]}", 400,
		"column 'y\"z', row 0: not a value of type string"},
	{JSON, "{\"instances\":[[1,2,true,[]]]}", 400, "a single value is wanted"},
	{JSON, "{\"dataframe_split\":{" NAMES "}}", 400, "lacks data"},
	{JSON, "{\"dataframe_split\":{\"data\":[]}}", 400, "lacks columns"},
	{JSON, "{\"dataframe_split\":{\"secret\":[]}}", 400, "besides columns, data and index"},
	{JSON, "{\"dataframe_split\":{\"columns\":[\"x\",\"x\"],\"data\":[]}}", 400,
		"'x' is there twice"},
	{JSON, "{\"dataframe_split\":{\"columns\":[\"x\",\"n\"],\"data\":[]}}", 400,
		"columns missing: 'b', 'y\"z'"},
	{JSON, "{\"dataframe_split\":{" NAMES ",\"data\":[[1]]}}", 400, "row 0: fewer values"},
	{JSON, "{\"inputs\":{\"x\":[1]}}", 400, "columns missing: 'n'"},
	{JSON, "{\"inputs\":{\"x\":1}}", 400, "column 'x' is not a list"},
	{JSON, "{\"inputs\":{\"x\":[1],\"n\":[1,2]}}", 400,
		"column 'n' has 2 values, those before it 1"},
	{CSV, "", 400, "CSV"},
	{CSV, "x,n,b\n1,2,true\n", 400, "column missing: 'y\"z'"},
	{CSV, "x,n,b,\"y\"\"z\"\nGeheim,2,true,t\n", 400,
		"column 'x', line 2: not a value of type float64"},
	{CSV, "x,n,b,\"y\"\"z\"\n1,2,true,t\n1,Geheim\n", 400, "line 3 of the CSV"},
	{OIP, "{}", 400, "inputs is missing"},
	{OIP, "{\"inputs\":[" T("x", "FP64", "1", "1") REST "],\"inputs\":[]}", 400,
		"inputs is there twice"},
	{OIP, "{\"inputs\":[]}", 400, "columns missing"},
	{OIP, "{\"inputs\":[{\"shape\":[1]}]}", 400, "has no name"},
	{OIP, "{\"id\":1,\"inputs\":[]}", 400, "id should be a string"},
	{OIP, "{\"outputs\":[{\"name\":\"geheim\"}],\"inputs\":[]}", 400, "GET /v2/models/churn"},
	{OIP, V2(T("x", "BYTES", "1", "\"1\"") REST), 400,
		"column 'x': the datatype should be FP64"},
	{OIP, V2(T("x", "FP16", "1", "1") REST), 400, "column 'x': the datatype"},
	{OIP, V2(T("x", "FP64", "1,2", "1,2") REST), 400, "column 'x': the shape should be"},
	{OIP, V2(T("x", "FP64", "", "1") REST), 400, "column 'x': the shape"},
	{OIP, V2(T("x", "FP64", "-1", "1") REST), 400, "column 'x': the shape"},
	{OIP, V2(T("x", "FP64", "2", "1") REST), 400, "the shape says 2 values, there are 1"},
	{OIP, V2(T("x", "FP64", "2", "1,2") REST), 400, "column 'n' has 1 rows, those before it 2"},
	{OIP, V2(T("x", "FP64", "1", "\"1\"") REST), 400,
		"column 'x', row 0: not a value of the tensor"},
	{OIP, V2(T("x", "INT64", "1", "1.5") REST), 400, "column 'x', row 0"},
	{OIP,
		V2("{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP64\",\"parameters\":{"
		   "\"binary_data_size\":8}}"),
		400, "binary tensors"},
};

static int parse(const struct protocol *p, const char *type, const char *body,
	struct protocol_rows *r, struct protocol_fault *f)
{
	size_t len = strlen(body);
	char *exact = mem_array(len + 1, 1); /* so that reading beyond it is seen */
	int oip = type && strcmp(type, OIP) == 0, rc;

	memcpy(exact, body, len + 1);
	rc = protocol_parse(
		p, oip ? PROTOCOL_V2 : PROTOCOL_MLFLOW, oip ? NULL : type, exact, len, r, f);
	free(exact);
	return rc;
}

static void test_good(void **state)
{
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol *p = model();
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct protocol_fault f = {0};

		if (parse(p, good[i].type, good[i].body, &r, &f) < 0)
			fail_msg("%s: %s", good[i].body, f.why.text);
		rows_text(&r, &text);
		if (strcmp(text.data, good[i].rows) != 0)
			fail_msg("%s: %s", good[i].body, text.data);
	}
	buf_release(&text);
	protocol_rows_release(&r);
	protocol_free(p);
}

static void test_bad(void **state)
{
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol *p = model();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct protocol_fault f = {0};

		if (parse(p, bad[i].type, bad[i].body, &r, &f) == 0)
			fail_msg("%s: accepted", bad[i].body);
		if (f.status != bad[i].status || !strstr(f.why.text, bad[i].says))
			fail_msg("%s: %d %s", bad[i].body, f.status, f.why.text);
		if (strcasestr(f.why.text, "geheim") || strstr(f.why.text, "secret"))
			fail_msg("%s: says what was sent: %s", bad[i].body, f.why.text);
	}
	protocol_rows_release(&r);
	protocol_free(p);
}

/* Whatever the body is cut to, it is refused; and what follows is not disturbed by it. */
static void test_cut(void **state)
{
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol *p = model();

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		size_t len = strlen(good[i].body);

		if (strcmp(good[i].type, CSV) == 0)
			continue;
		for (size_t n = 0; n < len && good[i].body[n + strspn(good[i].body + n, " \n")];
			n++) {
			char *cut = mem_strndup(good[i].body, n);
			struct protocol_fault f = {0};

			assert_int_equal(parse(p, good[i].type, cut, &r, &f), -1);
			assert_int_equal(f.status, 400);
			free(cut);
		}
	}
	protocol_rows_release(&r);
	protocol_free(p);
}

static void test_depth(void **state)
{
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol_fault f = {0};
	struct protocol *p = model();
	struct buf body = BUF_INIT;

	(void)state;
	buf_adds(&body, "{\"params\":");
	for (int i = 0; i < 100000; i++)
		buf_addc(&body, '[');
	assert_int_equal(parse(p, JSON, body.data, &r, &f), -1);
	assert_non_null(strstr(f.why.text, "nested too deeply"));
	buf_release(&body);
	protocol_rows_release(&r);
	protocol_free(p);
}

/* Two rows of predictions, the second of which is none. */
static void predictions(struct schema *s, struct batch *b)
{
	notes_set(&schema_add(s, "id", TYPE_INT64)->notes, "pawl.role", "key");
	schema_add(s, "prediction", TYPE_STRING);
	schema_add(s, "probability_No", TYPE_FLOAT64);
	schema_add(s, "probability_Yes", TYPE_FLOAT64);
	batch_init(b, s);
	for (uint64_t r = 0; r < 2; r++) {
		column_push_int64(&b->cols[0], r, 7);
		column_push_text(&b->cols[1], r, "a\"\n\\\377", 5);
		column_push_float64(&b->cols[2], r, r ? (double)NAN : 0.1);
		column_push_float64(&b->cols[3], r, r ? (double)INFINITY : 0.30000000000000004);
	}
	b->rows = 2;
}

static void render_is(const struct protocol *p, enum protocol_kind kind,
	const struct protocol_rows *r, const char *want)
{
	struct schema s = SCHEMA_INIT;
	struct batch b = BATCH_INIT;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *json;

	predictions(&s, &b);
	protocol_render(p, kind, r, &s, &b, &out);
	assert_string_equal(out.data, want);
	json = json_parse(out.data, out.len, "answer", &e);
	assert_non_null(json);
	json_decref(json);
	buf_release(&out);
	batch_release(&b);
	schema_release(&s);
}

static void test_render(void **state)
{
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol_fault f = {0};
	struct protocol *p = model();

	(void)state;
	render_is(p, PROTOCOL_MLFLOW, &r,
		"{\"predictions\":[{\"prediction\":\"a\\\"\\u000a\\\\\xef\xbf\xbd\","
		"\"probability_No\":0.1,\"probability_Yes\":0.30000000000000004},"
		"{\"prediction\":\"a\\\"\\u000a\\\\\xef\xbf\xbd\","
		"\"probability_No\":null,\"probability_Yes\":null}]}");
	assert_int_equal(
		parse(p, OIP,
			"{\"id\":\"a\\u0062\",\"outputs\":[{\"name\":\"probability_Yes\"}],"
			"\"inputs\":[" T("x", "FP64", "1", "1") REST "]}",
			&r, &f),
		0);
	render_is(p, PROTOCOL_V2, &r,
		"{\"model_name\":\"churn\",\"model_version\":\"3\",\"id\":\"a\\u0062\",\"outputs\":"
		"["
		"{\"name\":\"probability_Yes\",\"datatype\":\"FP64\",\"shape\":[2,1],"
		"\"data\":[0.30000000000000004,null]}]}");
	protocol_rows_release(&r);
	protocol_free(p);
}

static void test_regression(void **state)
{
	struct signature s = SIGNATURE_INIT;
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct schema schema = SCHEMA_INIT;
	struct batch b = BATCH_INIT;
	struct buf out = BUF_INIT;
	struct protocol *p;

	(void)state;
	s.task = TASK_REGRESSION;
	p = protocol_new(&s, "m", 0);
	schema_add(&schema, "prediction", TYPE_FLOAT64);
	batch_init(&b, &schema);
	column_push_float64(&b.cols[0], 0, -0.5);
	column_push_float64(&b.cols[0], 1, (double)NAN);
	b.rows = 2;
	protocol_render(p, PROTOCOL_MLFLOW, &r, &schema, &b, &out);
	assert_string_equal(out.data, "{\"predictions\":[-0.5,null]}");
	buf_reset(&out);
	protocol_model_render(p, &out);
	assert_string_equal(out.data, "{\"name\":\"m\",\"platform\":\"pawl_onnx\",\"inputs\":[],"
				      "\"outputs\":[{\"name\":\"prediction\",\"datatype\":\"FP64\","
				      "\"shape\":[-1,1]}]}");
	buf_release(&out);
	batch_release(&b);
	schema_release(&schema);
	protocol_free(p);
}

static void test_swap(void **state)
{
	struct signature s = SIGNATURE_INIT;
	struct protocol_rows r = PROTOCOL_ROWS_INIT;
	struct protocol_fault f = {0};
	struct protocol *one = model(), *two;

	(void)state;
	assert_int_equal(parse(one, JSON, good[0].body, &r, &f), 0);
	protocol_free(one);
	signature_add_input(&s, "x", TYPE_CATEGORY, NULL);
	two = protocol_new(&s, "two", 0);
	signature_release(&s);
	assert_int_equal(parse(two, JSON, "{\"instances\":[[\"t\"]]}", &r, &f), 0);
	assert_int_equal(r.batch.n, 1);
	assert_int_equal(r.batch.rows, 1);
	protocol_rows_release(&r);
	protocol_free(two);
}

static void test_metadata(void **state)
{
	struct protocol *p = model();
	struct buf out = BUF_INIT;

	(void)state;
	protocol_model_render(p, &out);
	assert_string_equal(out.data,
		"{\"name\":\"churn\",\"versions\":[\"3\"],\"platform\":\"pawl_onnx\",\"inputs\":["
		"{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[-1,1]},"
		"{\"name\":\"n\",\"datatype\":\"INT64\",\"shape\":[-1,1]},"
		"{\"name\":\"b\",\"datatype\":\"BOOL\",\"shape\":[-1,1]},"
		"{\"name\":\"y\\\"z\",\"datatype\":\"BYTES\",\"shape\":[-1,1]}],\"outputs\":["
		"{\"name\":\"prediction\",\"datatype\":\"BYTES\",\"shape\":[-1,1]},"
		"{\"name\":\"probability_No\",\"datatype\":\"FP64\",\"shape\":[-1,1]},"
		"{\"name\":\"probability_Yes\",\"datatype\":\"FP64\",\"shape\":[-1,1]}]}");
	buf_release(&out);
	protocol_free(p);
}

static void test_fault(void **state)
{
	struct protocol_fault f = {0};
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(protocol_fault_set(&f, 404, "no model '%s'", "a\"b"), -1);
	protocol_fault_render(PROTOCOL_MLFLOW, &f, &out);
	assert_string_equal(out.data, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\","
				      "\"message\":\"no model 'a\\\"b'\"}");
	buf_reset(&out);
	protocol_fault_render(PROTOCOL_V2, &f, &out);
	assert_string_equal(out.data, "{\"error\":\"no model 'a\\\"b'\"}");
	buf_release(&out);
}

static void test_route(void **state)
{
	static const struct {
		const char *method, *path;
		enum protocol_call call;
		const char *model, *version;
	} table[] = {
		{"GET", "/ping", PROTOCOL_PING, NULL, NULL},
		{"HEAD", "/health", PROTOCOL_PING, NULL, NULL},
		{"POST", "/ping", PROTOCOL_NOT_ALLOWED, NULL, NULL},
		{"GET", "/version", PROTOCOL_VERSION, NULL, NULL},
		{"POST", "/invocations", PROTOCOL_INVOCATIONS, NULL, NULL},
		{"GET", "/invocations", PROTOCOL_NOT_ALLOWED, NULL, NULL},
		{"POST", "/invocations/", PROTOCOL_UNKNOWN, NULL, NULL},
		{"GET", "/metrics", PROTOCOL_METRICS, NULL, NULL},
		{"GET", "/v2", PROTOCOL_SERVER, NULL, NULL},
		{"GET", "/v2/", PROTOCOL_SERVER, NULL, NULL},
		{"GET", "/v2/health/live", PROTOCOL_LIVE, NULL, NULL},
		{"GET", "/v2/health/ready", PROTOCOL_READY, NULL, NULL},
		{"GET", "/v2/models/churn", PROTOCOL_MODEL, "churn", NULL},
		{"GET", "/v2/models/churn/versions/3", PROTOCOL_MODEL, "churn", "3"},
		{"GET", "/v2/models/churn/ready", PROTOCOL_MODEL_READY, "churn", NULL},
		{"POST", "/v2/models/churn/infer", PROTOCOL_INFER, "churn", NULL},
		{"POST", "/v2/models/churn/versions/3/infer", PROTOCOL_INFER, "churn", "3"},
		{"GET", "/v2/models/churn/infer", PROTOCOL_NOT_ALLOWED, "churn", NULL},
		{"GET", "/v2/models/", PROTOCOL_UNKNOWN, NULL, NULL},
		{"GET", "/v2/models/churn/versions/", PROTOCOL_UNKNOWN, "churn", NULL},
		{"GET", "/v2/models/churn/else", PROTOCOL_UNKNOWN, "churn", NULL},
		{"GET", "/", PROTOCOL_UNKNOWN, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct protocol_route r = protocol_route(table[i].method, table[i].path);

		if (r.call != table[i].call)
			fail_msg("%s %s: %d", table[i].method, table[i].path, (int)r.call);
		if (table[i].model)
			assert_memory_equal(r.model, table[i].model, r.model_len);
		if (table[i].version)
			assert_memory_equal(r.version, table[i].version, r.version_len);
		assert_int_equal(!r.allow, r.call != PROTOCOL_NOT_ALLOWED);
		assert_int_equal(r.kind == PROTOCOL_V2, strncmp(table[i].path, "/v2", 3) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"every shape of a request becomes the same rows", test_good, NULL, NULL, NULL},
		{"a bad body is refused by name and never echoed", test_bad, NULL, NULL, NULL},
		{"a body cut anywhere is refused", test_cut, NULL, NULL, NULL},
		{"nesting has a limit", test_depth, NULL, NULL, NULL},
		{"answers are valid JSON with null for NaN", test_render, NULL, NULL, NULL},
		{"a regression answers with a flat list", test_regression, NULL, NULL, NULL},
		{"a parser follows its model when that is replaced", test_swap, NULL, NULL, NULL},
		{"V2's metadata lists what is taken and what is made", test_metadata, NULL, NULL,
			NULL},
		{"a refusal is worded as the protocol words it", test_fault, NULL, NULL, NULL},
		{"a path and a method are a call", test_route, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
