load helper

# table N [SEED]: rows with targets of all kinds, of which a and kind tell something.
table() {
	awk -v n="$1" -v r="${2:-1}" 'BEGIN {
		print "id,a,kind,w,cost,two,three,flag"
		for (i = 1; i <= n; i++) {
			r = (r * 16807 + 12345) % 2147483647
			a = r % 1000 / 100; k = int(r / 7) % 4; z = a + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s,%s,%s,%s\n", i, a, substr("redgrnbluxyz", 3 * k + 1, 3),
				1 + r % 3, z, (z > 8 ? "yes" : "no"), (z < 4 ? "low" : z < 9 ? "mid" : "top"),
				(z > 6 ? "true" : "false")
		}
	}'
}

# model TARGET [TRAIN OPTION...]: model.onnx for that target, and test.csv.
model() {
	local target=$1 drop=
	shift
	for c in cost two three flag; do [ $c = "$target" ] || drop+="$c, "; done
	table 400 >train.csv
	table 100 7 >test.csv
	cat >rules.yaml <<-END
		version: 1
		features:
		  a: [standardize]
		  kind: [onehot]
		drop: [${drop}id, w]
	END
	ok pawl featurize -r rules.yaml -t "$target" --graph g.onnx -o f.arrow train.csv
	ok pawl train -t "$target" "$@" --graph g.onnx -o model.onnx f.arrow
}

