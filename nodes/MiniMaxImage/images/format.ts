/** An image format that the first bytes of a file prove. */
export interface ImageFormat {
	name: string;
	mimeType: string;
	/** Without the dot. */
	extension: string;
}

export const JPEG: ImageFormat = { name: 'JPEG', mimeType: 'image/jpeg', extension: 'jpg' };
export const PNG: ImageFormat = { name: 'PNG', mimeType: 'image/png', extension: 'png' };
export const WEBP: ImageFormat = { name: 'WebP', mimeType: 'image/webp', extension: 'webp' };

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
