/** A part of the head of a JPEG: tables, frame and scan headers, application data; or the end of the image. */
export interface JpegSegment {
	marker: number;
	/** Offset of the marker. */
	at: number;
	/** Offset of the byte after the segment. */
	end: number;
}

/** Begins the compressed picture, which lasts to the end of the image (ITU T.81, table B.1, as the others). */
export const START_OF_SCAN = 0xda;

const END_OF_IMAGE = 0xd9;
const MARKER = 0xff;
const START = 0xd8;

/** Markers without a length: TEM, restarts, and a start of image that some programs write twice. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= START);

/** Stray bytes that may stand before a segment, fill bytes included. */
const MAX_STRAY_BYTES = 1024;

/** More segments than any program writes; each has up to 64 KB. */
const MAX_SEGMENTS = 2000;

/** Whether bytes begin as a JPEG does, stray bytes before its first segment included. */
export function startsAsJpeg(bytes: Buffer): boolean {
	if (bytes.length < 3 || bytes[0] !== MARKER || bytes[1] !== START) return false;
	return bytes[2] === MARKER || segmentFrom(bytes, 2) !== undefined;
}

/**
 * The next segment, as leniently as libjpeg reads: stray bytes before it are passed over, up to a limit. One that is cut
 * ends beyond the file.
 */
function segmentFrom(bytes: Buffer, start: number): JpegSegment | undefined {
	const last = Math.min(start + MAX_STRAY_BYTES, bytes.length - 2);
	for (let at = start; at <= last; at++) {
		const marker = bytes[at + 1] as number;
		if (bytes[at] !== MARKER || marker === MARKER || marker === 0) continue;
		if (marker === END_OF_IMAGE) return { marker, at, end: at + 2 };
		if (standsAlone(marker)) continue;
		const length = at + 4 > bytes.length ? Infinity : bytes.readUInt16BE(at + 2);
		return { marker, at, end: at + 2 + length };
	}
	return undefined;
}

/**
 * The segments in the head of a JPEG, up to its first scan or its end. Pictures inside of a segment, such as a
 * camera's preview, are no segments. Ends early where the file is cut.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment, void> {
	let at = 2;
	for (let count = 0; count < MAX_SEGMENTS; count++) {
		const segment = segmentFrom(bytes, at);
		if (!segment || segment.end > bytes.length) return;
		yield segment;
		if (segment.marker === START_OF_SCAN || segment.marker === END_OF_IMAGE) return;
		at = segment.end;
	}
}

/** Whether a JPEG has an end. In the compressed data of a scan no other bytes look like it. */
export function hasEnd(bytes: Buffer): boolean {
	let at = 2;
	for (const { marker, end } of jpegSegments(bytes)) {
		if (marker === END_OF_IMAGE) return true;
		if (marker === START_OF_SCAN) return hasEndFrom(bytes, end);
		at = end;
	}
	// Where no segment follows, not even one that is cut, the end alone tells.
	return segmentFrom(bytes, at) === undefined && hasEndFrom(bytes, at);
}

/** From behind, where the end of a whole image is; by hand, since the native search is slow where many bytes are 0xff. */
function hasEndFrom(bytes: Buffer, start: number): boolean {
	let next: number | undefined;
	for (let at = bytes.length - 1; at >= start; at--) {
		const byte = bytes[at];
		if (byte === MARKER && next === END_OF_IMAGE) return true;
		next = byte;
	}
	return false;
}
