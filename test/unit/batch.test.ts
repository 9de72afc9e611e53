import { setImmediate as settle } from 'node:timers/promises';

import type { GeneratedImage } from '../../nodes/MiniMaxImage/api/answer';
import type { PaidAnswer } from '../../nodes/MiniMaxImage/api/submit';
import { Batch } from '../../nodes/MiniMaxImage/batch';
import { HALTED } from '../../nodes/MiniMaxImage/http/wait';
import { ItemError } from '../../nodes/MiniMaxImage/itemError';
import type { ItemResult } from '../../nodes/MiniMaxImage/output/deliver';
import { planOf, purchaseOf } from '../support/handmade';

const LINK: GeneratedImage = { url: 'https://a.example/1' };
const INLINE: GeneratedImage = { base64: 'AAAA' };

const answerWith = (image: GeneratedImage = LINK): PaidAnswer => ({
	requestId: 'req-1',
	images: [image],
	successCount: 1,
	failedCount: 0,
	answeredAt: 0,
	purchase: purchaseOf(),
	recalled: false,
	maybeTwice: false,
});

const resultOf = (row: number, errors: ItemError[] = []): ItemResult => ({
	items: errors.length > 0 ? [] : [{ json: { row } }],
	errors,
	missing: 0,
	blocked: 0,
});

const refused = new ItemError('No', { code: '2013' });
const cut = new ItemError('Cut', { code: 'cut' });

interface Setup {
	rows?: number;
	maxConcurrency?: number;
	stopAtFirstError?: boolean;
}

/** A batch whose stages end when the test says so. */
class Play {
	readonly stop = new AbortController();

	readonly batch: Batch;

	/** What happened, in its order: "submit 0", "deliver 0". */
	readonly log: string[] = [];

	private readonly ends = new Map<string, (end: () => unknown) => void>();

	private readonly running: Promise<void>;

	isOver = false;

	constructor({ rows = 2, maxConcurrency = 5, stopAtFirstError = false }: Setup = {}) {
		this.batch = new Batch(this.stop.signal, stopAtFirstError);
		const plans = Array.from({ length: rows }, (_, row) =>
			planOf(row, { send: { maxConcurrency } }),
		);
		this.running = this.batch.run(plans, {
			submit: async ({ itemIndex }) => await this.stage<PaidAnswer>(`submit ${itemIndex}`),
			deliver: async ({ itemIndex }) =>
				await this.stage<ItemResult | 'gone'>(`deliver ${itemIndex}`),
		});
		void this.running.then(() => (this.isOver = true));
	}

	private async stage<T>(name: string): Promise<T> {
		this.log.push(name);
		return await new Promise<T>((resolve, reject) => {
			this.ends.set(name, (end) => {
				try {
					resolve(end() as T);
				} catch (error) {
					reject(error as Error);
				}
			});
		});
	}

	private async end(name: string, end: () => unknown): Promise<void> {
		const ends = this.ends.get(name);
		if (!ends) throw new Error(`"${name}" is not running`);
		this.ends.delete(name);
		ends(end);
		await settle();
	}

	submitted = async (row: number, image?: GeneratedImage) =>
		await this.end(`submit ${row}`, () => answerWith(image));

	delivered = async (row: number, result: ItemResult | 'gone' = resultOf(row)) =>
		await this.end(`deliver ${row}`, () => result);

	fails = async (name: string, error: unknown) =>
		await this.end(name, () => {
			throw error;
		});

	/** What became of each row: its items, or its error; "-" for a row that nothing is known of. */
	get outcome(): unknown[] {
		const { settled } = this.batch;
		return Array.from({ length: settled.length }, (_, row) => {
			const item = settled[row];
			return item ? (item.error ?? item.result.items[0]?.json.row) : '-';
		});
	}
}

test('requests start in the order of the rows, so many at a time, and files are fetched meanwhile', async () => {
	const play = new Play({ rows: 4, maxConcurrency: 2 });
	expect(play.log).toEqual(['submit 0', 'submit 1']);

	await play.submitted(1);
	expect(play.log).toEqual(['submit 0', 'submit 1', 'submit 2', 'deliver 1']);
	await play.submitted(0);
	await play.submitted(2);
	await play.submitted(3);
	for (const row of [3, 0, 2]) await play.delivered(row);
	expect([play.isOver, play.batch.done]).toEqual([false, 3]);
	await play.delivered(1);

	expect([play.isOver, play.batch.done]).toEqual([true, 4]);
	expect(play.outcome).toEqual([0, 1, 2, 3]);
});

test('images that came inline are delivered before the next request, since they are large', async () => {
	const play = new Play({ maxConcurrency: 1 });
	await play.submitted(0, INLINE);
	expect(play.log).toEqual(['submit 0', 'deliver 0']);
	await play.delivered(0);

	expect(play.log).toEqual(['submit 0', 'deliver 0', 'submit 1']);
});

