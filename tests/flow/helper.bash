# Flow tests start with the helper of the command line tests and a few words of their own.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/helper.bash"

# artifacts DIR: the sha256 of everything that make left in DIR/out, by name.
artifacts() {
	(cd "$1/out" && sha256sum ./*)
}

# metric DIR NAME: a number of metrics.json's object "metrics".
metric() {
	sed -n '/^  "metrics": {/,/^  }/s/^    "'"$2"'": \([^,]*\),*$/\1/p' "$1/out/metrics.json"
}

# at_least A B: A >= B as numbers.
at_least() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 >= b + 0) }' || {
		echo "$1 is below $2"
		return 1
	}
}

# runs_nothing DIR: a make that computes nothing and changes no artifact.
runs_nothing() {
	local before after
	before=$(stat -c '%n %Y %i' "$1"/out/*)
	ok make -C "$1"
	after=$(stat -c '%n %Y %i' "$1"/out/*)
	[ "$before" = "$after" ] || {
		echo "make ran something:"
		diff <(echo "$before") <(echo "$after")
		return 1
	}
}

# computed DIR NAME...: exactly these artifacts have other inodes than in $stamps (see stamp).
stamp() {
	stamps=$(stat -c '%n %i' "$1"/out/* | sed "s,$1/out/,,")
}
computed() {
	local dir=$1 now want
	shift
	now=$(comm -13 <(sort <<<"$stamps") <(stat -c '%n %i' "$dir"/out/* | sed "s,$dir/out/,," | sort) |
		cut -d' ' -f1 | sort | tr '\n' ' ')
	want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	[ "$now" = "$want" ] || {
		echo "computed: $now"
		echo "wanted:   $want"
		return 1
	}
}

# customers ARGS: the example's generator.
customers() {
	"${PAWL_BUILD:-$PAWL_SOURCE/build}/examples/churn/customers" "$@"
}

# example DIR ROWS: the churn example with that many customers.
example() {
	mkdir -p "$1/raw"
	cp "$PAWL_SOURCE"/examples/churn/{Makefile,schema.yaml,features.yaml,pawl.yaml} "$1"
	customers --rows "$2" >"$1/raw/customers.csv"
}
