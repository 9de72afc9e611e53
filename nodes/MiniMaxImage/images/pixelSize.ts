import { AVIF, GIF, HEIC, JPEG, PNG, WEBP, ascii, identifyImage } from './format';
import type { ImageFormat } from './format';
import { START_OF_SCAN, jpegSegments } from './jpeg';

/** Where the boxes that describe an AVIF or HEIC end at the latest; the pictures follow. */
const BOXES_BYTES = 64 * 1024;

/** Size of an image in pixels. */
export interface PixelSize {
	width: number;
	height: number;
}

/** Markers of JPEG frames (ITU T.81, table B.1): C0 to CF but for the tables DHT, JPG and DAC. */
const isFrame = (marker: number) =>
	marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(bytes: Buffer): PixelSize | undefined {
	let size: PixelSize | undefined;
	for (const { marker, at, end } of jpegSegments(bytes)) {
		if (marker === START_OF_SCAN) return size;
		if (isFrame(marker) && end - at >= 9) {
			size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		}
	}
	return undefined;
}

function pngSize(bytes: Buffer): PixelSize | undefined {
	const chunk = (at: number) => ascii(bytes, at + 4, at + 8);
	if (bytes.length < 33 || chunk(8) !== 'IHDR') return undefined;
	let at = 8;
	while (at + 8 <= bytes.length && chunk(at) !== 'IDAT') at += 12 + bytes.readUInt32BE(at);
	if (at + 8 > bytes.length) return undefined;
	return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function webpSize(bytes: Buffer): PixelSize | undefined {
	if (bytes.length < 30) return undefined;
	switch (ascii(bytes, 12, 16)) {
		case 'VP8 ':
			return {
				width: bytes.readUInt16LE(26) & 0x3fff,
				height: bytes.readUInt16LE(28) & 0x3fff,
			};
		case 'VP8L': {
			const bits = bytes.readUInt32LE(21);
			return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8X':
			return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
		default:
			return undefined;
	}
}

function gifSize(bytes: Buffer): PixelSize | undefined {
	if (bytes.length < 10) return undefined;
	return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** AVIF and HEIC tell the size of each picture inside in a box `ispe`; the largest is the picture itself. */
function boxedSize(bytes: Buffer): PixelSize | undefined {
	const head = bytes.subarray(0, BOXES_BYTES);
	const sizes: PixelSize[] = [];
	for (let at = head.indexOf('ispe'); at !== -1; at = head.indexOf('ispe', at + 4)) {
		if (at + 16 > head.length) break;
		sizes.push({ width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) });
	}
	return sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0];
}

const READERS = new Map<ImageFormat, (bytes: Buffer) => PixelSize | undefined>([
	[JPEG, jpegSize],
	[PNG, pngSize],
	[WEBP, webpSize],
	[GIF, gifSize],
	[AVIF, boxedSize],
	[HEIC, boxedSize],
]);

/** Size of an image from its header; undefined when that is cut short or damaged, or the format is not known. */
export function readPixelSize(bytes: Buffer): PixelSize | undefined {
	const format = identifyImage(bytes);
	const size = format && READERS.get(format)?.(bytes);
	return size && size.width > 0 && size.height > 0 ? size : undefined;
}
