import { sleep } from 'n8n-workflow';

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

interface Limits {
	maxBytes: number;
	/** How long reading may take. */
	timeoutMs: number;
	/** Announced length, if any: one allocation instead of growing. */
	expectedBytes?: number;
}

async function collect(body: ByteStream, { maxBytes, expectedBytes }: Limits): Promise<Buffer> {
	if ((expectedBytes ?? 0) > maxBytes) throw new BodyError('tooLarge');
	const known = expectedBytes === undefined ? undefined : Buffer.allocUnsafe(expectedBytes);
	const chunks: Uint8Array[] = [];
	let received = 0;
	for await (const chunk of body) {
		if (received + chunk.length > maxBytes) throw new BodyError('tooLarge');
		if (known && received + chunk.length <= known.length) known.set(chunk, received);
		else chunks.push(chunk);
		received += chunk.length;
	}
	if (known && chunks.length === 0) return known.subarray(0, received);
	return Buffer.concat(known ? [known.subarray(0, received), ...chunks] : chunks);
}

/**
 * Reads a body to its end within bounds of size and time. n8n's own time-out ends with the headers when a body
 * is streamed, so time is kept here.
 *
 * @throws BodyError when it is too large or too slow; what the connection throws otherwise
 */
export async function readBody(body: ByteStream, limits: Limits): Promise<Buffer> {
	const finished = new AbortController();
	const tooSlow = sleep(Math.max(0, limits.timeoutMs), finished.signal).then(
		() => {
			throw new BodyError('tooSlow');
		},
		// Aborted below, once the body is read.
		() => Buffer.alloc(0),
	);
	try {
		return await Promise.race([collect(body, limits), tooSlow]);
	} finally {
		finished.abort();
		body.destroy();
	}
}
