import { deadlines } from '../../../nodes/MiniMaxImage/http/deadlines';

/** Timers that this process waits for. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** Waits for its end; resolves to how long that took, in ms. */
function limited(ms: number) {
	const startedAt = performance.now();
	let ended: (tookMs: number) => void;
	const took = new Promise<number>((resolve) => {
		ended = resolve;
	});
	const one = {
		deadline: startedAt + ms,
		end: () => ended(performance.now() - startedAt),
	};
	deadlines.add(one);
	return { one, took };
}

test('each ends at its own time, whichever came first, by one timer for all', async () => {
	const before = timers();
	const [late, soon, between] = [limited(120), limited(30), limited(70)];

	expect(timers()).toBe(before + 1);
	const times = await Promise.all([soon, between, late].map(async ({ took }) => await took));

	expect(times.map((ms, index) => ms >= ([30, 70, 120][index] ?? Infinity) - 1)).toEqual([
		true,
		true,
		true,
	]);
	// On a busy machine they may end in one look, at nearly the same time.
	expect(times.every((ms, index) => ms >= (times[index - 1] ?? 0) - 10)).toBe(true);
	expect(timers()).toBe(before);
});

test('a deadline that moves is kept where it is then', async () => {
	const { one, took } = limited(20);
	one.deadline += 60;

	expect(await took).toBeGreaterThanOrEqual(79);
});

test('what is done in time is never ended, and the last one leaves no timer', async () => {
	const before = timers();
	const { one, took } = limited(20);
	const other = limited(1000);
	let hasEnded = false;
	void took.then(() => {
		hasEnded = true;
	});

	deadlines.remove(one);
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(hasEnded).toBe(false);
	deadlines.remove(other.one);

	expect(timers()).toBe(before);
});
