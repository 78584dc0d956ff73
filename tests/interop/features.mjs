// features.mjs READER FILE: the feature frame that pawl makes of the table of columns.mjs, with the
// rules of arrow.bats, has the values that are computed here from the table itself.
import fs from 'node:fs';
import { columns, rows } from './columns.mjs';

const known = columns.count.filter((v) => v !== null);
const mean = known.reduce((a, b) => a + b, 0) / known.length;
const filled = columns.count.map((v) => v ?? mean);
const deviation = Math.sqrt(filled.reduce((a, v) => a + (v - mean) ** 2, 0) / filled.length);
const want = {
	id: (i) => columns.id[i],
	amount: (i) => columns.amount[i],
	flag: (i) => Number(columns.flag[i] ?? false), // two of three are false
	count: (i) => (filled[i] - mean) / deviation,
	city: (i) => columns.city[i] ?? '(missing)',
};

const [, , reader, file] = process.argv;
const bytes = fs.readFileSync(file), names = Object.keys(want);
let height, get;
if (reader === 'arrow') {
	const { tableFromIPC } = await import('apache-arrow');
	const table = tableFromIPC(bytes);
	height = table.numRows;
	get = (name) => { const c = table.getChild(name); return (i) => c.get(i); };
} else {
	const pl = (await import('nodejs-polars')).default;
	const df = file.endsWith('.arrows') ? pl.readIPCStream(bytes) : pl.readIPC(bytes);
	height = df.height;
	get = (name) => { const values = df.getColumn(name).toArray(); return (i) => values[i]; };
}
let differences = 0;
const differ = (what) => { if (differences++ < 10) console.log(what); };
if (height !== rows.length) differ(`${height} rows`);
for (const name of names) {
	const have = get(name);
	for (let i = 0; i < height; i++) {
		const w = want[name](i), h = have(i);
		if (name === 'count' ? !(Math.abs(h - w) < 1e-9) : h !== w) differ(`${name} row ${i}: ${h}, not ${w}`);
	}
}
process.exit(differences ? 1 : 0);
