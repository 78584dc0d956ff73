// A table of every type that a library writes and pawl reads: theirs.mjs WRITER VARIANT FILE WANT
// VARIANT file | stream, for polars with '-' and the compression. WANT gets the values as JSON Lines,
// in the form in which pawl prints them.
import fs from 'node:fs';

const n = 3000, days = 86400000;
const rows = [...Array(n).keys()];
const holes = (f) => rows.map((i) => i % 7 === 3 ? null : f(i));
// A time as ISO 8601 with as few digits as hold it, from a BigInt of 10^-9 s.
function iso(ns) {
	const ms = ns / 1000000n - (ns % 1000000n < 0n ? 1n : 0n), rest = ns - ms * 1000000n;
	const text = new Date(Number(ms)).toISOString().slice(0, -1) + String(rest).padStart(6, '0');
	return text.replace(/\.?0+$/, '');
}
const clock = (ns) => iso(ns).slice(11).padEnd(8, ':00');
const seconds = (us) => `PT${us < 0 ? '-' : ''}${Math.floor(Math.abs(us) / 1e6)}` +
	`${us % 1e6 ? '.' + String(Math.abs(us) % 1e6).padStart(6, '0').replace(/0+$/, '') : ''}S`;
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const text = (i) => i % 5 ? 'kurz' + i : 'ein längerer Text mit Größe in € und Nummer ' + i;

// Integers as compare.mjs reads them: from 16 digits on as text.
const whole = (v) => v === null ? null : String(v).replace('-', '').length > 15 ? String(v) : Number(v);

const want = {}; // name -> values, as pawl prints them

async function arrow(variant) {
	const A = await import('apache-arrow');
	const columns = {};
	const add = (name, type, theirs, ours = theirs) => {
		columns[name] = A.vectorFromArray(theirs, type);
		want[name] = ours;
	};
	for (const [name, max] of [['Int8', 127], ['Int16', 32767], ['Int32', 2 ** 31 - 1],
		['Uint8', 255], ['Uint16', 65535], ['Uint32', 2 ** 32 - 1]])
		add(name, new A[name](), holes((i) => i % 2 && name[0] === 'I' ? -1 - i % max : max - i % max));
	for (const name of ['Int64', 'Uint64']) {
		const values = holes((i) => BigInt(i) * (name === 'Int64' ? -3074457345618n : 6148914691236517n));
		add(name, new A[name](), values, values.map(whole));
	}
	add('Float16', new A.Float16(), holes((i) => i % 1000 / 8 - 60)); // 11 bits hold it
	add('Float32', new A.Float32(), holes((i) => i / 8 - 100));
	add('Float64', new A.Float64(), holes((i) => i / 7 - 100));
	add('Bool', new A.Bool(), holes((i) => i % 3 === 1));
	add('Null', new A.Null(), rows.map(() => null));
	add('Utf8', new A.Utf8(), holes(text));
	add('LargeUtf8', new A.LargeUtf8(), holes(text));
	const blob = holes((i) => Uint8Array.from([i & 255, 255, 0].slice(0, i % 4)));
	add('Binary', new A.Binary(), blob, blob.map((v) => v && hex(v)));
	add('LargeBinary', new A.LargeBinary(), blob, blob.map((v) => v && hex(v)));
	const fixed = holes((i) => Uint8Array.from([i & 255, 254, 253]));
	add('FixedSizeBinary', new A.FixedSizeBinary(3), fixed, fixed.map((v) => v && hex(v)));
	const dates = holes((i) => new Date((i - 1000) * days));
	const printed = dates.map((v) => v && v.toISOString().slice(0, 10));
	add('DateDay', new A.DateDay(), dates, printed);
	add('DateMillisecond', new A.DateMillisecond(), dates, printed);
	for (const [i, unit] of ['Second', 'Millisecond', 'Microsecond', 'Nanosecond'].entries()) {
		const step = 10n ** BigInt(9 - 3 * i), big = i > 1;
		// Nanoseconds in whole microseconds, which is what pawl holds.
		const counts = holes((r) => BigInt(r) * 25n * (i === 3 ? 1000n : 1n));
		add('Time' + unit, new A['Time' + unit](), counts.map((v) => v === null || big ? v : Number(v)),
			counts.map((v) => v === null ? null : clock(v * step)));
		add('Duration' + unit, new A['Duration' + unit](), counts,
			counts.map((v) => v === null ? null : seconds(Number(v * step / 1000n))));
		// Its timestamps are given in milliseconds, whatever the unit.
		const ms = holes((r) => (r - 1500) * 3600000 + (i ? 250 : 0));
		const at = ms.map((v) => v === null ? null : iso(BigInt(v) * 1000000n));
		add('Timestamp' + unit, new A['Timestamp' + unit](), ms, at);
		add('Timestamp' + unit + 'Zone', new A['Timestamp' + unit]('Europe/Berlin'), ms,
			at.map((v) => v && v + 'Z'));
	}
	for (const [name, index] of [['Int8', new A.Int8()], ['Uint16', new A.Uint16()], ['Int32', new A.Int32()]])
		add('Dictionary' + name, new A.Dictionary(new A.Utf8(), index), holes((i) => 'größe ' + i % 100));
	const table = new A.Table(columns);
	// In three record batches.
	const parts = [table.slice(0, 1000), table.slice(1000, 1001), table.slice(1001)];
	return A.tableToIPC(parts[0].concat(...parts.slice(1)), variant);
}

