import type { NodeRun } from '../../support/node';
import type { RecordedRequest } from '../../sandbox';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const prompts = ['picture 0', 'picture 1', 'picture 2'];
/** Three rows, one after the other; what fails at the third has bought two. */
const options = {
	items: prompts.map((prompt) => ({ json: { prompt } })),
	parameters: { prompt: '={{ $json.prompt }}', options: { maxConcurrency: 1, maxRetries: 1 } },
};

const refusedTimes =
	(times: number) =>
	({ body }: RecordedRequest, attempts: number) =>
		body.prompt === 'picture 2' && attempts <= times ? { code: 1026 } : undefined;

const sent = (from = 0) => node.sandbox.requests.slice(from).map(({ body }) => body.prompt);

async function failAtTheThird(times = 1): Promise<NodeRun> {
	node.sandbox.always(refusedTimes(times));
	const failed = await node.run(options);
	expect(failed.error?.context.code).toBe('1026');
	expect(sent()).toEqual(prompts);
	return failed;
}

const linksOf = () => node.sandbox.imageRequests.map(({ path }) => node.sandbox.imageUrl + path);

/** The same run, as if all its answers had come so much earlier. */
function aged({ run, ...rest }: NodeRun, ms: number): NodeRun {
	const text = JSON.stringify(run).replaceAll(
		/"answeredAt":(\d+)/g,
		(_, at: string) => `"answeredAt":${Number(at) - ms}`,
	);
	expect(text).not.toBe(JSON.stringify(run));
	return { ...rest, run: JSON.parse(text) as NodeRun['run'] };
}

test('images are fetched again from the links that were paid for', async () => {
	const failed = await failAtTheThird();
	const paidFor = linksOf();

	const { items, error } = await node.run({ ...options, retryOf: failed });

	expect(error).toBeUndefined();
	expect(items.map(({ json }) => json.imageUrl)).toEqual([
		...paidFor,
		expect.stringContaining(node.sandbox.imageUrl),
	]);
	expect(items.map(({ json }) => json.width)).toEqual([1024, 1024, 1024]);
	expect(sent(3)).toEqual(['picture 2']);
	expect(node.sandbox.paidImages).toBe(3);
});

test('a retry that fails too can be retried', async () => {
	const failed = await failAtTheThird(2);

	const again = await node.run({ ...options, retryOf: failed });
	const { items, hints } = await node.run({ ...options, retryOf: again });

	expect(again.error?.context.code).toBe('1026');
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2].map((item) => ({ item })));
	expect(sent(3)).toEqual(['picture 2', 'picture 2']);
	expect(node.sandbox.paidImages).toBe(3);
	expect(hints).toEqual([
		'2 of 3 images were paid for in an earlier try and were not bought again.',
	]);
});

test.each([403, 404, 410])(
	'what a link that is gone (HTTP status %i) led to is bought anew, and only that',
	async (status) => {
		const failed = await failAtTheThird();
		const [gone] = linksOf();
		node.sandbox.alwaysImages(({ path }) =>
			node.sandbox.imageUrl + path === gone ? { status } : undefined,
		);

		const { items, error } = await node.run({ ...options, retryOf: failed });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.prompt)).toEqual(prompts);
		expect(items[0]?.json.imageUrl).not.toBe(gone);
		expect(sent(3).sort()).toEqual(['picture 0', 'picture 2']);
		expect(node.sandbox.paidImages).toBe(4);
	},
);

test('nothing is bought anew because the image host has trouble', async () => {
	const failed = await failAtTheThird();
	const [first] = linksOf();
	node.sandbox.alwaysImages({ status: 503 });

	const again = await node.run({ ...options, retryOf: failed });
	node.sandbox.alwaysImages(undefined);
	const { items } = await node.run({ ...options, retryOf: again });

	expect(again.error?.context).toMatchObject({ code: 'downloadFailed', imageUrl: first });
	expect(items.map(({ json }) => json.prompt)).toEqual(prompts);
	expect(node.sandbox.paidImages).toBe(3);
});

test('links that have all expired are bought anew', async () => {
	const failed = await failAtTheThird();
	node.sandbox.expireLinks();

	const { items, error, hints } = await node.run({ ...options, retryOf: failed });

	expect(error).toBeUndefined();
	expect(items.map(({ json }) => json.prompt)).toEqual(prompts);
	expect(sent(3).sort()).toEqual(prompts);
	expect(node.sandbox.paidImages).toBe(2 + 3);
	expect(hints).toEqual([]);
});

test('a link near the end of its day is not asked for any more', async () => {
	const failed = await failAtTheThird();
	const before = node.sandbox.imageRequests.length;

	const { items } = await node.run({
		...options,
		retryOf: aged(failed, DAY_MS - 5 * MINUTE_MS),
	});

	expect(items).toHaveLength(3);
	expect(node.sandbox.paidImages).toBe(2 + 3);
	expect(node.sandbox.imageRequests).toHaveLength(before + 3);
});

test('a link of the day before is still good in its 23rd hour, and says when it ends', async () => {
	node.sandbox.linkLifetimeMs = 60 * MINUTE_MS;
	const failed = aged(await failAtTheThird(), DAY_MS - 60 * MINUTE_MS);
	node.sandbox.linkLifetimeMs = DAY_MS;
	const startedAt = Date.now();

	const { items } = await node.run({ ...options, retryOf: failed });

	expect(node.sandbox.paidImages).toBe(3);
	const livesFor = items.map(({ json }) => Date.parse(String(json.expiresAt)) - startedAt);
	expect(livesFor[0]).toBeLessThanOrEqual(60 * MINUTE_MS);
	expect(livesFor[0]).toBeGreaterThan(58 * MINUTE_MS);
	expect(livesFor[2]).toBeGreaterThan(23 * 60 * MINUTE_MS);
});

test('another key has bought nothing yet', async () => {
	const failed = await failAtTheThird();

	const { error } = await node.run({
		...options,
		credentials: { apiKey: 'another-key-0001', region: 'custom', baseUrl: node.sandbox.url },
		retryOf: failed,
	});

	expect(error?.context.code).toBe('2049');
	expect(sent(3)).toEqual(['picture 0']);
});
