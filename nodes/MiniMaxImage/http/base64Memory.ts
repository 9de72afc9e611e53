import type { Blocks } from './base64Text';
import { BLOCK_BYTES } from './base64Text';
import { BufferPool } from './bufferPool';
import { CHANGED, wait } from './wait';

/** What all texts together may fill until bodies wait before they are read on. */
const MAX_BYTES = 32 * 1024 * 1024;

/** How long a body may be left unread: servers give up after a minute (nginx, `send_timeout`). */
const PATIENCE_MS = 20_000;

/** Memory of the texts of one body, which is held until they are let go. */
export class BodyMemory implements Blocks {
	used = 0;

	private isPatient = true;

	constructor(
		private readonly all: Base64Memory,
		private readonly patienceMs: number,
	) {}

	take(bytes: number): Buffer {
		this.used += bytes;
		return this.all.take(bytes);
	}

	giveBack(block: Buffer): void {
		this.used -= block.length;
		this.all.giveBack(block);
	}

	/** Waits for room, a while at most; returns nothing where there is room. */
	waitForRoom(): Promise<void> | undefined {
		const room = this.isPatient ? this.all.roomFor(this) : undefined;
		return room && this.waitAWhile(room);
	}

	private async waitAWhile(room: Promise<void>): Promise<void> {
		const ended = new AbortController();
		const outOfPatience = wait(this.patienceMs, ended.signal).then(
			() => {
				this.isPatient = false;
			},
			// Aborted below, once there is room.
			() => undefined,
		);
		await Promise.race([room, outOfPatience]);
		ended.abort(CHANGED);
	}
}

/**
 * Memory for base64 texts that are decoded while they arrive: in blocks that are used again, and of a bounded size.
 * Where it is full, bodies wait until texts that have come are let go. Where there are none, the oldest body is read
 * on alone, so that one comes to its end.
 */
export class Base64Memory {
	private readonly pool = new BufferPool(BLOCK_BYTES);

	private used = 0;

	/** Bodies that are being read and have such texts, the oldest first. */
	private readonly reading = new Set<BodyMemory>();

	private readonly waiting = new Map<BodyMemory, () => void>();

	constructor(
		private readonly maxBytes = MAX_BYTES,
		private readonly patienceMs = PATIENCE_MS,
	) {}

	take(bytes: number): Buffer {
		this.used += bytes;
		return this.pool.take(bytes);
	}

	giveBack(block: Buffer): void {
		this.used -= block.length;
		this.pool.giveBack(block);
		this.wake();
	}

	/** Reads a body that may hold such texts. */
	async read<T>(use: (memory: BodyMemory) => Promise<T>): Promise<T> {
		const memory = new BodyMemory(this, this.patienceMs);
		try {
			return await use(memory);
		} finally {
			this.reading.delete(memory);
			this.waiting.delete(memory);
			this.wake();
		}
	}

	/** Resolves when there is room for more of a body; undefined where there is. */
	roomFor(body: BodyMemory): Promise<void> | undefined {
		this.reading.add(body);
		if (this.hasRoomFor(body)) return undefined;
		return new Promise((resume) => this.waiting.set(body, resume));
	}

	private hasRoomFor(body: BodyMemory): boolean {
		if (this.used < this.maxBytes) return true;
		const [oldest] = this.reading;
		const ofUnread = [...this.reading].reduce((sum, { used }) => sum + used, 0);
		// Not none: a text that nobody lets go must not stop everything.
		return body === oldest && this.used - ofUnread < this.maxBytes / 2;
	}

	private wake(): void {
		for (const [body, resume] of this.waiting) {
			if (!this.hasRoomFor(body)) continue;
			this.waiting.delete(body);
			resume();
		}
	}
}
