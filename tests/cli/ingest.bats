load helper

# bad TEXT MESSAGE: ingesting the text (of printf) fails with exit code 3 and exactly this message,
# and leaves nothing behind.
bad() {
	printf "$1" >x.csv
	fails 3 pawl ingest "${@:3}" -o x.arrow x.csv
	[ "$err" = "pawl ingest: $2" ] || { echo "said: $err"; echo "want: pawl ingest: $2"; return 1; }
	[ ! -e x.arrow ]
	no_litter
}

@test "bad CSV is exit code 3 and a message that names file, line and column" {
	bad '' 'x.csv: the file is empty: there is no header'
	bad 'a,b\n' 'x.csv: there are no rows'
	bad 'a,b,a\n1,2,3\n' "x.csv:1: two columns are called 'a'"
	bad 'a,,b\n1,2,3\n' 'x.csv:1: column 2 has no name'
	bad 'a,b\n1,2\n3\n' 'x.csv:3: 1 field where the header has 2'
	bad 'a,b\n"1\n2",2\n3,4,5\n' 'x.csv:4: 3 fields where the header has 2'
	bad 'a,b\n1,"2\n3,4\n' 'x.csv:2: a quote is not closed before the end of the file'
	bad 'a,b\n1,x"y\n' 'x.csv:2: a quote stands within a field, where it must be doubled and the field quoted'
	bad 'a,b\n1,x\0y\n' "x.csv:2: column 'b': a NUL byte"
	bad 'a,b\n1,\377\n' "x.csv:2: column 'b': bytes that are not UTF-8"
	bad '\377\376a\0' 'x.csv: the text is UTF-16, not UTF-8'
	bad 'a\n1\n2\n99999999999999999999\n' "x.csv:4: column 'a': '99999999999999999999' does not fit an int64"
	bad 'a\n1.5\n1e999\n' "x.csv:3: column 'a': '1e999' is too large for a float64"
	bad 'k,a\nx,1\n,2\n' "x.csv:3: column 'k': the key is missing" --key k
	bad '_row,a\n1,2\n' "x.csv: a column is called '_row', as pawl calls the position of a row; --key _row makes it the key"
	bad 'PAR1' 'x.csv: this is Parquet; a table is Arrow, CSV, TSV or JSON Lines'
}

@test "a value that contradicts the schema is exit code 3 with its line and column" {
	cat >s.yaml <<-END
		version: 1
		key: id
		columns:
		  id: {type: string}
		  tenure: {type: int64}
		  note: {type: string, optional: true}
	END
	bad 'id,tenure\na,1\nb,12x\n' "x.csv:3: column 'tenure': '12x' is not an int64" -s s.yaml
	bad 'id,tenure\na,99999999999999999999\n' "x.csv:2: column 'tenure': '99999999999999999999' does not fit an int64" -s s.yaml
	bad 'id,tenure\na,x234567890123456789012345678901234567890123456789\n' \
		"x.csv:2: column 'tenure': 'x234567890123456789012345678901234567890...' is not an int64" -s s.yaml
	bad 'id\na\n' "x.csv: column 'tenure' is missing" -s s.yaml
	bad 'id,tenure,more\na,1,1.5\n' \
		"x.csv: column 'more' is not in 's.yaml': drop it from the data, or add 'more: {type: float64}' to the columns there" -s s.yaml
	printf 'id,tenure\n' >x.csv
	ok pawl ingest -s s.yaml -o empty.arrow x.csv
}

@test "a bad JSON line is exit code 3 with its line" {
	bad '{"a":1}\n{"a":[2]}\n' "x.csv:2: column 'a': an array, which no column can hold"
	bad '{"a":1}\n{"a":1,"a":2}\n' "x.csv:2: not JSON: duplicate object key near '\"a\"'"
	bad '{"a":1}\n[1]\n' 'x.csv:2: not a JSON object'
	bad '{"a":1}\n{"a"\n' "x.csv:2: not JSON: ':' expected near end of file"
}

@test "a truncated gzip is exit code 3" {
	seq 100000 | sed 1ia | gzip >x.gz
	head -c 100000 x.gz >cut.gz
	fails 3 pawl ingest -o x.arrow cut.gz
	says 'cut.gz: the gzip data is cut off'
	(cat x.gz; echo more) >more.gz
	fails 3 pawl ingest -o x.arrow more.gz
	says 'more.gz: bytes that are not gzip follow the gzip data'
	[ ! -e x.arrow ]
	no_litter
}

@test "gzip is known by its content, also of several members" {
	(printf 'a,b\n1,2\n' | gzip; printf '3,4\n' | gzip) >x.csv
	ok pawl ingest -f csv x.csv
	[ "$out" = $'a,b,_row\n1,2,0\n3,4,1' ]
}

