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

test('an image comes out of a data URL as it went in', () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 60, maxLength: 400 }), (inside) => {
			const bytes = Buffer.from([0xff, 0xd8, 0xff, ...inside, 0xff, 0xd9]);
			const url = dataUrl(bytes);

			expect(decodeDataUrl(url, 'It')).toEqual(bytes);
		}),
		{ seed: 31, numRuns: 300 },
	);
});

test.each<[string, (text: string) => string]>([
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

test.each(['/9j/###', '/9j/4AA=AAAA', 'ÿØÿ', '/9j/4A%', '/9j/%89'])('%j is damaged', (text) => {
	expect(refusal(() => decodeDataUrl(`data:image/jpeg;base64,${text}`, 'It'))).toBe(
		'It is a data URL whose base64 text is damaged',
	);
});

test.each(['/9j/4AA AAAA', '/9j/4AA%20AAAA'])('the blanks in %j were plus signs', (text) => {
	expect(refusal(() => decodeDataUrl(`data:image/jpeg;base64,${text}`, 'It'))).toBe(
		'It is a data URL with blanks in its base64 text, as where a form made them of its plus signs',
	);
});

test('bytes that are percent-encoded are decoded, up to a length', () => {
	expect(decodeDataUrl('data:image/png,%89PNG%0d%zz', 'It').toString('latin1')).toBe(
		'\x89PNG\r%zz',
	);
	expect(refusal(() => decodeDataUrl(`data:,${'%41'.repeat(6_000_000)}`, 'It'))).toBe(
		'It is a data URL that is too long without base64',
	);
});

test.each<[string, (bytes: Buffer) => string]>([
	['plain', (bytes) => bytes.toString('base64')],
	['wrapped', (bytes) => bytes.toString('base64').replace(/(.{76})/g, '$1\r\n')],
	['percent-encoded', (bytes) => encodeURIComponent(bytes.toString('base64'))],
])('an image of nearly 10 MB as %s base64 text is decoded within moments', (_name, encode) => {
	const bytes = Buffer.alloc(9_900_000, 'any bytes at all');
	const url = `data:image/jpeg;base64,${encode(bytes)}`;
	const startedAt = process.cpuUsage();

	expect(decodeDataUrl(url, 'It').equals(bytes)).toBe(true);
	expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(500);
});

describe.each(['jpeg', 'png'] as const)('a file of a %s', (format) => {
	test('that holds its data URL, or base64 text, as text is unwrapped', async () => {
		const bytes = await picture(format);

		expect(unwrapFile(Buffer.from(`\n${dataUrl(bytes, format)}\n`), 'It')).toEqual(bytes);
		expect(unwrapFile(Buffer.from(bytes.toString('base64')), 'It')).toEqual(bytes);
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
