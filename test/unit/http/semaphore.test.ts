import { setImmediate as settle } from 'node:timers/promises';

import fc from 'fast-check';

import type { Lease } from '../../../nodes/MiniMaxImage/http/semaphore';
import { Semaphore } from '../../../nodes/MiniMaxImage/http/semaphore';

/** Tasks that end when told to, and what they saw. */
class Tasks {
	readonly started: number[] = [];

	running = 0;

	peak = 0;

	private readonly ends = new Map<number, (error?: Error) => void>();

	readonly task = (id: number) => async (): Promise<number> => {
		this.started.push(id);
		this.running += 1;
		this.peak = Math.max(this.peak, this.running);
		try {
			await new Promise<void>((resolve, reject) => {
				this.ends.set(id, (error) => (error ? reject(error) : resolve()));
			});
			return id;
		} finally {
			this.running -= 1;
		}
	};

	async end(id: number, error?: Error): Promise<void> {
		this.ends.get(id)?.(error);
		await settle();
	}
}

test('tasks start in their order, each as soon as a slot is free', async () => {
	const semaphore = new Semaphore(2);
	const tasks = new Tasks();
	const results = Promise.all([0, 1, 2, 3].map(async (id) => await semaphore.run(tasks.task(id))));

	expect(tasks.started).toEqual([0, 1]);
	await tasks.end(1);
	expect(tasks.started).toEqual([0, 1, 2]);
	await tasks.end(2);
	expect(tasks.started).toEqual([0, 1, 2, 3]);
	await tasks.end(0);
	await tasks.end(3);
	expect(await results).toEqual([0, 1, 2, 3]);
	expect(tasks.peak).toBe(2);
});

test('a task that fails tells so, and frees its slot', async () => {
	const semaphore = new Semaphore(1);
	const tasks = new Tasks();
	const failed = semaphore.run(tasks.task(0)).catch((error: Error) => error.message);
	const next = semaphore.run(tasks.task(1));

	await tasks.end(0, new Error('broken'));
	expect(await failed).toBe('broken');
	expect(tasks.started).toEqual([0, 1]);
	await tasks.end(1);
	expect(await next).toBe(1);
});

test('a task that throws at once frees its slot too', async () => {
	const semaphore = new Semaphore(1);
	const thrown = semaphore.run(() => {
		throw new Error('at once');
	});

	await expect(thrown).rejects.toThrow('at once');
	expect(await semaphore.run(async () => await Promise.resolve('next'))).toBe('next');
});

test('a task that comes while a slot is handed on does not overtake', async () => {
	const semaphore = new Semaphore(1);
	const tasks = new Tasks();
	const first = semaphore.run(tasks.task(0)).then(async () => await semaphore.run(tasks.task(2)));
	const second = semaphore.run(tasks.task(1));

	await tasks.end(0);
	expect(tasks.started).toEqual([0, 1]);
	await tasks.end(1);
	await tasks.end(2);
	expect(await Promise.all([first, second])).toEqual([2, 1]);
});

test('never do more run than there are slots, and all come through, in whatever order they end', async () => {
	const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 15 }));
	await fc.assert(
		fc.asyncProperty(
			sizes,
			fc.infiniteStream(fc.nat()),
			fc.boolean(),
			async (size, picks, fails) => {
				const [slotCount, taskCount] = size;
				const semaphore = new Semaphore(slotCount);
				const tasks = new Tasks();
				const ids = Array.from({ length: taskCount }, (_, id) => id);
				const all = Promise.allSettled(ids.map(async (id) => await semaphore.run(tasks.task(id))));
				const ended: number[] = [];
				while (ended.length < taskCount) {
					expect(tasks.running).toBe(Math.min(slotCount, taskCount - ended.length));
					const open = tasks.started.filter((id) => !ended.includes(id));
					const id = open[(picks.next().value as number) % open.length] ?? 0;
					ended.push(id);
					await tasks.end(id, fails && id % 2 === 0 ? new Error('broken') : undefined);
				}
				expect(await all).toHaveLength(taskCount);
				expect(tasks.started).toEqual(ids);
				expect(tasks.peak).toBe(Math.min(slotCount, taskCount));
			},
		),
		{ seed: 41, numRuns: 60 },
	);
});

