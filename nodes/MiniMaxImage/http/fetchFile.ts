import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { ByteStream } from './body';
import { readBody } from './body';
import { BufferPool } from './bufferPool';
import { downloadAddress } from './downloadUrl';
import { excerpt } from './excerpt';
import { toFailure } from './networkErrors';
import type { Outcome } from './outcome';
import { MAX_LINK_CHARACTERS } from './parseUrl';
import type { Lease, Semaphore } from './semaphore';

/** What is larger is not read to its end. */
export const MAX_DOWNLOAD_MB = 64;

/** The same in bytes. */
export const MAX_DOWNLOAD_BYTES = MAX_DOWNLOAD_MB * 1024 * 1024;

/** What a download counts that does not announce its length, until it shows. */
const UNANNOUNCED_BYTES = 1024 * 1024;

/** Room is asked for in steps of so much. */
const GROWTH_BYTES = 1024 * 1024;

const MAX_REDIRECTS = 3;

/** Of an answer that is no file, as much is read as words may be in. */
const MAX_WORDS_BYTES = 64 * 1024;

/** An outcome without a result. */
export const fail = (code: string, detail?: string): Outcome<never> => ({
	ok: false,
	failure: { code, detail },
});

const toNumber = (header: unknown) =>
	typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;

/** What is done with a download while it is held in memory. */
export type Use<T> = (bytes: Buffer) => Promise<Outcome<T>>;

/** What was made of a download. */
export interface Downloaded<T> {
	value: T;
	/** The address that worked. */
	url: string;
}

/** What fetching a file needs besides n8n. */
export interface FetchOptions {
	/** Bytes that may be held at a time. */
	memory: Semaphore;
	/** Base URL of the API, whose network links may lead into. */
	api: URL;
}

/** Fetches a file once, from one address and what that redirects to. */
export class FileFetcher {
	private readonly buffers = new BufferPool(MAX_DOWNLOAD_BYTES);

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly options: FetchOptions,
	) {}

	/** Fetches what a link leads to, redirects included. */
	async fetch<T>(
		link: string,
		deadline: number,
		ended: AbortSignal,
		use: Use<T>,
	): Promise<Outcome<Downloaded<T>>> {
		const { api } = this.options;
		let address = downloadAddress(link, api);
		const [first] = 'url' in address ? [address.url] : [link];
		try {
			for (let redirects = 0; ; redirects++) {
				if ('refused' in address) return fail('badLink', address.refused);
				const { statusCode, headers, body } = await this.get(address.url, deadline, ended);
				if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
					body.destroy();
					if (redirects === MAX_REDIRECTS) return fail('badLink', 'too many redirects');
					const { location } = headers;
					address =
						location.length > MAX_LINK_CHARACTERS
							? { refused: 'a redirect that is too long' }
							: downloadAddress(location, api, address.url);
				} else if (statusCode === 200) {
					const expected = toNumber(headers['content-length']);
					const outcome = await this.read(body, expected, deadline, use);
					return outcome.ok ? { ok: true, value: { value: outcome.value, url: first } } : outcome;
				} else {
					// Of a host inside of the network nothing is told but whether it answers.
					if (address.isPrivate) body.destroy();
					const words = address.isPrivate ? undefined : await wordsOf(body, deadline);
					const status = `HTTP status ${statusCode}`;
					return fail(`http${statusCode}`, words ? `${status}, ${words}` : status);
				}
			}
		} catch (error) {
			return { ok: false, failure: toFailure(error) };
		}
	}

	private async get(url: string, deadline: number, ended: AbortSignal) {
		const { statusCode, headers, body } = (await this.context.helpers.httpRequest({
			method: 'GET',
			url,
			// Not compressed, so that the announced length is that of the file.
			headers: { Accept: 'image/*', 'Accept-Encoding': 'identity' },
			timeout: Math.max(1, deadline - Date.now()),
			abortSignal: ended,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			returnFullResponse: true,
			encoding: 'stream',
		})) as IN8nHttpFullResponse;
		return { statusCode, headers, body: body as ByteStream };
	}

	private async read<T>(
		body: ByteStream,
		announcedBytes: number | undefined,
		deadline: number,
		use: Use<T>,
	): Promise<Outcome<T>> {
		// Waiting for room in memory does not count.
		const timeoutMs = deadline - Date.now();
		return await this.options.memory.run(async (lease) => {
			let block: Buffer | undefined;
			const allocate = (length: number) => {
				const before = block;
				block = this.buffers.take(length);
				if (before) this.buffers.giveBack(before);
				return block.subarray(0, length);
			};
			try {
				// The announced length serves for memory alone: a proxy may have compressed the file, and n8n's
				// client hides that. Whether the file is whole, its own bytes tell.
				const bytes = await readBody(body, {
					maxBytes: MAX_DOWNLOAD_BYTES,
					timeoutMs,
					expectedBytes: announcedBytes,
					allocate,
					onBytes: (received) => growTo(lease, received),
				});
				return await use(bytes);
			} finally {
				if (block) this.buffers.giveBack(block);
			}
		}, announcedBytes ?? UNANNOUNCED_BYTES);
	}
}

/** Counts what a body really holds: a compressed one unpacks to more than it announces. */
function growTo(lease: Lease, received: number): Promise<void> | undefined {
	const missing = received - lease.weight;
	return missing > 0 ? lease.grow(Math.ceil(missing / GROWTH_BYTES) * GROWTH_BYTES) : undefined;
}

/** The words of whoever answered with an error. */
async function wordsOf(body: ByteStream, deadline: number): Promise<string | undefined> {
	const limits = { maxBytes: MAX_WORDS_BYTES, timeoutMs: deadline - Date.now() };
	const bytes = await readBody(body, limits).catch(() => undefined);
	return bytes && excerpt(bytes.toString('utf8'));
}
