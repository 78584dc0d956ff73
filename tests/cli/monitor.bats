load helper

# A registered model of generated customers with its reference, a window like the training data, and
# windows that are not.
setup_file() {
	: "${PAWL_SOURCE:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	local build=${PAWL_BUILD:-$PAWL_SOURCE/build} churn=$PAWL_SOURCE/examples/churn
	PATH=$build/bin:$build/examples/churn:$PATH
	cd "$BATS_FILE_TMPDIR"
	cp "$churn"/*.yaml .
	customers --rows 6000 >raw.csv
	pawl ingest -c pawl.yaml -s schema.yaml -o data.arrow raw.csv
	pawl split -c pawl.yaml -o train.arrow --test-output test.arrow data.arrow
	pawl featurize -c pawl.yaml -r features.yaml -o f.arrow --graph features.onnx train.arrow
	pawl train -c pawl.yaml --graph features.onnx -o model.onnx f.arrow
	pawl evaluate -c pawl.yaml -m model.onnx -o metrics.json test.arrow
	pawl evaluate -c pawl.yaml --check -o gates.ok metrics.json
	pawl register add --promote --metrics metrics.json --gates gates.ok --data test.arrow \
		--reference train.arrow -o release.json churn model.onnx
	customers --rows 2000 --first 20001 >same.csv
	customers --rows 2000 --first 20001 --drift prices >prices.csv
	customers --rows 2000 --first 20001 --drift behaviour >behaviour.csv
	customers --rows 2000 --first 30001 --drift prices --unlabelled >prices2.csv
	customers --rows 2000 --first 40001 --drift prices --unlabelled >prices3.csv
	customers --rows 2000 --first 50001 --unlabelled >clean.csv
}

load_project() {
	cp -r "$BATS_FILE_TMPDIR"/{.pawl,*.csv,*.arrow,*.onnx,metrics.json} .
}

# judged CODE FILE...: monitor's exit code for a window judged by itself; the report is report.json.
judged() {
	local want=$1 code=0
	shift
	pawl monitor --reference churn@champion --no-state -o report.json "$@" 2>.err || code=$?
	err=$(cat .err)
	[ $code -eq "$want" ] || { echo "exit code $code, not $want: $err"; return 1; }
}

# counted CODE FILE...: the same with the state file.
counted() {
	local want=$1 code=0
	shift
	pawl monitor --reference churn@champion --confirm 2/3 -o report.json "$@" 2>.err || code=$?
	err=$(cat .err)
	[ $code -eq "$want" ] || { echo "exit code $code, not $want: $err"; return 1; }
}

columns() {
	sed -n '/^  "columns"/,/^  \]/p' report.json
}

verdict() {
	sed -n 's/^  "verdict": "\(.*\)",$/\1/p' report.json
}

@test "rows like those of the training raise no alarm, over twenty seeds" {
	load_project
	PATH=${PAWL_BUILD:-$PAWL_SOURCE/build}/examples/churn:$PATH
	for seed in $(seq 101 120); do
		customers --rows 1000 --seed "$seed" --first 50001 --unlabelled >new.csv
		judged 0 new.csv
		[ "$(verdict)" = ok ]
	done
}

@test "prices that rose are found in the column, in what follows from it and in the predictions" {
	load_project
	judged 1 prices2.csv
	[ "$(verdict)" = confirmed ]
	says "drift monthly_charge"
	says "drift probability_yes"
	[[ $err != *region* && $err != *support_calls* && $err != *missing* ]]
}

@test "behaviour that changed is found by the labels alone" {
	load_project
	judged 1 behaviour.csv
	says "performance"
	[[ $err != *monthly_charge* ]]
	judged 0 same.csv
}

@test "the predictions of a log are taken as they are, and are those that the model makes" {
	load_project
	pawl predict -m model.onnx --keep churned --keep monthly_charge --keep region --keep contract \
		--keep tenure_months --keep payment --keep support_calls --keep paperless \
		--keep total_charge -o log.arrows same.csv
	ok pawl ingest -o same.arrow same.csv
	judged 0 log.arrows
	columns >logged
	judged 0 same.csv
	columns | cmp logged
	grep -q probability_yes logged
}

@test "of a segment that is still written the whole batches count, and a directory is all its segments" {
	load_project
	ok pawl predict -m model.onnx --keep monthly_charge --keep region --keep contract \
		--keep tenure_months --keep payment --keep support_calls --keep paperless \
		--keep total_charge -o log.arrows clean.csv
	mkdir log
	cp log.arrows log/20261121T050607000000-1-1.arrows
	head -c -100 log.arrows >log/20261121T050608000000-1-2.arrows.open
	judged 0 log/20261121T050608000000-1-2.arrows.open
	grep -q '"rows": 2000' report.json
	judged 0 log
	grep -q '"rows": 4000' report.json
	fails 3 pawl monitor --reference churn@champion --no-state - <log/*.open
	mkdir none
	fails 5 pawl monitor --reference churn@champion --no-state none
}

@test "a table is as good a reference as a registered version" {
	load_project
	judged 0 same.csv
	columns >registered
	ok pawl monitor --reference train.arrow -m model.onnx --no-state -o report.json same.csv
	columns | cmp registered
	ok pawl monitor --reference .pawl/mlruns/*/*/artifacts/model/reference.json -m model.onnx \
		--no-state -o report.json same.csv
	columns | cmp registered
	ok pawl monitor --reference train.arrow --no-state same.csv
	[[ $out != *probability* && $out == *monthly_charge* && $out != *customer_id* ]]
}

