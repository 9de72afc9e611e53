import fc from 'fast-check';
import type { Sharp } from 'sharp';
import sharp from 'sharp';

import { readPixelSize } from '../../../nodes/MiniMaxImage/images/pixelSize';
import { isWhole } from '../../../nodes/MiniMaxImage/images/whole';

type Encode = (image: Sharp) => Sharp;

const ENCODINGS: Record<string, Encode> = {
	'a JPEG': (image) => image.jpeg(),
	'a progressive JPEG': (image) => image.jpeg({ progressive: true }),
	'a JPEG with color profile': (image) => image.withIccProfile('p3').jpeg(),
	'a PNG': (image) => image.png(),
	'a PNG with palette': (image) => image.png({ palette: true }),
	'a lossy WebP': (image) => image.webp(),
	'a WebP with alpha': (image) => image.ensureAlpha(0.5).webp(),
};

const encodings = Object.entries(ENCODINGS);

async function encoded(encode: Encode, width = 40, height = 24): Promise<Buffer> {
	const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
	const create = { width, height, channels: 3, background: '#000', noise } as const;
	return await encode(sharp({ create })).toBuffer();
}

/** Whether a decoder reads all of an image, without making up what is missing. */
async function decodes(bytes: Buffer): Promise<boolean> {
	try {
		await sharp(bytes, { failOn: 'truncated' }).raw().toBuffer();
		return true;
	} catch {
		return false;
	}
}

test.each(encodings)('%s is whole, whatever its size', async (_name, encode) => {
	const side = fc.integer({ min: 1, max: 90 });
	await fc.assert(
		fc.asyncProperty(side, side, async (width, height) => {
			expect(isWhole(await encoded(encode, width, height))).toBe(true);
		}),
		{ seed: 21, numRuns: 10, examples: [[1, 1]] },
	);
});

test.each(encodings)('%s is not whole when it is cut, wherever', async (_name, encode) => {
	const bytes = await encoded(encode);

	for (let length = 0; length < bytes.length; length++) {
		expect([length, isWhole(bytes.subarray(0, length))]).toEqual([length, false]);
	}
});

test.each(encodings)(
	'%s that a decoder cannot read to its end is not whole',
	async (_n, encode) => {
		const bytes = await encoded(encode);

		for (const share of [0.3, 0.5, 0.7, 0.9]) {
			const cut = bytes.subarray(0, Math.floor(bytes.length * share));
			expect([await decodes(cut), isWhole(cut)]).toEqual([false, false]);
		}
	},
);

test.each(encodings)('%s with bytes after its end is whole', async (_name, encode) => {
	const bytes = await encoded(encode);

	for (const more of [
		Buffer.alloc(1),
		Buffer.alloc(4096),
		Buffer.from('\r\n--boundary--'),
		bytes,
	]) {
		const longer = Buffer.concat([bytes, more]);
		expect([await decodes(longer), isWhole(longer)]).toEqual([true, true]);
	}
});

const box = (name: string, content: Buffer = Buffer.alloc(0)) => {
	const bytes = Buffer.concat([Buffer.from(`\0\0\0\0${name}`, 'latin1'), content]);
	bytes.writeUInt32BE(bytes.length, 0);
	return bytes;
};
const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'));

test('of formats that MiniMax does not send, it is asked whether there is a picture at all', async () => {
	const gif = await encoded((image) => image.gif());
	const avif = await encoded((image) => image.avif({ effort: 0 }));

	expect([gif, avif, Buffer.concat([ftyp, box('meta')])].map(isWhole)).toEqual([true, true, true]);
	expect([gif.subarray(0, 13), ftyp, Buffer.concat([ftyp, box('free')])].map(isWhole)).toEqual([
		false,
		false,
		false,
	]);
});

