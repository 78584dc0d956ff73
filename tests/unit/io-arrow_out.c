/* arrow_out: what it writes, arrow_in reads; and its bytes depend on the rows alone.
 * SPDX-License-Identifier: MIT
 */
#include "arrow_table.h"

#include "io/lineage.h"

static const enum format formats[] = {FORMAT_ARROW_FILE, FORMAT_ARROW_STREAM};

/* Reads a table and compares it with the rows it was made of. */
static void check_read(const char *path, enum format format, const struct schema *s,
	const struct batch *rows, int passes)
{
	struct table_input t;
	const struct batch *b;
	const struct schema *got;
	uint64_t at;
	int rc;

	table_open(&t, path, format);
	if (!t.in)
		fail_msg("%s", t.e.text);
	got = arrow_in_schema(t.in);
	assert_int_equal(got->n, s->n);
	for (size_t i = 0; i < s->n; i++) {
		assert_string_equal(got->fields[i].name, s->fields[i].name);
		assert_int_equal(got->fields[i].type, s->fields[i].type);
		assert_int_equal(got->fields[i].notes.n, s->fields[i].notes.n);
	}
	assert_int_equal(got->notes.n, s->notes.n);
	while (passes--) {
		at = 0;
		while ((rc = arrow_in_next(t.in, &b, &t.e)) > 0) {
			assert_true(b->rows == BATCH_ROWS || at + b->rows == rows->rows);
			table_same(rows, at, b, b->rows);
			at += b->rows;
		}
		if (rc < 0)
			fail_msg("%s", t.e.text);
		assert_int_equal(at, rows->rows);
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 0);
		if (passes && arrow_in_rewind(t.in, &t.e) < 0)
			fail_msg("%s", t.e.text);
	}
	table_close(&t);
}

static void what_is_written_is_read_back_equal(void **state)
{
	static const uint64_t sizes[] = {0, 1, 9, 1000, BATCH_ROWS, BATCH_ROWS + 1, 200000};
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow");

	(void)state;
	table_schema(&s);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		batch_init(&rows, &s);
		for (uint64_t r = 0; r < sizes[i]; r++)
			table_push(&rows, r);
		for (int f = 0; f < 2; f++) {
			table_write(path, formats[f], &s, &rows, 60000, NULL);
			check_read(path, formats[f], &s, &rows, 1);
		}
		batch_release(&rows);
	}
	schema_release(&s);
	free(path);
}

static void a_table_can_be_read_again(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow");

	(void)state;
	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 70000; r++)
		table_push(&rows, r);
	for (int f = 0; f < 2; f++) {
		table_write(path, formats[f], &s, &rows, 70000, NULL);
		check_read(path, formats[f], &s, &rows, 3);
	}
	batch_release(&rows);
	schema_release(&s);
	free(path);
}

/* The footer comes last, so the input is spooled; its hash is that of the bytes all the same. */
static void a_file_is_read_through_a_pipe(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow"), *command = mem_printf("cat '%s'", path);
	char of_file[SHA256_HEX], of_pipe[SHA256_HEX];
	struct table_input t = {NULL, NULL, ERR_INIT};
	const struct batch *b;

	(void)state;
	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 1000; r++)
		table_push(&rows, r);
	table_write(path, FORMAT_ARROW_FILE, &s, &rows, 1000, NULL);
	t.stream = stream_exec(command, &t.e);
	assert_non_null(t.stream);
	t.in = arrow_in_open(t.stream, FORMAT_ARROW_FILE, 0, &t.e);
	if (!t.in)
		fail_msg("%s", t.e.text);
	for (int pass = 0; pass < 2; pass++) {
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 1);
		table_same(&rows, 0, b, 1000);
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 0);
		assert_int_equal(arrow_in_rewind(t.in, &t.e), 0);
	}
	assert_int_equal(stream_sha256(t.stream, of_pipe, &t.e), 0);
	assert_int_equal(file_sha256(path, of_file, &t.e), 0);
	assert_string_equal(of_pipe, of_file);
	table_close(&t);
	batch_release(&rows);
	schema_release(&s);
	free(path);
	free(command);
}

static void the_bytes_do_not_depend_on_how_the_rows_arrive(void **state)
{
	static const uint64_t steps[] = {1000, 65536, 12345, 140000};
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow"), first[SHA256_HEX], hex[SHA256_HEX];
	struct err e;

	(void)state;
	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 140000; r++)
		table_push(&rows, r);
	for (int f = 0; f < 2; f++) {
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			table_write(path, formats[f], &s, &rows, steps[i], NULL);
			assert_int_equal(file_sha256(path, i ? hex : first, &e), 0);
			if (i)
				assert_string_equal(hex, first);
		}
	}
	batch_release(&rows);
	schema_release(&s);
	free(path);
}

