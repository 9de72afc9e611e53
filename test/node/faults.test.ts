import { setTimeout as wait } from 'node:timers/promises';

import type { Fault, ImageFault } from '../sandbox';
import { SPEED } from '../support/fastClock';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const rows = (count: number) => Array.from({ length: count }, (_, row) => ({ json: { row } }));

describe('a fault once is overcome with one more request', () => {
	test.each<[string, Fault, number]>([
		['1000', { code: 1000 }, 1],
		['1001', { code: 1001 }, 1],
		['1024', { code: 1024 }, 1],
		['1033', { code: 1033 }, 1],
		['HTTP 408', { status: 408 }, 1],
		['HTTP 500', { status: 500 }, 1],
		['HTTP 503 that asks to wait', { status: 503, headers: { 'retry-after': '1' } }, 1],
		['a reset before the answer', { reset: 'before' }, 1],
		['a reset after the images were made', { reset: 'after' }, 2],
		['an answer cut in half', { truncate: true }, 2],
		['an unusable answer', { answer: '<html>hello</html>' }, 1],
		['rate limit 1002', { code: 1002 }, 1],
		['its kin 1039', { code: 1039 }, 1],
		['its kin 1041', { code: 1041 }, 1],
		['its kin 2045', { code: 2045 }, 1],
		['HTTP 429', { status: 429 }, 1],
		['HTTP 429 that asks to wait', { status: 429, headers: { 'retry-after': '2' } }, 1],
	])('%s', async (_name, fault, paidImages) => {
		node.sandbox.script(fault);
		const startedAt = Date.now();

		const { items, error } = await node.run();

		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(node.sandbox.requests).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(paidImages);
		const asked = 'headers' in fault ? Number(fault.headers?.['retry-after']) * 1000 : 500;
		expect(Date.now() - startedAt).toBeGreaterThanOrEqual(asked / SPEED);
	});
});

describe('a fault for good', () => {
	test('is given up after Max Retries more requests', async () => {
		node.sandbox.always({ status: 503 });

		const { error } = await node.run({ parameters: { options: { maxRetries: 2 } } });

		expect(error?.message).toBe('The host answered with HTTP status 503 [item 0]');
		expect(node.sandbox.requests).toHaveLength(3);
	});

	test('a rate limit does not use up tries', async () => {
		node.sandbox.script({ code: 1002 }, { code: 1002 }, { code: 1000 });

		const { items } = await node.run({ parameters: { options: { maxRetries: 1 } } });

		expect(items).toHaveLength(1);
		expect(node.sandbox.requests).toHaveLength(4);
	});

	test.each([1004, 1008, 1026, 1027, 1042, 2013, 2049, 2056, 2061])(
		'%i is never sent again',
		async (code) => {
			node.sandbox.always({ code });

			const { error } = await node.run({ parameters: { options: { maxRetries: 5 } } });

			expect(error?.context.code).toBe(String(code));
			expect(node.sandbox.requests).toHaveLength(1);
		},
	);
});

test('a service that says to come back at once is not hammered', async () => {
	node.sandbox.always({ status: 429, headers: { 'retry-after': '0' } });

	const running = node.start({ realTime: true });
	await wait(1_500);
	running.cancel();
	await running.finished;

	expect(node.sandbox.requests.length).toBeLessThanOrEqual(2);
});

test('an HTTP error with a code that nobody knows is tried again', async () => {
	node.sandbox.script({ status: 500, body: { base_resp: { status_code: 9999, status_msg: 'x' } } });

	const { items } = await node.run();

	expect(items).toHaveLength(1);
	expect(node.sandbox.requests).toHaveLength(2);
});

describe('a download', () => {
	test.each<[string, ImageFault]>([
		['404 shortly after creation', { status: 404 }],
		['HTTP 500', { status: 500 }],
		['a reset', { reset: true }],
		['a cut', { truncate: true }],
		['something that is no image', { body: '<html>wait</html>' }],
	])('is tried again after %s, without paying again', async (_name, fault) => {
		node.sandbox.scriptImages(fault);

		const { items, error } = await node.run();

		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ width: 1024, height: 1024 });
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.imageRequests).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(1);
	});

	test.each([
		[403, 'The image host, or a proxy on the way, refused the link'],
		[410, 'The image link is no longer valid'],
	])('is final with HTTP status %i', async (status, message) => {
		node.sandbox.alwaysImages({ status });

		const { error } = await node.run();

		expect(error?.message).toBe(`${message} [item 0]`);
		expect(error?.description).toContain(`HTTP status ${status}`);
		expect(node.sandbox.imageRequests).toHaveLength(1);
	});

	test('cut for good is an error, and no half image gets out', async () => {
		node.sandbox.alwaysImages({ truncate: true });

		const { error, items } = await node.run({ parameters: { options: { maxRetries: 1 } } });

		expect(items).toEqual([]);
		expect(error?.message).toBe(
			`The image could not be fetched from its host ${new URL(node.sandbox.imageUrl).host} [item 0]`,
		);
		expect(node.sandbox.imageRequests).toHaveLength(2);
		expect(node.sandbox.requests).toHaveLength(1);
	});
});

test('a batch over the limit of the account is paced, and nothing is lost', async () => {
	node.sandbox.limit = { requests: 3, windowMs: 800 };

	const { items, error } = await node.run({
		items: rows(5),
		parameters: { options: { maxConcurrency: 5 } },
	});

	expect(error).toBeUndefined();
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
		[0, 1, 2, 3, 4].map((item) => ({ item })),
	);
	expect(node.sandbox.paidImages).toBe(5);
});

test('"Requests per Minute" holds the rest of a batch back', async () => {
	const running = node.start({
		items: rows(4),
		parameters: { options: { requestsPerMinute: 2 } },
	});
	// Time for a third, should there be one.
	await node.requestsReach(2, 500);
	running.cancel();
	await running.finished;

	expect(node.sandbox.requests).toHaveLength(2);
});

describe('Stop', () => {
	const stopAfter = async (ms: number, run: Parameters<typeof node.start>[0]) => {
		const running = node.start(run);
		await wait(ms);
		const stoppedAt = Date.now();
		running.cancel();
		const { status } = await running.finished;
		return { status, tookMs: Date.now() - stoppedAt };
	};

	test.each<[string, () => void]>([
		[
			'the wait for another try',
			() => node.sandbox.always({ status: 503, headers: { 'retry-after': '60' } }),
		],
		[
			'the wait for the rate limit',
			() => node.sandbox.always({ status: 429, headers: { 'retry-after': '60' } }),
		],
		['a download', () => node.sandbox.alwaysImages({ stall: true })],
	])('ends %s at once, and nothing starts afterwards', async (_name, prepare) => {
		prepare();

		const { status, tookMs } = await stopAfter(200, {
			items: rows(3),
			parameters: { options: { maxConcurrency: 1 } },
		});
		const sent = node.sandbox.requests.length;
		await wait(300);

		expect(status).toBe('canceled');
		// Each would last a minute and more.
		expect(tookMs).toBeLessThan(10_000);
		expect(node.sandbox.requests).toHaveLength(sent);
		expect(node.sandbox.inFlight).toBe(0);
	});
});
