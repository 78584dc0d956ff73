load helper

# The example, small, as a project in d, made once where $1 is "made".
project() {
	mkdir -p d/raw
	cp "$PAWL_SOURCE"/examples/churn/{Makefile,schema.yaml,features.yaml,pawl.yaml} d
	"${PAWL_BUILD:-$PAWL_SOURCE/build}/examples/churn/customers" --rows 400 >d/raw/customers.csv
}

# A project whose goal takes a moment and says in count how often it ran.
slow() {
	mkdir -p d
	printf 'all:\n\t@echo once >>count\n\t@sleep %s\n\t@echo end >>count\n' "${1:-0}" >d/Makefile
}

trigger() {
	local command=$1
	shift
	pawl trigger "$command" -C d "$@"
}

state() {
	jq -r "$1" d/.pawl/state/trigger-all.json
}

# shift_success SECONDS: the last success is recorded that much later.
shift_success() {
	local then
	then=$(date -u -d "$(state .success.time) + $1 seconds" +%Y-%m-%dT%H:%M:%SZ)
	jq ".success.time = \"$then\"" d/.pawl/state/trigger-all.json >new
	mv new d/.pawl/state/trigger-all.json
}

@test "a person's trigger runs make, is silent, and leaves a log and a state" {
	project
	ok trigger run --reason 'new l2'
	[ -z "$out$err" ]
	[ -s d/out/release.json ]
	[ "$(state .event.state)" = done ]
	[ "$(state .event.reason)" = 'new l2' ]
	id=$(state .event.id)
	grep -q champion "d/.pawl/log/trigger/$id.log"
	PAWL_HOME=d/.pawl ok pawl runs show "$id"
	[[ $out == *register*FINISHED* ]]
	ok trigger status
	[[ $out == *all*done*"new l2"*"exit code"*0* ]]
	ok trigger status -f json
	[ "$(jq -r '.[0].event.exit_code' <<<"$out")" = 0 ]
}

@test "a project whose trigger never ran has no status and runs for a person" {
	slow
	ok trigger status
	[ -z "$out" ]
	ok trigger check
	[ "$out" = 'all: person' ]
	ok trigger run
	[ "$(state .success.id)" = "$(state .event.id)" ]
	ok trigger status --name other
	[[ $out == *other*never\ ran* ]]
}

@test "a schedule is due when the period has passed, and not before" {
	slow
	ok trigger run --every 1h
	[ "$(state .event.reason)" = 'every 1h' ]
	ok trigger run --every 1h
	[ "$(wc -l <d/count)" -eq 2 ]
	fails 1 trigger check --every 1h
	says 'not 1h ago'
	shift_success -3601
	ok trigger check --every 1h
	ok trigger run --every 1h
	[ "$(wc -l <d/count)" -eq 4 ]
}