/* Through a pipe and into a file: the same bytes as straight into the file. */
static void a_pipe_in_between_changes_nothing(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *direct = table_path("direct.arrow"), *piped = table_path("piped.arrows");
	char *after = table_path("after.arrow"), one[SHA256_HEX], two[SHA256_HEX];
	struct table_input t;
	struct outfile o;
	struct arrow_out *out;
	const struct batch *b;

	(void)state;
	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 140000; r++)
		table_push(&rows, r);
	table_write(direct, FORMAT_ARROW_FILE, &s, &rows, 140000, NULL);
	table_write(piped, FORMAT_ARROW_STREAM, &s, &rows, 5000, NULL);
	table_open(&t, piped, FORMAT_ARROW_STREAM);
	assert_non_null(t.in);
	assert_int_equal(outfile_open(&o, after, &t.e), 0);
	out = arrow_out_open(&o, FORMAT_ARROW_FILE, arrow_in_schema(t.in), &t.e);
	while (arrow_in_next(t.in, &b, &t.e) > 0)
		assert_int_equal(arrow_out_write(out, b, &t.e), 0);
	assert_int_equal(arrow_out_finish(out, NULL, &t.e), 0);
	arrow_out_free(out);
	assert_int_equal(outfile_commit(&o, &t.e), 0);
	table_close(&t);
	assert_int_equal(file_sha256(direct, one, &t.e), 0);
	assert_int_equal(file_sha256(after, two, &t.e), 0);
	assert_string_equal(one, two);
	batch_release(&rows);
	schema_release(&s);
	free(direct);
	free(piped);
	free(after);
}

static void a_dictionary_with_an_encoding_keeps_its_order_and_all_its_values(void **state)
{
	static const char *const values[] = {"a", "b", "c", "never"};
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow");
	struct table_input t;
	const struct batch *b;
	size_t len;

	(void)state;
	notes_set(&schema_add(&s, "c", TYPE_CATEGORY)->notes, "pawl.encoding", "{}");
	batch_init(&rows, &s);
	rows.cols[0].dict = dict_new();
	for (int i = 0; i < 4; i++)
		map_add(&rows.cols[0].dict->values, values[i], strlen(values[i]), NULL);
	column_push_index(&rows.cols[0], 0, 2);
	column_push_index(&rows.cols[0], 1, 0);
	rows.rows = 2;
	for (int f = 0; f < 2; f++) {
		table_write(path, formats[f], &s, &rows, 2, NULL);
		table_open(&t, path, formats[f]);
		assert_non_null(t.in);
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 1);
		assert_int_equal(b->cols[0].dict->values.n, 4);
		assert_memory_equal(map_key(&b->cols[0].dict->values, 3, &len), "never", 5);
		assert_int_equal(b->cols[0].i32[0], 2);
		assert_int_equal(b->cols[0].i32[1], 0);
		table_close(&t);
	}
	batch_release(&rows);
	schema_release(&s);
	free(path);
}

static void the_lineage_travels_along(void **state)
{
	json_t *step = lineage_step("split", 1, json_pack("{s:i}", "seed", 7));
	json_t *chain = lineage_chain(step), *of_file = NULL;
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow");
	struct table_input t;
	const struct batch *b;
	struct err e;

	(void)state;
	table_schema(&s);
	notes_set(&s.notes, "pawl.lineage", "of some input");
	batch_init(&rows, &s);
	table_push(&rows, 1);
	for (int f = 0; f < 2; f++) {
		table_write(path, formats[f], &s, &rows, 1, chain);
		table_open(&t, path, formats[f]);
		assert_non_null(t.in);
		while (arrow_in_next(t.in, &b, &t.e) > 0)
			;
		assert_true(json_equal(arrow_in_lineage(t.in), chain));
		assert_null(notes_get(&arrow_in_schema(t.in)->notes, "pawl.lineage"));
		table_close(&t);
	}
	table_write(path, FORMAT_ARROW_FILE, &s, &rows, 1, chain);
	assert_int_equal(arrow_file_lineage(path, &of_file, &e), 0);
	assert_true(json_equal(of_file, chain));
	json_decref(of_file);
	table_write(path, FORMAT_ARROW_FILE, &s, &rows, 1, NULL);
	assert_int_equal(arrow_file_lineage(path, &of_file, &e), 0);
	assert_null(of_file);
	json_decref(chain);
	json_decref(step);
	batch_release(&rows);
	schema_release(&s);
	free(path);
}

/* Writes 12 rows with a lineage, then puts `by` in the place of the last `what` in the bytes. */
static void write_changed(const char *path, enum format format, const char *what, const char *by)
{
	json_t *step = lineage_step("split", 1, json_object()), *chain = lineage_chain(step);
	struct schema s = SCHEMA_INIT;
	struct buf all = BUF_INIT;
	struct batch rows;
	struct err e;
	size_t at;

	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 12; r++)
		table_push(&rows, r);
	table_write(path, format, &s, &rows, 12, chain);
	assert_int_equal(file_read(path, 1 << 20, &all, &e), 0);
	at = all.len - strlen(what);
	while (at && memcmp(all.data + at, what, strlen(what)) != 0)
		at--;
	assert_true(at > 0);
	memcpy(all.data + at, by, strlen(by));
	assert_int_equal(file_write(path, all.data, all.len, &e), 0);
	buf_release(&all);
	batch_release(&rows);
	schema_release(&s);
	json_decref(chain);
	json_decref(step);
}

