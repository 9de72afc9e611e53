import { RateLimiter } from '../../../nodes/MiniMaxImage/http/rateLimiter';
import { Semaphore } from '../../../nodes/MiniMaxImage/http/semaphore';
import { clock, never, send, starts } from '../../support/limited';

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
		const semaphore = new Semaphore(5);
		const work = Array.from('abcdefghijkl', (name) =>
			semaphore.run(() => send(name, service.take)),
		);

		const seconds = await secondsFor(Promise.all(work));

		expect(seconds).toBeGreaterThanOrEqual(LEAST_SECONDS);
		expect(seconds).toBeLessThanOrEqual(LEAST_SECONDS * 1.25);
		expect(service.refused).toBeLessThanOrEqual(8);
	});

	test('two users who share a limiter are never refused, and lose no time', async () => {
		const service = new Service(10);
		const users = ['abcdefghijklm', 'ABCDEFGHIJKL'].map((names) => {
			const semaphore = new Semaphore(5);
			return Array.from(names, (name) => semaphore.run(() => send(name, service.take)));
		});

		const seconds = await secondsFor(Promise.all(users.flat()));

		expect(service.refused).toBe(0);
		expect(seconds).toBeGreaterThanOrEqual(LEAST_SECONDS);
		expect(seconds).toBeLessThanOrEqual(LEAST_SECONDS * 1.05);
	});

	test('three workers with a limiter each share one account: all pass, and they find their shares', async () => {
		const service = new Service(10);
		const workers = [0, 1, 2].map(() => new RateLimiter(clock));
		const work = workers.flatMap((worker, index) => {
			const semaphore = new Semaphore(5);
			const names = Array.from({ length: 10 }, (_, request) => `${index}-${request}`);
			return names.map((name) => semaphore.run(() => send(name, service.take, 10, worker)));
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
