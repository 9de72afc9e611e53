import fc from 'fast-check';

import {
	FileNames,
	nameFromPrompt,
	safeBaseName,
} from '../../../nodes/MiniMaxImage/output/fileNames';

const RUNS = { seed: 7, numRuns: 500 };

/** Names as people, expressions and attackers write them. */
const anyName = fc.oneof(
	fc.string(),
	fc.string({ unit: 'binary' }),
	fc.string({ unit: fc.constantFrom('.', ' ', '/', '\\', '_', '-', '1', 'a', 'A') }),
	fc.string({ unit: 'grapheme', minLength: 190, maxLength: 260 }),
	fc.constantFrom('con', 'NUL', 'Com1.txt', 'LPT³', 'aux.png', '../..', '.env', 'fox-2', 'FOX'),
);

const requests = fc.array(fc.tuple(anyName, fc.integer({ min: 1, max: 9 })), { maxLength: 30 });

function namesFor(list: [string, number][]): string[][] {
	const names = new FileNames();
	return list.map(([wanted, count]) => names.take(wanted, count));
}

test('every image gets a name, and no two names differ by case alone', () => {
	fc.assert(
		fc.property(requests, (list) => {
			const taken = namesFor(list);

			expect(taken.map(({ length }) => length)).toEqual(list.map(([, count]) => count));
			const ids = taken.flat().map((name) => name.toLowerCase());
			expect(new Set(ids).size).toBe(ids.length);
		}),
		RUNS,
	);
});

test('every name is one that all file systems take', () => {
	fc.assert(
		fc.property(anyName, fc.integer({ min: 1, max: 9 }), (wanted, count) => {
			for (const name of new FileNames().take(wanted, count)) {
				expect(name).toMatch(/^[^<>:"/\\|?*\p{Cc}]+$/u);
				expect(name).not.toMatch(/^[. ]|[. ]$/);
				expect(name).not.toMatch(/^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i);
				expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200 + '-9'.length);
			}
		}),
		RUNS,
	);
});

test('a safe name stays as it is when it is made safe again', () => {
	fc.assert(
		fc.property(anyName, (wanted) => {
			const safe = safeBaseName(wanted);
			// What looks like an image extension is dropped once a time.
			fc.pre(!/\.(jpe?g|png|webp|gif)$/i.test(safe));
			expect(safeBaseName(safe)).toBe(safe);
		}),
		RUNS,
	);
});

test.each([
	['fox', 'fox'],
	['fox in snow', 'fox in snow'],
	['Füchse im Schnee', 'Füchse im Schnee'],
	['雪中的狐狸 🦊', '雪中的狐狸 🦊'],
	['fu\u0308r', 'für'],
	['fox.png', 'fox'],
	['fox.JPEG', 'fox'],
	['v1.2', 'v1.2'],
	['report.pdf', 'report.pdf'],
	['a\tb\n c', 'a_b_ c'],
	['a\u00a0\u3000b', 'a b'],
	['2026/11/fox', '2026_11_fox'],
	['C:\\fox', 'C__fox'],
	['../../etc/passwd', '_.._etc_passwd'],
	['fox\u202egnp', 'fox_gnp'],
	['fox\u0000', 'fox_'],
	[' .fox. ', 'fox'],
	['CON', '_CON'],
	['nul.txt', '_nul.txt'],
	['com¹', '_com¹'],
	['console', 'console'],
	['', ''],
	['...', ''],
	['///', ''],
	['.png', ''],
])('%j becomes %j', (wanted, name) => {
	expect(safeBaseName(wanted)).toBe(name);
});

test('a long name is cut between characters, at 200 bytes', () => {
	expect(safeBaseName('a'.repeat(300))).toBe('a'.repeat(200));
	expect(safeBaseName('🦊'.repeat(300))).toBe('🦊'.repeat(50));
	expect(safeBaseName(`ab${'狐'.repeat(300)}`)).toBe(`ab${'狐'.repeat(66)}`);
	expect(safeBaseName(`${'a'.repeat(199)}. fox`)).toBe('a'.repeat(199));
});

test.each<[string, [string, number][], string[][]]>([
	['one image is not numbered', [['fox', 1]], [['fox']]],
	['several are numbered from 1', [['fox', 3]], [['fox-1', 'fox-2', 'fox-3']]],
	[
		'a name that is taken is numbered from 2, whatever its case',
		[
			['fox', 1],
			['Fox', 1],
			['fox.png', 1],
		],
		[['fox'], ['Fox-2'], ['fox-3']],
	],
	[
		'numbering goes on where it ended',
		[
			['fox', 2],
			['fox', 2],
		],
		[
			['fox-1', 'fox-2'],
			['fox-3', 'fox-4'],
		],
	],
	[
		'a number that someone chose as name is left out',
		[
			['fox-2', 1],
			['fox', 3],
		],
		[['fox-2'], ['fox-1', 'fox-3', 'fox-4']],
	],
	[
		'unusable names become image',
		[
			['', 1],
			['???', 2],
		],
		[['image'], ['image-1', 'image-2']],
	],
])('%s', (_behaviour, list, names) => {
	expect(namesFor(list)).toEqual(names);
});

test('ten thousand equal names take no quadratic time', () => {
	const names = new FileNames();
	const startedAt = performance.now();
	const taken = Array.from({ length: 10_000 }, () => names.take('fox', 1)[0]);

	expect(new Set(taken).size).toBe(10_000);
	expect(taken.at(-1)).toBe('fox-10000');
	expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test.each(['.', ' ', '. ', '_', '.png'])(
	'a name of 60,000 characters, most of them %j, is made safe at once',
	(mark) => {
		const startedAt = process.cpuUsage();

		expect(safeBaseName(`a${mark.repeat(60_000)}b`)).toMatch(/^a/);
		expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(100);
	},
);

test.each([
	['.con', '_con'],
	['..nul', '_nul'],
	['. aux', '_aux'],
	['con .txt', '_con .txt'],
])('%j is a device of Windows once dots are gone, and becomes %j', (wanted, name) => {
	expect(safeBaseName(wanted)).toBe(name);
});

test.each([
	['A red fox in snow', 'red-fox-in-snow'],
	['a red fox in fresh snow, golden hour, film photo', 'red-fox-in-fresh-snow-golden'],
	['  The  LIGHTHOUSE!! ', 'lighthouse'],
	["the fox's den", 'foxs-den'],
	['a', ''],
	['雪の中の赤い狐、金色の夕日', '雪の中の赤い狐-金色の夕日'],
	['Ein Fuchs im Schnée', 'ein-fuchs-im-schnée'],
	['../../etc/passwd', 'etc-passwd'],
	['🦊🦊', ''],
	['☀️ Sun over the sea', 'sun-over-the-sea'],
	['x'.repeat(300), 'x'.repeat(48)],
	['1girl, 8k, (masterpiece:1.2)', '1girl-8k-masterpiece-1-2'],
])('the first words of %j name the file %j', (prompt, name) => {
	expect(nameFromPrompt(prompt)).toBe(name);
});
