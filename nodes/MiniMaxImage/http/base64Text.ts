import { BufferPool } from './bufferPool';

/** A multiple of three, as four characters make three bytes. */
export const BLOCK_BYTES = 3 * 2 ** 18;

/** Where memory comes from, and goes when a text is let go. */
export interface Blocks {
	take(bytes: number): Buffer;
	giveBack(block: Buffer): void;
}

/** What is kept of the text itself: long words of a service can look like base64. */
const START_CHARACTERS = 4_000;

/** The head of a data URL. */
const DATA_URL_HEAD = /^\s*data:[^,]*,/i;

/**
 * Base64 text that is decoded while it arrives, so that no more is held than the bytes it stands for. Blanks and line
 * breaks are passed over, as is the head of a data URL; the letters of base64 for URLs are taken too.
 */
export class Base64Text {
	/** How the text begins, as it came. */
	start = '';

	private blocks: Buffer[] = [];

	/** Bytes in the last block. */
	private filled = BLOCK_BYTES;

	/** The end of what came, too short to be decoded yet. */
	private left = '';

	private hasStarted = false;

	/** Padding came, after which no text may. */
	private hasEnded = false;

	private isDamaged = false;

	constructor(private readonly memory: Blocks = new BufferPool(BLOCK_BYTES)) {}

	/** A text that is there as a whole. */
	static of(text: string): Base64Text {
		const whole = new Base64Text();
		whole.append(text);
		return whole;
	}

	/** Bytes that were decoded so far. */
	get length(): number {
		return (this.blocks.length - 1) * BLOCK_BYTES + this.filled;
	}

	/** Takes a part of the text. The first one must hold the whole head of a data URL, if there is one. */
	append(part: string): void {
		if (this.start.length < START_CHARACTERS) {
			this.start += part.slice(0, START_CHARACTERS - this.start.length);
		}
		const body = this.hasStarted ? part : part.replace(DATA_URL_HEAD, '');
		this.hasStarted = true;
		const text = this.left + body;
		if (this.isDamaged || (!this.hasEnded && this.decode(text))) return;
		this.appendSlowly(text);
	}

	/**
	 * All bytes in one piece, good until the text is let go; undefined where it is no base64.
	 *
	 * @param allocate memory for them where they are in several pieces
	 */
	bytes(allocate: (bytes: number) => Buffer): Buffer | undefined {
		// An end without padding.
		if (!this.isDamaged && this.left !== '') this.appendSlowly(`${this.left}=`);
		if (this.isDamaged) return undefined;
		const [first = Buffer.alloc(0)] = this.blocks;
		if (this.blocks.length < 2) return first.subarray(0, this.length);
		const whole = allocate(this.length);
		for (const [index, block] of this.blocks.entries()) {
			block.copy(whole, index * BLOCK_BYTES, 0, this.length - index * BLOCK_BYTES);
		}
		return whole;
	}

	/** Lets the bytes go: they cannot be had afterwards. */
	release(): void {
		this.isDamaged = true;
		for (const block of this.blocks) this.memory.giveBack(block);
		this.blocks = [];
		this.filled = BLOCK_BYTES;
	}

	/** Takes text that holds more than base64 alone. */
	private appendSlowly(text: string): void {
		const [, clean, padding = ''] = /^([\w+/-]*)(=*)$/.exec(text.replace(/\s+/g, '')) ?? [];
		this.isDamaged = clean === undefined || padding.length > 2 || (this.hasEnded && clean !== '');
		if (this.isDamaged || this.hasEnded) return;
		this.decode(clean ?? '');
		if (padding !== '') this.end();
	}

	/**
	 * Decodes what is a multiple of four characters, and leaves the rest.
	 *
	 * @returns whether all of it was base64; otherwise nothing is taken
	 */
	private decode(text: string): boolean {
		const { length } = this;
		const whole = text.length - (text.length % 4);
		for (let at = 0; at < whole;) {
			const block = this.blockWithRoom();
			const end = Math.min(whole, at + ((BLOCK_BYTES - this.filled) / 3) * 4);
			const bytes = ((end - at) / 4) * 3;
			// The decoder passes over what is no base64, so the count tells.
			if (block.write(text.slice(at, end), this.filled, 'base64') !== bytes) {
				this.truncate(length);
				return false;
			}
			this.filled += bytes;
			at = end;
		}
		this.left = text.slice(whole);
		return true;
	}

	private blockWithRoom(): Buffer {
		if (this.filled === BLOCK_BYTES) {
			this.blocks.push(this.memory.take(BLOCK_BYTES));
			this.filled = 0;
		}
		return this.blocks[this.blocks.length - 1] as Buffer;
	}

	private truncate(length: number): void {
		const blocks = Math.ceil(length / BLOCK_BYTES);
		for (const block of this.blocks.splice(blocks)) this.memory.giveBack(block);
		this.filled = length - (blocks - 1) * BLOCK_BYTES;
	}

	private end(): void {
		const block = this.blockWithRoom();
		this.filled += block.write(this.left, this.filled, 'base64');
		this.left = '';
		this.hasEnded = true;
	}
}
