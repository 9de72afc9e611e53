import type { PixelSize } from './types';

/** An image format that the first bytes of a file prove. */
export interface ImageFormat {
	name: string;
	mimeType: string;
	/** Without the dot. */
	extension: string;
}

const JPEG: ImageFormat = { name: 'JPEG', mimeType: 'image/jpeg', extension: 'jpg' };
const PNG: ImageFormat = { name: 'PNG', mimeType: 'image/png', extension: 'png' };
const WEBP: ImageFormat = { name: 'WebP', mimeType: 'image/webp', extension: 'webp' };

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const ascii = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end);

/** JPEG, PNG or WebP by its first bytes, whatever a name or a header says; undefined for all else. */
export function identifyImage(bytes: Buffer): ImageFormat | undefined {
	if (bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return JPEG;
	if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return PNG;
	if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return WEBP;
	return undefined;
}

/** Other files that people send by mistake: how they begin, and what to call them. */
const OTHER_FILES: readonly [RegExp, string][] = [
	[/^GIF8/, 'a GIF image'],
	[/^BM.{4}\0{4}/s, 'a BMP image'],
	[/^(II\*\0|MM\0\*)/, 'a TIFF image'],
	[/^\0\0\x01\0/, 'an icon file'],
	[/^.{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1)/s, 'a HEIC image'],
	[/^.{4}ftypavi[fs]/s, 'an AVIF image'],
	[/^.{4}ftyp/s, 'a video'],
	[/^%PDF/, 'a PDF document'],
	[/^PK\x03\x04/, 'a ZIP archive or an Office document'],
	[/^\s*(<\?xml[^]*)?<svg/i, 'an SVG image'],
	[/^\s*<(!doctype|html)/i, 'a web page'],
	[/^\s*[{[]\s*("|[{[\]}\d])/, 'JSON text'],
];

const DESCRIBED_BYTES = 512;

/** What a file is, by its bytes, in words for a message: "a GIF image", "text", "empty". */
export function describeFile(bytes: Buffer): string {
	const image = identifyImage(bytes);
	if (image) return `a ${image.name} image`;
	if (bytes.length === 0) return 'empty';
	const start = ascii(bytes, 0, DESCRIBED_BYTES).replace(/^\xef\xbb\xbf/, '');
	const other = OTHER_FILES.find(([pattern]) => pattern.test(start));
	if (other) return other[1];
	const isText = !bytes
		.subarray(0, DESCRIBED_BYTES)
		.some((byte) => byte === 0x7f || (byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte)));
	return isText ? 'text' : 'a file of an unknown type';
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
