# pawl validate: a table judged by its contract.

load helper

table() {
	cat >data.csv <<-END
	id,tenure,kind,score
	1,3,a,0.5
	2,70,b,1.5
	3,12,a,
	4,72,b,2.5
	END
	cat >schema.yaml <<-END
	version: 1
	key: id
	columns:
	  id: int64
	  tenure: {type: int64, min: 0, max: 100}
	  kind: {type: string, values: [a, b]}
	  score: {type: float64, missing: 0.5}
	END
}

# judged CODE CMD...: that exit code, whatever stands on stdout; stderr in $err.
judged() {
	local want=$1 code=0
	shift
	"$@" >"$T/.out" 2>"$T/.err" || code=$?
	err=$(cat "$T/.err")
	[ $code -eq "$want" ] || { echo "wanted exit code $want, got $code: $err"; return 1; }
}

@test "a table that keeps its contract is exit code 0, and nothing is said" {
	table
	ok pawl validate -s schema.yaml -o v.json data.csv
	[ -z "$err" ]
	[ "$(jq -c '[.verdict, .rows, .anomalies]' v.json)" = '["ok",4,[]]' ]
	no_litter
}

@test "value skew is exit code 1, one line that names value, line and column, and a report" {
	table
	sed -i 's/max: 100/max: 69/' schema.yaml
	fails 1 pawl validate -s schema.yaml -o v.json data.csv
	[ "$err" = "pawl validate: data.csv: column 'tenure': 2 of 4 values are above 69, first '70' in line 3 (value skew)" ]
	[ "$(jq -c '[.verdict, (.anomalies[0] | .column, .rule, .severity, .count, .share, .rows, .lines)]' v.json)" = \
		'["value-skew","tenure","max","value",2,0.5,[1,3],[3,5]]' ]
}

@test "the verdict is the same when the report is up to date" {
	table
	sed -i 's/max: 100/max: 69/' schema.yaml
	fails 1 pawl validate -s schema.yaml -o v.json data.csv
	cp -p v.json before
	fails 1 pawl validate -s schema.yaml -o v.json data.csv
	cmp v.json before
	ok pawl validate -s schema.yaml -o v.json --report data.csv
	sed -i 's/max: 69}/max: 99} # years/' schema.yaml
	ok pawl validate -s schema.yaml -o v.json data.csv
	[ "$(jq -r .verdict v.json)" = ok ]
}

@test "a missing column, an unexpected one and one of another type are schema skew, exit code 3" {
	table
	sed 's/tenure/tenur/' data.csv >other.csv
	judged 3 pawl validate -s schema.yaml -o v.json other.csv
	[ "$(jq -c '[.verdict, [.anomalies[].rule]]' v.json)" = '["schema-skew",["unexpected","column"]]' ]
	says "column 'tenure' is missing (schema skew)"
	says "column 'tenur' (int64) is not in the contract (schema skew)"
	pawl ingest -o data.arrow data.csv
	sed -i 's/tenure: {type: int64, min: 0, max: 100}/tenure: string/' schema.yaml
	judged 3 pawl validate -s schema.yaml data.arrow
	says "data.arrow: column 'tenure' is int64, the contract says string (schema skew)"
}

@test "rows of a text file that cannot be read are schema skew that names the first line" {
	table
	printf '5,x,a,1\n6,1\n' >>data.csv
	fails 3 pawl validate -s schema.yaml -o v.json data.csv
	says "2 of 6 rows cannot be read, first line 6: column 'tenure': 'x' is not an int64"
	[ "$(jq -c '.anomalies[0].lines' v.json)" = '[6,7]' ]
}

@test "too few rows are exit code 5" {
	table
	echo 'rows: {min: 1000}' >>schema.yaml
	fails 5 pawl validate -s schema.yaml -o v.json data.csv
	says "4 rows are too few, at least 1000 are needed (too few)"
	[ "$(jq -r .verdict v.json)" = too-few ]
}

@test "a key that repeats is schema skew, another unique column value skew" {
	table
	printf '1,1,a,1\n' >>data.csv
	fails 3 pawl validate -s schema.yaml -o v.json data.csv
	says "column 'id': 1 of 5 values is not unique, first '1' in line 6 (schema skew)"
	sed -i 's/^key: id//; s/id: int64/id: {type: int64, unique: true}/' schema.yaml
	fails 1 pawl validate -s schema.yaml -o v.json data.csv
}

@test "a target that is missing or constant is schema skew" {
	table
	sed -i 's/^key: id/target: kind/' schema.yaml
	sed 's/,b,/,a,/' data.csv >constant.csv
	fails 3 pawl validate -s schema.yaml -o v.json constant.csv
	says "target 'kind' has the same value in every row"
	cut -d, -f1,2,4 data.csv >none.csv
	fails 3 pawl validate -s schema.yaml -o v.json none.csv
	says "column 'kind' is missing (schema skew)"
	sed 's/^2,70,b/2,70,/' data.csv >holes.csv
	fails 3 pawl validate -s schema.yaml -o v.json holes.csv
	says "column 'kind': 1 of 4 values (25 %) is missing, none may be (schema skew)"
}

