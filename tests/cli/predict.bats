load helper

# table N: rows that a model can learn from, with a key.
table() {
	awk -v n="$1" 'BEGIN {
		print "id,a,b,kind,cost,two"
		for (i = 1; i <= n; i++) {
			r = r * 16807 % 2147483647 + 12345
			a = r % 1000 / 100; b = int(r / 1000) % 70; k = int(r / 7) % 4
			z = a - b / 10 + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s,%s\n", i, a, b, substr("redgrnbluxyz", 3 * k + 1, 3),
				z, (z > 3 ? "yes" : "no")
		}
	}'
}

# model TARGET: t.csv, and m.onnx that predicts the target.
model() {
	table "${2:-300}" >t.csv
	cat >s.yaml <<-'END'
		version: 1
		key: id
		columns:
		  id: {type: string}
		  a: {type: float64}
		  b: {type: int64}
		  kind: {type: string}
		  cost: {type: float64}
		  two: {type: string}
	END
	cat >r.yaml <<-END
		version: 1
		features:
		  a: [standardize]
		  b: [{impute: median}, standardize]
		  kind: [{impute: "(missing)"}, onehot]
		drop: [$([ "$1" = two ] && echo cost || echo two)]
	END
	ok pawl featurize -s s.yaml -r r.yaml -t "$1" --graph g.onnx -o f.arrow t.csv
	ok pawl train --graph g.onnx -o m.onnx f.arrow
}

@test "keys are carried, then the prediction and the probability of each class" {
	model two
	ok pawl predict -m m.onnx -o p.csv t.csv
	[ "$(head -1 p.csv)" = id,prediction,probability_no,probability_yes ]
	[ "$(cut -d, -f1 p.csv)" = "$(cut -d, -f1 t.csv)" ]
	awk -F, 'NR > 1 && ($3 + $4 < 1 - 1e-12 || $3 + $4 > 1 + 1e-12 || $2 != ($4 > $3 ? "yes" : "no")) {
		exit 1 }' p.csv
	hits=$(paste -d, t.csv p.csv | awk -F, 'NR > 1 && $6 == $8' | wc -l)
	[ "$hits" -gt 250 ]
}

@test "a number is predicted as one" {
	model cost
	ok pawl predict -m m.onnx -o p.csv t.csv
	[ "$(head -1 p.csv)" = id,prediction ]
	paste -d, t.csv p.csv | awk -F, 'NR > 1 && ($5 - $8 > 5 || $8 - $5 > 5) { exit 1 }'
}

@test "a row's prediction does not depend on the rows beside it, nor on the format" {
	model two
	ok pawl predict -m m.onnx -o p.csv t.csv
	for row in 1 2 150 300; do
		{ head -1 t.csv; sed -n "$((row + 1))p" t.csv; } >one.csv
		ok pawl predict -m m.onnx -o o.csv one.csv
		[ "$(tail -1 o.csv)" = "$(sed -n "$((row + 1))p" p.csv)" ]
	done
	ok pawl predict -m m.onnx -f csv -o q.csv t.csv
	pawl predict -m m.onnx <t.csv >p.arrows
	pawl predict -m m.onnx -o p.arrow t.csv
	pawl predict -m m.onnx -f csv <t.csv | cmp - p.csv
	cmp q.csv p.csv
}

@test "of a table in any order of columns, those that the model takes are found by name" {
	model two
	ok pawl predict -m m.onnx -o p.csv t.csv
	awk -F, -v OFS=, '{ print $4, "x" NR, $3, $2, $1 }' t.csv | sed 1s/x1/other/ >u.csv
	ok pawl predict -m m.onnx -o q.csv u.csv
	cmp p.csv q.csv
}