test('an answer is known as soon as it is there, for the words about what is paid', async () => {
	const play = new Play();
	await play.submitted(1);

	expect(play.batch.answers[1]?.images).toEqual([LINK]);
	expect(play.batch.answers.flat()).toHaveLength(1);
});

test('a row that fails leaves the others as they are', async () => {
	const play = new Play({ rows: 3 });
	await play.fails('submit 0', refused);
	await play.submitted(1);
	await play.submitted(2);
	await play.delivered(2);
	await play.delivered(1);

	expect(play.outcome).toEqual([refused, 1, 2]);
	expect(play.isOver).toBe(true);
});

test('a delivery that throws is the error of its row, and its answer and the others stay', async () => {
	const play = new Play({ rows: 3 });
	for (const row of [0, 1, 2]) await play.submitted(row);
	await play.delivered(0);
	const broken = new Error('n8n is gone');
	await play.fails('deliver 1', broken);
	await play.delivered(2);

	expect(play.outcome).toEqual([0, broken, 2]);
	expect(play.batch.answers.flat()).toHaveLength(3);
	expect(play.isOver).toBe(true);
});

test('a row whose images are gone is submitted again, in its turn', async () => {
	const play = new Play({ rows: 3, maxConcurrency: 1 });
	await play.submitted(0);
	await play.delivered(0, 'gone');
	expect(play.batch.done).toBe(0);
	await play.submitted(1);
	await play.submitted(2);
	await play.submitted(0);
	for (const row of [0, 1, 2]) await play.delivered(row);

	expect(play.log.filter((name) => name.startsWith('submit'))).toEqual([
		...['submit 0', 'submit 1', 'submit 2', 'submit 0'],
	]);
	expect(play.outcome).toEqual([0, 1, 2]);
});

describe('where the run stops at its first error', () => {
	test('a failed request is known before the next one may start', async () => {
		const play = new Play({ maxConcurrency: 1, stopAtFirstError: true });
		await play.fails('submit 0', refused);

		expect(play.log).toEqual(['submit 0']);
		expect(play.isOver).toBe(true);
	});

	test('no request starts after an image that cannot be had, and those that wait are told so', async () => {
		const play = new Play({ rows: 4, maxConcurrency: 1, stopAtFirstError: true });
		await play.submitted(0);
		await play.delivered(0, resultOf(0, [cut]));
		expect(play.batch.waiting.reason).toBe(HALTED);
		await play.submitted(1);
		await play.delivered(1);

		expect(play.log).toEqual(['submit 0', 'submit 1', 'deliver 0', 'deliver 1']);
		expect(play.batch.stopped.aborted).toBe(false);
		expect(play.isOver).toBe(true);
	});

	test('a request that is on its way is delivered all the same', async () => {
		const play = new Play({ stopAtFirstError: true });
		await play.fails('submit 0', refused);
		await play.submitted(1);
		await play.delivered(1);

		expect(play.outcome).toEqual([refused, 1]);
	});

	test('a row that was only waiting has not failed itself', async () => {
		const play = new Play({ rows: 3, stopAtFirstError: true });
		await play.fails('submit 0', refused);
		await play.fails('submit 1', HALTED);
		await play.fails('submit 2', cut);

		expect(play.outcome).toEqual([refused, '-', cut]);
	});
});

test('a stopped execution starts no request, and those that wait have not failed', async () => {
	const play = new Play({ rows: 3, maxConcurrency: 2 });
	await play.submitted(0);
	play.stop.abort(new Error('stopped'));
	await play.fails('submit 1', play.stop.signal.reason);
	await play.fails('submit 2', new ItemError('On its way', { code: 'cancelled' }));
	await play.fails('deliver 0', play.stop.signal.reason);

	expect(play.log).toEqual(['submit 0', 'submit 1', 'submit 2', 'deliver 0']);
	expect(play.outcome).toEqual(['-', '-', expect.any(ItemError)]);
	expect(play.batch.answers.flat()).toHaveLength(1);
	expect(play.isOver).toBe(true);
});

test('what breaks the run fails the rows without a result, and leaves those with one', () => {
	const batch = new Batch(new AbortController().signal, true);
	const earlier = new Error('earlier');
	const broken = new Error('broken');
	batch.fail(1, earlier);
	batch.settled[2] = { result: resultOf(2) };
	batch.failOthers(4, broken);

	expect(batch.settled.map(({ error, result }) => error ?? result.items)).toEqual([
		...[broken, earlier, [{ json: { row: 2 } }], broken],
	]);
	expect(batch.done).toBe(4);
});
