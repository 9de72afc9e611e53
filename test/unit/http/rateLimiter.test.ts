import { getEventListeners } from 'node:events';

import {
	ask,
	askMany,
	at,
	clock,
	limiter,
	order,
	permits,
	send,
	starts,
} from '../../support/limited';

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
		permits.get('a')?.unknown();
		await clock.advance(60_000);

		expect(at()).toEqual([0, 60.5]);
	});
});

describe('the queue', () => {
	test('goes by place, whoever asks first', async () => {
		const [first, second] = [limiter.takePlace(), limiter.takePlace()];
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
		expect(limiter.idle).toBe(true);
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
		const place = limiter.takePlace();
		void ask('a', { place });
		askMany('b');
		await clock.advance(0);
		permits.get('b')?.passed();
		permits.get('a')?.limited();
		askMany('cd');
		void ask('a', { place });
		await clock.advance(1000);

		expect(order()).toBe('aba');
	});

	test('all hold back, one tests the service, and where it passes the next goes at once', async () => {
		askMany('abcde');
		await clock.advance(2000);
		for (const name of 'ab') permits.get(name)?.passed();
		for (const name of 'cde') permits.get(name)?.limited();
		askMany('fgh');
		await clock.advance(999);
		expect(order()).toBe('abcde');
		await clock.advance(4000);
		expect(starts.slice(5)).toEqual([['f', 3]]);
		permits.get('f')?.passed();
		await clock.advance(4000);
		expect(starts.slice(6)).toEqual([['g', 6.999]]);
	});

	test('a test that is not refused within seconds lets the next one go', async () => {
		askMany('ab');
		await clock.advance(0);
		permits.get('a')?.limited();
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
		permits.get('a')?.limited(30_000);
		askMany('bc');
		await clock.advance(29_999);
		expect(order()).toBe('a');
		await clock.advance(5000);
		expect(starts.slice(1)).toEqual([['b', 30]]);
	});

	test('the wait that the service asks for is kept, even where the minute has room sooner', async () => {
		askMany('ab');
		await clock.advance(0);
		permits.get('a')?.passed();
		permits.get('b')?.limited(90_000);
		askMany('c');
		await clock.advance(100_000);

		expect(starts.slice(2)).toEqual([['c', 90]]);
	});

	test('a permit ends once, whatever is said later', async () => {
		askMany('a');
		await clock.advance(0);
		permits.get('a')?.passed();
		permits.get('a')?.limited(600_000);
		askMany('b');
		await clock.advance(0);

		expect(order()).toBe('ab');
	});

	test('patience is over once nothing has passed for ten minutes', async () => {
		let passes = false;
		void send('a', async () => await Promise.resolve(passes));
		await clock.advance(600_000);
		expect(limiter.outOfPatience).toBe(false);
		await clock.advance(1);
		expect(limiter.outOfPatience).toBe(true);
		passes = true;
		await clock.advance(60_000);
		expect(limiter.outOfPatience).toBe(false);
	});
});

describe('idle', () => {
	test('is a limiter that waits for nothing and knows nothing', async () => {
		expect(limiter.idle).toBe(true);
		askMany('ab', { limit: 1 });
		await clock.advance(60_500);
		expect(limiter.idle).toBe(false);
		for (const permit of permits.values()) permit.passed();
		await clock.advance(60_499);
		expect(limiter.idle).toBe(false);
		await clock.advance(1);
		expect(limiter.idle).toBe(true);
	});

	test('is no limiter whose service asked to wait', async () => {
		(await ask('a')).limited(90_000);
		await clock.advance(89_999);
		expect(limiter.idle).toBe(false);
		await clock.advance(1);
		expect(limiter.idle).toBe(true);
	});
});
