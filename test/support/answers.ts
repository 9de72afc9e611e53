import { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import type { StatusFault } from '../sandbox';

const JSON_TYPE = { 'content-type': 'application/json' };

/** An answer of HTTP 200 with these bytes; its images are made and charged. */
export const charged = (body: string | Readable): StatusFault => ({
	status: 200,
	charged: true,
	body,
	headers: JSON_TYPE,
});

/** The same as a proxy compresses it. */
export const chargedAndGzipped = (body: string | Buffer): StatusFault => ({
	...charged(''),
	body: gzipSync(body),
	headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
});

/** A body that begins so, and never ends. */
export function endless(start: string, part: string): Readable {
	async function* parts() {
		yield Buffer.from(start);
		for (;;) {
			// A socket that takes everything at once must not keep all other work waiting.
			await nextTurn();
			yield Buffer.from(part);
		}
	}
	return Readable.from(parts());
}

/** A body whose connection breaks at its end. */
export function breakingOff(body: string): Readable {
	async function* parts() {
		yield Buffer.from(body);
		// What was written has to arrive first.
		await sleep(100);
		throw new Error('The connection breaks off, as the test wants it');
	}
	return Readable.from(parts());
}

/** A success with links, or whatever stands in their places. */
export const withLinks = (...links: unknown[]) => ({
	id: 'trace-1',
	data: { image_urls: links },
	base_resp: { status_code: 0, status_msg: 'success' },
});
