load helper

# Random kills: of a tool, of make, or of both, at random moments, with a parameter changed in between
# half of the time. KILLS=N runs more of them (default 20; a campaign is hundreds).
@test "kill -9 at random moments: the next make completes with the right bytes and leaves no litter" {
	example d 700
	for l2 in 0.5 2; do
		example "want-$l2" 700
		sed -i "s/l2: 1.0/l2: $l2/" "want-$l2/pawl.yaml"
		ok make -C "want-$l2" model
	done
	sed -i 's/l2: 1.0/l2: 0.5/' d/pawl.yaml
	l2=0.5
	RANDOM=${SEED:-$$}
	echo "SEED=$RANDOM" >&2
	for i in $(seq "${KILLS:-20}"); do
		rm -rf d/out/train.arrow d/out/model.onnx
		[ $((RANDOM % 3)) -ne 0 ] || rm -rf d/out
		setsid make -C d model >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$((RANDOM % 90 + 10))"
		case $((RANDOM % 3)) in
		0) kill -9 "$pid" 2>/dev/null || true ;;                # make only: its tool is an orphan
		1) pkill -9 -s "$pid" 2>/dev/null || true ;;            # the whole session
		2) pkill -9 -P "$pid" 2>/dev/null || true ;;            # a tool
		esac
		if [ $((RANDOM % 2)) -eq 0 ]; then
			other=2
			[ "$l2" = 2 ] && other=0.5
			sed -i "s/l2: $l2/l2: $other/" d/pawl.yaml
			l2=$other
		fi
		ok make -C d model
		wait "$pid" 2>/dev/null || true
		pkill -9 -s "$pid" 2>/dev/null || true
		[ "$(artifacts d)" = "$(artifacts "want-$l2")" ] || {
			echo "kill $i: wrong bytes"
			diff <(artifacts d) <(artifacts "want-$l2")
			return 1
		}
		[ -z "$(find d -name '.*.part')" ] || { find d -name '.*.part'; return 1; }
		runs_nothing_model d
	done
}

runs_nothing_model() {
	local before after
	before=$(stat -c '%n %Y %i' "$1"/out/*)
	ok make -C "$1" model
	after=$(stat -c '%n %Y %i' "$1"/out/*)
	[ "$before" = "$after" ]
}
