import { createHash } from 'node:crypto';

import { wait } from './wait';

/** Time as the gate sees it; tests bring their own. */
export interface Clock {
	/** ms since the epoch. */
	now(): number;
	/** Waits; rejects when the signal is aborted. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A request's turn. It must be ended with what became of the request. */
export interface Turn {
	/** The service took the request, whatever it answered. */
	passed(): void;
	/** The service refused it for its rate limit. */
	limited(retryAfterMs?: number): void;
	/** Nobody knows: the connection failed. */
	unknown(): void;
}

const WINDOW_MS = 60_000;
/** Requests take different times to arrive, so the service's minute may end a little later than ours. */
const MARGIN_MS = 500;
/** Wait before the first single request that tests whether more passes than was learned. */
const FIRST_PROBE_MS = 1_000;
/** A refusal comes at once, a result only after the images are made: a probe without one by then has passed. */
const REFUSAL_MS = 5_000;
/** How much longer each wait after a failed probe is; where something passes, probes are a waste. */
const PROBE_GROWTH = { nothingPasses: 2, somethingPasses: 12 };
const MAX_PROBE_MS = { nothingPasses: WINDOW_MS, somethingPasses: 10 * WINDOW_MS };
/** Once nothing has passed for this long, a refused request fails instead of waiting on. */
export const PATIENCE_MS = 10 * WINDOW_MS;
/** The longest single wait, so that a changed situation is seen soon on every version of n8n. */
const NAP_MS = 1_000;

interface Waiter {
	/** Place in the queue: a request that was refused keeps its own. */
	place: number;
	/** Requests a minute that its user allows; 0: any number. */
	limit: number;
	start: (turn: Turn) => void;
}

/** Why a nap ends early; made once, since the default reason is made with its stack every time. */
const CHANGED = new Error('Something has changed');

const systemClock: Clock = { now: () => Date.now(), sleep: wait };

/**
 * Lets requests of one key and host through: at most so many in any minute, first come, first served. It learns
 * from refusals how many really pass, since others may use the same account, and tests now and then with single
 * requests whether more would.
 */
export class Gate {
	private queue: Waiter[] = [];

	/** When the requests of the last minute started, without those that were refused. */
	private starts: number[] = [];

	private inFlight = 0;

	/** How many requests a minute pass, as far as refusals have shown. */
	private learned = Infinity;

	/** The wait before the last probe that was refused; 0 once one has passed. */
	private probeDelayMs = 0;

	private nextProbeAt = 0;

	/** Nothing starts before: the service said so. */
	private closedUntil = 0;

	/** When the first refusal since the last pass came. */
	private shutSince: number | undefined;

	private nextPlace = 0;

	private running = false;

	private alarm = new AbortController();

	constructor(private readonly clock: Clock = systemClock) {}

	/** A place in the queue, kept over all tries of one request. */
	takePlace(): number {
		return this.nextPlace++;
	}

	/** Whether the service has refused everything for so long that waiting on makes no sense. */
	get hopeless(): boolean {
		return this.shutSince !== undefined && this.clock.now() - this.shutSince > PATIENCE_MS;
	}

	/** Whether nothing waits, runs or is worth remembering. */
	get idle(): boolean {
		this.forgetOldStarts();
		const known = Math.max(this.closedUntil, this.nextProbeAt) > this.clock.now();
		return !known && this.queue.length + this.inFlight + this.starts.length === 0;
	}

