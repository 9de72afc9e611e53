import fc from 'fast-check';

import { describeFile, identifyImage } from '../../../nodes/MiniMaxImage/images/format';
import { jpegSegments } from '../../../nodes/MiniMaxImage/images/jpeg';
import { readPixelSize } from '../../../nodes/MiniMaxImage/images/pixelSize';
import { chunkEnd } from '../../../nodes/MiniMaxImage/images/png';
import { isWhole } from '../../../nodes/MiniMaxImage/images/whole';

const HUGE = 0xffff_ffff;

/** Lengths that files should not have, and some that they do. */
const length = fc.constantFrom(
	0,
	1,
	2,
	7,
	8,
	9,
	12,
	16,
	255,
	65_535,
	0x7fff_ffff,
	0x8000_0000,
	HUGE,
);
const content = fc.uint8Array({ maxLength: 40 });

function uint32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

/** A box whose length is a lie: in four bytes, or in eight where it is 1. */
const box = fc
	.record({
		name: fc.constantFrom('ftyp', 'meta', 'mdat', 'free', 'moov', 'ispe', 'idat', '\0\0\0\0'),
		size: length,
		high: length,
		low: length,
		content,
	})
	.map(({ name, size, high, low, content: inside }) =>
		Buffer.concat([
			uint32(size),
			Buffer.from(name, 'latin1'),
			...(size === 1 ? [uint32(high), uint32(low)] : []),
			inside,
		]),
	);

/** A chunk of a PNG or a RIFF whose length is a lie. */
const chunk = fc
	.record({
		name: fc.constantFrom('IHDR', 'IDAT', 'IEND', 'tEXt', 'VP8 ', 'VP8L', 'VP8X'),
		size: length,
		littleEndian: fc.boolean(),
		content,
	})
	.map(({ name, size, littleEndian, content: inside }) => {
		const bytes = littleEndian ? uint32(size).reverse() : uint32(size);
		return Buffer.concat([bytes, Buffer.from(name), inside]);
	});

/** A segment of a JPEG, with fill bytes, stuffed bytes and lengths that lie. */
const segment = fc
	.record({
		marker: fc.oneof(
			fc.constantFrom(0x00, 0x01, 0xc0, 0xc2, 0xc4, 0xd0, 0xd8, 0xd9, 0xda, 0xdb, 0xe1, 0xff),
			fc.integer({ min: 0, max: 255 }),
		),
		fill: fc.integer({ min: 0, max: 3 }),
		size: length,
		content,
	})
	.map(({ marker, fill, size, content: inside }) =>
		Buffer.concat([
			Buffer.alloc(fill + 1, 0xff),
			Buffer.from([marker, (size >> 8) & 0xff, size & 0xff]),
			inside,
		]),
	);

const STARTS = [
	Buffer.from([0xff, 0xd8]),
	Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
	Buffer.from('RIFF\xff\xff\xff\xffWEBP', 'latin1'),
	Buffer.from('RIFF\x00\x00\x00\x00WEBP', 'latin1'),
	Buffer.from('GIF89a'),
	Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
	Buffer.from('\0\0\0\x01ftypavif\0\0\0\0', 'latin1'),
];

/** A file of parts that hang together, cut anywhere. */
const file = fc
	.record({
		start: fc.constantFrom(...STARTS),
		parts: fc.array(fc.oneof(box, chunk, segment), { maxLength: 30 }),
		kept: fc.double({ min: 0, max: 1, noNaN: true }),
	})
	.map(({ start, parts, kept }) => {
		const bytes = Buffer.concat([start, ...parts]);
		return bytes.subarray(0, start.length + Math.round((bytes.length - start.length) * kept));
	});

const RUNS = { seed: 23, numRuns: 3_000 };

test('every scanner comes to an end, whatever the parts of a file say of their length', () => {
	fc.assert(
		fc.property(file, (bytes) => {
			expect(typeof isWhole(bytes)).toBe('boolean');
			expect(describeFile(bytes)).not.toBe('');
			const size = readPixelSize(bytes);
			if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
			if (size) expect(['JPEG', 'PNG', 'WebP']).toContain(identifyImage(bytes)?.name);
		}),
		RUNS,
	);
});

test('each segment of a JPEG begins behind the one before, and lies in the file', () => {
	fc.assert(
		fc.property(file, (bytes) => {
			let last = 2;
			for (const { at, end } of jpegSegments(bytes)) {
				expect(at).toBeGreaterThanOrEqual(last);
				expect(end).toBeGreaterThan(at);
				expect(end).toBeLessThanOrEqual(bytes.length);
				last = end;
			}
		}),
		RUNS,
	);
});

test('each chunk of a PNG ends behind its start', () => {
	fc.assert(
		fc.property(fc.oneof(chunk, box), (bytes) => {
			expect(chunkEnd(bytes, 0)).toBeGreaterThanOrEqual(12);
		}),
		RUNS,
	);
});

const MEGABYTES = 64 * 1024 * 1024;
const [JPEG_START, PNG_START] = STARTS as [Buffer, Buffer];
const SCAN = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
const FRAME = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 1, 0x11, 0]);
const IHDR = Buffer.from('\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0', 'latin1');

test.each<[string, Buffer[], number[]]>([
	['stuffed bytes in a scan', [JPEG_START, FRAME, SCAN], [0xff, 0x00]],
	['bytes 0xff in a scan', [JPEG_START, FRAME, SCAN], [0xff]],
	['stuffed bytes in the head', [JPEG_START], [0xff, 0x00]],
	['fill bytes in the head', [JPEG_START, FRAME], [0xff]],
	['stray bytes in the head', [JPEG_START, FRAME], [0x00]],
	['starts of a JPEG', [], [0xff, 0xd8]],
	['empty segments', [JPEG_START, FRAME], [0xff, 0xe0, 0, 2]],
	['segments of length 0', [JPEG_START, FRAME], [0xff, 0xe0, 0, 0]],
	['empty chunks', [PNG_START, IHDR], [0, 0, 0, 0, 65, 65, 65, 65, 0, 0, 0, 0]],
])('64 MB of %s are judged within moments', (_name, head, filling) => {
	const bytes = Buffer.alloc(MEGABYTES, Buffer.from(filling));
	let at = 0;
	for (const part of head) at += part.copy(bytes, at);
	const startedAt = process.cpuUsage();

	expect(isWhole(bytes)).toBe(false);
	readPixelSize(bytes);
	describeFile(bytes);
	// Counting coverage makes it several times as long.
	expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(4_000);
});
