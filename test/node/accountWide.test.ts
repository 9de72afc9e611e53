import type { Fault } from '../sandbox';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

const rows = (count: number) =>
	Array.from({ length: count }, (_, row) => ({ json: { prompt: `picture ${row}`, row } }));
const byRow = (options: object) => ({ prompt: '={{ $json.prompt }}', options: { ...options } });
const NOT_SENT = /^The item was not sent, because /;

describe('a key that is not accepted', () => {
	test.each(['2049', '1004', '401'] as const)(
		'ends 25 rows with the first answer, on the error output (%s)',
		async (badKeyAnswer) => {
			node.sandbox.badKeyAnswer = badKeyAnswer;
			const startedAt = Date.now();

			const { items, errorItems } = await node.run({
				items: rows(25),
				node: { onError: 'continueErrorOutput' },
				credentials: { apiKey: 'wrong-key-0001', region: 'custom', baseUrl: node.sandbox.url },
				parameters: byRow({ requestsPerMinute: 10 }),
			});

			expect(Date.now() - startedAt).toBeLessThan(15_000);
			expect(items).toEqual([]);
			const { length: sent } = node.sandbox.requests;
			expect(sent).toBeLessThanOrEqual(5);
			expect(errorItems.map(({ json }) => json.row)).toEqual(rows(25).map(({ json }) => json.row));
			const code = badKeyAnswer === '2049' ? '2049' : '1004';
			for (const { json } of errorItems) expect(json.errorDetails).toMatchObject({ code });
			const notSent = errorItems.filter(({ json }) => NOT_SENT.test(String(json.error)));
			expect(notSent).toHaveLength(25 - sent);
		},
	);

	test('is asked for again by n8n, once a try', async () => {
		const { error } = await node.run({
			items: rows(25),
			node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			credentials: { apiKey: 'wrong-key-0001', region: 'custom', baseUrl: node.sandbox.url },
			parameters: byRow({ maxConcurrency: 1 }),
		});

		expect(error?.context).toMatchObject({ code: '2049', itemIndex: 0 });
		expect(node.sandbox.requests).toHaveLength(3);
	});
});

test.each<[string, Fault, string]>([
	['an empty balance', { code: 1008 }, '1008'],
	['an empty balance, told by the status', { status: 402 }, 'http402'],
	["a plan's limit", { code: 2056 }, '2056'],
	[
		"a plan's limit, told with HTTP 429",
		{ status: 429, body: { error: { message: 'usage limit exceeded (2056)' } } },
		'2056',
	],
])('%s ends the rows that were not sent, with its own words', async (_name, fault, code) => {
	node.sandbox.script(undefined, fault);

	const { items } = await node.run({
		items: rows(6),
		node: { onError: 'continueRegularOutput' },
		parameters: byRow({ maxConcurrency: 1 }),
	});

	expect(node.sandbox.requests.map(({ body }) => body.prompt)).toEqual(['picture 0', 'picture 1']);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows(6).map((_, item) => ({ item })));
	expect(items[0]?.json.width).toBe(1024);
	expect(items[1]?.json.error).not.toMatch(NOT_SENT);
	for (const { json } of items.slice(1)) expect(json.errorDetails).toMatchObject({ code });
	const [own, ...others] = items.slice(1).map(({ json }) => String(json.error));
	const because = new Set(others.map((words) => words.replace(NOT_SENT, '').toLowerCase()));
	expect([...because]).toEqual([own?.toLowerCase()]);
});

test('requests in flight end as they end', async () => {
	node.sandbox.always(({ body }) =>
		body.prompt === 'picture 0' ? { code: 1008, delayMs: 150 } : { delayMs: 600 },
	);

	const { items } = await node.run({
		items: rows(8),
		node: { onError: 'continueRegularOutput' },
		parameters: byRow({ maxConcurrency: 3 }),
	});

	expect(node.sandbox.requests).toHaveLength(3);
	expect(items.map(({ json }) => json.width)).toEqual([
		undefined,
		1024,
		1024,
		...Array<undefined>(5).fill(undefined),
	]);
	expect(items.filter(({ json }) => NOT_SENT.test(String(json.error)))).toHaveLength(5);
	expect(node.sandbox.paidImages).toBe(2);
});

