import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const rows = ['A red fox in snow', 'a red fox in snow!', '🦊'].map((p, row) => ({
	json: { p, row, model: 'mine' },
}));
const byRow = { prompt: '={{ $json.p }}', options: { maxConcurrency: 1 } };

test('files are named by the first words of their prompt, each name once, or by the request', async () => {
	const { items } = await node.run({ items: rows, parameters: byRow });

	expect(items.map(({ json }) => json.fileName)).toEqual([
		'red-fox-in-snow.jpg',
		'red-fox-in-snow-2.jpg',
		`minimax-${String(items[2]?.json.requestId)}.jpg`,
	]);
	expect(items.map(({ binary }) => binary?.data?.fileName)).toEqual(
		items.map(({ json }) => json.fileName),
	);
	expect(node.sandbox.requests).toHaveLength(3);
});

test.each([true, 'Yes'])(
	'Include Input Fields as %p keeps the columns of the row, also where the row failed',
	async (includeInputFields) => {
		node.sandbox.script(undefined, { code: 1026 });

		const { items } = await node.run({
			items: rows,
			node: { onError: 'continueRegularOutput' },
			parameters: { ...byRow, options: { ...byRow.options, includeInputFields } },
		});

		expect(items.map(({ json }) => [json.row, json.p, json.model])).toEqual([
			[0, rows[0]?.json.p, 'image-01'],
			[1, rows[1]?.json.p, 'mine'],
			[2, rows[2]?.json.p, 'image-01'],
		]);
		expect(items[1]?.json).toMatchObject({ error: expect.any(String), prompt: rows[1]?.json.p });
	},
);
