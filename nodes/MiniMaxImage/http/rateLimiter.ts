import type { Permit } from './permit';
import { Probes } from './probes';
import { SlidingWindow, WINDOW_MS } from './slidingWindow';
import { CHANGED, systemClock } from './wait';
import type { Clock } from './wait';

/** Once nothing has passed for this long, a refused request fails instead of waiting on. */
export const PATIENCE_MS = 10 * WINDOW_MS;
/** The longest single wait, so that a changed situation is seen soon on every version of n8n. */
const NAP_MS = 1_000;

interface Waiter {
	/** Place in the queue: a request that was refused keeps its own. */
	place: number;
	/** Requests a minute that its user allows; 0: any number. */
	limit: number;
	start: (permit: Permit) => void;
}

/**
 * Lets requests of one key and host through: at most so many in any minute, first come, first served. It learns
 * from refusals how many really pass, since others may use the same account, and probes now and then whether more
 * would. docs/rate-limit.md draws how.
 */
export class RateLimiter {
	private queue: Waiter[] = [];

	private readonly window = new SlidingWindow();

	private readonly probes = new Probes();

	private inFlight = 0;

	/** How many requests a minute pass, as far as refusals have shown. */
	private learned = Infinity;

	/** Nothing starts before: the service said so. */
	private closedUntil = 0;

	/** When the first refusal since the last pass came. */
	private refusedSince: number | undefined;

	private nextPlace = 0;

	private running = false;

	private alarm = new AbortController();

	constructor(private readonly clock: Clock = systemClock) {}

	/** A place in the queue, kept over all tries of one request. */
	takePlace(): number {
		return this.nextPlace++;
	}

	/** Whether the service has refused everything for so long that waiting on makes no sense. */
	get outOfPatience(): boolean {
		return this.refusedSince !== undefined && this.clock.now() - this.refusedSince > PATIENCE_MS;
	}

	/** Whether nothing waits, runs or is worth remembering. */
	get idle(): boolean {
		const now = this.clock.now();
		const known = Math.max(this.closedUntil, this.probes.nextAt) > now;
		return !known && this.queue.length + this.inFlight + this.window.countAt(now) === 0;
	}

	/**
	 * Waits until this request may be sent.
	 *
	 * @param limit requests a minute that the user allows; 0: any number
	 * @throws the signal's reason when it is aborted first
	 */
	async acquire(place: number, limit: number, signal: AbortSignal): Promise<Permit> {
		signal.throwIfAborted();
		return await new Promise<Permit>((resolve, reject) => {
			const leave = () => {
				this.queue = this.queue.filter((other) => other !== waiter);
				this.wake();
				reject(signal.reason as Error);
			};
			const waiter: Waiter = {
				place,
				limit,
				start: (permit) => {
					signal.removeEventListener('abort', leave);
					resolve(permit);
				},
			};
			signal.addEventListener('abort', leave, { once: true });
			const behind = this.queue.findIndex((other) => other.place > place);
			this.queue.splice(behind === -1 ? this.queue.length : behind, 0, waiter);
			this.wake();
		});
	}

	/** Tells the loop that something has changed, and starts it when it is not running. */
	private wake(): void {
		this.alarm.abort(CHANGED);
		if (!this.running) void this.serveQueue();
	}

	private async serveQueue(): Promise<void> {
		this.running = true;
		for (let head = this.queue[0]; head; head = this.queue[0]) {
			const waitMs = this.waitMs(head.limit);
			if (waitMs <= 0) {
				this.queue.shift();
				head.start(this.grant());
				continue;
			}
			this.alarm = new AbortController();
			await this.clock.sleep(Math.min(waitMs, NAP_MS), this.alarm.signal).catch(() => undefined);
		}
		this.running = false;
	}

	private waitMs(limit: number): number {
		const now = this.clock.now();
		const allowedMs = Math.max(
			this.closedUntil - now,
			this.window.roomInMs(limit === 0 ? Infinity : limit, now),
		);
		const learnedMs = this.window.roomInMs(this.learned, now);
		return Math.max(allowedMs, Math.min(learnedMs, this.probes.nextAt - now));
	}

	private grant(): Permit {
		const startedAt = this.clock.now();
		const isProbe = this.window.roomInMs(this.learned, startedAt) > 0;
		this.window.add(startedAt);
		this.inFlight += 1;
		if (isProbe) this.probes.started(startedAt);
		let ended = false;
		const end = (apply: () => void) => {
			if (ended) return;
			ended = true;
			this.inFlight -= 1;
			apply();
			this.wake();
		};
		return {
			passed: () => end(() => this.onPassed(isProbe)),
			limited: (retryAfterMs) => end(() => this.onLimited(startedAt, isProbe, retryAfterMs)),
			unknown: () => end(() => isProbe && this.probes.lost(this.clock.now())),
			unsent: () => {
				end(() => {
					this.window.remove(startedAt);
					if (isProbe) this.probes.lost(this.clock.now());
				});
			},
		};
	}

	private onPassed(wasProbe: boolean): void {
		this.refusedSince = undefined;
		if (!wasProbe) return;
		const now = this.clock.now();
		// More passes than was known, so one more is allowed from now on.
		this.learned = Math.max(this.learned, this.window.countAt(now));
		this.probes.passed(now);
	}

	private onLimited(startedAt: number, wasProbe: boolean, retryAfterMs = 0): void {
		const now = this.clock.now();
		this.window.remove(startedAt);
		this.learned = this.window.countAt(now);
		this.refusedSince ??= now;
		// A service that asks for hours holds everything back for as long as a request would wait at most.
		const askedMs = Math.min(retryAfterMs, PATIENCE_MS);
		this.closedUntil = Math.max(this.closedUntil, now + askedMs);
		this.probes.refused(now, wasProbe, this.learned, askedMs);
	}
}
