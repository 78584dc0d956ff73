load helper

contract() {
	cat >schema.yaml <<-'END'
		version: 1
		key: id
		target: left
		columns:
		  id:     {type: string, unique: true}
		  day:    {type: date, missing: 1}
		  months: {type: int64}
		  plan:   {type: string, missing: 0.5}
		  auto:   {type: bool}
		  left:   {type: string, values: ["no", "yes"]}
	END
}

# segment NAME LINES: a segment of the request log of model m, as serve writes it.
segment() {
	mkdir -p .pawl/log/m
	{
		echo '_time,_request,_row,_model,_version,id,months,plan,auto,prediction,_latency_us'
		echo "$2"
	} >seg.csv
	pawl ingest --key id -o "$1.arrows" seg.csv
	mv "$1.arrows" .pawl/log/m/
}

two_segments() {
	contract
	segment a '2026-01-01T10:00:00Z,r1,0,m,1,A,12.0,basic,1.0,no,40
2026-01-01T10:00:00Z,r1,1,m,1,B,3.0,,0.0,yes,40
2026-01-01T11:00:00Z,r2,0,m,1,C,7.0,pro,0.0,no,41'
	segment b '2026-01-05T10:00:00Z,r3,0,m,2,A,13.0,basic,1.0,no,39
2026-01-06T10:00:00Z,r4,0,m,2,D,1.0,pro,1.0,yes,44'
}

feedback() {
	pawl feedback --name m "$@"
}

