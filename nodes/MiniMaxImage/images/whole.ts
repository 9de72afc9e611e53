import { AVIF, GIF, HEIC, JPEG, PNG, WEBP, identifyImage } from './format';
import type { ImageFormat } from './format';
import { hasEnd } from './jpeg';
import { IEND, chunkEnd, findChunk } from './png';

function isWholePng(bytes: Buffer): boolean {
	const at = findChunk(bytes, IEND);
	return at !== undefined && chunkEnd(bytes, at) <= bytes.length;
}

const isWholeWebp = (bytes: Buffer): boolean =>
	bytes.length >= 12 && bytes.length >= 8 + bytes.readUInt32LE(4);

/** Header and screen descriptor, after which the pictures follow. */
const GIF_HEAD_BYTES = 13;

const hasMoreThanHead = (bytes: Buffer): boolean => bytes.length > GIF_HEAD_BYTES;

/** Where the box that describes an AVIF or HEIC begins at the latest. */
const BOXES_BYTES = 64 * 1024;

/** Not read, since MiniMax neither sends nor takes these; but a first box alone is no picture. */
const hasDescription = (bytes: Buffer): boolean =>
	['meta', 'moov'].some((box) => bytes.subarray(0, BOXES_BYTES).includes(box));

const CHECKS = new Map<ImageFormat, (bytes: Buffer) => boolean>([
	[JPEG, hasEnd],
	[PNG, isWholePng],
	[WEBP, isWholeWebp],
	[GIF, hasMoreThanHead],
	[AVIF, hasDescription],
	[HEIC, hasDescription],
]);

/**
 * Whether a JPEG, PNG or WebP reaches the end that its format sets; bytes after it are fine. What lies between is not
 * decoded. Of other formats it says whether there is a picture at all. False for all that is no image.
 */
export function isWhole(bytes: Buffer): boolean {
	const format = identifyImage(bytes);
	return format !== undefined && CHECKS.get(format)?.(bytes) === true;
}
