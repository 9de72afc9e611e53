import { JPEG, PNG, WEBP, identifyImage } from './format';

/** Size of an image in pixels. */
export interface PixelSize {
	width: number;
	height: number;
}

/** Markers of JPEG frames (ITU T.81, table B.1): C0 to CF but for the tables DHT, JPG and DAC. */
const isFrame = (marker: number) =>
	marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const START_OF_SCAN = 0xda;

function jpegSize(bytes: Buffer): PixelSize | undefined {
	let size: PixelSize | undefined;
	let at = 2;
	while (at + 4 <= bytes.length && bytes[at] === 0xff) {
		const marker = bytes[at + 1] as number;
		if (marker === 0xff) {
			at += 1; // fill byte
			continue;
		}
		const length = bytes.readUInt16BE(at + 2);
		if (marker === START_OF_SCAN) return size;
		if (isFrame(marker) && at + 9 <= bytes.length) {
			size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		}
		at += 2 + length;
	}
	return undefined;
}

function pngSize(bytes: Buffer): PixelSize | undefined {
	const chunk = (at: number) => bytes.toString('latin1', at + 4, at + 8);
	if (bytes.length < 33 || chunk(8) !== 'IHDR') return undefined;
	let at = 8;
	while (at + 8 <= bytes.length && chunk(at) !== 'IDAT') at += 12 + bytes.readUInt32BE(at);
	if (at + 8 > bytes.length) return undefined;
	return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function webpSize(bytes: Buffer): PixelSize | undefined {
	if (bytes.length < 30) return undefined;
	switch (bytes.toString('latin1', 12, 16)) {
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

/** Size of a JPEG, PNG or WebP from its header; undefined when the header is cut short or damaged. */
export function readPixelSize(bytes: Buffer): PixelSize | undefined {
	const format = identifyImage(bytes);
	const size =
		format === JPEG
			? jpegSize(bytes)
			: format === PNG
				? pngSize(bytes)
				: format === WEBP
					? webpSize(bytes)
					: undefined;
	return size && size.width > 0 && size.height > 0 ? size : undefined;
}
