load helper

# What must be the same whatever was killed: release.json tells the registry's history.
bytes() {
	artifacts "$1" | grep -v release.json
}

# Random kills of a tool, of make, or of both, at random moments, with a parameter changed in between
# half of the time. KILLS=N runs more of them (a campaign is hundreds), SEED=N the same again.
@test "kill -9 at random moments: the next make completes with the right bytes and leaves no litter" {
	local l2=0.5 other pid i
	for l2 in 0.5 2; do
		example "want-$l2" 700
		sed -i "s/l2: 1.0/l2: $l2/" "want-$l2/pawl.yaml"
		ok make -C "want-$l2"
	done
	example d 700
	sed -i "s/l2: 1.0/l2: $l2/" d/pawl.yaml
	RANDOM=${SEED:-$$}
	for i in $(seq "${KILLS:-20}"); do
		rm -f d/out/train.arrow d/out/model.onnx
		[ $((RANDOM % 3)) -ne 0 ] || rm -rf d/out
		setsid make -C d >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.$(printf %03d $((RANDOM % 450 + 5)))"
		case $((RANDOM % 3)) in
		0) kill -9 "$pid" 2>/dev/null || : ;;     # make only: its tool is an orphan
		1) pkill -9 -s "$pid" 2>/dev/null || : ;; # the whole session
		2) pkill -9 -P "$pid" 2>/dev/null || : ;; # a tool
		esac
		if [ $((RANDOM % 2)) -eq 0 ]; then
			other=2
			[ "$l2" = 2 ] && other=0.5
			sed -i "s/l2: $l2/l2: $other/" d/pawl.yaml
			l2=$other
		fi
		ok make -C d
		wait "$pid" 2>/dev/null || :
		[ "$(bytes d)" = "$(bytes "want-$l2")" ] || {
			echo "kill $i of SEED=${SEED:-$$}: wrong bytes"
			diff <(bytes d) <(bytes "want-$l2")
			return 1
		}
		[ -z "$(find d -name '.*.part')" ] || { find d -name '.*.part'; return 1; }
		runs_nothing d
	done
	cd d
	ok pawl register verify churn
	ok pawl register show churn
	[ "$(grep -c '^churn/' <<<"$out")" -le 2 ]
	[ "$(grep -c '@champion' <<<"$out")" -eq 1 ]
	ok pawl runs list
	[ -z "$(find .pawl/state/tmp -mindepth 2)" ] || { find .pawl/state/tmp; return 1; }
}
