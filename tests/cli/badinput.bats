# Bad input to all tools: one line, the exit code, nothing half-written, nothing lost.
load helper

PAWL_BUILD_LIBEXEC=${PAWL_BUILD:-${PAWL_SOURCE:-$BATS_TEST_DIRNAME/../..}/build}/libexec/pawl

# project: t.csv, and the artifacts of a whole pipeline in the working directory.
project() {
	awk 'BEGIN {
		print "id,a,b,kind,two"
		for (i = 1; i <= 300; i++) {
			r = (r * 16807 + 12345) % 2147483647
			a = r % 1000 / 100; b = int(r / 1000) % 70; k = int(r / 7) % 4
			z = a - b / 10 + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s\n", i, a, b, substr("redgrnbluxyz", 3 * k + 1, 3), \
				(z > 3 ? "yes" : "no")
		}
	}' >t.csv
	printf '%s\n' 'version: 1' 'key: id' 'target: two' 'columns:' '  id: {type: string}' \
		'  a: {type: float64}' '  b: {type: int64}' '  kind: {type: string}' \
		'  two: {type: string}' >s.yaml
	printf '%s\n' 'version: 1' 'features:' '  a: [standardize]' "  b: [${1:-standardize}]" \
		'  kind: [onehot]' >r.yaml
	printf 'version: 1\n' >p.yaml
	ok pawl ingest -s s.yaml -o data.arrow t.csv
	ok pawl validate -s s.yaml -o v.json data.arrow
	ok pawl split -o train.arrow --test-output test.arrow data.arrow
	ok pawl featurize -r r.yaml --graph g.onnx -o f.arrow train.arrow
	ok pawl train --graph g.onnx -o m.onnx f.arrow
	ok pawl evaluate -m m.onnx -o e.json test.arrow
}

# each CODE: runs every line of standard input as arguments of pawl; `none` never comes to be.
each() {
	local line
	while read -r line; do
		eval "fails $1 pawl $line" || return 1
		[ ! -e none ] || { echo "there is an output of: $line"; return 1; }
		no_litter
	done
}

@test "an output that is also an input is refused, and the input is untouched" {
	project
	ln -s t.csv link.csv
	ln t.csv hard.csv
	sha256sum -- * >sums
	each 2 <<-'END'
		ingest -o t.csv t.csv
		ingest -o link.csv -f csv t.csv
		ingest -o hard.csv t.csv
		ingest -o t.csv <t.csv
		ingest -s s.yaml -o s.yaml t.csv
		ingest -c p.yaml -o p.yaml t.csv
		ingest --rejects t.csv -o none t.csv
		ingest --rejects none -o none t.csv
		profile -o data.arrow data.arrow
		validate -s s.yaml -o data.arrow data.arrow
		validate -s s.yaml -o s.yaml data.arrow
		validate --infer -o t.csv t.csv
		validate --check -o v.json v.json
		split -o data.arrow --test-output none data.arrow
		split -o none --test-output data.arrow data.arrow
		split -o none --test-output none data.arrow
		split -o none --test-output ./none data.arrow
		featurize -r r.yaml -o train.arrow --graph none train.arrow
		featurize -r r.yaml -o none --graph train.arrow train.arrow
		featurize -r r.yaml -o r.yaml --graph none train.arrow
		featurize -r r.yaml -o none --graph none train.arrow
		featurize --apply g.onnx -o g.onnx train.arrow
		train --graph g.onnx -o g.onnx f.arrow
		train --graph g.onnx -o f.arrow f.arrow
		evaluate -m m.onnx -o m.onnx test.arrow
		evaluate -m m.onnx -o test.arrow test.arrow
		evaluate --check -o e.json e.json
		predict -m m.onnx -o m.onnx t.csv
		predict -m m.onnx -o link.csv t.csv
		register add n m.onnx -o m.onnx
	END
	says "'m.onnx' is read: the output must be another file"
	sha256sum --quiet -c sums
}

@test "a directory as an input or as an output is exit code 2" {
	project
	mkdir d
	each 2 <<-'END'
		ingest -o none d
		profile -o none d
		validate -s d -o none data.arrow
		split -o none --test-output none2 d
		featurize -r d -o none --graph none2 train.arrow
		train --graph d -o none f.arrow
		evaluate -m d -o none test.arrow
		evaluate --check -o none d
		predict -m m.onnx -o none d
		predict -m d -o none t.csv
		register add n d
		show d
		init --target two -C none d
		sync -k keys --raw d
		ingest -o d t.csv
		profile -o d data.arrow
		validate -s s.yaml -o d data.arrow
		split -o none --test-output d data.arrow
		featurize -r r.yaml -o none --graph d train.arrow
		train --graph g.onnx -o d f.arrow
		evaluate -m m.onnx -o d test.arrow
		predict -m m.onnx -o d t.csv
	END
	[ ! -e none2 ]
}

@test "a full disk is exit code 4 and leaves no other output behind" {
	project
	each 4 <<-'END'
		ingest -o /dev/full t.csv
		profile -o /dev/full data.arrow
		validate -s s.yaml -o /dev/full data.arrow
		split -o /dev/full --test-output none data.arrow
		split -o none --test-output /dev/full data.arrow
		featurize -r r.yaml -o /dev/full --graph none train.arrow
		featurize -r r.yaml -o none --graph /dev/full train.arrow
		train --graph g.onnx -o /dev/full f.arrow
		evaluate -m m.onnx -o /dev/full test.arrow
		evaluate --check -o /dev/full e.json
		predict -m m.onnx -o /dev/full t.csv
	END
	for c in 'ingest t.csv' 'show m.onnx' 'profile data.arrow' 'ingest --help' --version --share; do
		code=0
		pawl $c >/dev/full 2>said || code=$?
		[ $code = 4 ] && [ "$(wc -l <said)" = 1 ] || { echo "$c: $code"; cat said; return 1; }
	done
}

