load helper

# installed [GOAL]: make install (or GOAL) of the build under test, with $PREFIX and $DESTDIR.
installed() {
	local kind=${PAWL_BUILD:-$PAWL_SOURCE/build}
	kind=${kind#"$PAWL_SOURCE/build"}
	ok make -s -C "$PAWL_SOURCE" V="${kind#/}" PREFIX="$PREFIX" DESTDIR="${DESTDIR:-}" "${1:-install}"
}

@test "what make install installs runs a project without the checkout, also where it was moved to" {
	PREFIX=$T/p installed
	[ "$(p/bin/pawl --share)" = "$T/p/share/pawl" ]
	mv p moved
	PATH=$T/moved/bin:/usr/bin:/bin
	example d 600
	ok make -C d
	[ -s d/out/release.json ]
}

@test "an installed pawl takes telco.csv from init to the champion" {
	shared churn/telco.csv
	PREFIX=$T/p installed
	PATH=$T/p/bin:/usr/bin:/bin
	[ "$(command -v pawl)" = "$T/p/bin/pawl" ]
	ok pawl init --target Churn --key customerID -C d "$file"
	ok make -C d
	[[ $out == *"telco/1 is telco@champion"* ]]
}

@test "every tool has its manual page where man looks for it" {
	PREFIX=$T/p installed
	for tool in p/libexec/pawl/*; do
		[ -s "p/share/man/man1/pawl-${tool##*/}.1" ] || { echo "no page of $tool"; return 1; }
	done
	command -v mandoc >/dev/null || skip "no mandoc"
	for page in man1/pawl-train.1 man5/pawl-features.5 man7/pawl.7; do
		mandoc -T ascii "p/share/man/$page" | sed 's/.\x08//g' | grep -q '^NAME'
	done
}

@test "bash completes tools, commands and options where bash-completion looks for it" {
	PREFIX=$T/p installed
	PATH=$T/p/bin:/usr/bin:/bin
	cat >complete.bash <<-'END'
		. p/share/bash-completion/completions/pawl
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_pawl
		printf '%s\n' "${COMPREPLY[@]}"
	END
	[ "$(bash complete.bash pawl tra)" = train ]
	[ "$(bash complete.bash pawl register rollb)" = rollback ]
	[ "$(bash complete.bash pawl train --estim)" = --estimator ]
}

@test "make uninstall leaves nothing of pawl and everything else" {
	mkdir -p p/bin p/share/man/man1
	touch p/bin/other p/share/man/man1/pawlowsky.1
	PREFIX=$T/p installed
	PREFIX=$T/p installed uninstall
	[ "$(find p ! -type d | sort)" = $'p/bin/other\np/share/man/man1/pawlowsky.1' ]
	[ -z "$(find p -type d -name pawl)" ]
}

@test "DESTDIR installs into a staging directory and nothing outside of it" {
	DESTDIR=$T/stage PREFIX=/opt/pawl-of-a-test installed
	[ -x stage/opt/pawl-of-a-test/bin/pawl ]
	[ ! -e /opt/pawl-of-a-test ]
	stage/opt/pawl-of-a-test/bin/pawl --version
}
