load helper

# Two models of generated customers, a weak one and a better one, with metrics and gates; test.arrow.
setup_file() {
	: "${PAWL_SOURCE:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	PATH=${PAWL_BUILD:-$PAWL_SOURCE/build}/bin:$PATH
	cd "$BATS_FILE_TMPDIR"
	awk 'BEGIN { srand(7); print "id,x,y"; for (i = 0; i < 2000; i++) { x = rand() * 2 - 1
		printf "%d,%.4f,%s\n", i, x, rand() < 1 / (1 + exp(-3 * x - 0.5)) ? "yes" : "no" } }' >data.csv
	printf 'version: 1\nfeatures:\n  x: [standardize]\ndrop: [id]\n' >features.yaml
	pawl split --by hash --key id -o train.arrow --test-output test.arrow data.csv
	pawl featurize -r features.yaml -t y -o train.features.arrow --graph features.onnx train.arrow
	for l2 in 10000 3000 1; do
		pawl train --l2 "$l2" -t y --graph features.onnx -o "$l2.onnx" train.features.arrow
		pawl evaluate -m "$l2.onnx" -o "$l2.json" test.arrow
		pawl evaluate --check --gates 'roc_auc >= 0.5' -o "$l2.ok" "$l2.json"
	done
	mv 10000.onnx weak.onnx; mv 10000.json weak.json; mv 10000.ok weak.ok
	mv 3000.onnx other.onnx; mv 3000.json other.json; mv 3000.ok other.ok
	mv 1.onnx good.onnx; mv 1.json good.json; mv 1.ok good.ok
}

load_models() {
	cp "$BATS_FILE_TMPDIR"/{weak,other,good}.* "$BATS_FILE_TMPDIR/test.arrow" .
}

# add MODEL [OPTION...]: as a pipeline does.
add() {
	local m=$1
	shift
	pawl register add --promote --metrics "$m.json" --gates "$m.ok" --data test.arrow \
		-o release.json "$@" churn "$m.onnx"
}

decision() {
	sed -n 's/^  "decision": "\(.*\)",$/\1/p' release.json
}

@test "the first version becomes the champion, a better one takes its place, a worse one does not" {
	load_models
	ok add weak
	[ "$(decision)" = first ]
	ok add good
	[ "$(decision)" = promoted ]
	grep -q '"alias": "champion"' release.json
	ok add other
	[ "$(decision)" = kept ]
	grep -q '"alias": null' release.json
	ok pawl register show churn@champion
	[[ $out == *"version"*2* ]]
	[ "$(cat .pawl/mlruns/models/churn/aliases/champion)" = 2 ]
	[ "$(cat .pawl/mlruns/models/churn/aliases/previous)" = 1 ]
	[ "$(cat .pawl/mlruns/models/churn/aliases/challenger)" = 3 ]
	no_litter
}

@test "the same model registered again is the same version and the same release.json" {
	load_models
	ok add weak
	cp release.json first.json
	rm release.json
	ok add weak
	cmp first.json release.json
	[ ! -e .pawl/mlruns/models/churn/version-2 ]
}

@test "release.json holds no time and no path: two homes give the same bytes" {
	load_models
	PAWL_HOME=$T/one ok add weak
	cp release.json one.json
	PAWL_HOME=$T/two ok add weak
	cmp one.json release.json
	! grep -q "$T" release.json
}

@test "a model without gates is not registered by a pipeline, and nothing is written" {
	load_models
	fails 1 pawl register add --promote --metrics weak.json --data test.arrow -o release.json \
		churn weak.onnx
	says "gates"
	[ ! -e release.json ]
	[ ! -e .pawl/mlruns/models ]
	fails 3 pawl register add --promote --metrics weak.json --gates good.ok --data test.arrow \
		churn weak.onnx
	[ ! -e .pawl/mlruns/models ]
}

@test "a policy may do without gates" {
	load_models
	mkdir .pawl
	printf 'version: 1\npromote: {gates: optional}\n' >.pawl/policy.yaml
	ok pawl register add --promote churn weak.onnx
	[[ $out == *champion* ]]
	printf 'version: 1\npromote: {gate: optional}\n' >.pawl/policy.yaml
	fails 2 pawl register add --promote churn good.onnx
	says "policy.yaml:2"
}

@test "without --promote a model is registered and nobody becomes champion" {
	load_models
	ok pawl register add churn weak.onnx
	[ "$out" = "churn/1 is registered, there is no churn@champion: promotion was not asked for" ]
	fails 2 pawl register get churn
	says "no champion yet"
	fails 1 pawl register promote churn/1
	says "without gates"
	fails 2 pawl register promote --force churn/1
	ok pawl register promote --force --why 'a start' churn/1
	ok pawl register get -o copy.onnx churn
	cmp copy.onnx weak.onnx
}

@test "make's last words are four lines" {
	load_models
	ok add weak --summary
	[ "$(wc -l <.out)" -eq 4 ]
	[[ $out == *2000*roc_auc*baseline*churn@champion*"make scores"* ]]
	ok add weak --summary -q
	[ -z "$out" ]
}

