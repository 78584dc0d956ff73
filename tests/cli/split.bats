load helper

# table N: keys 1..N and a class that every fifth row has.
table() {
	seq "$1" | awk 'BEGIN { print "id,class,day" } { print "k" $1 "," ($1 % 5 ? "no" : "yes") "," int($1 / 3) }'
}

# keys FILE...: the sorted keys.
keys() { tail -qn +2 "$@" | cut -d, -f1 | sort; }

@test "every row is in exactly one part and keeps its order" {
	table 1000 >t.csv
	for how in 'hash --key id' position 'time --time day' random 'random --stratify class'; do
		ok pawl split --by $how --test 0.2 --valid 0.1 -o a.csv --valid-output b.csv \
			--test-output c.csv t.csv
		[ "$(keys a.csv b.csv c.csv)" = "$(keys t.csv)" ]
		for part in a b c; do
			cut -d, -f1 $part.csv | tail -n +2 | tr -d k >order
			sort -nc order
			[ -s order ]
		done
	done
}

@test "a hash of the key keeps each row in its part while the table grows" {
	table 2000 >t.csv
	ok pawl split --key id -o a.csv --test-output b.csv t.csv
	{ head -1 t.csv; tail -n +2 t.csv | head -500 | sort -R --random-source=t.csv; } >less.csv
	ok pawl split --key id -o c.csv --test-output d.csv less.csv
	[ -z "$(comm -23 <(keys c.csv) <(keys a.csv))" ]
	[ -z "$(comm -23 <(keys d.csv) <(keys b.csv))" ]
	n=$(keys b.csv | wc -l)
	[ $n -gt 340 ] && [ $n -lt 460 ]
}

@test "random and strata meet the shares to the row" {
	table 1000 >t.csv
	ok pawl split --by random --test 0.25 -o a.csv --test-output b.csv t.csv
	[ "$(keys b.csv | wc -l)" = 250 ]
	for by in random 'hash --key id'; do
		ok pawl split --by $by --stratify class --test 0.25 -o a.csv --test-output b.csv t.csv
		[ "$(grep -c yes b.csv)" = 50 ]
		[ "$(grep -c no b.csv)" = 200 ]
	done
}

@test "another seed gives another split, the same seed the same bytes" {
	table 300 >t.csv
	for by in random 'hash --key id'; do
		ok pawl split --by $by -o a.arrow --test-output b.arrow t.csv
		ok pawl split --by $by -o c.arrow --test-output d.arrow t.csv
		ok pawl split --by $by --seed 1 -o e.arrow --test-output f.arrow t.csv
		cmp a.arrow c.arrow
		cmp b.arrow d.arrow
		! cmp -s b.arrow f.arrow
	done
}

@test "position takes the last rows, time the newest ones with their ties" {
	table 100 >t.csv
	ok pawl split --by position --test 0.1 -o a.csv --test-output b.csv t.csv
	[ "$(keys b.csv | tr -d k | sort -n | head -1)" = 91 ]
	{ head -1 t.csv; tail -n +2 t.csv | sort -t, -k3,3nr; } >newest.csv
	# the ten newest rows begin at day 30, which has the rows 90, 91 and 92
	ok pawl split --by time --time day --test 0.1 -o a.csv --test-output b.csv newest.csv
	[ "$(keys b.csv | tr -d k | sort -n | head -1)" = 90 ]
	[ "$(keys b.csv | wc -l)" = 11 ]
}

@test "a pipe is split as the file is" {
	table 500 >t.csv
	ok pawl split --key id -o a.csv --test-output b.csv t.csv
	ok pawl split --key id -f csv --test-output d.csv <t.csv
	cmp b.csv d.csv
	cmp a.csv "$T/.out"
}

@test "a key that stands in two rows is a data error that names it" {
	{ table 50; echo k17,no,3; } >t.csv
	fails 3 pawl split --key id -o a.csv --test-output b.csv t.csv
	says "column 'id': key 'k17' is in rows 17 and 51"
	[ ! -e a.csv ] && [ ! -e b.csv ]
	no_litter
}

@test "a missing key or time is a data error" {
	{ table 50; echo ,no,; } >t.csv
	fails 3 pawl split --key id -o a.csv --test-output b.csv t.csv
	says "row 51 has no key"
	fails 3 pawl split --by time --time day -o a.csv --test-output b.csv t.csv
	says "row 51 has no time"
	no_litter
}

