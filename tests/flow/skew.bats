# Schema skew stops a pipeline before it trains; value skew does not.

load helper

customers() {
	awk -v kind="$1" 'BEGIN {
		print kind == "renamed" ? "id,months,plan,left" : "id,tenure,plan,left"
		for (i = 0; i < 300; i++) {
			t = i * 37 % 60
			if (kind == "long" && i % 50 == 0)
				t = 500
			print i "," t "," (i % 3 ? "a" : "b") "," ((t + i * 13 % 20 < 30) ? "yes" : "no")
		}
	}' >customers.csv
}

pipeline() {
	customers plain
	ok pawl init --target left --key id -C . customers.csv
	sed -i 's/tenure: .*/tenure: {type: int64, min: 0, max: 100}/' schema.yaml
	ok make
	model=$(sha256sum <out/model.onnx)
}

@test "schema skew stops make and says why; the model stays" {
	pipeline
	customers renamed
	code=0
	make >log 2>&1 || code=$?
	[ $code -eq 2 ]
	grep -q "column 'tenure'" log
	[ "$(sha256sum <out/model.onnx)" = "$model" ]
	customers plain
	ok make
	[ "$(sha256sum <out/model.onnx)" = "$model" ]
}

@test "value skew is said, and the model is trained again" {
	pipeline
	customers long
	ok make
	says "6 of 300 values are above 100"
	[ "$(jq -r .verdict out/validation.json)" = value-skew ]
	[ "$(sha256sum <out/model.onnx)" != "$model" ]
}
