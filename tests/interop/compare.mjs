// compare.mjs WANT GOT: two files of JSON Lines have equal rows. Columns that only GOT has and that
// begin with an underscore (the row numbers that ingest adds) do not count; integers beyond 2^53
// are compared as text.
import fs from 'node:fs';

const parse = (line) => JSON.parse(line.replace(/:(-?\d{16,})(?=[,}])/g, ':"$1"'));
const [want, got] = process.argv.slice(2, 4).map((f) => fs.readFileSync(f, 'utf8').split('\n').slice(0, -1));
let differences = 0;
const differ = (what) => { if (differences++ < 10) console.log(what); };
if (want.length !== got.length) differ(`${got.length} rows, not ${want.length}`);
for (let i = 0; i < Math.min(want.length, got.length); i++) {
	const w = parse(want[i]), g = parse(got[i]);
	for (const name of new Set([...Object.keys(w), ...Object.keys(g)]))
		if (!(name in w ? name in g && g[name] === w[name] : name[0] === '_'))
			differ(`row ${i} ${name}: ${JSON.stringify(g[name])}, not ${JSON.stringify(w[name])}`);
}
process.exit(differences ? 1 : 0);