describe('leases that grow', () => {
	const full = 10;

	/** A growth, and whether it is there yet. */
	function grow(lease: Lease, weight: number) {
		const waiting = lease.grow(weight);
		const growth = { granted: waiting === undefined };
		void waiting?.then(() => (growth.granted = true));
		return growth;
	}

	test('take what there is room for at once', () => {
		const semaphore = new Semaphore(full);
		const [a, b] = [semaphore.open(), semaphore.open()];

		expect(a.grow(4)).toBeUndefined();
		expect(b.grow(6)).toBeUndefined();
		expect([a.weight, b.weight]).toEqual([4, 6]);
	});

	test('may always grow where they are the oldest, so that one comes to its end', async () => {
		const semaphore = new Semaphore(full);
		const [oldest, younger] = [semaphore.open(), semaphore.open()];
		younger.grow(full);

		expect(oldest.grow(100)).toBeUndefined();
		const waiting = grow(younger, 1);
		await settle();
		expect(waiting.granted).toBe(false);

		oldest.end();
		await settle();
		expect(waiting.granted).toBe(true);
		expect(younger.weight).toBe(full + 1);
	});

	test('are granted from the oldest to the youngest as room comes free', async () => {
		const semaphore = new Semaphore(full);
		const [a, b, c, d] = Array.from({ length: 4 }, () => semaphore.open()) as [
			...[Lease, Lease, Lease, Lease],
		];
		a.grow(8);
		d.grow(2);
		const [second, third] = [grow(b, 4), grow(c, 4)];
		await settle();
		expect([second.granted, third.granted]).toEqual([false, false]);

		a.shrink(4);
		await settle();
		expect([second.granted, third.granted]).toEqual([true, false]);

		d.shrink(2);
		a.shrink(2);
		await settle();
		expect([second.granted, third.granted]).toEqual([true, true]);
	});

	test('go before tasks in line, which wait for room that nobody who runs wants', async () => {
		const semaphore = new Semaphore(full);
		const [oldest, younger] = [semaphore.open(), semaphore.open()];
		oldest.grow(full);
		const tasks = new Tasks();
		void semaphore.run(tasks.task(0), 5);
		const waiting = grow(younger, 5);

		oldest.shrink(5);
		await settle();
		expect(waiting.granted).toBe(true);
		expect(tasks.started).toEqual([]);

		oldest.shrink(5);
		await settle();
		expect(tasks.started).toEqual([0]);
	});

	test('take what they wait for where they insist, and everything comes back at their end', async () => {
		const semaphore = new Semaphore(full);
		const [oldest, younger] = [semaphore.open(), semaphore.open()];
		oldest.grow(full);
		const waiting = grow(younger, 7);
		younger.insist();
		await settle();
		expect(waiting.granted).toBe(true);
		expect(younger.weight).toBe(7);

		younger.insist();
		expect(younger.weight).toBe(7);
		oldest.end();
		younger.end();
		const tasks = new Tasks();
		void semaphore.run(tasks.task(0), full);
		expect(tasks.started).toEqual([0]);
	});

	test('that end while they wait do not leave anybody waiting', async () => {
		const semaphore = new Semaphore(full);
		const [oldest, younger] = [semaphore.open(), semaphore.open()];
		oldest.grow(full);
		const waiting = grow(younger, 7);
		younger.end();
		await settle();
		expect(waiting.granted).toBe(true);

		oldest.end();
		const tasks = new Tasks();
		void semaphore.run(tasks.task(0), full);
		expect(tasks.started).toEqual([0]);
	});

	test('give back no more than they hold', () => {
		const semaphore = new Semaphore(full);
		const [a, b, c] = [semaphore.open(), semaphore.open(), semaphore.open()];
		a.grow(5);
		b.grow(5);
		b.shrink(50);
		b.shrink(5);

		expect(b.weight).toBe(0);
		expect(c.grow(5)).toBeUndefined();
		expect(c.grow(1)).toBeInstanceOf(Promise);
	});

	test('of tasks that fail are given back with what they grew by', async () => {
		const semaphore = new Semaphore(full);
		const failed = semaphore.run(async (lease) => {
			lease.grow(50);
			await settle();
			throw new Error('broken');
		});

		await expect(failed).rejects.toThrow('broken');
		const tasks = new Tasks();
		void semaphore.run(tasks.task(0), full);
		expect(tasks.started).toEqual([0]);
	});

	test('never starve: all come to their end, with one at most beyond what is allowed', async () => {
		const steps = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 5 });
		const jobs = fc.array(fc.record({ first: fc.integer({ min: 1, max: 15 }), steps }), {
			minLength: 1,
			maxLength: 10,
		});
		await fc.assert(
			fc.asyncProperty(jobs, async (all) => {
				const semaphore = new Semaphore(full);
				const running = new Set<Lease>();
				let ended = 0;
				const work = all.map(async ({ first, steps: own }) => {
					await semaphore.run(async (lease) => {
						running.add(lease);
						for (const weight of own) {
							await lease.grow(weight);
							const weights = [...running].map((one) => one.weight);
							const [oldest = 0, ...others] = weights;
							expect(others.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(full);
							expect(oldest).toBeGreaterThan(0);
							await settle();
						}
						running.delete(lease);
						ended += 1;
					}, first);
				});
				await Promise.all(work);
				expect(ended).toBe(all.length);
				// All that was held is free again.
				const tasks = new Tasks();
				void semaphore.run(tasks.task(0), full);
				expect(tasks.started).toEqual([0]);
			}),
			{ seed: 43, numRuns: 100 },
		);
	});
});
