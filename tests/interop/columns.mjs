// The table of the CSV tests: 100,000 rows, a null in every eleventh of each column but id.
export const rows = [...Array(100000).keys()];
const holes = (f, at) => rows.map((i) => i % 11 === at ? null : f(i));
export const columns = {
	id: rows.map((i) => 'k' + i),
	flag: holes((i) => i % 3 === 0, 1),
	count: holes((i) => (i - 50000) * 1234567, 2),
	amount: holes((i) => i / 8 + 0.0625, 3),
	city: holes((i) => ['Köln', 'a, b', 'say "x"', 'two\nlines', 'Zürich'][i % 5], 4),
	day: holes((i) => new Date(i * 86400000).toISOString().slice(0, 10), 5),
	at: holes((i) => new Date(i * 86400000 + 1500).toISOString().slice(0, -1), 6),
	note: holes((i) => 'free text ' + i, 7),
};
