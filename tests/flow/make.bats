load helper

@test "a changed parameter of train recomputes train and what follows, nothing before" {
	example d 800
	ok make -C d
	stamp d
	sed -i 's/l2: 1.0/l2: 2.5/' d/pawl.yaml
	ok make -C d
	computed d model.onnx metrics.json gates.ok release.json
}

@test "SET overrides a parameter for one run, and the next make goes back" {
	example d 800
	ok make -C d
	before=$(artifacts d | grep model.onnx)
	ok make -C d model SET=train.l2=0.1 NAME=l2-01
	[ "$(artifacts d | grep model.onnx)" != "$before" ]
	PAWL_HOME=$PWD/d/.pawl ok pawl runs list
	[[ $out == *l2-01* ]]
	ok make -C d
	[ "$(artifacts d | grep model.onnx)" = "$before" ]
	fails 2 make -C d model SET=train.l3=0.1 2>/dev/null || true
	! make -C d model SET=train.l3=0.1
}

@test "other content with an older time stamp is noticed" {
	example d 800
	ok make -C d
	before=$(artifacts d | grep data.arrow)
	customers --rows 900 >new.csv
	touch -d '2001-01-01' new.csv
	cp -p new.csv d/raw/customers.csv
	ok make -C d
	[ "$(artifacts d | grep data.arrow)" != "$before" ]
}

@test "a deleted output comes back, with the same bytes" {
	example d 600
	ok make -C d
	before=$(artifacts d)
	for f in d/out/*; do
		rm "$f"
		ok make -C d
		[ "$(artifacts d)" = "$before" ] || { echo "after rm $f"; return 1; }
		runs_nothing d
	done
}

@test "make model stops at the metrics and never touches the registry" {
	example d 600
	ok make -C d model
	[ -s d/out/metrics.json ]
	[ ! -e d/out/release.json ]
	[ ! -e d/.pawl/mlruns/models/churn ]
}

@test "make -n runs nothing, -j2 and -k give the same bytes" {
	example a 600
	ok make -n -C a
	[ ! -e a/out/data.arrow ]
	ok make -j2 -k -C a
	example b 600
	ok make -C b
	[ "$(artifacts a)" = "$(artifacts b)" ]
}

@test "make ends with four lines: rows, metrics beside the baseline, version and alias, what next" {
	example d 600
	ok make --no-print-directory -C d
	[ "$(wc -l <"$T/.out")" -eq 4 ]
	[[ $out == *600*roc_auc*baseline*churn*champion*make\ scores* ]]
}

@test "make scores scores a file with the champion" {
	example d 800
	ok make -C d
	customers --rows 50 --first 5000 --unlabelled >'new customers.csv'
	ok make -C d scores IN="$PWD/new customers.csv"
	[ "$(wc -l <d/out/scores.csv)" -eq 51 ]
	head -n 1 d/out/scores.csv | grep -q '^customer_id,prediction,probability_no,probability_yes$'
}

@test "RAW_CMD may replace the raw file, and a command that fails stops make" {
	example d 800
	mv d/raw/customers.csv d/elsewhere.csv
	sed -i '/^RAW/d' d/Makefile
	ok make -C d RAW_CMD='cat elsewhere.csv'
	[ -s d/out/release.json ]
	before=$(artifacts d)
	! make -C d refresh RAW_CMD='head -n 50 elsewhere.csv; exit 7'
	[ "$(artifacts d)" = "$before" ]
}

@test "a failed gate followed by a second make registers nothing" {
	example d 600
	sed -i 's/^gates:.*/gates: ["roc_auc >= 0.9999"]/' d/pawl.yaml
	! make -C d
	! make -C d
	[ ! -e d/out/gates.ok ]
	[ ! -e d/out/release.json ]
	[ ! -e d/.pawl/mlruns/models/churn ]
}

@test "a gate that fails later takes its old permission away" {
	example d 600
	ok make -C d
	sed -i 's/^gates:.*/gates: ["roc_auc >= 0.9999"]/' d/pawl.yaml
	! make -C d
	[ ! -e d/out/gates.ok ]
	! make -C d
}

@test "schema skew stops make and names the column; value skew does not" {
	example d 600
	sed -i '1s/region/area/' d/raw/customers.csv
	! make -C d 2>err.txt
	grep -q "region" err.txt
	[ ! -e d/out/model.onnx ]
	example e 600
	sed -i '3s/,\(month\|year\|two years\),/,decade,/' e/raw/customers.csv
	ok make -C e
	[[ $err == *decade* || $err == *contract* ]]
	[ -s e/out/release.json ]
}

@test "a better challenger is promoted, a worse one is kept waiting" {
	example d 3000
	sed -i 's/l2: 1.0/l2: 100000/; s/^gates:.*/gates: []/' d/pawl.yaml
	ok make -C d
	sed -i 's/l2: 100000/l2: 1.0/' d/pawl.yaml
	ok make -C d
	grep -q '"promoted"' d/out/release.json
	sed -i 's/l2: 1.0/l2: 200000/' d/pawl.yaml
	ok make -C d
	grep -q '"kept"' d/out/release.json
	cd d
	ok pawl register show churn@champion
	[[ $out == *2* ]]
}

@test "everything works from a read-only raw file and another directory's home" {
	example d 500
	chmod a-w d/raw/customers.csv
	PAWL_HOME=$PWD/home ok make -C d
	[ -d home/mlruns ]
	[ ! -e d/.pawl/mlruns ]
}

@test "clean and help work where the raw file is gone" {
	example d 600
	ok make -C d model
	rm d/raw/customers.csv
	ok make -C d help
	[[ $out == *"make model"* ]]
	ok make -C d clean
	[ ! -e d/out ]
	! make -C d
	! make -C d clean all
}

# One may find that the other touched an input which it was reading: exit code 4, a retry helps.
@test "two makes of one project at once leave what one leaves" {
	example a 600
	cp -R a b
	ok make -C a
	make -C b >one.log 2>&1 &
	make -C b >two.log 2>&1 || grep 'changed while it was read' two.log
	wait $! || grep 'changed while it was read' one.log
	ok make -C b
	[ "$(artifacts a)" = "$(artifacts b)" ]
	PAWL_HOME=$PWD/b/.pawl ok pawl register history -f jsonl churn
	[ "$(wc -l <.out)" -eq 2 ]
	runs_nothing b
}
