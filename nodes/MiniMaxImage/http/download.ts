import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { fateOf } from '../failures';
import type { Failure, Outcome, SendSettings } from '../types';
import type { Slots } from './concurrency';
import { retryDelay } from './retry';
import type { ByteStream } from './stream';
import { readBody } from './stream';
import { toFailure } from './transport';
import { wait } from './wait';

/** No image is larger; what is larger is not read to its end. */
export const MAX_DOWNLOAD_MB = 64;

/** What a download counts that does not announce its length. */
const UNANNOUNCED_BYTES = 4 * 1024 * 1024;

const MAX_REDIRECTS = 3;

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The address that a link is fetched from. Links come as `http://` too, which some networks block, while
 * `https://` works for the same link; only a host on this machine is taken at its word.
 *
 * @returns undefined when the link is no http(s) link
 */
export function secureUrl(link: string, base?: string): string | undefined {
	if (!URL.canParse(link, base)) return undefined;
	const url = new URL(link, base);
	// A user name in a link would become an Authorization header.
	url.username = '';
	url.password = '';
	if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) url.protocol = 'https:';
	return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined;
}

const fail = (code: string, detail?: string): Outcome<never> => ({
	ok: false,
	failure: { code, detail },
});

const toNumber = (header: unknown) =>
	typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;

/** What a status other than success means for a link: 403 and 410 never come back, 404 may be too early. */
function statusFailure(status: number): Outcome<never> {
	return fail(
		[403, 410].includes(status) ? 'linkExpired' : `http${status}`,
		`HTTP status ${status}`,
	);
}

/** Whether trying again may help; it costs nothing, since the image is paid for already. */
const isWorthRetrying = ({ code }: Failure) => code === 'http404' || fateOf(code) !== 'final';

/** Codes that say what happened to a download. All others speak of the API, whose cures do not fit here. */
const OWN_CODES = [
	'badLink',
	'cancelled',
	'cut',
	'downloadTimeout',
	'linkExpired',
	'notAnImage',
	'notStored',
	'tooLarge',
];

const toDownloadFailure = (failure: Failure): Failure =>
	OWN_CODES.includes(failure.code)
		? failure
		: { code: 'downloadFailed', detail: failure.detail ?? failure.code };

/** What is done with a download while it is held in memory. */
export type Use<T> = (bytes: Buffer) => Promise<Outcome<T>>;

/** Fetches what links lead to, without the key: it knows nothing of credentials. */
export class Downloader {
	/** Memory that finished downloads have left, used again: new blocks for each would pile up as garbage. */
	private readonly blocks: Buffer[] = [];

	/**
	 * @param signal aborted when the execution is stopped
	 * @param memory bytes that may be held at a time
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly signal: AbortSignal,
		private readonly memory: Slots,
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
		// A signal of its own for each download: Node.js warns when many listen to one.
		const ended = AbortSignal.any([this.signal]);
		for (let failures = 1; ; failures++) {
			const outcome = await this.fetchOnce(link, Date.now() + timeoutMs, ended, use);
			if (outcome.ok) return outcome;
			const { failure } = outcome;
			const fate = isWorthRetrying(failure) ? 'retry' : 'final';
			const delayMs = retryDelay({ ...failure, failures, fate }, maxRetries, Math.random());
			if (delayMs === undefined) return { ok: false, failure: toDownloadFailure(failure) };
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
					return statusFailure(statusCode);
				}
			}
			return fail('badLink', 'neither http nor https');
		} catch (error) {
			const failure = toFailure(error);
			return {
				ok: false,
				failure: failure.code === 'timeout' ? { code: 'downloadTimeout' } : failure,
			};
		}
	}

	private async get(url: string, deadline: number, ended: AbortSignal) {
		const { statusCode, headers, body } = (await this.context.helpers.httpRequest({
			method: 'GET',
			url,
			// Not compressed, so that the announced length is that of the image.
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
		return await this.memory.run(async () => {
			const block = this.takeBlock(expectedBytes ?? 0);
			try {
				const bytes = await readBody(body, {
					maxBytes: MAX_DOWNLOAD_MB * 1024 * 1024,
					timeoutMs,
					expectedBytes,
					allocate: (length) => block.subarray(0, length),
				});
				if (expectedBytes !== undefined && bytes.length < expectedBytes) {
					return fail('cut', `${bytes.length} of ${expectedBytes} bytes arrived`);
				}
				return await use(bytes);
			} finally {
				this.blocks.push(block);
			}
		}, expectedBytes ?? UNANNOUNCED_BYTES);
	}

	/** A free block that is large enough, or a new one in the place of a smaller one. */
	private takeBlock(bytes: number): Buffer {
		const free = this.blocks.findIndex(({ length }) => length >= bytes);
		if (free !== -1) return this.blocks.splice(free, 1)[0] as Buffer;
		this.blocks.pop();
		return Buffer.allocUnsafe(Math.min(bytes, MAX_DOWNLOAD_MB * 1024 * 1024));
	}
}
