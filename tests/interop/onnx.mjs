// Has onnxruntime run models of pawl and compares: prints nothing and succeeds where all agree.
//   onnx.mjs graphs DIR                              what unit/model-plan wrote with PAWL_MODELS=DIR
//   onnx.mjs model MODEL.onnx DATA.arrow SCORES.arrow   every row, every output of `pawl predict`
import fs from 'node:fs';
import { DataType, tableFromIPC } from 'apache-arrow';
import ort from 'onnxruntime-node';

const TOLERANCE = 1e-6;
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
let differences = 0;

function differ(text) {
	if (differences++ < 10) console.error(text);
}

function equal(got, want) {
	if (typeof want === 'string') return got === want;
	const a = Number(got), b = Number(want);
	if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
	return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));
}

// The values of a column as the model takes them: numbers with NaN, or texts with ''.
function tensor(values, text) {
	const n = values.length;
	if (text) return new ort.Tensor('string', values.map((v) => v ?? ''), [n, 1]);
	const numbers = Float64Array.from(values, (v) => (v === null || v === undefined ? NaN : Number(v)));
	return new ort.Tensor('float64', numbers, [n, 1]);
}

// What the column holds: dates as days, times as microseconds, as they stand in the file.
function values(column) {
	const logical = [...column];
	if (!DataType.isDate(column.type) && !DataType.isTimestamp(column.type)) return logical;
	const stored = column.data.flatMap((d) => [...d.values.subarray(0, d.length)]);
	return logical.map((v, i) => (v === null ? null : stored[i]));
}

async function graphs(dir) {
	const names = fs.readdirSync(dir).filter((f) => f.endsWith('.json'));
	if (!names.length) throw new Error(`no graphs in ${dir}`);
	for (const name of names) {
		const test = JSON.parse(fs.readFileSync(`${dir}/${name}`));
		const model = `${dir}/${name.replace('.json', '.onnx')}`;
		try {
			const session = await ort.InferenceSession.create(model, options);
			const feeds = {};
			for (const input of session.inputNames)
				feeds[input] = tensor(test[input], input === 't');
			const got = (await session.run(feeds))[test.output].data;
			if (got.length !== test.want.length) differ(`${name}: ${got.length} values`);
			test.want.forEach((want, i) => {
				const value = want === null ? NaN : want === 'inf' ? Infinity : want;
				if (!equal(got[i], value)) differ(`${name}: ${got[i]}, not ${value}, at ${i} of ${test.output}`);
			});
		} catch (e) {
			differ(`${name} (${test.output}): ${e.message}`);
		}
	}
}

async function model(path, data, scores) {
	const session = await ort.InferenceSession.create(path, options);
	const table = tableFromIPC(fs.readFileSync(data));
	const want = tableFromIPC(fs.readFileSync(scores));
	const feeds = {};
	for (const input of session.inputMetadata) {
		const column = table.getChild(input.name);
		if (!column) throw new Error(`no column ${input.name}`);
		feeds[input.name] = tensor(values(column), input.type === 'string');
	}
	const results = await session.run(feeds);
	if (want.numRows !== table.numRows || !want.numRows) differ(`${want.numRows} rows`);
	for (const output of session.outputNames) {
		const column = want.getChild(output);
		if (!column) {
			differ(`no column ${output}`);
			continue;
		}
		const got = results[output].data;
		[...column].forEach((value, i) => {
			if (!equal(got[i], value)) differ(`${output}, row ${i}: ${got[i]}, not ${value}`);
		});
	}
}

const [kind, ...args] = process.argv.slice(2);
await (kind === 'graphs' ? graphs(...args) : model(...args));
if (differences) console.error(`${differences} differences`);
process.exit(differences ? 1 : 0);
