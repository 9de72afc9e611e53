import type { Fate } from '../failures';

/** Longest wait before the second try, and before any; jitter takes up to half of it away. */
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 8_000;

/** Longest wait that a service may ask for between two tries; beyond it the item fails. */
const MAX_RETRY_AFTER_MS = 120_000;

export interface Attempt {
	/** Tries that failed so far, this one included; waiting for the rate limit does not count. */
	failures: number;
	fate: Fate;
	/** What `Retry-After` asked for. */
	retryAfterMs?: number;
}

/**
 * How long to wait before the next try in ms, or undefined to give up. Exponential with jitter, so that
 * requests that failed together do not come back together.
 *
 * @param random a number from 0 to 1
 */
export function retryDelay(
	{ failures, fate, retryAfterMs = 0 }: Attempt,
	maxRetries: number,
	random: number,
): number | undefined {
	if (fate !== 'retry' || failures > maxRetries || retryAfterMs > MAX_RETRY_AFTER_MS) {
		return undefined;
	}
	const longest = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
	return Math.max((longest / 2) * (1 + random), retryAfterMs);
}
