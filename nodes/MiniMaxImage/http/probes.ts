import { WINDOW_MS } from './slidingWindow';

/** Wait before the first probe after a refusal. */
const FIRST_PROBE_MS = 1_000;
/** A refusal comes at once, a result only after the images are made: a probe without one by then has passed. */
const REFUSAL_MS = 5_000;
/** How much longer each wait after a refused probe is; where something passes, probes are a waste. */
const GROWTH = { nothingPasses: 2, somethingPasses: 12 };
const MAX_DELAY_MS = { nothingPasses: WINDOW_MS, somethingPasses: 10 * WINDOW_MS };

/** When the next probe may go: a single request beyond what is known to pass, to learn whether more does. */
export class Probes {
	/** ms since the epoch. */
	nextAt = 0;

	/** The wait before the last probe that was refused; 0 once one has passed. */
	private delayMs = 0;

	started(now: number): void {
		this.nextAt = now + REFUSAL_MS;
	}

	/** More passes than was known, so the next may go at once. */
	passed(now: number): void {
		this.delayMs = 0;
		this.nextAt = now;
	}

	/** Nobody knows what became of it, so the next may go at once. */
	lost(now: number): void {
		this.nextAt = now;
	}

	/**
	 * A request was refused.
	 *
	 * @param askedMs how long the service asks to wait
	 */
	refused(now: number, wasProbe: boolean, passing: number, askedMs: number): void {
		const kind = passing === 0 ? 'nothingPasses' : 'somethingPasses';
		this.delayMs =
			wasProbe && this.delayMs > 0
				? Math.min(this.delayMs * GROWTH[kind], MAX_DELAY_MS[kind])
				: FIRST_PROBE_MS;
		this.nextAt = now + Math.max(askedMs, this.delayMs);
	}
}
