import { inWords } from '../../../nodes/MiniMaxImage/output/duration';
import { waitHints } from '../../../nodes/MiniMaxImage/output/hints';
import { describeProgress, withProgress } from '../../../nodes/MiniMaxImage/output/progress';
import { FakeClock } from '../../support/fakeClock';

test.each([
	[0, '0 seconds'],
	[400, '0 seconds'],
	[1_000, '1 second'],
	[59_600, '1 minute'],
	[60_000, '1 minute'],
	[270_000, '4 minutes 30 seconds'],
	[3_600_000, '1 hour'],
	[3_900_000, '1 hour 5 minutes'],
	[7_200_000, '2 hours'],
])('%i ms are "%s"', (ms, words) => {
	expect(inWords(ms)).toBe(words);
});

test.each([
	[0, 60, 60_000, '0 of 60 rows'],
	[40, 60, 240_000, '40 of 60 rows, about 2 minutes left'],
	[59, 60, 354_000, '59 of 60 rows, about 1 minute left'],
	[100, 2000, 600_000, '100 of 2000 rows, about 3 hours 10 minutes left'],
])('%i of %i rows after %i ms: "%s"', (done, total, elapsedMs, words) => {
	expect(describeProgress({ done, total }, elapsedMs)).toBe(words);
});

test('a long run writes one line a minute, and none once it is over', async () => {
	const clock = new FakeClock();
	const lines: string[] = [];
	let done = 0;
	let finish = (): void => undefined;
	const task = new Promise<void>((resolve) => (finish = resolve));
	const logger = { info: (line: string) => void lines.push(line) };

	const running = withProgress(logger, () => ({ done, total: 60 }), task, clock);
	await clock.advance(59_999);
	expect(lines).toEqual([]);
	done = 10;
	await clock.advance(1);
	done = 20;
	await clock.advance(60_000);
	finish();
	await running;
	await clock.advance(120_000);

	expect(lines).toEqual([
		'MiniMax Image: 10 of 60 rows, about 5 minutes left',
		'MiniMax Image: 20 of 60 rows, about 4 minutes left',
	]);
	expect(clock.pending).toBe(0);
});

test('a log that cannot be written leaves the task alone', async () => {
	const clock = new FakeClock();
	let finish = (): void => undefined;
	const task = new Promise<void>((resolve) => (finish = resolve));
	const info = (): never => {
		throw new Error('no space left');
	};
	const running = withProgress({ info }, () => ({ done: 0, total: 1 }), task, clock);
	await clock.advance(120_000);
	finish();

	await expect(running).resolves.toBeUndefined();
	expect(clock.pending).toBe(0);
});

test('what a task throws is not lost', async () => {
	const task = Promise.reject(new Error('broken'));

	await expect(
		withProgress({ info: () => undefined }, () => ({ done: 0, total: 1 }), task, new FakeClock()),
	).rejects.toThrow('broken');
});

test('a wait that people notice is told, with the option that sets it', () => {
	expect(waitHints(9_999)).toEqual([]);
	expect(waitHints(270_000)).toEqual([
		{
			message:
				'4 minutes 30 seconds of this run were spent waiting for the rate limit. If your account allows more, raise the option "Requests per Minute".',
			type: 'info',
			location: 'outputPane',
		},
	]);
});
