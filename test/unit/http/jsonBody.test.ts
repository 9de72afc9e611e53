import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';

import fc from 'fast-check';

import { Base64Memory } from '../../../nodes/MiniMaxImage/http/base64Memory';
import { BLOCK_BYTES, Base64Text } from '../../../nodes/MiniMaxImage/http/base64Text';
import { parseJson, readJson } from '../../../nodes/MiniMaxImage/http/jsonBody';

const BOUNDS = { maxBytes: 10_000_000, timeoutMs: 5000 };

/** Reads a body that arrives in parts of a size. */
async function read(text: string, size = 1000) {
	const bytes = Buffer.from(text);
	const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
		bytes.subarray(index * size, (index + 1) * size),
	);
	return await readJson(Readable.from(parts), BOUNDS, new Base64Memory());
}

/** What parsing gives, base64 texts decoded. */
const decoded = (value: unknown): unknown =>
	JSON.parse(
		JSON.stringify(value, (_key, one: unknown) =>
			one instanceof Base64Text ? one.bytes(Buffer.alloc)?.toString('base64') : one,
		),
	);

const IMAGE = randomBytes(50_000).toString('base64');
const OTHER = randomBytes(100_001).toString('base64');

test.each([1, 7, 1000, 65_536, 10_000_000])(
	'long base64 texts are cut out of JSON that arrives in parts of %d bytes',
	async (size) => {
		const value = { id: 'ü"\\', data: [IMAGE, null, { b64_json: OTHER }, 'short'], n: 1 };

		const json = await read(JSON.stringify(value), size);

		expect(decoded(parseJson(json))).toEqual(value);
		if (size < 100_000) {
			expect(json.base64).toHaveLength(2);
			expect(json.text).toBe(
				'{"id":"ü\\"\\\\","data":["[base64 text 0]",null,{"b64_json":"[base64 text 1]"},"short"],"n":1}',
			);
		}
	},
);

test.each<[string, string]>([
	['slashes', IMAGE.replaceAll('/', '\\/')],
	['escapes by number', IMAGE.replaceAll('+', '\\u002B').replaceAll('/', '\\u002f')],
	['line breaks', IMAGE.replace(/.{76}/g, '$&\\r\\n')],
	['the head of a data URL', `data:image\\/png;base64,${IMAGE}`],
])('base64 text whose %s are escaped is decoded', async (_name, text) => {
	for (const size of [997, 4096]) {
		const json = await read(`{"image":"${text}"}`, size);

		expect(json.base64).toHaveLength(1);
		expect(decoded(parseJson(json))).toEqual({ image: IMAGE });
	}
});

test.each<[string, string]>([
	['a long text', JSON.stringify({ words: 'a cat, '.repeat(10_000) })],
	['a long link', JSON.stringify({ url: `https://example.com/${'a'.repeat(50_000)}` })],
	['many quotes', JSON.stringify({ words: '"'.repeat(50_000) })],
	['many numbers', JSON.stringify(Array.from({ length: 20_000 }, (_, index) => index))],
	['much space', `{"a":${' '.repeat(50_000)}1}`],
	['a page', `<html>${'<p>busy</p>'.repeat(10_000)}`],
	['nothing', ''],
])('%s stays as it is', async (_name, text) => {
	expect(await read(text)).toEqual({ text, base64: [] });
});

test('long text that is cut by the end of the body is not in what a message may quote', async () => {
	expect((await read(`{"data":["${IMAGE}`)).text).toBe('{"data":["[base64 text 0]');
});

test('what JSON holds is the same, cut out or not', async () => {
	const long = fc.integer({ min: 0, max: 40_000 }).map((size) => IMAGE.slice(0, size - (size % 4)));
	const value = fc.array(fc.oneof(long, fc.string({ unit: 'grapheme' }), fc.jsonValue()), {
		maxLength: 6,
	});
	await fc.assert(
		fc.asyncProperty(value, fc.integer({ min: 1, max: 70_000 }), async (parts, size) => {
			const text = JSON.stringify({ parts });

			expect(decoded(parseJson(await read(text, size)))).toEqual(JSON.parse(text));
		}),
		{ numRuns: 60 },
	);
});

/** A body with one image, of which the reader takes as much as there is room for. */
const bodyOf = (bytes: number) =>
	Readable.from(
		(function* () {
			yield Buffer.from('{"image":"');
			for (let left = bytes; left > 0; left -= 30_000) yield Buffer.alloc(40_000, 'A');
			yield Buffer.from('"}');
		})(),
	);

const soon = async () => await new Promise((resolve) => setTimeout(resolve, 1_300));

