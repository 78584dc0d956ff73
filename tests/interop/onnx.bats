#!/usr/bin/env bats
# onnxruntime returns what pawl predicts, and runs every operator that pawl knows as pawl does.
load ../cli/helper

js() {
	command -v node >/dev/null || skip "no node here"
	[ -e "$BATS_TEST_DIRNAME/node_modules/.installed" ] || skip "tests/interop/install could not install"
	node "$BATS_TEST_DIRNAME/$1" "${@:2}"
}

# compare TARGET: a model of telco for that target, its predictions for the test part.
compare() {
	shared churn/telco.csv
	ok pawl init --target "$1" --key customerID -C d "$file"
	ok pawl split --key customerID -o train.arrow --test-output test.arrow "$file"
	ok pawl featurize -s d/schema.yaml -r d/features.yaml -t "$1" --graph g.onnx -o f.arrow train.arrow
	ok pawl train -t "$1" --graph g.onnx -o m.onnx f.arrow
	ok pawl predict -m m.onnx -o p.arrow test.arrow
	js onnx.mjs model m.onnx test.arrow p.arrow
}

@test "onnxruntime classifies every row of the telco test part as pawl does" {
	compare Churn
}

@test "onnxruntime classifies into more than two classes as pawl does" {
	compare PaymentMethod
}

@test "onnxruntime regresses every row of a test part as pawl does" {
	compare MonthlyCharges
}

@test "dates, times, booleans, integers and missing values reach onnxruntime as they reach pawl" {
	awk 'BEGIN {
		print "id,day,at,member,n,x,kind,y"
		for (i = 1; i <= 500; i++) {
			r = r * 16807 % 2147483647 + 12345
			day = sprintf("2024-%02d-%02d", 1 + r % 12, 1 + int(r / 12) % 28)
			at = sprintf("%sT%02d:00:%02d.%06d", day, r % 24, r % 60, r % 1000000)
			z = r % 12 + r % 7 / 3 + (r % 5 ? 0 : 4)
			printf "k%d,%s,%s,%s,%s,%s,%s,%s\n", i, day, (r % 11 ? at : ""),
				(r % 5 ? "true" : "false"), (r % 13 ? r % 1000 : ""),
				(r % 9 ? r / 2147483647 : ""), substr("redgrnblu", 3 * (r % 3) + 1, 3), z
		}
	}' >raw.csv
	cat >r.yaml <<-END
		version: 1
		features:
		  day: [standardize]
		  at: [{impute: median}, standardize]
		  member: []
		  n: [{impute: mean}, log1p, {clip: [0.05, 0.95]}]
		  x: [{impute: 0.5}, standardize]
		  kind: [{onehot: {min_count: 10}}]
	END
	ok pawl ingest --key id --target y -o data.arrow raw.csv
	ok pawl split -o train.arrow --test-output test.arrow data.arrow
	ok pawl featurize -r r.yaml --graph g.onnx -o f.arrow train.arrow
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	ok pawl predict -m m.onnx -o p.arrow test.arrow
	js onnx.mjs model m.onnx test.arrow p.arrow
	ok pawl predict -m m.onnx -o p.csv raw.csv
	ok pawl predict -m m.onnx -o q.csv data.arrow
	cmp p.csv q.csv
}

@test "onnxruntime runs every operator as pawl does" {
	program=${PAWL_BUILD:-$PAWL_SOURCE/build}/unit/model-plan
	[ -x "$program" ] || skip "make unit builds what this needs"
	mkdir models
	PAWL_MODELS=$PWD/models "$program" >/dev/null 2>&1
	js onnx.mjs graphs models
}
