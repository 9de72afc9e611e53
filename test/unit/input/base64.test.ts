import fc from 'fast-check';

import { decodeDataUrl, unwrapFile } from '../../../nodes/MiniMaxImage/input/base64';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import { picture } from '../../support/images';

const dataUrl = (bytes: Buffer, type = 'jpeg') =>
	`data:image/${type};base64,${bytes.toString('base64')}`;

/** The words of a refusal. */
function refusal(read: () => unknown): string {
	try {
		read();
	} catch (error) {
		if (error instanceof ItemError) return error.message;
		throw error;
	}
	throw new Error('It was let through');
}

test('an image comes out of a data URL as it went in, also where its "+" became blanks', () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 60, maxLength: 400 }), (inside) => {
			const bytes = Buffer.from([0xff, 0xd8, 0xff, ...inside, 0xff, 0xd9]);
			const url = dataUrl(bytes);

			expect(decodeDataUrl(url, 'It')).toEqual(bytes);
			expect(decodeDataUrl(url.replaceAll('+', ' '), 'It')).toEqual(bytes);
		}),
		{ seed: 31, numRuns: 300 },
	);
});

test.each<[string, (text: string) => string]>([
	['wrapped by blanks', (text) => text.replace(/(.{76})/g, '$1 ')],
	['wrapped by lines', (text) => text.replace(/(.{64})/g, '$1\r\n')],
	['with a blank at its start', (text) => ` ${text}`],
	['for URLs', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
	['percent-encoded', encodeURIComponent],
	['without padding', (text) => text.replace(/=+$/, '')],
])('base64 text %s is decoded', async (_name, change) => {
	const noise = await picture('jpeg', { width: 300, height: 200 });
	const bytes = Buffer.concat([noise, Buffer.from([...Array(1000).keys()])]);

	expect(decodeDataUrl(`data:image/jpeg;base64,${change(bytes.toString('base64'))}`, 'It')).toEqual(
		bytes,
	);
});

test.each(['/9j/###', '/9j/4AA=AAAA', 'ÿØÿ'])('%j is damaged', (text) => {
	expect(refusal(() => decodeDataUrl(`data:image/jpeg;base64,${text}`, 'It'))).toBe(
		'It is a data URL whose base64 text is damaged',
	);
});

const large = picture('png', { width: 900, height: 800 }).then((bytes) =>
	// Bytes after the end, so that the text is long enough to be cut.
	Buffer.concat([bytes.subarray(0, -12), Buffer.alloc(120_000, 'pixels')]),
);

test.each([
	[32_767, '32,767', 'a cell of Excel'],
	[50_000, '50,000', 'a cell of Google Sheets'],
	[65_535, '65,535', 'a text column of MySQL'],
	[100_000, '100,000', 'a long text of Airtable'],
])('a data URL that ends at %i characters was cut', async (length, written, cell) => {
	const url = dataUrl(await large, 'png').slice(0, length);
	const bare = `data:;base64,${(await large).toString('base64').slice(0, length)}`;

	for (const text of [url, bare]) {
		expect(refusal(() => decodeDataUrl(text, 'It'))).toBe(
			`It is an image that was cut at ${written} characters, the most that ${cell} holds`,
		);
	}
	expect(decodeDataUrl(url.slice(0, -4), 'It').length).toBeGreaterThan(20_000);
});

test('a whole image whose text is as long as a cell is not cut', async () => {
	const bytes = await picture();
	const url = dataUrl(bytes);
	const padded = url + 'A'.repeat(32_767 - url.replace(/=+$/, '').length);

	expect(decodeDataUrl(padded.replace(/=+A/, 'A').slice(0, 32_767), 'It').length).toBeGreaterThan(
		bytes.length,
	);
});

describe.each(['jpeg', 'png'] as const)('a file of a %s', (format) => {
	test('that holds its data URL, or base64 text, as text is unwrapped', async () => {
		const bytes = await picture(format);

		expect(unwrapFile(Buffer.from(`\n${dataUrl(bytes, format)}\n`), 'It')).toEqual(bytes);
		expect(unwrapFile(Buffer.from(bytes.toString('base64')), 'It')).toEqual(bytes);
	});

	test('whose data URL was decoded with its prefix is unwrapped, however long it is', async () => {
		const types = format === 'jpeg' ? ['jpeg', 'jpg'] : ['png'];
		for (const type of types) {
			for (const width of [1, 2, 3, 5, 8, 13, 21, 34]) {
				const bytes = await picture(format, { width, height: 7 });
				const decoded = Buffer.from(dataUrl(bytes, type), 'base64');

				expect(unwrapFile(decoded, 'It')).toEqual(bytes);
			}
		}
	});

	test('is left as it is otherwise', async () => {
		const bytes = await picture(format);

		expect(unwrapFile(bytes, 'It')).toBe(bytes);
	});
});

test.each(['', 'data:', 'data:text/plain,x', 'Hello', '/9j/photo.jpg'])(
	'%j is no wrapped image',
	(text) => {
		const bytes = Buffer.from(text);

		expect(unwrapFile(bytes, 'It')).toBe(bytes);
	},
);
