# pawl profile: statistics of a table.

load helper

small() {
	printf 'id,x,c,when\n1,0.5,a,2026-01-01\n2,,b,2026-01-03\n3,-1.5,a,2026-01-02\n4,4,,\n' >small.csv
}

@test "every column has its statistics" {
	small
	ok pawl profile small.csv
	[ "$(jq -r .rows <<<"$out")" = 4 ]
	[ "$(jq -rc '[.columns[].name]' <<<"$out")" = '["id","x","c","when"]' ]
	[ "$(jq -rc '.columns[1] | [.type,.missing,.distinct,.min,.max,.mean,.negative]' <<<"$out")" = \
		'["float64",1,3,-1.5,4,1,1]' ]
	[ "$(jq -rc '.columns[2] | [.missing,.top.values,.top.counts]' <<<"$out")" = '[1,["a","b"],[2,1]]' ]
	[ "$(jq -rc '.columns[3] | [.type,.min,.max]' <<<"$out")" = '["date","2026-01-01","2026-01-03"]' ]
}

@test "standard input gives the same profile as a file" {
	small
	pawl profile small.csv | jq 'del(.lineage)' >a
	pawl profile <small.csv | jq 'del(.lineage)' >b
	cmp a b
}

@test "the number of threads does not change the bytes" {
	awk 'BEGIN { print "a,b"; for (i = 0; i < 100000; i++) print i * 7919 % 1000 / 7 "," i % 977 }' >t.csv
	ok pawl profile -j1 -o 1.json t.csv
	ok pawl profile -j4 -o 4.json t.csv
	cmp 1.json 4.json
}

@test "a second run with the same input touches the output and stops" {
	small
	ok pawl profile -o p.json small.csv
	cp -p p.json before
	ok pawl profile -o p.json small.csv
	cmp p.json before
	[ p.json -nt before ]
	printf '5,1,b,2026-01-09\n' >>small.csv
	ok pawl profile -o p.json small.csv
	[ "$(jq .rows p.json)" = 5 ]
	no_litter
}

@test "the types of a contract are those of a text input" {
	small
	printf 'version: 1\ncolumns: {id: string, x: float64, c: string, when: string}\n' >schema.yaml
	ok pawl profile -s schema.yaml small.csv
	[ "$(jq -rc '[.columns[].type]' <<<"$out")" = '["string","float64","string","string"]' ]
}

@test "a table for people has a line for each column" {
	small
	ok pawl profile -f table small.csv
	[ "$(wc -l <<<"$out")" -eq 6 ]
	[ "$(tail -n 1 <<<"$out")" = "4 rows, 4 columns" ]
}

@test "the profile of the telco customers is what counting by hand gives" {
	shared churn/telco.csv
	ok pawl profile -o p.json "$file"
	[ "$(jq .rows p.json)" = 7043 ]
	[ "$(jq '.columns[] | select(.name == "TotalCharges").missing' p.json)" = 11 ]
	[ "$(jq -c '.columns[] | select(.name == "Churn").top.counts' p.json)" = '[5174,1869]' ]
	[ "$(jq -c '.columns[] | select(.name == "tenure") | [.min,.max,.zeros,.distinct]' p.json)" = \
		'[0,72,11,73]' ]
	# the mean of MonthlyCharges to ten digits, by awk from the raw file
	mean=$(awk -F, 'NR > 1 { s += $19; n++ } END { printf "%.9f", s / n }' "$file")
	[ "$(jq '.columns[] | select(.name == "MonthlyCharges").mean' p.json | cut -c1-10)" = "${mean:0:10}" ]
}

@test "a missing file and a malformed one are refused, and leave nothing" {
	fails 2 pawl profile no.csv
	printf 'a,b\n1,2\n3\n' >ragged.csv
	fails 3 pawl profile -o p.json ragged.csv
	says ragged.csv:3
	[ ! -e p.json ]
	no_litter
}

@test "a full disk is exit code 4" {
	small
	fails 4 pawl profile -o /dev/full small.csv
}

@test "the same table gives the bytes that result version 1 gave: raise .result where not" {
	awk 'BEGIN {
		print "id,x,n,c,day"
		for (i = 0; i < 70000; i++)
			printf "%d,%s,%d,%s,2026-%02d-%02d\n", i, i % 11 ? (i * 7919 % 100000 - 5e4) / 8 : "",
				i * 31 % 977, i % 3 ? "c" i % 1500 : "", i % 12 + 1, i % 28 + 1
	}' >t.csv
	ok pawl profile -o p.json t.csv
	[ "$(jq .lineage.steps[0].result p.json)" = 1 ]
	[ "$(sha256sum <p.json)" = "7cfd0f04012f95792c177d36acc053bf0c9fe5496baf08a2bdd09f8cc689b276  -" ]
}
