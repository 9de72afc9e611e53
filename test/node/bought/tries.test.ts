import type { RecordedRequest } from '../../sandbox';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const rows = (count: number) =>
	Array.from({ length: count }, (_, row) => ({ json: { prompt: `picture ${row}`, row } }));
const byRow = { prompt: '={{ $json.prompt }}', options: { maxConcurrency: 3 } };

/** Refuses the prompts so many times; later they pass. */
const refusing =
	(times: number, ...prompts: string[]) =>
	({ body }: RecordedRequest, attempts: number) =>
		prompts.includes(String(body.prompt)) && attempts <= times ? { code: 1026 } : undefined;

const pairs = (count: number) => Array.from({ length: count }, (_, item) => ({ item }));

describe('n8n tries the node again (Retry On Fail)', () => {
	test('12 rows of which the first is refused for good are bought once each', async () => {
		node.sandbox.always(refusing(Infinity, 'picture 0'));

		const { items, hints } = await node.run({
			items: rows(12),
			node: { ...RETRY, onError: 'continueRegularOutput' },
			parameters: byRow,
		});

		expect(node.sandbox.paidImages).toBe(11);
		expect(node.sandbox.requests).toHaveLength(11 + 3);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(pairs(12));
		expect(items.filter(({ json }) => json.error)).toHaveLength(1);
		expect(items.slice(1).every(({ json }) => json.width === 1024)).toBe(true);
		expect(hints).toContain(
			'11 of 11 images were paid for in an earlier try and were not bought again.',
		);
	});

	test('12 rows of which one is refused once are bought once each, and all arrive', async () => {
		node.sandbox.always(refusing(1, 'picture 7'));

		const { items, error, hints } = await node.run({
			items: rows(12),
			node: RETRY,
			parameters: byRow,
		});

		expect(error).toBeUndefined();
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(pairs(12));
		expect(items.map(({ json }) => json.prompt)).toEqual(rows(12).map(({ json }) => json.prompt));
		expect(node.sandbox.paidImages).toBe(12);
		expect(hints).toEqual([
			expect.stringMatching(
				/^\d+ of 12 images were paid for in an earlier try and were not bought again\.$/,
			),
		]);
	});

	test('rows with equal prompts keep their own images', async () => {
		node.sandbox.always(refusing(1, 'bad'));

		const { items } = await node.run({
			items: [...'aaab'].map((letter) => ({ json: { prompt: letter === 'b' ? 'bad' : 'same' } })),
			node: RETRY,
			parameters: { prompt: '={{ $json.prompt }}', options: { maxConcurrency: 1 } },
		});

		expect(node.sandbox.paidImages).toBe(4);
		expect(new Set(items.map(({ json }) => json.imageUrl)).size).toBe(4);
	});

	test('a link that has gone is the one reason to buy again', async () => {
		node.sandbox.always(refusing(1, 'picture 2'));
		let answered = 0;
		// The links of the first answer are gone from the second time on that they are asked for.
		const gone = new Set<string>();
		node.sandbox.alwaysImages(({ path }, attempts) => {
			if (attempts === 1 && ++answered === 1) gone.add(path);
			return attempts > 1 && gone.has(path) ? { status: 404 } : undefined;
		});

		const { items, error } = await node.run({
			items: rows(3),
			node: RETRY,
			parameters: { ...byRow, options: { maxConcurrency: 1, maxRetries: 1 } },
		});

		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
		expect(node.sandbox.paidImages).toBe(4);
	});

	test('links alone are handed out again', async () => {
		node.sandbox.always(refusing(1, 'picture 1'));

		const { items } = await node.run({
			items: rows(2),
			node: RETRY,
			parameters: { ...byRow, downloadImages: false },
		});

		expect(items.map(({ json }) => typeof json.imageUrl)).toEqual(['string', 'string']);
		expect(node.sandbox.paidImages).toBe(2);
		expect(node.sandbox.imageRequests).toHaveLength(0);
	});
});

describe('the journal', () => {
	const journalOf = ({ run }: Awaited<ReturnType<typeof node.run>>) =>
		run.data.executionData?.contextData['node:MiniMax Image'] as
			{ purchases: Record<string, object> } | undefined;

	test('is empty after a run without a failed item', async () => {
		const run = await node.run({ items: rows(3), parameters: byRow });

		expect(journalOf(run)).toEqual({ purchases: {} });
	});

	test('is empty after a run that nothing will try again', async () => {
		node.sandbox.always(refusing(Infinity, 'picture 1'));

		const run = await node.run({
			items: rows(3),
			node: { onError: 'continueRegularOutput' },
			parameters: byRow,
		});

		expect(journalOf(run)).toEqual({ purchases: {} });
	});

	test('holds plain JSON after a failed run, no key and no image, and few bytes', async () => {
		node.sandbox.always(refusing(Infinity, 'picture 20'));

		const run = await node.run({
			items: rows(21),
			parameters: { ...byRow, options: { maxConcurrency: 1 } },
		});

		const { purchases } = journalOf(run) ?? { purchases: {} };
		const text = JSON.stringify(purchases);
		expect(JSON.parse(text)).toEqual(purchases);
		expect(Object.keys(purchases)).toHaveLength(20);
		expect(text).not.toContain(node.sandbox.key);
		expect(text).not.toContain('picture');
		expect(text.length / 20).toBeLessThan(450);
	});
});