@test "rollback swaps champion and previous, and no pipeline undoes it" {
	load_models
	ok add weak
	fails 1 pawl register rollback churn
	ok add good
	ok pawl register rollback --why 'complaints' churn
	ok pawl register get -o copy.onnx churn@champion
	cmp copy.onnx weak.onnx
	ok add good
	[ "$(decision)" = kept ]
	ok pawl register promote --data test.arrow churn/2
	ok pawl register get -o copy.onnx churn@champion
	cmp copy.onnx good.onnx
	ok pawl register history churn
	[[ $out == *complaints* ]]
}

@test "a flipped bit in a registered model is found by everybody, who name the version" {
	load_models
	ok add weak
	ok add good
	model=$(pawl register show -f json churn/2 | sed -n 's/^  "path": "\(.*\)",$/\1/p')
	size=$(stat -c %s "$model")
	for at in 10 $((size / 2)) $((size - 5)); do
		cp "$model" keep
		byte=$(od -An -tu1 -j $at -N 1 keep | tr -d ' ')
		printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$model" bs=1 seek=$at conv=notrunc status=none
		fails 3 pawl register verify
		says "churn/2"
		fails 3 pawl register get churn@champion
		says "churn/2"
		fails 3 pawl register add churn good.onnx
		says "churn/2"
		fails 3 add good
		fails 3 pawl register promote --data test.arrow churn/2
		fails 3 pawl predict -m churn@champion test.arrow
		says "churn/2"
		cp keep "$model"
		ok pawl register verify churn
	done
	fails 3 pawl register add churn <(head -c 100 good.onnx)
}

@test "an edited history is found" {
	load_models
	ok add weak
	ok add good
	ok pawl register history churn
	[ "$(wc -l <.out)" -eq 4 ]
	sed -i '2s/"to":1/"to":2/' .pawl/mlruns/models/churn/history.jsonl
	fails 3 pawl register verify
	says "history.jsonl:3"
	sed -i '2d' .pawl/mlruns/models/churn/history.jsonl
	fails 3 add other
	says "history"
}

@test "aliases and names that MLflow would refuse are refused" {
	load_models
	for name in a/b a:b 'a%b' ' ' .. 'a@b'; do
		fails 2 pawl register add "$name" weak.onnx
	done
	ok pawl register add 'my model (1) é' weak.onnx
	ok pawl register alias 'my model (1) é' shadow 1
	ok pawl register get -o copy.onnx 'my model (1) é@shadow'
	cmp copy.onnx weak.onnx
	for alias in latest v1 'a b' champion; do
		fails 2 pawl register alias 'my model (1) é' "$alias" 1
	done
	fails 2 pawl register alias 'my model (1) é' shadow 9
	fails 2 pawl register alias 'my model (1) é' shadow one
	ok pawl register alias -d 'my model (1) é' shadow
	fails 2 pawl register get 'my model (1) é@shadow'
}

@test "a deleted version is gone, the champion cannot be deleted" {
	load_models
	ok add good
	ok add weak
	fails 2 pawl register delete churn/1
	says "champion"
	ok pawl register delete churn/2
	fails 2 pawl register show churn/2
	ok pawl register list
	[[ $out != *churn/2* ]]
	ok add weak
	grep -q '"version": 3' release.json
}

@test "an empty home has no models" {
	ok pawl register list
	[ -z "$out" ]
	fails 2 pawl register show churn
	mkdir .pawl
	ok pawl register list
	[ -z "$out" ]
	ok pawl register verify
	fails 2 pawl register show churn@champion
	says "no model 'churn'"
	fails 2 pawl register show churn/one
}

@test "a model of another kind and other people's files are refused" {
	load_models
	fails 2 pawl register add churn absent.onnx
	echo hello >text
	fails 3 pawl register add churn text
	fails 3 pawl register add --metrics good.json churn weak.onnx
	says "another model"
	fails 2 pawl register add churn
	fails 2 pawl register add churn weak.onnx good.onnx
}

@test "every directory of the registry is one that MLflow knows" {
	load_models
	ok add weak
	ok add good
	cd .pawl/mlruns
	[ "$(ls -A | tr '\n' ' ')" = ".trash 1 models " ]
	[ "$(ls -A models)" = churn ]
	[ "$(ls -A models/churn | tr '\n' ' ')" = "aliases history.jsonl meta.yaml tags version-1 version-2 " ]
	[ "$(ls -A models/churn/version-2 | tr '\n' ' ')" = "meta.yaml tags " ]
	[ "$(ls -A models/churn/aliases | tr '\n' ' ')" = "champion previous " ]
	grep -qx 'version: 2' models/churn/version-2/meta.yaml
	grep -qx "current_stage: 'Production'" models/churn/version-2/meta.yaml
	source=$(sed -n "s/^source: 'file:\/\/\(.*\)'$/\1/p" models/churn/version-2/meta.yaml)
	cmp "$source/model.onnx" "$T/good.onnx"
	grep -q "loader_module: 'mlflow.onnx'" "$source/MLmodel"
	for run in 1/2*/; do
		[ "$(ls -A "$run" | tr '\n' ' ')" = "artifacts meta.yaml metrics params tags " ]
	done
}

@test "ten registrations at once lose nothing" {
	load_models
	for i in $(seq 5); do
		for m in weak good; do
			pawl register add --metrics $m.json --gates $m.ok churn $m.onnx >$m.$i &
		done
	done
	wait
	[ "$(cat weak.? good.? | sort -u | wc -l)" -eq 2 ]
	ok pawl register verify
	ok pawl register list
	[ "$(wc -l <.out)" -eq 3 ]
}
