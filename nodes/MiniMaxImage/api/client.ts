import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import { resolveApiKey } from '../../../credentials/apiKey';
import { REGIONS, resolveBaseUrl } from '../../../credentials/regions';
import type { ByteStream } from '../http/body';
import { Base64Memory } from '../http/base64Memory';
import { readJson } from '../http/jsonBody';
import { toFailure } from '../http/networkErrors';
import type { Outcome } from '../http/outcome';
import { PATIENCE_MS } from '../http/rateLimiter';
import { limiterFor } from '../http/rateLimiters';
import { retryDelay } from '../http/retryPolicy';
import type { SendSettings } from '../http/sendSettings';
import { Stopwatch } from '../http/stopwatch';
import { wait } from '../http/wait';
import type { HttpAnswer } from './answer';
import { ItemError } from '../itemError';
import type { Purchase } from '../purchase';
import { kindOf } from './codes';
import { endPermit } from './endPermit';

export const CREDENTIAL = 'miniMaxImageApi';

/** Nine inline images of the largest size take far less; more is no answer of the API. */
export const MAX_ANSWER_MB = 256;

/** The only place that talks to the API: waits for a permit, sends, reads the answer, then tries again or returns. */
export class ApiClient {
	readonly baseUrl: string;

	readonly apiKey: string;

	/** How long requests waited for the rate limit. */
	readonly waitedForLimit = new Stopwatch();

	/** Memory of inline images. */
	private readonly memory = new Base64Memory();

	private constructor(
		private readonly context: IExecuteFunctions,
		readonly credentials: ICredentialDataDecryptedObject,
	) {
		this.baseUrl = resolveBaseUrl(credentials);
		this.apiKey = resolveApiKey(credentials);
	}

	/** @throws Error in plain words when the credential cannot be used */
	static async open(context: IExecuteFunctions): Promise<ApiClient> {
		return new ApiClient(context, await context.getCredentials(CREDENTIAL));
	}

	/** Host and port of the API. */
	get host(): string {
		return new URL(this.baseUrl).host;
	}

	/** Whether requests go to MiniMax itself, and not to a gateway. */
	get isMiniMax(): boolean {
		return REGIONS.some(({ baseUrl }) => new URL(baseUrl).host === this.host);
	}

	/** A text without the key, should a service repeat it. */
	readonly redact = (text: string): string => text.replaceAll(this.apiKey, '[API key]');

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
		{ path, body, purchase }: { path: string; body: object; purchase: Purchase },
		read: (answer: HttpAnswer, now: number) => Outcome<T>,
		settings: SendSettings,
		signal: AbortSignal,
	): Promise<Outcome<T>> {
		const limiter = limiterFor(this.apiKey, this.baseUrl);
		const place = limiter.takePlace();
		for (let failures = 0; ;) {
			const permit = await this.waitedForLimit.during(
				limiter.acquire(place, settings.requestsPerMinute, signal),
			);
			purchase.sent(Date.now());
			const outcome = await this.attempt(path, body, read, settings.timeoutMs);
			endPermit(permit, outcome);
			if (outcome.ok) return outcome;

			const { code, retryAfterMs } = outcome.failure;
			const kind = kindOf(code);
			const mayResend = purchase.failed(kind, outcome.failure, settings.maxRetries);
			if (kind === 'rateLimited') {
				if (limiter.outOfPatience || (retryAfterMs ?? 0) > PATIENCE_MS) return outcome;
				continue;
			}
			failures += 1;
			const delayMs = retryDelay(
				{ failures, kind, mayResend, retryAfterMs },
				settings.maxRetries,
				Math.random(),
			);
			if (delayMs === undefined) return outcome;
			try {
				await wait(delayMs, signal);
			} catch (error) {
				// This request was sent, so it does not end as one that was not because of another item.
				if (signal.reason instanceof ItemError) return outcome;
				throw error as Error;
			}
		}
	}

	/** The same outcome without the key, before anything is kept of it. */
	private redacted<T>(outcome: Outcome<T>): Outcome<T> {
		if (outcome.ok) return outcome;
		const { detail, traceId } = outcome.failure;
		return {
			ok: false,
			failure: {
				...outcome.failure,
				...(detail && { detail: this.redact(detail) }),
				...(traceId && { traceId: this.redact(traceId) }),
			},
		};
	}

	private async attempt<T>(
		path: string,
		body: object,
		read: (answer: HttpAnswer, now: number) => Outcome<T>,
		timeoutMs: number,
	): Promise<Outcome<T>> {
		const startedAt = Date.now();
		try {
			const {
				statusCode,
				headers,
				body: stream,
			} = (await this.context.helpers.httpRequestWithAuthentication.call(this.context, CREDENTIAL, {
				method: 'POST',
				url: this.baseUrl + path,
				headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
				// As bytes: of an object, the HTTP client keeps text and bytes until the answer is there.
				body: Buffer.from(JSON.stringify(body)),
				timeout: timeoutMs,
				// The status is data to classify, the key never follows a redirect, the size is bounded by us.
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				returnFullResponse: true,
				encoding: 'stream',
			})) as IN8nHttpFullResponse;
			const bounds = {
				maxBytes: MAX_ANSWER_MB * 1024 * 1024,
				timeoutMs: startedAt + timeoutMs - Date.now(),
			};
			const json = await readJson(stream as ByteStream, bounds, this.memory);
			const outcome = read({ statusCode, headers, baseUrl: this.baseUrl, ...json }, Date.now());
			if (!outcome.ok) for (const text of json.base64 ?? []) text.release();
			return this.redacted(outcome);
		} catch (error) {
			const failure = toFailure(error);
			const code = failure.code === 'tooLarge' ? 'answerTooLarge' : failure.code;
			return this.redacted({ ok: false, failure: { ...failure, code } });
		}
	}
}
