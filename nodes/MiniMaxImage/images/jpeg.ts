/** A part of a JPEG that has a length: tables, frame and scan headers, application data; or the end of the image. */
export interface JpegSegment {
	marker: number;
	/** Offset of the marker. */
	at: number;
	/** Offset of the byte after the segment. */
	end: number;
}

/** Ends the image (ITU T.81, table B.1, as the others). */
export const END_OF_IMAGE = 0xd9;
export const START_OF_SCAN = 0xda;

const MARKER = 0xff;
const START = 0xd8;

/** Markers without a length: TEM, restarts, and a start of image that some programs write twice. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= START);

/** What may follow compressed data: tables, the next scan, application data, a comment, the end. */
const endsScan = (marker: number) =>
	marker === 0xc4 ||
	(marker >= END_OF_IMAGE && marker <= 0xdd) ||
	(marker >= 0xe0 && marker <= 0xef) ||
	marker === 0xfe;

/** Stray bytes that may stand between the start of an image and its first segment. */
const MAX_STRAY_BYTES = 1024;

/** Whether bytes begin as a JPEG does, stray bytes before its first segment included. */
export function startsAsJpeg(bytes: Buffer): boolean {
	if (bytes.length < 3 || bytes[0] !== MARKER || bytes[1] !== START) return false;
	if (bytes[2] === MARKER) return true;
	const [first] = jpegSegments(bytes);
	return first !== undefined && first.at <= MAX_STRAY_BYTES;
}

/**
 * The segments of a JPEG up to its end, read as leniently as libjpeg does: stray bytes between them are passed over.
 * Pictures inside of a segment, such as a camera's preview, are no segments. Ends early where the file is cut.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment, void> {
	let inScan = false;
	let at = 2;
	for (;;) {
		// The search is native, since compressed data of megabytes lies between two markers.
		if (bytes[at] !== MARKER) at = bytes.indexOf(MARKER, at);
		if (at < 0) return;
		const marker = bytes[at + 1];
		if (marker === undefined) return;
		if (marker === MARKER) {
			at += 1; // fill byte
		} else if (marker === 0 || standsAlone(marker) || (inScan && !endsScan(marker))) {
			at += 2;
		} else if (marker === END_OF_IMAGE) {
			yield { marker, at, end: at + 2 };
			return;
		} else {
			if (at + 4 > bytes.length) return;
			const end = at + 2 + bytes.readUInt16BE(at + 2);
			if (end > bytes.length) return;
			yield { marker, at, end };
			inScan = marker === START_OF_SCAN;
			at = end;
		}
	}
}
