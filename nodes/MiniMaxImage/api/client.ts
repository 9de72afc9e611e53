import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { resolveApiKey } from '../../../credentials/apiKey';
import { isMiniMaxHost, resolveBaseUrl } from '../../../credentials/regions';
import type { ByteStream } from '../http/body';
import { Base64Memory } from '../http/base64Memory';
import { readJson } from '../http/jsonBody';
import { toFailure } from '../http/networkErrors';
import type { Failure, Outcome } from '../http/outcome';
import { PATIENCE_MS } from '../http/rateLimiter';
import { limiterFor } from '../http/rateLimiters';
import type { RateLimiter } from '../http/rateLimiter';
import type { Permit } from '../http/permit';
import { retryDelay } from '../http/retryPolicy';
import type { SendSettings } from '../http/sendSettings';
import { Semaphore } from '../http/semaphore';
import { Stopwatch } from '../http/stopwatch';
import { HALTED } from '../http/wait';
import type { Clock } from '../http/wait';
import type { HttpAnswer } from './answer';
import type { Purchase } from '../purchase';
import { kindOf } from './codes';
import { endPermit } from './endPermit';
import { readWords, redactor } from './words';
import type { Redact } from './words';

export const CREDENTIAL = 'miniMaxImageApi';

/** Nine inline images of the largest size take far less; more is no answer of the API. */
export const MAX_ANSWER_MB = 256;

/** How often one request is refused for the rate limit, while others pass, until it fails: about ten minutes. */
const MAX_REFUSALS = 20;

/** What a body of a large reference image has; others are encoded in no time. */
const LARGE_BODY_BYTES = 1024 * 1024;

/** Ends of a connection that are told as they are, after the answer has begun. */
const BROKEN_OFF = ['reset', 'timeout', 'cancelled'];

/** What is to be sent, and who is told of it. */
export interface Order {
	path: string;
	body: object;
	purchase: Purchase;
}

/** Tells success from failure in an answer; `now` in ms since the epoch. */
export type Reader<T> = (answer: HttpAnswer, now: number, redact: Redact) => Outcome<T>;

/** The place of one request in the queue of the rate limiter, kept over all its tries. */
class Queue {
	private limiter: RateLimiter | undefined;

	private place = 0;

	constructor(
		private readonly apiKey: string,
		private readonly baseUrl: string,
		private readonly clock: Clock,
	) {}

	/** Looks the limiter up each time: while this request waits between two tries, it may have been forgotten. */
	async acquire(requestsPerMinute: number, signal: AbortSignal): Promise<Permit> {
		const limiter = limiterFor(this.apiKey, this.baseUrl, this.clock);
		if (limiter !== this.limiter) this.place = limiter.takePlace();
		this.limiter = limiter;
		return await limiter.acquire(this.place, requestsPerMinute, signal);
	}

	/** Whether waiting on makes no sense. */
	get hasGivenUp(): boolean {
		return this.limiter?.outOfPatience === true;
	}
}

/** The only place that talks to the API: waits for a permit, sends, reads the answer, then tries again or returns. */
export class ApiClient {
	readonly baseUrl: string;

	readonly apiKey: string;

	/** How long requests waited for the rate limit. */
	readonly waitedForLimit = new Stopwatch();

	/** Memory of inline images. */
	private readonly memory = new Base64Memory();

	private readonly encoding = new Semaphore(1);

	private constructor(
		private readonly context: IExecuteFunctions,
		readonly credentials: ICredentialDataDecryptedObject,
		private readonly clock: Clock,
	) {
		this.baseUrl = resolveBaseUrl(credentials);
		this.apiKey = resolveApiKey(credentials);
		this.redact = redactor(this.apiKey);
	}

	/** @throws Error in plain words when the credential cannot be used */
	static async open(context: IExecuteFunctions, clock: Clock): Promise<ApiClient> {
		return new ApiClient(context, await context.getCredentials(CREDENTIAL), clock);
	}

	/** Host and port of the API. */
	get host(): string {
		return new URL(this.baseUrl).host;
	}

	/** Whether requests go to MiniMax itself, and not to a gateway. */
	get isMiniMax(): boolean {
		return isMiniMaxHost(new URL(this.baseUrl).hostname);
	}

	/** Takes the key out of a text, should a service repeat it. */
	readonly redact: Redact;

