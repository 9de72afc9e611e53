import { getEventListeners } from 'node:events';
import { setImmediate as settle, setTimeout as wait } from 'node:timers/promises';

import { Slots } from '../../nodes/MiniMaxImage/http/concurrency';
import { Gate, gateCount, gateFor } from '../../nodes/MiniMaxImage/http/pace';
import type { Clock, Turn } from '../../nodes/MiniMaxImage/http/pace';

/** Time that passes only when a test says so. */
class FakeClock implements Clock {
	private time = 0;

	private readonly timers = new Set<{ due: number; ring: () => void }>();

	readonly now = () => this.time;

	get pending(): number {
		return this.timers.size;
	}

	readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
		signal.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			const cancel = () => {
				this.timers.delete(timer);
				reject(signal.reason as Error);
			};
			const ring = () => {
				signal.removeEventListener('abort', cancel);
				resolve();
			};
			const timer = { due: this.time + ms, ring };
			signal.addEventListener('abort', cancel, { once: true });
			this.timers.add(timer);
		});
	};

	/** Rings all timers that fall due, in their order, and lets everything settle in between. */
	async advance(ms: number): Promise<void> {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const [next] = [...this.timers].sort((a, b) => a.due - b.due);
			if (!next || next.due > end) break;
			this.timers.delete(next);
			this.time = Math.max(this.time, next.due);
			next.ring();
		}
		this.time = end;
	}
}

/** A signal that is never aborted. */
const never = () => new AbortController().signal;

let clock: FakeClock;
let gate: Gate;
/** When which request started, in seconds. */
let starts: [name: string, at: number][];
let turns: Map<string, Turn>;

beforeEach(() => {
	clock = new FakeClock();
	gate = new Gate(clock);
	starts = [];
	turns = new Map();
});

interface Ask {
	at?: Gate;
	limit?: number;
	place?: number;
	signal?: AbortSignal;
}

/** Asks for a turn; what becomes of the request is up to the test. */
async function ask(name: string, options: Ask = {}): Promise<Turn> {
	const { limit = 10, at: door = gate, place = door.takePlace(), signal = never() } = options;
	const turn = await door.enter(place, limit, signal);
	starts.push([name, clock.now() / 1000]);
	turns.set(name, turn);
	return turn;
}

const askMany = (names: string, options?: Ask) => [...names].map((name) => ask(name, options));

/** Asks for turns until the service takes the request, as the client does. */
async function send(
	name: string,
	take: () => Promise<boolean>,
	limit = 10,
	door = gate,
): Promise<void> {
	for (const place = door.takePlace(); ;) {
		const turn = await ask(name, { limit, place, at: door });
		if (await take()) return turn.passed();
		turn.limited();
	}
}

const at = () => starts.map(([, time]) => time);
const order = () => starts.map(([name]) => name).join('');

describe('the window', () => {
	test('as many as allowed start at once, the next when the first minute and a margin are over', async () => {
		askMany('abcdefg', { limit: 3 });

		await clock.advance(60_499);
		expect(at()).toEqual([0, 0, 0]);
		await clock.advance(1);
		expect(at()).toEqual([0, 0, 0, 60.5, 60.5, 60.5]);
		await clock.advance(60_500);
		expect(at()).toEqual([0, 0, 0, 60.5, 60.5, 60.5, 121]);
		expect(order()).toBe('abcdefg');
	});

	test('slides: each start frees its own place a minute later', async () => {
		for (const name of 'abc') {
			void ask(name, { limit: 3 });
			await clock.advance(20_000);
		}
		askMany('def', { limit: 3 });
		await clock.advance(60_000);

		expect(at()).toEqual([0, 20, 40, 60.5, 80.5, 100.5]);
	});

	test('without pacing everything starts at once', async () => {
		askMany('x'.repeat(200), { limit: 0 });
		await clock.advance(0);

		expect(at()).toEqual(Array(200).fill(0));
	});

	test('every request keeps to the limit of its own user', async () => {
		askMany('aaaa', { limit: 4 });
		askMany('b', { limit: 2 });
		await clock.advance(60_500);

		expect(starts.at(-1)).toEqual(['b', 60.5]);
	});

	test('a failed connection counts as a start, since nobody knows', async () => {
		askMany('ab', { limit: 1 });
		await clock.advance(1000);
		turns.get('a')?.unknown();
		await clock.advance(60_000);

		expect(at()).toEqual([0, 60.5]);
	});
});