/* Other programs copy the notes of a schema to what they make of a table, but not these two. */
static void the_lineage_counts_only_in_what_pawl_wrote(void **state)
{
	static const char *const marks[][2] = {
		{"pawl.rows", "xawl.rows"}, {"pawl.stream", "xawl.stream"}};
	char *path = table_path("t.arrow");

	(void)state;
	for (int f = 0; f < 2; f++) {
		struct table_input t;
		const struct batch *b;

		write_changed(path, formats[f], marks[f][0], marks[f][1]);
		table_open(&t, path, formats[f]);
		assert_non_null(t.in);
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 1);
		assert_int_equal(arrow_in_next(t.in, &b, &t.e), 0);
		assert_null(arrow_in_lineage(t.in));
		table_close(&t);
	}
	free(path);
}

static void rows_that_are_missing_are_missed(void **state)
{
	char *path = table_path("t.arrow");

	(void)state;
	for (int f = 0; f < 2; f++) {
		struct err e;
		uint64_t n;

		/* The row count is the last such text in the bytes. */
		write_changed(path, formats[f], "12", "13");
		assert_int_equal(table_read_all(path, formats[f], &n, &e), ERR_DATA);
		assert_non_null(strstr(e.text, "13 rows were written, 12 are there"));
	}
	free(path);
}

static void a_table_cut_at_any_byte_is_a_data_error(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct batch rows;
	char *path = table_path("t.arrow"), *cut = table_path("cut");
	struct buf all = BUF_INIT;
	struct err e;
	uint64_t n;

	(void)state;
	table_schema(&s);
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < 10; r++)
		table_push(&rows, r);
	for (int f = 0; f < 2; f++) {
		table_write(path, formats[f], &s, &rows, 10, NULL);
		buf_reset(&all);
		assert_int_equal(file_read(path, 1 << 20, &all, &e), 0);
		for (size_t len = 0; len < all.len; len++) {
			assert_int_equal(file_write(cut, all.data, len, &e), 0);
			if (table_read_all(cut, formats[f], &n, &e) != ERR_DATA)
				fail_msg("cut at %zu of %zu: read", len, all.len);
		}
		buf_addc(&all, 'x');
		assert_int_equal(file_write(cut, all.data, all.len, &e), 0);
		assert_int_equal(table_read_all(cut, formats[f], &n, &e), ERR_DATA);
	}
	buf_release(&all);
	batch_release(&rows);
	schema_release(&s);
	free(path);
	free(cut);
}

static void a_full_disk_is_a_system_error(void **state)
{
	struct schema s = SCHEMA_INIT;
	struct err e = ERR_INIT;
	struct arrow_out *out;
	struct outfile o;

	(void)state;
	table_schema(&s);
	assert_int_equal(outfile_open(&o, "/dev/full", &e), 0);
	out = arrow_out_open(&o, FORMAT_ARROW_FILE, &s, &e);
	assert_non_null(out);
	assert_int_equal(arrow_out_finish(out, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	arrow_out_free(out);
	outfile_discard(&o);
	schema_release(&s);
}

/* For tests/interop: sample file|stream FILE ROWS [COLUMN] writes the table, without the column. */
static int sample(char **argv)
{
	struct schema s = SCHEMA_INIT;
	struct batch rows;

	table_schema(&s);
	if (argv[5])
		schema_remove(&s, schema_find(&s, argv[5]));
	batch_init(&rows, &s);
	for (uint64_t r = 0; r < strtoull(argv[4], NULL, 10); r++)
		table_push(&rows, r);
	table_write(argv[3], strcmp(argv[2], "file") == 0 ? FORMAT_ARROW_FILE : FORMAT_ARROW_STREAM,
		&s, &rows, 50000, NULL);
	batch_release(&rows);
	schema_release(&s);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back_equal),
		cmocka_unit_test(a_table_can_be_read_again),
		cmocka_unit_test(a_file_is_read_through_a_pipe),
		cmocka_unit_test(the_bytes_do_not_depend_on_how_the_rows_arrive),
		cmocka_unit_test(a_pipe_in_between_changes_nothing),
		cmocka_unit_test(a_dictionary_with_an_encoding_keeps_its_order_and_all_its_values),
		cmocka_unit_test(the_lineage_travels_along),
		cmocka_unit_test(the_lineage_counts_only_in_what_pawl_wrote),
		cmocka_unit_test(rows_that_are_missing_are_missed),
		cmocka_unit_test(a_table_cut_at_any_byte_is_a_data_error),
		cmocka_unit_test(a_full_disk_is_a_system_error),
	};

	if (argc > 4 && strcmp(argv[1], "sample") == 0)
		return sample(argv);
	return cmocka_run_group_tests(tests, table_begin, table_end);
}
