load helper

# table N [FIRST]: an id, numbers with gaps, a text, and a target.
table() {
	seq "${2:-1}" $((${2:-1} + $1 - 1)) | awk 'BEGIN { print "id,age,money,word,answer" } {
		split("red green blue green", w, " ")
		print "k" $1 "," ($1 % 7 ? $1 % 60 : "") "," $1 * 1.25 "," ($1 % 9 ? w[1 + $1 % 4] : "") \
			"," ($1 % 3 ? "no" : "yes")
	}'
}

rules() {
	cat >features.yaml <<-END
		version: 1
		features:
		  age: [{impute: median}, standardize]
		  money: [log1p, {clip: [0.05, 0.95]}, standardize]
		  word: [{onehot: {min_count: 2}}]
		drop: [id]
	END
}

@test "features are carried columns, numbers without gaps and texts as categories" {
	table 100 >t.csv && rules
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	[ "$(head -1 f.csv)" = answer,age,money,word ]
	[ "$(wc -l <f.csv)" = 101 ]
	awk -F, 'NR > 1 { n++; s += $2; q += $2 * $2; if ($2 == "") exit 1 }
		END { exit !(s / n < 1e-12 && s / n > -1e-12 && q / n > 1 - 1e-12 && q / n < 1 + 1e-12) }' f.csv
	[ "$(cut -d, -f4 f.csv | tail -n +2 | sort -u | tr '\n' ' ')" = '(missing) blue green red ' ]
}

@test "what was fitted is applied to other tables, whatever the order of their columns" {
	table 100 >t.csv && rules
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	awk -F, -v OFS=, '{ print $4, $3, $2 }' t.csv >u.csv
	ok pawl featurize --apply g.onnx -o h.csv u.csv
	[ "$(cut -d, -f2- f.csv)" = "$(cat h.csv)" ]
	# a single row gets the values that it had among others
	{ head -1 t.csv; sed -n 42p t.csv; } >one.csv
	ok pawl featurize --apply g.onnx -o one.out.csv one.csv
	[ "$(tail -1 one.out.csv)" = "$(sed -n 42p f.csv)" ]
}

@test "a category never seen in training has its place" {
	table 100 >t.csv && rules
	sed -i 's/k50,\(.*\),\(.*\),[a-z]*,/k50,\1,\2,plum,/' t.csv
	printf 'word,age,money\nviolet,3,4\n' >new.csv
	# a rare value in training: unknown ones are like it
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	[ "$(sed -n 51p f.csv | cut -d, -f4)" = '(rare)' ]
	ok pawl featurize --apply g.onnx -o h.csv new.csv
	[ "$(tail -1 h.csv | cut -d, -f3)" = '(rare)' ]
	# no rare value: unknown ones are the zero vector
	sed -i 's/min_count: 2/min_count: 1/' features.yaml
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	ok pawl featurize --apply g.onnx -o h.csv new.csv
	[ "$(tail -1 h.csv | cut -d, -f3)" = '' ]
}

@test "batches, pipes and comments do not change a byte" {
	table 3000 >t.csv && rules
	ok pawl split --by position --test 0.5 -f arrow -o a.arrow --test-output b.arrow t.csv
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.arrow a.arrow
	ok pawl featurize -r features.yaml -t answer --graph g2.onnx -o f2.arrow <a.arrow
	cmp g.onnx g2.onnx && cmp f.arrow f2.arrow
	{ sed 's/^features:/features: # all of them/; /^drop/d' features.yaml; echo 'drop: ["id"]'; } >again.yaml
	ok pawl featurize -r again.yaml -t answer --graph g3.onnx -o f3.arrow a.arrow
	cmp g.onnx g3.onnx && cmp f.arrow f3.arrow
}

@test "what is up to date is kept, and a changed rule is not" {
	table 100 >t.csv && rules
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.arrow t.csv
	touch -d 2001-01-01 g.onnx f.arrow
	ino=$(stat -c %i g.onnx f.arrow)
	echo '# a comment' >>features.yaml
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.arrow t.csv
	[ "$(stat -c %i g.onnx f.arrow)" = "$ino" ]
	[ "$(stat -c %y g.onnx)" = "$(stat -c %y f.arrow)" ]
	sed -i 's/median/mean/' features.yaml
	cp g.onnx old.onnx
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.arrow t.csv
	! cmp -s g.onnx old.onnx
	# one flipped bit, and it is made anew
	cp g.onnx good.onnx
	printf X | dd of=g.onnx bs=1 seek=100 conv=notrunc status=none
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.arrow t.csv
	cmp g.onnx good.onnx
}

@test "the data contract gives types and roles" {
	table 50 >t.csv
	printf 'version: 1\nkey: id\ntarget: answer\ncolumns:\n  id: string\n  age: {type: string, missing: 1}\n  answer: string\n' >schema.yaml
	printf 'version: 1\nfeatures: {age: onehot, money: []}\ndrop: [word]\n' >features.yaml
	ok pawl featurize -r features.yaml -s schema.yaml --graph g.onnx -o f.csv t.csv
	[ "$(head -2 f.csv | tail -1)" = k1,no,1,1.25 ]
	[ "$(sed -n 8p f.csv)" = 'k7,no,(missing),8.75' ]
}