@test "metrics are held against those of a file" {
	load_project
	sed 's/"log_loss": [0-9.]*/"log_loss": 0.2/' metrics.json >better.json
	judged 1 --baseline-metrics better.json same.csv
	says "performance"
	judged 0 --baseline-metrics metrics.json same.csv
}

@test "a drift is confirmed by two of three windows, and cleared by two clean ones" {
	load_project
	counted 0 prices3.csv
	[ "$(verdict)" = pending ]
	counted 1 prices2.csv
	says "2 of 3 windows"
	counted 1 clean.csv
	grep -q '"state": "clearing"' report.json
	counted 0 same.csv
	! grep -qE '"state": "(firing|clearing)"' report.json
}

@test "a window counts once, whatever it is called and however often it is asked" {
	load_project
	counted 0 prices.csv
	cp .pawl/state/monitor-churn.json before.json
	cp prices.csv again.csv
	counted 0 again.csv
	[ "$(verdict)" = pending ]
	grep -q '"counted": false' report.json
	cmp before.json .pawl/state/monitor-churn.json
	counted 1 prices2.csv
	counted 1 -f prometheus prices2.csv
	grep -q '^pawl_monitor_exit_code{name="churn"} 1$' report.json
	counted 1 same.csv prices2.csv
	counted 1 prices2.csv same.csv
	grep -q '"windows": 3' .pawl/state/monitor-churn.json
}

@test "a state file that is cut short or foreign is begun anew, and that is said" {
	load_project
	counted 0 prices.csv
	state=.pawl/state/monitor-churn.json
	head -c 150 $state >cut
	cp cut $state
	counted 0 prices2.csv
	says "cut short"
	[ "$(verdict)" = pending ]
	echo 'not JSON' >$state
	counted 0 prices2.csv
	says "cut short or not of"
	counted 1 prices.csv
	[ -z "${err##*confirmed*}" ]
	sed -i 's/"reference": "./"reference": "x/' $state
	counted 0 prices.csv
	says "about another reference"
	: >$state
	counted 0 prices.csv
	says "cut short"
}

@test "killed at any moment it leaves a state that the next run accepts" {
	load_project
	counted 0 prices.csv
	for i in $(seq 1 25); do
		head -n $((200 + i)) same.csv >window.csv
		pawl monitor --reference churn@champion -o report.json window.csv 2>/dev/null &
		sleep "0.0$((RANDOM % 50 + 10))"
		kill -9 $! 2>/dev/null || :
		wait $! 2>/dev/null || :
		pawl monitor --reference churn@champion -o report.json window.csv 2>.err
		[ ! -s .err ] || { cat .err; return 1; }
	done
	grep -q '"windows": 26' .pawl/state/monitor-churn.json
	no_litter
}

@test "a column that is missing, renamed or of another type is schema skew, and not counted" {
	load_project
	sed '1s/monthly_charge/monthly_fee/' same.csv >renamed.csv
	counted 3 renamed.csv
	says "column 'monthly_charge' is missing"
	[ "$(verdict)" = schema-skew ]
	[ ! -e .pawl/state/monitor-churn.json ]
	sed '1s/monthly_charge/region2/; 1s/region,/monthly_charge,/; 1s/region2/region/' same.csv >swapped.csv
	ok pawl ingest -o swapped.arrow swapped.csv
	counted 3 swapped.arrow
	says "column 'region' is float64, the reference has string"
	grep -q '"problem": "type"' report.json
	sed 's/,card,/,card,x/' same.csv >malformed.csv
	fails 3 pawl monitor --reference churn@champion --no-state malformed.csv
	says "malformed.csv:"
}

@test "too few rows say nothing" {
	load_project
	head -n 60 prices.csv >few.csv
	counted 5 few.csv
	says "59 rows say nothing"
	[ "$(verdict)" = too-few ]
	[ ! -e .pawl/state/monitor-churn.json ]
	counted 0 few.csv prices.csv
	judged 1 --min-rows 50 few.csv
}

@test "values that went missing and categories that are new are named" {
	load_project
	awk -F, -v OFS=, 'NR > 1 && NR % 4 == 0 { $9 = "" } { print }' same.csv >missing.csv
	judged 1 missing.csv
	says "missing monthly_charge"
	[[ $err != *"drift monthly_charge"* ]]
	awk -F, -v OFS=, 'NR > 1 && NR % 3 == 0 { $6 = "crypto" } { print }' same.csv >unseen.csv
	judged 1 unseen.csv
	says "drift payment"
	grep -q '"unseen": 0.33' report.json
}

@test "the report has the lineage of what was compared, and depends on nothing else" {
	load_project
	judged 0 same.csv
	grep -q '"tool": "monitor"' report.json
	cp report.json first.json
	judged 0 same.csv
	cmp first.json report.json
	ok pawl show report.json
}

@test "wrong usage is told" {
	load_project
	fails 2 pawl monitor same.csv
	fails 2 pawl monitor --reference churn@nobody same.csv
	fails 2 pawl monitor --reference churn@champion --confirm 3/2 same.csv
	fails 2 pawl monitor --reference churn@champion --state x --no-state same.csv
	fails 2 pawl monitor --reference churn@champion --no-state nothing.csv
	rm .pawl/mlruns/*/*/artifacts/model/reference.json
	fails 2 pawl monitor --reference churn@champion --no-state same.csv
	says "register add --reference"
	ok pawl register add --reference train.arrow churn model.onnx
	judged 0 same.csv
}
