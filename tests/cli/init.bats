load helper

table() {
	echo 'user_id,when,city,age,note,same,y'
	for i in $(seq 40); do
		echo "u$i,2026-01-$(printf %02d $((i / 3 + 1))),$([ $((i % 3)) = 0 ] && echo A || echo B),$((i * 7 % 50)),this is the long free text of row $i,1,$([ $((i % 4)) = 0 ] && echo yes || echo no)"
	done
}

@test "init writes a pipeline and states its guesses" {
	table >t.csv
	ok pawl init --target y -C d t.csv
	for f in Makefile pawl.yaml schema.yaml features.yaml .gitignore raw/t.csv; do [ -e "d/$f" ]; done
	[[ $out == *"40 rows, 7 columns, 2 of them features"* ]]
	[[ $out == *"classification: 'y' holds 2 distinct texts"* ]]
	[[ $out == *"positive class: 'yes', by its name"* ]]
	[[ $out == *"key: 'user_id', which is unique in every row"* ]]
	[[ $out == *"column 'note' is left out: it looks like free text"* ]]
	[[ $out == *"column 'same' is left out: it has one value only"* ]]
	[[ $out == *"split by time: the rows are in the order of 'when'"* ]]
	[[ $out == *"next: make -C d"* ]]
	grep -q 'note # it looks like free text' d/features.yaml
	grep -q 'by: time' d/pawl.yaml
	grep -q '# classification: .*; the positive class: by its name' d/pawl.yaml
	grep -q '^key: user_id *# unique in every row' d/schema.yaml
}

@test "what init writes is what the tools accept" {
	table >t.csv
	ok pawl init --target y -C d t.csv
	cd d
	ok pawl ingest -c pawl.yaml -s schema.yaml --params
	ok pawl featurize -c pawl.yaml -r features.yaml --params
	ok pawl train -c pawl.yaml --params
}

@test "nothing is overwritten" {
	table >t.csv
	mkdir d
	echo mine >d/pawl.yaml
	fails 2 pawl init --target y -C d t.csv
	says "'d/pawl.yaml' exists"
	[ "$(ls -A d)" = pawl.yaml ]
	[ "$(cat d/pawl.yaml)" = mine ]
}

@test "a number target of few integers is classes, of many numbers a regression" {
	awk 'BEGIN { print "x,k,z"; for (i = 0; i < 60; i++) print i * 1.5 ",", i % 3 ",", i * i / 7 }' | tr -d ' ' >t.csv
	ok pawl init --target k -C a t.csv
	[[ $out == *"classification: 'k' holds 3 distinct whole numbers"* ]]
	ok pawl init --target z -C b t.csv
	[[ $out == *"regression: 'z'"* ]]
}

@test "--ordered splits by position" {
	table >t.csv
	ok pawl init --target y --ordered -C d t.csv
	grep -q 'by: position' d/pawl.yaml
}

@test "a missing target is a data error that names the nearest column" {
	table >t.csv
	fails 3 pawl init --target yy -C d t.csv
	says "'yy'"
	[ ! -e d ]
}

@test "a constant target, a key that repeats and an unreadable file are refused, and nothing is written" {
	table >t.csv
	fails 3 pawl init --target same -C d t.csv
	says "target 'same' has the same value in every row"
	fails 3 pawl init --target y --key city -C d t.csv
	says "key 'city': a value occurs twice"
	fails 2 pawl init --target y -C d none.csv
	fails 2 pawl init --target y
	fails 2 pawl init t.csv
	says "--target COLUMN"
	: >empty.csv
	fails 3 pawl init --target y -C d empty.csv
	[ ! -e d ]
}
