load helper

@test "pawl runs its sibling and passes its exit code on" {
	ok pawl doctor --version
	[[ $out == "pawl doctor "* ]]
	fails 2 pawl doctor --nonsense
	says "unknown option '--nonsense'"
}

@test "pawl --share names the directory of pawl.mk" {
	ok pawl --share
	[ -f "$out/pawl.mk" ]
}

@test "an unknown tool is exit code 2 and one line" {
	fails 2 pawl no-such-tool
	says "no tool 'no-such-tool'"
	fails 2 pawl ../../bin/pawl
	fails 2 pawl ..
	fails 2 pawl ''
	fails 2 pawl
}

@test "pawl works through a symlink on the PATH" {
	ln -s "$(command -v pawl)" here
	ok ./here doctor --version
}

@test "a full disk behind --help is exit code 4" {
	run bash -c 'pawl doctor --help >/dev/full'
	[ "$status" -eq 4 ]
}
