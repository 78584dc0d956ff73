// The table of tests/unit/arrow_table.h, read by another library: sample.mjs READER FORMAT FILE ROWS
// compares every value with what follows from the row number, computed here once more.
import fs from 'node:fs';

const types = ['null', 'bool', 'int64', 'uint64', 'float64', 'string', 'category', 'binary', 'date',
	'time', 'timestamp', 'timestamp_utc', 'duration'];
const M = 1n << 64n, bytes = (text) => new TextEncoder().encode(text);

// The value in a column and row as text; times as counts of their unit.
function want(type, i, row) {
	const h = (BigInt(row) * 2654435761n + BigInt(i) * 40503n) % M;
	const text = (h % 3n ? 'wert ' : 'größe €') + h % 50n;
	if ((row + i) % 7 === 3 || type === 'null') return null;
	switch (type) {
	case 'bool': return String(h >> 5n & 1n);
	case 'uint64': return String(M - 1n - h);
	case 'float64': return String(Number(h) / 7);
	case 'string': case 'category': return text;
	case 'binary': return [...bytes(text).slice(0, bytes(text).length % 9)].join();
	case 'date': return String(Number(h % 40000n) - 5000);
	case 'time': return String(h % 86400000000n);
	default: return String(h - 1000000n);
	}
}

async function readArrow(file) {
	const { tableFromIPC } = await import('apache-arrow');
	const table = tableFromIPC(fs.readFileSync(file));
	const names = table.schema.fields.map((f) => f.name);
	const text = (type, v) => {
		if (v === null) return null;
		if (type === 'bool') return String(Number(v));
		if (type === 'binary') return [...v].join();
		if (type === 'date') return String(v / 86400000);
		if (type.startsWith('timestamp')) return String(Math.round(v * 1000)); // it gives ms
		return String(v);
	};
	return { rows: table.numRows, names, notes: table.schema.metadata,
		column: (i) => { const c = table.getChildAt(i); return (r) => text(names[i], c.get(r)); } };
}

async function readPolars(file, format) {
	const pl = (await import('nodejs-polars')).default;
	const all = fs.readFileSync(file);
	const df = format === 'stream' ? pl.readIPCStream(all) : pl.readIPC(all);
	const physical = ['date', 'time', 'timestamp', 'timestamp_utc', 'duration'];
	return { rows: df.height, names: df.columns, column: (i) => {
		const name = df.columns[i], c = df.getColumn(name);
		const values = (physical.includes(name) ? c.cast(pl.Int64) : c).toArray();
		const unit = name === 'time' ? 1000 : 1; // it holds nanoseconds
		return (r) => values[r] === null ? null : unit > 1 ? String(Number(values[r]) / unit)
			: typeof values[r] === 'boolean' ? String(Number(values[r])) : String(values[r]);
	} };
}

const [, , reader, format, file, rows] = process.argv;
const table = await (reader === 'polars' ? readPolars(file, format) : readArrow(file));
let differences = 0;
const differ = (what) => { if (differences++ < 10) console.log(what); };
if (table.rows !== Number(rows)) differ(`${table.rows} rows, not ${rows}`);
// Their JavaScript has no bytes: the sample leaves them out for polars.
const expected = types.filter((t) => reader !== 'polars' || t !== 'binary');
if (table.names.join() !== expected.join()) differ(`columns ${table.names}`);
if (table.notes && table.notes.get('title') !== 'all types') differ('the note on the table is lost');
table.names.forEach((name, i) => {
	const get = table.column(i);
	for (let r = 0; r < table.rows; r++)
		if (get(r) !== want(name, i, r)) differ(`${name} row ${r}: ${get(r)}, not ${want(name, i, r)}`);
});
process.exit(differences ? 1 : 0);
