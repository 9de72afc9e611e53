const START_BYTES = 2;
const SEGMENT_HEAD_BYTES = 4;
const MAX_SEGMENT_BYTES = 0xffff + 2;

function commentSegment(bytes: number, text = ''): Buffer {
	const segment = Buffer.alloc(bytes);
	segment.writeUInt16BE(0xfffe, 0);
	segment.writeUInt16BE(bytes - 2, 2);
	segment.write(text, SEGMENT_HEAD_BYTES, 'latin1');
	return segment;
}

function insertAfterStart(jpeg: Buffer, parts: Buffer[]): Buffer {
	return Buffer.concat([jpeg.subarray(0, START_BYTES), ...parts, jpeg.subarray(START_BYTES)]);
}

/** Adds a text to a JPEG, as a comment that no viewer shows. */
export function withComment(jpeg: Buffer, text: string): Buffer {
	return insertAfterStart(jpeg, [commentSegment(SEGMENT_HEAD_BYTES + text.length, text)]);
}

/** Makes a JPEG exactly `bytes` long and still valid. Throws a RangeError if it is longer already. */
export function padJpeg(jpeg: Buffer, bytes: number): Buffer {
	let missing = bytes - jpeg.length;
	if (missing < 0) {
		throw new RangeError(`imageBytes is ${bytes}, but the picture has ${jpeg.length} bytes`);
	}
	const parts: Buffer[] = [];
	while (missing >= SEGMENT_HEAD_BYTES) {
		const segment = commentSegment(Math.min(missing, MAX_SEGMENT_BYTES));
		parts.push(segment);
		missing -= segment.length;
	}
	// The standard allows fill bytes before any marker (T.81, B.1.1.2): they make up what is too
	// little for a segment.
	parts.push(Buffer.alloc(missing, 0xff));
	return insertAfterStart(jpeg, parts);
}