async function polars(variant) {
	const pl = (await import('nodejs-polars')).default;
	const [kind, compression] = variant.split('-');
	const columns = [];
	const add = (name, series, ours) => {
		columns.push(series.alias(name));
		want[name] = ours;
	};
	for (const [name, max] of [['Int8', 127], ['Int16', 32767], ['Int32', 2 ** 31 - 1], ['UInt8', 255],
		['UInt16', 65535], ['UInt32', 2 ** 32 - 1]]) {
		const values = holes((i) => i % 2 && name[0] === 'I' ? -1 - i % max : max - i % max);
		add(name, pl.Series(name, values, pl[name]), values);
	}
	const big = holes((i) => BigInt(i) * 6148914691236517n);
	add('UInt64', pl.Series('UInt64', big), big.map(whole));
	const ints = holes((i) => (i - 1500) * 300239975158);
	add('Int64', pl.Series('Int64', ints, pl.Float64).cast(pl.Int64), ints.map(whole));
	const eighths = holes((i) => i / 8 - 100), sevenths = holes((i) => i / 7 - 100);
	add('Float32', pl.Series('Float32', eighths, pl.Float32), eighths);
	add('Float64', pl.Series('Float64', sevenths, pl.Float64), sevenths);
	const flags = holes((i) => i % 3 === 1), texts = holes(text), few = holes((i) => 'größe ' + i % 100);
	add('Bool', pl.Series('Bool', flags, pl.Bool), flags);
	add('String', pl.Series('String', texts, pl.String), texts);
	add('Categorical', pl.Series('Categorical', few, pl.String).cast(pl.Categorical), few);
	const at = pl.Series('at', holes((i) => new Date((i - 1500) * 3600000 + 250)));
	const printed = holes((i) => iso(BigInt((i - 1500) * 3600000 + 250) * 1000000n));
	for (const unit of ['ms', 'us', 'ns'])
		add('Datetime' + unit, at.cast(pl.Datetime(unit)), printed);
	add('Date', at.cast(pl.Date), printed.map((v) => v && v.slice(0, 10)));
	add('Time', at.cast(pl.Time), printed.map((v) => v && v.slice(11)));
	const ms = holes((i) => i - 1500);
	add('Duration', pl.Series('d', ms, pl.Int64).cast(pl.Duration('ms')),
		ms.map((v) => v === null ? null : seconds(v * 1000)));
	const df = pl.DataFrame(columns);
	return kind === 'stream' ? df.writeIPCStream({ compression }) : df.writeIPC({ compression });
}

const [, , writer, variant, file, wantFile] = process.argv;
fs.writeFileSync(file, await (writer === 'polars' ? polars(variant) : arrow(variant)));
const names = Object.keys(want);
fs.writeFileSync(wantFile, rows.map((i) =>
	JSON.stringify(Object.fromEntries(names.map((c) => [c, want[c][i]])))).join('\n') + '\n');