test('where memory is full, bodies wait until what came is let go', async () => {
	const memory = new Base64Memory(1_000_000);
	const [first] = (await readJson(bodyOf(3_000_000), BOUNDS, memory)).base64 ?? [];
	let isRead = false;
	const second = readJson(bodyOf(3_000_000), { ...BOUNDS, timeoutMs: 1_000 }, memory);
	void second.then(() => {
		isRead = true;
	});
	await soon();
	expect(isRead).toBe(false);

	first?.release();

	// Waiting did not count as time.
	expect((await second).base64?.[0]?.length).toBe(3_000_000);
});

test('several bodies that do not fit together are all read, one after the other', async () => {
	const memory = new Base64Memory(1_000_000);
	const lengths = await Promise.all(
		Array.from({ length: 5 }, async () => {
			const { base64: [text] = [] } = await readJson(bodyOf(3_000_000), BOUNDS, memory);
			const length = text?.length;
			text?.release();
			return length;
		}),
	);

	expect(lengths).toEqual(Array.from({ length: 5 }, () => 3_000_000));
});

test('of a body with several texts, each makes room when it is let go', async () => {
	const memory = new Base64Memory(2 * BLOCK_BYTES, 600_000);
	const text = 'A'.repeat((BLOCK_BYTES / 3) * 4);
	const two = Readable.from([Buffer.from(`["${text}","${text}"]`)]);
	const { base64: [first, second] = [] } = await readJson(two, BOUNDS, memory);
	const other = readJson(bodyOf(BLOCK_BYTES - 30_000), BOUNDS, memory);
	first?.release();

	expect((await other).base64).toHaveLength(1);
	expect(second?.bytes(Buffer.alloc)).toHaveLength(BLOCK_BYTES);
});

test('a body is not left unread for long, even if nobody lets go what came', async () => {
	const memory = new Base64Memory(1_000_000, 20);
	await readJson(bodyOf(3_000_000), BOUNDS, memory);

	const { base64: [text] = [] } = await readJson(bodyOf(3_000_000), BOUNDS, memory);

	expect(text?.length).toBe(3_000_000);
});

test('a body without long texts is read even where memory is full', async () => {
	const memory = new Base64Memory(1_000_000);
	await readJson(bodyOf(3_000_000), BOUNDS, memory);

	expect((await readJson(Readable.from([Buffer.from('{}')]), BOUNDS, memory)).text).toBe('{}');
});

describe('a body that is not read to its end lets go what it held', () => {
	const BROKEN = new Error('aborted');

	/** The beginning of a body with one image, and then what it ends with. */
	const beginningOf = (bytes: number, end: () => Iterable<Buffer>) =>
		Readable.from(
			(function* () {
				yield Buffer.from('{"image":"');
				for (let left = bytes; left > 0; left -= 30_000) yield Buffer.alloc(40_000, 'A');
				yield* end();
			})(),
		);

	const breaksOff = (): never => {
		throw BROKEN;
	};

	test.each<[string, () => Iterable<Buffer>]>([
		['breaks off', breaksOff],
		['goes on with more brackets than any answer', () => [Buffer.from(`",${'['.repeat(200_000)}`)]],
	])('where it %s', async (_name, end) => {
		// Nobody is patient here, so a body that found no room would wait for ever.
		const memory = new Base64Memory(1_000_000, 600_000);
		for (let times = 0; times < 3; times++) {
			await expect(readJson(beginningOf(3_000_000, end), BOUNDS, memory)).rejects.toThrow();
		}

		const { base64: [text] = [] } = await readJson(bodyOf(3_000_000), BOUNDS, memory);
		expect(text?.length).toBe(3_000_000);
		const other = readJson(bodyOf(3_000_000), BOUNDS, memory);
		text?.release();
		expect((await other).base64?.[0]?.length).toBe(3_000_000);
	});

	test('where it is left alone for too long', async () => {
		const memory = new Base64Memory(1_000_000, 600_000);
		const stalled = new PassThrough();
		stalled.write(`{"image":"${'A'.repeat(2_000_000)}`);
		const reading = readJson(stalled, { ...BOUNDS, timeoutMs: 30 }, memory);

		await expect(reading).rejects.toMatchObject({ reason: 'tooSlow' });
		const lengths = await Promise.all(
			[1, 2].map(async () => {
				const { base64: [text] = [] } = await readJson(bodyOf(3_000_000), BOUNDS, memory);
				const length = text?.length;
				text?.release();
				return length;
			}),
		);
		expect(lengths).toEqual([3_000_000, 3_000_000]);
	});
});

test('a body without large texts is bounded by its structure like any other', async () => {
	await expect(read(`{"data":[${'[],'.repeat(100_000)}[]]}`)).rejects.toMatchObject({
		reason: 'tooLarge',
	});
});