test('a row that waits for its next try is ended too', async () => {
	node.sandbox.always(({ body }) =>
		body.prompt === 'picture 0'
			? { code: 1008, delayMs: 300 }
			: { status: 503, headers: { 'retry-after': '60' } },
	);
	const startedAt = Date.now();

	const { items } = await node.run({
		items: rows(2),
		node: { onError: 'continueRegularOutput' },
		parameters: byRow({ maxConcurrency: 2 }),
	});

	expect(Date.now() - startedAt).toBeLessThan(5_000);
	expect(items).toHaveLength(2);
	expect(items[0]?.json.errorDetails).toMatchObject({ code: '1008' });
	expect(items[1]?.json.error).toEqual(expect.any(String));
	expect(node.sandbox.requests).toHaveLength(2);
});

test('a model that the plan lacks ends the rows with that model alone', async () => {
	node.sandbox.always(({ body }) => (body.model === 'image-02' ? { code: 2061 } : undefined));
	const models = ['image-01', 'image-02', 'image-01', 'image-02', 'image-02', 'image-01'];

	const { items } = await node.run({
		items: models.map((model) => ({ json: { model } })),
		node: { onError: 'continueRegularOutput' },
		parameters: { model: '={{ $json.model }}', options: { maxConcurrency: 1 } },
	});

	expect(node.sandbox.requests.map(({ body }) => body.model)).toEqual([
		'image-01',
		'image-02',
		'image-01',
		'image-01',
	]);
	expect(items.map(({ json }) => json.width)).toEqual(
		models.map((model) => (model === 'image-01' ? 1024 : undefined)),
	);
	for (const row of [1, 3, 4]) {
		expect(items[row]?.json.errorDetails).toMatchObject({ code: '2061' });
	}
	expect([1, 3, 4].map((row) => NOT_SENT.test(String(items[row]?.json.error)))).toEqual([
		false,
		true,
		true,
	]);
});

test.each([1026, 2013, 1042])('%i is the matter of its row alone', async (code) => {
	node.sandbox.script({ code });

	const { items } = await node.run({
		items: rows(4),
		node: { onError: 'continueRegularOutput' },
		parameters: byRow({ maxConcurrency: 1 }),
	});

	expect(node.sandbox.requests).toHaveLength(4);
	expect(items.map(({ json }) => json.width)).toEqual([undefined, 1024, 1024, 1024]);
});

test('another run with the key put right is not held back', async () => {
	await node.run({
		items: rows(3),
		credentials: { apiKey: 'wrong-key-0001', region: 'custom', baseUrl: node.sandbox.url },
	});
	const before = node.sandbox.requests.length;

	const { items } = await node.run({ items: rows(3), parameters: byRow({}) });

	expect(items).toHaveLength(3);
	expect(node.sandbox.requests).toHaveLength(before + 3);
});

describe('"Max Images per Run"', () => {
	const asking = (maxImages: number) => ({
		items: rows(4),
		parameters: { ...byRow({ maxImages }), numberOfImages: 3 },
	});

	test('sends nothing where the rows together ask for more', async () => {
		const { error } = await node.run(asking(11));

		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain('12 images');
		expect(error?.message).toContain('"Max Images per Run" is 11');
		expect(node.sandbox.requests).toHaveLength(0);
	});

	test('fails every row where the workflow goes on', async () => {
		const { items } = await node.run({
			...asking(11),
			node: { onError: 'continueRegularOutput' },
		});

		expect(items.map(({ json }) => String(json.error).includes('12 images'))).toEqual(
			Array(4).fill(true),
		);
		expect(node.sandbox.requests).toHaveLength(0);
	});

	test.each([12, 0])('lets the same rows pass with %i', async (maxImages) => {
		const { items, error } = await node.run(asking(maxImages));

		expect(error).toBeUndefined();
		expect(items).toHaveLength(12);
		expect(node.sandbox.requests).toHaveLength(4);
	});
});