@test "a part that would be empty is exit 5, and the old outputs stay" {
	table 2 >t.csv
	echo old >a.csv
	fails 5 pawl split --by random --test 0.2 -o a.csv --test-output b.csv t.csv
	says "the test part would be empty: there are only 2 rows"
	[ "$(cat a.csv)" = old ] && [ ! -e b.csv ]
	no_litter
}

@test "wrong usage is exit 2" {
	table 9 >t.csv
	fails 2 pawl split --test 1 -o a --test-output b t.csv
	fails 2 pawl split --test 0 -o a --test-output b t.csv
	fails 2 pawl split --test 0.5 --valid 0.5 --valid-output c -o a --test-output b t.csv
	fails 2 pawl split -o a t.csv
	says "--test-output"
	fails 2 pawl split --valid 0.1 -o a --test-output b t.csv
	fails 2 pawl split --by dice -o a --test-output b t.csv
	fails 2 pawl split -o a --test-output b t.csv
	says "no column has the role 'key'"
	fails 2 pawl split --by position --stratify class -o a --test-output b t.csv
	fails 2 pawl split --key id -o a.csv --test-output ./a.csv t.csv
	says "--output and --test-output are one file"
	fails 3 pawl split --key ID -o a --test-output b t.csv
	says "ID"
	fails 2 pawl split --key id -o a --test-output b none.csv
	no_litter
}

@test "what is up to date is kept, with one new time on all parts" {
	table 100 >t.csv
	ok pawl split --key id -o a.arrow --test-output b.arrow t.csv
	cp a.arrow c.arrow
	touch -d '2001-01-01' a.arrow b.arrow
	ino=$(stat -c %i a.arrow b.arrow)
	ok pawl split --key id -o a.arrow --test-output b.arrow t.csv
	[ "$(stat -c %i a.arrow b.arrow)" = "$ino" ]
	[ "$(stat -c %y a.arrow)" = "$(stat -c %y b.arrow)" ]
	[ a.arrow -nt c.arrow ]
	# the parts cannot stand for each other
	cp a.arrow b.arrow
	ok pawl split --key id -o a.arrow --test-output b.arrow t.csv
	! cmp -s a.arrow b.arrow
	# another parameter
	ok pawl split --key id --test 0.3 -o a.arrow --test-output b.arrow t.csv
	! cmp -s a.arrow c.arrow
}

@test "a full disk is exit 4 and leaves nothing" {
	table 100 >t.csv
	fails 4 pawl split --key id -o a.csv --test-output /dev/full t.csv
	[ ! -e a.csv ]
	no_litter
}

@test "the parameters of the configuration are used and the command line wins" {
	table 100 >t.csv
	printf 'version: 1\nsplit: {by: random, test: 0.5}\n' >pawl.yaml
	ok pawl split -c pawl.yaml -o a.csv --test-output b.csv t.csv
	[ "$(keys b.csv | wc -l)" = 50 ]
	ok pawl split -c pawl.yaml --test 0.1 -o a.csv --test-output b.csv t.csv
	[ "$(keys b.csv | wc -l)" = 10 ]
	ok pawl split -c pawl.yaml --params
	[ "$out" = '{"params":{"by":"random","seed":0,"test":0.5,"valid":0.0},"result":1,"tool":"split"}' ]
}

@test "a table without rows is exit 5" {
	table 1 >t.csv
	sed -i 2d t.csv
	for by in 'hash --key id' position random; do
		fails 5 pawl split --by $by -o a.csv --test-output b.csv t.csv
	done
	no_litter
}

@test "the parts of result version 1 are pinned: raise it when they change" {
	table 200 >t.csv
	sums=
	for by in 'hash --key id' 'random --seed 3' 'hash --key id --stratify class' 'random --stratify class'; do
		ok pawl split --by $by -o a.csv --test-output b.csv t.csv
		sums+="$(sha256sum <b.csv | cut -c1-16) "
	done
	[ "$sums" = "c1e7786de45f5c74 f79f2b2d2d93ef50 23a3b055d756c058 1a5bd088128162d2 " ]
}
