import * as workflow from 'n8n-workflow';

/** Until some version after 2.30, n8n's `sleep` takes no signal, and this helper does. */
interface Older {
	sleepWithAbort?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const { sleep, sleepWithAbort }: typeof workflow & Older = workflow;

/** Why waiting ends for an item, because another one has failed. */
export const HALTED = new Error('Another item has failed');

/** Why waiting ends early; made once, since the default reason is made with its stack every time. */
export const CHANGED = new Error('Something has changed');

/**
 * Waits; leaves no timer behind when the signal is aborted.
 *
 * @throws when the signal is aborted first: its reason, or an error of n8n's own in older versions
 */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
	if (!sleepWithAbort) return await sleep(ms, signal);
	signal.throwIfAborted();
	// A signal of its own, since that helper never stops listening.
	const own = new AbortController();
	const end = () => own.abort(signal.reason);
	signal.addEventListener('abort', end, { once: true });
	try {
		await sleepWithAbort(ms, own.signal);
	} finally {
		signal.removeEventListener('abort', end);
	}
}

/** Time as the rate limiter sees it; tests bring their own. */
export interface Clock {
	/** ms since the epoch. */
	now(): number;
	/** Waits; rejects when the signal is aborted. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), sleep: wait };
