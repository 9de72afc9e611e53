/** Longest wait before the second try, and before any; jitter takes up to half of it away. */
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 8_000;

/** Longest wait that a service may ask for between two tries; beyond it the item fails. */
const MAX_RETRY_AFTER_MS = 120_000;

/** What becomes of an attempt without a result: tried again, held back by the rate limiter, or final. */
export type NextStep = 'retry' | 'rateLimit' | 'final';

/** What the retry policy decides by. */
export interface Attempt {
	/** Tries that brought nothing so far, this one included; waiting for the rate limit does not count. */
	failures: number;
	next: NextStep;
	/** What `Retry-After` asked for. */
	retryAfterMs?: number;
}

/**
 * The backoff: how long to wait before the next try in ms, or undefined to give up. Exponential with jitter, so
 * that requests that failed together do not come back together.
 *
 * @param random a number from 0 to 1
 */
export function retryDelay(
	{ failures, next, retryAfterMs = 0 }: Attempt,
	maxRetries: number,
	random: number,
): number | undefined {
	if (next !== 'retry' || failures > maxRetries || retryAfterMs > MAX_RETRY_AFTER_MS) {
		return undefined;
	}
	const longest = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
	return Math.max((longest / 2) * (1 + random), retryAfterMs);
}