@test "closed standard files are exit code 4 where they are needed, and harmless elsewhere" {
	project
	for c in 'ingest t.csv' 'predict -m m.onnx t.csv' --version 'show m.onnx'; do
		code=0
		pawl $c >&- 2>said || code=$?
		[ $code = 4 ] && [ "$(wc -l <said)" = 1 ] || { echo "$c: $code"; cat said; return 1; }
	done
	code=0
	pawl ingest -o none <&- 2>said || code=$?
	[ $code = 4 ]
	[ ! -e none ]
	pawl ingest -s s.yaml -o again.arrow t.csv <&- >&- 2>&-
	cmp again.arrow data.arrow
	no_litter
}

@test "a row for which a feature is not defined has no prediction, and is not evaluated" {
	project log1p
	printf '%s\n' id,a,b,kind,two x1,1,2,red,no x2,1,-5,red,no x3,1,-2,red,no >u.csv
	ok pawl predict -m m.onnx -o p.csv u.csv
	[ "$(sed -n 3,4p p.csv)" = $'x2,,,\nx3,,,' ]
	[[ "$(sed -n 2p p.csv)" != *,, ]]
	fails 3 pawl evaluate -m m.onnx -o none u.csv
	says 'u.csv: the prediction is no finite number in 2 of 3 rows'
	[ ! -e none ]
	no_litter
}

@test "an Arrow stream or file that is cut anywhere is exit code 3, never a partial success" {
	printf 'id,n,t\na,1,x\nb,,\n' >t.csv
	ok pawl ingest --key id -o t.arrow t.csv
	ok pawl ingest --key id -o t.arrows t.csv
	for f in arrows arrow; do
		size=$(stat -c %s t.$f)
		for ((at = 1; at < size; at += at % 8 ? 5 : 8)); do
			head -c $at t.$f >cut
			fails 3 "$PAWL_BUILD_LIBEXEC/show" --from $f cut
			[ $((at % 9)) != 0 ] || fails 3 "$PAWL_BUILD_LIBEXEC/profile" --from $f -o none cut
		done
	done
	[ ! -e none ]
	no_litter
}

@test "one flipped bit in any byte of a model is exit code 3" {
	project
	size=$(stat -c %s m.onnx)
	command -v perl >/dev/null || skip 'no perl'
	for ((at = 0; at < size; at += 37)); do
		perl -0777 -pe 'substr($_, '$at', 1) ^= chr(1 << '$((at % 8))')' m.onnx >bad.onnx
		fails 3 "$PAWL_BUILD_LIBEXEC/predict" -m bad.onnx -o none t.csv
	done
	fails 3 pawl evaluate -m bad.onnx -o none test.arrow
	fails 3 pawl register add n bad.onnx
	[ ! -e .pawl/mlruns/models/n ]
	fails 3 pawl show bad.onnx
}

@test "a FIFO and a symlink as the output of any tool keep their kind" {
	project
	ln -s real link
	mkfifo fifo
	while read -r line; do
		timeout 20 cat fifo >got 3>&- &
		eval "ok pawl ${line/OUT/fifo}"
		wait $!
		[ -p fifo ] && [ -s got ] || { echo "$line"; return 1; }
		eval "ok pawl ${line/OUT/link}"
		[ -L link ] && [ -f real ] && [ ! -L real ]
		eval "ok pawl ${line/OUT/\/dev\/null}"
		[ -c /dev/null ]
		rm real
	done <<-'END'
		ingest -s s.yaml -o OUT t.csv
		profile -o OUT data.arrow
		validate -s s.yaml -o OUT data.arrow
		split -o OUT --test-output other data.arrow
		featurize -r r.yaml -o OUT --graph other train.arrow
		featurize -r r.yaml -o other --graph OUT train.arrow
		train --graph g.onnx -o OUT f.arrow
		evaluate -m m.onnx -o OUT test.arrow
		predict -m m.onnx -o OUT t.csv
	END
	no_litter
}

@test "columns that are called as commands, YAML or outputs of a model are only names" {
	for name in '$(touch owned)' '- a' '#x' 1.0 'k: v' "'q'" ' a' prediction features; do
		rm -rf d
		awk -v name="$name" 'BEGIN {
			print "\"" name "\",n,y"
			for (i = 0; i < 60; i++)
				print (i * 7 % 11) "," (i * 5 % 13) "," (i * 7 % 11 > 5 ? "yes" : "no")
		}' >t.csv
		ok pawl init --target y --ordered -C d t.csv
		ok make -s -C d model
		[ -s d/out/metrics.json ] || { echo "$name"; return 1; }
		[ -z "$(find . -name owned)" ]
	done
	awk 'BEGIN { while (i++ < 65536) printf "n"; print ",y"; print "1,a"; print "2,b" }' >t.csv
	fails 3 pawl init --target y -C e t.csv
	says 'a name of 65536 bytes'
	[ ! -e e ]
}

@test "the first bytes of a gzip or Arrow file are no table" {
	echo a,b | gzip -n >t.csv.gz
	printf 'a,b\n1,2\n' | pawl ingest -q -o t.arrow
	for n in 1 2 3 5; do
		head -c $n t.csv.gz >cut
		fails 3 pawl show cut
		[ $n -eq 1 ] && continue
		head -c $n t.arrow >cut
		fails 3 pawl show cut
	done
}
