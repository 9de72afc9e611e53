import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { ByteStream } from './body';
import { readBody } from './body';
import { BufferPool } from './bufferPool';
import { downloadUrls } from './downloadUrl';
import { excerpt } from './excerpt';
import { toFailure } from './networkErrors';
import type { Outcome } from './outcome';
import type { Semaphore } from './semaphore';

/** What is larger is not read to its end. */
export const MAX_DOWNLOAD_MB = 64;

const MAX_DOWNLOAD_BYTES = MAX_DOWNLOAD_MB * 1024 * 1024;

/** What a download counts that does not announce its length. */
const UNANNOUNCED_BYTES = 4 * 1024 * 1024;

const MAX_REDIRECTS = 3;

/** Of an answer that is no file, as much is read as words may be in. */
const MAX_WORDS_BYTES = 64 * 1024;

/** An outcome without a result. */
export const fail = (code: string, detail?: string): Outcome<never> => ({
	ok: false,
	failure: { code, detail },
});

const toNumber = (header: unknown) =>
	typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;

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
	/** Host and port of the API, which need not speak https. */
	ownHost?: string;
}

/** Fetches a file once, from one address and what that redirects to. */
export class FileFetcher {
	private readonly buffers = new BufferPool(MAX_DOWNLOAD_BYTES);

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly options: FetchOptions,
	) {}

	/** Fetches an address, and what it redirects to. */
	async fetch<T>(
		start: string,
		deadline: number,
		ended: AbortSignal,
		use: Use<T>,
	): Promise<Outcome<Downloaded<T>>> {
		let url: string | undefined = start;
		try {
			for (let redirects = 0; url !== undefined; redirects++) {
				const { statusCode, headers, body } = await this.get(url, deadline, ended);
				if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
					body.destroy();
					if (redirects === MAX_REDIRECTS) return fail('badLink', 'too many redirects');
					[url] = downloadUrls(headers.location, this.options.ownHost, url);
				} else if (statusCode === 200) {
					const expected = toNumber(headers['content-length']);
					const outcome = await this.read(body, expected, deadline, use);
					return outcome.ok ? { ok: true, value: { value: outcome.value, url: start } } : outcome;
				} else {
					return fail(`http${statusCode}`, await wordsOf(statusCode, body, deadline));
				}
			}
			return fail('badLink', 'neither http nor https');
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
		return await this.options.memory.run(async () => {
			const block = this.buffers.take(announcedBytes ?? 0);
			try {
				// The announced length serves for memory alone: a proxy may have compressed the file, and n8n's
				// client hides that. Whether the file is whole, its own bytes tell.
				const bytes = await readBody(body, {
					maxBytes: MAX_DOWNLOAD_BYTES,
					timeoutMs,
					expectedBytes: announcedBytes,
					allocate: (length) => block.subarray(0, length),
				});
				return await use(bytes);
			} finally {
				this.buffers.giveBack(block);
			}
		}, announcedBytes ?? UNANNOUNCED_BYTES);
	}
}

/** The status, and the words of whoever answered with it. */
async function wordsOf(status: number, body: ByteStream, deadline: number): Promise<string> {
	const limits = { maxBytes: MAX_WORDS_BYTES, timeoutMs: deadline - Date.now() };
	const bytes = await readBody(body, limits).catch(() => undefined);
	const words = bytes && excerpt(bytes.toString('utf8'));
	return words ? `HTTP status ${status}, ${words}` : `HTTP status ${status}`;
}
