load helper

# t.csv, one.onnx and two.onnx that predict `two` with other coefficients, num.onnx a number.
setup_file() {
	: "${PAWL_SOURCE:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	PATH=${PAWL_BUILD:-$PAWL_SOURCE/build}/bin:$PATH
	cd "$BATS_FILE_TMPDIR"
	awk 'BEGIN {
		print "id,a,b,kind,cost,two"
		for (i = 1; i <= 300; i++) {
			r = r * 16807 % 2147483647 + 12345
			a = r % 1000 / 100; b = int(r / 1000) % 70; k = int(r / 7) % 4
			z = a - b / 10 + k + r % 13 / 3
			printf "k%d,%s,%s,%s,%s,%s\n", i, a, i % 9 ? b : "",
				substr("redgrnbluxyz", 3 * k + 1, 3), z, (z > 3 ? "yes" : "no")
		}
	}' >t.csv
	for target in two cost; do
		printf 'version: 1\nfeatures:\n  a: [standardize]\n  b: [{impute: median}]\n' >r.yaml
		printf '  kind: [onehot]\ndrop: [%s]\n' "$([ $target = two ] && echo cost || echo two)" >>r.yaml
		pawl ingest --key id -o t.arrow t.csv
		pawl featurize -r r.yaml -t $target --graph $target.g.onnx -o $target.f.arrow t.arrow
	done
	pawl train -t two --graph two.g.onnx -o one.onnx two.f.arrow
	pawl train -t two --l2 50 --graph two.g.onnx -o two.onnx two.f.arrow
	pawl train -t cost --graph cost.g.onnx -o num.onnx cost.f.arrow
}

teardown() {
	[ -z "${pids:-}" ] || kill -9 $pids 2>/dev/null || true
	cd / && chmod -R u+rwX "$T" && rm -rf "$T"
}

# start [OPTION...] MODEL: serves on a free port; $url, $pid. What it says is in said.
start() {
	pawl serve -p 0 --poll 0.05 "$@" 2>said 3>&- >/dev/null &
	pid=$! pids="${pids:-} $!"
	until_true 10 grep -q listening said || { cat said; return 1; }
	url=$(sed -n 's/.*listening on //p' said)
}

# stop: SIGTERM, and exit code 0.
stop() {
	kill "$pid"
	wait "$pid"
}

# until_true SECONDS CMD...
until_true() {
	local n=$(($1 * 50))
	shift
	until "$@"; do
		[ $((n -= 1)) -gt 0 ] || { echo "never: $*"; return 1; }
		sleep 0.02
	done
}

post() { curl -sS -H "Content-Type: $1" --data-binary "$2" "$url${3:-/invocations}"; }
metric() { curl -sS "$url/metrics" | grep -qxF "$1 $2"; }
models() { cp "$BATS_FILE_TMPDIR"/{t.csv,one.onnx,two.onnx,num.onnx} .; }
register() {
	export PAWL_HOME=$T/home
	mkdir -p home
	ok pawl register add churn one.onnx
	ok pawl register add churn two.onnx
	ok pawl register alias churn live 1
}
serves_version() { curl -sS "$url/metrics" | grep -q "^pawl_model_info{.*version=\"$1\""; }

# The values of an answer, a row a line, comma-separated, as they are printed.
values() { { cat; echo; } | sed 's/.*"predictions":\[//; s/\]}$//; s/},{/\n/g; s/[]}{["]//g' | sed 's/[a-z_]*://g'; }

@test "/invocations answers what pawl predict prints, digit for digit" {
	models
	start --no-log one.onnx
	pawl predict -m one.onnx -f csv t.csv | sed 1d | cut -d, -f2- >want
	post text/csv @t.csv | values >got
	cmp want got
	awk -F, 'NR == 1 { next } { printf "%s{\"a\":%s,\"b\":%s,\"kind\":\"%s\"}", (NR > 2 ? "," : "{\"dataframe_records\":["),
		$2, ($3 == "" ? "null" : $3), $4 } END { print "]}" }' t.csv >t.json
	post application/json @t.json | values >got
	cmp want got
	stop
	start --no-log num.onnx
	pawl predict -m num.onnx -f csv t.csv | sed 1d | cut -d, -f2- >want
	post text/csv @t.csv | values | tr , '\n' >got
	cmp want got
	stop
}

