# What every CLI test starts with: `load helper`.

setup() {
	T=$(mktemp -d)
	export T HOME=$T
	: "${PAWL_SOURCE:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	PATH=${PAWL_BUILD:-$PAWL_SOURCE/build}/bin:$PATH
	cd "$T" || return 1
}

teardown() {
	cd / && chmod -R u+rwX "$T" && rm -rf "$T"
}

# ok CMD...: it succeeds; its stdout in $out, its stderr in $err.
ok() {
	local code=0
	"$@" >"$T/.out" 2>"$T/.err" || code=$?
	out=$(tr -d '\0' <"$T/.out") err=$(tr -d '\0' <"$T/.err")
	if [ $code -ne 0 ]; then
		echo "exit code $code of: $*" "$err"
		return 1
	fi
}

# fails CODE CMD...: that exit code, nothing on stdout, one line on stderr (in $err).
fails() {
	local want=$1 code=0
	shift
	"$@" >"$T/.out" 2>"$T/.err" || code=$?
	out=$(tr -d '\0' <"$T/.out") err=$(tr -d '\0' <"$T/.err")
	if [ $code -ne "$want" ] || [ -n "$out" ] || [ "$(wc -l <"$T/.err")" -ne 1 ]; then
		echo "wanted exit code $want and one line, got $code of: $*"
		echo "stdout: $out"
		echo "stderr: $err"
		return 1
	fi
}

# says TEXT: the last stderr has it.
says() {
	case $err in *"$1"*) ;; *) echo "stderr lacks '$1': $err"; return 1 ;; esac
}

# shared FILE: puts the path of a real data set into $file, or skips the test.
shared() {
	file=$PAWL_SOURCE/../shared/data/$1
	[ -e "$file" ] || skip "no $1 here"
}

# No half-written file is left in the working directory.
no_litter() {
	[ -z "$(find . -name '.*.part')" ]
}
