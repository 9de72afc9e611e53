import type { RecordedRequest } from '../../sandbox';
import { inMemory, itemWith, picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const rows = (count: number) =>
	Array.from({ length: count }, (_, row) => ({ json: { prompt: `picture ${row}` } }));
const byRow = { prompt: '={{ $json.prompt }}', options: { maxConcurrency: 3 } };

/** Refuses a prompt the first time that it comes. */
const refusingOnce =
	(prompt: string) =>
	({ body }: RecordedRequest, attempts: number) =>
		body.prompt === prompt && attempts === 1 ? { code: 1026 } : undefined;

describe('"Retry execution"', () => {
	test('finishes a run that failed at one row for the price of the rest', async () => {
		node.sandbox.always(refusingOnce('picture 9'));
		const options = { items: rows(12), parameters: byRow };

		const failed = await node.run(options);
		expect(failed.error?.context.itemIndex).toBe(9);
		const { items, error, hints } = await node.run({ ...options, retryOf: failed });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.prompt)).toEqual(rows(12).map(({ json }) => json.prompt));
		expect(node.sandbox.paidImages).toBe(12);
		expect(hints[0]).toMatch(/^(9|1\d) of 12 images were paid for in an earlier try/);
	});

	test('a night that failed at row 60 of 100 is finished for the price of 40', async () => {
		node.sandbox.plain = true;
		node.sandbox.always(refusingOnce('picture 59'));
		const options = { items: rows(100), parameters: { ...byRow, options: { maxConcurrency: 1 } } };

		const failed = await node.run(options);
		const before = node.sandbox.paidImages;
		const { items } = await node.run({ ...options, retryOf: failed });

		expect(before).toBe(59);
		expect(items).toHaveLength(100);
		expect(node.sandbox.paidImages).toBe(100);
	});

	test('tells how to go on, in the words of the failed run', async () => {
		node.sandbox.always(refusingOnce('picture 1'));

		const { error } = await node.run({ items: rows(2), parameters: byRow });

		expect(error?.description).toContain(
			'retry this execution in n8n: images that are paid for are not bought again.',
		);
		expect(error?.description).toContain('using error output');
	});

	test('of a sub-workflow is named as what goes on, since one of its parent buys again', async () => {
		node.sandbox.always(refusingOnce('picture 1'));
		const options = { items: rows(2), parameters: { ...byRow, options: { maxConcurrency: 1 } } };

		const failed = await node.run({ ...options, mode: 'integrated' });
		expect(failed.error?.description).toContain(
			"fix the cause and retry the execution of this sub-workflow in n8n, not its parent's, which buys everything again: images that are paid for are not bought again.",
		);
		const again = await node.run({ ...options, retryOf: failed });

		expect(again.items).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(2);
		// What a retry of the parent does: the sub-workflow is a new execution.
		await node.run({ ...options, mode: 'integrated' });
		expect(node.sandbox.paidImages).toBe(4);
	});

	test.each([
		['prompt', { prompt: '=new {{ $json.prompt }}' }],
		['size', { aspectRatio: '16:9' }],
		['model', { model: 'image-01-live' }],
		['number', { numberOfImages: 2 }],
	])('buys again what has another %s', async (_what, changed) => {
		node.sandbox.always(refusingOnce('picture 1'));
		const options = { items: rows(2), parameters: { ...byRow, options: { maxConcurrency: 1 } } };

		const failed = await node.run(options);
		await node.run({
			...options,
			parameters: { ...options.parameters, ...changed },
			retryOf: failed,
		});

		const count = 'numberOfImages' in changed ? 2 : 1;
		expect(node.sandbox.paidImages).toBe(1 + 2 * count);
	});

	test('knows a reference by its bytes', async () => {
		const [one, other] = [await picture('png'), await picture('png', undefined, '#2040c0')];
		const items = [one, one, other].map((bytes, row) =>
			itemWith({ data: inMemory(bytes) }, { prompt: `picture ${row}` }),
		);
		node.sandbox.always(refusingOnce('picture 2'));
		const options = {
			items,
			parameters: { ...byRow, operation: 'imageToImage', options: { maxConcurrency: 1 } },
		};

		const failed = await node.run(options);
		const again = await node.run({ ...options, retryOf: failed });

		expect(again.items).toHaveLength(3);
		expect(node.sandbox.paidImages).toBe(3);
	});
});

test('another execution buys anew', async () => {
	const options = { items: rows(2), parameters: byRow };

	await node.run(options);
	await node.run(options);

	expect(node.sandbox.paidImages).toBe(4);
});