describe('the queue', () => {
	test('goes by place, whoever asks first', async () => {
		const [first, second] = [gate.takePlace(), gate.takePlace()];
		void ask('x', { limit: 1 });
		void ask('b', { limit: 1, place: second });
		void ask('a', { limit: 1, place: first });
		await clock.advance(121_000);

		expect(starts).toEqual([
			['x', 0],
			['a', 60.5],
			['b', 121],
		]);
	});

	test('a waiter that is aborted leaves it and blocks nobody', async () => {
		const stop = new AbortController();
		const reason = new Error('stopped');
		askMany('a', { limit: 1 });
		const left = ask('b', { limit: 1, signal: stop.signal });
		askMany('c', { limit: 1 });
		await clock.advance(10_000);
		stop.abort(reason);

		await expect(left).rejects.toBe(reason);
		await clock.advance(50_500);
		expect(starts).toEqual([
			['a', 0],
			['c', 60.5],
		]);
	});

	test('who comes aborted does not get in', async () => {
		const reason = new Error('stopped');

		await expect(ask('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
		expect(gate.idle).toBe(true);
	});

	test('leaves neither timers nor listeners behind', async () => {
		const [user, stopped] = [new AbortController(), new AbortController()];
		askMany('abc', { limit: 1, signal: user.signal });
		const left = ask('d', { limit: 1, signal: stopped.signal });
		expect(getEventListeners(user.signal, 'abort')).toHaveLength(2);
		expect(getEventListeners(stopped.signal, 'abort')).toHaveLength(1);
		await clock.advance(121_000);
		expect(getEventListeners(user.signal, 'abort')).toHaveLength(0);
		expect(clock.pending).toBe(1);
		stopped.abort();
		await expect(left).rejects.toThrow();
		await clock.advance(0);

		expect(getEventListeners(stopped.signal, 'abort')).toHaveLength(0);
		expect(clock.pending).toBe(0);
	});
});

describe('after a refusal', () => {
	test('the refused request keeps its place ahead of later ones', async () => {
		const place = gate.takePlace();
		void ask('a', { place });
		askMany('b');
		await clock.advance(0);
		turns.get('b')?.passed();
		turns.get('a')?.limited();
		askMany('cd');
		void ask('a', { place });
		await clock.advance(1000);

		expect(order()).toBe('aba');
	});

	test('all hold back, one tests the service, and where it passes the next goes at once', async () => {
		askMany('abcde');
		await clock.advance(2000);
		for (const name of 'ab') turns.get(name)?.passed();
		for (const name of 'cde') turns.get(name)?.limited();
		askMany('fgh');
		await clock.advance(999);
		expect(order()).toBe('abcde');
		await clock.advance(4000);
		expect(starts.slice(5)).toEqual([['f', 3]]);
		turns.get('f')?.passed();
		await clock.advance(4000);
		expect(starts.slice(6)).toEqual([['g', 6.999]]);
	});

	test('a test that is not refused within seconds lets the next one go', async () => {
		askMany('ab');
		await clock.advance(0);
		turns.get('a')?.limited();
		askMany('cde');
		await clock.advance(12_000);

		expect(starts.slice(2)).toEqual([
			['c', 1],
			['d', 6],
			['e', 11],
		]);
	});

	test('where nothing passes, waits double up to a minute', async () => {
		void send('a', async () => await Promise.resolve(false));
		await clock.advance(250_000);

		expect(at()).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
	});

	test('where something passes, tests become rare at once, and the minute decides', async () => {
		(await ask('a')).passed();
		void send('b', async () => await Promise.resolve(clock.now() > 60_000));
		await clock.advance(61_000);

		const [first, second, third = 0, ...rest] = at().slice(1);
		expect([first, second, ...rest]).toEqual([0, 1, 60.5]);
		expect(third).toBeGreaterThan(10);
	});

	test('what passed in a minute is what starts in the next, and more once more passes', async () => {
		let allowed = 2;
		const take = async () => await Promise.resolve(allowed-- > 0);
		for (const name of 'abcd') void send(name, take);
		await clock.advance(60_000);
		const tries = starts.length;
		allowed = 2;
		await clock.advance(1000);
		expect(starts.slice(tries)).toEqual([
			['c', 60.5],
			['d', 60.5],
		]);
		allowed = Infinity;
		for (const name of 'efghijkl') void send(name, take);
		await clock.advance(140_000);
		expect(starts.slice(tries + 2, tries + 4)).toEqual([
			['e', 121],
			['f', 121],
		]);
		expect(order().slice(tries + 4)).toBe('ghijkl');
		expect(new Set(at().slice(-6)).size).toBe(1);
		await clock.advance(60_500);
		askMany('mnopqrstu');
		await clock.advance(0);
		expect(order().slice(tries + 10)).toBe('mnopqrstu');
	});

	test('the wait that the service asks for is kept, and then one goes', async () => {
		askMany('a');
		await clock.advance(0);
		turns.get('a')?.limited(30_000);
		askMany('bc');
		await clock.advance(29_999);
		expect(order()).toBe('a');
		await clock.advance(5000);
		expect(starts.slice(1)).toEqual([['b', 30]]);
	});

	test('the wait that the service asks for is kept, even where the minute has room sooner', async () => {
		askMany('ab');
		await clock.advance(0);
		turns.get('a')?.passed();
		turns.get('b')?.limited(90_000);
		askMany('c');
		await clock.advance(100_000);

		expect(starts.slice(2)).toEqual([['c', 90]]);
	});

	test('a turn ends once, whatever is said later', async () => {
		askMany('a');
		await clock.advance(0);
		turns.get('a')?.passed();
		turns.get('a')?.limited(600_000);
		askMany('b');
		await clock.advance(0);

		expect(order()).toBe('ab');
	});

	test('waiting is hopeless once nothing has passed for ten minutes', async () => {
		let passes = false;
		void send('a', async () => await Promise.resolve(passes));
		await clock.advance(600_000);
		expect(gate.hopeless).toBe(false);
		await clock.advance(1);
		expect(gate.hopeless).toBe(true);
		passes = true;
		await clock.advance(60_000);
		expect(gate.hopeless).toBe(false);
	});
});

/** A service that takes so many requests in any minute; each takes 2 seconds, a refusal none. */
class Service {
	refused = 0;

	private readonly taken: number[] = [];

	constructor(private readonly limit: number) {}

	readonly take = async (): Promise<boolean> => {
		// Requests take different times to arrive.
		await clock.sleep((starts.length * 137) % 400, never());
		const now = clock.now();
		const isTaken = this.taken.filter((time) => time > now - 60_000).length < this.limit;
		if (isTaken) this.taken.push(now);
		else this.refused += 1;
		if (isTaken) await clock.sleep(2000, never());
		return isTaken;
	};
}

/** How many seconds the clock shows when all of it is done. */
async function secondsFor(work: Promise<unknown>): Promise<number> {
	const finished = work.then(() => clock.now() / 1000);
	for (let isDone = false; !isDone;) {
		void finished.then(() => (isDone = true));
		await clock.advance(500);
		if (clock.now() > 3_600_000) throw new Error('not done within an hour');
	}
	return await finished;
}

describe('against a service', () => {
	const LEAST_SECONDS = 120;

	test('that takes half of what the user says, all pass with few refusals and little delay', async () => {
		const service = new Service(5);
		const slots = new Slots(5);
		const work = Array.from('abcdefghijkl', (name) => slots.run(() => send(name, service.take)));

		const seconds = await secondsFor(Promise.all(work));

		expect(seconds).toBeGreaterThanOrEqual(LEAST_SECONDS);
		expect(seconds).toBeLessThanOrEqual(LEAST_SECONDS * 1.25);
		expect(service.refused).toBeLessThanOrEqual(8);
	});

	test('two users who share a gate are never refused, and lose no time', async () => {
		const service = new Service(10);
		const users = ['abcdefghijklm', 'ABCDEFGHIJKL'].map((names) => {
			const slots = new Slots(5);
			return Array.from(names, (name) => slots.run(() => send(name, service.take)));
		});

		const seconds = await secondsFor(Promise.all(users.flat()));

		expect(service.refused).toBe(0);
		expect(seconds).toBeGreaterThanOrEqual(LEAST_SECONDS);
		expect(seconds).toBeLessThanOrEqual(LEAST_SECONDS * 1.05);
	});

	test('three workers with a gate each share one account: all pass, and they find their shares', async () => {
		const service = new Service(10);
		const workers = [0, 1, 2].map(() => new Gate(clock));
		const work = workers.flatMap((worker, index) => {
			const slots = new Slots(5);
			const names = Array.from({ length: 10 }, (_, request) => `${index}-${request}`);
			return names.map((name) => slots.run(() => send(name, service.take, 10, worker)));
		});

		const seconds = await secondsFor(Promise.all(work));

		expect(seconds).toBeGreaterThanOrEqual(LEAST_SECONDS);
		expect(seconds).toBeLessThanOrEqual(LEAST_SECONDS * 1.5);
		expect(service.refused).toBeLessThanOrEqual(30);
	});

	test('whose limit others use up for three minutes, all pass soon after', async () => {
		const service = new Service(10);
		const take = async () => clock.now() >= 180_000 && (await service.take());

		const seconds = await secondsFor(Promise.all(Array.from('abcdefghij', (n) => send(n, take))));

		expect(seconds).toBeGreaterThanOrEqual(180);
		expect(seconds).toBeLessThanOrEqual(180 + 90);
	});
});

describe('idle', () => {
	test('is a gate that waits for nothing and knows nothing', async () => {
		expect(gate.idle).toBe(true);
		askMany('ab', { limit: 1 });
		await clock.advance(60_500);
		expect(gate.idle).toBe(false);
		for (const turn of turns.values()) turn.passed();
		await clock.advance(60_499);
		expect(gate.idle).toBe(false);
		await clock.advance(1);
		expect(gate.idle).toBe(true);
	});

	test('is no gate whose service asked to wait', async () => {
		(await ask('a')).limited(90_000);
		await clock.advance(89_999);
		expect(gate.idle).toBe(false);
		await clock.advance(1);
		expect(gate.idle).toBe(true);
	});
});

describe('gates', () => {
	const enter = async (key: string, host: string) => {
		const own = gateFor(key, host);
		return { gate: own, turn: await own.enter(own.takePlace(), 10, never()) };
	};

	test('belong to a key and a host, and those that are idle are forgotten', async () => {
		const before = gateCount();
		const first = await enter('key-1', 'https://a.example');
		const others = [
			await enter('key-2', 'https://a.example'),
			await enter('key-1', 'https://b.example'),
		];

		expect(gateFor('key-1', 'https://a.example')).toBe(first.gate);
		expect(new Set([first, ...others].map((entry) => entry.gate)).size).toBe(3);
		expect(gateCount()).toBe(before + 3);
		// Refused, none of them has a start to remember.
		for (const { turn } of [first, ...others]) turn.limited(0);
		await wait(1_100);
		gateFor('key-3', 'https://a.example');
		expect(gateCount()).toBe(before + 1);
		expect(gateFor('key-1', 'https://a.example')).not.toBe(first.gate);
	});
});