@test "--keep carries more columns, in the order of the input" {
	model two
	ok pawl predict -m m.onnx --keep kind --keep cost -o p.csv t.csv
	[ "$(head -1 p.csv)" = id,kind,cost,prediction,probability_no,probability_yes ]
	[ "$(cut -d, -f1-3 p.csv)" = "$(cut -d, -f1,4,5 t.csv)" ]
	sed '1s/$/,extra/; 2,$s/$/,007/' t.csv >u.csv
	ok pawl predict -m m.onnx --keep extra -o q.csv u.csv
	[ "$(sed -n 2p q.csv | cut -d, -f2)" = 007 ]
	fails 2 pawl predict -m m.onnx --keep nothing -o q.csv t.csv
	says "'nothing'"
}

@test "a category that was never seen, and a missing value, are scored" {
	model two
	printf '%s\n' id,a,b,kind n1,1,,red n2,2,3,never n3,2,3, >u.csv
	ok pawl predict -m m.onnx -o p.csv u.csv
	[ "$(wc -l <p.csv)" = 4 ]
	! grep -q nan p.csv
}

@test "a missing column is a data error that names it" {
	model two
	cut -d, -f1,2,4 t.csv >u.csv
	fails 3 pawl predict -m m.onnx -o p.csv u.csv
	says "'b'"
	[ ! -e p.csv ]
	no_litter
	cut -d, -f2- t.csv >u.csv
	ok pawl predict -m m.onnx -o p.csv u.csv
	[ "$(head -1 p.csv)" = _row,prediction,probability_no,probability_yes ]
}

@test "a column of the wrong type is a data error with its line" {
	model two
	sed '7s/^\([^,]*\),[^,]*/\1,oops/' t.csv >u.csv
	fails 3 pawl predict -m m.onnx -o p.csv u.csv
	says "u.csv:7: column 'a': 'oops'"
	fails 3 pawl predict -m m.onnx -o p.arrow u.csv
	no_litter
}

@test "a table without rows gives a table without rows" {
	model two
	head -1 t.csv >none.csv
	ok pawl predict -m m.onnx -o p.csv none.csv
	[ "$(cat p.csv)" = id,prediction,probability_no,probability_yes ]
	ok pawl predict -m m.onnx -o p.arrow none.csv
	[ -s p.arrow ]
}

@test "one flipped bit anywhere in the model is a data error" {
	model two
	size=$(stat -c %s m.onnx)
	for at in 0 1 7 100 $((size / 3)) $((size / 2)) $((size - 65)) $((size - 64)) $((size - 1)); do
		cp m.onnx bad.onnx
		byte=$(od -An -tu1 -j$at -N1 m.onnx)
		printf "\\$(printf %03o $((byte ^ 4)))" |
			dd of=bad.onnx bs=1 seek=$at conv=notrunc status=none
		fails 3 pawl predict -m bad.onnx -o p.csv t.csv
		[ ! -e p.csv ]
	done
	head -c 1000 m.onnx >bad.onnx
	fails 3 pawl predict -m bad.onnx -o p.csv t.csv
}

@test "a feature graph, a table, a directory or nothing instead of a model is refused" {
	model two
	fails 3 pawl predict -m g.onnx -o p.csv t.csv
	says 'feature graph'
	fails 3 pawl predict -m t.csv -o p.csv t.csv
	fails 2 pawl predict -m . -o p.csv t.csv
	fails 2 pawl predict -m none.onnx -o p.csv t.csv
	fails 2 pawl predict -o p.csv t.csv
	no_litter
}

@test "what is up to date is kept, another model or table is not" {
	model two
	ok pawl predict -m m.onnx -o p.arrow t.csv
	cp p.arrow q.arrow
	inode=$(stat -c %i p.arrow)
	ok pawl predict -m m.onnx -o p.arrow t.csv
	[ "$(stat -c %i p.arrow)" = "$inode" ]
	ok pawl predict -m m.onnx --keep kind -o p.arrow t.csv
	! cmp -s p.arrow q.arrow
	ok pawl predict -m m.onnx -o p.arrow t.csv
	cmp p.arrow q.arrow
	sed -i 's/,red,/,grn,/' t.csv
	ok pawl predict -m m.onnx -o p.arrow t.csv
	! cmp -s p.arrow q.arrow
}

