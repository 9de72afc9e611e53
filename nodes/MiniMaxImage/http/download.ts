import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { ByteStream } from './body';
import { readBody } from './body';
import { BufferPool } from './bufferPool';
import { secureUrl } from './downloadUrl';
import { toFailure } from './networkErrors';
import type { Failure, Outcome } from './outcome';
import { retryDelay } from './retryPolicy';
import type { Semaphore } from './semaphore';
import type { SendSettings } from './sendSettings';
import { wait } from './wait';

/** What is larger is not read to its end. */
export const MAX_DOWNLOAD_MB = 64;

const MAX_DOWNLOAD_BYTES = MAX_DOWNLOAD_MB * 1024 * 1024;

/** What a download counts that does not announce its length. */
const UNANNOUNCED_BYTES = 4 * 1024 * 1024;

const MAX_REDIRECTS = 3;

const fail = (code: string, detail?: string): Outcome<never> => ({
	ok: false,
	failure: { code, detail },
});

const toNumber = (header: unknown) =>
	typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;

/** What is done with a download while it is held in memory. */
export type Use<T> = (bytes: Buffer) => Promise<Outcome<T>>;

/** What a downloader needs besides n8n. */
export interface DownloaderOptions {
	/** Aborted when the execution is stopped. */
	signal: AbortSignal;
	/** Bytes that may be held at a time. */
	memory: Semaphore;
	/** Whether trying again may help. */
	isWorthRetrying: (failure: Failure) => boolean;
}

/** Fetches what links lead to, without the key: it knows nothing of credentials. */
export class Downloader {
	private readonly buffers = new BufferPool(MAX_DOWNLOAD_BYTES);

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly options: DownloaderOptions,
	) {}

	/**
	 * Fetches a link until there is a final outcome, and uses what came while it is held in memory.
	 *
	 * @throws the signal's reason when the execution is stopped while waiting
	 */
	async fetch<T>(
		link: string,
		{ timeoutMs, maxRetries }: SendSettings,
		use: Use<T>,
	): Promise<Outcome<T>> {
		const { signal, isWorthRetrying } = this.options;
		// A signal of its own for each download: Node.js warns when many listen to one.
		const ended = AbortSignal.any([signal]);
		for (let failures = 1; ; failures++) {
			const outcome = await this.fetchOnce(link, Date.now() + timeoutMs, ended, use);
			if (outcome.ok) return outcome;
			const { failure } = outcome;
			const next = isWorthRetrying(failure) ? 'retry' : 'final';
			const delayMs = retryDelay({ ...failure, failures, next }, maxRetries, Math.random());
			if (delayMs === undefined) return outcome;
			await wait(delayMs, ended);
		}
	}

	private async fetchOnce<T>(
		link: string,
		deadline: number,
		ended: AbortSignal,
		use: Use<T>,
	): Promise<Outcome<T>> {
		let url = secureUrl(link);
		try {
			for (let redirects = 0; url !== undefined; redirects++) {
				const { statusCode, headers, body } = await this.get(url, deadline, ended);
				if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
					body.destroy();
					if (redirects === MAX_REDIRECTS) return fail('badLink', 'too many redirects');
					url = secureUrl(headers.location, url);
				} else if (statusCode === 200) {
					return await this.read(body, toNumber(headers['content-length']), deadline, use);
				} else {
					body.destroy();
					return fail(`http${statusCode}`, `HTTP status ${statusCode}`);
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
		expectedBytes: number | undefined,
		deadline: number,
		use: Use<T>,
	): Promise<Outcome<T>> {
		// Waiting for room in memory does not count.
		const timeoutMs = deadline - Date.now();
		return await this.options.memory.run(async () => {
			const block = this.buffers.take(expectedBytes ?? 0);
			try {
				const bytes = await readBody(body, {
					maxBytes: MAX_DOWNLOAD_BYTES,
					timeoutMs,
					expectedBytes,
					allocate: (length) => block.subarray(0, length),
				});
				if (expectedBytes !== undefined && bytes.length < expectedBytes) {
					return fail('cut', `${bytes.length} of ${expectedBytes} bytes arrived`);
				}
				return await use(bytes);
			} finally {
				this.buffers.giveBack(block);
			}
		}, expectedBytes ?? UNANNOUNCED_BYTES);
	}
}