@test "V2 answers what pawl predict prints, digit for digit" {
	models
	start --no-log one.onnx
	awk -F, 'function put(name, type, list) { return sprintf("{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%d],\"data\":[%s]}", name, type, NR - 1, list) }
		NR > 1 { c = NR > 2 ? "," : ""; a = a c $2; b = b c ($3 == "" ? "null" : $3); k = k c "\"" $4 "\"" }
		END { print "{\"id\":\"42\",\"inputs\":[" put("a", "FP64", a) "," put("b", "INT64", b) "," put("kind", "BYTES", k) "]}" }' t.csv >v2.json
	post application/json @v2.json /v2/models/one/infer >answer
	grep -q '"id":"42"' answer
	pawl predict -m one.onnx -f csv t.csv | sed 1d >p
	for column in prediction probability_no probability_yes; do
		sed "s/.*\"name\":\"$column\"[^[]*\[300,1\][^[]*\[\([^]]*\)\].*/\1/; s/\"//g" answer | tr , '\n' >got
		echo >>got
		case $column in prediction) f=2 ;; probability_no) f=3 ;; *) f=4 ;; esac
		cut -d, -f$f p | cmp - got
	done
	[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/v2/models/other/ready")" = 404 ]
	curl -sS "$url/v2/models/one" | grep -q '"name":"kind"'
	stop
}

@test "an alias moves under load and no request fails" {
	models
	register
	start --no-log churn@live
	echo '{"dataframe_split":{"columns":["a","b","kind"],"data":[[1,2,"red"]]}}' >q.json
	for i in 1 2 3; do
		(while [ ! -e stop ]; do
			curl -sS -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' \
				--data @q.json "$url/invocations?[1-100]" 2>&1
		done >codes.$i) 3>&- &
	done
	for i in {1..15}; do
		for v in 2 1; do
			pawl register alias churn live $v 2>/dev/null
			until_true 10 serves_version $v
		done
	done
	touch stop
	while [ "$(jobs -r | wc -l)" -gt 1 ]; do sleep 0.02; done
	[ "$(cat codes.* | sort -u)" = 200 ]
	[ "$(cat codes.* | wc -l)" -ge 300 ]
	metric 'pawl_model_reloads_total{result="ok"}' 30
	stop
}

@test "a model that cannot serve keeps the one before, and that is told once" {
	models
	register
	start --no-log churn@live
	before=$(post text/csv @t.csv)
	for f in $(find home/mlruns -name model.onnx); do cmp -s $f two.onnx && model=$f; done
	chmod u+w "$model" && printf x >>"$model"
	ok pawl register alias churn live 2
	until_true 10 metric pawl_model_stale 1
	sleep 0.3
	[ "$(grep -c 'tampered' said)" = 1 ]
	[ "$(post text/csv @t.csv)" = "$before" ]
	metric 'pawl_model_reloads_total{result="failed"}' 1
	cp two.onnx "$model"
	until_true 10 serves_version 2
	metric pawl_model_stale 0
	sed -i 's/^current_stage:.*/current_stage: Deleted_Internal/' home/mlruns/models/churn/version-1/meta.yaml
	echo -n 1 >home/mlruns/models/churn/aliases/live
	until_true 10 metric pawl_model_stale 1
	grep -q "version 1 of 'churn' was deleted" said
	serves_version 2
	echo -n 2 >home/mlruns/models/churn/aliases/live
	until_true 10 metric pawl_model_stale 0
	stop
}