@test "new data is what has other content: enough rows of it start a run, once" {
	slow
	mkdir d/labels
	printf 'id,y\n1,a\n2,b\n' >d/labels/a.csv
	new=(--new-data 'labels/*.csv' --min-new-rows 3)
	fails 5 trigger run "${new[@]}" --reason me
	says 'only 2 new rows, 3 are needed'
	fails 1 trigger check "${new[@]}"
	ok trigger run "${new[@]}"
	[ ! -e d/count ]
	printf 'id,y\n3,a\n' >d/labels/b.csv
	ok trigger check "${new[@]}"
	[ "$out" = 'all: 3 new rows' ]
	ok trigger run "${new[@]}"
	[ "$(wc -l <d/count)" -eq 2 ]
	touch d/labels/*
	mv d/labels/b.csv d/labels/c.csv
	ok trigger run "${new[@]}"
	[ "$(wc -l <d/count)" -eq 2 ]
	mv d/labels/c.csv d/labels/b.csv
	printf '4,b\n5,b\n6,b\n' >>d/labels/a.csv # it grew by three
	printf '4,b\n' >>d/labels/b.csv
	ok trigger check "${new[@]}"
	[ "$out" = 'all: 4 new rows' ]
	ok trigger run "${new[@]}"
	fails 1 trigger check "${new[@]}"
	ok trigger run # a person does not look at the data, which stays known
	fails 1 trigger check "${new[@]}"
	says '0 new rows of 3'
	printf 'ARROW1\0\0broken' >d/labels/d.arrow
	fails 3 trigger run --new-data 'labels/*'
}

@test "at most one run per period, for everybody who does not force it" {
	slow
	once=(--at-most-one-per 1d)
	ok trigger run "${once[@]}" --monitor 'exit 1'
	ok trigger run "${once[@]}" --monitor 'exit 1'
	says 'not run (monitor): the last run is not 1d ago'
	ok trigger run -q "${once[@]}" --monitor 'exit 1'
	[ -z "$err" ]
	fails 1 trigger run "${once[@]}" --reason person
	says 'the last run is not 1d ago'
	[ "$(wc -l <d/count)" -eq 2 ]
	ok trigger run "${once[@]}" --reason person --force
	[ "$(wc -l <d/count)" -eq 4 ]
	shift_success -90000
	ok trigger run "${once[@]}" --monitor 'exit 1'
	[ "$(wc -l <d/count)" -eq 6 ]
}

@test "a failed run does not count as the one of its period" {
	mkdir d
	printf 'all:\n\t@echo once >>count\n\t@test -e fine\n' >d/Makefile
	once=(--at-most-one-per 1d --every 1d)
	fails 4 trigger run "${once[@]}"
	fails 4 trigger run "${once[@]}"
	touch d/fine
	ok trigger run "${once[@]}"
	ok trigger run "${once[@]}"
	[ "$(wc -l <d/count)" -eq 3 ]
}

@test "a clock that was put back holds nothing and is said" {
	slow
	ok trigger run --every 7d
	shift_success 864000
	ok trigger run --every 7d --at-most-one-per 1d
	says 'the clock was put back'
	[ "$(wc -l <d/count)" -eq 4 ]
	ok trigger run --every 7d --at-most-one-per 1d # and the record is right again
	[ -z "$err" ]
	[ "$(wc -l <d/count)" -eq 4 ]
}

@test "schema skew of the monitor stops everything, whoever asks" {
	slow
	fails 3 trigger run --monitor 'echo "column x is gone" >&2; exit 3'
	says 'schema skew: nothing is retrained (monitor: column x is gone)'
	fails 3 trigger run --monitor 'exit 3' --every 1h --reason person --force
	fails 3 trigger check --monitor 'exit 3'
	echo '{"verdict": "schema-skew"}' >d/report.json
	fails 3 trigger run --monitor report.json
	[ ! -e d/count ]
}

@test "a monitor that fails is no reason to run, and no reason to be silent" {
	slow
	fails 4 trigger run --monitor 'exit 127'
	says 'exit code 127'
	fails 2 trigger run --monitor 'exit 2'
	ok trigger run --monitor 'exit 0'
	ok trigger run --monitor 'exit 5'
	fails 3 trigger run --monitor /dev/null.json 2>/dev/null || fails 2 trigger run --monitor no.json
	echo '{"verdict": "weather"}' >d/report.json
	fails 3 trigger run --monitor report.json
	[ ! -e d/count ]
}

@test "a report that says drift is acted on once" {
	slow
	echo '{"verdict": "drift"}' >d/report.json
	ok trigger run --monitor report.json
	ok trigger run --monitor report.json
	[ "$(wc -l <d/count)" -eq 2 ]
	echo '{"verdict": "confirmed", "exit": 1}' >d/report.json
	ok trigger run --monitor report.json
	[ "$(wc -l <d/count)" -eq 4 ]
	echo '{"verdict": "pending", "exit": 0}' >d/report.json
	ok trigger run --monitor report.json
	[ "$(wc -l <d/count)" -eq 4 ]
}

@test "a step that fails gives its exit code, and status says which and why" {
	project
	sed -i 's/tenure_months/months/' d/raw/customers.csv
	fails 3 trigger run
	says "step ingest"
	says tenure_months
	ok trigger status
	[[ $out == *failed*ingest*tenure_months* ]]
	project
	sed -i 's/^gates: .*/gates: ["roc_auc >= 0.9999"]/' d/pawl.yaml
	fails 1 trigger run --at-most-one-per 1d
	says "step"
	[ "$(state .event.exit_code)" = 1 ]
	fails 1 trigger run --at-most-one-per 1d # an answer, not to be had otherwise by asking again
	says 'not 1d ago'
	echo 'nonsense' >>d/pawl.yaml
	fails 4 trigger run
	says 'pawl.yaml'
}

@test "two triggers at once run make once" {
	slow 1
	trigger run --every 1h 3>&- &
	for i in $(seq 100); do [ ! -e d/count ] || break; sleep 0.02; done
	ok trigger run --every 1h
	fails 1 trigger run --reason person
	says 'a trigger runs now'
	ok trigger status
	[[ $out == *running* ]]
	fails 1 trigger check --every 1h
	wait $!
	[ "$(wc -l <d/count)" -eq 2 ]
	[ "$(state .event.state)" = done ]
}

@test "after kill -9 the next trigger waits for the orphan, then goes on with the same run" {
	slow 1
	setsid pawl trigger run -C d --reason me 3>&- &
	pid=$!
	for i in $(seq 100); do [ ! -e d/count ] || break; sleep 0.02; done
	kill -9 "$pid"
	wait "$pid" || :
	id=$(state .event.id)
	fails 1 trigger run --reason other # make lives, and has the lock
	sleep 1.2
	ok trigger check
	[ "$out" = 'all: interrupted' ]
	ok trigger run --every 1h
	says "run $id (me) was interrupted: going on"
	[ "$(state .event.id)" = "$id" ]
	[ "$(state .event.attempts)" = 2 ]
	[ "$(state .event.state)" = done ]
	[ "$(state '.history | length')" = 1 ]
}