	/**
	 * Posts a JSON body until there is a final outcome.
	 *
	 * @param purchase is told of every attempt
	 * @param read tells success from failure in an answer
	 * @param signal of this request alone, since Node.js warns when many listen to one; ends waiting, while a request
	 * that is on its way is left to finish
	 * @throws the signal's reason when waiting is ended before anything is known
	 */
	async post<T>(
		{ path, body, purchase }: Order,
		read: Reader<T>,
		settings: SendSettings,
		signal: AbortSignal,
	): Promise<Outcome<T>> {
		const queue = new Queue(this.apiKey, this.baseUrl, this.clock);
		/** The outcome that a wait for the next try ends with, if it is ended. */
		let last: Outcome<T> | undefined;
		try {
			for (let failures = 0, refusals = 0; ;) {
				const { requestsPerMinute, maxRetries, timeoutMs } = settings;
				const permit = await this.waitedForLimit.during(queue.acquire(requestsPerMinute, signal));
				purchase.sent(Date.now());
				const outcome = await this.attempt(path, body, read, timeoutMs);
				endPermit(permit, outcome);
				if (outcome.ok) return outcome;

				const { code, retryAfterMs } = outcome.failure;
				const kind = kindOf(code);
				const mayResend = purchase.failed(kind, outcome.failure, maxRetries);
				if (kind === 'rateLimited') {
					refusals += 1;
					if (refusals >= MAX_REFUSALS || queue.hasGivenUp) return outcome;
					if ((retryAfterMs ?? 0) > PATIENCE_MS) return outcome;
					continue;
				}
				last = outcome;
				failures += 1;
				const attempt = { failures, kind, mayResend, retryAfterMs };
				const delayMs = retryDelay(attempt, maxRetries, Math.random());
				if (delayMs === undefined || code === 'cancelled') return outcome;
				await this.clock.sleep(delayMs, signal);
			}
		} catch (error) {
			// A request that was sent does not end as one that was not.
			if (last && signal.aborted && signal.reason !== HALTED) return last;
			throw error as Error;
		}
	}

	private async attempt<T>(
		path: string,
		body: object,
		read: Reader<T>,
		timeoutMs: number,
	): Promise<Outcome<T>> {
		let statusCode: number | undefined;
		try {
			const bytes = await this.encode(body);
			const startedAt = Date.now();
			const answer = (await this.context.helpers.httpRequestWithAuthentication.call(
				this.context,
				CREDENTIAL,
				{
					method: 'POST',
					url: this.baseUrl + path,
					headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
					// As bytes: of an object, the HTTP client keeps text and bytes until the answer is there.
					body: bytes,
					timeout: timeoutMs,
					// The status is data to classify, the key never follows a redirect, the size is bounded by us.
					ignoreHttpStatusErrors: true,
					disableFollowRedirect: true,
					returnFullResponse: true,
					encoding: 'stream',
				},
			)) as IN8nHttpFullResponse;
			({ statusCode } = answer);
			const bounds = {
				maxBytes: MAX_ANSWER_MB * 1024 * 1024,
				timeoutMs: startedAt + timeoutMs - Date.now(),
			};
			const json = await readJson(answer.body as ByteStream, bounds, this.memory);
			const { headers } = answer;
			return read({ statusCode, headers, baseUrl: this.baseUrl, ...json }, Date.now(), this.redact);
		} catch (error) {
			return { ok: false, failure: this.toFailure(error, statusCode) };
		}
	}

	/** One body at a time, with a breath after a large one: each takes some hundredths of a second of the event loop. */
	private async encode(body: object): Promise<Buffer> {
		return await this.encoding.run(async () => {
			const bytes = Buffer.from(JSON.stringify(body));
			if (bytes.length > LARGE_BODY_BYTES) await sleep(0);
			return bytes;
		});
	}

	/** Why there is no answer, or none that can be read. */
	private toFailure(error: unknown, statusCode: number | undefined): Failure {
		const { code, detail } = toFailure(error);
		const words = readWords(detail, this.redact);
		if (statusCode === undefined) return { code, detail: words };
		// Whatever goes wrong after the status line: the request was received, and may have been charged.
		if (code === 'tooLarge') {
			return { code: statusCode >= 400 ? `http${statusCode}` : 'answerTooLarge' };
		}
		if (code === 'notAllowed') return { code: 'unusable', detail: words };
		return { code: BROKEN_OFF.includes(code) ? code : 'reset', detail: words };
	}
}
