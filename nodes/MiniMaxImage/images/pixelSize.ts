import { JPEG, PNG, WEBP, ascii, identifyImage } from './format';
import type { ImageFormat } from './format';
import { START_OF_SCAN, jpegSegments } from './jpeg';
import { FIRST_CHUNK, IDAT, IHDR, chunkName, findChunk } from './png';

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
	if (bytes.length < 33 || chunkName(bytes, FIRST_CHUNK) !== IHDR) return undefined;
	if (findChunk(bytes, IDAT) === undefined) return undefined;
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

const READERS = new Map<ImageFormat, (bytes: Buffer) => PixelSize | undefined>([
	[JPEG, jpegSize],
	[PNG, pngSize],
	[WEBP, webpSize],
]);

/**
 * Size of a JPEG, PNG or WebP from its header; undefined when that is cut short or damaged. MiniMax neither sends nor
 * takes other formats.
 */
export function readPixelSize(bytes: Buffer): PixelSize | undefined {
	const format = identifyImage(bytes);
	const size = format && READERS.get(format)?.(bytes);
	return size && size.width > 0 && size.height > 0 ? size : undefined;
}
