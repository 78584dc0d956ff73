load helper

# step NAME [CODE]: one recorded step of the make whose id is in $PAWL_RUN.
step() {
	printf 'id,x\n1,2\n2,3\n3,4\n' >data.csv
	pawl profile -o profile.json data.csv
}

@test "a store without runs prints nothing" {
	ok pawl runs list
	[ -z "$out" ]
	mkdir .pawl
	ok pawl runs list
	[ -z "$out" ]
	fails 2 pawl runs show 20261121-000000-00000000
	says "no run"
}

@test "a step outside of a pipeline leaves no run" {
	step
	[ ! -e .pawl ]
}

@test "a make is one run, its steps are nested in it" {
	export PAWL_RUN=20261121-050607-0000000a PAWL_EXPERIMENT=telco PAWL_RUN_NAME=l2-01
	step
	echo '4,5' >>data.csv
	pawl profile -o profile.json data.csv
	ok pawl runs list
	[ "$(wc -l <.out)" -eq 2 ]
	[[ $out == *"20261121-050607-0000000a  telco"*l2-01*FINISHED* ]]
	ok pawl runs list -a
	[ "$(wc -l <.out)" -eq 4 ]
	ok pawl runs show 0000000a
	[[ $out == *steps*profile*FINISHED*"exit 0"* ]]
	for run in .pawl/mlruns/1/2*/; do
		[ "$(ls -A "$run" | tr '\n' ' ')" = "artifacts meta.yaml metrics params tags " ]
		for key in artifact_uri end_time experiment_id lifecycle_stage run_id run_uuid start_time \
			status user_id; do
			grep -q "^$key: " "$run/meta.yaml"
		done
	done
}

@test "a failed step is a failed run with its exit code and what it said" {
	export PAWL_RUN=20261121-050607-0000000a PAWL_EXPERIMENT=telco
	printf 'id,x\n1,2\n1,2,3\n' >bad.csv
	fails 3 pawl profile -o profile.json bad.csv
	ok pawl runs show 0000000a
	[[ $out == *FAILED*profile*FAILED*"exit 3"* ]]
	grep -q 'bad.csv:3' .pawl/mlruns/1/*/tags/pawl.error
}

@test "runs are found by enough of their id, and not by too little" {
	for n in a b; do
		PAWL_RUN=20261121-050607-0000000$n step
		rm profile.json
	done
	ok pawl runs show 0000000b
	[[ $out == *20261121-050607-0000000b* ]]
	fails 2 pawl runs show 20261121
	says "give more of the id"
	fails 2 pawl runs show
	fails 2 pawl runs show ..
}

@test "compare shows only what differs" {
	for n in a b; do
		PAWL_RUN=20261121-050607-0000000$n PAWL_RUN_NAME=run-$n PAWL_SET=x.y=1 step
		rm profile.json
	done
	ok pawl runs compare 0000000a 0000000b
	[[ $out == *"run-a"*"run-b"* ]]
	[[ $out != *pawl.set* ]]
	ok pawl runs compare -f jsonl 0000000a 0000000a
	[ "$out" = '{}' ]
	fails 2 pawl runs compare 0000000a
}

@test "list and show speak JSON" {
	PAWL_RUN=20261121-050607-0000000a PAWL_EXPERIMENT=telco step
	ok pawl runs list -f jsonl
	[ "$(wc -l <.out)" -eq 1 ]
	[[ $out == *'"experiment":"telco"'*'"run":"20261121-050607-0000000a"'*'"status":"FINISHED"'* ]]
	ok pawl runs show -f json 0000000a
	[[ $out == *'"mlflow.source.name": "make"'* ]]
	ok pawl runs list -n 0 --experiment nosuch
	[ -z "$out" ]
}

@test "a list as JSON is one array, also of no run and of many" {
	ok pawl runs list -f json
	[ "$out" = '[]' ]
	for n in a b; do
		PAWL_RUN=20261121-050607-0000000$n step
		rm profile.json
	done
	ok pawl runs list -f json
	[ "$(head -c 1 .out)$(tail -n 1 .out)" = '[]' ]
	[ "$(grep -c '"run":' .out)" -eq 2 ]
	ok pawl runs list -f json -n 1
	[[ $out == *0000000b* && $out != *0000000a* ]]
}

@test "a model in the registry is no run" {
	PAWL_RUN=20261121-050607-0000000a step
	mkdir -p .pawl/mlruns/models/churn/tags
	printf "name: 'churn'\n" >.pawl/mlruns/models/churn/meta.yaml
	fails 2 pawl runs show churn
	says "no run 'churn'"
}

@test "what is no readable run is passed over and named" {
	PAWL_RUN=20261121-050607-0000000a step
	mkdir -p .pawl/mlruns/0/broken
	echo '{' >.pawl/mlruns/0/broken/meta.yaml
	ok pawl runs list
	[[ $out == *0000000a* ]]
	says "broken/meta.yaml"
}

@test "a run that MLflow 3 wrote is shown" {
	mkdir -p .pawl/mlruns/7/0123456789abcdef0123456789abcdef/{params,metrics,tags,artifacts}
	cd .pawl/mlruns/7
	printf "artifact_location: mlflow-artifacts:/7\ncreation_time: 1\nexperiment_id: '7'\nlast_update_time: 1\nlifecycle_stage: active\nname: theirs\ntrace_location: null\nworkspace: default\n" >meta.yaml
	cd 0123456789abcdef0123456789abcdef
	printf "artifact_uri: mlflow-artifacts:/7/0123456789abcdef0123456789abcdef/artifacts\nend_time: 1763696091500\nentry_point_name: ''\nexperiment_id: '7'\nlifecycle_stage: active\nrun_id: 0123456789abcdef0123456789abcdef\nrun_name: bold-fox-1\nrun_uuid: 0123456789abcdef0123456789abcdef\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: 1763696090000\nstatus: 3\ntags: []\nuser_id: anna\n" >meta.yaml
	printf '1763696090001 0.5 0\n1763696090002 0.75 1\n' >metrics/accuracy
	printf 0.1 >params/lr
	cd "$T"
	ok pawl runs list
	[[ $out == *theirs*bold-fox-1*"1.50 s"*FINISHED*"accuracy 0.75"* ]]
	ok pawl runs show 01234567
	[[ $out == *lr*0.1* ]]
}

@test "twenty steps at once into one make lose nothing" {
	export PAWL_RUN=20261121-050607-0000000a PAWL_EXPERIMENT=telco
	printf 'id,x\n1,2\n2,3\n3,4\n' >data.csv
	for i in $(seq 20); do
		pawl profile -o "profile.$i.json" data.csv &
	done
	wait
	ok pawl runs list -a -f jsonl
	[ "$(wc -l <.out)" -eq 21 ]
	[ -z "$err" ]
}
