import { setTimeout as wait } from 'node:timers/promises';

import type { Fault } from '../sandbox';
import { n8nLog } from '../support/engine';
import type { NodeRun, NodeRunOptions } from '../support/node';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

const rows = (count: number) =>
	Array.from({ length: count }, (_, row) => ({ json: { prompt: `picture ${row}` } }));

/** Twenty rows, five at a time. */
const twenty = { items: rows(20), parameters: { prompt: '={{ $json.prompt }}' } };

/** What nodes write into n8n's log as warnings. */
let warnings: string[];
beforeEach(() => {
	warnings = [];
	jest.spyOn(n8nLog(), 'warn').mockImplementation((line) => void warnings.push(line));
});
afterEach(() => jest.restoreAllMocks());

/** Stops a run once it has sent so many requests, the last of them on their way, and waits until the node has ended. */
async function stopWith(count: number, options: Partial<NodeRunOptions>): Promise<NodeRun> {
	const running = node.start(options);
	await node.requestsReach(count, 200);
	expect(node.sandbox.inFlight).toBeGreaterThan(0);
	running.cancel();
	return await running.finished;
}

const linksIn = (text = '') => text.match(/http:\S+/g) ?? [];
const prompts = (from = 0) => node.sandbox.requests.slice(from).map(({ body }) => body.prompt);

describe('a stop while five requests are on their way', () => {
	beforeEach(() => (node.sandbox.latencyMs = 1_000));

	test.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
		'lets them finish, tells their links, and starts no further row (%s)',
		async (onError) => {
			const { status, error } = await stopWith(5, { ...twenty, node: { onError } });
			await wait(500);

			expect(status).toBe('canceled');
			expect(node.sandbox.requests.map(({ outcome }) => outcome)).toEqual(
				Array<string>(5).fill('success'),
			);
			expect(node.sandbox.paidImages).toBe(5);
			expect(node.sandbox.cutOff).toBe(0);
			const links = error?.context.paidLinks as string[];
			expect(new Set(links).size).toBe(5);
			expect(linksIn(error?.description ?? '')).toEqual(links);
			expect(warnings).toEqual([error?.description]);
			for (const link of links) expect((await fetch(link)).status).toBe(200);
		},
	);

	test('with "Retry On Fail" tells all of that in the last try too', async () => {
		const { status, error } = await stopWith(5, {
			...twenty,
			node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});

		expect(status).toBe('canceled');
		expect(linksIn(error?.description ?? '')).toHaveLength(5);
		expect(error?.context.paidLinks).toHaveLength(5);
		expect(node.sandbox.paidImages).toBe(5);
	});

	test('leaves it to "Retry execution" to buy the rest alone', async () => {
		const stopped = await stopWith(10, twenty);
		expect(node.sandbox.paidImages).toBe(10);
		expect(stopped.error?.context.paidLinks).toHaveLength(10);
		node.sandbox.latencyMs = 0;

		const { items, error, hints } = await node.run({ ...twenty, retryOf: stopped });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.prompt)).toEqual(rows(20).map(({ json }) => json.prompt));
		expect(prompts(10)).toEqual(
			rows(20)
				.slice(10)
				.map(({ json }) => json.prompt),
		);
		expect(node.sandbox.paidImages).toBe(20);
		expect(hints).toEqual([
			'10 of 20 images were paid for in an earlier try and were not bought again.',
		]);
	});
});

test('a stop while images are fetched tells their links, and a retry fetches them', async () => {
	node.sandbox.alwaysImages({ stall: true });
	const options = { ...twenty, items: rows(2) };
	const running = node.start(options);
	await node.requestsReach(2, 300);
	running.cancel();
	const stopped = await running.finished;
	node.sandbox.alwaysImages(undefined);

	const { items } = await node.run({ ...options, retryOf: stopped });

	expect(linksIn(stopped.error?.description ?? '')).toHaveLength(2);
	expect(items.map(({ json }) => json.width)).toEqual([1024, 1024]);
	expect(node.sandbox.paidImages).toBe(2);
});

