load helper

# table N: rows that a model can learn from: numbers, a category, weights, targets of all kinds.
table() {
	awk -v n="$1" 'BEGIN {
		print "id,a,b,kind,w,cost,two,three,flag"
		for (i = 1; i <= n; i++) {
			r = r * 16807 % 2147483647 + 12345
			a = r % 1000 / 100; b = int(r / 1000) % 70; k = int(r / 7) % 4
			z = a - b / 10 + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s,%s,%s,%s,%s\n", i, a, b, substr("redgrnbluxyz", 3 * k + 1, 3),
				1 + r % 3, z, (z > 3 ? "yes" : "no"), (z < 1 ? "low" : z < 5 ? "mid" : "top"),
				(z > 2 ? "true" : "false")
		}
	}'
}

# features TARGET [N]: f.arrow and g.onnx of a table with that target.
features() {
	local drop=
	for c in cost two three flag; do [ $c = "$1" ] || drop+="$c, "; done
	table "${2:-400}" >t.csv
	cat >rules.yaml <<-END
		version: 1
		features:
		  a: [standardize]
		  b: [standardize]
		  kind: [onehot]
		drop: [${drop}id, w]
	END
	ok pawl featurize -r rules.yaml -t "$1" --graph g.onnx -o f.arrow t.csv
}

sha() { sha256sum <"$1"; }

@test "a target of any type becomes a model that names its outputs" {
	for case in cost:prediction two:probability_yes three:probability_mid flag:probability_1; do
		features ${case%:*}
		ok pawl train -t ${case%:*} --graph g.onnx -o m.onnx f.arrow
		[ -z "$out$err" ]
		grep -aq "${case#*:}" m.onnx
	done
	no_litter
}

@test "the bytes of a model depend neither on threads nor on the CPU nor on how the input is read" {
	for target in two three cost; do
		features $target
		ok pawl train --graph g.onnx -o m.onnx f.arrow
		want=$(sha m.onnx)
		for threads in 1 2 4; do
			ok pawl train -j $threads --graph g.onnx -o n.onnx f.arrow
			[ "$(sha n.onnx)" = "$want" ]
		done
		for less in -AVX512F -AVX512F,-AVX2,-FMA; do
			ok env GLIBC_TUNABLES=glibc.cpu.hwcaps=$less OMP_NUM_THREADS=1 \
				pawl train --graph g.onnx -o o.onnx f.arrow
			[ "$(sha o.onnx)" = "$want" ]
		done
		pawl train --graph g.onnx <f.arrow >p.onnx
		[ "$(sha p.onnx)" = "$want" ]
		cat f.arrow | pawl train --graph g.onnx >q.onnx
		[ "$(sha q.onnx)" = "$want" ]
	done
}

@test "a model that is up to date is kept, another parameter makes another" {
	features two
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	first=$(sha m.onnx) inode=$(stat -c %i m.onnx)
	touch -d '2001-01-01' m.onnx
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	[ "$(stat -c %i m.onnx)" = "$inode" ]
	[ "$(stat -c %Y m.onnx)" -gt 1000000000 ]
	ok pawl train --l2 0.5 --graph g.onnx -o m.onnx f.arrow
	[ "$(sha m.onnx)" != "$first" ]
	printf 'version: 1\ntrain: {l2: 0.5, estimator: logistic}\n' >pawl.yaml
	ok pawl train -c pawl.yaml --params
	[ "$out" = '{"params":{"estimator":"logistic","l2":0.5,"task":"auto"},"result":1,"tool":"train"}' ]
	ok env PAWL_SET=train.l2=2 pawl train -c pawl.yaml --params
	[[ $out == *'"l2":2.0'* ]]
	no_litter
}

@test "columns that depend on each other are named" {
	features cost
	ok pawl train --estimator linear --graph g.onnx -o m.onnx f.arrow
	[ "$err" = "pawl train: 'kind=blu', 'kind=grn', 'kind=red', 'kind=xyz': constant, or each a sum of the others: took the shortest coefficients" ]
	ok pawl train -q --estimator linear --graph g.onnx -o m.onnx f.arrow
	[ -z "$err" ]
}

@test "options that contradict each other are refused before anything is read" {
	fails 2 pawl train --graph g.onnx --estimator linear --l2 1 -o m.onnx none.arrow
	says "pawl train: estimator 'linear' has no penalty: with --l2 it is --estimator ridge"
	fails 2 pawl train --graph g.onnx --estimator logistic --task regression -o m.onnx none.arrow
	says "pawl train: estimator 'logistic' does not do regression"
	fails 2 pawl train --graph g.onnx --l2 -1 -o m.onnx none.arrow
	fails 2 pawl train -o m.onnx none.arrow
	says "pawl train: which feature graph? --graph FILE, as pawl featurize wrote it"
	[ ! -e m.onnx ]
}

