import type { Base64Memory } from './base64Memory';
import { Base64Text } from './base64Text';
import type { Blocks } from './base64Text';
import type { Bounds, ByteStream } from './body';
import { readParts } from './body';
import { BASE64_START, JsonBounds, LONG_BYTES } from './jsonBounds';

/** Bytes that are looked through at a time: what lies between two quotes of them is not long. */
const PART_BYTES = LONG_BYTES;

/** Nine images in several forms. Each text takes a block of memory, so what comes beyond these is passed over. */
const MAX_TEXTS = 36;

const QUOTE = 0x22;

/** An escape that the next part of a text completes. */
const OPEN_ESCAPE = /\\(u[\da-f]{0,3})?$/i;

const ESCAPES = /\\(?:u([\da-f]{4})|(.))/gi;

const CONTROLS = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }));

const unescape = (_escape: string, code?: string, letter = '') =>
	code === undefined
		? (CONTROLS.get(letter) ?? letter)
		: String.fromCharCode(Number.parseInt(code, 16));

/** A JSON body that was read. */
export interface JsonText {
	/** The text, with placeholders for its long base64 texts. */
	text: string;
	base64?: readonly Base64Text[];
}

const placeholder = (index: number) => `[base64 text ${index}]`;

/**
 * Parses JSON that was read, its long base64 texts in their places.
 *
 * @throws SyntaxError
 */
export function parseJson({ text, base64 = [] }: JsonText): unknown {
	if (base64.length === 0) return JSON.parse(text);
	const cutOut = new Map<unknown, Base64Text>(
		base64.map((one, index) => [placeholder(index), one]),
	);
	return JSON.parse(text, (_key, value: unknown) => cutOut.get(value) ?? value);
}

/**
 * Cuts long base64 texts out of JSON while it arrives. It looks at what lies between two quotes, whatever that is:
 * base64 text has no quotes, escaped or not, so it is never in two pieces.
 */
class Cutter {
	private readonly base64: Base64Text[] = [];

	private readonly text: Buffer[] = [];

	/** What came since the last quote, as long as nobody knows what it is. */
	private run: Buffer[] = [];

	/** Its characters, and all that came since the last quote afterwards. */
	private runLength = 0;

	private cutting: Base64Text | undefined;

	private openEscape = '';

	constructor(private readonly memory: Blocks) {}

	append(chunk: Uint8Array): void {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
		for (let at = 0; at < bytes.length; at += PART_BYTES) {
			this.appendPart(bytes.subarray(at, at + PART_BYTES));
		}
	}

	/** Lets all texts go, since the body was not read to its end. */
	discard(): void {
		for (const text of this.base64) text.release();
	}

	end(): JsonText {
		this.endRun();
		return { text: Buffer.concat(this.text).toString('utf8'), base64: this.base64 };
	}

	private appendPart(part: Buffer): void {
		const first = part.indexOf(QUOTE);
		if (first === -1) return this.extendRun(part);
		this.extendRun(part.subarray(0, first));
		this.endRun();
		const end = part.lastIndexOf(QUOTE) + 1;
		this.text.push(part.subarray(first, end));
		this.extendRun(part.subarray(end));
	}

	private extendRun(part: Buffer): void {
		const isDecided = this.runLength >= LONG_BYTES;
		this.runLength += part.length;
		if (this.cutting) this.cut(part, this.cutting);
		else if (isDecided) this.text.push(part);
		else this.run.push(part);
		if (!isDecided && this.runLength >= LONG_BYTES) this.decide();
	}

	private decide(): void {
		const run = Buffer.concat(this.run);
		this.run = [];
		if (!BASE64_START.test(run.toString('latin1', 0, LONG_BYTES))) {
			this.text.push(run);
			return;
		}
		const index = Math.min(this.base64.length, MAX_TEXTS);
		const text = this.base64[index] ?? new Base64Text(this.memory);
		if (index === MAX_TEXTS) text.release();
		this.base64[index] = text;
		this.text.push(Buffer.from(placeholder(index)));
		this.cutting = text;
		this.cut(run, text);
	}

	private cut(part: Buffer, into: Base64Text): void {
		const raw = this.openEscape + part.toString('latin1');
		if (!raw.includes('\\')) return into.append(raw);
		const [open = ''] = OPEN_ESCAPE.exec(raw.slice(-5)) ?? [];
		this.openEscape = open;
		into.append(raw.slice(0, raw.length - open.length).replace(ESCAPES, unescape));
	}

	private endRun(): void {
		// An escape that is still open belongs to the quote.
		this.text.push(...this.run, Buffer.from(this.openEscape));
		this.run = [];
		this.runLength = 0;
		this.cutting = undefined;
		this.openEscape = '';
	}
}

/**
 * Reads a JSON body to its end within bounds of size, structure and time. Of its long base64 texts no more is held than the
 * bytes they stand for.
 *
 * @param memory for those; where it is full, reading waits, which does not count as time
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readJson(
	body: ByteStream,
	bounds: Bounds,
	memory: Base64Memory,
): Promise<JsonText> {
	const own = memory.open();
	const structure = new JsonBounds();
	const cutter = new Cutter(own);
	let isWhole = false;
	try {
		await readParts(body, bounds, (chunk) => {
			structure.check(chunk);
			cutter.append(chunk);
			return own.waitForRoom();
		});
		isWhole = true;
		return cutter.end();
	} finally {
		if (!isWhole) cutter.discard();
		own.end();
	}
}
