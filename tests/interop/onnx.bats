#!/usr/bin/env bats
# onnxruntime returns what pawl predicts, and runs every operator that pawl knows as pawl does.
load ../cli/helper

js() {
	command -v node >/dev/null || skip "no node here"
	[ -e "$BATS_TEST_DIRNAME/node_modules/.installed" ] || skip "tests/interop/install has not run"
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

@test "onnxruntime runs every operator as pawl does" {
	program=${PAWL_BUILD:-$PAWL_SOURCE/build}/unit/model-plan
	[ -x "$program" ] || skip "make unit builds what this needs"
	mkdir models
	PAWL_MODELS=$PWD/models "$program" >/dev/null 2>&1
	js onnx.mjs graphs models
}
