import { wait } from './wait';

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

/** A reason made once: the default one is made, with its stack, for every body. */
const FINISHED = new Error('The body is read');

/** How much of a body is read, and for how long. */
export interface Bounds {
	maxBytes: number;
	/** How long reading may take. */
	timeoutMs: number;
}

interface Limits extends Bounds {
	/** Announced length, if any: one allocation instead of growing. */
	expectedBytes?: number;
	/** Memory for the announced length, new by default. */
	allocate?: (bytes: number) => Buffer;
}

/** Takes a part of a body; what it returns is waited for, which does not count as time. */
type Take = (chunk: Uint8Array) => Promise<void> | void;

/** Reads a body, and keeps time. */
class Reading {
	/** How long it waited without reading, on purpose. */
	private waitedMs = 0;

	private waitingSince: number | undefined;

	constructor(private readonly take: Take) {}

	async all(body: ByteStream, maxBytes: number): Promise<void> {
		let received = 0;
		for await (const chunk of body) {
			received += chunk.length;
			if (received > maxBytes) throw new BodyError('tooLarge');
			const waiting = this.take(chunk);
			if (!waiting) continue;
			this.waitingSince = performance.now();
			await waiting;
			this.waitedMs += performance.now() - this.waitingSince;
			this.waitingSince = undefined;
		}
	}

	/** Rejects when the time is over that reading itself may take. */
	async tooSlow(timeoutMs: number, finished: AbortSignal): Promise<never> {
		const startedAt = performance.now();
		for (let leftMs = timeoutMs; leftMs > 0;) {
			await wait(leftMs, finished);
			const now = performance.now();
			const waitedMs = this.waitedMs + now - (this.waitingSince ?? now);
			leftMs = timeoutMs + waitedMs - (now - startedAt);
		}
		throw new BodyError('tooSlow');
	}
}

/**
 * Hands over a body part by part, to its end, within bounds of size and time. n8n's own time-out ends with the
 * headers when a body is streamed, so time is kept here.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readParts(
	body: ByteStream,
	{ maxBytes, timeoutMs }: Bounds,
	take: Take,
): Promise<void> {
	const finished = new AbortController();
	const reading = new Reading(take);
	const tooSlow = reading.tooSlow(timeoutMs, finished.signal);
	// Rejects once the body is read, when nobody listens any more.
	tooSlow.catch(() => undefined);
	try {
		await Promise.race([reading.all(body, maxBytes), tooSlow]);
	} finally {
		finished.abort(FINISHED);
		body.destroy();
	}
}

/**
 * Reads a body to its end within bounds of size and time.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readBody(body: ByteStream, limits: Limits): Promise<Buffer> {
	const { expectedBytes = 0, allocate = Buffer.allocUnsafe } = limits;
	if (expectedBytes > limits.maxBytes) {
		body.destroy();
		throw new BodyError('tooLarge');
	}
	const known = allocate(expectedBytes);
	let filled = 0;
	/** What comes beyond the announced length, or all of it where none was announced. */
	const rest: Uint8Array[] = [];
	await readParts(body, limits, (chunk) => {
		if (rest.length === 0 && filled + chunk.length <= expectedBytes) {
			known.set(chunk, filled);
			filled += chunk.length;
		} else {
			rest.push(chunk);
		}
	});
	const start = known.subarray(0, filled);
	return rest.length === 0 ? start : Buffer.concat([start, ...rest]);
}
