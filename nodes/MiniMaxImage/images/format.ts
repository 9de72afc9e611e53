import { startsAsJpeg } from './jpeg';

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
export const GIF: ImageFormat = { name: 'GIF', mimeType: 'image/gif', extension: 'gif' };
export const AVIF: ImageFormat = { name: 'AVIF', mimeType: 'image/avif', extension: 'avif' };
export const HEIC: ImageFormat = { name: 'HEIC', mimeType: 'image/heic', extension: 'heic' };

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The names that formats write in ASCII. */
export const ascii = (bytes: Buffer, start: number, end: number): string =>
	bytes.toString('latin1', start, end);

const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'];
const AVIF_BRANDS = ['avif', 'avis'];

/** HEIC and AVIF share a container, whose first box names the brands of what it holds. */
function identifyByBrand(bytes: Buffer): ImageFormat | undefined {
	const brand = ascii(bytes, 8, 12);
	if (AVIF_BRANDS.includes(brand)) return AVIF;
	if (!HEIC_BRANDS.includes(brand)) return undefined;
	const compatible = ascii(bytes, 16, Math.min(bytes.readUInt32BE(0), DESCRIBED_BYTES));
	return AVIF_BRANDS.some((one) => compatible.includes(one)) ? AVIF : HEIC;
}

/** The image format that the first bytes prove, whatever a name or a header says; undefined for all else. */
export function identifyImage(bytes: Buffer): ImageFormat | undefined {
	if (startsAsJpeg(bytes)) return JPEG;
	if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return PNG;
	if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return WEBP;
	if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return GIF;
	if (ascii(bytes, 4, 8) === 'ftyp') return identifyByBrand(bytes);
	return undefined;
}

const DESCRIBED_BYTES = 512;

/** Other files that people send by mistake: how they begin, and what to call them. */
const OTHER_FILES: readonly [RegExp, string][] = [
	[/^BM.{4}\0{4}/s, 'a BMP image'],
	[/^(II\*\0|MM\0\*)/, 'a TIFF image'],
	[/^\0\0\x01\0/, 'an icon file'],
	[/^.{4}ftyp/s, 'a video'],
	[/^%PDF/, 'a PDF document'],
	[/^PK\x03\x04/, 'a ZIP archive or an Office document'],
	[/^\s*(<\?xml[^]*)?<svg/i, 'an SVG image'],
	[/^\s*<(!doctype|html)/i, 'a web page'],
	[/^\s*[{[]\s*("|[{[\]}\d])/, 'JSON text'],
];

/** What a file is, by its bytes, in words for a message: "a GIF image", "text", "empty". */
export function describeFile(bytes: Buffer): string {
	const image = identifyImage(bytes);
	if (image) return `${image === AVIF ? 'an' : 'a'} ${image.name} image`;
	if (bytes.length === 0) return 'empty';
	const start = ascii(bytes, 0, DESCRIBED_BYTES).replace(/^\xef\xbb\xbf/, '');
	const other = OTHER_FILES.find(([pattern]) => pattern.test(start));
	if (other) return other[1];
	const isText = !bytes
		.subarray(0, DESCRIBED_BYTES)
		.some((byte) => byte === 0x7f || (byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte)));
	return isText ? 'text' : 'a file of an unknown type';
}
