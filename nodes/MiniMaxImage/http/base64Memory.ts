import type { Blocks } from './base64Text';
import { BLOCK_BYTES } from './base64Text';
import { BufferPool } from './bufferPool';
import type { Lease } from './semaphore';
import { Semaphore } from './semaphore';
import { CHANGED, wait } from './wait';

/** What the inline images of all answers together may fill until bodies wait before they are read on. */
const MAX_BYTES = 32 * 1024 * 1024;

/** How long a body may be left unread: servers give up after a minute (nginx, `send_timeout`), and it is paid for. */
const PATIENCE_MS = 20_000;

/** Memory of the base64 texts of one body, which is held until they are let go. */
export class BodyMemory implements Blocks {
	/** Taken since room was asked for last. */
	private uncounted = 0;

	/** Blocks that are not given back yet. */
	private blocks = 0;

	private isRead = false;

	private isPatient = true;

	constructor(
		private readonly pool: BufferPool,
		private readonly lease: Lease,
		private readonly patienceMs: number,
	) {}

	take(bytes: number): Buffer {
		this.blocks += 1;
		this.uncounted += bytes;
		return this.pool.take(bytes);
	}

	giveBack(block: Buffer): void {
		this.blocks -= 1;
		this.pool.giveBack(block);
		this.lease.shrink(block.length);
		this.endWhenEmpty();
	}

	/** The body was read to its end, or not: what its texts hold is given back with them. */
	end(): void {
		this.isRead = true;
		this.endWhenEmpty();
	}

	/** Waits for room for what was taken, a while at most; returns nothing where there is room. */
	waitForRoom(): Promise<void> | undefined {
		if (this.uncounted === 0) return undefined;
		const room = this.lease.grow(this.uncounted);
		this.uncounted = 0;
		if (!this.isPatient) this.lease.insist();
		return room && this.waitAWhile(room);
	}

	private async waitAWhile(room: Promise<void>): Promise<void> {
		const ended = new AbortController();
		const outOfPatience = wait(this.patienceMs, ended.signal).then(
			() => {
				this.isPatient = false;
				this.lease.insist();
			},
			// Aborted below, once there is room.
			() => undefined,
		);
		await Promise.race([room, outOfPatience]);
		ended.abort(CHANGED);
	}

	private endWhenEmpty(): void {
		if (this.isRead && this.blocks === 0) this.lease.end();
	}
}

/** Memory for base64 texts that are decoded while they arrive: in blocks that are used again, and of a bounded size. */
export class Base64Memory {
	private readonly pool = new BufferPool(BLOCK_BYTES);

	private readonly semaphore: Semaphore;

	constructor(
		maxBytes = MAX_BYTES,
		private readonly patienceMs = PATIENCE_MS,
	) {
		this.semaphore = new Semaphore(maxBytes);
	}

	/** Memory for one more body. Must be ended when that is read. */
	open(): BodyMemory {
		return new BodyMemory(this.pool, this.semaphore.open(), this.patienceMs);
	}
}
