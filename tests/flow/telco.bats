load helper

@test "the transcript: init and make take telco.csv to telco@champion" {
	shared churn/telco.csv
	ok pawl init --target Churn --key customerID -C d "$file"
	ok make -C d
	at_least "$(metric d roc_auc)" 0.82
	at_least 0.44 "$(metric d log_loss)"
	for f in data.arrow profile.json validation.json train.arrow test.arrow features.onnx \
		train.features.arrow model.onnx metrics.json gates.ok; do
		[ -s "d/out/$f" ]
	done
	PAWL_HOME=$PWD/d/.pawl ok pawl register show telco@champion
	[[ $out == *"version"*1* ]]
	cd d
	ok pawl show --schema out/data.arrow
	[[ $out == *TotalCharges*float64* ]]
	no_litter
}

@test "make again does nothing, and neither does a touch or a comment" {
	shared churn/telco.csv
	cp "$file" telco.csv
	ok pawl init --target Churn --key customerID -C d telco.csv
	ok make -C d
	runs_nothing d
	touch telco.csv
	runs_nothing d
	echo '# a comment' | tee -a d/schema.yaml d/features.yaml >>d/pawl.yaml
	runs_nothing d
}

@test "the same transcript twice gives the same bytes, also with -j2, other thread counts and slow kernels" {
	shared churn/telco.csv
	ok pawl init --target Churn --key customerID -C a "$file"
	ok pawl init --target Churn --key customerID -C b "$file"
	ok pawl init --target Churn --key customerID -C c "$file"
	OMP_NUM_THREADS=1 ok make -C a
	OMP_NUM_THREADS=2 ok make -j2 -C b
	GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA ok make -C c
	[ "$(artifacts a)" = "$(artifacts b)" ]
	[ "$(artifacts a)" = "$(artifacts c)" ]
}

@test "a file with a hard name and columns with hard names work" {
	{
		echo 'id,Weight (kg),a$b,c:d,#x,y%,target'
		customers --rows 400 | tail -n +2 | awk -F, '{ print $1 "," $9 "," $5 "," $7 "," $3 "," $4 "," $11 }'
	} >'my data (1).csv'
	ok pawl init --target target --key id -C 'd e' 'my data (1).csv'
	ok make -C 'd e'
	[ -s 'd e/out/release.json' ]
	runs_nothing 'd e'
}

@test "a table of 300 columns works" {
	awk 'BEGIN {
		srand(7); printf "id"; for (j = 1; j < 299; j++) printf ",x%d", j; print ",y"
		for (i = 1; i <= 1500; i++) {
			printf "r%d", i; s = 0
			for (j = 1; j < 299; j++) { v = rand(); if (j < 6) s += v - 0.5; printf ",%.4f", v }
			printf ",%s\n", (s + 0.3 * (rand() - 0.5) > 0) ? "up" : "down"
		}
	}' >wide.csv
	ok pawl init --target y --key id -C d wide.csv
	ok make -C d
	at_least "$(metric d roc_auc)" 0.8
}

@test "sensor, electricity in order, and a regression target go the whole way" {
	shared sensor/historical.csv
	ok pawl init --target label -C sensor "$file"
	ok make -C sensor
	at_least "$(metric sensor accuracy)" 0.8
	shared electricity/elec2.csv
	ok pawl init --target class --ordered -C elec "$file"
	ok make -C elec
	at_least "$(metric elec roc_auc)" 0.6
	shared churn/telco.csv
	ok pawl init --target MonthlyCharges --key customerID -C money "$file"
	ok make -C money
	at_least "$(metric money r2)" 0.9
}