	/**
	 * Waits for this request's turn.
	 *
	 * @param limit requests a minute that the user allows; 0: any number
	 * @throws the signal's reason when it is aborted first
	 */
	async enter(place: number, limit: number, signal: AbortSignal): Promise<Turn> {
		signal.throwIfAborted();
		return await new Promise<Turn>((resolve, reject) => {
			const leave = () => {
				this.queue = this.queue.filter((other) => other !== waiter);
				this.wake();
				reject(signal.reason as Error);
			};
			const waiter: Waiter = {
				place,
				limit,
				start: (turn) => {
					signal.removeEventListener('abort', leave);
					resolve(turn);
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
		if (!this.running) void this.run();
	}

	private async run(): Promise<void> {
		this.running = true;
		for (let head = this.queue[0]; head; head = this.queue[0]) {
			const waitMs = this.waitMs(head.limit);
			if (waitMs <= 0) {
				this.queue.shift();
				head.start(this.begin());
				continue;
			}
			this.alarm = new AbortController();
			await this.clock.sleep(Math.min(waitMs, NAP_MS), this.alarm.signal).catch(() => undefined);
		}
		this.running = false;
	}

	private forgetOldStarts(): void {
		const oldest = this.clock.now() - WINDOW_MS - MARGIN_MS;
		const gone = this.starts.findIndex((start) => start > oldest);
		this.starts.splice(0, gone === -1 ? this.starts.length : gone);
	}

	/** When the window has room for one more of `limit`, in ms from now. */
	private roomInMs(limit: number): number {
		if (this.starts.length < limit) return 0;
		const blocking = this.starts[this.starts.length - limit];
		if (blocking === undefined) return Infinity;
		return blocking + WINDOW_MS + MARGIN_MS - this.clock.now();
	}

	private waitMs(limit: number): number {
		this.forgetOldStarts();
		const now = this.clock.now();
		const allowedMs = Math.max(
			this.closedUntil - now,
			this.roomInMs(limit === 0 ? Infinity : limit),
		);
		const learnedMs = this.roomInMs(this.learned);
		return Math.max(allowedMs, Math.min(learnedMs, this.nextProbeAt - now));
	}

	private begin(): Turn {
		const startedAt = this.clock.now();
		const isProbe = this.roomInMs(this.learned) > 0;
		this.starts.push(startedAt);
		this.inFlight += 1;
		if (isProbe) this.nextProbeAt = startedAt + REFUSAL_MS;
		let ended = false;
		const end = (apply: () => void) => () => {
			if (ended) return;
			ended = true;
			this.inFlight -= 1;
			apply();
			this.wake();
		};
		return {
			passed: end(() => this.onPassed(isProbe)),
			limited: (retryAfterMs) => end(() => this.onLimited(startedAt, isProbe, retryAfterMs))(),
			unknown: end(() => {
				if (isProbe) this.nextProbeAt = this.clock.now();
			}),
		};
	}

	private onPassed(wasProbe: boolean): void {
		this.shutSince = undefined;
		if (!wasProbe) return;
		// More passes than was known: one more is allowed, and the next may be tested at once.
		this.forgetOldStarts();
		this.learned = Math.max(this.learned, this.starts.length);
		this.probeDelayMs = 0;
		this.nextProbeAt = this.clock.now();
	}

	private onLimited(startedAt: number, wasProbe: boolean, retryAfterMs?: number): void {
		const now = this.clock.now();
		this.forgetOldStarts();
		const own = this.starts.indexOf(startedAt);
		if (own !== -1) this.starts.splice(own, 1);
		this.learned = this.starts.length;
		this.shutSince ??= now;
		// A service that asks for hours closes the gate for as long as a request would wait at most.
		const askedMs = retryAfterMs && Math.min(retryAfterMs, PATIENCE_MS);
		this.closedUntil = Math.max(this.closedUntil, now + (askedMs ?? 0));
		const kind = this.learned === 0 ? 'nothingPasses' : 'somethingPasses';
		this.probeDelayMs =
			wasProbe && this.probeDelayMs > 0
				? Math.min(this.probeDelayMs * PROBE_GROWTH[kind], MAX_PROBE_MS[kind])
				: FIRST_PROBE_MS;
		this.nextProbeAt = now + Math.max(askedMs ?? 0, this.probeDelayMs);
	}
}

const gates = new Map<string, Gate>();

/** The gate that all executions in this process share for a key and a host. */
export function gateFor(apiKey: string, host: string): Gate {
	// Gates that are idle know nothing worth keeping.
	for (const [id, gate] of gates) if (gate.idle) gates.delete(id);
	// A digest, so that the key itself stays out of long-lived memory structures.
	const id = createHash('sha256').update(`${host}\n${apiKey}`).digest('hex');
	const gate = gates.get(id) ?? new Gate();
	gates.set(id, gate);
	return gate;
}

/** How many gates are remembered; for tests of leaks. */
export const gateCount = (): number => gates.size;
