load helper

@test "doctor names what is there and exits 0" {
	ok pawl doctor
	[[ $out == *"ok      pawl"* ]]
	[[ $out == *"GNU make"* ]]
}

@test "doctor -f json is valid and says the same" {
	ok pawl doctor -f json
	[[ $out == *'"item": "GNU make"'* ]]
}

@test "a missing make is broken, with the remedy, and exit code 1" {
	mkdir bin
	for c in sh env; do ln -s "$(command -v $c)" bin/; done
	program=$(dirname "$(command -v pawl)")/../libexec/pawl/doctor
	run env PATH="$T/bin" "$program"
	[ "$status" -eq 1 ]
	[[ $output == *"broken  GNU make"*"apt-get install make"* ]]
}

@test "an operand is refused" {
	fails 2 pawl doctor something
	says "unexpected operand 'something'"
}
