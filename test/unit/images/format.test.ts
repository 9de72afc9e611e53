import fc from 'fast-check';
import type { Sharp } from 'sharp';
import sharp from 'sharp';

import { describeFile, identifyImage } from '../../../nodes/MiniMaxImage/images/format';
import { readPixelSize } from '../../../nodes/MiniMaxImage/images/pixelSize';
import { picture } from '../../support/images';

type Encode = (image: Sharp) => Sharp;

const withMetadata: Encode = (image) => image.withMetadata({ orientation: 6 }).withIccProfile('p3');

const ENCODINGS: Record<string, Encode> = {
	'a JPEG': (image) => image.jpeg(),
	'a progressive JPEG': (image) => image.jpeg({ progressive: true }),
	'a JPEG with EXIF and color profile': (image) => withMetadata(image).jpeg(),
	'a PNG': (image) => image.png(),
	'a PNG with palette and metadata': (image) => withMetadata(image).png({ palette: true }),
	'a lossy WebP': (image) => image.webp(),
	'a lossless WebP': (image) => image.webp({ lossless: true }),
	'a WebP with alpha': (image) => image.ensureAlpha(0.5).webp(),
	'a WebP with metadata': (image) => withMetadata(image).webp(),
};

const encodings = Object.entries(ENCODINGS);

async function encoded(encode: Encode, width: number, height: number): Promise<Buffer> {
	const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
	const create = { width, height, channels: 3, background: '#000', noise } as const;
	return await encode(sharp({ create })).toBuffer();
}

test.each(encodings)('the size of %s is the one that a decoder sees', async (_name, encode) => {
	const side = fc.integer({ min: 1, max: 300 });
	await fc.assert(
		fc.asyncProperty(side, side, async (width, height) => {
			const bytes = await encoded(encode, width, height);

			expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
			expect(readPixelSize(bytes)).toEqual({ width, height });
		}),
		{ seed: 11, numRuns: 12, examples: [[1, 1]] },
	);
});

test.each(encodings)('%s cut at any place gives its size or none', async (_name, encode) => {
	const bytes = await encoded(encode, 24, 40);

	for (let length = 0; length < bytes.length; length++) {
		const size = readPixelSize(bytes.subarray(0, length));
		if (size) expect(size).toEqual({ width: 24, height: 40 });
		expect(typeof describeFile(bytes.subarray(0, length))).toBe('string');
	}
});

test.each(encodings)('%s that ends within its header has no size', async (_name, encode) => {
	const bytes = await encoded(encode, 24, 40);

	expect(readPixelSize(bytes.subarray(0, 24))).toBeUndefined();
});

test.each<[string, number[]]>([
	['nothing', []],
	['the start of a JPEG', [0xff, 0xd8, 0xff]],
	['the start of a PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
	['the start of a WebP', [...Buffer.from('RIFF\0\0\0\0WEBPVP8 ')]],
	['the start of an extended WebP', [...Buffer.from('RIFF\0\0\0\0WEBPVP8X')]],
])('random bytes after %s harm nobody', (_name, start) => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
			const bytes = Buffer.from([...start, ...rest]);
			const size = readPixelSize(bytes);

			if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
			expect(describeFile(bytes)).not.toBe('');
		}),
		{ seed: 12, numRuns: 400 },
	);
});

test.each([
	['jpeg', { name: 'JPEG', mimeType: 'image/jpeg', extension: 'jpg' }],
	['png', { name: 'PNG', mimeType: 'image/png', extension: 'png' }],
	['webp', { name: 'WebP', mimeType: 'image/webp', extension: 'webp' }],
	['gif', { name: 'GIF', mimeType: 'image/gif', extension: 'gif' }],
	['avif', { name: 'AVIF', mimeType: 'image/avif', extension: 'avif' }],
	['tiff', undefined],
] as const)('the bytes of a %s file tell what it is', async (format, identified) => {
	expect(identifyImage(await picture(format))).toEqual(identified);
});

