load helper

@test "the demo goes round the whole loop and cleans up after itself" {
	export TMPDIR=$T
	ok "$PAWL_SOURCE/examples/churn/demo"
	[[ $out == *"churn: confirmed"* ]]
	[[ $out == *"exit code 1"* ]]
	[[ $out == *"churn/2 is churn@champion"* ]]
	[[ $out == *"the server answers with version 2"*"the server answers with version 1"* ]]
	[ -z "$(ls -d pawl-demo.* 2>/dev/null)" ]
}

@test "drift without gain keeps the champion and says so" {
	example d 3000
	ok make -C d
	mkdir d/partitions
	customers --rows 1500 --first 3001 --drift prices >d/partitions/prices.csv
	cd d
	[ "$(pawl monitor --reference churn@champion --no-state -f json partitions/prices.csv \
		2>/dev/null | grep -c '"verdict": "confirmed"')" -eq 1 ]
	ok pawl trigger run --monitor 'pawl monitor --reference churn@champion --no-state -q partitions/prices.csv'
	grep -q '"decision": "kept"' out/release.json
	ok pawl register list
	grep -q '^churn/1 *@champion' "$T/.out"
}

@test "a renamed column upstream stops everything and retrains nothing" {
	example d 2000
	ok make -C d
	customers --rows 1000 --first 2001 | sed '1s/monthly_charge/charge/' >d/new.csv
	cd d
	before=$(artifacts .)
	run pawl monitor --reference churn@champion --no-state new.csv
	[ "$status" -eq 3 ]
	[[ $output == *monthly_charge* ]]
	run pawl trigger run --monitor 'pawl monitor --reference churn@champion --no-state -q new.csv'
	[ "$status" -eq 3 ]
	mkdir partitions
	mv new.csv partitions/
	run make
	[ "$status" -eq 2 ]
	[[ $output == *"column 9, 'charge', is not where or what it is in the first file"* ]]
	[ "$(artifacts .)" = "$before" ]
}
