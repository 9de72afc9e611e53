import { BodyError } from './body';

/** A thousand times what an answer of the API has; each costs some hundred bytes when parsed. */
const MAX_MARKS = 100_000;

/** An answer of nine links has 10 KB. With room for words of 2 MB, which are cut when they are read. */
const MAX_TEXT_BYTES = 3 * 1024 * 1024;

const MAX_DEPTH = 20;

/** Base64 texts of fewer bytes cost little. */
export const LONG_BYTES = 16 * 1024;

/** How base64 text begins inside of a JSON string, escapes included. Nothing between two strings begins so. */
export const BASE64_START =
	/^(\s|\\[nrt]){0,99}(data:[^,]{0,200},)?(?=\S)([\w+/-]|\\\/|\\u00(2b|2f|3d)|\s|\\[nrt]){60}/i;

const HEAD_BYTES = 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Bounds the structure of JSON while it arrives, since a few compressed bytes may unpack to what takes gigabytes when
 * it is parsed: brackets and commas, depth, and all text outside of long base64. It needs no parser: what is no JSON has
 * the same bounds.
 */
export class JsonBounds {
	private marks = 0;

	private depth = 0;

	private textBytes = 0;

	private inString = false;

	private isEscaped = false;

	/** Bytes of the string so far. */
	private stringBytes = 0;

	private head = '';

	/** Whether the string is base64: then nothing in it counts. */
	private isBase64 = false;

	/** @throws BodyError when a bound is exceeded */
	check(chunk: Uint8Array): void {
		for (let at = 0; at < chunk.length;) {
			at = this.inString ? this.readString(chunk, at) : this.readStructure(chunk, at);
			if (this.marks > MAX_MARKS || this.depth > MAX_DEPTH || this.textBytes > MAX_TEXT_BYTES) {
				throw new BodyError('tooLarge');
			}
		}
	}

	/** Reads to the next string. */
	private readStructure(chunk: Uint8Array, start: number): number {
		for (let at = start; at < chunk.length; at++) {
			const byte = chunk[at] as number;
			this.textBytes += 1;
			if (byte === COMMA) this.marks += 1;
			else if (OPENING.has(byte)) {
				this.marks += 1;
				this.depth += 1;
				if (this.depth > MAX_DEPTH) return at;
			} else if (CLOSING.has(byte)) this.depth -= 1;
			else if (byte === QUOTE) {
				this.inString = true;
				this.stringBytes = 0;
				this.head = '';
				this.isBase64 = false;
				return at + 1;
			}
		}
		return chunk.length;
	}

	/** Reads to the end of the string, or to where it is known to be long. */
	private readString(chunk: Uint8Array, start: number): number {
		if (this.isBase64) return this.skipBase64(chunk, start);
		const end = Math.min(chunk.length, start + LONG_BYTES - (this.stringBytes % LONG_BYTES));
		let at = start;
		for (; at < end && this.inString; at++) this.readCharacter(chunk[at] as number);
		const read = chunk.subarray(start, at);
		if (this.head.length < HEAD_BYTES) {
			this.head += Buffer.from(read.subarray(0, HEAD_BYTES)).toString('latin1');
		}
		// Counted once it is known what the string is, so that it makes no difference where chunks end.
		const uncounted = this.stringBytes < LONG_BYTES ? this.stringBytes : 0;
		this.stringBytes += read.length;
		if (this.inString && this.stringBytes < LONG_BYTES) return at;
		this.isBase64 =
			this.inString && this.stringBytes === LONG_BYTES && BASE64_START.test(this.head);
		if (!this.isBase64) this.textBytes += uncounted + read.length;
		return at;
	}

	private readCharacter(byte: number): void {
		if (this.isEscaped) this.isEscaped = false;
		else if (byte === BACKSLASH) this.isEscaped = true;
		else if (byte === QUOTE) this.inString = false;
		// JSON may stand in a string, to be parsed in its turn.
		if (byte === COMMA || OPENING.has(byte)) this.marks += 1;
	}

	/** Base64 text has no quotes, escaped or not. */
	private skipBase64(chunk: Uint8Array, start: number): number {
		const end = chunk.indexOf(QUOTE, start);
		if (end === -1) return chunk.length;
		this.inString = false;
		return end + 1;
	}
}
