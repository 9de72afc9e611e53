import { randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { BodyError } from '../../../nodes/MiniMaxImage/http/body';
import { JsonBounds } from '../../../nodes/MiniMaxImage/http/jsonBounds';

const MEGABYTE = 1024 * 1024;

/** Whether a text, in chunks of a size, is within all bounds. */
function passes(text: string | Buffer, size = 64 * 1024): boolean {
	const bytes = Buffer.from(text);
	const bounds = new JsonBounds();
	try {
		for (let at = 0; at < bytes.length; at += size) bounds.check(bytes.subarray(at, at + size));
		return true;
	} catch (error) {
		if (error instanceof BodyError && error.reason === 'tooLarge') return false;
		throw error;
	}
}

const base64 = (bytes: number) => randomBytes(bytes).toString('base64');

/** So many values in a list, each with its mark. */
const list = (marks: number, value: string) => `[${`${value},`.repeat(marks - 1)}0]`;

describe.each([1000, 64 * 1024, 100 * MEGABYTE])('in chunks of %d bytes', (size) => {
	test.each<[string, (marks: number) => string]>([
		['commas', (marks) => list(marks, '0')],
		['brackets', (marks) => `[]`.repeat(marks)],
		['braces', (marks) => '{}'.repeat(marks)],
		['commas in a text', (marks) => JSON.stringify(','.repeat(marks))],
		['brackets in a text', (marks) => JSON.stringify('[]'.repeat(marks))],
		['braces of JSON in a text', (marks) => JSON.stringify(`{"a":"${'{}'.repeat(marks - 1)}"}`)],
		['commas after an escaped quote', (marks) => JSON.stringify(`"${','.repeat(marks)}`)],
		['commas after an escaped backslash', (marks) => `"\\\\"${','.repeat(marks)}`],
		['brackets of a page', (marks) => `<html>${'[x]'.repeat(marks)}`],
	])('100,000 %s pass, and one more does not', (_name, textOf) => {
		expect(passes(textOf(100_000), size)).toBe(true);
		expect(passes(textOf(100_001), size)).toBe(false);
	});

	test.each<[string, (depth: number) => string]>([
		['lists', (depth) => '['.repeat(depth) + ']'.repeat(depth)],
		['objects', (depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)],
		['lists that never end', (depth) => '['.repeat(depth)],
	])('%s of depth 20 pass, and of depth 21 do not', (_name, textOf) => {
		expect(passes(textOf(20), size)).toBe(true);
		expect(passes(textOf(21), size)).toBe(false);
	});

	test('depth is that at one place, however many brackets follow each other', () => {
		expect(passes(`[${'[[[]]],'.repeat(10_000)}0]`, size)).toBe(true);
	});

	test('brackets in a text have no depth', () => {
		expect(passes(JSON.stringify(['['.repeat(1000), `"${'['.repeat(1000)}`]), size)).toBe(true);
	});

	test('brackets after a text that ends with an escaped backslash have', () => {
		expect(passes(`["\\\\",${'['.repeat(19)}`, size)).toBe(true);
		expect(passes(`["\\\\",${'['.repeat(20)}`, size)).toBe(false);
	});

	test.each<[string, (bytes: number) => string]>([
		['words', (bytes) => JSON.stringify('a cat! '.repeat(bytes / 7))],
		['a long link', (bytes) => JSON.stringify(`https://x.example/${'a'.repeat(bytes)}`)],
		['blanks', (bytes) => `{"a":${' '.repeat(bytes)}1}`],
		['many short texts', (bytes) => `"${'a'.repeat(99)}"`.repeat(bytes / 101)],
		['many short base64 texts', (bytes) => `"${'A'.repeat(15_998)}"`.repeat(bytes / 16_000)],
		['a plain text', (bytes) => 'A'.repeat(bytes)],
	])('%s of 2.9 MB pass, and of 3.1 MB do not', (_name, textOf) => {
		expect(passes(textOf(2.9 * MEGABYTE), size)).toBe(true);
		expect(passes(textOf(3.1 * MEGABYTE), size)).toBe(false);
	});
});

describe('base64 text is free', () => {
	const image = base64(4 * MEGABYTE);

	test.each<[string, string]>([
		['plain', image],
		['with escaped slashes', image.replaceAll('/', '\\/')],
		['with escapes by number', image.replaceAll('+', '\\u002b')],
		['with line breaks', image.replace(/.{76}/g, '$&\\r\\n')],
		['of a data URL', `data:image/jpeg;base64,${image}`],
		['of a data URL whose head is escaped', `data:image\\/jpeg;base64,${image}`],
		['for URLs', image.replaceAll('+', '-').replaceAll('/', '_')],
	])('%s, nine texts of it', (_name, text) => {
		expect(passes(`{"data":[${Array.from({ length: 9 }, () => `"${text}"`).join()}]}`)).toBe(true);
	});

	test('and what follows it counts again', () => {
		const words = 'a cat! '.repeat(500_000);

		expect(passes(`["${image}","${words}"]`)).toBe(false);
		expect(passes(`["${image}"${',0'.repeat(100_001)}]`)).toBe(false);
		expect(passes(`["${image}",${'['.repeat(20)}`)).toBe(false);
		expect(passes(`["${image}",${'['.repeat(19)}`)).toBe(true);
	});
});

/** Pieces that are near a bound, or that a chunk may end in. */
const piece = fc.oneof(
	fc.constantFrom('\\', '"', '\\"', '\\\\', '\\u005b', '"]', '{"a":', '}', '\u00fc', '\ufeff'),
	fc.constantFrom('['.repeat(19), ']'.repeat(19), ','.repeat(33_334), '[]'.repeat(33_333)),
	fc.constantFrom(' '.repeat(MEGABYTE), 'a cat! '.repeat(149_000), 'A'.repeat(1.5 * MEGABYTE)),
	fc.constantFrom(
		'A'.repeat(16_383),
		'A'.repeat(16_384),
		'A'.repeat(16_385),
		`"${'B'.repeat(40_000)}`,
	),
	fc.constantFrom(`"data:image/png;base64,${'C'.repeat(20_000)}`, `"\\n\\t${'D'.repeat(20_000)}`),
	fc.string({ maxLength: 10 }),
);

test('the verdict is the same, wherever the chunks end', () => {
	const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 });
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 12 }), sizes, (pieces, own) => {
			const bytes = Buffer.from(pieces.join(''));
			const whole = passes(bytes, bytes.length + 1);
			const bounds = new JsonBounds();
			const inChunks = () => {
				for (let at = 0, turn = 0; at < bytes.length; turn++) {
					const size = own[turn % own.length] ?? 1;
					bounds.check(bytes.subarray(at, at + size));
					at += size;
				}
			};

			if (whole) expect(inChunks).not.toThrow();
			else expect(inChunks).toThrow(BodyError);
		}),
		{ seed: 51, numRuns: 25 },
	);
});

test('the verdict is the same byte by byte', () => {
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
			const bytes = Buffer.from(pieces.join(''));

			expect(passes(bytes, 1)).toBe(passes(bytes, bytes.length + 1));
		}),
		{ seed: 52, numRuns: 20 },
	);
});

test('a base64 text that comes when words have nearly filled their bound is free, wherever the chunks end', () => {
	const text = `["${'a cat! '.repeat((3 * MEGABYTE - 9_000) / 7)}","${base64(50_000)}"]`;

	for (const size of [1000, 64 * 1024, 10 * MEGABYTE])
		expect([size, passes(text, size)]).toEqual([size, true]);
});