@test "each kind of target has its metrics beside those of the baseline" {
	local classes="accuracy balanced_accuracy log_loss matthews_corrcoef"
	local binary="$classes average_precision brier f1 precision recall roc_auc"
	local many="$classes f1_macro precision_macro recall_macro roc_auc_ovr"
	for t in two:"$binary" flag:"$binary" three:"$many" \
		cost:"explained_variance mae mape median_absolute_error r2 rmse"; do
		model ${t%%:*}
		ok pawl evaluate -m model.onnx -o metrics.json test.csv
		[ -z "$out$err" ]
		for m in ${t#*:}; do
			[ "$(grep -c "^    \"$m\": " metrics.json)" -eq 2 ]
		done
		[ "$(sed "/lineage/q" metrics.json | grep -cE '^    "[a-z_0-9]+": ([0-9.e+-]+|null),?$')" -eq $(($(wc -w <<<"${t#*:}") * 2)) ]
	done
	no_litter
}

@test "the same model and rows give the same bytes, from a file, a pipe or Arrow" {
	model two
	ok pawl evaluate -m model.onnx -o a.json test.csv
	ok pawl evaluate -m model.onnx test.csv
	[ "$out" = "$(cat a.json)" ]
	cp test.csv 'other name.csv'
	ok pawl evaluate -m model.onnx -o b.json 'other name.csv'
	cmp a.json b.json
	ok pawl evaluate -m model.onnx -o c.json <test.csv
	cmp a.json c.json
}

@test "an output that is up to date is kept, with a new time" {
	model two
	ok pawl evaluate -m model.onnx -o m.json test.csv
	touch -d 2001-01-01 m.json
	inode=$(stat -c %i m.json)
	ok pawl evaluate -m model.onnx -o m.json test.csv
	[ "$(stat -c %i m.json)" = "$inode" ]
	[ -n "$(find m.json -newermt 2002-01-01)" ]
	table 101 7 >test.csv
	ok pawl evaluate -m model.onnx -o m.json test.csv
	grep -q '"rows": 101,' m.json
}

@test "gates are no parameter of the metrics, and are one of the verdict" {
	printf 'version: 1\ngates: ["roc_auc >= 0.5"]\n' >pawl.yaml
	ok pawl evaluate -c pawl.yaml --params
	[ "$out" = '{"params":{},"result":1,"tool":"evaluate"}' ]
	ok pawl evaluate -c pawl.yaml --check --params
	[ "$out" = '{"params":{"check":true,"gates":["roc_auc >= 0.5"]},"result":1,"tool":"evaluate"}' ]
}

@test "gates.ok is written when every gate is met, and names what it judged" {
	model two
	ok pawl evaluate -m model.onnx -o metrics.json test.csv
	ok pawl evaluate --check --gates 'roc_auc >= baseline + 0.1' --gates 'log_loss<2' -o gates.ok metrics.json
	[ -z "$out$err" ]
	grep -q "\"metrics\": \"$(sha256sum metrics.json | cut -c1-64)\"" gates.ok
	grep -q "\"model\": \"$(sha256sum model.onnx | cut -c1-64)\"" gates.ok
	ok pawl evaluate --check -o none.ok metrics.json
	grep -q '"gates": \[\]' none.ok
	ok pawl evaluate --check <metrics.json
	[ "$out" = "$(cat none.ok)" ]
}

@test "a gate that is not met is exit 1, says why, and removes an older verdict" {
	model two
	ok pawl evaluate -m model.onnx -o metrics.json test.csv
	ok pawl evaluate --check -o gates.ok metrics.json
	fails 1 pawl evaluate --check --gates 'roc_auc >= baseline + 0.6' -o gates.ok metrics.json
	says 'gate not met: roc_auc >= baseline + 0.6: '
	says 'is not >= 1.1'
	[ ! -e gates.ok ]
	no_litter
	pawl evaluate --check --gates 'f1 > 2' --gates 'roc_auc > 0' --gates 'recall > 2' metrics.json 2>err.txt || code=$?
	[ "$code" -eq 1 ]
	[ "$(grep -c '^pawl evaluate: gate not met: ' err.txt)" -eq 2 ]
	[ "$(wc -l <err.txt)" -eq 2 ]
}

@test "an undefined metric meets no gate" {
	model two
	awk -F, 'NR == 1 || $6 == "no"' test.csv >no.csv
	ok pawl evaluate -m model.onnx -o metrics.json no.csv
	grep -q '"roc_auc": null' metrics.json
	grep -q '"roc_auc": "no row is of the positive class"' metrics.json
	fails 1 pawl evaluate --check --gates 'roc_auc >= 0' metrics.json
	says 'it is undefined: no row is of the positive class'
}

@test "a gate that cannot be read, or names no metric, is wrong usage" {
	model cost
	ok pawl evaluate -m model.onnx -o metrics.json test.csv
	fails 2 pawl evaluate --check --gates 'rmse = 2' metrics.json
	says "gate 'rmse = 2' is not"
	fails 2 pawl evaluate --check --gates 'rsme <= 2' metrics.json
	says "there is no metric 'rsme': do you mean 'rmse'?"
	fails 2 pawl evaluate --check -m model.onnx metrics.json
	echo '{"a":1}' >x.json
	fails 3 pawl evaluate --check x.json
	says 'these are no metrics'
	echo '{"a":1' >x.json
	fails 3 pawl evaluate --check x.json
}

@test "a target that is missing, as a column or in rows, is a data error" {
	model two
	cut -d, -f1-5 test.csv >t.csv
	fails 3 pawl evaluate -m model.onnx -o m.json t.csv
	says "there is no column 'two'"
	awk -F, -v OFS=, 'NR % 10 == 2 { $6 = "" } 1' test.csv >t.csv
	fails 3 pawl evaluate -m model.onnx -o m.json t.csv
	says "target 'two' is missing in 10 of 100 rows"
	[ ! -e m.json ]
	no_litter
}

@test "a class that the model does not know is named" {
	model two
	sed '5s/,\(yes\|no\),/,perhaps,/' test.csv >t.csv
	fails 3 pawl evaluate -m model.onnx -o m.json t.csv
	says "target 'two': the model does not know the class 'perhaps'"
}

@test "a column that the model needs and the table lacks is named" {
	model two
	cut -d, -f1,3- test.csv >t.csv
	fails 3 pawl evaluate -m model.onnx t.csv
	says "'a'"
}

@test "a key that stands twice is a data error, since a row would count twice" {
	model two
	cat >schema.yaml <<-END
		version: 1
		key: id
		columns: {id: {type: string}, a: {type: float64}, kind: {type: string}, two: {type: string}}
	END
	{ cat test.csv; tail -n 1 test.csv; } | cut -d, -f1,2,3,6 >t.csv
	ok pawl ingest -s schema.yaml -o t.arrow t.csv
	fails 3 pawl evaluate -m model.onnx t.arrow
	says "key 'k100' stands twice"
}

@test "no rows are too few, and no model is wrong usage" {
	model two
	head -n 1 test.csv >t.csv
	fails 5 pawl evaluate -m model.onnx t.csv
	fails 2 pawl evaluate test.csv
	says 'which model?'
	fails 2 pawl evaluate -m nowhere.onnx test.csv
	fails 2 pawl evaluate -m . test.csv
	fails 3 pawl evaluate -m g.onnx test.csv
	says 'feature graph'
	fails 2 pawl evaluate -m model.onnx test.csv more.csv
}

@test "a model with one flipped bit is a data error" {
	model two
	size=$(stat -c %s model.onnx)
	for at in 10 $((size / 3)) $((size / 2)) $((size - 100)) $((size - 1)); do
		cp model.onnx bad.onnx
		byte=$(od -An -tu1 -j $at -N 1 model.onnx)
		printf "\\$(printf %03o $((byte ^ 1)))" | dd of=bad.onnx bs=1 seek=$at conv=notrunc status=none
		fails 3 pawl evaluate -m bad.onnx test.csv
	done
}

@test "weights of training weigh the metrics" {
	model two
	cat >schema.yaml <<-END
		version: 1
		key: id
		weight: w
		target: two
		columns: {id: {type: string}, a: {type: float64}, kind: {type: string}, w: {type: float64}, two: {type: string}}
	END
	for f in train test; do
		cut -d, -f1-4,6 $f.csv >c.csv
		ok pawl ingest -s schema.yaml -o $f.arrow c.csv
	done
	sed -i 's/^drop:.*/drop: []/' rules.yaml
	ok pawl featurize -r rules.yaml --graph g.onnx -o f.arrow train.arrow
	ok pawl train --graph g.onnx -o model.onnx f.arrow
	ok pawl evaluate -m model.onnx -o weighted.json test.arrow
	# the matrix holds the weights, the sum of column w
	want=$(awk -F, 'NR > 1 { s += $4 } END { print s }' test.csv)
	[ "$(sed -n '/confusion_matrix/,/^  ]/p' weighted.json | grep -oE '[0-9.]+' | awk '{ s += $1 } END { print s }')" = "$want" ]
}

@test "a version in the registry is evaluated by its name" {
	model two
	export PAWL_HOME=$T/home
	ok pawl evaluate -m model.onnx -o metrics.json test.csv
	ok pawl evaluate --check -o gates.ok metrics.json
	ok pawl register add --metrics metrics.json --gates gates.ok --promote shop model.onnx
	want=$(cat metrics.json)
	for m in shop@champion shop/1; do
		ok pawl evaluate -m $m test.csv
		[ "$out" = "$want" ]
	done
	fails 2 pawl evaluate -m shop@nobody test.csv
}

@test "a full disk is exit 4, a directory as output is exit 2" {
	model two
	fails 4 pawl evaluate -m model.onnx -o /dev/full test.csv
	mkdir d
	fails 2 pawl evaluate -m model.onnx -o d test.csv
}
