import type { RecordedRequest } from '../../sandbox';
import type { BinaryStorage } from '../../support/engine';
import { readFile, useBinaryStorage } from '../../support/engine';
import { inMemory, itemWith, picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const refusedOnce = ({ body }: RecordedRequest, attempts: number) =>
	body.prompt === 'picture 2' && attempts === 1 ? { code: 1026 } : undefined;

const inline = {
	items: [0, 1, 2].map((row) => ({ json: { prompt: `picture ${row}` } })),
	parameters: {
		prompt: '={{ $json.prompt }}',
		options: { transfer: 'base64', maxConcurrency: 1 },
	},
};

beforeEach(() => node.sandbox.always(refusedOnce));
afterEach(async () => await useBinaryStorage('default'));

describe.each<BinaryStorage>(['default', 'filesystem'])(
	'images that came inline, files in %s storage',
	(storage) => {
		beforeEach(async () => await useBinaryStorage(storage));

		test("are kept over n8n's tries of one execution, each with its row", async () => {
			const { items, hints } = await node.run({
				...inline,
				node: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
			});

			expect(items.map(({ json }) => json.prompt)).toEqual(['picture 0', 'picture 1', 'picture 2']);
			const files = await Promise.all(items.map(({ binary }) => readFile(binary?.data)));
			expect(new Set(files.map((file) => file.toString('base64'))).size).toBe(3);
			expect(node.sandbox.requests).toHaveLength(4);
			expect(node.sandbox.paidImages).toBe(3);
			expect(hints).toEqual([
				'2 of 3 images were paid for in an earlier try and were not bought again.',
			]);
		});

		test('are bought again by "Retry execution", and the run says so', async () => {
			const failed = await node.run(inline);
			expect(failed.error?.description).toContain(
				'retry this execution in n8n: images that came as links are not bought again, but those that came inline are, since no link leads to them.',
			);
			const { items, hints } = await node.run({ ...inline, retryOf: failed });

			expect(items.map(({ json }) => json.width)).toEqual([1024, 1024, 1024]);
			expect(node.sandbox.paidImages).toBe(2 + 3);
			expect(hints).toEqual([
				expect.stringMatching(
					/^2 images had come inline in an earlier execution.* bought again\.$/,
				),
			]);
		});

		test('leave no bytes in the journal', async () => {
			const failed = await node.run(inline);

			const journal = JSON.stringify(failed.run.data.executionData?.contextData);
			expect(journal).toContain('purchases');
			expect(journal.length).toBeLessThan(2 * 1_000);
			expect(journal).not.toMatch(/[A-Za-z0-9+/]{100}/);
		});
	},
);

test('an image is bought again for another reference, and for that row alone', async () => {
	const data = inMemory(await picture());
	const other = inMemory(await picture('jpeg', undefined, '#2040c0'));
	const withField = (field: string) => ({
		items: [0, 1, 2].map((row) => itemWith({ data, other }, { prompt: `picture ${row}` })),
		parameters: {
			operation: 'imageToImage',
			prompt: '={{ $json.prompt }}',
			binaryPropertyName: `={{ $json.prompt === 'picture 1' ? '${field}' : 'data' }}`,
			options: { maxConcurrency: 1 },
		},
	});

	const failed = await node.run(withField('data'));
	const again = await node.run({ ...withField('other'), retryOf: failed });

	expect(again.error).toBeUndefined();
	expect(again.items).toHaveLength(3);
	expect(node.sandbox.requests.slice(3).map(({ body }) => body.prompt)).toEqual([
		'picture 1',
		'picture 2',
	]);
	expect(node.sandbox.paidImages).toBe(2 + 2);
});
