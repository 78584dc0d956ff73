#!/usr/bin/env bats
# Arrow tables cross between pawl and other people's libraries with every value and null.
load ../cli/helper

# js SCRIPT ARGS: it finds no difference. The test is skipped where there is no node or package.
js() {
	command -v node >/dev/null || skip "no node here"
	[ -e "$BATS_TEST_DIRNAME/node_modules/.installed" ] || skip "tests/interop/install could not install"
	node "$BATS_TEST_DIRNAME/$1" "${@:2}"
}

# sample FORMAT FILE ROWS [COLUMN]: a table of all types, without the column.
sample() {
	local program=${PAWL_BUILD:-$PAWL_SOURCE/build}/unit/io-arrow_out
	[ -x "$program" ] || skip "make unit builds what this needs"
	"$program" sample "$@"
}

@test "apache-arrow reads every type, null and note that pawl writes, in files and streams" {
	for format in file stream; do
		for rows in 0 1 70000; do
			sample $format t $rows
			js sample.mjs arrow $format t $rows
		done
	done
}

@test "polars reads every type and null that pawl writes, in files and streams" {
	for format in file stream; do
		for rows in 0 1 70000; do
			sample $format t $rows binary
			js sample.mjs polars $format t $rows
		done
	done
}

@test "pawl reads every type that apache-arrow writes" {
	for format in file stream; do
		js theirs.mjs arrow $format theirs want.jsonl
		ok pawl ingest theirs -o got.jsonl
		js compare.mjs want.jsonl got.jsonl
	done
}

@test "pawl reads every type that polars writes, also compressed" {
	for format in file stream; do
		for compression in uncompressed lz4 zstd; do
			js theirs.mjs polars $format-$compression theirs want.jsonl
			ok pawl ingest theirs -o got.jsonl
			js compare.mjs want.jsonl got.jsonl
		done
	done
}

@test "what came from another library goes through pipes and files unchanged" {
	js theirs.mjs arrow stream theirs want.jsonl
	pawl ingest <theirs | pawl ingest -o t.arrow
	ok pawl ingest t.arrow -o got.jsonl
	js compare.mjs want.jsonl got.jsonl
	pawl ingest -f arrow theirs >u.arrow
	ok pawl ingest u.arrow -o again.jsonl
	cmp got.jsonl again.jsonl
}

@test "apache-arrow and polars agree on a CSV file that pawl ingested" {
	js csv.mjs make t.csv want.jsonl
	ok pawl ingest t.csv -o t.arrow
	pawl ingest t.csv >t.arrows
	for reader in arrow polars; do
		for file in t.arrow t.arrows; do
			js csv.mjs $reader $file got.jsonl
			js compare.mjs want.jsonl got.jsonl
		done
	done
}

@test "apache-arrow and polars read the feature frame, whose dictionaries are known in advance" {
	js csv.mjs make t.csv want.jsonl
	cat >features.yaml <<'Y'
version: 1
features:
  flag: [{impute: most_frequent}]
  count: [{impute: mean}, standardize]
  city: [{impute: "(missing)"}, onehot]
drop: [day, at, note]
Y
	ok pawl ingest t.csv --key id --target amount -o t.arrow
	ok pawl featurize -r features.yaml -t amount --graph g.onnx -o f.arrow t.arrow
	pawl featurize -r features.yaml -t amount --graph g.onnx t.arrow >f.arrows
	for reader in arrow polars; do
		for file in f.arrow f.arrows; do
			js features.mjs $reader $file
		done
	done
}