@test "--report succeeds whatever the verdict" {
	table
	sed -i 's/max: 100/max: 1/; s/kind:/other:/' schema.yaml
	ok pawl validate -s schema.yaml -o v.json --report -q data.csv
	[ "$(jq -r .verdict v.json)" = schema-skew ]
	[ -z "$err" ]
}

@test "--check writes valid.ok on value skew, and takes it away on schema skew" {
	table
	sed -i 's/max: 100/max: 69/' schema.yaml
	ok pawl validate -s schema.yaml -o v.json --report -q data.csv
	ok pawl validate --check -o v.ok v.json
	says "v.json: column 'tenure': 2 of 4 values are above 69"
	[ "$(jq -r .validation v.ok)" = "$(sha256sum <v.json | cut -d' ' -f1)" ]
	[ "$(jq -r .verdict v.ok)" = value-skew ]
	sed -i 's/kind:/other:/' schema.yaml
	ok pawl validate -s schema.yaml -o v.json --report -q data.csv
	judged 3 pawl validate --check -o v.ok v.json
	says "column 'other' is missing (schema skew)"
	[ ! -e v.ok ]
	judged 3 pawl validate --check <v.json
	no_litter
}

@test "--check stops too few rows with exit code 5" {
	table
	echo 'rows: {min: 1000}' >>schema.yaml
	ok pawl validate -s schema.yaml -o v.json --report -q data.csv
	fails 5 pawl validate --check -o v.ok v.json
	[ ! -e v.ok ]
}

@test "--check refuses what is no report" {
	echo '{"verdict": "ok"}' >v.json
	fails 3 pawl validate --check -o v.ok v.json
	says "v.json: not a report of pawl validate"
	fails 2 pawl validate --check -o v.ok no.json
	[ ! -e v.ok ]
}

@test "with -q a bad verdict is one line" {
	table
	sed -i 's/max: 100/max: 1/; s/kind:/other:/' schema.yaml
	fails 3 pawl validate -q -s schema.yaml -o v.json data.csv
	[ "$err" = "pawl validate: data.csv: schema-skew, 3 anomalies" ]
}

@test "an Arrow table and the text it came from have the same anomalies" {
	table
	sed -i 's/max: 100/max: 69/; s/values: \[a, b\]/values: [a]/' schema.yaml
	pawl ingest -s schema.yaml -o data.arrow data.csv
	judged 1 pawl validate -s schema.yaml -o arrow.json data.arrow
	judged 1 pawl validate -s schema.yaml -o text.json data.csv
	judged 1 pawl validate -s schema.yaml -o pipe.json <data.arrow
	for f in arrow text pipe; do
		jq -c '.anomalies[] | [.column, .rule, .count, .share, .rows]' $f.json >$f
	done
	cmp arrow text
	cmp arrow pipe
}

@test "--infer drafts a contract that its own table keeps" {
	table
	ok pawl validate --infer --key id -o inferred.yaml data.csv
	ok pawl validate -s inferred.yaml -o v.json data.csv
	[ "$(jq -r .verdict v.json)" = ok ]
	sed 's/,70,/,-70,/' data.csv >other.csv
	fails 1 pawl validate -s inferred.yaml -o v.json other.csv
	fails 3 pawl validate --infer --target nothing data.csv
}

@test "the telco customers keep the contract that is drafted for them" {
	shared churn/telco.csv
	pawl validate --infer --target Churn --key customerID "$file" >schema.yaml
	ok pawl validate -s schema.yaml -o v.json "$file"
	[ "$(jq -c '[.verdict, .rows]' v.json)" = '["ok",7043]' ]
	# eleven blanks in TotalCharges, and no other missing value, by hand
	sed -i 's/missing: [0-9.]*, //' schema.yaml
	fails 1 pawl validate -s schema.yaml -o v.json "$file"
	says "column 'TotalCharges': 11 of 7043 values (0.156 %) are missing, none may be"
}

@test "a contract with a mistake is exit code 2 and names file and line" {
	table
	sed -i 's/min: 0/mim: 0/' schema.yaml
	fails 2 pawl validate -s schema.yaml data.csv
	says "schema.yaml:5: "
	fails 2 pawl validate data.csv
	says "-s schema.yaml"
	fails 2 pawl validate --check --infer data.csv
}

@test "a full disk is exit code 4" {
	table
	fails 4 pawl validate -s schema.yaml -o /dev/full data.csv
}

@test "the same table gives the bytes that result version 1 gave: raise .result where not" {
	table
	sed -i 's/max: 100/max: 69/; s/values: \[a, b\]/values: [a]/' schema.yaml
	ok pawl validate --report -q -s schema.yaml -o v.json data.csv
	ok pawl validate --check -q -o v.ok v.json
	[ "$(jq .lineage.steps[0].result v.json)" = 1 ]
	[ "$(cat v.json v.ok | sha256sum)" = "7d68db25cf7ea2b9945c173dad9b2c4d1c5fed97745c5a0413de6077424f1ddb  -" ]
}
