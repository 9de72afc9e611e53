import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { Fault } from '../sandbox';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

/** n8n's own tries on top of the node's. */
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const MAYBE_CHARGED = 'MiniMax may have made and charged the images all the same';

const noImages = { base_resp: { status_code: 0, status_msg: 'success' }, data: {} };

/** Outcomes that nobody knows: the images were made and charged, and cannot be had. */
const UNCLEAR: Record<string, Fault> = {
	'HTTP 408': { status: 408, charged: true },
	'HTTP 500': { status: 500, charged: true },
	'HTTP 502': { status: 502, charged: true },
	'HTTP 504': { status: 504, charged: true },
	'HTTP 520': { status: 520, charged: true },
	'HTTP 521': { status: 521, charged: true },
	'HTTP 522': { status: 522, charged: true },
	'HTTP 523': { status: 523, charged: true },
	'HTTP 524': { status: 524, charged: true },
	'code 1001': { code: 1001, charged: true },
	'a reset after the images were made': { reset: 'after' },
	'an answer cut in half': { truncate: true },
	'a success without images': { answer: noImages, charged: true },
	'a success that is empty': { answer: '', charged: true },
	'a success that is a web page': {
		answer: '<html>Welcome</html>',
		contentType: 'text/html',
		charged: true,
	},
};
const kinds = Object.keys(UNCLEAR);
const allOf = (value: unknown) => Object.fromEntries(kinds.map((kind) => [kind, value]));

/** A row for each kind, which meets it so often, all rows at once. */
function everyKind(times: number, maxRetries: number) {
	node.sandbox.always(({ body }, attempts) =>
		attempts <= times ? UNCLEAR[String(body.prompt)] : undefined,
	);
	return {
		items: kinds.map((kind) => ({ json: { kind } })),
		parameters: {
			prompt: '={{ $json.kind }}',
			options: { maxConcurrency: kinds.length, maxRetries },
		},
	};
}

/** Images charged by kind. */
const charged = () =>
	Object.fromEntries(
		kinds.map((kind) => [
			kind,
			node.sandbox.requests
				.filter(({ body }) => body.prompt === kind)
				.reduce((sum, { paidImages }) => sum + paidImages, 0),
		]),
	);

describe('a request of unclear outcome', () => {
	test.each([
		['Max Retries 5', 2, 5, {}],
		["Max Retries 5, and n8n's three tries", 2, 5, RETRY],
		['Max Retries 1', 2, 1, {}],
		['Max Retries 0', 1, 0, {}],
		["Max Retries 0, and n8n's three tries", 1, 0, RETRY],
	])('with %s is charged so often, and no more: %i', async (_name, times, maxRetries, retries) => {
		const { items } = await node.run({
			...everyKind(Infinity, maxRetries),
			node: { onError: 'continueRegularOutput', ...retries },
		});

		expect(charged()).toEqual(allOf(times));
		expect(node.sandbox.requests).toHaveLength(kinds.length * times);
		expect(items).toHaveLength(kinds.length);
		const told = items.map(({ json }, row) => [
			kinds[row],
			JSON.stringify(json.errorDetails).includes(MAYBE_CHARGED),
		]);
		expect(Object.fromEntries(told)).toEqual(allOf(true));
	});

	test.each([
		['once', {}],
		["with n8n's three tries", RETRY],
	])('that passes at its second try is told, the node run %s', async (_name, retries) => {
		const { items, hints, error } = await node.run({ ...everyKind(1, 3), node: retries });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => [json.prompt, json.width])).toEqual(
			kinds.map((kind) => [kind, 1024]),
		);
		expect(charged()).toEqual(allOf(2));
		expect(hints).toEqual([
			`${kinds.length} requests had to be sent a second time after an answer that did not arrive or could not be used, and may have been charged twice.`,
		]);
	});

	test('is not sent again by n8n where the run stops at it, and keeps its words', async () => {
		node.sandbox.always({ status: 504, charged: true });

		const { error } = await node.run({ node: RETRY });

		expect(error?.message).toBe('The host answered with HTTP status 504 [item 0]');
		expect(error?.description).toContain(MAYBE_CHARGED);
		expect(error?.context.code).toBe('http504');
		expect(node.sandbox.requests).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(2);
	});

	test('is sent again by "Retry execution", once, since somebody has decided so', async () => {
		node.sandbox.always({ status: 504, charged: true });

		const failed = await node.run({ node: RETRY });
		const again = await node.run({ node: RETRY, retryOf: failed });

		expect(again.error?.context.code).toBe('http504');
		expect(node.sandbox.requests).toHaveLength(3);
	});

	test('after other troubles has its one more try all the same', async () => {
		node.sandbox.script(
			{ code: 1002 },
			{ status: 503 },
			{ status: 504, charged: true },
			{ code: 1000 },
		);

		const { items, hints } = await node.run();

		expect(items).toHaveLength(1);
		expect(node.sandbox.requests).toHaveLength(5);
		expect(node.sandbox.paidImages).toBe(2);
		expect(hints).toEqual([expect.stringContaining('1 request had to be sent a second time')]);
	});

	test('leaves the other rows alone', async () => {
		node.sandbox.always(({ body }) => (body.prompt === 'bad' ? { reset: 'after' } : undefined));

		const { items } = await node.run({
			items: ['bad', 'good', 'better'].map((prompt) => ({ json: { prompt } })),
			node: { onError: 'continueRegularOutput', ...RETRY },
			parameters: { prompt: '={{ $json.prompt }}', options: { maxConcurrency: 1 } },
		});

		expect(items.map(({ json }) => json.width)).toEqual([undefined, 1024, 1024]);
		expect(node.sandbox.paidImages).toBe(2 + 2);
	});
});

test('our own time-out stays final, whatever n8n tries', async () => {
	node.sandbox.always({ hang: true });

	const { error } = await node.run({ node: RETRY, parameters: { options: { timeout: 1 } } });

	expect(error?.context.code).toBe('timeout');
	expect(node.sandbox.requests).toHaveLength(1);
	expect(node.sandbox.paidImages).toBe(1);
});

test('what costs nothing is sent again as often as Max Retries allow, and nothing is told', async () => {
	const free: Record<string, Fault> = {
		'HTTP 503': { status: 503 },
		'HTTP 529': { status: 529 },
		'code 1000': { code: 1000 },
		'code 1024': { code: 1024 },
		'code 1033': { code: 1033 },
	};
	node.sandbox.always(({ body }, attempts) =>
		attempts <= 2 ? free[String(body.prompt)] : undefined,
	);

	const { items, hints } = await node.run({
		items: Object.keys(free).map((kind) => ({ json: { kind } })),
		parameters: { prompt: '={{ $json.kind }}', options: { maxRetries: 2 } },
	});

	expect(items.map(({ json }) => json.prompt)).toEqual(Object.keys(free));
	expect(hints).toEqual([]);
	expect(node.sandbox.requests).toHaveLength(3 * items.length);
	expect(node.sandbox.paidImages).toBe(items.length);
});

test('three rows on a closed port fail within seconds, since nobody counted them', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	const startedAt = Date.now();

	const { items } = await node.run({
		items: [{ json: {} }, { json: {} }, { json: {} }],
		node: { onError: 'continueRegularOutput' },
		parameters: { options: { requestsPerMinute: 2 } },
		credentials: { apiKey: 'key', region: 'custom', baseUrl: `http://127.0.0.1:${port}` },
	});

	expect(Date.now() - startedAt).toBeLessThan(15_000);
	expect(items.map(({ json }) => json.error)).toEqual(
		Array(3).fill(`The host 127.0.0.1:${port} could not be reached`),
	);
});
