load helper

sync() {
	pawl sync -k key "$@"
}

@test "sync prints an id that is new every time" {
	ok sync
	[[ $out =~ ^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$ ]]
	first=$out
	ok sync
	[ "$out" != "$first" ]
}

@test "without -k the keys are in the home, which is found upward or made here" {
	echo a >raw.csv
	ok pawl sync --raw raw.csv
	[ -f .pawl/key/raw.key ]
	mkdir sub
	ok env -C sub pawl sync --raw ../raw.csv
	[ ! -e sub/.pawl ]
	ok env -C sub PAWL_HOME="$T/other" pawl sync --raw ../raw.csv
	[ -f other/key/raw.key ]
}

@test "a touched file leaves its key alone, other content does not, whatever its time" {
	printf abc >raw.csv
	ok sync --raw raw.csv
	[ "$(cat key/raw.key)" = "$(sha256sum <raw.csv | cut -d' ' -f1)" ]
	before=$(stat -c '%i %y' key/raw.key)
	touch raw.csv
	ok sync --raw raw.csv
	[ "$(stat -c '%i %y' key/raw.key)" = "$before" ]
	printf abd >raw.csv
	touch -d 2001-01-01 raw.csv
	ok sync --raw raw.csv
	[ "$(cat key/raw.key)" = "$(sha256sum <raw.csv | cut -d' ' -f1)" ]
}

@test "file names may hold spaces, percent signs and the like" {
	f='my data (1) %$:#=.csv'
	echo x >"$f"
	ok sync --raw "raw=$f" --list "all='$f'" --list 'glob=my*'
	[ "$(cat key/all.key)" = "$(sha256sum <"$f" | cut -d' ' -f1)  $f" ]
	cmp key/all.key key/glob.key
}

@test "a step's key is what the tool prints for --params" {
	echo 'version: 1' >pawl.yaml
	ok sync --step 'sync -c pawl.yaml' --step 'second=doctor'
	[ "$(cat key/sync.key)" = "$(pawl sync -c pawl.yaml --params)" ]
	[ "$(cat key/second.key)" = "$(pawl doctor --params)" ]
}

@test "a comment in the configuration rewrites no key" {
	echo 'version: 1' >pawl.yaml
	ok sync --step 'sync -c pawl.yaml'
	before=$(stat -c '%i %y' key/sync.key)
	echo '# because' >>pawl.yaml
	ok sync --step 'sync -c pawl.yaml'
	[ "$(stat -c '%i %y' key/sync.key)" = "$before" ]
}

@test "a wrong configuration is told once, by the tool that reads it, with its exit code" {
	printf 'version: 1\nnosuch: {}\n' >pawl.yaml
	fails 2 pawl sync -k key --step 'sync -c pawl.yaml' --step 'doctor -c pawl.yaml'
	says "pawl sync: pawl.yaml:2: unknown section 'nosuch'"
	[ ! -e key/sync.key ]
}

@test "a missing file, a missing tool and two keys of one name are refused" {
	fails 2 pawl sync -k key --raw absent.csv
	says "absent.csv"
	fails 2 pawl sync -k key --step 'nosuch -c pawl.yaml'
	says "nosuch"
	fails 2 pawl sync -k key --step ../../../bin/sh
	fails 2 pawl sync -k key --step 'doctor' --step 'doctor'
	says "two keys are called 'doctor'"
	fails 2 pawl sync -k key --value novalue
	fails 2 pawl sync -k key something
}

@test "sweep removes what a killed writer left and spares what is being written" {
	mkdir out
	echo x >out/.free.arrow.part
	echo x >out/.held.arrow.part
	exec 9<>out/.held.arrow.part
	flock 9
	ok sync --sweep out
	[ ! -e out/.free.arrow.part ]
	[ -e out/.held.arrow.part ]
	exec 9>&-
	ok sync --sweep out --sweep absent
	no_litter
}

@test "twenty at once agree, and none sees half a key" {
	head -c 1000000 /dev/zero >raw.csv
	echo 'version: 1' >pawl.yaml
	for i in $(seq 20); do
		pawl sync -k key --raw raw.csv --step 'doctor -c pawl.yaml' >"id.$i" &
	done
	wait
	[ "$(cat id.* | sort -u | wc -l)" -eq 20 ]
	[ "$(cat key/raw.key)" = "$(sha256sum <raw.csv | cut -d' ' -f1)" ]
	[ "$(cat key/doctor.key)" = "$(pawl doctor --params)" ]
	no_litter
	[ ! -e key/.put ]
}

@test "killed at any moment, the next one brings all keys up to date" {
	echo 'version: 1' >pawl.yaml
	for i in $(seq 20); do
		head -c $((i * 300000)) /dev/zero >raw.csv
		pawl sync -k key --raw raw.csv --step 'doctor -c pawl.yaml' >id &
		sleep 0.00$((i % 10))
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		ok pawl sync -k key --raw raw.csv --step 'doctor -c pawl.yaml'
		[ "$(cat key/raw.key)" = "$(sha256sum <raw.csv | cut -d' ' -f1)" ]
		[ "$(ls -A key | tr '\n' ' ')" = ".lock cache doctor.key raw.key " ]
	done
}