/** A segment of a JPEG: its marker, its length, its content. */
const segment = (marker: number, ...content: number[]) => [
	...[0xff, marker, 0, content.length + 2],
	...content,
];
const START = [0xff, 0xd8];
const SCAN = segment(0xda, 1, 1, 0, 0, 63, 0);
const frame = (width: number, height: number) =>
	segment(0xc2, 8, 0, height, 0, width, 1, 1, 0x11, 0);
const preview = segment(0xe1, ...START, ...frame(9, 9), ...SCAN);

test.each<[string, number[], object | undefined]>([
	['with a preview', [...START, ...preview, ...frame(60, 50), ...SCAN], { width: 60, height: 50 }],
	['with stray bytes', [...START, 0, 7, ...frame(60, 50), 9, ...SCAN], { width: 60, height: 50 }],
	['with two starts', [...START, ...START, ...frame(60, 50), ...SCAN], { width: 60, height: 50 }],
	['with fill bytes', [...START, 0xff, ...frame(60, 50), ...SCAN], { width: 60, height: 50 }],
	['of a preview alone', [...START, ...preview, ...SCAN], undefined],
	['that ends before its picture', [...START, ...frame(60, 50)], undefined],
	['that ends in its tables', [...START, ...frame(60, 50), ...segment(0xc4, 0)], undefined],
	['without height', [...START, ...frame(60, 0), ...SCAN], undefined],
	['without width', [...START, ...frame(0, 50), ...SCAN], undefined],
])('a JPEG %s', (_name, bytes, size) => {
	expect(readPixelSize(Buffer.from(bytes))).toEqual(size);
});

test('how a WebP is to be scaled is no part of its size', async () => {
	const bytes = await picture('webp', { width: 60, height: 50 });
	for (const at of [27, 29]) bytes[at] = (bytes[at] ?? 0) | 0x40;

	expect(readPixelSize(bytes)).toEqual({ width: 60, height: 50 });
});

const ftyp = (brand: string) => Buffer.from(`\0\0\0\x20ftyp${brand}\0\0\0\0`);

test.each<[string, Buffer | string]>([
	['empty', ''],
	['a GIF image', 'GIF89a'],
	['a BMP image', 'BM\x46\0\0\0\0\0\0\0'],
	['a TIFF image', 'II*\0\x08\0\0\0'],
	['a TIFF image', 'MM\0*\0\0\0\x08'],
	['an icon file', '\0\0\x01\0\x01\0'],
	['a HEIC image', ftyp('heic')],
	['a HEIC image', ftyp('mif1')],
	['an AVIF image', ftyp('avif')],
	['an AVIF image', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1avif')],
	['a HEIC image', Buffer.from('\0\0\0\x14ftypmif1\0\0\0\0mif1avif')],
	['a video', ftyp('isom')],
	['a PDF document', '%PDF-1.7\n'],
	['a ZIP archive or an Office document', 'PK\x03\x04\x14\0'],
	['an SVG image', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
	['an SVG image', '<?xml version="1.0"?>\n<!-- drawn -->\n<svg/>'],
	['a web page', '\n<!DOCTYPE html><title>Sign in</title>'],
	['a web page', '<html lang="en">'],
	['JSON text', '{"base_resp":{}}'],
	['JSON text', '[1, 2]'],
	['JSON text', ' {}'],
	['text', 'Access denied'],
	['text', 'é, ü, 狐 🦊'],
	['text', '[see below]'],
	['a file of an unknown type', '\x01\x02\x03'],
	['a file of an unknown type', 'text with a\0'],
])('%s: %j', (words, bytes) => {
	expect(describeFile(Buffer.from(bytes))).toBe(words);
});

test.each([
	['jpeg', 'a JPEG image'],
	['png', 'a PNG image'],
	['webp', 'a WebP image'],
	['gif', 'a GIF image'],
	['avif', 'an AVIF image'],
	['tiff', 'a TIFF image'],
] as const)('a real %s file is %s', async (format, words) => {
	expect(describeFile(await picture(format))).toBe(words);
});

test.each(['avif', 'gif', 'tiff'] as const)(
	'the size of a %s is not read, since MiniMax neither sends nor takes it',
	async (format) => {
		expect(readPixelSize(await picture(format))).toBeUndefined();
	},
);