@test "a target that cannot be learned is refused" {
	features two
	fails 3 pawl train -t twwo --graph g.onnx -o m.onnx f.arrow
	says "twwo"
	fails 3 pawl train -t two --estimator ridge --graph g.onnx -o m.onnx f.arrow
	says "target 'two' is text: regression needs numbers (--task classification)"
	fails 3 pawl train --positive maybe --graph g.onnx -o m.onnx f.arrow
	says "'maybe' is no class of 'two': they are 'no' and 'yes'"
	[ ! -e m.onnx ]
	no_litter
	features three
	fails 2 pawl train --positive top --graph g.onnx -o m.onnx f.arrow
	says "--positive is for a target of two classes, 'three' has more"
}

@test "values that cannot be learned from are refused, with the row" {
	table 60 >t.csv
	printf 'version: 1\nfeatures:\n  a: [standardize]\n  b: [standardize]\ndrop: [id, kind, w, two, three, flag]\n' >rules.yaml
	ok pawl featurize -r rules.yaml -t cost --graph g.onnx -o f.arrow t.csv
	frame() { { echo cost,a,b,w; seq 60 | awk '{ print $1 % 7 ",0." $1 "," $1 * $1 ",1" }'; } | sed "$1" >f.csv; }
	bad() { frame "$1"; fails "$2" pawl train -t cost --weight w --graph g.onnx -o m.onnx f.csv; says "$3"; }
	frame ''
	ok pawl train -t cost --weight w --graph g.onnx -o m.onnx f.csv
	rm m.onnx
	bad '3s/,0.2,/,,/' 3 "column 'a': row 2 has no finite value: give it an impute or clip rule"
	bad '3s/,0.2,/,inf,/' 3 "column 'a': row 2 has no finite value"
	bad '4s/1$/-1/' 3 "weight 'w': row 3 is not a finite number of at least 0"
	bad '4s/1$/nan/' 3 "weight 'w': row 3 is not a finite number of at least 0"
	bad '5,7s/^[0-9]*,/,/' 3 "target 'cost' is missing in 3 of 60 rows"
	bad '2,$s/^[0-9]*,/4,/' 3 "target 'cost' is constant: every row is 4"
	bad '2,$s/1$/0/' 3 "the weights of the rows add up to 0"
	bad '3,$d' 5 "1 rows are too few to learn from"
	bad 's/,a,/,c,/' 3 "column 'c' of 'f.csv' is not what the graph makes"
	[ ! -e m.onnx ]
	no_litter
}

@test "separated classes without a penalty are an error, with one a model" {
	features two
	awk -F, -v OFS=, 'NR > 1 { $7 = ($2 > 5 ? "yes" : "no") } { print }' t.csv >s.csv
	ok pawl featurize -r rules.yaml -t two --graph g.onnx -o f.arrow s.csv
	fails 3 pawl train --l2 0 --graph g.onnx -o m.onnx f.arrow
	says "the features separate the classes of 'two': without a penalty no finite coefficients"
	ok pawl train --l2 1e-6 --graph g.onnx -o m.onnx f.arrow
}

@test "a graph that was tampered with, or belongs to another frame, is refused" {
	features two
	cp g.onnx bad.onnx
	printf x | dd of=bad.onnx bs=1 seek=200 conv=notrunc status=none
	fails 3 pawl train --graph bad.onnx -o m.onnx f.arrow
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	fails 3 pawl train --graph m.onnx -o n.onnx f.arrow
	says "m.onnx: the graph has an estimator already"
	sed -i '/^  b:/d; s/drop: \[/drop: [b, /' rules.yaml
	ok pawl featurize -r rules.yaml -t two --graph other.onnx -o other.arrow t.csv
	fails 3 pawl train --graph other.onnx -o n.onnx f.arrow
	says "different runs of featurize"
	[ ! -e n.onnx ]
}

@test "a full disk, a directory and a dead upstream leave no model" {
	features two
	fails 4 pawl train --graph g.onnx -o /dev/full f.arrow
	[ -c /dev/full ]
	mkdir d
	fails 2 pawl train --graph g.onnx -o d f.arrow
	fails 2 pawl train --graph g.onnx -o m.onnx d
	fails 2 pawl train --graph g.onnx -o m.onnx missing.arrow
	head -c 5000 f.arrow >cut.arrow
	fails 3 pawl train --graph g.onnx -o m.onnx cut.arrow
	[ ! -e m.onnx ]
	no_litter
}
