load helper

# An artifact is a function of its inputs, its parameters and the result version of its tool. Here
# the bytes are pinned: where a change makes other bytes of the same input, raise that tool's
# `.result`, and write tests/golden/results anew with what this test prints.

# raw: 70,000 rows, so that there is more than one block of them.
raw() {
	awk 'BEGIN {
		print "id,a,b,kind,note,day,cost,two,three"
		for (i = 1; i <= 70000; i++) {
			r = (r * 16807 + 12345) % 2147483647
			a = r % 1000 / 100; b = int(r / 1000) % 70; k = int(r / 7) % 4
			z = a - b / 10 + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s,2026-%02d-%02d,%s,%s,%s\n", i, i % 17 ? a : "", b,
				i % 23 ? substr("redgrnbluxyz", 3 * k + 1, 3) : "", i % 3000, i % 12 + 1,
				i % 28 + 1, z, (z > 3 ? "yes" : "no"),
				(z < 1 ? "low" : z < 5 ? "mid" : "top")
		}
	}' >raw.csv
	cat >schema.yaml <<-END
		version: 1
		key: id
		columns:
		  id: {type: string, unique: true}
		  a: {type: float64, min: 0, max: 9, missing: 0.05}
		  b: {type: int64}
		  kind: {type: string, values: [red, grn, blu], missing: 1}
		  note: {type: string}
		  day: {type: date}
		  cost: {type: float64}
		  two: {type: string}
		  three: {type: string}
	END
}

# rules TARGET: features.yaml
rules() {
	local drop=note
	for c in cost two three; do [ $c = "$1" ] || drop+=", $c"; done
	cat >features.yaml <<-END
		version: 1
		features:
		  a: [{impute: median}, log1p, {clip: [0.01, 0.99]}, standardize]
		  b: [standardize]
		  kind: [{impute: "(missing)"}, onehot]
		  day: [standardize]
		drop: [$drop]
	END
}

# step INPUT TOOL OPTIONS...: with the input named, redirected or through a pipe, as $how says.
step() {
	local input=$1
	shift
	case $how in
	named) pawl "$@" "$input" ;;
	redirected) pawl "$@" <"$input" ;;
	pipe) cat "$input" | pawl "$@" ;;
	esac
}

# all NAMED|REDIRECTED|PIPE: makes every artifact and prints their sha256.
all() {
	local how=$1
	mkdir -p out
	step raw.csv ingest -q -s schema.yaml -o out/data.arrow
	step raw.csv ingest -q --target two -o out/inferred.arrow
	step out/data.arrow profile -o out/profile.json
	step out/data.arrow validate --report -q -s schema.yaml -o out/validation.json
	pawl validate --check -q -o out/valid.ok out/validation.json
	step out/data.arrow split --by hash -o out/train.arrow --test-output out/test.arrow
	for t in two three cost; do
		rules $t
		step out/train.arrow featurize -r features.yaml -t $t --graph out/$t.graph.onnx -o out/$t.features.arrow
		step out/$t.features.arrow train -t $t --graph out/$t.graph.onnx -o out/$t.model.onnx
		step out/test.arrow evaluate -m out/$t.model.onnx -o out/$t.metrics.json
		step out/test.arrow predict -m out/$t.model.onnx -o out/$t.scores.arrow
	done
	pawl evaluate --check --gates 'roc_auc >= 0.5' -o out/gates.ok out/two.metrics.json
	pawl register add --promote --metrics out/two.metrics.json --gates out/gates.ok \
		--data out/test.arrow -o out/release.json two out/two.model.onnx
	(cd out && sha256sum ./* | sed 's|\./||')
}

want() {
	[ "$(uname -m)" = x86_64 ] || skip "the bits of LAPACK are those of x86-64"
	raw
}

# same: what `all` wrote is what is pinned.
same() {
	diff "$PAWL_SOURCE/tests/golden/results" got || { echo "got:"; cat got; return 1; }
}

@test "every artifact has the bytes that its result version had: raise .result where not" {
	want
	all named >got
	same
}

@test "the bytes do not depend on how inputs are read" {
	want
	for how in redirected pipe; do
		all $how >got
		same
		rm -rf out .pawl
	done
}

@test "the bytes do not depend on locale, time zone, threads, umask and place" {
	want
	mkdir 'other place'
	mv raw.csv schema.yaml 'other place'
	cd 'other place'
	export TZ=Asia/Kathmandu OMP_NUM_THREADS=3 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA
	for l in de_DE.utf8 de_DE.UTF-8; do locale -a | grep -qx $l && export LC_ALL=$l; done
	umask 077
	all named >got
	same
}
