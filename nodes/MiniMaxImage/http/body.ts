import { deadlines } from './deadlines';
import type { Limited } from './deadlines';

/** The body of an HTTP answer as n8n's helpers hand it over for `encoding: 'stream'`. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
	destroy(error?: Error): void;
}

/** Why a body could not be read whole. */
export class BodyError extends Error {
	constructor(readonly reason: 'tooLarge' | 'tooSlow') {
		super(reason);
	}
}

/** How much of a body is read, and for how long. */
export interface Bounds {
	maxBytes: number;
	/** How long reading may take. */
	timeoutMs: number;
}

interface Limits extends Bounds {
	/** Announced length, if any: one allocation instead of growing. */
	expectedBytes?: number;
	/** Called with the bytes that came so far; what it returns is waited for, which does not count as time. */
	onBytes?: (received: number) => Promise<void> | void;
	/** Memory for the announced length, and for twice as much whenever more comes; new by default. */
	allocate?: (bytes: number) => Buffer;
}

/** Takes a part of a body; what it returns is waited for, which does not count as time. */
type Take = (chunk: Uint8Array) => Promise<void> | void;

/** Reads a body part by part, and knows how much time it has. */
class Reading implements Limited {
	private until: number;

	private waitingSince: number | undefined;

	private tooSlow: ((error: BodyError) => void) | undefined;

	constructor(
		private readonly body: ByteStream,
		{ timeoutMs }: Bounds,
	) {
		this.until = performance.now() + timeoutMs;
	}

	/** Moves while reading waits on purpose. */
	get deadline(): number {
		return this.until + this.waitedMs();
	}

	end(): void {
		this.tooSlow?.(new BodyError('tooSlow'));
	}

	async read(maxBytes: number, take: Take): Promise<void> {
		const tooSlow = new Promise<never>((_resolve, reject) => {
			this.tooSlow = reject;
		});
		deadlines.add(this);
		try {
			await Promise.race([this.all(maxBytes, take), tooSlow]);
		} finally {
			deadlines.remove(this);
			this.body.destroy();
		}
	}

	private async all(maxBytes: number, take: Take): Promise<void> {
		let received = 0;
		for await (const chunk of this.body) {
			received += chunk.length;
			if (received > maxBytes) throw new BodyError('tooLarge');
			const waiting = take(chunk);
			if (!waiting) continue;
			this.waitingSince = performance.now();
			await waiting;
			this.until = this.deadline;
			this.waitingSince = undefined;
		}
	}

	private waitedMs(): number {
		const now = performance.now();
		return now - (this.waitingSince ?? now);
	}
}

/**
 * Hands over a body part by part, to its end, within bounds of size and time. n8n's own time-out ends with the
 * headers when a body is streamed, so time is kept here.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readParts(body: ByteStream, bounds: Bounds, take: Take): Promise<void> {
	await new Reading(body, bounds).read(bounds.maxBytes, take);
}

/**
 * Reads a body to its end within bounds of size and time.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readBody(body: ByteStream, limits: Limits): Promise<Buffer> {
	const { expectedBytes = 0, allocate = Buffer.allocUnsafe, onBytes } = limits;
	if (expectedBytes > limits.maxBytes) {
		body.destroy();
		throw new BodyError('tooLarge');
	}
	let block = allocate(expectedBytes);
	let filled = 0;
	await readParts(body, limits, (chunk) => {
		const end = filled + chunk.length;
		if (end > block.length) {
			const larger = allocate(Math.min(limits.maxBytes, Math.max(end, 2 * block.length)));
			larger.set(block.subarray(0, filled));
			block = larger;
		}
		block.set(chunk, filled);
		filled = end;
		return onBytes?.(filled);
	});
	return block.subarray(0, filled);
}