test('boxes that have no length are not followed', () => {
	const endless = Buffer.concat([ftyp, Buffer.from('\0\0\0\x01free', 'latin1'), Buffer.alloc(32)]);

	expect(endless).toHaveLength(64);
	expect([isWhole(endless), readPixelSize(endless)]).toEqual([false, undefined]);
});

const marker = (code: number) => Buffer.from([0xff, code]);

/** A JPEG with bytes put in front of one of its markers. */
async function withBytes(code: number, bytes: number[]): Promise<Buffer> {
	const jpeg = await encoded((image) => image.jpeg());
	const at = jpeg.indexOf(marker(code));
	return Buffer.concat([jpeg.subarray(0, at), Buffer.from(bytes), jpeg.subarray(at)]);
}

test.each<[string, number, number[]]>([
	['a stray byte before its first table', 0xdb, [0]],
	['stray bytes before its frame', 0xc0, [1, 2, 3]],
	['a stuffed byte between segments', 0xc4, [0xff, 0x00]],
	['fill bytes before a segment', 0xda, [0xff, 0xff]],
])('a JPEG with %s is whole, as it is for a decoder', async (_name, code, bytes) => {
	const jpeg = await withBytes(code, bytes);

	expect([await decodes(jpeg), isWhole(jpeg)]).toEqual([true, true]);
});

test('the end of a preview inside of a JPEG is not the end of the JPEG', async () => {
	const preview = await encoded((image) => image.jpeg());
	const segment = Buffer.from([0xff, 0xe1, (preview.length + 2) >> 8, (preview.length + 2) & 0xff]);
	const jpeg = await encoded((image) => image.jpeg(), 300, 200);
	const withPreview = Buffer.concat([marker(0xd8), segment, preview, jpeg.subarray(2)]);

	expect([await decodes(withPreview), isWhole(withPreview)]).toEqual([true, true]);
	const cut = withPreview.subarray(0, withPreview.length >> 1);
	expect([cut.includes(marker(0xd9)), await decodes(cut), isWhole(cut)]).toEqual([
		true,
		false,
		false,
	]);
});

test('restarts inside of a JPEG do not end it', async () => {
	const bytes = await encoded((image) => image.jpeg());
	const at = bytes.indexOf(marker(0xda)) + 40;
	const restarted = Buffer.concat([bytes.subarray(0, at), marker(0xd0), bytes.subarray(at)]);

	expect(isWhole(restarted)).toBe(true);
	expect(isWhole(restarted.subarray(0, -2))).toBe(false);
});

test.each(['', 'Access denied', '\xff\xd8', 'GIF89a', '<html>'])('%j is no whole image', (text) => {
	expect(isWhole(Buffer.from(text, 'latin1'))).toBe(false);
});

test.each<[string, string]>([
	['a JPEG', '\xff\xd8\xff'],
	['a PNG', '\x89PNG\r\n\x1a\n'],
	['a WebP', 'RIFF\x08\0\0\0WEBP'],
	['a GIF', 'GIF89a'],
	['an AVIF', '\0\0\0\x10ftypavif\0\0\0\0'],
])('random bytes after the start of %s harm nobody', (_name, start) => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
			const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
			expect(typeof isWhole(bytes)).toBe('boolean');
		}),
		{ seed: 22, numRuns: 300 },
	);
});

test.each(['jpeg', 'png'] as const)('a %s of 9 MB is judged within moments', async (format) => {
	const side = format === 'jpeg' ? 3500 : 1800;
	const bytes = await encoded(
		(image) => (format === 'jpeg' ? image.jpeg({ quality: 92 }) : image.png()),
		side,
		side,
	);
	const worst = Buffer.concat([marker(0xd8), Buffer.alloc(9_000_000, 0xff)]);
	const startedAt = performance.now();

	expect([isWhole(bytes), isWhole(worst)]).toEqual([true, false]);
	// A loop over all bytes takes longer than both together.
	expect(performance.now() - startedAt).toBeLessThan(1_000);
	expect(bytes.length).toBeGreaterThan(6_000_000);
});
