import { setImmediate as settle } from 'node:timers/promises';

import fc from 'fast-check';

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

test('never do more run than there are semaphore, and all come through, in whatever order they end', async () => {
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