@test "the bytes depend neither on the framing of the input nor on the CPU" {
	model two
	ok pawl split --by position --test 0.5 -o a.arrow --test-output b.arrow t.csv
	ok pawl predict -m m.onnx -o p.arrow a.arrow
	for less in -AVX512F -AVX512F,-AVX2,-FMA; do
		ok env GLIBC_TUNABLES=glibc.cpu.hwcaps=$less pawl predict -m m.onnx -o q.arrow a.arrow
		cmp p.arrow q.arrow
	done
}

@test "memory does not depend on the number of rows" {
	model two
	table 20000 >u.csv
	{ cat u.csv; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do tail -n +2 u.csv; done; } >v.csv
	command -v /usr/bin/time >/dev/null || skip 'no time(1)'
	few=$(/usr/bin/time -f %M pawl predict -m m.onnx -o p.arrow t.csv 2>&1)
	many=$(/usr/bin/time -f %M pawl predict -m m.onnx -o p.arrow v.csv 2>&1)
	echo "$few KiB, $many KiB"
	[ "$many" -lt $((few + 65536)) ]
}

@test "an output that cannot be written is a system error" {
	model two
	fails 4 pawl predict -m m.onnx -f csv -o /dev/full t.csv
	ok pawl predict -m m.onnx -f csv -o /dev/null t.csv
	[ -c /dev/null ]
}

@test "tokens that meant missing in the raw data of the training mean it in raw data to score" {
	table 300 | sed '5s/,[0-9]*,\([a-z]*\),/,-,\1,/; 9s/,red,/,-,/; 10s/,grn,/,-,/' >raw.csv
	printf '%s\n' 'version: 1' 'features:' '  a: [standardize]' '  b: [{impute: median}]' \
		'  kind: [{impute: "(missing)"}, onehot]' 'drop: [cost]' >r.yaml
	ok pawl ingest --key id --target two --nulls - -o data.arrow raw.csv
	ok pawl split -o train.arrow --test-output test.arrow data.arrow
	ok pawl featurize -r r.yaml --graph g.onnx -o f.arrow train.arrow
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	printf '%s\n' id,a,b,kind k1,1,-,red k2,1,,red k3,2,5,- k4,2,5, >u.csv
	ok pawl predict -m m.onnx -o p.csv u.csv
	[ "$(sed -n 2p p.csv | cut -d, -f2-)" = "$(sed -n 3p p.csv | cut -d, -f2-)" ]
	[ "$(sed -n 4p p.csv | cut -d, -f2-)" = "$(sed -n 5p p.csv | cut -d, -f2-)" ]
	ok pawl predict -m m.onnx -o p.arrow data.arrow
	ok pawl predict -m m.onnx -o q.csv data.arrow
	ok pawl predict -m m.onnx -o r.csv raw.csv
	cmp q.csv r.csv
}

@test "a model is found in the registry by alias and by version, a file of that name first" {
	model two
	ok pawl predict -m m.onnx -o p.csv t.csv
	ok pawl register add mine m.onnx
	ok pawl register alias mine trial 1
	for spec in mine@trial mine/1; do
		ok pawl predict -m $spec -o q.csv t.csv
		cmp p.csv q.csv
	done
	fails 2 pawl predict -m mine@nobody -o q.csv t.csv
	fails 2 pawl predict -m mine/7 -o q.csv t.csv
	fails 2 pawl predict -m other@champion -o q.csv t.csv
	cp t.csv mine@trial
	fails 3 pawl predict -m mine@trial -o q.csv t.csv
	rm mine@trial
	stored=$(find .pawl -name model.onnx)
	chmod u+w "$stored"
	printf x | dd of="$stored" bs=1 seek=200 conv=notrunc status=none
	fails 3 pawl predict -m mine@trial -o q.csv t.csv
}