@test "a column that nobody mentions is an error that says what to add" {
	table 50 >t.csv && rules
	sed -i /drop/d features.yaml
	fails 2 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "features.yaml:3: column 'id' is neither a feature nor dropped: add 'id: [onehot]' below features:, or id to drop"
	no_litter
	[ ! -e g.onnx ] && [ ! -e f.csv ]
}

@test "rules that do not fit the table name their line" {
	table 50 >t.csv && rules
	sed -i 's/word: .*/word: [standardize]/' features.yaml
	fails 2 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "features.yaml:5: column 'word' is text"
	rules && sed -i 's/  age/  ages/' features.yaml
	fails 2 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "features.yaml:3: "
	says ages
	rules && sed -i 's/id/answer/' features.yaml
	fails 2 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "features.yaml:6: column 'answer' is the table's target and cannot be dropped"
}

@test "a value that its rule cannot take names column and row" {
	{ table 50; echo k51,1,-1,red,no; } >t.csv && rules
	fails 3 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "column 'money': row 51: -1 has no log1p"
	{ table 50; echo k51,1,,red,no; } >t.csv
	fails 3 pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	says "column 'money': row 51 has no value: let its rule begin with {impute: median}"
	head -1 t.csv >none.csv
	no_litter
}

@test "a table without rows cannot be fitted on" {
	printf 'version: 1\nkey: id\ntarget: answer\ncolumns: {id: string, age: int64, money: float64, word: string, answer: string}\n' >schema.yaml
	table 1 | head -1 >t.csv && rules
	fails 5 pawl featurize -r features.yaml -s schema.yaml --graph g.onnx -o f.csv t.csv
	says "no rows to fit the features on"
}

@test "columns of any name become features" {
	printf 'Weight (kg),a$b,%%s #1,[x],"a ""b""",y\n1,2,3,4,q,1\n2,3,4,5,r,0\n' >t.csv
	cat >features.yaml <<-'END'
		version: 1
		features: {"Weight (kg)": standardize, a$b: [], "%s #1": log1p, "[x]": [], 'a "b"': onehot}
	END
	ok pawl featurize -r features.yaml -t y --graph g.onnx -o f.csv t.csv
	ok pawl featurize --apply g.onnx -o h.csv t.csv
	cmp f.csv h.csv
	sed -i '1s/\[x\]/features/' t.csv && sed -i 's/"\[x\]"/features/' features.yaml
	fails 3 pawl featurize -r features.yaml -t y --graph g.onnx -o f.csv t.csv
	says "cannot be called 'features'"
}

@test "a tampered or foreign graph is exit 3" {
	table 50 >t.csv && rules
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	cp g.onnx bad.onnx
	printf X | dd of=bad.onnx bs=1 seek=$(($(stat -c %s g.onnx) / 2)) conv=notrunc status=none
	fails 3 pawl featurize --apply bad.onnx -o h.csv t.csv
	fails 3 pawl featurize --apply t.csv -o h.csv t.csv
	cut -d, -f1,2 t.csv >less.csv
	fails 3 pawl featurize --apply g.onnx -o h.csv less.csv
	says money
	sed 's/,[a-z]*,\(no\|yes\)$/,7,\1/' t.csv >numbers.csv
	fails 3 pawl featurize --apply g.onnx -o h.csv numbers.csv
	says "column 'word' is of type"
	no_litter
}

@test "wrong usage is exit 2" {
	table 50 >t.csv && rules
	fails 2 pawl featurize t.csv
	fails 2 pawl featurize -r features.yaml t.csv
	fails 2 pawl featurize -r features.yaml --graph f.csv -o ./f.csv t.csv
	fails 2 pawl featurize -r none.yaml --graph g.onnx -o f.csv t.csv
	fails 2 pawl featurize --apply g.onnx -r features.yaml t.csv
	fails 2 pawl featurize -r features.yaml --graph g.onnx -o f.csv t.csv t.csv
	fails 3 pawl featurize -r features.yaml -t nobody --graph g.onnx -o f.csv t.csv
	says nobody
	no_litter
}

@test "a full disk is exit 4 and leaves nothing" {
	table 50 >t.csv && rules
	fails 4 pawl featurize -r features.yaml -t answer --graph /dev/full -o f.csv t.csv
	fails 4 pawl featurize -r features.yaml -t answer --graph g.onnx -o /dev/full t.csv
	no_litter
}

@test "the parameters hold the rules with every default" {
	printf 'version: 1\nfeatures: {a: onehot}\n' >features.yaml
	ok pawl featurize -r features.yaml --params
	[ "$out" = '{"params":{"apply":false,"rules":{"drop":[],"features":{"a":[{"onehot":{"min_count":1}}]}}},"result":1,"tool":"featurize"}' ]
}

@test "the features of result version 1 are pinned: raise it when they change" {
	table 300 >t.csv && rules
	ok pawl featurize -r features.yaml -t answer --graph g.onnx -o f.csv t.csv
	[ "$(sha256sum <f.csv | cut -c1-16)" = 4f70aaada622a2a0 ]
}
