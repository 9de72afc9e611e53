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

interface Limits {
	maxBytes: number;
	/** How long reading may take. */
	timeoutMs: number;
	/** Announced length, if any: one allocation instead of growing. */
	expectedBytes?: number;
	/** Memory for the announced length, new by default. */
	allocate?: (bytes: number) => Buffer;
}

async function collect(body: ByteStream, limits: Limits): Promise<Buffer> {
	const { maxBytes, expectedBytes = 0, allocate = Buffer.allocUnsafe } = limits;
	if (expectedBytes > maxBytes) throw new BodyError('tooLarge');
	const known = allocate(expectedBytes);
	let filled = 0;
	/** What comes beyond the announced length, or all of it where none was announced. */
	const rest: Uint8Array[] = [];
	let received = 0;
	for await (const chunk of body) {
		received += chunk.length;
		if (received > maxBytes) throw new BodyError('tooLarge');
		if (rest.length === 0 && received <= expectedBytes) {
			known.set(chunk, filled);
			filled = received;
		} else {
			rest.push(chunk);
		}
	}
	const start = known.subarray(0, filled);
	return rest.length === 0 ? start : Buffer.concat([start, ...rest]);
}

/**
 * Reads a body to its end within bounds of size and time. n8n's own time-out ends with the headers when a body
 * is streamed, so time is kept here.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readBody(body: ByteStream, limits: Limits): Promise<Buffer> {
	const finished = new AbortController();
	const tooSlow = wait(Math.max(0, limits.timeoutMs), finished.signal).then(
		() => {
			throw new BodyError('tooSlow');
		},
		// Aborted below, once the body is read.
		() => Buffer.alloc(0),
	);
	try {
		return await Promise.race([collect(body, limits), tooSlow]);
	} finally {
		finished.abort(FINISHED);
		body.destroy();
	}
}
