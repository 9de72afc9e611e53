import { AVIF, GIF, HEIC, JPEG, PNG, WEBP, ascii, identifyImage } from './format';
import type { ImageFormat } from './format';
import { END_OF_IMAGE, jpegSegments } from './jpeg';

function isWholeJpeg(bytes: Buffer): boolean {
	for (const { marker } of jpegSegments(bytes)) if (marker === END_OF_IMAGE) return true;
	return false;
}

function isWholePng(bytes: Buffer): boolean {
	let at = 8;
	while (at + 12 <= bytes.length) {
		// A chunk: its length, its name, its data, a checksum.
		const end = at + 12 + bytes.readUInt32BE(at);
		if (ascii(bytes, at + 4, at + 8) === 'IEND') return end <= bytes.length;
		at = end;
	}
	return false;
}

function isWholeWebp(bytes: Buffer): boolean {
	return bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt32LE(4);
}

/** Bytes of a color table, by the flags that announce it. */
const colorTable = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

function isWholeGif(bytes: Buffer): boolean {
	const afterBlocks = (start: number) => {
		let at = start;
		while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
		return at + 1;
	};
	let at = 13 + colorTable(bytes[10] ?? 0);
	while (at < bytes.length) {
		const kind = bytes[at];
		if (kind === 0x3b) return true;
		if (kind === 0x2c) at = afterBlocks(at + 11 + colorTable(bytes[at + 9] ?? 0));
		else if (kind === 0x21) at = afterBlocks(at + 2);
		else if (kind === 0) at += 1;
		else return false;
	}
	return false;
}

/** AVIF and HEIC are made of boxes: a description, and the data, which has a box of its own or lies inside of it. */
function hasWholeBoxes(bytes: Buffer): boolean {
	let isDescribed = false;
	let hasData = false;
	let at = 0;
	while (at + 16 <= bytes.length) {
		const size = bytes.readUInt32BE(at);
		const kind = ascii(bytes, at + 4, at + 8);
		// 0: lasts to the end of the file. 1: the size follows in eight bytes.
		const length =
			size === 0
				? bytes.length - at
				: size === 1
					? Number(bytes.readBigUInt64BE(at + 8))
					: Math.max(size, 8);
		const end = at + length;
		if (end > bytes.length) break;
		isDescribed ||= kind === 'meta';
		hasData ||= kind === 'mdat' || (kind === 'meta' && bytes.subarray(at, end).includes('idat'));
		at = end;
	}
	return isDescribed && hasData;
}

const CHECKS = new Map<ImageFormat, (bytes: Buffer) => boolean>([
	[JPEG, isWholeJpeg],
	[PNG, isWholePng],
	[WEBP, isWholeWebp],
	[GIF, isWholeGif],
	[AVIF, hasWholeBoxes],
	[HEIC, hasWholeBoxes],
]);

/**
 * Whether an image reaches the end that its format sets; bytes after it are fine. What lies between is not decoded.
 * False for all that is no image.
 */
export function isWhole(bytes: Buffer): boolean {
	const format = identifyImage(bytes);
	return format !== undefined && CHECKS.get(format)?.(bytes) === true;
}
