// csv.mjs make CSV WANT: a CSV file, and its values as JSON Lines.
// csv.mjs READER FILE GOT: the values that another library finds in what pawl made of it.
import fs from 'node:fs';
import { columns, rows } from './columns.mjs';

const names = Object.keys(columns);
const day = (v) => v === null ? null : new Date(v).toISOString().slice(0, 10);
const instant = (v) => v === null ? null : new Date(v).toISOString().slice(0, -1);
const shown = { day, at: instant };

function make(csv, want) {
	const field = (v) => v === null ? '' : /[",\n]/.test(v) ? '"' + v.replaceAll('"', '""') + '"' : v;
	const lines = rows.map((i) => names.map((n) => field(columns[n][i])).join());
	fs.writeFileSync(csv, [names.join(), ...lines].join('\n') + '\n');
	return write(want, rows.length, (n, i) => columns[n][i]);
}

function write(file, count, get) {
	fs.writeFileSync(file, [...Array(count).keys()].map((i) =>
		JSON.stringify(Object.fromEntries(names.map((n) => [n, get(n, i)])))).join('\n') + '\n');
}

const [, , reader, file, out] = process.argv;
const bytes = reader === 'make' ? null : fs.readFileSync(file);
if (reader === 'make') {
	make(file, out);
} else if (reader === 'arrow') {
	const { tableFromIPC } = await import('apache-arrow');
	const table = tableFromIPC(bytes), get = (v) => typeof v === 'bigint' ? Number(v) : v;
	write(out, table.numRows, (n, i) => (shown[n] ?? get)(table.getChild(n).get(i)));
} else {
	const pl = (await import('nodejs-polars')).default;
	const df = file.endsWith('.arrows') ? pl.readIPCStream(bytes) : pl.readIPC(bytes);
	const values = Object.fromEntries(names.map((n) => [n, df.getColumn(n).toArray()]));
	write(out, df.height, (n, i) => (shown[n] ?? ((v) => v))(values[n][i]));
}