describe.each<[string, Fault]>([
	['is not answered in the time that it has', { hang: true }],
	['is cut after the stop', { reset: 'after', delayMs: 700 }],
])('a request that %s', (_what, fault) => {
	const two = {
		...twenty,
		items: rows(2),
		parameters: { ...twenty.parameters, options: { timeout: 2 } },
	};
	beforeEach(() => {
		node.sandbox.latencyMs = 700;
		node.sandbox.always(({ body }) => (body.prompt === 'picture 0' ? fault : undefined));
	});

	test('is told beside the links of the others, and is not sent again', async () => {
		const { status, error } = await stopWith(2, two);

		expect(status).toBe('canceled');
		expect(node.sandbox.requests).toHaveLength(2);
		const [link = 'none'] = error?.context.paidLinks as string[];
		expect(error?.description).toBe(
			`Images of this run that are already paid for (links work for 24 hours): ${link} ` +
				'1 request was on its way: probably charged, without links. ' +
				'Look at the usage of your account before you run them again.',
		);
		expect(warnings).toEqual([error?.description]);
	});

	test('is bought again by "Retry execution", which says that it may be charged twice', async () => {
		const stopped = await stopWith(2, two);
		node.sandbox.always(undefined);

		const { items, hints } = await node.run({ ...two, retryOf: stopped });

		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024]);
		expect(prompts(2)).toEqual(['picture 0']);
		expect(node.sandbox.paidImages).toBe(3);
		expect(hints).toEqual([
			expect.stringMatching(/^1 of 2 images .* not bought again\.$/),
			'1 request had to be sent a second time after an answer that did not arrive or could not be used, and may have been charged twice.',
		]);
	});
});

test('several requests without an answer are told in one sentence', async () => {
	node.sandbox.always({ hang: true });

	const { error } = await stopWith(5, {
		...twenty,
		parameters: { ...twenty.parameters, options: { timeout: 1 } },
	});

	expect(error?.description).toMatch(
		/^5 requests were on their way: probably charged, without links\. /,
	);
	expect(node.sandbox.requests).toHaveLength(5);
});

test('images that came inline are counted, without advice that does not help a stopped run', async () => {
	const running = node.start({
		...twenty,
		parameters: { ...twenty.parameters, options: { transfer: 'base64', maxConcurrency: 1 } },
	});
	node.sandbox.script(undefined, undefined, { delayMs: 1_000 });
	await node.requestsReach(3, 200);
	running.cancel();
	const { error } = await running.finished;

	expect(error?.description).toBe(
		'3 inline images of this run were paid for and cannot be handed over.',
	);
	expect(node.sandbox.paidImages).toBe(3);
});

describe('a stop of a production run while requests are on their way', () => {
	const production: Partial<NodeRunOptions> = { ...twenty, mode: 'trigger' };
	beforeEach(() => (node.sandbox.latencyMs = 1_000));

	test('ends it at once, so that n8n can store it, while the requests finish and are logged', async () => {
		const { error } = await stopWith(10, production);
		const requestsInFlight = node.sandbox.inFlight;
		await wait(1_500);

		expect(requestsInFlight).toBe(5);
		const told = linksIn(error?.description ?? '');
		expect(told).toHaveLength(5);
		expect(error?.context.paidLinks).toEqual(told);
		expect(error?.description).toContain(
			'5 requests were on their way: probably charged, without links so far.',
		);
		expect(node.sandbox.paidImages).toBe(10);
		expect(node.sandbox.cutOff).toBe(0);
		expect(node.sandbox.requests).toHaveLength(10);
		expect(warnings).toHaveLength(1);
		expect(linksIn(warnings[0])).toHaveLength(10);
		expect(warnings[0]).not.toContain('on their way');
	});

	test('leaves all rows to "Retry execution", which buys again what was on its way, and says so', async () => {
		const running = node.start(production);
		await node.requestsReach(10, 200);
		running.cancel();
		const { run, ...stopped } = await running.finished;
		// As n8n stores it then, while the requests go on.
		const stored = { ...stopped, run: structuredClone(run) };
		await wait(1_500);
		node.sandbox.latencyMs = 0;

		const { items, error, hints } = await node.run({ ...production, retryOf: stored });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.prompt)).toEqual(rows(20).map(({ json }) => json.prompt));
		expect(node.sandbox.paidImages).toBe(25);
		expect(hints).toEqual([
			'5 of 20 images were paid for in an earlier try and were not bought again.',
			'5 requests had to be sent a second time after an answer that did not arrive or could not be used, and may have been charged twice.',
		]);
	});
});