@test "what is read is what is written, in every format" {
	printf 'id,n,x,flag,day,when,at,text\n1,-5,0.1,true,2020-02-29,2020-02-29T01:02:03.000004,2020-02-29T01:02:03Z,"a ""b"", c"\n2,,1e+300,false,,,,""\n3,9007199254740993,,,2021-01-01,2021-01-01T00:00:00,2021-01-01T00:00:00Z,\n' >in.csv
	ok pawl ingest --key id -f csv in.csv
	[ "$out" = "$(cat in.csv)" ]
	ok pawl ingest --key id -o a.arrow in.csv
	ok pawl ingest --key id -o a.arrows in.csv
	ok pawl ingest --key id -o a.jsonl.gz in.csv
	ok pawl ingest --key id -o a.tsv in.csv
	for f in a.arrow a.arrows a.jsonl.gz a.tsv; do
		ok pawl ingest --key id -f csv "$f"
		[ "$out" = "$(cat in.csv)" ] || { echo "$f: $out"; return 1; }
	done
	ok pawl ingest --key id -f csv <a.arrows
	[ "$out" = "$(cat in.csv)" ]
}

@test "delimiters, a byte order mark and CRLF are recognised" {
	printf '\357\273\277a;b\r\n1;2,5\r\n' >x.csv
	ok pawl ingest -f jsonl x.csv
	[ "$out" = '{"a":1,"b":"2,5","_row":0}' ]
	printf 'a|b\n1|2\n' >x.csv
	ok pawl ingest -f jsonl x.csv
	[ "$out" = '{"a":1,"b":2,"_row":0}' ]
}

@test "several files with one header are one table" {
	printf 'a,b\n1,x\n' >1.csv
	printf 'a,b\n2,y' >2.csv
	printf 'b,a\nz,3\n' >3.csv
	ok pawl ingest -f csv 1.csv 2.csv
	[ "$out" = $'a,b,_row\n1,x,0\n2,y,1' ]
	fails 3 pawl ingest -f csv -o x.csv 1.csv 3.csv
	says "3.csv:1: column 1, 'b', is not where or what it is in the first file"
	printf 'a,b\nq,y\n' >4.csv
	ok pawl ingest -o x.csv 1.csv 4.csv
	says "4.csv:2: column 'a' is not int64 as it seemed, because of 'q': read again"
	[ "$(cat x.csv)" = $'a,b,_row\n1,x,0\nq,y,1' ]
}

@test "a late contradiction begins again on a file and is a bad row on a pipe" {
	(echo a,b; yes 12345,text | head -n 900000; echo 1.5,text) >x.csv
	ok pawl ingest -o x.arrow x.csv
	says "x.csv:900002: column 'a' is not int64 as it seemed, because of '1.5': read again"
	ok pawl ingest -f csv x.arrow
	[ "$(tail -n 1 <<<"$out")" = 1.5,text,900000 ]
	code=0
	pawl ingest <x.csv 2>said | cat >/dev/null || true
	cat x.csv | pawl ingest -o y.arrow 2>said || code=$?
	[ $code = 3 ]
	[ "$(cat said)" = "pawl ingest: standard input:900002: column 'a': '1.5' is not an int64, unlike the values before: add 'a: {type: float64}' to the columns of schema.yaml" ]
	[ ! -e y.arrow ]
}

@test "blank values are missing in a column of numbers, and that is said" {
	printf 'a,b\n1.5,x\n ,y\n' >x.csv
	ok pawl ingest -f csv x.csv
	[ "$out" = $'a,b,_row\n1.5,x,0\n,y,1' ]
	[ "$err" = "pawl ingest: column 'a' is float64; 1 blank value is taken as missing" ]
}

@test "one odd token in a column of numbers is remarked on, and --nulls makes it missing" {
	printf 'a,b\n1,x\nNA,y\nNA,z\n4,\n' >x.csv
	ok pawl ingest -f csv x.csv
	[ "$err" = "pawl ingest: column 'a' is string only because of 'NA', 2 of 4 values, first in line 3: --nulls 'NA' would make it int64" ]
	ok pawl ingest --nulls NA -f csv x.csv
	[ "$out" = $'a,b,_row\n1,x,0\n,y,1\n,z,2\n4,,3' ]
	[ -z "$err" ]
}

@test "bad rows go to --rejects, up to --max-rejects" {
	printf 'a,b\n1,2\n3\n4,5,"6\n"\n7,8\n' >x.csv
	ok pawl ingest --rejects r.csv -f csv x.csv
	[ "$out" = $'a,b,_row\n1,2,0\n7,8,1' ]
	says "2 bad rows were put into 'r.csv'"
	[ "$(cat r.csv)" = $'line,offset,reason,raw\n3,8,1 field where the header has 2,3\n4,10,3 fields where the header has 2,"4,5,""6\n"""' ]
	rm r.csv
	fails 3 pawl ingest --rejects r.csv --max-rejects 1 -o x.arrow x.csv
	says 'more than 1 bad rows; the next one, line 4: 3 fields where the header has 2'
	[ ! -e r.csv ]
	[ ! -e x.arrow ]
	no_litter
}

@test "a command can be the input, and its failure is exit code 4" {
	ok pawl ingest --exec 'printf "a\n1\n"' -f csv
	[ "$out" = $'a,_row\n1,0' ]
	fails 4 pawl ingest --exec 'printf "a\n1\n"; exit 3' -o x.arrow
	says "the command 'printf \"a\\n1\\n\"; exit 3' failed with exit code 3"
	[ ! -e x.arrow ]
	no_litter
}

