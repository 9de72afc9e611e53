/** Longest wait before the second try, and before any; jitter takes up to half of it away. */
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 8_000;

/** Longest wait that a service may ask for between two tries; beyond it the item fails. */
const MAX_RETRY_AFTER_MS = 120_000;

/**
 * What is known of an attempt that brought no result:
 * - `nothingMade`: the service did no work, so trying again costs nothing.
 * - `rateLimited`: the same, and the rate limiter says when to come back.
 * - `unclear`: nobody knows whether the service did the work and charged it.
 * - `probablyMade`: the service most likely did the work, but the result cannot be had any more.
 * - `refused`: the service will say no again.
 */
export type OutcomeKind = 'nothingMade' | 'rateLimited' | 'unclear' | 'probablyMade' | 'refused';

/** What the retry policy decides by. */
export interface Attempt {
	kind: OutcomeKind;
	/** Tries that brought nothing so far, this one included; waiting for the rate limit does not count. */
	failures: number;
	/** Whether a request of unclear outcome may be sent once more. */
	mayResend?: boolean;
	/** What `Retry-After` asked for. */
	retryAfterMs?: number;
}

/** The longest `Retry-After` that is read; a date has 29 characters. */
const RETRY_AFTER_CHARACTERS = 40;

/** How long `Retry-After` asks to wait in ms: seconds or a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(value: unknown, now: number): number | undefined {
	if (typeof value !== 'string' || value.length > RETRY_AFTER_CHARACTERS) return undefined;
	const text = value.trim();
	if (text === '') return undefined;
	const ms = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/**
 * The backoff: how long to wait before the next try in ms, or undefined to give up. Exponential with jitter, so
 * that requests that failed together do not come back together.
 *
 * @param random a number from 0 to 1
 */
export function retryDelay(
	{ kind, failures, mayResend = false, retryAfterMs = 0 }: Attempt,
	maxRetries: number,
	random: number,
): number | undefined {
	const mayRetry = kind === 'nothingMade' || (kind === 'unclear' && mayResend);
	if (!mayRetry || failures > maxRetries || retryAfterMs > MAX_RETRY_AFTER_MS) return undefined;
	const longest = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
	return Math.max((longest / 2) * (1 + random), retryAfterMs);
}
