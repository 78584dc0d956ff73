load helper

@test "a table is shown aligned, with its first rows and a count" {
	(echo k,n,t; for i in $(seq 25); do echo "k$i,$((i * 100)),"; done) >x.csv
	ok pawl ingest --key k --nulls "" -o x.arrow x.csv
	ok pawl show x.arrow
	[ "$(wc -l <<<"$out")" = 22 ]
	[ "$(head -n 2 <<<"$out")" = $'k       n  t\nk1    100  null' ]
	[ "$(tail -n 1 <<<"$out")" = '... 25 rows, 3 columns' ]
	ok pawl show -n 1 x.csv
	[ "$out" = $'k     n  t\nk1  100  null\n... 25 rows, 3 columns' ]
	ok pawl show --rows 30 - <x.arrow
	[ "$(tail -n 1 <<<"$out")" = '25 rows, 3 columns' ]
}

@test "the schema of a table has types and roles" {
	printf 'k,n\na,1\n' >x.csv
	ok pawl ingest --key k --target n -o x.arrow x.csv
	ok pawl show --schema x.arrow
	[ "$out" = $'column  type    role    encoding\nk       string  key\nn       int64   target\n1 row, 2 columns' ]
}

@test "a table is converted to every format and back" {
	printf 'k,n,t\na,1,\nb,,"x, y"\n' >x.csv
	for f in arrow arrows csv tsv jsonl; do
		pawl show -f "$f" x.csv >y
		pawl show -f csv y >z.csv
		cmp x.csv z.csv
		pawl show -f csv <y | cmp - x.csv
	done
}

@test "lineage is told step by step, and an export has none" {
	printf 'k,n\na,1\n' >x.csv
	ok pawl ingest --key k -o x.arrow x.csv
	ok pawl show --lineage x.arrow
	[[ $out == *ingest*'from raw'*$(sha256sum x.csv | cut -c 1-64)*key*k* ]]
	ok pawl show --lineage x.csv
	[ "$out" = 'no lineage: not made by pawl, or an export' ]
}

@test "a report has its key figures first and metrics beside the baseline" {
	cat >m.json <<-END
		{
		  "metrics": {"roc_auc": 0.8431262, "log_loss": 0.42},
		  "baseline": {"roc_auc": 0.5, "log_loss": 0.58},
		  "rows": 1422,
		  "task": "classification",
		  "columns": [{"name": "a", "n": 1}, {"name": "b", "n": 20}],
		  "lineage": {"steps": [], "version": 1}
		}
	END
	ok pawl show m.json
	[ "$out" = 'rows  1422
task  classification

metrics
  metric        model  baseline
  roc_auc   0.8431262       0.5
  log_loss       0.42      0.58

columns
  name   n
  a      1
  b     20' ] || { echo "$out"; return 1; }
	ok pawl show - <m.json
	[[ $out == rows*1422* ]]
	fails 2 pawl show --schema m.json
	says 'm.json: --schema is for tables'
}

@test "what is no artifact, not there or cut off has its exit code" {
	fails 2 pawl show nothing.arrow
	mkdir d
	fails 2 pawl show d
	printf '{\n"a": ' >x.json
	fails 3 pawl show x.json
	printf '\10\10model' >x.onnx
	fails 3 pawl show x.onnx
	(echo a; seq 10) | pawl show -f arrow - >x.arrow
	head -c 300 x.arrow >cut.arrow
	fails 3 pawl show cut.arrow
}

@test "control characters do not reach the terminal" {
	printf 'a,b\n"x\033[2Jy\nz",1\n' >x.csv
	ok pawl show x.csv
	[ "$(sed -n 2p <<<"$out")" = 'x.[2Jy.z  1' ]
}

@test "nothing is wider than the terminal" {
	command -v script >/dev/null || skip "no script"
	(seq -s, 1 60; seq -s, 1001 1060) >x.csv
	COLUMNS=50 script -qec 'pawl show x.csv' /dev/null </dev/null | tr -d '\r' >said
	[ "$(wc -L <said)" -le 50 ]
	grep -q '1 row, 60 columns (5[0-9] not shown)' said
	COLUMNS=50 script -qec 'pawl ingest x.csv' /dev/null </dev/null | tr -d '\r' >said
	[ "$(wc -L <said)" -le 50 ]
}

@test "a negative zero survives JSON Lines" {
	printf '{"a":-0.0}\n{"a":1.5}\n' >t.jsonl
	ok pawl show -f jsonl t.jsonl
	[ "$(head -n 1 "$T/.out")" = '{"a":-0.0}' ]
	pawl show -f jsonl t.jsonl >u.jsonl
	ok pawl show -f csv u.jsonl
	[ "$(sed -n 2p "$T/.out")" = -0 ]
}