@test "a second run with the same input does nothing, another input does" {
	printf 'a\n1\n' >x.csv
	ok pawl ingest -o x.arrow x.csv
	inode=$(stat -c %i x.arrow)
	touch -d '1 hour ago' x.arrow
	ok pawl ingest -o x.arrow x.csv
	[ "$(stat -c %i x.arrow)" = "$inode" ]
	[ "$(($(date +%s) - $(stat -c %Y x.arrow)))" -lt 1000 ]
	printf 'a\n2\n' >x.csv
	ok pawl ingest -o x.arrow x.csv
	[ "$(stat -c %i x.arrow)" != "$inode" ]
	no_litter
}

@test "the same content makes the same bytes" {
	printf 'a,b\n1,x\n2,x\n' >x.csv
	cp x.csv y.csv
	ok pawl ingest -o x.arrow x.csv
	ok pawl ingest -o y.arrow y.csv
	cmp x.arrow y.arrow
}

@test "a pipe gives the bytes of a file, also where a dictionary outgrows its caps" {
	printf 'a,b\n1,x\n2,x\n' >small.csv
	# A category in the first 8 MiB, whose values differ from there on.
	awk 'BEGIN { print "a,b"
		for (i = 0; i < 500000; i++) print i ",some-longer-text-" i % 100
		for (i = 0; i < 70000; i++) print i ",other-" i }' >large.csv
	# A column without values in the first 8 MiB.
	awk 'BEGIN { print "a,b,c"
		for (i = 0; i < 500000; i++) print i ",some-longer-text-" i "," (i > 499990 ? 7 : "") }' >late.csv
	for f in small late large; do
		ok pawl ingest -o file.arrow $f.csv
		ok pawl ingest -o redirected.arrow <$f.csv
		cmp file.arrow redirected.arrow
		cat $f.csv | pawl ingest -o pipe.arrow 2>said
		cmp file.arrow pipe.arrow
		gzip -c $f.csv >$f.csv.gz
		ok pawl ingest -o file.arrow $f.csv.gz
		ok pawl ingest --exec "cat $f.csv.gz" -o pipe.arrow
		cmp file.arrow pipe.arrow
	done
	grep -q "too many different values for a dictionary: read again" said
	ok pawl ingest -f csv pipe.arrow
	[ "$(tail -n 1 <<<"$out")" = 69999,other-69999,569999 ]
	code=0
	cat large.csv | TMPDIR=$T/none pawl ingest -o none.arrow 2>said || code=$?
	[ $code = 4 ] && grep -q "cannot make a temporary file in '$T/none'" said
	[ ! -e none.arrow ]
}

@test "a full disk is exit code 4, a directory exit code 2" {
	(echo a; seq 100000) >x.csv
	fails 4 pawl ingest -o /dev/full x.csv
	says "cannot write '/dev/full': No space left on device"
	code=0
	pawl ingest x.csv >/dev/full 2>said || code=$?
	[ $code = 4 ]
	mkdir d
	fails 2 pawl ingest -o d x.csv
	fails 2 pawl ingest -o x.arrow d
	fails 2 pawl ingest -o x.arrow nothing.csv
	fails 2 pawl ingest -o x.arrow.gz x.csv
	no_litter
}

@test "a FIFO, a symlink and /dev/null keep their kind" {
	printf 'a\n1\n' >x.csv
	mkfifo fifo
	cat fifo >got 3>&- &
	ok pawl ingest -o fifo x.csv
	wait $!
	[ -p fifo ]
	ok pawl ingest -f csv got
	[ "$out" = $'a,_row\n1,0' ]
	ok pawl ingest -o /dev/null x.csv
	[ -c /dev/null ]
	mkdir d
	ln -s d/real.arrow link.arrow
	ok pawl ingest -o link.arrow x.csv
	[ -L link.arrow ]
	[ -f d/real.arrow ]
	no_litter
}

@test "an Arrow stream that is cut off is exit code 3" {
	(echo a; seq 1000) >x.csv
	ok pawl ingest -o x.arrows x.csv
	size=$(stat -c %s x.arrows)
	for at in 1 100 500 $((size / 2)) $((size - 8)) $((size - 1)); do
		head -c "$at" x.arrows >cut
		fails 3 pawl ingest -o y.arrow --from arrows cut
	done
	[ ! -e y.arrow ]
	no_litter
}

@test "telco: blank charges are missing numbers, and nothing else changes" {
	shared churn/telco.csv
	ok pawl ingest --key customerID --target Churn -o t.arrow "$file"
	[ "$err" = "pawl ingest: column 'TotalCharges' is float64; 11 blank values are taken as missing" ]
	ok pawl ingest -f csv t.arrow
	[ "$out" = "$(sed 's/, ,/,,/' "$file")" ] ||
		diff <(echo "$out") <(sed 's/, ,/,,/' "$file") | head
}