@test "labels by request id become partitions with the contract's columns and types" {
	two_segments
	printf 'request_id,row,left\nr1,1,yes\nr3,,no\nr2,0,no\n' >labels.csv
	ok feedback labels.csv -f json
	[ -z "$err" ]
	[ "$(jq -c '[.log_rows, .labelled_rows, .coverage, .unknown]' <<<"$out")" = '[5,3,0.6,0]' ]
	diff partitions/part-a.csv - <<-'END'
		id,day,months,plan,auto,left
		B,,3,,false,yes
		C,,7,pro,false,no
	END
	diff partitions/part-b.csv - <<-'END'
		id,day,months,plan,auto,left
		A,,13,basic,true,no
	END
	ok pawl ingest -s schema.yaml partitions/*.csv -o data.arrow
	ok pawl validate -s schema.yaml data.arrow
}

@test "the same labels again change nothing, further ones add, corrections replace" {
	two_segments
	printf 'request_id,row,left\nr1,0,yes\nr4,,no\n' >one.csv
	ok feedback one.csv
	before=$(sha256sum partitions/*)
	cp one.csv again.csv
	ok feedback one.csv again.csv -f json
	[ "$(jq -c '[.label_files, .label_rows, .labelled_rows]' <<<"$out")" = '[1,2,2]' ]
	[ "$(sha256sum partitions/*)" = "$before" ]
	ok feedback
	[ "$(sha256sum partitions/*)" = "$before" ]
	printf 'request_id,row,left\nr1,0,no\nr2,0,yes\n' >two.csv
	ok feedback two.csv -f json
	[ "$(jq -c '[.labelled_rows, .corrections]' <<<"$out")" = '[3,1]' ]
	[ "$(cut -d, -f1,6 partitions/part-a.csv | tr '\n' ' ')" = 'id,left A,no C,yes ' ]
	ls .pawl/labels/m | wc -l | grep -qx 2
}

@test "of several labels the one with the latest time wins, in whatever order they come" {
	two_segments
	printf 'request_id,left,at\nr2,yes,2026-02-02\n' >new.csv
	printf 'request_id,left,at\nr2,no,2026-02-01\n' >old.csv
	ok feedback --label-time at new.csv old.csv -f json
	[ "$(tail -n 1 partitions/part-a.csv)" = 'C,,7,pro,false,yes' ]
	[ "$(jq '.delay_seconds.max == (31 * 24 + 13) * 3600' <<<"$out")" = true ]
}

@test "a label by key is about the last score before it, within the horizon" {
	two_segments
	printf 'id,left,at\nA,yes,2026-01-03T00:00:00Z\n' >l.csv
	ok feedback --by key --label-time at --horizon 30d l.csv
	[ "$(cut -d, -f1,3 partitions/part-a.csv | tail -n 1)" = A,12 ]
	[ ! -e partitions/part-b.csv ]
	rm -r .pawl/labels partitions
	printf 'id,left,at\nA,yes,2026-01-20T00:00:00Z\nC,no,2026-04-01T00:00:00Z\n' >l.csv
	ok feedback --by key --label-time at --horizon 30d l.csv
	says '1 labels are about no row of the log'
	[ ! -e partitions/part-a.csv ]
	[ "$(cut -d, -f1,3 partitions/part-b.csv | tail -n 1)" = A,13 ]
	# a correction with an earlier time moves nothing, one with a later time stays at its row
	printf 'id,left,at\nA,no,2026-01-21T00:00:00Z\n' >c.csv
	ok feedback --by key --label-time at --horizon 30d c.csv
	[ "$(tail -n +2 partitions/part-b.csv)" = 'A,,13,basic,true,no' ]
}

@test "labels about unknown requests, or about one of several rows, are counted and said" {
	two_segments
	printf 'request_id,left\nr1,yes\nr9,no\nr4,no\n' >l.csv
	ok feedback l.csv -f json
	[ "$(jq -c '[.unknown, .ambiguous, .labelled_rows]' <<<"$out")" = '[1,1,1]' ]
	says 'about no row of the log'
	says 'a request that has several'
	ok feedback -q
	[ -z "$err" ]
}

@test "a label file of another schema is refused, and nothing of it is kept" {
	two_segments
	printf 'request_id,label\nr1,yes\n' >l.csv
	fails 3 feedback l.csv
	says "no column 'left'"
	printf 'request,left\nr1,yes\n' >l.csv
	fails 3 feedback l.csv
	says request_id
	printf 'request_id,left\nr2,yes\nr4,maybe\n' >l.csv
	fails 3 feedback l.csv
	says "l.csv:3: 'maybe' is no value of 'left'"
	printf 'request_id,left,months\nr2,yes,many\n' >l.csv
	fails 3 feedback l.csv
	printf 'request_id,left\nr2,yes\n' >l.csv
	fails 3 feedback --label-time at l.csv
	[ -z "$(ls .pawl/labels/m)" ]
	[ -z "$(ls partitions)" ]
	ok feedback l.csv
}

@test "columns that the log lacks come with the labels, or are missing where that is allowed" {
	two_segments
	printf 'request_id,left,day\nr2,yes,2026-01-01\n' >l.csv
	ok feedback l.csv
	[ "$(tail -n 1 partitions/part-a.csv)" = 'C,2026-01-01,7,pro,false,yes' ]
	rm -r .pawl/labels partitions
	sed -i 's/{type: date, missing: 1}/date/' schema.yaml
	printf 'request_id,left\nr2,yes\n' >l.csv
	fails 3 feedback l.csv
	says "column 'day' is neither in the log nor among the labels"
	no_litter
}

@test "an open segment gives its whole batches, and its partition is rewritten when it is closed" {
	two_segments
	printf 'request_id,left\nr4,yes\nr2,yes\n' >l.csv
	mv .pawl/log/m/b.arrows whole
	head -c "$(($(stat -c %s whole) - 40))" whole >.pawl/log/m/b.arrows.open
	head -c 30 whole >.pawl/log/m/c.arrows.open
	ok feedback l.csv
	[ -s partitions/part-a.csv ]
	rm .pawl/log/m/*.open
	mv whole .pawl/log/m/b.arrows
	ok feedback
	[ "$(tail -n 1 partitions/part-b.csv | cut -d, -f1)" = D ]
	head -c 60 .pawl/log/m/b.arrows >.pawl/log/m/d.arrows
	fails 3 feedback
}

@test "a partition outlives its segment" {
	two_segments
	printf 'request_id,left\nr4,yes\nr2,yes\n' >l.csv
	ok feedback l.csv
	rm .pawl/log/m/a.arrows
	ok feedback
	[ -s partitions/part-a.csv ]
}

@test "kill -9 at random moments: no label is lost, none counts twice" {
	two_segments
	printf 'request_id,row,left\nr1,1,yes\nr3,,no\nr2,0,no\n' >one.csv
	printf 'request_id,row,left\nr1,1,no\nr4,,no\n' >two.csv
	ok feedback one.csv two.csv
	want=$(cat partitions/*)
	rm -r partitions .pawl/labels
	for ms in 001 002 003 004 005 007 010; do
		pawl feedback --name m one.csv two.csv >/dev/null 3>&- &
		sleep "0.$ms"
		kill -9 $! 2>/dev/null || :
		wait $! 2>/dev/null || :
	done
	ok feedback one.csv two.csv -f json
	[ "$(cat partitions/*)" = "$want" ]
	[ "$(jq -c '[.label_files, .label_rows]' <<<"$out")" = '[2,5]' ]
	[ "$(find partitions -type f | wc -l)" -eq 2 ]
}

@test "make trains on the partitions too, once there are enough new rows for the trigger" {
	cp -r "$PAWL_SOURCE"/examples/churn/{Makefile,schema.yaml,features.yaml,pawl.yaml} .
	customers=${PAWL_BUILD:-$PAWL_SOURCE/build}/examples/churn/customers
	mkdir -p raw .pawl/log/churn
	"$customers" --rows 300 >raw/customers.csv
	ok make
	"$customers" --rows 60 --first 5000 >new.csv
	awk -F, 'NR == 1 { print "_time,_request,_row," $1 "," $3 "," $4 "," $5 "," $6 "," $7 "," $8 "," $9 "," $10; next }
		{ print "2026-01-01T10:00:00Z,r" NR ",0," $1 "," $3 "," $4 "," $5 ".0," $6 "," $7 ".0," \
			($8 == "true" ? "1.0" : "0.0") "," $9 "," $10 }' new.csv >seg.csv
	pawl ingest --key customer_id -o .pawl/log/churn/s.arrows seg.csv
	cut -d, -f1,2,11 new.csv >labels.csv
	ok pawl feedback --name churn --by key labels.csv -f json
	[ "$(jq ".coverage == 1" <<<"$out")" = true ]
	# the very rows that the generator made
	cmp partitions/part-s.csv new.csv
	fails 1 pawl trigger check --new-data 'partitions/*.csv' --min-new-rows 61
	ok pawl trigger run --new-data 'partitions/*.csv' --min-new-rows 50
	[ "$(jq .rows out/profile.json)" = 360 ]
	stamp=$(stat -c %i out/data.arrow)
	ok pawl feedback --name churn --by key labels.csv
	ok make
	[ "$(stat -c %i out/data.arrow)" = "$stamp" ]
}

@test "wrong usage is said" {
	fails 2 feedback
	contract
	fails 2 pawl feedback
	fails 2 feedback --horizon 30d
	fails 2 feedback --by key --label-time at --horizon soon
	fails 2 feedback no.csv
	ok feedback
	[[ $out == *log_rows*0* ]]
}