@test "kill -9 of all of it in the middle of a pipeline: the next trigger completes it" {
	project
	for delay in 05 15 30; do
		rm -rf d/out
		setsid pawl trigger run -C d --reason me >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.$delay"
		pkill -9 -s "$pid" || :
		wait "$pid" 2>/dev/null || :
		# what was just being started is missed by pkill, and keeps the lock to its end
		for i in $(seq 200); do flock -n d/.pawl/state/trigger.lock true && break; sleep 0.02; done
		ok trigger run --reason again
		[ -s d/out/release.json ]
		[ "$(state .event.state)" = done ]
	done
}

@test "a run that is interrupted again and again is given up" {
	slow
	ok trigger run
	jq '.event.state = "running" | .event.attempts = 5' d/.pawl/state/trigger-all.json >new
	mv new d/.pawl/state/trigger-all.json
	fails 4 trigger run
	says 'interrupted 5 times: given up'
	ok trigger run
}

@test "SIGTERM ends make too, and the next trigger goes on" {
	slow 30
	setsid pawl trigger run -C d --reason me 2>said 3>&- &
	pid=$!
	for i in $(seq 100); do [ ! -e d/count ] || break; sleep 0.02; done
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	[ $code -eq 4 ]
	grep -q 'the next trigger goes on' said
	slow
	ok trigger run --every 1h
	says 'was interrupted: going on'
	[ "$(state .event.state)" = done ]
}

@test "a state file that was cut short is said, and make computes nothing twice" {
	project
	ok trigger run --every 1h
	before=$(stat -c '%n %i' d/out/*)
	truncate -s 100 d/.pawl/state/trigger-all.json
	ok trigger status
	says 'starting afresh'
	ok trigger run --every 1h
	says 'starting afresh'
	[ "$(stat -c '%n %i' d/out/*)" = "$before" ]
	[ "$(state .event.state)" = done ]
	echo '[1]' >d/.pawl/state/trigger-all.json
	ok trigger run
	says 'starting afresh'
}

@test "the last twenty logs are kept" {
	slow
	mkdir -p d/.pawl/log/trigger
	for i in $(seq 10 40); do echo >"d/.pawl/log/trigger/20260101-0000$i-00000000.log"; done
	ok trigger run
	[ "$(ls d/.pawl/log/trigger | wc -l)" -eq 20 ]
	[ -e "d/.pawl/log/trigger/$(state .event.id).log" ]
}

@test "conditions may stand in pawl.yaml" {
	slow
	printf 'version: 1\ntrigger: {every: 1h, at-most-one-per: 30m, goal: all}\n' >d/pawl.yaml
	ok trigger run -c d/pawl.yaml
	fails 1 trigger check -c d/pawl.yaml
	says 'not 1h ago'
	printf 'version: 1\ntrigger: {evry: 1h}\n' >d/pawl.yaml
	fails 2 trigger run -c d/pawl.yaml
	says 'evry'
}

@test "crontab prints a line that cron runs: whole paths, percent signs behind backslashes" {
	mkdir 'my 100% dir'
	mv "$(slow >/dev/null; echo d)" 'my 100% dir/d'
	cd 'my 100% dir'
	printf 'version: 1\ntrigger: {every: 1h}\n' >d/pawl.yaml
	ok trigger crontab -c d/pawl.yaml --monitor "test 50% = '50%'"
	line=$(grep '^17 \* \* \* \* ' <<<"$out")
	[[ $line == *'PAWL_HOME='*'100'*'\%'*" -c "* ]]
	[[ $line != *--every* ]]
	# as cron does it: the part behind the fields, backslash-percent is a percent sign, to sh
	command=$(sed 's/^17 \* \* \* \* //; s/\\%/%/g' <<<"$line")
	ok env -i -C / HOME=/ PATH=/usr/bin:/bin sh -c "$command"
	[ "$(wc -l <d/count)" -eq 2 ]
	fails 2 trigger crontab
	fails 2 trigger crontab --every 1h --schedule '17 * *'
	fails 2 trigger crontab --every fast
}

@test "wrong usage is said before anything runs" {
	fails 2 trigger run
	mkdir d
	fails 2 trigger run
	says 'no Makefile'
	slow
	fails 2 trigger run --every soon
	fails 2 trigger run --name ../x
	fails 2 trigger run goal
	fails 2 pawl trigger
	[ ! -e d/count ]
}