@test "kill -9 leaves a log whose whole batches are read, and the next server ends it" {
	models
	start --log log one.onnx
	for i in 1 2 3 4 5; do post text/csv @t.csv >/dev/null; done
	until_true 10 metric pawl_log_rows_total 1500
	kill -9 "$pid"
	wait "$pid" || true
	[ "$(ls log | grep -c 'arrows.open$')" = 1 ]
	printf 'torn' >>"$(echo log/*.open)"
	ok pawl show -f csv log/*.open
	[ "$(wc -l <<<"$out")" = 1501 ]
	head -1 <<<"$out" | grep -qx '_time,_request,_row,_model,_version,id,a,b,kind,prediction,probability_no,probability_yes,_latency_us'
	start --log log one.onnx
	stop
	[ "$(ls log | grep -c 'arrows$')" = 1 ]
	[ "$(ls log | wc -l)" = 1 ]
	ok pawl show -f csv log/*.arrows
	[ "$(wc -l <<<"$out")" = 1501 ]
}

@test "the log says what was asked and answered, under the client's request id" {
	models
	export PAWL_HOME=$T/home
	mkdir home
	start one.onnx
	first=$pid first_url=$url
	curl -sS -D head -H 'Content-Type: text/csv' -H 'X-Request-Id: abc-1' --data-binary @t.csv "$url/invocations" >/dev/null
	grep -qi '^x-request-id: abc-1' head
	start one.onnx
	post text/csv @t.csv >/dev/null
	stop
	pid=$first
	stop
	[ "$(ls home/log/one/*.arrows | wc -l)" = 2 ]
	pawl show -f csv "$(grep -l abc-1 home/log/one/*.arrows)" >log.csv
	pawl predict -m one.onnx -f csv t.csv >want.csv
	cut -d, -f6,10-12 log.csv | cmp - want.csv
	[ "$(sed 1d log.csv | cut -d, -f2 | sort -u)" = abc-1 ]
	[ "$(sed -n 11p log.csv | cut -d, -f3)" = 9 ]
}

@test "SIGTERM lets a request in flight end" {
	models
	start --log log one.onnx
	{ cat t.csv; for i in {1..100}; do sed 1d t.csv; done; } >big.csv
	curl -sS --limit-rate 500K -o answer -w '%{http_code}' -H 'Content-Type: text/csv' \
		--data-binary @big.csv "$url/invocations" >code 3>&- &
	request=$!
	sleep 0.3
	kill "$pid"
	wait "$pid"
	wait $request
	[ "$(cat code)" = 200 ]
	[ "$(values <answer | wc -l)" = 30300 ]
	ok pawl show -f csv log/*.arrows
	[ "$(wc -l <<<"$out")" = 30301 ]
}

@test "what is wrong with a request is named, without its data" {
	models
	start --no-log --max-body 1000 one.onnx
	answer=$(post application/json '{"dataframe_records":[{"a":1,"kind":"red"}]}')
	[[ $answer == *"'b'"* ]]
	answer=$(post application/json '{"dataframe_records":[{"a":"SECRET42","b":1,"kind":"red"}]}')
	[[ $answer == *"'a'"* && $answer != *SECRET42* ]]
	answer=$(post application/json '{"dataframe_records":[SECRET42')
	[[ $answer == *error_code* && $answer != *SECRET42* ]]
	[ "$(curl -sS -o /dev/null -w '%{http_code}' --data-binary @one.onnx "$url/invocations")" = 413 ]
	[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/invocations")" = 405 ]
	[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/nothing")" = 404 ]
	[ "$(curl -sS "$url/v2/health/ready")" = '{"ready":true}' ]
	metric 'pawl_requests_total{code="400"}' 3
	metric 'pawl_requests_total{code="413"}' 1
	stop
}

@test "a port in use is exit code 4, a model that is none 2, a broken one 3" {
	models
	start --no-log one.onnx
	fails 4 pawl serve --no-log -p "${url##*:}" one.onnx
	says "${url##*:}"
	fails 2 pawl serve --no-log -p 0 none.onnx
	fails 2 pawl serve --no-log -p 0
	fails 2 pawl serve --no-log --log log -p 0 one.onnx
	printf x >>two.onnx
	fails 3 pawl serve --no-log -p 0 two.onnx
	stop
}
