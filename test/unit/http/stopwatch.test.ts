import { Stopwatch } from '../../../nodes/MiniMaxImage/http/stopwatch';

test('time counts once while any of several tasks waits, and not in between', async () => {
	let now = 0;
	const stopwatch = new Stopwatch(() => now);
	const task = () => {
		let finish = (): void => undefined;
		const promise = new Promise<void>((resolve) => (finish = resolve));
		return { during: stopwatch.during(promise), finish: () => finish() };
	};
	const [first, second] = [task(), task()];

	now = 10;
	expect(stopwatch.totalMs).toBe(10);
	first.finish();
	await first.during;
	now = 15;
	second.finish();
	await second.during;
	now = 100;
	expect(stopwatch.totalMs).toBe(15);
	const third = task();
	now = 107;
	third.finish();
	await third.during;

	expect(stopwatch.totalMs).toBe(22);
});

test('a task that fails counts too, and its error is passed on', async () => {
	let now = 0;
	const stopwatch = new Stopwatch(() => now);
	const during = stopwatch.during(Promise.reject(new Error('stopped')));
	now = 5;

	await expect(during).rejects.toThrow('stopped');
	expect(stopwatch.totalMs).toBe(5);
});
