import { RateLimiter } from '../../nodes/MiniMaxImage/http/rateLimiter';
import type { Permit } from '../../nodes/MiniMaxImage/http/permit';
import { FakeClock } from './fakeClock';

/** Requests of a test through a rate limiter whose clock the test moves; made anew for each test. */

/** A signal that is never aborted. */
export const never = () => new AbortController().signal;

export let clock: FakeClock;
export let limiter: RateLimiter;
/** When which request started, in seconds. */
export let starts: [name: string, at: number][];
export let permits: Map<string, Permit>;

beforeEach(() => {
	clock = new FakeClock();
	limiter = new RateLimiter(clock);
	starts = [];
	permits = new Map();
});

export interface Ask {
	at?: RateLimiter;
	limit?: number;
	place?: number;
	signal?: AbortSignal;
}

/** Asks for a permit; what becomes of the request is up to the test. */
export async function ask(name: string, options: Ask = {}): Promise<Permit> {
	const { limit = 10, at: door = limiter, place = door.takePlace(), signal = never() } = options;
	const permit = await door.acquire(place, limit, signal);
	starts.push([name, clock.now() / 1000]);
	permits.set(name, permit);
	return permit;
}

export const askMany = (names: string, options?: Ask) =>
	[...names].map((name) => ask(name, options));

/** Asks for permits until the service takes the request, as the client does. */
export async function send(
	name: string,
	take: () => Promise<boolean>,
	limit = 10,
	door = limiter,
): Promise<void> {
	for (const place = door.takePlace(); ;) {
		const permit = await ask(name, { limit, place, at: door });
		if (await take()) return permit.passed();
		permit.limited();
	}
}

/** When requests started, in seconds. */
export const at = () => starts.map(([, time]) => time);
/** The names of the requests in the order of their start. */
export const order = () => starts.map(([name]) => name).join('');
